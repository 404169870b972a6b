"""Who answered: ours beside the rules of Asterisk's AMD, on the same calls.

Run it by itself for the figures of each kind of call, and for what other limits would cost:

    .venv/bin/python -m scripts.accuracy.answering --limits
"""

import argparse
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dsp import Answering, AnsweringJudge, AnsweringSettings
from scripts.accuracy.amd_rules import AmdVerdict, amd_rules
from scripts.accuracy.answering_material import MACHINE_KINDS, PEOPLE_KINDS, Call, material
from scripts.accuracy.answering_tones import TONE_KINDS, tone_calls
from scripts.accuracy.section import Row, Section

__all__ = ["section"]

HALVES = {"tune": "tuning half", "report": "reporting half"}
BEEP_WITHIN_S = 0.2
PIECE_SAMPLES = 160
TEXT = """People lost are people taken for anything else; AMD's NOTSURE is counted apart. Calls are made
by a script: espeak-ng in ten languages and, as real voices, prompts of Debian's asterisk-core-sounds
packages, through lines of many bands, levels (-35 to -10 dBm0) and noises, with echo, left-overs of
ringback, coughs, streets and televisions. Real answering machines were not at hand. Thresholds were set
on the tuning half; the reporting half has other speakers and other texts. What the figures hang on most
is how long people's greetings are: here a fifth of the people answer as companies do, in 1 to 5.5 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A call, and what we and the peer say."""

    call: Call
    ours: Answering
    theirs: AmdVerdict
    seconds: float
    """What ours took."""


def judge(calls: Sequence[Call], settings: AnsweringSettings | None = None) -> list[Judged]:
    """Judges each call, in pieces of 20 ms as they come from a line."""
    out = []
    for call in calls:
        judge = AnsweringJudge(settings)
        begun = time.perf_counter()
        for start in range(0, call.samples.size, PIECE_SAMPLES):
            judge.hear(call.samples[start : start + PIECE_SAMPLES])
        ours = judge.finish()
        seconds = time.perf_counter() - begun
        out.append(Judged(call=call, ours=ours, theirs=amd_rules(call.samples), seconds=seconds))
    return out


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _spread(seconds: Sequence[float]) -> tuple[str, float]:
    """Median and 95th percentile, as text; and the latter."""
    if not len(seconds):
        return "–", float("inf")
    high = float(np.percentile(seconds, 95))
    return f"{np.median(seconds):.2f} s, 95 %: {high:.2f} s", high


def _rows(judged: Sequence[Judged], half: str) -> list[Row]:
    people = [each for each in judged if each.call.truth == "person"]
    machines = [each for each in judged if each.call.truth == "machine"]
    lost = sum(each.ours.result != "person" for each in people)
    their_lost = sum(each.theirs.result == "machine" for each in people)
    unsure = sum(each.theirs.result == "unknown" for each in people)
    missed = sum(each.ours.result == "person" for each in machines)
    their_missed = sum(each.theirs.result == "person" for each in machines)
    quiet, latest = _spread(
        [each.ours.decided_s - each.call.end_s for each in people if each.ours.result == "person"]
    )
    their_quiet, _ = _spread(
        [
            each.theirs.decided_s - each.call.end_s
            for each in people
            if each.theirs.result == "person"
        ]
    )
    first_s = [each.ours.decided_s - each.call.start_s for each in people]
    first, _ = _spread(first_s)
    their_first, _ = _spread([each.theirs.decided_s - each.call.start_s for each in people])
    talking, slowest = _spread(
        [
            each.ours.decided_s - each.call.start_s
            for each in machines
            if each.ours.result != "person"
        ]
    )
    their_talking, their_slowest = _spread(
        [
            each.theirs.decided_s - each.call.start_s
            for each in machines
            if each.theirs.result != "person"
        ]
    )
    beeps = [
        each for each in machines if each.call.beep_s is not None and each.ours.result == "machine"
    ]
    found = sum(_beep_right(each) for each in beeps)
    false = sum(each.ours.beep_s is not None and not _beep_right(each) for each in judged)
    count = f"{len(people)} people"
    return [
        Row(
            limit=f"people lost: at most 5 % ({half})",
            signals=count,
            ours=_percent(lost, len(people)),
            theirs=f"{_percent(their_lost, len(people))}, not sure of {_percent(unsure, len(people))}",
            met=lost <= 0.05 * len(people),
            worse=lost > their_lost + unsure,
        ),
        Row(
            limit=f"people: known within 1 s of the greeting's end, 19 of 20 ({half})",
            signals=count,
            ours=quiet,
            theirs=their_quiet,
            met=latest <= 1.0,
        ),
        Row(
            limit=f"people: half of them known within 2 s of the first word ({half})",
            signals=count,
            ours=first,
            theirs=their_first,
            met=bool(np.median(first_s) <= 2.0),
        ),
        Row(
            limit=f"machines taken for people: at most 10 % ({half})",
            signals=f"{len(machines)} machines",
            ours=_percent(missed, len(machines)),
            theirs=_percent(their_missed, len(machines)),
            met=missed <= 0.1 * len(machines),
            worse=missed > their_missed,
        ),
        Row(
            limit=f"machines: known within 3 s of the first word, 19 of 20 ({half})",
            signals=f"{len(machines)} machines",
            ours=talking,
            theirs=their_talking,
            met=slowest <= 3.0,
            worse=slowest > their_slowest,
        ),
        Row(
            limit=f"beep found within ±0.2 s: 95 % ({half})",
            signals=f"{len(beeps)} beeps",
            ours=_percent(found, len(beeps)),
            met=found >= 0.95 * len(beeps),
        ),
        Row(
            limit=f"false beeps: in at most 1 % of calls ({half})",
            signals=f"{len(judged)} calls",
            ours=_percent(false, len(judged)),
            met=false <= 0.01 * len(judged),
        ),
    ]


