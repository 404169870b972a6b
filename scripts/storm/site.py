"""A call center with everything that can be configured: what the storm rages in.

All lengths of time are whole eighths of a second and all weights powers of two: sums of these are exact in
floating point, so that what is replayed can be compared for equality.
"""

from dataclasses import replace
from datetime import UTC, time

from acd import (
    AgentId,
    AgentSettings,
    AlertRule,
    AlertSettings,
    CalledNumberSettings,
    CallTooLong,
    Cause,
    CenterSettings,
    Completeness,
    FlowSettings,
    HangUpNode,
    HoursNode,
    MenuNode,
    NobodyLoggedIn,
    Number,
    NumberKind,
    NumberPlanSettings,
    OffersMissed,
    OpenInterval,
    PauseTooLong,
    PlainNumbers,
    PortId,
    QueueLoaded,
    QueueName,
    QueueNode,
    QueueSettings,
    ReceiverSettings,
    RouteSettings,
    SayNode,
    Schedule,
    ServiceLevelLow,
    StationRights,
    StationUnusable,
    Threshold,
    TrunkGroupSettings,
    TrunkSettings,
    Way,
    WrapUpTooLong,
)
from acd.pauses import PauseReason
from acd.points import Points
from acd.queue_settings import (
    CallBackSettings,
    CallerListSettings,
    LoanSettings,
    Overflow,
    QueueMessage,
    Staffed,
)
from acd.routing import Discipline, Relaxation, SkillRequirement
from acd.settings import CallBackNode, CollectNode, DialNode, ExtensionNode, MessageNode

__all__ = ["AGENTS", "CALLED", "CALLERS", "OTHER_SITE", "SITE", "STATIONS", "TRUNKS", "SiteNumbers"]

TRUNKS = tuple(PortId(f"trunk-{n}") for n in range(1, 15))
STATIONS = tuple(PortId(f"desk-{n}") for n in range(1, 11))
AGENTS = tuple(AgentId(str(1000 + n)) for n in range(1, 13))
CALLERS = tuple(f"07210000{n:02}" for n in range(40))
CALLED = ("", "5551", "5552", "0733333333", "301")
"What callers dial: nothing told, two numbers of ours, and two that go through."


class SiteNumbers(PlainNumbers):
    """112 is for emergencies; what begins with 3 is an office's and has three digits."""

    def read(self, dialled: str) -> Number | None:
        """The number that these digits are."""
        number = super().read(dialled)
        if number is None:
            return None
        if dialled == "112":
            return replace(number, kind=NumberKind.EMERGENCY)
        if dialled.startswith("3"):
            return replace(number, kind=NumberKind.INTERNAL) if len(dialled) == 3 else None
        return replace(number, kind=NumberKind.NATIONAL)

    def completeness(self, dialled: str) -> Completeness:
        """Whether somebody who dials has reached the end."""
        if dialled == "112" or (dialled.startswith("3") and len(dialled) == 3):
            return Completeness.YES
        return Completeness.MAYBE if len(dialled) >= 6 else Completeness.NO


def _interval(start: int, end: int) -> OpenInterval:
    return OpenInterval(weekdays=tuple(range(7)), start=time(start), end=time(end))


_ALWAYS = Schedule(name="always", zone=UTC, intervals=(_interval(0, 0),))
_DAYS = Schedule(
    name="days", zone=UTC, intervals=(_interval(4, 22),), open_when_clock_untrusted=True
)


def _agents() -> tuple[AgentSettings, ...]:
    agents = []
    for index, agent in enumerate(AGENTS):
        skills = {"billing": index % 4, "english": (index * 3) % 5}
        agents.append(
            AgentSettings(
                agent=agent,
                name=f"Agent {agent}",
                pin=agent[::-1],
                skills={skill: level for skill, level in skills.items() if level},
                allocation=(
                    {QueueName("shares"): 2.0, QueueName("idle"): 1.0, QueueName("order"): 1.0}
                    if index in (2, 5, 9)
                    else {}
                ),
            )
        )
    return tuple(agents)


