"""What must hold at every moment: callers, agents, handsets, trunks, router and deadlines agree."""

from acd.alert_call import AlertCallState
from acd.handset import HandsetState
from acd.handsets import RELEASE_S
from acd.ids import CallId, PortId
from acd.records import AgentState, Stage
from acd.timers import Purpose
from scripts.storm.fault import must
from scripts.storm.machine import Machine
from scripts.storm.site import AGENTS, SITE, STATIONS, TRUNKS

__all__ = ["look_at_all", "look_at_records", "look_quickly", "must_be_at_rest"]

_PORTS = {*TRUNKS, *STATIONS}
_UNLIMITED = (HandsetState.WITHDRAWN, HandsetState.IDLE, HandsetState.TALKING)
_WAITS_FOR = {
    Stage.WALKING: (Purpose.WALK, Purpose.CALL_STORE),
    Stage.QUEUED: (Purpose.WAIT,),
    Stage.TALKING: (Purpose.TALK,),
    Stage.THROUGH: (Purpose.TALK,),
    Stage.DIALLING: (Purpose.DIAL, Purpose.RETRY),
}
_AT_REST = (HandsetState.IDLE, HandsetState.WITHDRAWN, HandsetState.DROPPED)


def look_quickly(machine: Machine) -> None:
    """After every event: nobody is on two calls, and no call is lost."""
    live = machine.center._calls._live
    must(live.keys() == machine.live, "calls up by the journal", machine.live, live)
    agents: set[str] = set()
    stations: set[str] = set()
    for call in live.values():
        if call.agent:
            must(call.agent not in agents, "an agent on two calls", call)
            agents.add(call.agent)
        if call.station:
            must(call.station not in stations, "a station on two calls", call)
            stations.add(call.station)


def look_at_all(machine: Machine) -> None:
    """Now and then: everything that is cheap enough."""
    _look_at_parties(machine)
    _look_at_trunks(machine)
    _look_at_deadlines(machine)
    _look_at_waiters(machine)


def look_at_records(machine: Machine) -> None:
    """Seldom: the ledger is what its facts say, and every table can be shown."""
    center = machine.center
    machine.must_have_told_all()
    center.calls(machine.now)
    center.queues(machine.now)
    center.agents(machine.now)
    center.stations()
    center.trunk_groups()
    center.carriers(machine.now)
    center.alerts(machine.now)


def _look_at_parties(machine: Machine) -> None:
    center = machine.center
    ledger, told = center._orders.ledger, center._alerts.calls
    calls = center._calls._live
    must(calls.keys() == ledger.calls.keys(), "calls of the ledger", ledger.calls)
    of_agent: dict[str, list[CallId]] = {}
    rung_for: dict[str, list[str]] = {}
    for call in calls.values():
        if call.agent:
            of_agent.setdefault(call.agent, []).append(call.id)
        for agent in call.offers.values():
            rung_for.setdefault(agent, []).append(call.id)
        must(bool(call.offers) == (call.record.stage is Stage.OFFERING), "offers", call)
        is_silent = call.sound.value == "none"
        if call.record.stage in (Stage.QUEUED, Stage.OFFERING) and not call.call_back:
            must(not is_silent, "who waits hears nothing", call)
        if call.record.stage is Stage.TALKING:
            must(
                is_silent is not call.is_held,
                "who talks hears prompts, or is held in silence",
                call,
            )
    stations: set[str] = set()
    for record in ledger.agents.values():
        if record.station:
            must(record.station not in stations, "two agents at a station", record)
            stations.add(record.station)
        if record.state in (AgentState.TALKING, AgentState.RESERVED):
            must(of_agent.get(record.agent) == [record.call], "who talks", record)
        elif record.agent in of_agent:
            (call_id,) = of_agent[record.agent]
            must(calls[call_id].is_from_station, "on a call without talking", record)
        ringing = [record.call] if record.state is AgentState.RINGING else []
        must(rung_for.get(record.agent, []) == ringing, "who is rung", record, rung_for)
    for handset in center._handsets.all():
        here = handset.call
        if handset.state in (HandsetState.RINGING, HandsetState.TALKING):
            must(here, "a handset without a call", handset)
            is_told = handset.port in told._on_port
            must(is_told != (here in calls), "one call at a handset", handset)
            if here in calls:
                call = calls[here]
                if handset.state is HandsetState.RINGING:
                    must(handset.port in call.offers, "rings for nobody", handset)
                else:
                    must(call.station == handset.port, "talks to nobody", handset)
        else:
            must(here is None, "a call at a handset that has none", handset)
        is_idle = handset.state is HandsetState.IDLE
        must(is_idle == machine.is_on_hook(handset.port), "a handset's hook", handset,
             machine.desks[handset.port])  # fmt: skip
    talking = {
        (call.port, call.station)
        for call in calls.values()
        if call.record.stage is Stage.TALKING and not call.is_held
    } | {
        (call.port, call.outgoing.port)
        for call in calls.values()
        if call.outgoing is not None and call.outgoing.is_heard
    }
    must(machine.connected == talking, "who hears whom", machine.connected, talking)
    recorded = {call.id for call in calls.values() if call.record.is_recorded}
    must(machine.recorded == recorded, "who is recorded", machine.recorded, recorded)
    speaking = {call.id for call in calls.values() if call.record.message_file}
    must(machine.messages == speaking, "who leaves a message", machine.messages, speaking)


