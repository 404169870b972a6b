"""Statistics as tables of 80 columns, for a supervisor."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from firmware_host.console.output import Column, Output
from firmware_host.service_level import SERVICE_LEVELS

__all__ = ["write_statistics"]

Row = dict[str, Any]
_WIDTH = 79
_DAY_S = 86_400.0
_NO_TENTHS = 1000

_CALLS: tuple[Column, ...] = (
    ("name", "Queue"),
    ("offered", "Offered"),
    ("answered", "Answ."),
    ("abandoned", "Hung up"),
    ("short_abandoned", "Short"),
    ("other", "Other"),
    ("level", "Level %"),
    ("mean_wait_s", "ASA s"),
    ("wait_90_s", "90 % s"),
    ("longest_wait_s", "Max s"),
)
_OTHERS: tuple[Column, ...] = (
    ("name", "Other"),
    ("left_by_key", "Key"),
    ("left_by_time", "Time"),
    ("left_deserted", "Nobody there"),
    ("left_otherwise", "Else"),
    ("left_for_call_back", "Call-back"),
    ("cut_off", "Cut off"),
    ("waiting", "Wait still"),
)
_BESIDES: tuple[Column, ...] = (
    ("name", "Besides"),
    ("resumed", "Resumed"),
    ("moved", "Moved"),
    ("overflowed", "Overflowed"),
    ("elsewhere", "Also here"),
    ("refused_in_all", "Refused"),
    ("returned", "Back"),
    ("returned_answered", "Answ. again"),
)
_CALL_BACKS: tuple[Column, ...] = (
    ("name", "Call-backs"),
    ("asked", "Asked"),
    ("reached", "Reached"),
    ("called_again", "Called again"),
    ("not_reached", "Not reached"),
    ("waiting", "Wait still"),
    ("attempts", "Dialled"),
    ("mean_delay", "Mean min"),
    ("longest_delay", "Max min"),
)
_HANDLING: tuple[Column, ...] = (
    ("name", "Queue"),
    ("median_wait_s", "50 % s"),
    ("wait_95_s", "95 % s"),
    ("mean_talk_s", "Talk s"),
    ("mean_wrap_up_s", "Wrap s"),
    ("mean_handling_s", "AHT s"),
    ("offered_per_hour", "Per hour"),
    ("offers", "Rings"),
    ("missed", "Missed"),
)
_AGENTS: tuple[Column, ...] = (
    ("name", "Agent"),
    ("calls", "Calls"),
    ("missed", "Miss"),
    ("logged_in", "Here"),
    ("ready", "Ready"),
    ("ringing", "Ring"),
    ("talking", "Talk"),
    ("wrapping_up", "Wrap"),
    ("paused", "Pause"),
    ("busy", "Busy %"),
    ("calls_per_hour", "Per h"),
    ("mean_handling_s", "AHT s"),
)
_PAUSES: tuple[Column, ...] = (("paid", "Paid"), ("unpaid", "Not paid"))
_TRUNKS: tuple[Column, ...] = (
    ("calls_in", "In"),
    ("answered_in", "Answered"),
    ("calls_out", "Out"),
    ("answered_out", "Answered"),
    ("hours", "Hours"),
    ("erlangs", "Erlangs"),
    ("most_at_once", "Most at once"),
)
_INTERVALS: tuple[Column, ...] = (
    ("name", "From"),
    ("offered", "Offered"),
    ("answered", "Answ."),
    ("abandoned", "Hung up"),
    ("level", "Level %"),
    ("mean_wait_s", "ASA s"),
    ("mean_handling_s", "AHT s"),
    ("agents", "Agents"),
    ("busy", "Busy %"),
    ("trunk_erlangs", "Trunks"),
)
_OF_ALL = {"agents", "busy", "trunk_erlangs"}


def write_statistics(
    out: Output,
    answer: Mapping[str, Any],
    *,
    part: str | None,
    zone: ZoneInfo,
    queue: str | None,
    agent: str | None,
    names: Mapping[str, str],
) -> None:
    """Tables of what was asked for, each figure's meaning below."""
    _say(out, _title(answer, zone))
    known_s = answer["known_until_utc_s"]
    if known_s is None:
        out.line("Nothing is recorded yet.")
        return
    if _is_empty(answer):
        out.line("Nothing is recorded of this time.")
        return
    if answer["calls"] is not None:
        _write_calls(out, answer, in_full=part == "queues" or queue is not None)
    if answer["all_agents"] is not None:
        if part == "agents" or agent is not None:
            _write_agents(out, answer, names)
        else:
            _say(out, _all_agents(answer))
    if part == "trunks":
        _write_trunks(out, answer)
    elif answer["all_trunks"] is not None:
        trunks = answer["all_trunks"]
        _say(
            out,
            f"Trunks: {trunks['erlangs']:.2f} erlangs, {trunks['most_at_once']} at most at once;"
            f" {trunks['calls_in']} calls in, {trunks['calls_out']} tries out.",
        )
    if part == "intervals":
        _write_intervals(out, answer, zone, queue=queue, agent=agent)
    if known_s < answer["end_utc_s"]:
        out.line(f"Known until {_clock(known_s, zone, seconds=True)}.")


