"""Bit errors of a digital channel, counted with a pseudo-random sequence of 2^15-1 bits.

The sequence is that of ITU-T O.150 (05/1996), 5.3, for 1544 and 2048 kbit/s: fifteen stages, the fourteenth
and fifteenth added and fed back, the output inverted; so fourteen ones follow each other, fifteen zeros.
Octets carry their first bit in the highest place, as G.704 sends them. Seconds are judged as G.821 does.

The counter synchronises by itself, then compares with a sequence that runs on freely: each wrong bit
counts once. When the far end drops or doubles bits, the place where that happened is the one that leaves
the fewest errors.

Runs in: any.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["BitErrorCounter", "BitErrors", "BitSequence"]

STAGES = 15
LENGTH = 2**STAGES - 1
OCTETS_PER_S = 8000
SYNC_BITS = 128
"""As many right bits are a find: by chance one in 2^113."""
WINDOW_BITS = 1280
"""One block of 20 ms."""
LOST_SHARE = 0.2
SEVERE_SHARE = 1e-3
"""G.821: of a second's bits."""


@cache
def _sequence() -> NDArray[np.uint8]:
    bits = np.zeros(LENGTH, np.uint8)
    register = [1] * STAGES
    for place in range(LENGTH):
        fed = register[13] ^ register[14]
        bits[place] = register[14] ^ 1
        register = [fed, *register[:14]]
    return bits


@cache
def _places() -> NDArray[np.int32]:
    """Where in the sequence fifteen bits in a row stand, by their number."""
    bits = np.concatenate([_sequence(), _sequence()[: STAGES - 1]]).astype(np.int32)
    numbers = np.zeros(LENGTH, np.int32)
    for place in range(STAGES):
        numbers = numbers * 2 + bits[place : place + LENGTH]
    places = np.full(2**STAGES, -1, np.int32)
    places[numbers] = np.arange(LENGTH, dtype=np.int32)
    return places


def _expected(place: int, count: int) -> NDArray[np.uint8]:
    bits: NDArray[np.uint8] = _sequence()[(place + np.arange(count)) % LENGTH]
    return bits


class BitSequence:
    """What is sent."""

    def __init__(self) -> None:
        self._place = 0

    def octets(self, count: int) -> bytes:
        """The next octets."""
        bits = _expected(self._place, count * 8)
        self._place = (self._place + count * 8) % LENGTH
        return np.packbits(bits).tobytes()


@dataclass(slots=True, kw_only=True)
class BitErrors:
    """What was counted since the sequence was found."""

    bits: int = 0
    errors: int = 0
    slips: int = 0
    """Times that bits were dropped or doubled."""
    slipped_bits: int = 0
    """Doubled less dropped, of all slips together."""
    losses: int = 0
    """Times that the sequence was lost altogether."""
    seconds: int = 0
    errored_seconds: int = 0
    severely_errored_seconds: int = 0
    """With over 1 error in 1000 bits, or without the sequence."""
    synchronised: bool = False

    @property
    def error_ratio(self) -> float:
        """Errors per bit."""
        return self.errors / self.bits if self.bits else 0.0


