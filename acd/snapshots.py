"""The records as one fact, and back.

Times become ages, which mean the same on any clock. A row from another version is read as far as it goes:
what is missing or not understood takes the value of a record that knows nothing.
"""

from collections.abc import Iterable, Iterator

from acd.alert_records import ActiveAlerts
from acd.call_backs import CallBacks
from acd.facts import SnapshotTaken
from acd.memory import Memory
from acd.recent_service import RecentService
from acd.records import AgentRecord, AgentState, CallRecord, Loan, Stage

__all__ = ["agents_of", "calls_of", "take_snapshot"]

_Plain = str | int | float | None
_Row = dict[str, _Plain]
_Nested = dict[str, str | int | float | dict[str, float] | None]

_AGENT_STATES = {state.value: state for state in AgentState}
_STAGES = {stage.value: stage for stage in Stage}


def take_snapshot(
    agents: Iterable[AgentRecord],
    calls: Iterable[CallRecord],
    counters: dict[str, int],
    memory: Memory,
    call_backs: CallBacks,
    alerts: ActiveAlerts,
    recent: RecentService,
    now: float,
) -> SnapshotTaken:
    """Everything as of now."""
    agents = tuple(agents)
    services, places = memory.rows(now)
    return SnapshotTaken(
        agents=tuple(_agent_row(record, now) for record in agents),
        calls=tuple(_call_row(record, now) for record in calls),
        counters=dict(counters),
        services=services,
        places=places,
        loans=tuple(_loan_rows(agents, now)),
        alerts=alerts.rows(now),
        recent_service=recent.rows(now),
        call_backs=tuple(call_backs.rows(now)),
    )


def agents_of(snapshot: SnapshotTaken, at: float) -> Iterator[AgentRecord]:
    """The agents as they were when it was taken, at ``at``."""
    records = {
        record.agent: record
        for row in snapshot.agents
        if row.get("agent")
        for record in (_agent_from(row, at),)
    }
    for row in snapshot.loans:
        record = records.get(_text(row.get("agent")))
        if record is not None:
            leaves = _names(row.get("left_queues"))
            if (
                "left_queues" not in row
            ):  # as written before queues could have spaces in their names
                leaves = tuple(_text(row.get("leaves")).split())
            since = _time(row.get("age_s"), at) or 0.0
            record.lent[_text(row.get("queue"))] = Loan(leaves, _text(row.get("loan")), since)
    return iter(records.values())


def calls_of(snapshot: SnapshotTaken, at: float) -> Iterator[CallRecord]:
    """The calls as they were when it was taken, at ``at``."""
    return (_call_from(row, at) for row in snapshot.calls if row.get("call"))


def _agent_row(record: AgentRecord, now: float) -> _Nested:
    return {
        "agent": record.agent,
        "state": record.state.value,
        "state_age_s": _age(record.since, now),
        "station": record.station,
        "reason": record.reason,
        "held_age_s": _age(record.held_since, now),
        "wrap_up_code": record.wrap_up_code,
        "wanted_pause": record.wanted_pause,
        "call": record.call,
        "queue": record.queue,
        "ready_age_s": _age(record.ready_since, now),
        "idle_rank": record.idle_rank,
        "calls_taken": record.calls_taken,
        "missed": record.missed,
        "missed_in_row": record.missed_in_row,
        "last_missed_age_s": _age(record.last_missed, now),
        "logged_in_age_s": _age(record.logged_in_at, now),
        "busy_s": record.busy_s,
        "taken": dict(record.taken),
        "turns": dict(record.turns),
        "offered_last": dict(record.offered_last),
        "wrong_pins": record.wrong_pins,
        "locked_age_s": _age(record.locked_since, now),
    }


def _loan_rows(agents: Iterable[AgentRecord], now: float) -> Iterator[_Row]:
    for record in agents:
        for queue, loan in record.lent.items():
            yield {
                "agent": record.agent,
                "queue": queue,
                "left_queues": "\n".join(loan.leaves),
                "loan": loan.loan,
                "age_s": _age(loan.since, now),
            }


