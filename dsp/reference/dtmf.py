"""The DTMF detector, to be read: Hann windows of 104 samples every 52, judged five at a time.

Three ideas carry it. One sum of penalties instead of a row of thresholds: a clean digit may be off
frequency and twisted, a digit under speech may be dirty, nothing may be both. The two tones must be
steady over 39 ms and explain the power above 540 Hz, so hum, dial tone and most of a voice do not
count. The high tone must be coherent: a voice's harmonics wobble. A break of up to 10 ms, in which all
sound falls silent, may lie between the windows. Limits: MESi's table of ITU-T Q.24.

Windows are measured in integers, as the kernels do it: a sample times its weight loses its last bit,
and one is 2048 in the tables of sines. What that loses lies 79 dB below a tone of 0 dBm0, and near
-90 dBm0 for weak ones.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.levels import amplitude
from dsp.sounds import KEYS

__all__ = ["ReferenceDigit", "hear_digits"]

RATE, WINDOW, HOP, RUN, GONE = 8000, 104, 52, 5, 4
SPAN, BREAK, WHOLE, BROKEN = 9, 3, 0.6, 0.55
TONES = np.array([697, 770, 852, 941, 1209, 1336, 1477, 1633], np.float64)
FLOOR = (amplitude(-46.0) * WINDOW / 4) ** 2
KEEP = 0.25
OFFSET_MOST, TWIST_LEAST, TWIST_MOST = 2.2, -9.5, 5.5

_PLACE = np.arange(WINDOW)
HANN = np.rint(32768 * (0.5 - 0.5 * np.cos(2 * np.pi * (_PLACE + 0.5) / WINDOW))).astype(np.int64)
_TIME = _PLACE - (WINDOW - 1) / 2
UNIT = 2048
BASIS = np.rint(UNIT * np.exp(-2j * np.pi * TONES[:, None] * _TIME / RATE)).T
LOW_BASIS = np.rint(UNIT * np.exp(-2j * np.pi * np.arange(8)[:, None] * _TIME / WINDOW)).T
LOW_WEIGHT = np.array([1.0] + [2.0] * 7)


@dataclass(frozen=True, slots=True)
class ReferenceDigit:
    """A digit and the window that decided it; its block is that in which the window ends."""

    digit: str
    window: int

    @property
    def tick(self) -> int:
        """The tick in which a plane hears it, if the sound began with tick 0."""
        return (self.window * HOP + WINDOW - 1) // 160


@dataclass(frozen=True, slots=True)
class _Tone:
    offset: float
    coherence: float
    energy: float
    onset: float


class _Windows:
    """Everything measured once a window."""

    def __init__(self, samples: NDArray[np.int16]) -> None:
        windows = np.lib.stride_tricks.sliding_window_view(samples.astype(np.int64), WINDOW)[::HOP]
        halves = windows * HANN >> 16  # rounded down
        self.spectrum = halves @ BASIS * (2 / UNIT)
        self.power = np.abs(self.spectrum) ** 2
        self.energy = WINDOW * np.sum((2.0 * halves) ** 2, axis=1)
        low = (np.abs(halves @ LOW_BASIS * (2 / UNIT)) ** 2) @ LOW_WEIGHT
        self.high_energy = np.maximum(self.energy - low, 1.0)
        self.low_tone = self.power[:, :4].argmax(axis=1)
        self.high_tone = 4 + self.power[:, 4:].argmax(axis=1)
        self.key = 4 * self.low_tone + self.high_tone - 4
        row = np.arange(len(windows))
        self.low, self.high = self.power[row, self.low_tone], self.power[row, self.high_tone]
        both = 3 * (self.low + self.high)
        candidate = (self.low >= FLOOR) & (self.high >= FLOOR)
        candidate &= (12.6 * self.high >= self.low) & (5.01 * self.low >= self.high)
        candidate &= (both >= 0.05 * self.energy) & (both >= 0.3 * self.high_energy)
        self.candidate = np.where(candidate, self.key, -1)

    def past_power(self, window: int, tone: int) -> float:
        return float(self.power[window, tone]) if window >= 0 else 0.0

    def tone(self, chosen: list[int], tone: int) -> _Tone:
        x = {window: self.spectrum[window, tone] for window in chosen}
        one = sum(np.conj(x[n]) * x[n + 1] for n in chosen if n + 1 in x)
        step = one / (abs(one) + 1e-9)
        two = sum(
            np.conj(x[before]) * x[after]
            for before, after in zip(chosen, chosen[2:], strict=False)
            if after - before == 2
        )
        two *= np.conj(step) ** 2
        step *= np.exp(0.5j * np.clip(two.imag / max(two.real, 1e-9), -1, 1))
        count = len(chosen)
        steady = abs(sum(x[n] * np.conj(step) ** (n - chosen[0]) for n in chosen)) ** 2 / count
        powers = float(self.power[chosen, tone].sum())
        angle = np.angle(step * np.exp(-2j * np.pi * TONES[tone] * HOP / RATE))
        bins = angle / np.pi
        response = np.sinc(bins) / (1 - bins * bins)
        before = self.past_power(chosen[0] - 2, tone) + 1e-3 * powers / count
        rise = 10 * np.log10(powers / count / before)
        return _Tone(
            offset=100 * angle * RATE / (2 * np.pi * HOP) / TONES[tone],
            coherence=steady / powers,
            energy=steady / response**2,
            onset=float(np.clip(1 - rise / 12, 0, 1.5) ** 2),
        )

    def around_break(self, window: int) -> list[int]:
        """The windows on both sides of one break, or none."""
        span = np.arange(window - SPAN + 1, window + 1)
        tones = [self.low_tone[window], self.high_tone[window]]
        power = np.where(span[:, None] >= 0, self.power[np.ix_(span, tones)], 0.0)
        energy = np.where(span >= 0, self.energy[span], 0.0)
        whole = (power >= WHOLE * power.max(axis=0)).all(axis=1)
        first = int(whole.argmax())
        inside = whole[first:]
        spoilt = np.flatnonzero(~inside)
        one_break = 1 <= spoilt.size <= BREAK and bool((np.diff(spoilt) == 1).all())
        if not inside[-1] or not one_break or inside.sum() < RUN:
            return []
        if energy[first:][~inside].min() > BROKEN * energy[first:][inside].mean():
            return []
        return [int(each) for each in span[first:][inside]]

    def penalty(self, chosen: list[int]) -> tuple[float, float, float]:
        """The sum of penalties, and both tones' energies; infinite beyond a hard limit."""
        low, high = (
            self.tone(chosen, self.low_tone[chosen[-1]]),
            self.tone(chosen, self.high_tone[chosen[-1]]),
        )
        twist = 10 * np.log10(high.energy / low.energy)
        far = max(abs(low.offset), abs(high.offset)) > OFFSET_MOST
        if far or not TWIST_LEAST <= twist <= TWIST_MOST:
            return np.inf, low.energy, high.energy
        upper = self.high_energy[chosen].sum()
        residue = 1 - min(1.0, 3 * (low.energy + high.energy) / upper)
        low_band = 1 - upper / self.energy[chosen].sum()
        penalty = 4.0 * residue + 1.0 * (1 - low.coherence) + 27.5 * (1 - high.coherence)
        offset = low.offset**2 + high.offset**2
        penalty += 0.13 * offset - 0.6 * max(0.0, 1 - offset / 0.25)  # voices are seldom precise
        penalty += 0.2 * ((twist + 2) / 6) ** 2
        penalty += 2.5 * min(low_band**2, 0.14) + (0.22 + low_band) * (low.onset + high.onset)
        return penalty, low.energy, high.energy


