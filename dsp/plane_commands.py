"""What the media plane's lines are sent, and who hears whom: the commands of `dsp.plane.Plane`.

Commands take effect at the start of the next tick, in the order given. A command that cannot be
queued raises and changes nothing.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dsp._native import ffi, lib
from dsp.errors import CommandRingFull, MatrixFull, PlaneClosed, SlotOutOfRange, UnknownSound
from dsp.g711 import Law
from dsp.ledger import Ledger
from dsp.live_feed import LiveFeed
from dsp.mf import MfSystem, mf_segments
from dsp.sounds import digit_segments, tone_program
from dsp.taps import BLOCK_SAMPLES
from dsp.tone_plans import Segment, Tone

if TYPE_CHECKING:
    from dsp._native import PlaneHandle, Pointer

__all__ = ["PlaneCommands"]

MAXIMUM_GAIN_DB = 18.0
INSTRUCTION_SETS = ("portable", "x86-64-v3", "x86-64-v4")
"""In the order of enum instruction_set."""


class PlaneCommands:
    """The native plane, and what its slots are sent.

    Runs in: event loop.
    """

    def __init__(self, slots: int, law: Law, at_most: str) -> None:
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
        self._edges: set[tuple[int, int]] = set()
        self._edge_capacity = int(lib.plane_edge_capacity(handle))

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

    def _open(self) -> "PlaneHandle":
        if self._handle is None:
            raise PlaneClosed
        return self._handle

    def _slot(self, slot: int) -> int:
        if not 0 <= slot < self.slots:
            raise SlotOutOfRange(slot, self.slots)
        return slot

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
