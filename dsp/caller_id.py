"""A caller's number and name, sent as FSK between rings, before them, or in a call: made and read.

Sources: ETSI EN 300 659-1 (V.23 tones, framing), EN 300 659-3 (messages), Telcordia GR-30-CORE (Bell
202 tones, the same framing) and GR-31-CORE (messages). The octets are laid out in
`dsp.caller_id_message`, the modem is `dsp.fsk` and `dsp.fsk_receiver`.

Reading happens once per call, off the tick, on a captured copy of the line; or on a recording.

Runs in: any.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.caller_id_message import (
    CallerId,
    CallerIdFormat,
    MessageType,
    build_message,
    parse_message,
)
from dsp.fsk import RATE_HZ, CallerIdStandard, modulate
from dsp.fsk_receiver import Burst, receive
from dsp.fsk_search import has_signal, likely_stretches
from dsp.g711 import Law, g711_decode, g711_encode

__all__ = [
    "CallerId",
    "CallerIdDecoded",
    "CallerIdFormat",
    "decode_caller_id",
    "encode_caller_id",
    "find_caller_ids",
]

LONGEST_PIECE, PIECE_OVERLAP = 6 * RATE_HZ, 3 * RATE_HZ
"""Samples demodulated at once. The longest burst (255 octets) takes 2.6 s: it is whole in some piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIdDecoded:
    """The result of reading a line: a caller, or why there is none; and the burst it came in."""

    caller: CallerId | None
    problem: str | None
    """``no signal``, ``no message``, ``bad checksum`` or ``unknown message``; None with a caller."""
    standard: CallerIdStandard | None = None
    """Whose tones; None without a burst."""
    start_s: float = 0.0
    """Where its carrier begins, from the first sample."""
    end_s: float = 0.0
    level_dbm0: float = -math.inf
    checksum_ok: bool = False


def encode_caller_id(
    caller: CallerId,
    *,
    standard: CallerIdStandard,
    format: CallerIdFormat,
    law: Law,
    seizure: bool = True,
) -> bytes:
    """Makes the sound of a caller ID message; of a message-waiting one, if it says something of that.

    Args:
        caller: What to say. A date is required by SDMF; without one, zeros are sent.
        standard: Which two tones.
        format: SDMF has date and number only, or the lamp only.
        law: Of the octets returned.
        seizure: For a telephone on-hook; one in a call gets marks only.

    Returns:
        G.711 octets: channel seizure, mark signal, message and some marks after it; about 0.9 s.

    Raises:
        ValueError: The date is not eight digits, or an absence or type of call has no such name.
    """
    message = build_message(caller, format, standard)
    return g711_encode(modulate(message, standard, seizure=seizure), law)


def decode_caller_id(octets: bytes, *, law: Law) -> CallerIdDecoded:
    """Reads a caller ID message of either standard out of a line's sound.

    Only a message whose frame, checksum and layout are all right yields a caller; there is never
    half a number. Of several, the first that tells of a call is taken.

    Args:
        octets: What the line said, at most some seconds.
        law: Their law.

    Returns:
        The caller, or the problem.
    """
    samples = g711_decode(octets, law)
    found = find_caller_ids(samples)
    callers = [each for each in found if each.caller is not None]
    calls = [each for each in callers if each.caller and each.caller.message_waiting is None]
    for each in (*calls, *callers, *found):
        return each
    problem = "no message" if has_signal(samples) else "no signal"
    return CallerIdDecoded(caller=None, problem=problem)


def find_caller_ids(samples: NDArray[np.int16], rate: int = RATE_HZ) -> list[CallerIdDecoded]:
    """Finds every caller ID burst in a recording, however long.

    Speech, music and keys yield nothing. A burst with a wrong checksum is reported only if there was
    a carrier with marks before well-framed octets of a known message.

    Args:
        samples: Linear.
        rate: Of the samples, in Hz; only 8000 is understood.

    Returns:
        The bursts, in order.

    Raises:
        ValueError: Another rate.
    """
    if rate != RATE_HZ:
        raise ValueError(f"{rate} Hz: samples at {RATE_HZ} Hz are expected")
    found: list[CallerIdDecoded] = []
    past = 0
    for begin, end in _pieces(samples):
        for burst in receive(samples[begin:end]):
            if burst.message_start + begin < past:
                continue  # in the overlap of two pieces
            decoded = _decoded(burst, begin)
            if decoded is not None:
                found.append(decoded)
                past = burst.message_end + begin
    return found


def _pieces(samples: NDArray[np.int16]) -> Iterator[tuple[int, int]]:
    for begin, end in likely_stretches(samples):
        at = begin
        while end - at > LONGEST_PIECE:
            yield at, at + LONGEST_PIECE
            at += LONGEST_PIECE - PIECE_OVERLAP
        yield at, end


def _decoded(burst: Burst, offset: int) -> CallerIdDecoded | None:
    caller = parse_message(burst.message, burst.standard)
    problem = None
    if not burst.checksum_ok:
        if burst.message[0] not in MessageType.__members__.values():
            return None  # not even the type is one: no caller ID was sent here
        problem = "bad checksum"
    elif caller is None:
        problem = "unknown message"
    return CallerIdDecoded(
        caller=caller,
        problem=problem,
        standard=burst.standard,
        start_s=(burst.start + offset) / RATE_HZ,
        end_s=(burst.end + offset) / RATE_HZ,
        level_dbm0=burst.level_dbm0,
        checksum_ok=burst.checksum_ok,
    )
