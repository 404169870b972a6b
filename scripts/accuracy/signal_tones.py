"""Tones of fax and modem, special information, caller alerting: ours and SpanDSP's on the same signals.

python -m scripts.accuracy.signal_tones [--quick]
"""

import ctypes

import numpy as np

from dsp import Law, SignalToneHeard, find_fax_preambles, g711_decode
from dsp.levels import amplitude
from scripts.accuracy import spandsp
from scripts.accuracy.section import Row, Section, main_of
from scripts.accuracy.signal_lab import Lab, hear, linear_of, octets_of

__all__ = ["section", "spandsp_tone"]

SPANDSP_TYPES = {"CNG": 1, "CED": 2, "ANS": 3, "ANSam": 5, "V21": 6}
"""modem_connect_tones.h: FAX_CNG, ANS, ANS_PR, ANSAM_PR, FAX_PREAMBLE."""
TONES = ("CNG", "CED", "ANS", "ANSam", "V21", "SIT", "CAS")


def section(quick: bool) -> Section:
    """Measures; quick: on a fifth of the signals."""
    rounds = 4 if quick else 20
    made = Section(
        title="Fax, modem, special information and alerting tones",
        peer="SpanDSP modem_connect_tones_rx",
        text=(
            "CNG 0.5 s; CED 3 s; ANS with its phase reversed every 450 ms; ANSam; V.21 flags for 1 s;"
            " special information tones with North American and ITU segments; CAS of 80 ms. Found:"
            " heard once by its name, and no other. SpanDSP has a receiver for each but the last two,"
            " which is told what to listen for; ours listen for all at once. A-law."
        ),
    )
    for name in TONES:
        for limit, level, noise, off_hz, wanted in (
            ("-15 dBm0", -15.0, None, 0.0, True),
            ("-38 dBm0", -38.0, None, 0.0, True),
            ("white noise 10 dB below", -15.0, 10.0, 0.0, True),
            ("white noise 5 dB below", -15.0, 5.0, 0.0, False),
            ("as far off as its standard allows", -15.0, None, 1.0, True),
        ):
            lab = Lab(len(made.rows))
            ours = theirs = 0
            for _ in range(rounds):
                sound = _tone(lab, name, level, off_hz)
                if noise is not None:
                    sound += lab.noise(sound.size, level - noise)
                ours += _ours(sound) == [name]
                theirs += name in SPANDSP_TYPES and _theirs(sound, name)
            compared = spandsp.LIBRARY is not None and name in SPANDSP_TYPES
            made.rows.append(
                Row(
                    limit=f"{name}: {limit}" + (": all" if wanted else ""),
                    signals=f"{rounds}",
                    ours=f"{ours}",
                    theirs=f"{theirs}" if compared else "–",
                    met=not wanted or ours == rounds,
                    worse=compared and ours < theirs,
                )
            )
    return made


def _tone(lab: Lab, name: str, level: float, off: float) -> np.ndarray:
    """The tone with half a second and more of silence around it; off: 0 to 1 of what is allowed."""
    sign = float(lab.random.choice((-off, off)))
    time = np.arange(3 * 8000) / 8000
    match name:
        case "CNG":
            sound = lab.sines(500, (1100 + 38 * sign, level))
        case "CED" | "ANS" | "ANSam":
            sound = lab.sines(3000, (2100 + (1 if name == "ANSam" else 15) * sign, level))
            if name != "CED":
                sound *= 1 - 2 * (time // 0.45 % 2)
            if name == "ANSam":
                sound *= 1 + 0.2 * np.sin(2 * np.pi * 15 * time)
        case "V21":
            sound = _flags(level, 6 * sign)
        case "SIT":
            first, second = (
                lab.random.choice((913.8, 950, 985.2)),
                lab.random.choice((1370.6, 1400, 1428.5)),
            )
            lengths = lab.random.choice((274, 330, 380), 2)
            segments = ((first, lengths[0]), (second, lengths[1]), (1776.7 + 5 * sign, 380))
            sound = np.concatenate(
                [lab.sines(length, (hertz, level)) for hertz, length in segments]
            )
        case _:
            shift = 1 + 0.005 * sign
            sound = lab.sines(80, (2130 * shift, level), (2750 * shift, level))
    before = np.zeros(int(lab.random.uniform(4000, 6000)))
    return np.concatenate([before, sound, np.zeros(8000)])


def _flags(level: float, off_hz: float) -> np.ndarray:
    bits = np.tile((0, 1, 1, 1, 1, 1, 1, 0), 37)
    place = np.arange(int(bits.size * 80 / 3)) * 3 // 80
    hertz = np.where(bits[np.minimum(place, bits.size - 1)] == 1, 1650.0, 1850.0) + off_hz
    return amplitude(level) * np.sin(2 * np.pi * np.cumsum(hertz) / 8000)


def _ours(sound: np.ndarray) -> list[str]:
    heard = [
        each.tone for each in hear(sound, signal_tones=True) if isinstance(each, SignalToneHeard)
    ]
    return heard + ["V21" for _ in find_fax_preambles(linear_of(sound))]


def _theirs(sound: np.ndarray, name: str) -> bool:
    """Whether SpanDSP's receiver of that tone hears it."""
    library = spandsp.LIBRARY
    if library is None:
        return False
    library.modem_connect_tones_rx_init.restype = ctypes.c_void_p
    kind = SPANDSP_TYPES[name]
    state = ctypes.c_void_p(library.modem_connect_tones_rx_init(None, kind, None, None))
    samples = np.concatenate([g711_decode(octets_of(sound), Law.ALAW), np.zeros(1600, np.int16)])
    found = False
    for start in range(0, samples.size - 159, 160):
        piece = np.ascontiguousarray(samples[start : start + 160])
        library.modem_connect_tones_rx(state, piece.ctypes.data_as(ctypes.c_void_p), 160)
        found |= library.modem_connect_tones_rx_get(state) != 0
    library.modem_connect_tones_rx_free(state)
    return found


def spandsp_tone(name: str, seconds: float) -> np.ndarray:
    """The tone as SpanDSP's generator makes it (not V.21's flags)."""
    library = spandsp.LIBRARY
    library.modem_connect_tones_tx_init.restype = ctypes.c_void_p
    state = ctypes.c_void_p(library.modem_connect_tones_tx_init(None, SPANDSP_TYPES[name]))
    sound = np.zeros(int(seconds * 8000), np.int16)
    library.modem_connect_tones_tx(state, sound.ctypes.data_as(ctypes.c_void_p), sound.size)
    return sound


if __name__ == "__main__":
    main_of(section)