class BitErrorCounter:
    """What is received."""

    def __init__(self) -> None:
        self.counted = BitErrors()
        self._waiting = np.zeros(0, np.uint8)
        self._before = np.zeros(0, np.uint8)
        "The window before, judged only with the next: a slip may lie at its end."
        self._place: int | None = None
        "In the sequence, of the first bit of ``_before``."
        self._found_once = False
        self._second_bits = self._second_errors = 0
        self._second_lost = False

    def receive(self, octets: bytes) -> None:
        """Count in what has come."""
        bits = np.unpackbits(np.frombuffer(octets, np.uint8))
        self._waiting = np.concatenate([self._waiting, bits])
        while self._waiting.size >= WINDOW_BITS:
            if self._place is None:
                self._search()
                if self._place is None:
                    continue
            if self._waiting.size < WINDOW_BITS:
                break
            window, self._waiting = self._waiting[:WINDOW_BITS], self._waiting[WINDOW_BITS:]
            self._judge(window, self._place)

    def finish(self) -> BitErrors:
        """Everything, the last bits as well."""
        if self._place is not None:
            rest = np.concatenate([self._before, self._waiting])
            self._count(rest != _expected(self._place, rest.size))
        self._before = self._waiting = np.zeros(0, np.uint8)
        self._place = None
        if self._second_bits:
            self._end_second()
        return self.counted

    def _search(self) -> None:
        """Look for the sequence in what waits; throw away what can't be its beginning."""
        found = _find(self._waiting)
        if found is None:
            kept = SYNC_BITS + STAGES
            gone = self._waiting.size - kept
            self._waiting = self._waiting[-kept:]
            if self._found_once:
                self._pass_time(gone, 0, lost=True)
            return
        at, self._place = found
        if self._found_once:
            self._pass_time(at, 0, lost=True)
        self._waiting = self._waiting[at:]
        self._before = np.zeros(0, np.uint8)
        self._found_once = self.counted.synchronised = True

    def _judge(self, window: NDArray[np.uint8], place: int) -> None:
        both = np.concatenate([self._before, window])
        wrong = both != _expected(place, both.size)
        if wrong[self._before.size :].mean() <= LOST_SHARE:
            self._count(wrong[: self._before.size])
            self._place = (place + self._before.size) % LENGTH
            self._before = window
            return
        lost = (place + self._before.size) % LENGTH
        found = _find(np.concatenate([window, self._waiting[:WINDOW_BITS]]), other_than=lost)
        if found is None:
            self._lose(wrong[: self._before.size])
            return
        # Up to the slip the old sequence fits best, from there the new one.
        at, new_place = found
        begin = (new_place - at - self._before.size) % LENGTH
        wrong_after = both != _expected(begin, both.size)
        left = np.concatenate([[0], np.cumsum(wrong)])
        right = np.concatenate([np.cumsum(wrong_after[::-1])[::-1], [0]])
        split = int(np.argmin(left + right))
        self._count(np.concatenate([wrong[:split], wrong_after[split:]]))
        moved = (begin - place + LENGTH // 2) % LENGTH - LENGTH // 2
        self.counted.slips += 1
        self.counted.slipped_bits -= moved
        self._place = (begin + both.size) % LENGTH
        self._before = np.zeros(0, np.uint8)

    def _lose(self, wrong: NDArray[np.bool_]) -> None:
        self._count(wrong)
        self.counted.losses += 1
        self.counted.synchronised = False
        self._pass_time(WINDOW_BITS, 0, lost=True)
        self._place = None
        self._before = np.zeros(0, np.uint8)

    def _count(self, wrong: NDArray[np.bool_]) -> None:
        self.counted.bits += wrong.size
        self.counted.errors += int(wrong.sum())
        self._pass_time(wrong.size, int(wrong.sum()), lost=False)

    def _pass_time(self, bits: int, errors: int, *, lost: bool) -> None:
        self._second_errors += errors
        self._second_lost = self._second_lost or lost
        self._second_bits += bits
        while self._second_bits >= OCTETS_PER_S * 8:
            self._second_bits -= OCTETS_PER_S * 8
            self._end_second()

    def _end_second(self) -> None:
        self.counted.seconds += 1
        severe = self._second_lost or self._second_errors > SEVERE_SHARE * OCTETS_PER_S * 8
        self.counted.errored_seconds += severe or self._second_errors > 0
        self.counted.severely_errored_seconds += severe
        self._second_errors, self._second_lost = 0, False


def _find(bits: NDArray[np.uint8], *, other_than: int | None = None) -> tuple[int, int] | None:
    """Where the sequence is seen without an error for `SYNC_BITS`, and its place there.

    Args:
        bits: Where to look.
        other_than: Not this place of the first bit, which is the one that is lost.
    """
    count = bits.size - STAGES + 1
    run = SYNC_BITS - STAGES
    if count <= run:
        return None
    numbers = np.zeros(count, np.int32)
    for place in range(STAGES):
        numbers = numbers * 2 + bits[place : place + count]
    places = _places()[numbers]
    # Rightly received bits in a row have places in a row.
    steady = np.concatenate([[0], np.cumsum((np.diff(places) % LENGTH == 1) & (places[1:] >= 0))])
    good = (steady[run:] - steady[:-run] == run) & (places[:-run] >= 0)
    if other_than is not None:
        good &= (places[:-run] - np.arange(good.size)) % LENGTH != other_than
    found = np.flatnonzero(good)
    return (int(found[0]), int(places[found[0]])) if found.size else None
