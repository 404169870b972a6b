"""Python's handle on the media plane: its time, what is heard, descriptors. What is sent: `plane_commands`.

Two ways to run it. In lockstep, for tests and simulations: write `Plane.rx`, call `Plane.tick`,
read `Plane.tx`. In real time: attach descriptors and call `Plane.start`; a native thread then ticks
every 20 ms and never needs Python.

Commands take effect at the start of the next tick, in the order given. A command that cannot be
queued raises and changes nothing.
"""

import contextlib
import os
from dataclasses import astuple
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from dsp._native import ffi, lib
from dsp.detections import Detection
from dsp.errors import (
    DescriptorRefused,
    PlaneError,
    PlaneRunning,
    RecordTableFull,
)
from dsp.g711 import Law
from dsp.mf import MfSystem
from dsp.plane_commands import PlaneCommands
from dsp.pump import CardRequests, Counters, PumpPrivileges, read_counters
from dsp.sounds import native_plan
from dsp.taps import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Direction, RecordedBlock, Tap
from dsp.tone_plans import TonePlan

if TYPE_CHECKING:
    from dsp._native import PlanHandle

__all__ = ["Plane"]

DRAIN = 256
"""Entries fetched from a ring in one call."""


class Plane(PlaneCommands):
    """The media plane: `slots` lines, every sample of every call.

    All memory of the tick is allocated here, once. Close it, or use it as a context manager.

    Runs in: event loop (all methods, one thread); the tick itself runs in the pump's thread once started.
    """

    def __init__(self, slots: int, *, law: Law = Law.ALAW, at_most: str = "x86-64-v4") -> None:
        if slots < 1:
            raise PlaneError(f"a plane of {slots} slots carries nothing: it needs at least one")
        super().__init__(slots, law, at_most)
        self._plans: dict[TonePlan, PlanHandle] = {}
        self._records: dict[int, tuple[int, int]] = {}  # entry of the native table and token
        self._record_capacity = int(lib.plane_record_capacity(self._open()))
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
        requests: CardRequests | None = None,
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
            requests: How the card's driver tells of events, each of which becomes an `EventFetched`,
                and of blocks that wait to be sent.

        Raises:
            DescriptorRefused: It is no open descriptor, or a request is none.
        """
        asked = requests or CardRequests()
        error = lib.plane_attach(
            self._open(),
            self._slot(slot),
            descriptor,
            descriptor if write_descriptor is None else write_descriptor,
            clock,
            ffi.new("struct card_requests *", astuple(asked)),
        )
        if error != 0:
            raise DescriptorRefused(error, f"slot {slot}: {os.strerror(error)}")

    def detach(self, slot: int) -> None:
        """Takes the slot's descriptors from the pump, which closes its duplicates within a tick."""
        self._command(lib.plane_detach(self._open(), self._slot(slot)) == 0)

    def hold(self, slot: int, held: bool) -> None:
        """Held, the line hears nothing from us, not even silence, while the card itself dials on it.

        Attaching another descriptor ends it.
        """
        self._command(lib.plane_hold(self._open(), self._slot(slot), held) == 0)

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

    def _tap(self, tap: Tap | None) -> tuple[int, int]:
        if tap is None:
            return -1, int(lib.FROM_LINE)
        directions = {
            Direction.FROM_LINE: lib.FROM_LINE,
            Direction.TO_LINE: lib.TO_LINE,
            Direction.BOTH: lib.BOTH_WAYS,
        }
        return self._slot(tap.slot), int(directions[tap.direction])
