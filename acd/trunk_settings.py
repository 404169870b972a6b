"""What configures trunks, their groups, and the number plan: which number goes where."""

from dataclasses import dataclass
from enum import Enum

from acd.ids import PortId
from acd.numbers import NumberForm, NumberKind
from acd.points import NO_POINTS, Points

__all__ = [
    "CalledNumberSettings",
    "LineChoice",
    "NumberPlanSettings",
    "RouteSettings",
    "StationRights",
    "TrunkGroupSettings",
    "TrunkSettings",
    "Way",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkSettings:
    """What a trunk's callers meet."""

    port: PortId
    flow: str
    language: str
    called: str = ""


class LineChoice(Enum):
    """Which free line of a group a call of ours takes."""

    UP = "up"
    "The first."
    DOWN = "down"
    "The last: an exchange that searches upwards meets us late (less glare)."
    ROUND_ROBIN = "round_robin"
    "The next after the one taken before."


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkGroupSettings:
    """Trunks that serve for the same."""

    name: str
    ports: tuple[PortId, ...]
    choice: LineChoice = LineChoice.ROUND_ROBIN
    carrier: str = ""
    "Whose minutes are counted together; empty: the group's own name."
    form: NumberForm = NumberForm.E164
    caller_number: str | None = None
    "What called parties see, unless the station has a number of its own."
    passes_caller: bool = False
    "Show who calls through us, in place of our number."
    calls_through: bool = False
    "What arrives here for a number that is none of ours goes by the routes to another group."
    answer_limit_s: float = 90.0
    minimum_minutes: float = 0.0
    "Agreed with the carrier for each month."

    @property
    def accounted_to(self) -> str:
        """Whose calls and minutes are counted."""
        return self.carrier or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One group that a route may use."""

    group: str
    cost: float = 0.0
    "Of a minute, in any unit: the cheapest way is tried first."
    strip: int = 0
    "So many digits of what is sent are left out in front,"
    prepend: str = ""
    "and these put there."


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSettings:
    """Where numbers that begin so go. The longest beginning wins; an empty one is for all others."""

    name: str
    prefixes: tuple[str, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledNumberSettings:
    """What callers of a number of ours meet; of several beginnings the longest wins."""

    number: str
    flow: str
    language: str = ""
    "Empty: the trunk's."
    tenant: str = "main"
    greeting: tuple[str, ...] = ()
    "Prompts before the flow."
    points: Points = NO_POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRights:
    """What may be dialled from one station."""

    kinds: frozenset[NumberKind]
    caller_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPlanSettings:
    """The whole plan."""

    groups: tuple[TrunkGroupSettings, ...] = ()
    routes: tuple[RouteSettings, ...] = ()
    called: tuple[CalledNumberSettings, ...] = ()
    emergency_groups: tuple[str, ...] = ()
    "In this order; empty: every group."
    rights: dict[PortId, StationRights] | None = None
    "Of stations; one that is not named may dial emergency numbers only."
    dialling_pause_s: float = 4.0
    "A number that may be complete is, after this pause."