def _look_at_trunks(machine: Machine) -> None:
    trunks, told = machine.center._trunks, machine.center._alerts.calls
    carried: dict[PortId, str] = {
        port: call.call for port, call in told._on_port.items() if call.receiver.station is None
    }
    for call in machine.center._calls:
        out_port = None if call.outgoing is None else call.outgoing.port
        for port in (None if call.is_from_station else call.port, out_port):
            if port is not None:
                must(port not in carried, "two calls on a trunk", port, call)
                carried[port] = call.id
    must(carried == trunks._calls, "calls on trunks", carried, trunks._calls)
    must(all(trunks.is_in_service(port) for port in carried), "a call on a dead trunk", carried)
    alerted = list(told._on_port.values())
    must(len({call.number for call in alerted}) == len(alerted), "two calls about an alert")
    must(len({call.receiver.name for call in alerted}) == len(alerted), "two alerts at once")


def _look_at_deadlines(machine: Machine) -> None:
    center, now = machine.center, machine.now
    timers, told = center._orders.timers, center._alerts.calls
    running = timers._running
    due = timers.next()
    must(due is None or due > now, "something due was not done", due, now)
    for call in center._calls:
        stage = call.record.stage
        if stage is Stage.OFFERING:
            waits = all((Purpose.HANDSET, station) in running for station in call.offers)
        else:
            waits = any((purpose, call.id) in running for purpose in _WAITS_FOR[stage])
        must(waits, "a call waits for ever", call)
        must(call.is_held == ((Purpose.HOLD, call.id) in running), "a hold's end", call)
    for handset in center._handsets.all():
        is_timed = (Purpose.HANDSET, handset.port) in running
        is_stored = (Purpose.STORE, handset.port) in running
        must(is_stored == (handset.ticket is not None), "a ticket", handset)
        must(handset.state in _UNLIMITED or is_timed or is_stored, "a handset waits", handset)
        must(not (handset.state in _UNLIMITED and is_timed), "a handset's deadline", handset)
    delay_s = SITE.missed_offer_delay_s
    for record in center._orders.ledger.agents.values():
        wraps_up = record.state is AgentState.WRAPPING_UP
        must(wraps_up == ((Purpose.WRAP_UP, record.agent) in running), "a wrap-up", record)
        is_delayed = record.last_missed is not None and record.last_missed + delay_s > now
        must(is_delayed == ((Purpose.MISSED_DELAY, record.agent) in running), "a delay", record)
    waiting = {owner for purpose, owner in running if purpose is Purpose.ALERT_CALL}
    must(waiting == told._calls.keys(), "calls about alerts wait", waiting, told._calls)
    for alert_call in told._calls.values():
        must(
            (alert_call.port is None) == (alert_call.state is AlertCallState.WAITING),
            "a call about an alert",
            alert_call,
        )
    owners = {*machine.live, *_PORTS, *AGENTS, "", *told._calls}
    owners |= center._orders.ledger.call_backs.records.keys()
    must({owner for _, owner in running} <= owners, "a deadline outlived its owner", running)
    for back in center._orders.ledger.call_backs.records.values():
        is_known = (
            bool(back.call)
            or (Purpose.CALL_BACK, back.call_back) in running
            or f"call-back {back.call_back}" in center._router._waiters
        )
        must(is_known, "a call-back is forgotten", back)


