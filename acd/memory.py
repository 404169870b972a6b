"""What is remembered of callers who are gone: who served them, and the place of those who left.

Callers are known by their numbers; of one that does not tell any nothing is remembered. Both memories are
bounded: the oldest is forgotten first.
"""

from dataclasses import dataclass, field

__all__ = ["LeftPlace", "Memory", "Service"]

MOST_CALLERS = 10_000
"A snapshot of so many is half a megabyte."
LONGEST_PLACE_S = 3600.0
"No place is kept for longer."


@dataclass(slots=True)
class Service:
    """Who served a caller last."""

    agent: str
    at: float


@dataclass(slots=True)
class LeftPlace:
    """A place in a queue that was given up."""

    entered: float
    left: float


_Row = dict[str, str | int | float | None]


@dataclass(slots=True)
class Memory:
    """By caller's number."""

    services: dict[str, Service] = field(default_factory=dict)
    places: dict[tuple[str, str], LeftPlace] = field(default_factory=dict)
    "By number and queue."

    def serve(self, number: str, agent: str, at: float) -> None:
        """An agent talks to this caller."""
        if number:
            self.services.pop(number, None)  # the newest is the last
            self.services[number] = Service(agent, at)
            if len(self.services) > MOST_CALLERS:
                del self.services[next(iter(self.services))]

    def leave(self, number: str, queue: str, entered: float, at: float) -> None:
        """This caller is gone from a queue, unserved."""
        if number:
            self.places.pop((number, queue), None)
            self.places[number, queue] = LeftPlace(entered, at)
            oldest = next(iter(self.places))
            while len(self.places) > MOST_CALLERS or (
                self.places[oldest].left < at - LONGEST_PLACE_S
            ):
                del self.places[oldest]
                oldest = next(iter(self.places))

    def come_back(self, number: str, queue: str) -> None:
        """This caller waits again."""
        self.places.pop((number, queue), None)

    def rows(self, now: float) -> tuple[tuple[_Row, ...], tuple[_Row, ...]]:
        """All services and places as plain rows, times as ages."""
        return (
            tuple(
                {"number": number, "agent": service.agent, "age_s": now - service.at}
                for number, service in self.services.items()
            ),
            tuple(
                {
                    "number": number,
                    "queue": queue,
                    "entered_age_s": now - place.entered,
                    "left_age_s": now - place.left,
                }
                for (number, queue), place in self.places.items()
            ),
        )

    def restore(self, services: tuple[_Row, ...], places: tuple[_Row, ...], at: float) -> None:
        """Take over the rows of a snapshot that was taken at ``at``; rows without sense are left out."""
        self.services = {
            str(row["number"]): Service(str(row["agent"]), at - age)
            for row in services
            if row.get("number") and isinstance(age := row.get("age_s"), int | float)
        }
        self.places = {
            (str(row["number"]), str(row["queue"])): LeftPlace(at - entered, at - left)
            for row in places
            if row.get("number")
            and isinstance(entered := row.get("entered_age_s"), int | float)
            and isinstance(left := row.get("left_age_s"), int | float)
        }