def hear_digits(samples: NDArray[np.int16]) -> list[ReferenceDigit]:
    """Returns the digits in linear samples at 8 kHz, before which there was silence."""
    windows = _Windows(samples)
    digits: list[ReferenceDigit] = []
    held, gone, run, last = -1, 0, 0, -2
    earlier_key, earlier_run, since = -1, 0, 0
    keep = (0.0, 0.0)
    for window, key in enumerate(windows.candidate):
        ended = run >= 2 and key != last
        if ended:
            earlier_key, earlier_run = last, run
        since = 1 if ended else since + 1
        run = (run + 1 if key == last else 1) if key >= 0 else 0
        last = key
        if held >= 0:
            here = windows.key[window] == held
            here = here and windows.low[window] >= keep[0] and windows.high[window] >= keep[1]
            gone = 0 if here else gone + 1
            held = -1 if gone >= GONE else held
        broken = run >= 2 and key == earlier_key and since - run <= BREAK
        broken = broken and since + earlier_run <= SPAN and earlier_run + run >= RUN
        if key == held or not (run >= RUN or broken):
            continue
        choices = [list(range(window - RUN + 1, window + 1))] if run >= RUN else []
        for chosen in [*choices, windows.around_break(window)]:
            penalty, low, high = windows.penalty(chosen) if chosen else (np.inf, 0.0, 0.0)
            if penalty <= 1:
                held, gone = int(key), 0
                keep = (KEEP * low / len(chosen), KEEP * high / len(chosen))
                digits.append(ReferenceDigit(KEYS[key], window))
                break
    return digits
