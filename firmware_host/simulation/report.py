"""The figures as tables of 80 columns, for a supervisor."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from acd.planning import Outlook
from firmware_host.console import Output
from firmware_host.simulation.confidence import Estimate, Path, Summary
from firmware_host.simulation.figures import LevelFormula
from firmware_host.simulation.theory import GOAL, Comparison

__all__ = [
    "Days",
    "write_agents",
    "write_call_backs",
    "write_calls",
    "write_difference",
    "write_erlang",
    "write_halves",
]

Row = dict[str, str]
_WIDTH = 79


def say(out: Output, text: str) -> None:
    """A sentence, on as many lines as it needs."""
    for line in textwrap.wrap(text, _WIDTH):
        out.line(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """What was simulated, in words."""

    queues: Sequence[str]
    agents: Sequence[tuple[str, str]]
    "Number and name."
    halves: Sequence[str]
    threshold_s: float
    formula: LevelFormula

    @property
    def level_words(self) -> str:
        """The service level's definition."""
        return f"{self.formula.words}, T = {self.threshold_s:g} s"


def write_calls(out: Output, summary: Summary, days: Days) -> None:
    """Queues, and all of them together."""
    say(out, _reached(summary))
    rows = [_call_row(summary, ("queues", queue), queue) for queue in days.queues]
    if len(rows) != 1:
        rows.append(_call_row(summary, ("total",), "all"))
    _table(
        out,
        rows,
        (
            "Queue",
            "Offered",
            "Answered",
            "Lost",
            "Level %",
            "Mean s",
            "50 % s",
            "95 % s",
            "Longest",
        ),
    )
    sent_on = summary.get(("total", "sent_on"))
    if sent_on is not None and sent_on.mean > 0:
        ways = [f"{_count(sent_on)} were sent on or cut off"]
        by_key = summary.get(("total", "left_by_key"))
        if by_key is not None and by_key.mean > 0:
            ways.append(f"{_count(by_key)} left by a key")
        out.line(f"Of those lost, {', '.join(ways)}; the others hung up.")
    out.line(f"Level: {days.level_words}.")
    out.line("Waits are of those answered, the ring included; longest is of all who waited.")
    out.line(f"Agents were occupied {_percent(summary.get(('occupancy',)))} % of their time.")


def write_call_backs(out: Output, summary: Summary, days: Days) -> None:
    """Callers who were called back, if any asked for it."""
    total = summary.get(("call_backs", "", "asked"))
    if total is None or total.mean == 0:
        return
    rows = []
    for queue in days.queues:
        at = ("call_backs", queue)
        asked = summary.get((*at, "asked"))
        if asked is not None and asked.mean > 0:
            delay = summary.get((*at, "mean_delay_s"))
            rows.append(
                {
                    "Call-backs": queue,
                    "Asked": _count(asked),
                    "Reached": _count(summary.get((*at, "reached"))),
                    "Given up": _count(summary.get((*at, "given_up"))),
                    "Dialled": _count(summary.get((*at, "attempts"))),
                    "After min": _number(delay, 1, 1 / 60, signed=False),
                }
            )
    _table(out, rows, tuple(rows[0]))
    say(
        out,
        "After: from asking to the talk. Who asks for a call-back is offered, and neither answered"
        " nor lost; the service level counts it as not answered in time.",
    )


def write_agents(out: Output, summary: Summary, days: Days) -> None:
    """What agents did."""
    rows = []
    for agent, name in days.agents:
        at = ("agents", agent)
        present = summary.get((*at, "present_s"))
        if present is None or present.mean == 0:
            continue
        rows.append(
            {
                "Agent": agent,
                "Name": name,
                "Calls": _count(summary.get((*at, "calls"))),
                "Missed": _count(summary.get((*at, "missed"))),
                "Here h": _hours(present),
                "Pause h": _hours(summary.get((*at, "paused_s"))),
                "Talk h": _hours(summary.get((*at, "talking_s"))),
                "Wrap h": _hours(summary.get((*at, "wrapping_up_s"))),
                "Busy %": _percent(summary.get((*at, "occupancy"))),
            }
        )
    _table(out, rows, tuple(rows[0]) if rows else ("Agent",), texts=2)


