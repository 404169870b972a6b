"""Python's handle on the media plane: who hears what, and what was heard.

Two ways to run it. In lockstep, for tests and simulations: write `Plane.rx`, call `Plane.tick`,
read `Plane.tx`. In real time: attach descriptors and call `Plane.start`; a native thread then ticks
every 20 ms and never needs Python.

Commands take effect at the start of the next tick, in the order given. A command that cannot be
queued raises and changes nothing.
"""

import contextlib
import os
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from dsp._native import ffi, lib
from dsp.detections import Detection
from dsp.errors import (
    CommandRingFull,
    DescriptorRefused,
    MatrixFull,
    PlaneClosed,
    PlaneError,
    PlaneRunning,
    RecordTableFull,
    SlotOutOfRange,
    UnknownSound,
)
from dsp.g711 import Law
from dsp.ledger import Ledger
from dsp.live_feed import LiveFeed
from dsp.mf import MfSystem, mf_segments
from dsp.pump import Counters, PendingEvents, PumpPrivileges, read_counters
from dsp.sounds import digit_segments, native_plan, tone_program
from dsp.taps import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Direction, RecordedBlock, Tap
from dsp.tone_plans import Segment, Tone, TonePlan

if TYPE_CHECKING:
    from dsp._native import PlaneHandle, PlanHandle, Pointer

__all__ = ["Plane"]

MAXIMUM_GAIN_DB = 18.0
INSTRUCTION_SETS = ("portable", "x86-64-v3", "x86-64-v4")
"""In the order of enum instruction_set."""
DRAIN = 256
"""Entries fetched from a ring in one call."""


