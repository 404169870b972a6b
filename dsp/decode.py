"""Sound that is not live → everything that the detectors hear in it.

It runs through the same plane as live sound, in lockstep: what is heard here would have been heard on a
line, and not otherwise.

Runs in: any.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from dsp.answering import judge_answering
from dsp.caller_id import CallerId, find_caller_ids
from dsp.detections import (
    Detection,
    DigitEnded,
    DigitHeard,
    MfSignalEnded,
    MfSignalHeard,
    ProgressToneEnded,
    ProgressToneHeard,
    SignalToneEnded,
    SignalToneHeard,
)
from dsp.g711 import Law, g711_encode
from dsp.mf import MfSystem
from dsp.plane import Plane
from dsp.taps import BLOCK_SAMPLES, SAMPLE_RATE_HZ, TICK_S
from dsp.tone_plans import TonePlan
from dsp.v21 import find_fax_preambles

__all__ = ["Decoded", "decode_sound"]

AFTER_S = 0.6
"""Silence thought after the sound: what sounds to its end has ended then."""
CADENCE_OVER_S = 9.0
"""A pause that is longer than any cadence's."""
KIND_OF_SIGNAL_TONE = {
    "CNG": "fax_tone",
    "CED": "fax_tone",
    "V21": "fax_tone",
    "ANS": "modem_tone",
    "ANSam": "modem_tone",
    "SIT": "progress",
    "CAS": "alerting_tone",
}
PIECE_TICKS = 500
V21_KNOWN_S, BESIDE_S = 0.2, 0.03

Fact = str | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """One thing that was heard."""

    channel: int
    """The first is 1."""
    kind: str
    """``digit``, ``caller_id``, ``progress``, ``fax_tone``, ``modem_tone``, ``alerting_tone``,
    ``mf_signal``, ``answering``."""
    start_s: float
    end_s: float
    level_dbm0: float | None
    facts: dict[str, Fact] = field(default_factory=dict)
    """What is said of this kind only: the digit, the tone, the caller's number."""
    told_s: float = 0.0
    """When it was known."""


def decode_sound(
    channels: NDArray[np.int16],
    *,
    plan: TonePlan,
    law: Law = Law.MULAW,
    mf: MfSystem | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Decoded]:
    """Hears everything in some sound.

    Args:
        channels: Linear samples at 8 kHz, shape (channels, samples); each is a line of its own.
        plan: Whose progress tones.
        law: The law by which the lines carry it; mu-law is finer where the sound is soft.
        mf: Register signals of this set, too.
        progress: Is told now and then what share is done, 0 to 1.

    Returns:
        What was heard, in order of its beginning.
    """
    length_s = channels.shape[1] / SAMPLE_RATE_HZ
    found: list[Decoded] = []
    openings: dict[tuple[int, str], Decoded] = {}
    for detection in _detections(channels, plan, law, mf, progress, openings):
        found += _paired(detection, openings)
    found += openings.values()
    for channel, samples in enumerate(channels, 1):
        found += _fax_preambles(channel, samples)
        found += _caller_ids(channel, samples)
        found += _answering(channel, samples, [each for each in found if each.channel == channel])
    for place, each in enumerate(found):
        if each.end_s > length_s:
            found[place] = _until(each, length_s)
    return sorted(found, key=lambda each: (each.start_s, each.channel, each.kind))


