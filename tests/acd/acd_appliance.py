"""A made-up appliance around a `Center`: performs its actions on a clock that jumps.

Lines behave as the actions' docstrings say. Prompts last `PROMPT_S`; facts are stored at once, unless
the disk is told to hang. It checks on the way what must hold for every appliance: connections and
recordings are balanced, and nothing is rung that is off-hook.
"""

import heapq
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, time

from acd import (
    Action,
    AgentId,
    AgentSettings,
    AnswerCall,
    Answered,
    CalledNumberSettings,
    CallerIdentity,
    CallOffered,
    Cause,
    Center,
    CenterSettings,
    Cleared,
    ClearLine,
    ClockSet,
    Completeness,
    Connect,
    DialOut,
    DigitReceived,
    Disconnect,
    Event,
    Fact,
    FactStored,
    FlowSettings,
    HandsetLifted,
    HangUpNode,
    HoursNode,
    MenuNode,
    Number,
    NumberKind,
    NumberPlanSettings,
    OpenInterval,
    PlainNumbers,
    PlayMusic,
    PlayPrompts,
    PlaySignal,
    PortId,
    PortInService,
    PortOutOfService,
    QueueName,
    QueueNode,
    QueueSettings,
    RingStation,
    RouteSettings,
    SayNode,
    Schedule,
    SoundFinished,
    StartMessage,
    StartRecording,
    StationRights,
    StopMessage,
    StopRecording,
    StopSound,
    TellAlerting,
    TellProgress,
    TrunkGroupSettings,
    TrunkSettings,
    Way,
    WriteFact,
)

PROMPT_S = 2.0
UTC_MINUS_NOW_S = 1_795_000_000.0  # now 0 is Wednesday 2026-11-18 11:06:40 UTC

TRUNKS = tuple(PortId(f"trunk-{n}") for n in range(1, 5))
STATIONS = tuple(PortId(f"station-{n}") for n in range(1, 5))
SALES, SUPPORT = QueueName("sales"), QueueName("support")
ANA, BEN, CARA = AgentId("1001"), AgentId("1002"), AgentId("1003")

ALWAYS_OPEN = Schedule(
    name="always",
    zone=UTC,
    intervals=(OpenInterval(weekdays=tuple(range(7)), start=time(0), end=time(0)),),
)

FLOW = FlowSettings(
    name="main",
    start="hours",
    nodes={
        "hours": HoursNode(schedule="always", open="menu", closed="closed"),
        "menu": MenuNode(
            prompts=("welcome", "choose"),
            keys={"1": "sales", "2": "support", "3": "news"},
            invalid=("wrong",),
            exhausted="goodbye",
        ),
        "news": SayNode(prompts=("news",), next="menu"),
        "sales": QueueNode(queue=SALES, timed_out="sorry"),
        "support": QueueNode(queue=SUPPORT, timed_out="sorry"),
        "sorry": HangUpNode(prompts=("sorry",), cause=Cause.QUEUE_TIMEOUT.value),
        "goodbye": HangUpNode(prompts=("goodbye",), cause=Cause.NO_INPUT.value),
        "closed": HangUpNode(prompts=("closed",), cause=Cause.CLOSED_HOURS.value),
    },
)

STRAIGHT_TO_SALES = FlowSettings(
    name="main",
    start="sales",
    nodes={
        "sales": QueueNode(queue=SALES, timed_out="sorry"),
        "sorry": HangUpNode(cause=Cause.QUEUE_TIMEOUT.value),
    },
)


class Numbers(PlainNumbers):
    """A country in which 112 is the emergency number, and 3.. are an office's numbers of three digits."""

    def read(self, dialled: str) -> Number | None:
        number = super().read(dialled)
        if number is None:
            return None
        if dialled == "112":
            return replace(number, kind=NumberKind.EMERGENCY)
        if dialled.startswith("3"):
            return replace(number, kind=NumberKind.INTERNAL) if len(dialled) == 3 else None
        if dialled.startswith("00"):
            return replace(number, digits=f"+{dialled[2:]}", kind=NumberKind.INTERNATIONAL)
        return replace(number, kind=NumberKind.NATIONAL)

    def completeness(self, dialled: str) -> Completeness:
        if dialled == "112" or (dialled.startswith("3") and len(dialled) == 3):
            return Completeness.YES
        return Completeness.MAYBE if len(dialled) >= 6 else Completeness.NO


EVERYTHING = StationRights(kinds=frozenset(NumberKind))

OUTSIDE = NumberPlanSettings(
    groups=(
        TrunkGroupSettings(
            name="cheap", ports=TRUNKS[:2], caller_number="+40215550100", minimum_minutes=100
        ),
        TrunkGroupSettings(name="dear", ports=TRUNKS[2:3], carrier="other"),
        TrunkGroupSettings(name="office", ports=TRUNKS[3:], calls_through=True, passes_caller=True),
    ),
    routes=(
        RouteSettings(
            name="world",
            prefixes=("",),
            ways=(Way(group="dear", cost=2.0), Way(group="cheap", cost=1.0)),
        ),
        RouteSettings(name="office", prefixes=("3",), ways=(Way(group="office"),)),
    ),
    called=(CalledNumberSettings(number="5551", flow="main", greeting=("greeting",)),),
    rights={STATIONS[0]: EVERYTHING, STATIONS[1]: EVERYTHING},
)
"""Trunks 1 and 2 are cheap, 3 is dear; 4 leads to an office whose numbers begin with 3."""


