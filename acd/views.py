"""What an operator's tables show: frozen rows, made anew each time they are asked for."""

from dataclasses import dataclass

from acd.ids import AgentId, CallerIdentity, CallId, PortId, QueueName

__all__ = [
    "AgentView",
    "CallView",
    "CarrierView",
    "PlaceView",
    "ProspectView",
    "QueueView",
    "StationView",
    "TrunkGroupView",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """A live call."""

    call: CallId
    port: PortId
    caller: CallerIdentity
    stage: str
    queue: QueueName | None
    place: int | None
    "In the queue, while waiting; 1 is next."
    agent: AgentId | None
    "Who is rung or talks."
    out_port: PortId | None
    "The trunk that was seized for it."
    goes_to: str | None
    "The number that is or was dialled."
    since: float
    "When it arrived, in the seconds of ``now``."
    lasts_s: float
    stage_lasts_s: float

    @property
    def number(self) -> str | None:
        """The caller's number."""
        return self.caller.number

    @property
    def name(self) -> str | None:
        """The caller's name."""
        return self.caller.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """One place of a caller who waits, and who could serve there."""

    queue: QueueName
    place: int
    score: float
    needs: str
    "Skills and levels at this moment; empty: anybody."
    only: AgentId | None
    relaxes_in_s: float | None
    "Until less is asked for; None: never."
    agents: dict[str, int]
    "Those who could serve, by state."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProspectView:
    """Why a caller still waits."""

    call: CallId
    waited_s: float
    queues: tuple[PlaceView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """A queue, its callers and its agents. An agent of several queues counts in each."""

    queue: QueueName
    waiting: int
    longest_wait_s: float
    ready: int
    "Logged in and waiting for a call, those off-hook included."
    ringing: int
    talking: int
    wrapping_up: int
    paused: int
    logged_in: int
    call_backs: int
    "Callers who wait to be called back."
    served: int
    abandoned: int
    average_wait_s: float
    "Of those served."
    expected_wait_s: float | None
    "The mean wait of who would come now; None: unknown,"
    expected_wait_quantile_s: float | None
    "and the wait that would be told: the queue's quantile."


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """An agent, logged in or not."""

    agent: AgentId
    name: str
    state: str
    reason: str
    "Of the pause, or of the one that begins after the call."
    station: PortId | None
    is_offerable: bool
    "A call would be offered this moment: ready, on-hook, in service, not delayed."
    call: CallId | None
    since: float
    "When this state began, in the seconds of ``now``; 0 for who was never logged in."
    state_lasts_s: float
    calls_taken: int
    missed: int
    serves: tuple[QueueName, ...]
    "Queues at present, those that the agent helps among them."
    helps: tuple[QueueName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StationView:
    """A station's telephone."""

    port: PortId
    state: str
    agent: AgentId | None
    call: CallId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkGroupView:
    """A group of trunks at this moment."""

    group: str
    carrier: str
    lines: int
    in_service: int
    incoming: int
    "Lines with calls that came on them,"
    outgoing: int
    "and that were seized for calls of ours."
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierView:
    """A carrier's calls in one month of UTC; those still up are not in it."""

    carrier: str
    month: str
    calls_in: int
    minutes_in: float
    attempts_out: int
    calls_out: int
    "Those that were answered."
    minutes_out: float
    minimum_minutes: float
    "Agreed for a month; 0: none."