def write_halves(out: Output, summary: Summary, days: Days) -> None:
    """The day by half hours."""
    rows = []
    for half in days.halves:
        at = ("half_hours", half)
        rows.append(
            {
                "From": half,
                "Offered": _count(summary.get((*at, "calls", "offered"))),
                "Answered": _count(summary.get((*at, "calls", "answered"))),
                "Level %": _percent(summary.get((*at, "calls", "service_level"))),
                "Mean s": _seconds(summary.get((*at, "calls", "mean_wait_s"))),
                "Waiting": _tenths(summary.get((*at, "mean_waiting"))),
                "Busy": _tenths(summary.get((*at, "agents_busy"))),
                "Agents": _tenths(summary.get((*at, "agents_present"))),
            }
        )
    _table(out, rows, tuple(rows[0]) if rows else ("From",))
    out.line("Waiting, busy and agents (those in a pause left out) are means of the half hour.")


_COMPARED: tuple[tuple[str, str, str], ...] = (
    ("offered", "offered", "count"),
    ("answered", "answered", "count"),
    ("abandoned", "hung up", "count"),
    ("left_for_call_back", "to be called back", "count"),
    ("service_level", "level %", "percent"),
    ("mean_wait_s", "mean wait s", "seconds"),
    ("wait_95_s", "95 % wait s", "seconds"),
    ("longest_wait_s", "longest wait s", "seconds"),
)


_COMPARED_BELOW: tuple[tuple[Path, str, str], ...] = (
    (("occupancy",), "agents: occupied %", "percent"),
)


def write_difference(
    out: Output,
    cases: tuple[str, str],
    before: Summary,
    after: Summary,
    change: Summary,
    days: Days,
) -> None:
    """Two cases side by side."""
    rows = []
    for name, path in _compared_parts(days):
        for field, label, kind in _COMPARED:
            at: Path = (*path, field)
            rows.append(_difference_row(f"{name}: {label}", kind, at, cases, before, after, change))
    for path, label, kind in _COMPARED_BELOW:
        rows.append(_difference_row(label, kind, path, cases, before, after, change))
    busy = ("lines_busy",)
    if any(each is not None and each.mean > 0 for each in (before.get(busy), after.get(busy))):
        label = "found every line busy"
        rows.append(_difference_row(label, "count", busy, cases, before, after, change))
    sure = ("Sure",) if any(row["Sure"] for row in rows) else ()
    _table(out, rows, ("Figure", *cases, "Difference", *sure))
    out.line(f"Level: {days.level_words}.")


def _compared_parts(days: Days) -> list[tuple[str, Path]]:
    parts: list[tuple[str, Path]] = [(queue, ("queues", queue)) for queue in days.queues]
    return parts if len(parts) == 1 else [*parts, ("all", ("total",))]


def _difference_row(
    label: str,
    kind: str,
    at: Path,
    cases: tuple[str, str],
    before: Summary,
    after: Summary,
    change: Summary,
) -> Row:
    show = {"count": _count, "percent": _percent, "seconds": _seconds}[kind]
    difference = change.get(at)
    sure = ""
    if difference is not None and difference.plus_minus is not None:
        sure = "yes" if difference.is_surely_not_zero else "no"
    return {
        "Figure": label,
        cases[0]: show(_alone(before.get(at))),
        cases[1]: show(_alone(after.get(at))),
        "Difference": show(difference, signed=True),
        "Sure": sure,
    }


def write_erlang(
    out: Output, comparisons: Sequence[Comparison], summary: Summary, threshold_s: float
) -> None:
    """The formulas beside the simulation."""
    rows, remarks = [], []
    for each in comparisons:
        if each.inapplicable:
            remarks.append(
                f"Erlang's formulas do not describe {each.queue}: {'; '.join(each.inapplicable)}."
            )
            continue
        at = ("queues", each.queue)
        offered, abandoned = summary.get((*at, "offered")), summary.get((*at, "abandoned"))
        lost = None
        if offered is not None and abandoned is not None and offered.mean > 0:
            lost = Estimate(abandoned.mean / offered.mean)
        rows.append(
            {
                "Queue": each.queue,
                "By": "simulation",
                "Level %": _percent(summary.get((*at, "service_level"))),
                "Mean wait s": _seconds(summary.get((*at, "mean_wait_of_all_s"))),
                "Hung up %": _percent(lost),
            }
        )
        for name, outlook in (("Erlang C", each.erlang_c), ("Erlang A", each.erlang_a)):
            if outlook is not None:
                rows.append(_outlook_row(each.queue, name, outlook))
        remarks.append(
            f"{each.queue}: {each.agents} agents, each call keeps one {each.handling_s:.0f} s."
            f" For {100 * GOAL:.0f} % within {threshold_s:g} s the formula asks for"
            f" {each.agents_needed}. It is only near: {'; '.join(each.approximate)}."
        )
    if rows:
        _table(out, rows, ("Queue", "By", "Level %", "Mean wait s", "Hung up %"), texts=2)
        out.line("Level here: answered within T / all offered; mean wait: of all, lost ones too.")
    for remark in remarks:
        say(out, remark)