def _title(answer: Mapping[str, Any], zone: ZoneInfo) -> str:
    begin_s, end_s = answer["begin_utc_s"], answer["end_utc_s"]
    begin = datetime.fromtimestamp(begin_s, zone)
    end = datetime.fromtimestamp(end_s, zone)
    if f"{begin:%H:%M}{end:%H:%M}" == "00:0000:00":
        last = (end - timedelta(days=1)).date()
        if last == begin.date():
            return f"{begin:%A %Y-%m-%d} ({zone.key})"
        return f"{begin:%Y-%m-%d} to {last:%Y-%m-%d} ({zone.key})"
    return f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} ({zone.key})"


def _is_empty(answer: Mapping[str, Any]) -> bool:
    calls, trunks = answer["calls"], answer["all_trunks"]
    return not (
        (calls is not None and _has_calls(calls))
        or answer["agents"]
        or trunks is not None
        or any(_happened(each) for each in answer["intervals"])
    )


def _has_calls(calls: Mapping[str, Any]) -> bool:
    return bool(
        calls["offered"]
        or calls["refused"]
        or calls["returned"]
        or calls["elsewhere"]
        or calls["call_backs"]["asked"]
    )


def _happened(interval: Mapping[str, Any]) -> bool:
    return bool(
        _has_calls(interval["calls"])
        or interval["agents"]["logged_in_s"]
        or interval["trunk_erlangs"]
    )


def _call_row(name: str, calls: Mapping[str, Any]) -> Row:
    others = (
        "left_by_key",
        "left_by_time",
        "left_deserted",
        "left_otherwise",
        "left_for_call_back",
        "cut_off",
        "waiting",
    )
    return {
        "name": name,
        **calls,
        "other": sum(calls[each] for each in others),
        "refused_in_all": sum(calls["refused"].values()),
        "level": _percent(calls["service_level"]),
    }


def _write_calls(out: Output, answer: Mapping[str, Any], *, in_full: bool) -> None:
    rows = [_call_row(name, calls) for name, calls in answer["queues"].items()]
    if len(rows) != 1:
        rows.append(_call_row("all", answer["calls"]))
    out.table(rows, _CALLS, empty="No queues.")
    _say(out, _level_words(answer))
    _say(
        out,
        "Waits are of those answered, the ring included; the longest is of all."
        f" Short: hung up within S = {answer['short_s']:g} s; they are among those who hung up.",
    )
    if in_full:
        _write_others(out, answer, rows)
    elif answer["calls"]["call_backs"]["asked"]:
        _say(out, _all_call_backs(answer["calls"]["call_backs"]))
    told = answer["calls"]["told"]
    if told is not None:
        _say(out, _telling(told))


def _write_others(out: Output, answer: Mapping[str, Any], rows: Sequence[Row]) -> None:
    out.table(rows, _HANDLING, empty="")
    if any(row["other"] for row in rows):
        out.table(rows, _OTHERS, empty="")
    if any(row[field] for row in rows for field, _ in _BESIDES[1:]):
        out.table(rows, _BESIDES, empty="")
        _say(
            out,
            "Of those offered: resumed (at the place of an earlier call), moved (from another queue of"
            " the same call), overflowed (waited, by rule, in another queue as well). Not offered:"
            " also here (waited here, too, and count for another queue), refused (never waited), back"
            " (waited again after a lost talk; so many were answered again).",
        )
    call_backs = [_call_back_row(row["name"], row["call_backs"]) for row in rows]
    if any(row["asked"] for row in call_backs):
        out.table(call_backs, _CALL_BACKS, empty="")
        _say(
            out,
            "Call-backs are no callers who wait on a line: they are in no service level and no wait"
            " above. Minutes are from asking to the talk, of those reached. Rings, talk and wrap-up"
            " count among the queue's.",
        )
    for row in rows:
        if row["refused"] and row["name"] != "all":
            reasons = ", ".join(f"{why} {count}" for why, count in row["refused"].items())
            _say(out, f"Refused by {row['name']}: {reasons}.")
    levels = answer["calls"]["service_levels"]
    out.table(
        [
            {
                "name": f"{name} *" if name == answer["level"] else name,
                "level": _percent(levels[name]),
                "formula": level.formula,
            }
            for name, level in SERVICE_LEVELS.items()
        ],
        (("name", "Service level"), ("level", "%"), ("formula", "Formula")),
        empty="",
    )
    out.line(f"* used above; T = {answer['threshold_s']:g} s, S = {answer['short_s']:g} s.")


