"""Makes the rows of the operator's tables from the live state."""

from collections import Counter
from collections.abc import Callable

from acd.calls import Call, Calls
from acd.calls.places import Places
from acd.handsets import Handsets
from acd.ids import AgentId, CallId, PortId, QueueName
from acd.ledger import Ledger
from acd.membership import Membership
from acd.records import AgentRecord, AgentState, Stage
from acd.settings import CenterSettings
from acd.trunks import Trunks
from acd.views import (
    AgentView,
    CallView,
    PlaceView,
    ProspectView,
    QueueView,
    StationView,
    TrunkGroupView,
)
from acd.waiting import stretch_of

__all__ = [
    "agent_views",
    "call_views",
    "prospect_view",
    "queue_views",
    "station_views",
    "trunk_group_views",
]

_IN_QUEUE = (Stage.QUEUED, Stage.OFFERING)


def call_views(calls: Calls, now: float) -> tuple[CallView, ...]:
    """The live calls, oldest first."""
    views = []
    for call in calls:
        record, contact = call.record, call.contact
        is_waiting = record.stage in _IN_QUEUE and contact is not None
        views.append(
            CallView(
                call=call.id,
                port=call.port,
                caller=call.caller,
                stage=record.stage.value,
                queue=None if contact is None else contact.queue,
                place=calls.places.place_of(call) if is_waiting else None,
                agent=call.agent or next(iter(call.offers.values()), None),
                out_port=None if call.outgoing is None else call.outgoing.port,
                goes_to=None if call.outgoing is None else call.outgoing.number.digits,
                since=record.since,
                lasts_s=_lasts(record.since, now),
                stage_lasts_s=_lasts(record.stage_since, now),
            )
        )
    return tuple(views)


def prospect_view(
    settings: CenterSettings,
    places: Places,
    call: Call,
    is_away: Callable[[AgentRecord], bool],
    now: float,
) -> ProspectView:
    """For whom a caller waits."""
    assert call.contact is not None
    skills = {agent.agent: agent.skills for agent in settings.agents}
    rows = []
    for queue in call.contact.queues:
        entry = places.entry(call, queue)
        able = [
            record
            for record in places.serving(queue)
            if entry.wanted.is_met_by(AgentId(record.agent), skills[AgentId(record.agent)])
        ]
        last = entry.stage + 1 >= len(entry.stages)
        rows.append(
            PlaceView(
                queue=queue,
                place=places.place_in(call, queue),
                score=round(entry.score(now), 1),
                needs=" ".join(f"{skill}>={level}" for skill, level in entry.wanted.needs),
                only=entry.wanted.only,
                relaxes_in_s=(
                    None
                    if last
                    else max(entry.entered + entry.stages[entry.stage + 1].after_s - now, 0.0)
                ),
                agents=dict(
                    Counter(AWAY if is_away(record) else record.state.value for record in able)
                ),
            )
        )
    return ProspectView(
        call=call.id, waited_s=_lasts(call.contact.entered, now), queues=tuple(rows)
    )


def queue_views(
    settings: CenterSettings, places: Places, ledger: Ledger, now: float
) -> tuple[QueueView, ...]:
    """The queues, in the order of the settings."""
    views = []
    for queue in settings.queues:
        present = places.present(queue.name)
        if queue.is_personal and not present:
            continue
        oldest = min((contact.entered for contact in present), default=None)
        states = Counter(ledger.agent(agent).state for agent in queue.agents)
        served = ledger.count(f"served {queue.name}")
        waited_s = ledger.count(f"waited ms {queue.name}") / 1000
        wait = places.wait_of_next(queue.name, now)
        quantile_s = None
        if wait is not None:
            stretch = stretch_of(ledger.counters, queue.name)
            quantile_s = wait.quantile_s(queue.announce_quantile or 0.8) * stretch
        views.append(
            QueueView(
                queue=queue.name,
                waiting=len(present),
                longest_wait_s=0.0 if oldest is None else _lasts(oldest, now),
                ready=states[AgentState.READY],
                ringing=states[AgentState.RINGING],
                talking=states[AgentState.TALKING],
                wrapping_up=states[AgentState.WRAPPING_UP],
                paused=states[AgentState.PAUSED],
                logged_in=len(queue.agents) - states[AgentState.LOGGED_OUT],
                call_backs=sum(
                    record.queue == queue.name for record in ledger.call_backs.records.values()
                ),
                served=served,
                abandoned=ledger.count(f"abandoned {queue.name}"),
                average_wait_s=waited_s / served if served else 0.0,
                expected_wait_s=None if wait is None else wait.mean_s,
                expected_wait_quantile_s=quantile_s,
            )
        )
    return tuple(views)


