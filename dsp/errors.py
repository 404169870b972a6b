"""The package's errors.

::

    PlaneError                    our own misuse of the media plane, or the machine refused
    ├── SlotOutOfRange            no such slot
    ├── UnknownSound              a digit, law, tone or level that cannot be made
    ├── CommandRingFull           thousands of commands in one tick; nothing was taken
    ├── MatrixFull                no edge left to connect with
    ├── RecordTableFull           more recordings at a time than two for each slot
    ├── PlaneRunning              not while the pump runs (tick), or it runs already (start)
    ├── PlaneClosed               the plane was closed
    ├── DescriptorRefused         a descriptor that cannot be attached
    └── UnknownCountry            no tone plan of that name

A caller, a line or a card misbehaving is never an error here but a detection.
"""

from collections.abc import Iterable

__all__ = [
    "CommandRingFull",
    "DescriptorRefused",
    "MatrixFull",
    "PlaneClosed",
    "PlaneError",
    "PlaneRunning",
    "RecordTableFull",
    "SlotOutOfRange",
    "UnknownCountry",
    "UnknownSound",
]


class PlaneError(Exception):
    """Root of this package's errors."""


class SlotOutOfRange(PlaneError, IndexError):
    """No such slot in this plane."""

    def __init__(self, slot: int, slots: int) -> None:
        super().__init__(f"slot {slot}: this plane has slots 0 to {slots - 1}")


class UnknownSound(PlaneError, ValueError):
    """A digit, tone or level that cannot be made."""


class CommandRingFull(PlaneError):
    """Too many commands wait for the next tick; this one was not taken."""

    def __init__(self) -> None:
        super().__init__("the plane's command ring is full: tick, or start the pump, and try again")


class MatrixFull(PlaneError):
    """No edge is left in the matrix's pool."""

    def __init__(self, capacity: int) -> None:
        super().__init__(
            f"all {capacity} connections of the matrix are in use: disconnect some first"
        )


class RecordTableFull(PlaneError):
    """As many recordings go on as the plane can carry."""

    def __init__(self, capacity: int) -> None:
        super().__init__(f"{capacity} recordings go on already: stop one first")


class PlaneRunning(PlaneError):
    """The pump runs, and this cannot be done beside it."""


class PlaneClosed(PlaneError):
    """The plane was closed."""

    def __init__(self) -> None:
        super().__init__("the plane is closed")


class DescriptorRefused(PlaneError, OSError):
    """A descriptor that cannot be attached."""


class UnknownCountry(PlaneError, KeyError):
    """No tone plan of that name."""

    def __init__(self, country: str, known: Iterable[str]) -> None:
        self.country = country
        self.message = f"no tone plan for {country!r}; there are {', '.join(known)}"
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message
