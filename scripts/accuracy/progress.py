"""Call-progress tones of every country, ours and SpanDSP's on the same signals.

python -m scripts.accuracy.progress [--quick]
"""

import ctypes
from collections.abc import Callable

import numpy as np

from dsp import Law, ProgressToneHeard, Tone, TonePlan, countries, g711_decode, tone_plan
from scripts.accuracy import spandsp
from scripts.accuracy.section import Row, Section, main_of
from scripts.accuracy.signal_lab import Lab, hear, octets_of

__all__ = ["section"]

TONES = ("dial", "ringback", "busy", "congestion")
REQUIRED = ("us", "uk", "de", "fr", "it", "es", "ro", "ru", "cn", "au", "jp", "in")
REPORT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int)
SECONDS = 14


def section(quick: bool) -> Section:
    """Measures; quick: on the required countries only."""
    plans = [tone_plan(country) for country in (REQUIRED if quick else countries())]
    made = Section(
        title="Call-progress tones",
        peer="SpanDSP super_tone_rx, our tables, ±20 %",
        text=(
            f"Dial, ringback, busy and congestion tone of {len(plans)} countries"
            f" ({', '.join(each.country for each in plans)}), {SECONDS} s from anywhere in the cadence,"
            " 15 dB above the noise if not said otherwise. Found: heard once, by its name and no other"
            " (where a country's congestion is its busy tone, busy). A-law."
        ),
    )
    for limit, options, wanted in (
        ("as the country has it", {}, True),
        ("cadence 10 % slower", {"stretch": 1.1}, True),
        ("cadence 10 % faster", {"stretch": 0.9}, True),
        ("cadence 18 % slower", {"stretch": 1.18}, False),
        ("frequency 1.5 % higher", {"detune": 1.015}, True),
        ("frequency 2 % lower", {"detune": 0.98}, False),
        ("-35 dBm0 a frequency", {"level": -35.0}, True),
        ("noise 6 dB below", {"noise": 6.0}, False),
        ("through 50 Hz hum 6 dB below", {"hum": -6.0}, True),
        ("through 50 Hz hum of the same level", {"hum": 0.0}, False),
    ):
        ours, theirs, of = _count(plans, **options)
        made.rows.append(
            Row(
                limit=f"{limit}" + (": all" if wanted else ""),
                signals=f"{of} tones",
                ours=f"{ours}",
                theirs="–" if theirs is None else f"{theirs}",
                met=not wanted or ours == of,
                worse=theirs is not None and ours < theirs,
            )
        )
    return made


def _count(plans: list[TonePlan], **options: float) -> tuple[int, int | None, int]:
    ours = theirs = of = 0
    for plan in plans:
        for name in TONES:
            lab = Lab(of)
            sound = tone_sound(lab, getattr(plan, name), **options)
            wanted = _wanted(plan, name)
            heard = [
                each for each in hear(sound, progress=plan) if isinstance(each, ProgressToneHeard)
            ]
            ours += [each.tone for each in heard] == [wanted]
            if spandsp.LIBRARY is not None:
                theirs += _theirs(g711_decode(octets_of(sound), Law.ALAW), plan) == {wanted}
            of += 1
    return ours, theirs if spandsp.LIBRARY is not None else None, of


def _wanted(plan: TonePlan, name: str) -> str:
    """The name under which a tone is heard: the first of those that are alike."""
    tone = getattr(plan, name)
    return next(each for each in TONES if getattr(plan, each).segments == tone.segments)


def tone_sound(
    lab: Lab,
    tone: Tone,
    *,
    stretch: float = 1.0,
    detune: float = 1.0,
    level: float = -18.0,
    noise: float = 15.0,
    hum: float | None = None,
) -> np.ndarray:
    """A tone from anywhere in its cadence, and silence after it."""
    count = SECONDS * 8000
    parts: list[np.ndarray] = []
    continuous = all(each.frequencies_hz for each in tone.segments)
    while sum(each.size for each in parts) < count + 64_000:
        for each in tone.segments:
            louder = each.level_dbm0 - min(part.level_dbm0 for part in tone.segments[::2])
            sines = [(hertz * detune, level + louder) for hertz in each.frequencies_hz]
            length = 30_000.0 if continuous else each.duration_ms * stretch
            parts.append(lab.sines(length, *sines))
    start = int(lab.random.integers(0, 8000))
    sound = np.concatenate([np.concatenate(parts)[start : start + count], np.zeros(8000 * 9)])
    sound += lab.noise(sound.size, level - noise)
    if hum is not None:
        sound += lab.sines(sound.size / 8, (50, level + hum))[: sound.size]
    return sound


def _theirs(samples: np.ndarray, plan: TonePlan) -> set[str]:
    """The tones that SpanDSP reports, told what ours is told."""
    library = spandsp.LIBRARY
    library.super_tone_rx_make_descriptor.restype = ctypes.c_void_p
    library.super_tone_rx_init.restype = ctypes.c_void_p
    descriptor = ctypes.c_void_p(library.super_tone_rx_make_descriptor(None))
    names: list[str] = []
    for name in TONES:
        tone = getattr(plan, name)
        if _wanted(plan, name) != name:
            continue
        number = library.super_tone_rx_add_tone(descriptor)
        names.append(name)
        continuous = all(each.frequencies_hz for each in tone.segments)
        longest_ms = max(plan.ring_cadence_ms[::2])
        for each in tone.segments:  # frequency 0: silence
            first, second = (*map(round, each.frequencies_hz), 0, 0)[:2]
            least, most = round(each.duration_ms * 0.8), round(each.duration_ms * 1.2)
            if continuous:
                least, most = max(700, round(1.2 * longest_ms)), 0
            library.super_tone_rx_add_element(descriptor, number, first, second, least, most)
    heard: set[str] = set()

    def report(_user: object, code: int, _level: int, _delay: int) -> None:
        if 0 <= code < len(names):
            heard.add(names[code])

    callback: Callable[..., None] = REPORT(report)
    state = ctypes.c_void_p(library.super_tone_rx_init(None, descriptor, callback, None))
    for start in range(0, samples.size - 159, 160):
        piece = np.ascontiguousarray(samples[start : start + 160])
        library.super_tone_rx(state, piece.ctypes.data_as(ctypes.c_void_p), 160)
    library.super_tone_rx_free(state)
    library.super_tone_rx_free_descriptor(descriptor)
    return heard


if __name__ == "__main__":
    main_of(section)
