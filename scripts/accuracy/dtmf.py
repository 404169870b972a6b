"""DTMF: every limit, ours and SpanDSP's on the same signals.

python -m scripts.accuracy.dtmf [--quick]
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import product

import numpy as np

from dsp.levels import level_dbm0
from scripts.accuracy.hearing import LATE_S, Found, Placed, Signal, compare, row
from scripts.accuracy.section import Row, Section, main_of
from scripts.accuracy.signal_lab import Lab
from scripts.talk_off.material import speech

__all__ = ["section"]

DIGITS = "0123456789*#ABCD"
TWO_S = 16_000


def section(quick: bool) -> Section:
    """Measures; quick: on a tenth of the signals."""
    rounds = 3 if quick else 25
    made = Section(
        title="DTMF",
        peer="SpanDSP dtmf_rx as it comes",
        text=(
            "16 digits, random phases and alignment, pauses of 60 to 80 ms, A-law and mu-law in turn."
            " A digit counts as found when it is heard exactly once, by its name, at its time."
            " Levels are of each tone."
        ),
    )
    lab = Lab(20)
    for limit, wanted, digits, filtered in _limits(lab, rounds):
        ours, theirs = compare(digits, filtered=filtered)
        made.rows.append(_row(limit, wanted, ours, theirs))
    return made


def _row(limit: str, wanted: float | None, ours: Found, theirs: Found | None) -> Row:
    """wanted: the least share that must be found; 0: none may be heard at all; None: no limit."""
    none = wanted == 0
    if none:
        texts = [f"{each.heard} heard" for each in (ours, theirs) if each is not None]
        worse = theirs is not None and ours.heard > theirs.heard
        met = ours.heard == 0
    else:
        texts = [each.share() for each in (ours, theirs) if each is not None]
        worse = theirs is not None and ours.once < theirs.once
        met = wanted is None or (ours.once >= wanted * ours.of and ours.stray == 0)
    return Row(
        limit=limit,
        signals=f"{ours.of} digits",
        ours=texts[0],
        theirs=texts[1] if len(texts) > 1 else "–",
        met=met,
        worse=worse,
    )


Limit = tuple[str, float | None, list[Signal], bool]
Made = Callable[[str], np.ndarray]


def _rows(
    lab: Lab, rounds: int, make: Made, gap_ms: tuple[float, float] = (60, 80), noise: float = 0
) -> list[Signal]:
    signals = []
    for _ in range(rounds):
        signal = row(lab, [(digit, make(digit)) for digit in DIGITS], gap_ms)
        if noise:
            signal = Signal(signal.sound + lab.noise(signal.sound.size, noise), signal.placed)
        signals.append(signal)
    return signals


def _offset(
    lab: Lab, rounds: int, pairs: Iterable[tuple[float, float]], milliseconds: float
) -> list[Signal]:
    signals = []
    for _ in range(max(1, rounds // 8)):
        for pair in pairs:
            signals += _rows(lab, 1, lambda d, pair=pair: lab.digit(d, milliseconds, offset=pair))
    return signals


def _limits(lab: Lab, rounds: int) -> Iterator[Limit]:
    yield from _frequency(lab, rounds)
    yield from _timing(lab, rounds)
    yield from _levels(lab, rounds)
    yield from _disturbed(lab, rounds)
    yield from _over_speech(lab, rounds)


def _frequency(lab: Lab, rounds: int) -> Iterator[Limit]:
    def off(percent: float) -> list[tuple[float, float]]:
        return [each for each in product((-percent, 0.0, percent), repeat=2) if each != (0, 0)]

    def both(percent: float) -> list[tuple[float, float]]:
        return list(product((-percent, percent), repeat=2))

    one = [(a, b) for a in (-3.5, 3.5) for b in (-1.5, 0, 1.5)]
    one += [(b, a) for a, b in one]
    for length in (40, 50):
        yield f"1.5 % off, {length} ms: all", 1, _offset(lab, rounds, off(1.5), length), False
    yield "1.8 % off, 50 ms", None, _offset(lab, rounds, off(1.8), 50), False
    yield "2.5 % off (both), 100 ms", None, _offset(lab, rounds, both(2.5), 100), False
    yield "3.0 % off (both), 100 ms", None, _offset(lab, rounds, both(3.0), 100), False
    yield "3.5 % off (both), 100 ms: none", 0, _offset(lab, rounds, both(3.5), 100), False
    yield "one tone 3.5 % off, 100 ms: none", 0, _offset(lab, rounds, one, 100), False
    yield "one tone 3.5 % off, 500 ms: none", 0, _offset(lab, rounds // 3, one, 500), False


def _timing(lab: Lab, rounds: int) -> Iterator[Limit]:
    for length, wanted in ((20, 0), (23, 0), (30, None), (36, None), (40, 1)):
        named = {0: ": none", 1: ": all", None: ""}[wanted]
        yield f"{length} ms{named}", wanted, _rows(lab, 4 * rounds, _plain(lab, length)), False
    for gap, length in ((2, 60), (5, 80), (10, 80), (10, 100), (10, 120)):

        def broken(digit: str, gap: int = gap, length: int = length) -> np.ndarray:
            sound = lab.digit(digit, length)
            start = int(lab.random.uniform(0.3, 0.6) * sound.size)
            sound[start : start + gap * 8] = 0
            return sound

        yield (
            f"{length} ms with a break of {gap} ms: one digit",
            1,
            _rows(lab, rounds, broken),
            False,
        )
    for gap in (30, 40):
        yield (
            f"the same digit twice, {gap} ms between: two",
            1,
            [_pairs(lab, gap) for _ in range(rounds)],
            False,
        )
    yield (
        "ten digits a second (50 ms on, 50 off): all",
        1,
        _rows(lab, rounds, _plain(lab, 50), (50, 50)),
        False,
    )


def _pairs(lab: Lab, gap_ms: float) -> Signal:
    parts, placed, now = [np.zeros(1600)], [], 0.2
    for digit in DIGITS:
        for gap in (gap_ms, lab.random.uniform(100, 120)):
            silence = np.zeros(round(gap * 8))
            parts += [lab.digit(digit, 60), silence]
            # Told before the next one can be.
            placed.append(Placed(digit, now, now + 0.06 + gap / 1000 + 0.02 - LATE_S))
            now += 0.06 + silence.size / 8000
    return Signal(np.concatenate(parts), placed)


def _plain(lab: Lab, milliseconds: float, **options: float) -> Made:
    return lambda digit: lab.digit(digit, milliseconds, **options)  # type: ignore[arg-type]


def _levels(lab: Lab, rounds: int) -> Iterator[Limit]:
    for level, wanted in ((0, 1), (-10, 1), (-25, 1), (-38, 1), (-42, None), (-55, 0)):
        named = {0: ": none", 1: ": all", None: ""}[wanted]
        yield (
            f"{level} dBm0{named}",
            wanted,
            _rows(lab, rounds, _plain(lab, 50, level=level)),
            False,
        )
    for twist, wanted in ((4, 1), (5, None), (-8, 1), (-9, None)):
        group = "high" if twist > 0 else "low"
        text = f"{group} group {abs(twist)} dB stronger, 40 ms" + (": all" if wanted else "")
        yield text, wanted, _rows(lab, rounds, _plain(lab, 40, level=-10, twist=twist)), False


def _disturbed(lab: Lab, rounds: int) -> Iterator[Limit]:
    # Each tone lies 3 dB below the digit.
    for noise, wanted in ((15, 1), (10, 1), (8, None), (6, None)):
        text = f"white noise {noise} dB below the digit, 50 ms" + (": all" if wanted else "")
        yield (
            text,
            wanted,
            _rows(lab, 3 * rounds, _plain(lab, 50, level=-15), noise=-12 - noise),
            False,
        )
    for above, wanted in ((0, 1), (6, None), (9, None), (12, None)):
        text = f"50 Hz hum {above} dB above a tone" + (": all" if wanted else "")
        yield text, wanted, _beside(lab, rounds, ((50, -15 + above),)), False
    for tones, name in (((350, 440), "350 + 440 Hz"), ((425,), "425 Hz")):
        for level, wanted in ((-15, 1), (-12, None), (-10, None), (-8, None)):
            text = f"over dial tone {name} of {level} dBm0 a tone, digits of -15" + (
                ": all" if wanted else ""
            )
            beside = tuple((hertz, level) for hertz in tones)
            yield text, wanted, _beside(lab, rounds, beside), False
            if wanted:
                yield text + "; SpanDSP with its filter", wanted, _beside(lab, rounds, beside), True


def _beside(lab: Lab, rounds: int, tones: tuple[tuple[float, float], ...]) -> list[Signal]:
    signals = _rows(lab, rounds, _plain(lab, 50, level=-15))
    return [
        Signal(each.sound + lab.sines(each.sound.size / 8, *tones)[: each.sound.size], each.placed)
        for each in signals
    ]


def _over_speech(lab: Lab, rounds: int) -> Iterator[Limit]:
    """Over prompts: each piece of 2 s at least half active; digits of two draws in it."""
    voices = [each.samples.astype(float) for each in speech("R")][:6]

    def piece(level: float) -> np.ndarray:
        while True:
            voice = voices[int(lab.random.integers(len(voices)))]
            start = int(lab.random.integers(0, voice.size - TWO_S))
            part = voice[start : start + TWO_S]
            if (np.abs(part) > 300).mean() > 0.3:
                return part * 10 ** ((level - level_dbm0(part)) / 20)

    def over(level: float, make: Made, echo: bool = False) -> list[Signal]:
        signals = []
        for _ in range(rounds):
            signal = row(lab, [(digit, make(digit)) for digit in DIGITS], (150, 170))
            prompt = np.concatenate([piece(level) for _ in range(-(-signal.sound.size // TWO_S))])
            signals.append(Signal(signal.sound + prompt[: signal.sound.size], signal.placed))
        return signals

    yield (
        "over a prompt's echo, 12 dB below it (prompt -15, digits -15): all",
        1,
        over(-27, _plain(lab, 50, level=-15)),
        False,
    )
    for level, wanted in ((-20, None), (-15, 0.95), (-10, None)):
        text = f"over speech of {level} dBm0, digits of -10, 50 ms" + (": 95 %" if wanted else "")
        yield text, wanted, over(level, _plain(lab, 50, level=-10)), False
    yield "the same at -15, 120 ms", None, over(-15, _plain(lab, 120, level=-10)), False
    for percent in (1.0, 1.5):

        def off(digit: str, percent: float = percent) -> np.ndarray:
            signs = lab.random.choice((-percent, percent), 2)
            return lab.digit(digit, 50, level=-10, offset=(float(signs[0]), float(signs[1])))

        yield f"the same at -15, {percent} % off, 50 ms", None, over(-15, off), False
    yield (
        "the same at -15, twist -6 dB",
        None,
        over(-15, _plain(lab, 50, level=-8, twist=-6)),
        False,
    )


if __name__ == "__main__":
    main_of(section)
