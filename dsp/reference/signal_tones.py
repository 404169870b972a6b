"""The receiver of tones that are sent once, to be read: CNG, CED, ANS, ANSam, SIT, CAS.

A window of 20 ms holds one of six kinds or none; windows of one kind in a row, 10 ms apart, are a burst.
Its length, its frequency (the phase's turn from window to window), phase reversals and amplitude tell
what it was. Sources: ITU-T T.30 4.3.3, V.25, V.8, E.180; EN 300 659-2.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dsp.levels import amplitude
from dsp.reference.tone_bank import HOP, WINDOW, bank_spectra

__all__ = ["ReferenceTone", "hear_signal_tones"]

TONES_HZ = (950.0, 1100.0, 1400.0, 1788.0, 2115.0, 2750.0)
TONE_950, TONE_1100, TONE_1400, TONE_1800, TONE_2100, PAIR = range(6)
SHARES = (0.30, 0.45, 0.30, 0.30, 0.40, 0.50)
CENTRES_HZ = (0.0, 0.0, 0.0, 0.0, -15.0, 15.0)
OFFSETS_HZ = (48.0, 45.0, 45.0, 48.0, 25.0, 20.0)
LEAST = (amplitude(-45.0) * WINDOW / 4) ** 2
TWIST, STEADY, MODULATED, WHOLE, BRIDGED, SETTLED = 8.0, 0.9, 0.09, 0.7, 2, 5
NOMINAL = np.exp(2j * np.pi * np.array(TONES_HZ) * HOP / 8000)


@dataclass(frozen=True, slots=True)
class ReferenceTone:
    """A tone and the window that decided it."""

    tone: str
    window: int


@dataclass(slots=True)
class _Burst:
    """Windows of one kind in a row."""

    kind: int
    spectra: list[tuple[complex, complex]]
    windows: int = 1
    absent: int = 0
    measured: int = 0
    reversals: int = 0
    steps: list[tuple[complex, complex]] = field(default_factory=list)
    amplitude_sum: float = 0.0
    wave: complex = 0.0
    reported: bool = False

    def places(self) -> tuple[int, int]:
        return (TONE_2100 if self.kind == PAIR else self.kind), self.kind

    def measure(self, spectrum: NDArray[np.complex128]) -> None:
        first, second = self.places()
        self.absent = 0
        self.measured += 1
        self.spectra.append((spectrum[first], spectrum[second]))
        size = abs(spectrum[first])
        self.amplitude_sum += size
        mean = self.amplitude_sum / self.measured
        if size >= WHOLE * mean:
            self.wave += (size - mean) * np.exp(2j * np.pi * 15 * HOP / 8000 * self.windows)

    def go_on(self, spectrum: NDArray[np.complex128]) -> None:
        hops = 1 + self.absent
        units = []
        for place, last in zip(self.places(), self.spectra[-1], strict=True):
            turn = spectrum[place] * np.conj(last) * np.conj(NOMINAL[place]) ** hops
            units.append(turn / (abs(turn) + 1e-9))
        total = sum(step[0] for step in self.steps)
        beyond = units[0] * np.conj(total / (abs(total) + 1e-9)) ** hops
        turned_round = beyond.real < -0.5 and len(self.steps) >= SETTLED
        self.windows += hops
        if self.kind == TONE_2100 and turned_round:
            self.reversals += 1
        elif hops == 1:
            self.steps.append((units[0], units[1]))
        self.measure(spectrum)

    def steady(self, which: int = 0, centre_hz: float | None = None) -> bool:
        total = sum(step[which] for step in self.steps)
        if not self.steps or abs(total) < STEADY * len(self.steps):
            return False
        offset = float(np.angle(total)) * 8000 / (2 * np.pi * HOP)
        centre = CENTRES_HZ[self.kind] if centre_hz is None else centre_hz
        return abs(offset - centre) <= OFFSETS_HZ[self.kind]

    def answer_tone(self) -> str:
        if 2 * abs(self.wave) >= MODULATED * self.amplitude_sum:
            return "ANSam"
        return "ANS" if self.reversals else "CED"


def _kind_of(power: NDArray[np.float64], energy: float) -> int:
    low, high = power[TONE_2100], power[PAIR]
    alike = min(low, high) >= LEAST and max(low, high) <= TWIST * min(low, high)
    if alike and 3 * (low + high) >= SHARES[PAIR] * energy:
        return PAIR
    kind = int(power[:PAIR].argmax())
    return kind if power[kind] >= LEAST and 3 * power[kind] >= SHARES[kind] * energy else -1


def hear_signal_tones(samples: NDArray[np.int16]) -> list[ReferenceTone]:
    """Returns the signal tones in linear samples at 8 kHz."""
    spectra, energy = bank_spectra(samples, TONES_HZ)
    heard: list[ReferenceTone] = []
    burst: _Burst | None = None
    stage = since = 0
    for window, spectrum in enumerate(spectra):
        kind = _kind_of(np.abs(spectrum) ** 2, energy[window])
        since += 1
        if burst is not None and kind == burst.kind:
            burst.go_on(spectrum)
        elif burst is not None and kind < 0 and burst.absent < BRIDGED:
            burst.absent += 1
        else:
            if burst is not None:
                place = (TONE_950, TONE_1400).index(burst.kind) + 1 if burst.kind in (0, 2) else 0
                if place:
                    fits = 20 <= burst.windows <= 48 and burst.steady()
                    follows = place == 1 or (stage == 1 and since <= burst.windows + 12)
                    stage, since = (place if fits and follows else 0), 0
                if burst.kind == TONE_1100 and 38 <= burst.windows <= 62 and burst.steady():
                    heard.append(ReferenceTone("CNG", window))
                short = burst.kind == PAIR and 6 <= burst.windows <= 13
                if short and burst.steady(0) and burst.steady(1, 0.0):
                    heard.append(ReferenceTone("CAS", window))
                burst = None
            if kind >= 0:
                burst = _Burst(kind, [])
                burst.measure(spectrum)
        if burst is None:
            continue
        known = burst.kind == TONE_2100 and burst.windows >= 55
        if known and not burst.reported and burst.steady():
            burst.reported = True
            heard.append(ReferenceTone(burst.answer_tone(), window))
        if burst.kind == TONE_1800 and stage == 2 and burst.windows >= 15:
            if since <= burst.windows + 12 and burst.steady():
                heard.append(ReferenceTone("SIT", window))
            stage = 0
    return heard