_BILLING = SkillRequirement(
    skill="billing",
    level=3,
    relaxes=(Relaxation(after_s=10.0, level=2), Relaxation(after_s=25.0, level=0)),
)
_ENGLISH = SkillRequirement(skill="english", level=4, relaxes=(Relaxation(after_s=15.0, level=1),))


def _queue(index: int, name: str, discipline: Discipline, **other: object) -> QueueSettings:
    # Every queue has five agents, and every agent some queues.
    agents = tuple(AGENTS[(index * 3 + step) % len(AGENTS)] for step in range(5))
    settings = QueueSettings(
        name=QueueName(name),
        agents=agents,
        discipline=discipline,
        ring_timeout_s=10.0,
        wrap_up_s=5.0,
        longest_wait_s=90.0,
        announce_first_s=4.0,
        announce_every_s=16.0,
        expected_talk_s=20.0,
        resume_s=120.0,
    )
    return replace(settings, **other)  # type: ignore[arg-type]


_CALL_BACKS = CallBackSettings(attempts=2, retry_s=30.0, expires_s=1800.0)

_QUEUES = (
    _queue(0, "idle", Discipline.LONGEST_IDLE, call_backs=_CALL_BACKS),
    _queue(
        1,
        "occupied",
        Discipline.LEAST_OCCUPIED,
        overflows=(
            Overflow(when=Threshold(waited_s=16.0), to=QueueName("idle"), priority=8.0),
            Overflow(when=Threshold(waiting=3), priority=4.0, ageing=2.0),
        ),
    ),
    _queue(2, "fewest", Discipline.FEWEST_CALLS, ageing=2.0, most_waiting=4),
    _queue(3, "robin", Discipline.ROUND_ROBIN, last_agent_s=12.0, call_backs=_CALL_BACKS),
    _queue(4, "all", Discipline.RING_ALL, requires=(_ENGLISH,)),
    _queue(
        5,
        "some",
        Discipline.RING_SOME,
        ring_at_once=3,
        priority=16.0,
        needs_wrap_up_code=True,
        wrap_up_at_most_s=20.0,
    ),
    _queue(
        6,
        "order",
        Discipline.TOP_DOWN,
        overflows=(Overflow(when=Threshold(longest_wait_s=20.0), to=QueueName("all")),),
        messages=(QueueMessage(prompts=("patience",), after_s=6.0, every_s=20.0),),
    ),
    _queue(
        7,
        "weights",
        Discipline.WEIGHTED,
        weight=2.0,
        weights={AGENTS[9]: 2.0, AGENTS[10]: 4.0, AGENTS[0]: 0.5},
    ),
    _queue(8, "shares", Discipline.PERCENT_ALLOCATION, join_needs=Staffed.LOGGED_IN),
    _queue(9, "skilled", Discipline.BEST_SKILLED, requires=(_BILLING, _ENGLISH)),
    _queue(
        10,
        "choosy",
        Discipline.LONGEST_IDLE,
        requires=(SkillRequirement(skill="billing", level=1),),
        join_needs=Staffed.UNPAUSED,
        stay_needs=Staffed.UNPAUSED,
        longest_expected_wait_s=600.0,
        last_agent_s=6.0,
    ),
)


def _to(queue: str, **other: object) -> QueueNode:
    node = QueueNode(queue=QueueName(queue), timed_out="sorry", full="busy", nobody="nobody")
    return replace(node, **other)  # type: ignore[arg-type]