def _look_at_waiters(machine: Machine) -> None:
    """All who wait are known to the router, at the right places, and nobody who could serve them idles."""
    center, order, now = machine.center, machine.order, machine.now
    router = center._router
    waiting = {
        call.id
        for call in center._calls
        if call.record.stage in (Stage.QUEUED, Stage.OFFERING) and not call.call_back
    }
    backs = {
        f"call-back {each.call_back}"
        for each in center._orders.ledger.call_backs.records.values()
        if not each.call and (Purpose.CALL_BACK, each.call_back) not in
        center._orders.timers._running
    }  # fmt: skip
    must(router._waiters.keys() == waiting | backs, "who waits by the router", waiting, backs)
    expected = {name for name, each in order.waiters.items() if each.is_postponed_until is None}
    must(expected == waiting | backs, "who waits by the facts", expected, waiting, backs)
    present = {
        (queue, call)
        for queue, contacts in center._calls.places._present.items()
        for call in contacts
    }
    placed = {
        (place.queue, name)
        for name in waiting
        if name in order.waiters
        for place in order.waiters[name].places
    }
    must(present == placed, "who is in which queue", present ^ placed)
    ready = order.ready(machine.shadow, now)
    free = {record.agent for record in ready}
    known = {agent for agent in AGENTS if router.is_ready(agent)}
    must(free == known, "who is free", free, known)
    for name in expected:
        waiter = order.waiters[name]
        known_waiter = router._waiters[name]  # type: ignore[index]
        must(bool(waiter.offers) == known_waiter.is_offered, "who is offered", waiter)
        scores = [(place.queue, place.score(now - waiter.entered)) for place in waiter.places]
        theirs = [(entry.queue, entry.score(now)) for entry in known_waiter.entries]
        must(
            all(mine[0] == his[0] and abs(mine[1] - his[1]) < 1e-6
                for mine, his in zip(scores, theirs, strict=True)),
            "points", waiter, theirs,
        )  # fmt: skip
        if order.is_waiting(waiter):
            for place in waiter.places:
                for record in ready:
                    must(
                        not order.will_do(record, waiter, place, now),
                        "a caller waits and an agent is idle", waiter, record,
                    )  # fmt: skip


def must_be_at_rest(machine: Machine) -> None:
    """Nothing has happened for as long as the deadlines allow: no call is up, nobody is waited for."""
    center = machine.center
    must(not machine.live, "a call is stuck", list(center._calls))
    must(not machine.connected, "still connected", machine.connected)
    must(not machine.recorded, "still recorded", machine.recorded)
    must(not machine.messages, "still leaves a message", machine.messages)
    for handset in center._handsets.all():
        # What there are alerts about does not go away by itself: their telephone is rung again and again.
        is_told = handset.call is not None and handset.call.startswith("alert-")
        is_just_released = (
            handset.state is HandsetState.RELEASED and machine.now - handset.since <= RELEASE_S
        )
        at_rest = handset.state in _AT_REST or is_told or is_just_released
        must(at_rest, "a handset is stuck", handset)
    for record in center._orders.ledger.agents.values():
        must(
            record.state in (AgentState.LOGGED_OUT, AgentState.PAUSED, AgentState.READY),
            "an agent is stuck",
            record,
        )
    busy = center._trunks._calls.keys() - center._alerts.calls._on_port.keys()
    must(not busy, "a trunk is stuck", busy)
