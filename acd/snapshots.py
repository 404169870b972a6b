"""The records as one fact, and back.

Times become ages, which mean the same on any clock. A row from another version is read as far as it goes:
what is missing or not understood takes the value of a record that knows nothing.
"""

from collections.abc import Iterable, Iterator

from acd.facts import SnapshotTaken
from acd.records import AgentRecord, AgentState, CallRecord, Stage

__all__ = ["agents_of", "calls_of", "take_snapshot"]

_Plain = str | int | float | None
_Row = dict[str, _Plain]

_AGENT_STATES = {state.value: state for state in AgentState}
_STAGES = {stage.value: stage for stage in Stage}


def take_snapshot(
    agents: Iterable[AgentRecord],
    calls: Iterable[CallRecord],
    counters: dict[str, int],
    now: float,
) -> SnapshotTaken:
    """Everything as of now."""
    return SnapshotTaken(
        agents=tuple(_agent_row(record, now) for record in agents),
        calls=tuple(_call_row(record, now) for record in calls),
        counters=dict(counters),
    )


def agents_of(snapshot: SnapshotTaken, at: float) -> Iterator[AgentRecord]:
    """The agents as they were when it was taken, at ``at``."""
    return (_agent_from(row, at) for row in snapshot.agents if row.get("agent"))


def calls_of(snapshot: SnapshotTaken, at: float) -> Iterator[CallRecord]:
    """The calls as they were when it was taken, at ``at``."""
    return (_call_from(row, at) for row in snapshot.calls if row.get("call"))


def _agent_row(record: AgentRecord, now: float) -> _Row:
    return {
        "agent": record.agent,
        "state": record.state.value,
        "state_age_s": _age(record.since, now),
        "station": record.station,
        "reason": record.reason,
        "wanted_pause": record.wanted_pause,
        "call": record.call,
        "queue": record.queue,
        "ready_age_s": _age(record.ready_since, now),
        "idle_rank": record.idle_rank,
        "calls_taken": record.calls_taken,
        "missed": record.missed,
        "missed_in_row": record.missed_in_row,
        "last_missed_age_s": _age(record.last_missed, now),
        "wrong_pins": record.wrong_pins,
        "locked_age_s": _age(record.locked_since, now),
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
    }


def _age(since: float | None, now: float) -> float | None:
    return None if since is None else now - since


def _text(value: _Plain) -> str:
    return "" if value is None else str(value)


def _number(value: _Plain) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _seconds(value: _Plain) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _time(age_s: _Plain, at: float) -> float | None:
    return at - age_s if isinstance(age_s, int | float) else None


def _agent_from(row: _Row, at: float) -> AgentRecord:
    state = _AGENT_STATES.get(_text(row.get("state")), AgentState.LOGGED_OUT)
    is_out = state is AgentState.LOGGED_OUT
    return AgentRecord(
        agent=_text(row.get("agent")),
        state=state,
        since=_time(row.get("state_age_s", 0.0), at) or 0.0,
        station="" if is_out else _text(row.get("station")),
        reason=_text(row.get("reason")),
        wanted_pause=_text(row.get("wanted_pause")),
        call=_text(row.get("call")),
        queue=_text(row.get("queue")),
        ready_since=_time(row.get("ready_age_s", 0.0), at) or 0.0,
        idle_rank=_number(row.get("idle_rank")),
        calls_taken=_number(row.get("calls_taken")),
        missed=_number(row.get("missed")),
        missed_in_row=_number(row.get("missed_in_row")),
        last_missed=_time(row.get("last_missed_age_s"), at),
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
    )