_FLOW = FlowSettings(
    name="main",
    start="hours",
    nodes={
        "hours": HoursNode(schedule="days", open="menu", closed="closed"),
        "menu": MenuNode(
            prompts=("welcome", "choose"),
            keys={
                "0": "q-idle",
                "1": "q-occupied",
                "2": "q-fewest",
                "3": "q-robin",
                "4": "q-all",
                "5": "q-some",
                "6": "q-order",
                "7": "more",
                "8": "ask",
                "9": "customer",
                "*": "call-me",
                "#": "outside",
            },
            invalid=("wrong",),
            exhausted="goodbye",
        ),
        "more": MenuNode(
            prompts=("choose",),
            keys={
                "1": "q-weights",
                "2": "q-shares",
                "3": "q-skilled",
                "4": "q-choosy",
                "5": "q-three",
                "6": "news",
                "7": "message",
            },
            invalid=("wrong",),
            exhausted="q-idle",
        ),
        "news": SayNode(prompts=("news",), next="menu"),
        "message": MessageNode(prompts=("leave",), next="goodbye", longest_s=20.0),
        "customer": CollectNode(
            prompts=("customer",), next="more", exhausted="menu", most_digits=3, invalid=("wrong",)
        ),
        "ask": ExtensionNode(
            prompts=("ask",),
            exhausted="sorry",
            unknown="menu",
            absent="sorry",
            timed_out="sorry",
            longest_wait_s=40.0,
        ),
        "call-me": CallBackNode(queue=QueueName("idle"), next="closed", failed="sorry"),
        "call-robin": CallBackNode(queue=QueueName("robin"), next="closed", failed="sorry"),
        "outside": DialNode(number="0722222222", failed="sorry"),
        "q-idle": _to("idle", keys={"9": "call-me", "0": "menu"}),
        "q-occupied": _to("occupied", points=Points(priority=2.0)),
        "q-fewest": _to("fewest"),
        "q-robin": _to("robin", keys={"9": "call-robin"}),
        "q-all": _to("all", also=(QueueName("idle"),)),
        "q-some": _to("some", timed_out="q-again"),
        "q-again": _to("idle", keeps_wait=True),
        "q-order": _to("order", points=Points(ageing=0.5)),
        "q-weights": _to("weights", points=Points(requires=(_ENGLISH,))),
        "q-shares": _to("shares"),
        "q-skilled": _to("skilled"),
        "q-choosy": _to("choosy"),
        "q-three": _to("order", also=(QueueName("weights"), QueueName("shares"))),
        "sorry": HangUpNode(prompts=("sorry",), cause=Cause.QUEUE_TIMEOUT.value),
        "busy": HangUpNode(prompts=("busy",), cause=Cause.QUEUE_TIMEOUT.value),
        "nobody": SayNode(prompts=("nobody",), next="q-idle"),
        "goodbye": HangUpNode(prompts=("goodbye",), cause=Cause.NO_INPUT.value),
        "closed": HangUpNode(prompts=("closed",), cause=Cause.CLOSED_HOURS.value),
    },
)
_STRAIGHT = FlowSettings(
    name="straight",
    start="q-robin",
    nodes={name: _FLOW.nodes[name] for name in ("q-robin", "call-robin", "sorry", "busy", "closed")}
    | {"nobody": HangUpNode()},
)

_PLAN = NumberPlanSettings(
    groups=(
        TrunkGroupSettings(name="cheap", ports=TRUNKS[:5], minimum_minutes=100),
        TrunkGroupSettings(name="dear", ports=TRUNKS[5:9], carrier="other", answer_limit_s=30.0),
        TrunkGroupSettings(
            name="office", ports=TRUNKS[9:12], calls_through=True, passes_caller=True
        ),
    ),
    routes=(
        RouteSettings(
            name="world",
            prefixes=("",),
            ways=(Way(group="dear", cost=2.0), Way(group="cheap", cost=1.0)),
        ),
        RouteSettings(name="office", prefixes=("3",), ways=(Way(group="office"),)),
    ),
    called=(
        CalledNumberSettings(number="5551", flow="main", greeting=("greeting",), tenant="north"),
        CalledNumberSettings(number="5552", flow="straight", points=Points(priority=32.0)),
    ),
    rights={station: StationRights(kinds=frozenset(NumberKind)) for station in STATIONS[:8]},
)

_RULES: dict[str, AlertRule] = {
    "pause": PauseTooLong(),
    "missed": OffersMissed(in_row=1),
    "call": CallTooLong(longer_than_s=60.0),
    "wrap-up": WrapUpTooLong(longer_than_s=4.0),
    "handset": StationUnusable(),
    "queue": QueueLoaded(when=Threshold(waiting=3, longest_wait_s=60.0)),
    "level": ServiceLevelLow(below_percent=70.0, target_s=10.0, last_minutes=10.0, at_least=3),
    "nobody": NobodyLoggedIn(schedule="days"),
}