class Plane:
    """The media plane: `slots` lines, every sample of every call.

    All memory of the tick is allocated here, once. Close it, or use it as a context manager.

    Runs in: event loop (all methods, one thread); the tick itself runs in the pump's thread once started.
    """

    def __init__(self, slots: int, *, law: Law = Law.ALAW, at_most: str = "x86-64-v4") -> None:
        if slots < 1:
            raise PlaneError(f"a plane of {slots} slots carries nothing: it needs at least one")
        handle = lib.plane_new(slots, law.number, INSTRUCTION_SETS.index(at_most))
        if handle == ffi.NULL:
            raise MemoryError
        self._handle: PlaneHandle | None = ffi.gc(handle, lib.plane_free)
        self.slots = slots
        octets = slots * BLOCK_SAMPLES
        self.rx: NDArray[np.uint8] = _view(lib.plane_rx(handle), octets)
        """What the lines say, (slots, 160) octets; written before `tick`."""
        self.tx: NDArray[np.uint8] = _view(lib.plane_tx(handle), octets)
        """What the lines are sent, (slots, 160) octets; read after `tick`."""
        self.instruction_set = ffi.string(lib.plane_instruction_set(handle)).decode()
        """Which build of the kernels runs: the machine's best, or of up to `at_most`."""
        self._laws = [law] * slots
        self._running = False
        self._ledger = Ledger()
        self._plans: dict[TonePlan, PlanHandle] = {}
        self._edges: set[tuple[int, int]] = set()
        self._records: dict[int, tuple[int, int]] = {}  # entry of the native table and token
        self._edge_capacity = int(lib.plane_edge_capacity(handle))
        self._record_capacity = int(lib.plane_record_capacity(handle))
        self._detected = ffi.new("struct detection[]", DRAIN)
        self._recorded = ffi.new("struct recorded_block[]", DRAIN)
        self.detection_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        """Becomes readable when the pump has detections; `detections` drains it. Not used in lockstep."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # Time

    @property
    def ticks(self) -> int:
        """Ticks done so far."""
        return int(lib.plane_ticks(self._open()))

    def tick(self) -> None:
        """Runs one tick in lockstep: `rx` in, `tx` out.

        Raises:
            PlaneRunning: The pump ticks already.
        """
        handle = self._open()
        if self._running:
            raise PlaneRunning("the pump is running: lockstep ticks and it exclude each other")
        lib.plane_tick(handle, lib.plane_rx(handle), lib.plane_tx(handle))

    # What a slot is sent

    def law(self, slot: int) -> Law:
        """Returns the slot's companding law."""
        return self._laws[self._slot(slot)]

    def set_law(self, slot: int, law: Law) -> None:
        """Sets the slot's companding law, by which everything it says and is sent is read and written."""
        self._command(lib.plane_set_law(self._open(), self._slot(slot), law.number))
        row = self.rx[slot]
        if not self._running and bool((row == self._laws[slot].idle_octet).all()):
            row[:] = law.idle_octet
        self._laws[slot] = law

    def play(
        self, slot: int, sound: bytes, *, play_id: int, loop: bool = False, gain_db: float = 0.0
    ) -> None:
        """Plays sound to the slot in place of what played before; a tone goes on beside it.

        Args:
            slot: Where to.
            sound: G.711 octets in the slot's law. They are not copied.
            play_id: Comes back in exactly one `PlayFinished`.
            loop: From the start again until stopped or replaced.
            gain_db: Louder or softer.
        """
        token = self._ledger.next_token()
        pointer = ffi.from_buffer("uint8_t[]", sound)
        taken = lib.plane_play(
            self._open(),
            self._slot(slot),
            pointer,
            len(sound),
            loop and len(sound) > 0,
            _gain(gain_db),
            token,
        )
        self._command(taken)
        self._ledger.keep_play(token, play_id, pointer)

    def stop_play(self, slot: int) -> None:
        """Stops what plays to the slot, if anything does."""
        self._command(lib.plane_stop_play(self._open(), self._slot(slot)))

    def open_feed(self, slot: int, *, play_id: int, blocks: int = 8, in_hand: int = 2) -> LiveFeed:
        """Lets sound be played to the slot while it comes, beside what plays; again: in its place.

        Args:
            slot: Where to.
            play_id: Comes back in one `PlayFinished` when the feed is closed or replaced.
            blocks: As many may wait, rounded up to a power of two.
            in_hand: As many are gathered before it sounds, against jitter.

        Raises:
            UnknownSound: No such feed can be made.
        """
        feed = LiveFeed(blocks=blocks, in_hand=in_hand)
        token = self._ledger.next_token()
        self._command(lib.plane_open_feed(self._open(), self._slot(slot), feed.handle, token))
        self._ledger.keep_play(token, play_id, feed)
        return feed

    def close_feed(self, slot: int) -> None:
        """Closes the slot's feed, if one is open; what waits in it is not heard."""
        self._command(lib.plane_close_feed(self._open(), self._slot(slot)))

    def play_tone(self, slot: int, tone: Tone, *, play_id: int) -> None:
        """Sends a tone to the slot in place of the tone or digits before.

        Raises:
            UnknownSound: The tone cannot be made.
        """
        self._generate(slot, tone.segments, repeat=tone.repeat, play_id=play_id)

    def stop_tone(self, slot: int) -> None:
        """Stops the slot's tone or digits, if there are any."""
        self._command(lib.plane_stop_tone(self._open(), self._slot(slot)))

    def send_digits(
        self,
        slot: int,
        digits: str,
        *,
        play_id: int,
        on_ms: int = 80,
        off_ms: int = 80,
        level_dbm0: float = -9.0,
    ) -> None:
        """Sends DTMF digits to the slot, in place of the tone or digits before.

        Args:
            slot: Where to.
            digits: 0-9, ``*``, ``#``, A-D; ``,`` is a pause of half a second.
            play_id: Comes back in exactly one `PlayFinished`.
            on_ms: Length of a digit.
            off_ms: Pause after each.
            level_dbm0: Of each of a digit's two tones.

        Raises:
            UnknownSound: There is another character, or none.
        """
        segments = digit_segments(digits, on_ms=on_ms, off_ms=off_ms, level_dbm0=level_dbm0)
        self._generate(slot, segments, repeat=False, play_id=play_id)

    def send_mf(
        self,
        slot: int,
        system: MfSystem,
        signal: int,
        *,
        play_id: int,
        duration_ms: int = 68,
        level_dbm0: float = -11.0,
    ) -> None:
        """Sends a register signal, in place of the tone or digits before.

        Raises:
            UnknownSound: There is no such signal.
        """
        segments = mf_segments(system, signal, duration_ms=duration_ms, level_dbm0=level_dbm0)
        self._generate(slot, segments, repeat=False, play_id=play_id)

    def compel_mf(
        self,
        slot: int,
        system: MfSystem,
        signal: int,
        *,
        when_signal_begins: bool,
        play_id: int,
        limit_ms: int = 15_000,
        level_dbm0: float = -11.0,
    ) -> None:
        """Sends a register signal from the very tick in which the far end's begins, or is over.

        Once; again: in place of what was to be done then. The slot must listen to register signals.

        Args:
            slot: Where to.
            system: Whose tones.
            signal: 1 to 15.
            when_signal_begins: Else when it is over.
            play_id: Comes back in one `PlayFinished`, also if it never began.
            limit_ms: It ends by itself after that.
            level_dbm0: Of each tone.

        Raises:
            UnknownSound: There is no such signal.
        """
        segments = mf_segments(system, signal, duration_ms=limit_ms, level_dbm0=level_dbm0)
        program = tone_program(segments)
        token = self._ledger.next_token()
        pointer = ffi.from_buffer("struct tone_segment[]", program)
        taken = lib.plane_compel(
            self._open(), self._slot(slot), when_signal_begins, pointer, len(program), token
        )
        self._command(taken)
        self._ledger.keep_play(token, play_id, pointer)

    def compel_silence(self, slot: int, *, when_signal_begins: bool) -> None:
        """Stops the slot's tone in the very tick in which the far end's signal begins, or is over."""
        self._command(
            lib.plane_compel(self._open(), self._slot(slot), when_signal_begins, ffi.NULL, 0, 0)
        )

    def forget_compelled(self, slot: int) -> None:
        """Takes back what was to be done at the far end's next signal or its end."""
        self._command(lib.plane_forget_compelled(self._open(), self._slot(slot)))

    # Who hears whom

    def connect(self, source: int, destination: int, *, gain_db: float = 0.0) -> None:
        """Lets the destination hear what the source's line says; again: with another gain.

        Raises:
            MatrixFull: No connection is left.
        """
        edge = (self._slot(source), self._slot(destination))
        if edge not in self._edges and len(self._edges) >= self._edge_capacity:
            raise MatrixFull(self._edge_capacity)
        self._command(lib.plane_connect(self._open(), source, destination, _gain(gain_db)))
        self._edges.add(edge)

    def disconnect(self, source: int, destination: int) -> None:
        """Takes one connection away, if it is there."""
        edge = (self._slot(source), self._slot(destination))
        if edge in self._edges:
            self._command(lib.plane_disconnect(self._open(), source, destination))
            self._edges.discard(edge)

    def confer(self, slots: Iterable[int], *, gain_db: float = 0.0) -> None:
        """Lets each of the slots hear all others; who speaks does not hear himself.

        Whoever joins or leaves later is connected or disconnected like anybody else. Where many
        talk at once, what each hears is turned down until it fits.

        Raises:
            MatrixFull: There are not connections enough for all; none was made.
        """
        members = list(dict.fromkeys(self._slot(slot) for slot in slots))
        edges = [(one, other) for one in members for other in members if one != other]
        if len(self._edges.union(edges)) > self._edge_capacity:
            raise MatrixFull(self._edge_capacity)
        for source, destination in edges:
            self.connect(source, destination, gain_db=gain_db)

    def disconnect_all(self, slot: int) -> None:
        """Takes every connection away that begins or ends at the slot."""
        self._slot(slot)
        for source, destination in sorted(edge for edge in self._edges if slot in edge):
            self.disconnect(source, destination)

    # What is heard

    def listen(
        self,
        slot: int,
        *,
        digits: bool = False,
        progress: TonePlan | None = None,
        activity: bool = False,
        mf: MfSystem | None = None,
        signal_tones: bool = False,
    ) -> None:
        """Sets which detectors hear the slot's line; those that were on already go on undisturbed.

        Args:
            slot: Whose line.
            digits: DTMF.
            progress: Dial, ringback, busy and congestion tone as this plan has them.
            activity: Whether there is sound at all.
            mf: Register signals of this set.
            signal_tones: Tones of fax and modem, special information, caller alerting.
        """
        if progress is not None and progress not in self._plans:
            self._plans[progress] = native_plan(progress)
        plan = ffi.NULL if progress is None else self._plans[progress]
        system = lib.MF_NONE if mf is None else mf.number
        taken = lib.plane_listen(
            self._open(), self._slot(slot), digits, plan, activity, system, signal_tones
        )
        self._command(taken)

    def mute_digits(self, slot: int, mute: bool) -> None:
        """Takes DTMF digits out of what others hear and record of the slot, or no longer.

        It needs `listen` with digits. What the slot says then comes 60 ms later: the time to be
        sure of a digit.
        """
        self._command(lib.plane_mute_digits(self._open(), self._slot(slot), mute))

    def capture(self, slot: int, *, capture_id: int, maximum_ms: int = 5000) -> None:
        """Copies what the slot's line says until stopped, replaced or full; then `CaptureFinished`."""
        token = self._ledger.next_token()
        octets = bytearray(max(1, maximum_ms) * SAMPLE_RATE_HZ // 1000)
        pointer = ffi.from_buffer("uint8_t[]", octets, require_writable=True)
        self._command(
            lib.plane_capture(self._open(), self._slot(slot), pointer, len(octets), token)
        )
        self._ledger.keep_capture(token, capture_id, octets)

    def stop_capture(self, slot: int) -> None:
        """Ends the slot's capture, if there is one."""
        self._command(lib.plane_stop_capture(self._open(), self._slot(slot)))

    def record(self, record_id: int, left: Tap | None, right: Tap | None) -> None:
        """Records two taps side by side, from the next tick on; again: from other taps.

        Raises:
            RecordTableFull: Twice as many recordings go on as there are slots.
        """
        entry, token = self._records.get(record_id, (-1, 0))
        if entry < 0:
            used = {each for each, _ in self._records.values()}
            if len(used) >= self._record_capacity:
                raise RecordTableFull(self._record_capacity)
            entry = next(each for each in range(self._record_capacity) if each not in used)
            token = self._ledger.next_token()
        taps = (*self._tap(left), *self._tap(right))
        self._command(lib.plane_record(self._open(), entry, *taps, token))
        self._records[record_id] = (entry, token)
        slot = next((tap.slot for tap in (left, right) if tap is not None), -1)
        self._ledger.keep_record(token, record_id, slot)

    def stop_record(self, record_id: int) -> None:
        """Ends a recording, if it goes on."""
        if record_id in self._records:
            entry, token = self._records[record_id]
            self._command(lib.plane_stop_record(self._open(), entry))
            del self._records[record_id]
            self._ledger.drop_record(token, self.ticks)

    def detections(self) -> list[Detection]:
        """Returns everything heard and finished since the last call, in order."""
        handle = self._open()
        if self._running:
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self.detection_fd)
        heard: list[Detection] = []
        while True:
            count = lib.plane_detections(handle, self._detected, DRAIN)
            found = (self._ledger.detection(self._detected[n]) for n in range(count))
            heard.extend(each for each in found if each is not None)
            if count < DRAIN:
                return heard

    def recorded(self) -> list[RecordedBlock]:
        """Returns the blocks recorded since the last call, in order of ticks."""
        handle = self._open()
        ticks = self.ticks
        blocks: list[RecordedBlock] = []
        while True:
            count = lib.plane_recorded(handle, self._recorded, DRAIN)
            found = (self._ledger.block(self._recorded[n]) for n in range(count))
            blocks.extend(block for block in found if block is not None)
            if count < DRAIN:
                self._ledger.drained(ticks)
                return blocks

    # Real time

    def attach(
        self,
        slot: int,
        descriptor: int,
        *,
        write_descriptor: int | None = None,
        clock: bool = False,
        pending_events: PendingEvents | None = None,
    ) -> None:
        """Gives the pump a descriptor for the slot: one read or write is one block of 160 octets.

        The pump works on duplicates, set to non-blocking; the caller's may be closed at any time.
        May be called while the pump runs.

        Args:
            slot: Which slot.
            descriptor: A timeslot of a card.
            write_descriptor: Where blocks go, if not to the same.
            clock: Blocks of this line may make the ticks. Of several, the first that brings them
                without a gap does; after 40 ms of silence another takes over, at last the
                machine's own clock.
            pending_events: How reads say that an event waits; each becomes an `EventFetched`.

        Raises:
            DescriptorRefused: It is no open descriptor.
        """
        events = pending_events or PendingEvents(error=0, request=0)
        error = lib.plane_attach(
            self._open(),
            self._slot(slot),
            descriptor,
            descriptor if write_descriptor is None else write_descriptor,
            clock,
            events.error,
            events.request,
        )
        if error != 0:
            raise DescriptorRefused(error, f"slot {slot}: {os.strerror(error)}")

    def detach(self, slot: int) -> None:
        """Takes the slot's descriptors from the pump, which closes its duplicates within a tick."""
        self._command(lib.plane_detach(self._open(), self._slot(slot)) == 0)

    def start(self) -> PumpPrivileges:
        """Starts the pump's thread.

        Raises:
            PlaneRunning: It runs already.
            PlaneError: The machine has no thread to give.
        """
        handle = self._open()
        if self._running:
            raise PlaneRunning("the pump is running already")
        granted = ffi.new("int32_t *")
        error = lib.plane_start(handle, self.detection_fd, granted)
        if error != 0:
            raise PlaneError(f"the pump cannot start: {os.strerror(error)}")
        self._running = True
        return PumpPrivileges(real_time=bool(granted[0] & 1), locked_memory=bool(granted[0] & 2))

    def stop(self) -> None:
        """Stops the pump, if it runs, at the end of its tick; descriptors stay attached."""
        lib.plane_stop(self._open())
        self._running = False

    def close(self) -> None:
        """Stops the pump and frees everything; `rx` and `tx` become empty. Closing twice is harmless."""
        if self._handle is None:
            return
        self.stop()
        self.rx = self.tx = np.empty((0, BLOCK_SAMPLES), np.uint8)
        ffi.release(self._handle)
        self._handle = None
        os.close(self.detection_fd)
        self._ledger.clear()
        self._plans.clear()

    def counters(self) -> Counters:
        """Returns what was lost, slipped, late, so far."""
        return read_counters(self._open(), self.slots)

    def _open(self) -> "PlaneHandle":
        if self._handle is None:
            raise PlaneClosed
        return self._handle

    def _slot(self, slot: int) -> int:
        if not 0 <= slot < self.slots:
            raise SlotOutOfRange(slot, self.slots)
        return slot

    def _tap(self, tap: Tap | None) -> tuple[int, int]:
        if tap is None:
            return -1, int(lib.FROM_LINE)
        directions = {
            Direction.FROM_LINE: lib.FROM_LINE,
            Direction.TO_LINE: lib.TO_LINE,
            Direction.BOTH: lib.BOTH_WAYS,
        }
        return self._slot(tap.slot), int(directions[tap.direction])

    @staticmethod
    def _command(taken: bool) -> None:
        if not taken:
            raise CommandRingFull

    def _generate(
        self, slot: int, segments: tuple[Segment, ...], *, repeat: bool, play_id: int
    ) -> None:
        program = tone_program(segments)
        token = self._ledger.next_token()
        pointer = ffi.from_buffer("struct tone_segment[]", program)
        taken = lib.plane_play_tone(
            self._open(), self._slot(slot), pointer, len(program), repeat, token
        )
        self._command(taken)
        self._ledger.keep_play(token, play_id, pointer)


def _view(pointer: "Pointer", octets: int) -> NDArray[np.uint8]:
    """The native library's memory as (slots, 160) octets."""
    return np.frombuffer(ffi.buffer(pointer, octets), np.uint8).reshape(-1, BLOCK_SAMPLES)


def _gain(gain_db: float) -> float:
    """Decibels as a factor.

    Raises:
        UnknownSound: More than the mixing arithmetic has room for.
    """
    if not gain_db <= MAXIMUM_GAIN_DB:
        raise UnknownSound(f"a gain of {gain_db} dB: at most {MAXIMUM_GAIN_DB} is possible")
    return float(10 ** (gain_db / 20))