def _call_back_row(name: str, call_backs: Mapping[str, Any]) -> Row:
    minutes = {
        field.removesuffix("_s"): None if call_backs[field] is None else call_backs[field] / 60
        for field in ("mean_delay_s", "longest_delay_s")
    }
    return {"name": name, **call_backs, **minutes}


def _all_call_backs(call_backs: Mapping[str, Any]) -> str:
    words = [f"Call-backs: {call_backs['asked']} asked for", f"{call_backs['reached']} reached"]
    if call_backs["reached"]:
        words[-1] += f" after {call_backs['mean_delay_s'] / 60:.1f} minutes on average"
    words += [
        f"{call_backs[field]} {label}"
        for field, label in (
            ("called_again", "called again themselves"),
            ("not_reached", "not reached"),
            ("waiting", "wait still"),
        )
        if call_backs[field]
    ]
    return ", ".join(words) + "."


def _level_words(answer: Mapping[str, Any]) -> str:
    return f"Level {answer['level']}: {answer['formula']}; T = {answer['threshold_s']:g} s."


def _telling(told: Mapping[str, Any]) -> str:
    error_s = told["mean_error_s"]
    words = (
        f"Waits told: {told['count']}; they were {abs(error_s):.0f} s too"
        f" {'short' if error_s > 0 else 'long'} on average, {told['mean_absolute_error_s']:.0f} s off."
    )
    if told["within_quantile"] is not None:
        words += (
            f" The {_percent(told['quantile']):.0f} % estimate held for"
            f" {_percent(told['within_quantile']):.0f} %."
        )
    return words


def _all_agents(answer: Mapping[str, Any]) -> str:
    everybody = answer["all_agents"]
    if not answer["agents"]:
        return "Agents: nobody was logged in."
    busy, handling_s = _percent(everybody["occupancy"]), everybody["mean_handling_s"]
    words = [f"Agents: {len(answer['agents'])} were here, {everybody['logged_in_s'] / 3600:.1f} h"]
    if busy is not None:
        words.append(f"occupancy {busy:.1f} %")
        words.append(f"{everybody['calls_per_hour']:.1f} calls an hour each")
    if handling_s is not None:
        words.append(f"average handling time {handling_s:.0f} s")
    return ", ".join([*words, f"missed rings {everybody['missed']}"]) + "."


def _agent_row(name: str, agent: Mapping[str, Any], unit_s: float) -> Row:
    return {
        "name": name,
        **agent,
        **{
            name.removesuffix("_s"): _short(value / unit_s)
            for name, value in agent.items()
            if name.endswith("_s") and isinstance(value, int | float)
        },
        "busy": _percent(agent["occupancy"]),
        "mean_handling_s": agent["mean_handling_s"],
    }


def _short(value: float) -> float | int:
    """A table has no room for tenths of what is long."""
    return round(value) if value >= _NO_TENTHS else value


def _unit(answer: Mapping[str, Any]) -> tuple[float, str]:
    if answer["end_utc_s"] - answer["begin_utc_s"] <= 1.5 * _DAY_S:
        return 60.0, "minutes"
    return 3600.0, "hours"


def _write_agents(out: Output, answer: Mapping[str, Any], names: Mapping[str, str]) -> None:
    unit_s, unit = _unit(answer)
    agents = answer["agents"]
    rows = [_agent_row(name, agent, unit_s) for name, agent in agents.items()]
    if len(rows) > 1:
        rows.append(_agent_row("all", answer["all_agents"], unit_s))
    out.table(rows, _AGENTS, empty="Nobody was logged in.")
    _say(
        out,
        f"Here to pause are {unit}. Busy: ring, talk, wrap-up, call-backs dialled and calls out, as a"
        " part of these and of ready. Calls per hour are those of the time without pauses.",
    )
    everybody = answer["all_agents"]
    pauses = [
        {
            "name": name,
            "who": names.get(name, ""),
            "reason": reason,
            "paid": lasted_s / unit_s if field == "paid_s" else None,
            "unpaid": lasted_s / unit_s if field == "unpaid_s" else None,
        }
        for name, agent in (*agents.items(), *((("all", everybody),) if len(agents) > 1 else ()))
        for field in ("paid_s", "unpaid_s")
        for reason, lasted_s in agent[field].items()
    ]
    if pauses:
        columns = (("name", "Agent"), ("who", "Name"), ("reason", "Pause"), *_PAUSES)
        out.table(pauses, columns, empty="")
        paid_s = everybody["paid_pauses_s"]
        _say(
            out,
            f"Pauses: {paid_s / unit_s:.1f} {unit} paid,"
            f" {(everybody['paused_s'] - paid_s) / unit_s:.1f} not paid.",
        )
    for field, words in (
        ("calling_back_s", "Numbers of call-backs dialled, and not answered yet"),
        ("calling_out_s", "Calls out that agents made"),
        ("not_known_s", "Not known, the call server was down"),
    ):
        if everybody[field]:
            _say(out, f"{words}: {everybody[field] / unit_s:.1f} {unit}, counted in Here.")


