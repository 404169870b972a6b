"""One appliance: a center, its journal on a real disk, and lines that do what they are asked.

Everything that the center does is looked at here as it happens. The process can be killed at any moment: what
the journal's worker was writing is then cut at any octet, and another center takes over from what is left.
"""

import shutil
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from acd import (
    Action,
    Center,
    Cleared,
    ClearLine,
    ClockSet,
    Connect,
    DialOut,
    Disconnect,
    Event,
    Fact,
    FactStored,
    HandsetLifted,
    PlayPrompts,
    PortId,
    PortInService,
    PortOutOfService,
    RingStation,
    StartRecording,
    StopRecording,
    WriteFact,
    facts,
)
from acd.actions import StartMessage, StopMessage
from acd.events import Answered, SettingsReplaced
from acd.ids import Cause
from acd.ledger import Ledger
from acd.personal_queues import with_personal_queues
from firmware_host.callserver.journal import Journal
from scripts.storm.book import Book
from scripts.storm.fault import difference, must
from scripts.storm.order import Order
from scripts.storm.site import OTHER_SITE, SITE, STATIONS, TRUNKS, SiteNumbers

__all__ = ["LateWorker", "Machine"]

UTC_S = 1_795_000_000.0
SEGMENT_OCTETS = 512 * 1024
DIES_AT_START = 0.15
"How often a process is killed again before it has taken over."
_HUNG_UP = (
    Cause.CALLER_HUNG_UP,
    Cause.AGENT_HUNG_UP,
    Cause.NO_ANSWER,
    Cause.CALLED_NO_ANSWER,
)


class LateWorker:
    """The journal's worker: it comes to its work when it is told."""

    def __init__(self) -> None:
        self._jobs: deque[Callable[[], None]] = deque()

    def submit(self, job: Callable[[], None]) -> None:
        """Keep the job for later."""
        self._jobs.append(job)

    def run(self) -> None:
        """Do all that waits."""
        while self._jobs:
            self._jobs.popleft()()

    def forget(self) -> None:
        """Never do what waits."""
        self._jobs.clear()

    def close(self) -> None:
        """Nothing runs by itself."""


@dataclass(frozen=True, slots=True)
class Written:
    """A fact as it was given to the journal."""

    sequence: int
    utc_s: float
    true_s: float
    fact: Fact


@dataclass(slots=True)
class Desk:
    """A station's telephone as it was told to the center and asked of it."""

    is_in_service: bool = False
    is_down: bool = True
    is_taken: bool = False
    "Rung, or not yet told to be free again."
    rings: bool = False
    crossed: bool = False
    "It was lifted just before it rang: the line will say that it can't ring it."