_WATCHED = {
    "queue": (QueueName("idle"), QueueName("all"), QueueName("order")),
    "level": (QueueName("idle"), QueueName("robin")),
    "nobody": (QueueName("skilled"), QueueName("shares")),
}

SITE = CenterSettings(
    trunks=tuple(
        TrunkSettings(
            port=port,
            flow="straight" if index % 5 == 4 else "main",
            language="ro" if index % 2 else "en",
            called="" if index % 3 else "5551",
        )
        for index, port in enumerate(TRUNKS)
    ),
    stations=STATIONS,
    agents=_agents(),
    queues=_QUEUES,
    flows=(_FLOW, _STRAIGHT),
    schedules=(_ALWAYS, _DAYS),
    caller_lists=(
        CallerListSettings(
            name="gold", numbers=frozenset(CALLERS[:5]), points=Points(priority=64.0)
        ),
        CallerListSettings(
            name="foreign", numbers=frozenset(CALLERS[3:9]), points=Points(requires=(_ENGLISH,))
        ),
        CallerListSettings(
            name="customers", keyed=frozenset({"111", "222"}), points=Points(ageing=4.0)
        ),
    ),
    loans=(
        LoanSettings(
            name="peak",
            queue=QueueName("fewest"),
            agents=AGENTS[:4],
            when=Threshold(waiting=2),
            at_most=2,
            at_least_s=8.0,
        ),
        LoanSettings(
            name="moved",
            queue=QueueName("some"),
            agents=AGENTS[4:8],
            when=Threshold(longest_wait_s=30.0),
            leaves=(QueueName("idle"),),
            keeps_ready=1,
            at_least_s=8.0,
        ),
    ),
    alerts=tuple(
        AlertSettings(
            name=name,
            rule=rule,
            receivers=("desk", "boss", "mail"),
            # Looked at every second: not every queue, so that most of the time is left for events.
            queues=_WATCHED.get(name, ()),
            repeat_s=60.0,
            escalate_after_s=90.0,
            escalate_to=("owner",),
            after_s=2.0 * (index % 3),
            clear_after_s=float(index),
        )
        for index, (name, rule) in enumerate(_RULES.items())
    ),
    receivers=(
        ReceiverSettings(name="desk", station=STATIONS[9], attempts=2, pause_s=8.0, ring_s=10.0),
        ReceiverSettings(name="boss", number="0722000001", attempts=2, pause_s=8.0, ring_s=10.0),
        ReceiverSettings(name="owner", number="0722000002", attempts=3, pause_s=16.0, ring_s=10.0),
        ReceiverSettings(name="mail"),
    ),
    pause_reasons={
        "1": PauseReason(name="break", limit_s=20.0),
        "2": PauseReason(name="meeting", paid=True),
        "3": PauseReason(name="lunch", limit_s=120.0),
    },
    wrap_up_codes={"1": "sold", "31": "later"},
    hold_limit_s=30.0,
    talk_limit_s=180.0,
    pin_lock_s=60.0,
    number_plan=_PLAN,
)


def _otherwise() -> CenterSettings:
    """The same names, with other rules: what may replace the site while calls are up."""
    queues = []
    for index, queue in enumerate(_QUEUES):
        following = _QUEUES[(index + 1) % len(_QUEUES)]
        queues.append(
            replace(
                queue,
                agents=following.agents,
                discipline=following.discipline,
                requires=following.requires,
                priority=queue.priority + 4.0 * (index % 3),
                weight=queue.weight * (2.0 if index % 4 == 0 else 1.0),
                ring_timeout_s=8.0,
                wrap_up_s=2.0,
            )
        )
    agents = [
        replace(agent, skills={**agent.skills, "billing": 3}, allocation={})
        if index % 4 == 1
        else agent
        for index, agent in enumerate(SITE.agents)
    ]
    return replace(SITE, queues=tuple(queues), agents=tuple(agents), loans=SITE.loans[:1])


OTHER_SITE = _otherwise()