def _outlook_row(queue: str, name: str, outlook: Outlook) -> Row:
    return {
        "Queue": queue,
        "By": name,
        "Level %": f"{100 * outlook.service_level:.1f}",
        "Mean wait s": "endless"
        if outlook.mean_wait_s == float("inf")
        else f"{outlook.mean_wait_s:.1f}",
        "Hung up %": f"{100 * outlook.abandoned_share:.1f}",
    }


def _reached(summary: Summary) -> str:
    text = f"{_count(summary.get(('calls',)))} calls came in"
    ends = [
        (path[1], value) for path, value in summary.items() if path[0] == "ended_in_flow" and value
    ]
    if ends:
        listed = ", ".join(f"{_count(value)} {cause}" for cause, value in ends)
        text += f"; without reaching a queue ended: {listed}"
    busy = summary.get(("lines_busy",))
    if busy is not None and busy.mean > 0:
        text += f". {_count(busy)} more found every line busy"
    return f"{text}."


def _call_row(summary: Summary, at: Path, name: str) -> Row:
    answered = summary.get((*at, "answered"))
    return {
        "Queue": name,
        "Offered": _count(summary.get((*at, "offered"))),
        "Answered": _count(answered),
        "Lost": _count(summary.get((*at, "lost"))),
        "Level %": _percent(summary.get((*at, "service_level"))),
        "Mean s": _seconds(summary.get((*at, "mean_wait_s"))),
        "50 % s": _seconds(summary.get((*at, "median_wait_s"))),
        "95 % s": _seconds(summary.get((*at, "wait_95_s"))),
        "Longest": _seconds(summary.get((*at, "longest_wait_s"))),
    }


def _alone(value: Estimate | None) -> Estimate | None:
    """Without its interval: the interval of the difference is what matters beside it."""
    return None if value is None else Estimate(value.mean)


def _number(value: Estimate | None, digits: int, scale: float, *, signed: bool) -> str:
    if value is None:
        return "-"
    text = f"{scale * value.mean:{'+' if signed else ''}.{digits}f}"
    if float(text) == 0:
        text = f"{0:.{digits}f}"
    if value.plus_minus is None:
        return text
    return f"{text}±{scale * value.plus_minus:.{digits}f}"


def _count(value: Estimate | None, *, signed: bool = False) -> str:
    digits = 1 if signed and value is not None and value.plus_minus is not None else 0
    return _number(value, digits, 1.0, signed=signed)


def _tenths(value: Estimate | None) -> str:
    return _number(value, 1, 1.0, signed=False)


def _percent(value: Estimate | None, *, signed: bool = False) -> str:
    return _number(value, 1, 100.0, signed=signed)


def _seconds(value: Estimate | None, *, signed: bool = False) -> str:
    large = value is not None and abs(value.mean) >= 100
    return _number(value, 0 if large else 1, 1.0, signed=signed)


def _hours(value: Estimate | None) -> str:
    return _number(_alone(value), 2, 1 / 3600, signed=False)


def _table(out: Output, rows: Sequence[Row], columns: Sequence[str], *, texts: int = 1) -> None:
    """Figures stand at the right, under their heading; the first ``texts`` columns are text."""
    widths = {
        column: max(len(column), *(len(row[column]) for row in rows)) if rows else 0
        for column in columns[texts:]
    }
    padded = [
        {
            column: row[column].rjust(widths[column]) if column in widths else row[column]
            for column in columns
        }
        for row in rows
    ]
    headings = [(column, column.rjust(widths.get(column, 0))) for column in columns]
    out.table(padded, headings, empty="Nothing happened.")