def _write_trunks(out: Output, answer: Mapping[str, Any]) -> None:
    for field, heading in (("trunk_groups", "Group"), ("carriers", "Carrier")):
        rows = [_trunk_row(name or "(none)", trunks) for name, trunks in answer[field].items()]
        if len(rows) > 1:
            rows.append(_trunk_row("all", answer["all_trunks"]))
        out.table(rows, (("name", heading), *_TRUNKS), empty=f"No {heading.lower()}s.")
    out.line("Out counts tries: a call may seize several trunks, one after another.")


def _trunk_row(name: str, trunks: Mapping[str, Any]) -> Row:
    return {"name": name, **trunks, "hours": trunks["seized_s"] / 3600}


def _write_intervals(
    out: Output,
    answer: Mapping[str, Any],
    zone: ZoneInfo,
    *,
    queue: str | None,
    agent: str | None,
) -> None:
    intervals = answer["intervals"]
    happened = [each for each in intervals if _happened(each)]
    lengths = {each["end_utc_s"] - each["begin_utc_s"] for each in intervals}
    labels = _labels(happened, zone, days_only=min(lengths) > _DAY_S / 2)
    if agent is not None:
        rows = [
            _agent_row(label, each["agents"], 60.0)
            for label, each in zip(labels, happened, strict=True)
        ]
        columns: tuple[Column, ...] = (("name", "From"), *_AGENTS[1:-2])
        out.table(rows, columns, empty="")
        out.line("Here to pause are minutes.")
        return
    rows = [_interval_row(label, each) for label, each in zip(labels, happened, strict=True)]
    columns = tuple(each for each in _INTERVALS if queue is None or each[0] not in _OF_ALL)
    out.table(rows, columns, empty="")
    _say(out, _level_words(answer))
    _say(
        out,
        "Agents (those in a pause left out) and trunks are means of the interval. Intervals in which"
        " nothing happened are left out.",
    )


def _interval_row(label: str, interval: Mapping[str, Any]) -> Row:
    agents = interval["agents"]
    away_s = agents["paused_s"] + agents["not_known_s"]
    lasts_s = interval["end_utc_s"] - interval["begin_utc_s"]
    return {
        **_call_row(label, interval["calls"]),
        "agents": (agents["logged_in_s"] - away_s) / lasts_s,
        "busy": _percent(agents["occupancy"]),
        "trunk_erlangs": interval["trunk_erlangs"],
    }


def _labels(
    intervals: Iterable[Mapping[str, Any]], zone: ZoneInfo, *, days_only: bool
) -> list[str]:
    """Local times; where a clock is set back, an hour comes twice and is told with its zone."""
    labels, before = [], ""
    for interval in intervals:
        begin = datetime.fromtimestamp(interval["begin_utc_s"], zone)
        day = f"{begin:%m-%d}" if not days_only else f"{begin:%Y-%m-%d}"
        twice = begin.utcoffset() != begin.replace(fold=1 - begin.fold).utcoffset()
        clock = "" if days_only else f"{begin:%H:%M}" + (f" {begin:%Z}" if twice else "")
        labels.append(f"{day} {clock}".strip() if day != before else clock)
        before = day
    if len({label[:5] for label in labels if "-" in label}) == 1 and not days_only:
        labels = [label.split(" ", 1)[-1] if "-" in label[:3] else label for label in labels]
    return labels


def _clock(at_s: float, zone: ZoneInfo, *, seconds: bool = False) -> str:
    at = datetime.fromtimestamp(at_s, zone)
    return f"{at:%Y-%m-%d %H:%M:%S}" if seconds else f"{at:%Y-%m-%d %H:%M}"


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _say(out: Output, text: str) -> None:
    for line in textwrap.wrap(text, _WIDTH):
        out.line(line)
