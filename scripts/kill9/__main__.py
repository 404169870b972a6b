"""Kills the call server of a running appliance again and again, and looks at what is there afterwards.

    python -m scripts.kill9 [--times 50] [--seed 7] [--json]

Real processes on the virtual card: callers talk, callers wait, some ask to be called back, agents pause and
resume. At a random moment the call server gets SIGKILL. Measured is the time until every line is in service
again. Agents, reasons and starts of pauses, call-backs, counters and alerts must be as the journal had them
safe, and as they were shown before; who was cut off while waiting calls again and must get the old place.
Exits with 1 when something is not as it was.
"""

import argparse
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from firmware_host.journal_format import Entry, read_segment, segments
from scripts.kill9.office import DESKS, PATIENT_S, TRUNKS, KillError, Office, wait_until
from scripts.kill9.people import Caller, Desk
from scripts.storm.book import Book

__all__ = ["main"]

GOAL_S = 2.0
SLACK_S = 0.3
"Between what a table says and when it was asked for."
SAME_MOMENT_S = 0.01
CALL_BACKS = 2
NOTHING = threading.Event()
"Never set: to wait for a while."


class Killing:
    """One office, its people, and what was found."""

    def __init__(self, office: Office, seed: int) -> None:
        self._office = office
        self._chance = random.Random(seed)
        self._desks: list[Desk] = []
        self._talkers: list[Caller] = []
        self._waiting: list[Caller] = []
        self._serial = 0
        self.back_s: list[float] = []
        self.answers_s: list[float] = []
        self.faults: list[str] = []
        self.counts = dict.fromkeys(
            ("pauses", "pauses_changed", "call_backs", "places", "calls_up", "alerts"), 0
        )

    # ------------------------------------------------------------ before

    def open(self) -> None:
        """Everybody takes a seat."""
        for number in range(1, DESKS + 1):
            talks_s = None if number > DESKS // 2 else self._chance.uniform(4, 9)
            self._desks.append(Desk(self._office.state, number, talks_s=talks_s))
        for desk in self._desks:
            desk.dial(f"*11{desk.agent}#{desk.pin}#")
        logged_in = {"state": "ready"}
        wait_until(lambda: self._count(logged_in) == DESKS, 40, "every agent logged in")
        for index, desk in enumerate(self._desks[DESKS // 2 :]):
            desk.dial(f"*13{index + 1}")
        wait_until(lambda: self._count({"state": "paused"}) == DESKS // 2, 30, "three paused")
        for _ in range(CALL_BACKS):  # nobody is there to make them: they wait through every kill
            caller = self._caller("291", 30.0)
            wait_until(lambda caller=caller: caller.is_over, 60, "a caller has asked to be called")  # type: ignore[misc]
        backs = {"queue": "patient", "call_backs": CALL_BACKS}
        queues = self._office.ask("queues")
        if not any(row.items() >= backs.items() for row in queues):
            raise KillError(f"not {CALL_BACKS} callers want to be called back: {queues}")

    def close(self) -> None:
        """Everybody leaves."""
        for desk in self._desks:
            desk.close()

    def _count(self, what: dict[str, str]) -> int:
        rows = self._office.agents().values()
        return sum(all(row[key] == value for key, value in what.items()) for row in rows)

    def people_come(self) -> None:
        """Callers until the lines are in use: who talks, who waits, who wants to be called back."""
        self._talkers = [each for each in self._talkers if not each.is_over]
        self._waiting = [each for each in self._waiting if not each.is_over]
        while len(self._talkers) < 2:
            self._talkers.append(self._caller("1", 20.0))
        while len(self._waiting) < 3:
            self._waiting.append(self._caller("2", 600.0))
        if self._chance.random() < 0.5:
            desk = self._chance.choice(self._desks[DESKS // 2 :])
            if not desk.is_lifted:
                self.counts["pauses_changed"] += 1
                desk.dial(f"*13{self._chance.randint(1, 3)}")

    def _caller(self, press: str, stay_s: float) -> Caller:
        self._serial += 1
        number = f"212{self._chance.randrange(200, 999)}{self._serial:04}"
        return Caller(self._office.state, number, press, stay_s)

    # ------------------------------------------------------------ the kill

    def kill(self) -> None:
        """Once."""
        office = self._office
        before = self._look()
        process = office.process_id()
        killed_at = time.monotonic()
        os.kill(process, signal.SIGKILL)
        wait_until(lambda: office.ask("status"), 30, "an answer", every_s=0.02)
        self.answers_s.append(time.monotonic() - killed_at)
        wait_until(office.is_in_service, 30, "every line in service", every_s=0.02)
        self.back_s.append(time.monotonic() - killed_at)
        self._compare(before, self._look())

    def _look(self) -> dict[str, Any]:
        """What is shown, and when."""
        at = time.monotonic()
        ask = self._office.ask
        return {
            "at": at,
            "agents": self._office.agents(),
            "queues": {row["queue"]: row for row in ask("queues")},
            "calls": ask("calls"),
            "alerts": {row["number"]: row for row in ask("alerts")},
            "unwritten": ask("status")["unwritten_facts"],
        }

    def _must(self, holds: object, what: str) -> None:
        if not holds:
            self.faults.append(f"kill {len(self.back_s)}: {what}")

    def _compare(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        """By the tables, and by the journal."""
        self.counts["calls_up"] += len(before["calls"])
        away_s = after["at"] - before["at"]
        journal = self._journal()
        boots = list(dict.fromkeys(entry.boot for entry in journal))
        book = _book_of(journal, boots[:-1])
        for number, row in after["agents"].items():
            safe, shown = book.agents[number], before["agents"][number]
            station = row["station"] or ""
            self._must(station == safe.station, f"agent {number} at {station}, not {safe.station}")
            self._must(
                row["reason"] == safe.pause, f"agent {number}: {row['reason']}, not {safe.pause}"
            )
            taken = (row["calls_taken"], row["missed"])
            self._must(taken == (safe.calls_taken, safe.missed), f"agent {number}: {taken}, {safe}")
            if not safe.pause:
                continue
            self.counts["pauses"] += 1
            if (shown["state"], shown["reason"]) == (row["state"], row["reason"]):
                off_s = abs(row["state_lasts_s"] - shown["state_lasts_s"] - away_s)
                anew = row["state_lasts_s"] < away_s  # paused between the look and the kill
                self._must(anew or off_s < SLACK_S, f"agent {number}'s pause is off by {off_s}")
        for name, row in after["queues"].items():
            backs = sum(each[1] == name for each in book.call_backs.values())
            self._must(row["call_backs"] == backs, f"{name}: {row['call_backs']} call-backs")
            shown_backs = before["queues"][name]["call_backs"]
            self._must(row["call_backs"] >= shown_backs, f"{name}: a call-back is forgotten")
            self._must(row["served"] == book.served.get(name, 0), f"{name}: served")
            self._must(row["served"] >= before["queues"][name]["served"], f"{name}: served less")
            self.counts["call_backs"] += backs
        alerts = {number: (row["alert"], row["subject"]) for number, row in after["alerts"].items()}
        safe_alerts = {number: row[:2] for number, row in book.alerts.items()}
        for number in safe_alerts.keys() & before["alerts"].keys():
            gone = number not in alerts and after["agents"][safe_alerts[number][1]]["reason"]
            self._must(not gone, f"alert {number} is forgotten")
            self.counts["alerts"] += 1
        self._call_again(book, before, journal)

    def _call_again(self, book: Book, before: dict[str, Any], journal: list[Entry]) -> None:
        """Who waited calls again, in the other order, and must stand where he stood."""
        cut_off = {
            row["number"]: row
            for row in before["calls"]
            if row["stage"] == "queued" and row["queue"] == "patient"
        }
        old = {number: entered for (number, queue), (entered, _) in book.places.items()
               if queue == "patient"}  # fmt: skip
        began = journal[-1].sequence
        again = [each for each in self._waiting if each.number in cut_off]
        for each in again:
            wait_until(lambda each=each: each.is_over, 20, "who was cut off hangs up")  # type: ignore[misc]
        self._waiting = [each for each in self._waiting if each not in again]
        self._waiting += [
            Caller(self._office.state, each.number, "2", 600.0) for each in reversed(again)
        ]
        numbers = {each.number for each in again}
        if not numbers:
            return
        queued = wait_until(lambda: self._queued(began, numbers), 40, "they wait again")
        for number, entry in queued.items():
            normal = next(key for key in old if key.endswith(number))
            waited_s = entry.utc_s - old[normal]
            off_s = abs(entry.data["waited_before_s"] - waited_s)
            self._must(off_s < SLACK_S, f"{number} lost the place by {off_s:.1f} s")
            self.counts["places"] += 1
        shown = {row["number"]: row["place"] for row in self._office.ask("calls")
                 if row["number"] in numbers}  # fmt: skip
        entered = {
            number: old[next(key for key in old if key.endswith(number))] for number in shown
        }
        for one in shown:
            for other in shown:
                # Who came in the same moment has no claim to be the first of the two.
                if entered[one] < entered[other] - SAME_MOMENT_S:
                    is_so = shown[one] < shown[other]
                    self._must(is_so, f"{one} came before {other} and now stands behind")

    def _queued(self, since: int, numbers: set[str]) -> dict[str, Entry]:
        """Those who wait again, each with the fact; empty until all do."""
        of_call: dict[str, str] = {}
        found: dict[str, Entry] = {}
        for entry in self._journal():
            if entry.sequence <= since:
                continue
            if entry.kind == "CallOfferedToUs":
                of_call[entry.data["call"]] = entry.data["number"] or ""
            elif entry.kind == "CallerQueued" and of_call.get(entry.data["call"]) in numbers:
                found[of_call[entry.data["call"]]] = entry
        return found if found.keys() == numbers else {}

    def _journal(self) -> list[Entry]:
        return [
            entry
            for segment in segments(self._office.state / "journal")
            for entry, _ in read_segment(segment, [])
        ]

    def wait_a_while(self) -> None:
        """Until a random moment."""
        NOTHING.wait(self._chance.uniform(1.0, 5.0))


def _book_of(journal: list[Entry], boots: list[str]) -> Book:
    """What was safe when the last of these runs was killed, and what its end did to it."""
    book = Book(resume_s={"patient": PATIENT_S}, rounded_s=0.05)
    for entry in journal:
        fact = entry.fact()
        # The restart itself ends calls: those who waited leave their places.
        if fact is not None and (entry.boot in boots or entry.kind == "CallEnded"):
            book.take(fact, entry.utc_s)
    return book


def figures(killing: Killing) -> dict[str, Any]:
    """The result."""
    back = sorted(killing.back_s)
    return {
        "times": len(back),
        "lines": TRUNKS + DESKS,
        "back_s": {
            "min": round(back[0], 3),
            "median": round(statistics.median(back), 3),
            "p95": round(back[min(int(len(back) * 0.95), len(back) - 1)], 3),
            "max": round(back[-1], 3),
        },
        "answers_median_s": round(statistics.median(killing.answers_s), 3),
        "within_goal": sum(each < GOAL_S for each in back),
        **killing.counts,
        "faults": killing.faults,
    }


def run(folder: Path, times: int, seed: int) -> dict[str, Any]:
    """All of it."""
    office = Office(folder)
    killing = Killing(office, seed)
    try:
        office.start()
        killing.open()
        for count in range(times):
            killing.people_come()
            killing.wait_a_while()
            killing.kill()
            sys.stderr.write(
                f"\r{count + 1} of {times}: {killing.back_s[-1]:.2f} s, {len(killing.faults)} faults "
            )
            sys.stderr.flush()
    finally:
        killing.close()
        office.stop()
    sys.stderr.write("\n")
    for line in office.log.read_text(errors="replace").splitlines():
        if "Traceback" in line:
            killing.faults.append("a traceback in the log")
    return figures(killing)


def main() -> int:
    """Parses the arguments and runs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="switchroom-kill-") as folder:
            result = run(Path(folder), arguments.times, arguments.seed)
    except KillError as error:
        print(f"It ended: {error}", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(result))
    else:
        back = result.pop("back_s")
        print("every line back in service after kill -9, in seconds")
        print("  ".join(f"{name} {value:.2f}" for name, value in back.items()))
        for name, value in result.items():
            if name != "faults":
                print(f"{name.replace('_', ' '):20} {value:>8}")
    for fault in result["faults"]:
        print(f"Not as it was: {fault}", file=sys.stderr)
    return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