AWAY = "with the handset up or dead"
"Of an agent who is ready, and can't be rung."
HOLDING = "holding"
"What is shown of an agent who talks, to nobody at this moment,"
LINE_DOWN = "line down"
"and of one who is ready, at a handset that can't be rung."


def agent_views(
    settings: CenterSettings,
    offerable: list[AgentId],
    membership: Membership,
    ledger: Ledger,
    handsets: Handsets,
    now: float,
) -> tuple[AgentView, ...]:
    """The agents, in the order of the settings."""
    views = []
    limits_s = {reason.name: reason.limit_s for reason in settings.pause_reasons.values()}
    for agent in settings.agents:
        record = ledger.agent(agent.agent)
        has_call = record.state in (
            AgentState.RINGING,
            AgentState.RESERVED,
            AgentState.TALKING,
        )
        is_out = record.state is AgentState.LOGGED_OUT
        state, since = record.state.value, record.since
        if record.held_since is not None:
            state, since = HOLDING, record.held_since
        handset = handsets.get(PortId(record.station))
        if record.state is AgentState.READY and handset is not None and not handset.is_in_service:
            state, since = LINE_DOWN, handset.since
        views.append(
            AgentView(
                agent=agent.agent,
                name=agent.name,
                state=state,
                reason=(
                    record.wrap_up_code
                    if record.state is AgentState.WRAPPING_UP and not record.wanted_pause
                    else record.reason or record.wanted_pause
                ),
                station=PortId(record.station) if record.station else None,
                is_offerable=agent.agent in offerable,
                call=CallId(record.call) if has_call else None,
                since=since,
                state_lasts_s=0.0 if is_out and not record.since else _lasts(since, now),
                pause_limit_s=(
                    limits_s.get(record.reason) if record.state is AgentState.PAUSED else None
                ),
                calls_taken=record.calls_taken,
                missed=record.missed,
                serves=tuple(membership.served(agent.agent, record.lent)),
                helps=tuple(QueueName(queue) for queue in record.lent),
            )
        )
    return tuple(views)


def station_views(handsets: Handsets, ledger: Ledger) -> tuple[StationView, ...]:
    """The stations, in the order of the settings."""
    here: dict[str, AgentRecord] = {
        record.station: record for record in ledger.agents.values() if record.station
    }
    return tuple(
        StationView(
            port=handset.port,
            state=handset.state.value,
            agent=AgentId(here[handset.port].agent) if handset.port in here else None,
            call=handset.call,
        )
        for handset in handsets.all()
    )


def trunk_group_views(
    settings: CenterSettings, trunks: Trunks, calls: Calls
) -> tuple[TrunkGroupView, ...]:
    """The groups of trunks, in the order of the settings."""
    views = []
    for group in settings.number_plan.groups:
        in_service = [port for port in group.ports if trunks.is_in_service(port)]
        incoming = sum(calls.on_port(port) is not None for port in in_service)
        outgoing = sum(calls.outgoing_on(port) is not None for port in in_service)
        views.append(
            TrunkGroupView(
                group=group.name,
                carrier=group.accounted_to,
                lines=len(group.ports),
                in_service=len(in_service),
                incoming=incoming,
                outgoing=outgoing,
                free=len(in_service) - incoming - outgoing,
            )
        )
    return tuple(views)


def _lasts(since: float, now: float) -> float:
    return max(now - since, 0.0)