class Machine:
    """See above.

    Args:
        folder: For the journal; emptied.
        chance: Where chance comes from.
    """

    def __init__(self, folder: Path, chance: Random) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._folder = folder
        self._chance = chance
        self.site = SITE
        self.settings = with_personal_queues(SITE)
        self.now = 1000.0
        self.true_s = 0.0
        self.utc_minus_now_s = UTC_S
        self.slack_s = 0.0
        "By how much clocks were set since the times in the book were right."
        self.events = 0
        self.decisions = 0
        self.kills = 0
        self.lost_facts = 0
        self.boots = 0
        self.book = Book(resume_s={queue.name: queue.resume_s for queue in self.settings.queues})
        self.order = Order(self.settings, self.is_on_hook)
        self.unsafe: deque[Written] = deque()
        "Facts that are not known to be on disk."
        self.history: list[Written] = []
        "Facts from the newest snapshot on that is safe."
        self.connected: set[tuple[str, str]] = set()
        self.recorded: set[str] = set()
        self.messages: set[str] = set()
        self.sounds: dict[str, int] = {}
        self.to_clear: dict[str, Cause] = {}
        "Lines that were told to hang up and have not said that they are free."
        self.dialled: set[str] = set()
        self.live: set[str] = set()
        self.desks = {port: Desk() for port in STATIONS}
        self.worker = LateWorker()
        self.center = Center(self.site, SiteNumbers())
        self._start(self._open())

    @property
    def utc_s(self) -> float:
        """What the wall clock shows."""
        return self.now + self.utc_minus_now_s

    def is_on_hook(self, station: str) -> bool:
        """Whether a handset can be rung, by what the center was told and has asked for."""
        desk = self.desks.get(PortId(station))
        return desk is not None and desk.is_in_service and desk.is_down and not desk.is_taken

    # ------------------------------------------------------------ what happens

    def tell(self, event: Event) -> None:
        """Let something happen."""
        self.events += 1
        self._note(event)
        self._perform(self.center.receive(event, self.now))

    def pass_time(self, seconds: float, *, is_late: bool = False) -> None:
        """Let time pass, each deadline at its moment; or all at once, late."""
        end = self.now + seconds
        while not is_late:
            due = self.center.next_timer()
            if due is None or due > end:
                break
            self._pass_to(max(self.now, due))
            self._perform(self.center.handle_timer(self.now))
        self._pass_to(end)
        if is_late:
            self._perform(self.center.handle_timer(self.now))

    def _pass_to(self, now: float) -> None:
        self.true_s += now - self.now
        self.now = now

    def set_clock(self, by_s: float, *, trusted: bool) -> None:
        """Somebody sets the wall clock."""
        self.utc_minus_now_s += by_s
        self.slack_s += abs(by_s)
        self.tell(ClockSet(utc_minus_now_s=self.utc_minus_now_s, trusted=trusted))

    def replace_settings(self) -> None:
        """The site's other rules are in force from now on."""
        self.site = OTHER_SITE if self.site is SITE else SITE
        self.settings = with_personal_queues(self.site)
        self.order.follow(self.settings)
        self.tell(
            SettingsReplaced(
                settings=self.site, numbers=SiteNumbers(), by="storm", changes=("queue",)
            )
        )

    def let_disk_write(self, *, is_told: bool = True) -> None:
        """The journal's worker comes to its turn."""
        self.worker.run()
        self._note_safe()
        tickets = self.journal.acknowledged()
        if is_told:
            for ticket in tickets:
                self.tell(FactStored(ticket=ticket))

    def _note(self, event: Event) -> None:
        port = getattr(event, "port", None)
        if port is None:
            return
        if isinstance(event, Cleared | PortOutOfService):
            self.to_clear.pop(port, None)
            self.dialled.discard(port)
        desk = self.desks.get(port)
        if desk is None:
            return
        match event:
            case PortInService():
                if not desk.is_in_service:
                    self.desks[port] = Desk(is_in_service=True)
            case PortOutOfService():
                self.desks[port] = Desk()
            case Cleared() if desk.crossed and event.cause not in _HUNG_UP:
                desk.crossed = False
            case Cleared():
                self.desks[port] = Desk(is_in_service=desk.is_in_service)
            case HandsetLifted() | Answered() if desk.is_in_service and desk.is_down:
                desk.crossed = desk.rings and isinstance(event, HandsetLifted)
                desk.is_down = desk.rings = False
            case _:
                pass

    def _perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case WriteFact(fact=fact, ticket=ticket, tenant=tenant):
                    self._write(fact, ticket, tenant)
                case PlayPrompts():
                    must(action.prompts, "nothing to play", action)
                    self.sounds[action.port] = action.sound_id
                case RingStation():
                    must(self.is_on_hook(action.port), "rang a handset that is not free", action)
                    desk = self.desks[action.port]
                    desk.is_taken = desk.rings = True
                case ClearLine():
                    self.to_clear[action.port] = action.cause
                    self.dialled.discard(action.port)
                    if action.port in self.desks:
                        desk = self.desks[action.port]
                        desk.is_taken, desk.rings = True, False
                case Connect():
                    taken = {port for pair in self.connected for port in pair}
                    must(not taken & {action.port, action.other}, "on two calls", action)
                    self.connected.add((action.port, action.other))
                case Disconnect():
                    self.connected.remove((action.port, action.other))
                case StartRecording():
                    must(action.call not in self.recorded, "recorded twice", action)
                    self.recorded.add(action.call)
                case StopRecording():
                    self.recorded.remove(action.call)
                case StartMessage():
                    must(action.call not in self.messages, "two messages at once", action)
                    self.messages.add(action.call)
                case StopMessage():
                    self.messages.remove(action.call)
                case DialOut():
                    self.dialled.add(action.port)
                case _:
                    pass
        self.order.settle(self.now)
        if self.journal.wants_snapshot:
            self.take_snapshot()
        self.journal.flush()

    def _write(self, fact: Fact, ticket: int | None, tenant: str) -> None:
        self.order.take(fact, self.now, self.shadow)
        self.shadow.apply(fact, self.now)
        if isinstance(fact, facts.CallOfferedToUs | facts.CallPlaced):
            must(fact.call not in self.live, "a call began twice", fact)
            self.live.add(fact.call)
        elif isinstance(fact, facts.CallEnded):
            must(fact.call in self.live, "a call ended that was not up", fact)
            self.live.discard(fact.call)
        self._append(fact, ticket, tenant)

    def _append(self, fact: Fact, ticket: int | None = None, tenant: str = "main") -> None:
        sequence = self.journal.append(fact, self.now, self.utc_s, ticket, tenant=tenant)
        self.unsafe.append(Written(sequence, self.utc_s, self.true_s, fact))

    def must_have_told_all(self) -> None:
        """The ledger is what its facts, or a snapshot and the facts after it, lead to."""
        self._must_be_live(self.shadow, "the ledger is not what its facts say")

    def _must_be_live(self, ledger: Ledger, what: str) -> None:
        live = self.center._orders.ledger
        if ledger != live:
            must(False, what, *difference(ledger, live))

    def take_snapshot(self) -> None:
        """Begin another segment; from here on the shadow follows from the snapshot alone."""
        snapshot = self.center.snapshot(self.now)
        shadow = Ledger()
        shadow.apply(snapshot, self.now)
        self._must_be_live(shadow, "a snapshot is not what it was taken of")
        self.shadow = shadow
        self._append(snapshot)

    def _note_safe(self) -> None:
        """What the disk has taken can't be lost any more."""
        must(self.journal.unwritten == 0, "the disk took only part")
        while self.unsafe:
            self._is_safe(self.unsafe.popleft())

    def _is_safe(self, written: Written) -> None:
        if isinstance(written.fact, facts.SnapshotTaken):
            self.history.clear()
            self._forget_segments()
        self.history.append(written)
        self.book.take(written.fact, written.true_s)

    def _forget_segments(self) -> None:
        """Old segments are of no use here."""
        for segment in sorted(self._folder.glob("*.jsonl"))[:-3]:
            segment.unlink()

    # ------------------------------------------------------------ crash and restart

    def kill(self, *, away_s: float, is_reboot: bool, clock_off_s: float = 0.0) -> None:
        """End the process at once, wherever its worker has come to; start another one."""
        self.kills += 1
        chance = self._chance
        before = self._sizes()
        if chance.random() < 0.8:
            self.worker.run()  # it was writing
        else:
            self.worker.forget()  # it had not begun
        # What nobody told the disk to write is gone.
        self._cut(before)
        self.now += away_s
        self.true_s += away_s
        if is_reboot:
            utc_s = self.utc_s
            self.now = chance.randrange(800) / 8
            self.utc_minus_now_s = utc_s - self.now
        self.utc_minus_now_s += clock_off_s
        self.slack_s += abs(clock_off_s)
        self._start(self._open())

    def _sizes(self) -> dict[Path, int]:
        return {path: path.stat().st_size for path in sorted(self._folder.glob("*.jsonl"))}

    def _cut(self, before: dict[Path, int]) -> None:
        """Of what was written last keep any number of octets."""
        parts = [
            (path, before.get(path, 0), size)
            for path, size in self._sizes().items()
            if size > before.get(path, 0) or path not in before
        ]
        total = sum(end - begin for _, begin, end in parts)
        keep = self._chance.randrange(total + 1) if total else 0
        if self._chance.random() < 0.1:
            keep = total
        whole_lines = 0
        self._close_files()
        for path, begin, end in parts:
            kept = path.read_bytes()[begin : begin + min(keep, end - begin)]
            whole_lines += kept.count(b"\n")
            if not kept and begin == 0 and self._chance.random() < 0.5:
                path.unlink()  # not even its name came to the disk
            else:
                with path.open("r+b") as file:
                    file.truncate(begin + len(kept))
            keep -= len(kept)
        for _ in range(whole_lines):
            self._is_safe(self.unsafe.popleft())
        self.lost_facts += len(self.unsafe)
        self.unsafe.clear()

    def _close_files(self) -> None:
        self.worker.forget()
        self.worker.submit(self.journal._file.close)
        self.worker.run()

    def _open(self) -> Journal:
        self.boots += 1
        self.worker = LateWorker()
        return Journal(
            self._folder,
            boot=f"{self.boots:08}",
            worker=self.worker,
            segment_limit_octets=SEGMENT_OCTETS,
        )

    def _start(self, journal: Journal) -> None:
        """What `Exchange.start` does, and what lines do then."""
        self.journal = journal
        must(
            journal.history == [(each.utc_s, each.fact) for each in self.history],
            "the journal is not what was safe on disk",
        )
        last = self.history[-1].sequence if self.history else 0
        must(journal.next_sequence == last + 1, "a number comes again, or is left out", last)
        self.shadow = Ledger()
        for utc_s, fact in journal.history:
            self.shadow.apply(fact, self.now - max(self.utc_s - utc_s, 0.0))
        self.connected.clear()
        self.recorded.clear()
        self.messages.clear()
        self.sounds.clear()
        self.to_clear.clear()
        self.dialled.clear()
        self.live = set(self.shadow.calls)
        history = list(journal.history)
        for port, desk in self.desks.items():
            self.desks[port] = Desk(is_down=desk.is_down)
        self.order.begin_anew(self.shadow, self.now)
        self.center = Center(self.site, SiteNumbers())
        self._append(facts.SystemStarted(version="storm"))
        self._perform_restored(self.center.restore(history, self.now, self.utc_s))
        self._must_be_live(self.shadow, "the restored ledger is not the replayed")
        must(not self.live, "calls that were up have no end", self.live)
        self.order.begin_anew(self.shadow, self.now)
        book_slack_s = self.slack_s
        self._append(self.center.snapshot(self.now))
        if history:
            self.journal.flush()
            if self._chance.random() < DIES_AT_START:
                self.kill(away_s=0.5, is_reboot=False)
                return
            self.worker.run()
            self._note_safe()
            self.book.must_be_in(self.center, self.now, self.true_s, book_slack_s)
        if self.slack_s:
            self.book.set_times(self.center, self.now, self.true_s)
            self.slack_s = 0.0
        self.tell(ClockSet(utc_minus_now_s=self.utc_minus_now_s, trusted=True))
        self._put_lines_in_service()

    def _perform_restored(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, WriteFact):
                self._write(action.fact, action.ticket, action.tenant)
        self.order.settle(self.now)

    def _put_lines_in_service(self) -> None:
        for port in TRUNKS:
            self.tell(PortInService(port=port))
        for port, desk in self.desks.items():
            is_down = desk.is_down
            self.tell(PortInService(port=port))
            if not is_down:
                self.tell(HandsetLifted(port=port))