def _detections(
    channels: NDArray[np.int16],
    plan: TonePlan,
    law: Law,
    mf: MfSystem | None,
    progress: Callable[[float], None] | None,
    openings: dict[tuple[int, str], Decoded],
) -> Iterator[Detection]:
    """All of the sound's; and when a tone that goes on at its end was over, which only silence tells."""
    count, samples = channels.shape
    ticks = -(-(samples + round(AFTER_S * SAMPLE_RATE_HZ)) // BLOCK_SAMPLES)
    with Plane(count, law=law) as plane:
        for slot in range(count):
            plane.listen(slot, digits=True, progress=plan, mf=mf, signal_tones=True)
        for first in range(0, ticks, PIECE_TICKS):
            last = min(ticks, first + PIECE_TICKS)
            piece = np.zeros((count, (last - first) * BLOCK_SAMPLES), np.int16)
            some = channels[:, first * BLOCK_SAMPLES : last * BLOCK_SAMPLES]
            piece[:, : some.shape[1]] = some
            octets = np.frombuffer(g711_encode(piece, law), np.uint8)
            blocks = octets.reshape(count, -1, BLOCK_SAMPLES)
            for tick in range(last - first):
                plane.rx[:] = blocks[:, tick]
                plane.tick()
                yield from plane.detections()
            if progress is not None:
                progress(last / ticks)
        plane.rx[:] = law.idle_octet
        for _ in range(round(CADENCE_OVER_S / TICK_S)):
            if not any(kind == "progress" for _, kind in openings):
                break
            plane.tick()
            heard = plane.detections()
            yield from (each for each in heard if isinstance(each, ProgressToneEnded))


def _paired(detection: Detection, openings: dict[tuple[int, str], Decoded]) -> list[Decoded]:
    """What is complete with this detection; what has only begun waits in openings."""
    match detection:
        case DigitHeard():
            return _open(openings, "digit", detection, digit=detection.digit, **_twist(detection))
        case MfSignalHeard():
            return _open(
                openings, "mf_signal", detection, signal=detection.signal, **_twist(detection)
            )
        case ProgressToneHeard():
            return _open(openings, "progress", detection, tone=detection.tone)
        case SignalToneHeard():
            return _signal_tone(openings, detection)
        case DigitEnded():
            return _close(openings, "digit", detection)
        case MfSignalEnded():
            return _close(openings, "mf_signal", detection)
        case ProgressToneEnded():
            return _close(openings, "progress", detection)
        case SignalToneEnded():
            return _close(openings, KIND_OF_SIGNAL_TONE[detection.tone], detection)
        case _:
            return []


def _twist(detection: DigitHeard | MfSignalHeard) -> dict[str, Fact]:
    return {"twist_db": round(detection.twist_db, 1) + 0.0}


def _open(
    openings: dict[tuple[int, str], Decoded],
    kind: str,
    detection: DigitHeard | MfSignalHeard | ProgressToneHeard | SignalToneHeard,
    **facts: Fact,
) -> list[Decoded]:
    place = (detection.slot, kind)
    before = openings.pop(place, None)
    openings[place] = Decoded(
        channel=detection.slot + 1,
        kind=kind,
        start_s=max(0.0, detection.start_s),
        end_s=(detection.tick + 1) * TICK_S,
        level_dbm0=round(detection.level_dbm0, 1),
        facts=facts,
        told_s=(detection.tick + 1) * TICK_S,
    )
    return [] if before is None else [before]


def _close(
    openings: dict[tuple[int, str], Decoded],
    kind: str,
    detection: DigitEnded | MfSignalEnded | ProgressToneEnded | SignalToneEnded,
) -> list[Decoded]:
    begun = openings.pop((detection.slot, kind), None)
    if begun is None:
        return []
    return [_until(begun, detection.start_s + detection.duration_ms / 1000)]


def _until(begun: Decoded, end_s: float) -> Decoded:
    return replace(begun, start_s=min(begun.start_s, end_s), end_s=end_s)


def _signal_tone(
    openings: dict[tuple[int, str], Decoded], detection: SignalToneHeard
) -> list[Decoded]:
    kind = KIND_OF_SIGNAL_TONE[detection.tone]
    tone = detection.tone.lower() if kind in ("progress", "alerting_tone") else detection.tone
    if detection.tone not in ("CNG", "CAS"):  # it goes on
        return _open(openings, kind, detection, tone=tone)
    whole = Decoded(
        channel=detection.slot + 1,
        kind=kind,
        start_s=max(0.0, detection.start_s),
        end_s=detection.start_s + detection.duration_ms / 1000,
        level_dbm0=round(detection.level_dbm0, 1),
        facts={"tone": tone},
        told_s=(detection.tick + 1) * TICK_S,
    )
    return [whole]


def _fax_preambles(channel: int, samples: NDArray[np.int16]) -> list[Decoded]:
    return [
        Decoded(
            channel=channel,
            kind="fax_tone",
            start_s=each.start_s,
            end_s=each.end_s,
            level_dbm0=round(each.level_dbm0, 1),
            facts={"tone": "V21"},
            told_s=min(each.end_s, each.start_s + V21_KNOWN_S),
        )
        for each in find_fax_preambles(samples)
    ]


def _caller_ids(channel: int, samples: NDArray[np.int16]) -> list[Decoded]:
    found = []
    for each in find_caller_ids(samples):
        caller = each.caller or CallerId()
        facts: dict[str, Fact] = {
            "number": caller.number,
            "name": caller.name,
            "date": caller.date,
            "number_absent": caller.number_absent,
            "name_absent": caller.name_absent,
            "redirecting": caller.redirecting_number,
            "called": caller.called_number,
            "message_waiting": caller.message_waiting,
            "checksum_ok": each.checksum_ok,
            "standard": None if each.standard is None else each.standard.value,
            "problem": each.problem,
        }
        found.append(
            Decoded(
                channel=channel,
                kind="caller_id",
                start_s=each.start_s,
                end_s=each.end_s,
                level_dbm0=round(each.level_dbm0, 1),
                facts=facts,
                told_s=each.end_s,
            )
        )
    return found


def _answering(channel: int, samples: NDArray[np.int16], found: list[Decoded]) -> list[Decoded]:
    """Who answered, if anything says so; what is known to be a digit or a tone is nobody's voice."""
    heard = samples.copy()
    for each in found:
        start, end = each.start_s - BESIDE_S, each.end_s + BESIDE_S
        heard[max(0, round(start * SAMPLE_RATE_HZ)) : round(end * SAMPLE_RATE_HZ)] = 0
    tones = [
        (str(each.facts["tone"]), each.told_s)
        for each in found
        if each.kind in ("progress", "fax_tone", "modem_tone")
    ]
    judged = judge_answering(heard, tones)
    if judged.result in ("silence", "unknown"):
        return []
    facts: dict[str, Fact] = {
        "result": judged.result,
        "confidence": judged.confidence,
        "decided_s": judged.decided_s,
        "beep_s": judged.beep_s,
        "reason": judged.reason,
    }
    start_s = judged.decided_s if judged.start_s is None else judged.start_s
    level = None if judged.level_dbm0 is None else round(judged.level_dbm0, 1)
    return [
        Decoded(
            channel=channel,
            kind="answering",
            start_s=start_s,
            end_s=start_s if judged.end_s is None else judged.end_s,
            level_dbm0=level,
            facts=facts,
            told_s=judged.decided_s,
        )
    ]