def _call_row(record: CallRecord, now: float) -> _Row:
    return {
        "call": record.call,
        "port": record.port,
        "age_s": _age(record.since, now),
        "stage": record.stage.value,
        "stage_age_s": _age(record.stage_since, now),
        "queue": record.queue,
        "queued_age_s": _age(record.queued_since, now),
        "rang_s": record.rang_s,
        "number": record.number,
        "waited_before_s": record.waited_before_s,
        "ringing": record.ringing,
        "told_age_s": _age(record.told_at, now),
        "told_wait_s": record.told_wait_s,
        "told_mean_s": record.told_mean_s,
        "told_quantile_s": record.told_quantile_s,
        "told_quantile": record.told_quantile,
        "is_recorded": int(record.is_recorded),
        "is_served": int(record.is_served),
        "tenant": record.tenant,
        "carrier": record.carrier,
        "answered_age_s": _age(record.answered_at, now),
        "out_port": record.out_port,
        "out_carrier": record.out_carrier,
        "message_file": record.message_file,
        "message_box": record.message_box,
        "message_age_s": _age(record.message_since, now),
    }


def _age(since: float | None, now: float) -> float | None:
    return None if since is None else now - since


def _text(value: _Plain | dict[str, float]) -> str:
    return "" if value is None else str(value)


def _names(value: _Plain | dict[str, float]) -> tuple[str, ...]:
    """A line each; names may have spaces in them."""
    return tuple(_text(value).splitlines())


def _number(value: _Plain | dict[str, float]) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _seconds(value: _Plain | dict[str, float]) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _time(age_s: _Plain | dict[str, float], at: float) -> float | None:
    return at - age_s if isinstance(age_s, int | float) else None


def _by_queue(value: _Plain | dict[str, float]) -> dict[str, float]:
    return dict(value) if isinstance(value, dict) else {}


def _agent_from(row: _Nested, at: float) -> AgentRecord:
    state = _AGENT_STATES.get(_text(row.get("state")), AgentState.LOGGED_OUT)
    is_out = state is AgentState.LOGGED_OUT
    return AgentRecord(
        agent=_text(row.get("agent")),
        state=state,
        since=_time(row.get("state_age_s", 0.0), at) or 0.0,
        station="" if is_out else _text(row.get("station")),
        reason=_text(row.get("reason")),
        held_since=_time(row.get("held_age_s"), at),
        wrap_up_code=_text(row.get("wrap_up_code")),
        wanted_pause=_text(row.get("wanted_pause")),
        call=_text(row.get("call")),
        queue=_text(row.get("queue")),
        ready_since=_time(row.get("ready_age_s", 0.0), at) or 0.0,
        idle_rank=_number(row.get("idle_rank")),
        calls_taken=_number(row.get("calls_taken")),
        missed=_number(row.get("missed")),
        missed_in_row=_number(row.get("missed_in_row")),
        last_missed=_time(row.get("last_missed_age_s"), at),
        logged_in_at=_time(row.get("logged_in_age_s"), at) or 0.0,
        busy_s=_seconds(row.get("busy_s")),
        taken={queue: int(count) for queue, count in _by_queue(row.get("taken")).items()},
        turns=_by_queue(row.get("turns")),
        offered_last={
            queue: int(serial) for queue, serial in _by_queue(row.get("offered_last")).items()
        },
        wrong_pins=_number(row.get("wrong_pins")),
        locked_since=_time(row.get("locked_age_s"), at),
    )


def _call_from(row: _Row, at: float) -> CallRecord:
    stage = _STAGES.get(_text(row.get("stage")), Stage.OFFERED)
    return CallRecord(
        call=_text(row.get("call")),
        port=_text(row.get("port")),
        since=_time(row.get("age_s", 0.0), at) or 0.0,
        stage=stage,
        stage_since=_time(row.get("stage_age_s", 0.0), at) or 0.0,
        queue=_text(row.get("queue")),
        queued_since=_time(row.get("queued_age_s", 0.0), at) or 0.0,
        rang_s=_seconds(row.get("rang_s")),
        number=_text(row.get("number")),
        waited_before_s=_seconds(row.get("waited_before_s")),
        ringing=_number(row.get("ringing")),
        told_at=_time(row.get("told_age_s"), at),
        told_wait_s=_seconds(row.get("told_wait_s")),
        told_mean_s=_seconds(row.get("told_mean_s")),
        told_quantile_s=_seconds(row.get("told_quantile_s")),
        told_quantile=_seconds(row.get("told_quantile")),
        is_recorded=bool(_number(row.get("is_recorded"))),
        is_served=bool(_number(row.get("is_served"))),
        tenant=_text(row.get("tenant")) or "main",
        carrier=_text(row.get("carrier")),
        answered_at=_time(row.get("answered_age_s"), at),
        out_port=_text(row.get("out_port")),
        out_carrier=_text(row.get("out_carrier")),
        message_file=_text(row.get("message_file")),
        message_box=_text(row.get("message_box")),
        message_since=_time(row.get("message_age_s"), at) or 0.0,
    )