def _beep_right(each: Judged) -> bool:
    told, true = each.ours.beep_s, each.call.beep_s
    return told is not None and true is not None and abs(told - true) <= BEEP_WITHIN_S


def _tone_rows(each_kind: int) -> list[Row]:
    rows = []
    for kind, result in TONE_KINDS.items():
        calls = tone_calls(kind, each_kind)
        right = sum(call.judged().result == result for call in calls)
        rows.append(
            Row(
                limit=f"{kind}: {result}, all",
                signals=f"{len(calls)} calls",
                ours=_percent(right, len(calls)),
                met=right == len(calls),
            )
        )
    return rows


def section(quick: bool) -> Section:
    """The page's part on answering judgement; quick is a quarter of the calls."""
    page = Section(title="Answering judgement", peer="the rules of Asterisk's AMD", text=TEXT)
    if shutil.which("espeak-ng") is None:
        return replace(page, text=f"{TEXT} Not measured: espeak-ng is not installed.")
    judged = judge(material(15 if quick else 60))
    for half, name in HALVES.items():
        page.rows.extend(_rows([each for each in judged if each.call.half == half], name))
    page.rows.extend(_tone_rows(10 if quick else 50))
    sound_s = sum(each.call.samples.size for each in judged) / 8000
    cost_us = sum(each.seconds for each in judged) / sound_s * 1e6
    page.rows.append(
        Row(
            limit="cost: at most 5000 µs a second of sound",
            signals=f"{sound_s / 3600:.1f} h",
            ours=f"{cost_us:.0f} µs",
            met=cost_us <= 5000,
        )
    )
    return page


def _by_kind(judged: Sequence[Judged]) -> None:
    for kind in (*PEOPLE_KINDS, *MACHINE_KINDS):
        for half in HALVES:
            these = [each for each in judged if each.call.kind == kind and each.call.half == half]
            if not these:
                continue
            wrong = sum(each.ours.result != each.call.truth for each in these)
            theirs = sum(each.theirs.result != each.call.truth for each in these)
            print(
                f"  {these[0].call.truth:8} {kind:18} {half:7} {len(these):4}"
                f"  wrong: ours {_percent(wrong, len(these)):>7}  AMD {_percent(theirs, len(these)):>7}"
            )


def _by_limit(calls: Sequence[Call]) -> None:
    for longest_s in (2.5, 3.0, 3.6, 4.0, 5.0):
        for half in HALVES:
            chosen = [call for call in calls if call.half == half]
            judged = judge(chosen, AnsweringSettings(longest_greeting_s=longest_s))
            people = [each for each in judged if each.call.truth == "person"]
            machines = [each for each in judged if each.call.truth == "machine"]
            lost = sum(each.ours.result != "person" for each in people)
            missed = sum(each.ours.result == "person" for each in machines)
            print(
                f"  longest greeting {longest_s} s, {half:7} people lost"
                f" {_percent(lost, len(people)):>7}, machines missed {_percent(missed, len(machines)):>7}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description="Who answered: figures")
    parser.add_argument("--quick", action="store_true", help="a quarter of the calls")
    parser.add_argument("--limits", action="store_true", help="other lengths of greetings, too")
    arguments = parser.parse_args()
    page = section(arguments.quick)
    print(f"{page.title}; theirs: {page.peer}")
    for row in page.rows:
        met = "met" if row.met else "NOT MET"
        print(f"  {row.limit:74} {row.signals:14} ours {row.ours:24} theirs {row.theirs:30} {met}")
    if page.rows:
        calls = material(15 if arguments.quick else 60)
        _by_kind(judge(calls))
        if arguments.limits:
            _by_limit(calls)


if __name__ == "__main__":
    main()
