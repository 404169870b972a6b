"""Calls that nobody speaks on: a fax, a modem, the network's tones, with what detectors report of them."""

from dataclasses import dataclass

import numpy as np

from dsp import Answering, judge_answering
from scripts.accuracy.signal_lab import Lab, linear_of

__all__ = ["TONE_KINDS", "ToneCall", "tone_calls"]

TONE_KINDS = {
    "fax answers, CED and V.21": "fax",
    "fax calls, CNG": "fax",
    "modem, ANS with reversals": "modem",
    "special information tone": "sit",
    "busy tone": "busy",
    "busy after a word": "person",
    "ringback for 40 s": "no_answer",
    "nothing": "silence",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneCall:
    """One call, and its reports."""

    samples: np.ndarray
    tones: list[tuple[str, float]]

    def judged(self) -> Answering:
        """What is made of it."""
        return judge_answering(self.samples, self.tones)


def tone_calls(kind: str, count: int) -> list[ToneCall]:
    """So many calls of that kind, with levels and pauses at random."""
    lab = Lab(len(kind))
    return [_call(kind, lab) for _ in range(count)]


def _call(kind: str, lab: Lab) -> ToneCall:
    level = float(lab.random.uniform(-30, -8))
    lead_s = float(lab.random.uniform(0.2, 2.0))
    lead = np.zeros(round(lead_s * 8000))
    parts: list[np.ndarray] = [lead]
    tones: list[tuple[str, float]] = []
    if kind.startswith("fax answers"):
        parts += [lab.sines(3000, (2100, level)), np.zeros(600), *_flags(lab, level)]
        tones = [("CED", lead_s + 0.5), ("V21", lead_s + 4.0)]
    elif kind.startswith("fax calls"):
        parts += [lab.sines(500, (1100, level)), np.zeros(24000)] * 2
        tones = [("CNG", lead_s + 0.45)]
    elif kind.startswith("modem"):
        for turn in range(7):
            parts.append(lab.sines(450, (2100, level)) * (-1) ** turn)
        tones = [("ANS", lead_s + 1.0)]
    elif kind.startswith("special"):
        parts += [lab.sines(330, (hertz, level)) for hertz in (950, 1400, 1800)]
        parts += [np.zeros(16000)]
        tones = [("sit", lead_s + 1.0)]
    elif kind == "busy tone":
        parts += [lab.sines(500, (425, level)), np.zeros(4000)] * 4
        tones = [("busy", lead_s + 2.0)]
    elif kind == "busy after a word":
        voice = sum(lab.sines(400, (hertz, level - 6)) for hertz in (150, 300, 450, 600, 750, 900))
        parts += [np.asarray(voice), np.zeros(2000)]
        parts += [lab.sines(500, (425, level)), np.zeros(4000)] * 4
        tones = [("busy", lead_s + 2.65)]
    elif kind.startswith("ringback"):
        parts += [lab.sines(1000, (425, level)), np.zeros(32000)] * 8
        tones = [("ringback", lead_s + 1.0 + 5 * ring) for ring in range(8)]
    else:
        parts += [np.zeros(80000)]
    sound = np.concatenate(parts)
    return ToneCall(samples=linear_of(sound + lab.noise(sound.size, -62)), tones=tones)


def _flags(lab: Lab, level: float) -> list[np.ndarray]:
    """About a second of HDLC flags at 300 baud: 1650 Hz is one, 1850 Hz zero, as V.21's channel 2 has it."""
    bits = [0, 1, 1, 1, 1, 1, 1, 0] * 38
    return [lab.sines(1000 / 300, (1650 if bit else 1850, level)) for bit in bits]