def settings(
    *,
    flow: FlowSettings = FLOW,
    schedules: tuple[Schedule, ...] = (ALWAYS_OPEN,),
    sales: tuple[AgentId, ...] = (ANA, BEN),
    support: tuple[AgentId, ...] = (BEN, CARA),
    announce_first_s: float = 30.0,
    announce_every_s: float = 45.0,
    announce_wait: bool = True,
    announce_quantile: float = 0.8,
    expected_talk_s: float = 0.0,
    longest_wait_s: float = 600.0,
    wrap_up_s: float = 15.0,
    talk_limit_s: float = 3600.0,
    record_calls: bool = True,
    number_plan: NumberPlanSettings | None = None,
) -> CenterSettings:
    def queue(name: QueueName, agents: tuple[AgentId, ...]) -> QueueSettings:
        return QueueSettings(
            name=name,
            agents=agents,
            announce_first_s=announce_first_s,
            announce_every_s=announce_every_s,
            announce_wait=announce_wait,
            announce_quantile=announce_quantile,
            expected_talk_s=expected_talk_s,
            longest_wait_s=longest_wait_s,
            wrap_up_s=wrap_up_s,
        )

    return CenterSettings(
        trunks=tuple(
            TrunkSettings(port=port, flow="main", language="ro", called=f"555000{n}")
            for n, port in enumerate(TRUNKS)
        ),
        stations=STATIONS,
        agents=(
            AgentSettings(agent=ANA, name="Ana", pin="4711"),
            AgentSettings(agent=BEN, name="Ben", pin="4712"),
            AgentSettings(agent=CARA, name="Cara", pin="4713"),
        ),
        queues=(queue(SALES, sales), queue(SUPPORT, support)),
        flows=(flow,),
        schedules=schedules,
        talk_limit_s=talk_limit_s,
        record_calls=record_calls,
        number_plan=number_plan or NumberPlanSettings(),
    )


class Appliance:
    """Drives a center as lines, media plane and journal would."""

    def __init__(self, configuration: CenterSettings | None = None, now: float = 0.0) -> None:
        self.settings = configuration or settings()
        self.center = Center(self.settings, Numbers())
        self.now = now
        self.disk_hangs = False
        self.sounds_end = True
        self.actions: list[Action] = []
        self.journal: list[tuple[float, Fact]] = []
        self.off_hook: set[str] = set()
        self.ringing: set[str] = set()
        self.connected: set[tuple[str, str]] = set()
        self.recorded: set[str] = set()
        self.messages: set[str] = set()
        self.sound: dict[str, object] = {}
        self._later: list[tuple[float, int, Event, Callable[[], bool]]] = []
        self._serial = 0

    # What lines and people do.

    def switch_on(self) -> "Appliance":
        self.tell(ClockSet(utc_minus_now_s=UTC_MINUS_NOW_S, trusted=True))
        for port in (*TRUNKS, *STATIONS):
            self.tell(PortInService(port=port))
        return self

    def offer(self, port: str = "trunk-1", number: str = "0721000001", called: str = "") -> str:
        """A call comes in; returns its id."""
        caller = CallerIdentity(number=number)
        self.tell(CallOffered(port=PortId(port), caller=caller, called=called))
        return next(view.call for view in self.center.calls(self.now) if view.port == port)

    def queue(self, port: str = "trunk-1", key: str = "1") -> str:
        """A call comes in and its caller chooses a queue; returns its id."""
        call = self.offer(port)
        self.press(port, key)
        return call

    def press(self, port: str, keys: str) -> None:
        for key in keys:
            self.tell(DigitReceived(port=PortId(port), digit=key))

    def lift(self, port: str) -> None:
        kind = Answered if port in self.ringing else HandsetLifted
        self.tell(kind(port=PortId(port)))

    def put_down(self, port: str) -> None:
        self.tell(Cleared(port=PortId(port), cause=Cause.AGENT_HUNG_UP))

    def dial(self, port: str, keys: str) -> None:
        """Lift, dial, put down."""
        self.lift(port)
        self.press(port, keys)
        self.put_down(port)

    def log_in(self, agent: str, port: str) -> None:
        pin = next(known.pin for known in self.settings.agents if known.agent == agent)
        self.dial(port, f"*11{agent}#{pin}#")
        assert self.agent(agent).station == port

    def caller_hangs_up(self, port: str) -> None:
        self.tell(Cleared(port=PortId(port), cause=Cause.CALLER_HUNG_UP))

    def fail(self, port: str) -> None:
        self.tell(PortOutOfService(port=PortId(port), alarm="red"))

    def repair(self, port: str) -> None:
        self.tell(PortInService(port=PortId(port)))

    def pass_time(self, seconds: float) -> None:
        """Let everything happen that is due within this time, in order."""
        end = self.now + seconds
        while True:
            timer = self.center.next_timer()
            event_at = self._later[0][0] if self._later else None
            due = min((at for at in (timer, event_at) if at is not None), default=None)
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            if event_at is not None and event_at <= due:
                _, _, event, still_holds = heapq.heappop(self._later)
                if still_holds():
                    self.tell(event)
            else:
                self.perform(self.center.handle_timer(self.now))
        self.now = end

    # What is seen of it.

    def agent(self, agent: str):
        return next(view for view in self.center.agents(self.now) if view.agent == agent)

    def call(self, call: str):
        return next((view for view in self.center.calls(self.now) if view.call == call), None)

    def queue_view(self, queue: str):
        return next(view for view in self.center.queues(self.now) if view.queue == queue)

    def station(self, port: str):
        return next(view for view in self.center.stations() if view.port == port)

    def facts(self, kind: type) -> list:
        return [fact for _, fact in self.journal if isinstance(fact, kind)]

    def asked(self, kind: type, port: str | None = None) -> list:
        return [
            action
            for action in self.actions
            if isinstance(action, kind) and port in (None, getattr(action, "port", None))
        ]

    def restart(self, away_s: float = 0.0) -> "Appliance":
        """Another appliance that starts from this one's journal, its ``now`` beginning anew."""
        after = Appliance(self.settings, now=5000.0)
        utc_s = self.now + UTC_MINUS_NOW_S + away_s
        after.journal = list(self.journal)
        after.perform(after.center.restore(self.journal, after.now, utc_s), utc_s)
        return after

    # Performing.

    def tell(self, event: Event) -> None:
        match event:
            case HandsetLifted() | Answered() if event.port in STATIONS:
                self.ringing.discard(event.port)
                self.off_hook.add(event.port)
            case Cleared() | PortOutOfService():
                self.ringing.discard(event.port)
                self.off_hook.discard(event.port)
            case _:
                pass
        self.perform(self.center.receive(event, self.now))

    def perform(self, actions: list[Action], utc_s: float | None = None) -> None:
        for action in actions:
            self.actions.append(action)
            self._perform(action, self.now + UTC_MINUS_NOW_S if utc_s is None else utc_s)
        self._deliver_at_once()

    def _deliver_at_once(self) -> None:
        while self._later and self._later[0][0] <= self.now:
            _, _, event, still_holds = heapq.heappop(self._later)
            if still_holds():
                self.tell(event)

    def _perform(self, action: Action, utc_s: float) -> None:
        match action:
            case WriteFact():
                self.journal.append((utc_s, action.fact))
                if action.ticket is not None and not self.disk_hangs:
                    self._soon(0.0, FactStored(ticket=action.ticket))
            case RingStation():
                assert action.port not in self.off_hook, "rang an off-hook handset"
                assert action.port not in self.ringing
                self.ringing.add(action.port)
            case ClearLine() if action.port in STATIONS:
                self.ringing.discard(action.port)
                if action.port not in self.off_hook:
                    self._soon(0.0, Cleared(port=action.port, cause=action.cause))
            case ClearLine():
                self._soon(0.0, Cleared(port=action.port, cause=action.cause), self._no_call)
            case PlayPrompts():
                self.sound[action.port] = action
                if self.sounds_end:
                    event = SoundFinished(port=action.port, sound_id=action.sound_id)
                    self._soon(PROMPT_S * len(action.prompts), event, lambda: self._plays(action))
            case PlayMusic() | PlaySignal():
                self.sound[action.port] = action
            case StopSound():
                self.sound.pop(action.port, None)
            case Connect():
                taken = {port for pair in self.connected for port in pair}
                assert not taken & {action.port, action.other}, "connected twice"
                self.connected.add((action.port, action.other))
            case Disconnect():
                self.connected.remove((action.port, action.other))
            case StartRecording():
                assert action.call not in self.recorded
                self.recorded.add(action.call)
            case StopRecording():
                self.recorded.remove(action.call)
            case StartMessage():
                assert action.call not in self.messages
                self.messages.add(action.call)
            case StopMessage():
                self.messages.remove(action.call)
            case DialOut():
                taken = {port for pair in self.connected for port in pair}
                assert action.port not in taken, "dialled on a line in use"
            case AnswerCall() | TellAlerting() | TellProgress():
                pass

    def _plays(self, action: PlayPrompts) -> bool:
        if self.sound.get(action.port) is action:
            del self.sound[action.port]
            return True
        return False

    @staticmethod
    def _no_call() -> bool:
        return True

    def _soon(
        self, delay_s: float, event: Event, still_holds: Callable[[], bool] = lambda: True
    ) -> None:
        self._serial += 1
        heapq.heappush(self._later, (self.now + delay_s, self._serial, event, still_holds))
