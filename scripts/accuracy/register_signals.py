"""R2 and R1 register signals, ours and SpanDSP's on the same signals, some of them of SpanDSP's generators.

python -m scripts.accuracy.register_signals [--quick]
"""

import ctypes
from collections.abc import Callable

import numpy as np

from dsp import Law, MfSignalHeard, MfSystem, g711_decode
from scripts.accuracy import spandsp
from scripts.accuracy.section import Row, Section, main_of
from scripts.accuracy.signal_lab import Lab, hear, octets_of

__all__ = ["section", "spandsp_signals", "spandsp_sound"]

ALL = list(range(1, 16))
R2_LETTERS = "1234567890BCDEF"
R1_LETTERS = "1234567890CA*B#"
"""SpanDSP's names of signals 1 to 15."""
REPORT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int)
NAMES = {
    MfSystem.R2_FORWARD: "R2 forward",
    MfSystem.R2_BACKWARD: "R2 backward",
    MfSystem.R1: "R1",
}


def section(quick: bool) -> Section:
    """Measures; quick: on a fifth of the signals."""
    rounds = 4 if quick else 20
    made = Section(
        title="Register signals",
        peer="SpanDSP r2_mf_rx, bell_mf_rx",
        text=(
            "All 15 signals, each in turn, random phases and alignment, pauses of 60 to 80 ms."
            " Found: heard once and in its place. Levels are of each tone."
        ),
    )
    lab = Lab(31)
    for system in MfSystem:
        for limit, make, wanted, noise in _limits(lab, system):
            ours = theirs = of = heard_ours = heard_theirs = 0
            for _ in range(rounds):
                sound = lab.row([make(each) for each in ALL], int(lab.random.integers(60, 70)))
                if noise:
                    sound = sound + lab.noise(sound.size, noise)
                mine = _ours(sound, system)
                other = spandsp_signals(sound, system) if spandsp.LIBRARY is not None else []
                of += len(ALL)
                ours, heard_ours = ours + _right(mine), heard_ours + len(mine)
                theirs, heard_theirs = theirs + _right(other), heard_theirs + len(other)
            made.rows.append(
                _row(
                    f"{NAMES[system]}: {limit}",
                    wanted,
                    of,
                    (ours, heard_ours),
                    (theirs, heard_theirs),
                )
            )
    return made


def _row(
    limit: str, wanted: bool | None, of: int, ours: tuple[int, int], theirs: tuple[int, int]
) -> Row:
    """wanted: all; False: none may be heard; None: no limit."""
    if wanted is False:
        return Row(
            limit=f"{limit}: none",
            signals=f"{of} signals",
            ours=f"{ours[1]} heard",
            theirs=f"{theirs[1]} heard",
            met=ours[1] == 0,
            worse=ours[1] > theirs[1],
        )
    return Row(
        limit=limit + (": all" if wanted else ""),
        signals=f"{of} signals",
        ours=f"{100 * ours[0] / of:.1f} %",
        theirs=f"{100 * theirs[0] / of:.1f} %",
        met=wanted is None or ours[0] == of,
        worse=ours[0] < theirs[0],
    )


Make = Callable[[int], np.ndarray]


def _limits(lab: Lab, system: MfSystem) -> list[tuple[str, Make, bool | None, float]]:
    def made(milliseconds: float, level: float = -11, twist: float = 0, off_hz: float = 0) -> Make:
        def make(signal: int) -> np.ndarray:
            first, second = system.frequencies_hz(signal)
            signs = lab.random.choice((-off_hz, off_hz), 2)
            return lab.sines(
                milliseconds,
                (first + signs[0], level - max(twist, 0)),
                (second + signs[1], level + min(twist, 0)),
            )

        return make

    weak = -25 if system is MfSystem.R1 else -35
    reject = -36 if system is MfSystem.R1 else -42
    twist = 6 if system is MfSystem.R1 else 7
    return [
        ("68 ms", made(68), True, 0),
        ("40 ms", made(40), True, 0),
        ("30 ms", made(30), True, 0),
        ("7 ms of -5 dBm0", made(7, -5), False, 0),
        ("both tones 10 Hz off", made(68, off_hz=10), True, 0),
        (f"{weak} dBm0", made(68, weak), True, 0),
        (f"{reject} dBm0", made(68, reject), False, 0),
        (f"twist {twist} dB", made(68, twist=twist), True, 0),
        (f"twist -{twist} dB", made(68, twist=-twist), True, 0),
        ("one tone 20 dB weaker", made(100, -5, twist=20), False, 0),
        ("white noise 15 dB below the signal", made(68, -15), True, -27),
        ("white noise 10 dB below the signal", made(68, -15), None, -22),
    ]


def _ours(sound: np.ndarray, system: MfSystem) -> list[int]:
    return [each.signal for each in hear(sound, mf=system) if isinstance(each, MfSignalHeard)]


def _right(heard: list[int]) -> int:
    """How many of 1 to 15 were heard once each."""
    return sum(heard.count(each) == 1 for each in ALL) if heard else 0


def spandsp_sound(
    system: MfSystem, signals: list[int], *, on_ms: int = 68, off_ms: int = 68
) -> np.ndarray:
    """The signals as SpanDSP's generator makes them; R1: with its own lengths."""
    library = spandsp.LIBRARY
    if system is MfSystem.R1:
        library.bell_mf_tx_init.restype = ctypes.c_void_p
        state = ctypes.c_void_p(library.bell_mf_tx_init(None))
        letters = "".join(R1_LETTERS[each - 1] for each in signals).encode()
        library.bell_mf_tx_put(state, letters, len(letters))
        sound = np.zeros(8000 * len(signals) // 5 + 8000, np.int16)
        library.bell_mf_tx(state, sound.ctypes.data_as(ctypes.c_void_p), sound.size)
        return sound
    library.r2_mf_tx_init.restype = ctypes.c_void_p
    state = ctypes.c_void_p(library.r2_mf_tx_init(None, system is MfSystem.R2_FORWARD))
    parts = []
    for each in signals:
        for letter, length in ((R2_LETTERS[each - 1].encode(), on_ms), (b"\0", off_ms)):
            library.r2_mf_tx_put(state, ctypes.c_char(letter))
            part = np.zeros(length * 8, np.int16)
            library.r2_mf_tx(state, part.ctypes.data_as(ctypes.c_void_p), part.size)
            parts.append(part)
    return np.concatenate(parts)


def spandsp_signals(sound: np.ndarray, system: MfSystem) -> list[int]:
    """The signals that SpanDSP's receiver hears in a sound, through A-law."""
    library = spandsp.LIBRARY
    samples = g711_decode(octets_of(sound), Law.ALAW)
    pointer = ctypes.c_void_p
    if system is MfSystem.R1:
        library.bell_mf_rx_init.restype = ctypes.c_void_p
        state = ctypes.c_void_p(library.bell_mf_rx_init(None, None, None))
        text = ctypes.create_string_buffer(129)
        heard = ""
        for start in range(0, samples.size - 159, 160):
            piece = np.ascontiguousarray(samples[start : start + 160])
            library.bell_mf_rx(state, piece.ctypes.data_as(pointer), 160)
            library.bell_mf_rx_get(state, text, 128)
            heard += text.value.decode()
        return [R1_LETTERS.index(each) + 1 for each in heard if each in R1_LETTERS]
    codes: list[int] = []

    def report(_user: object, code: int, _level: int, _delay: int) -> None:
        codes.append(code)

    callback = REPORT(report)
    library.r2_mf_rx_init.restype = ctypes.c_void_p
    state = ctypes.c_void_p(
        library.r2_mf_rx_init(None, system is MfSystem.R2_FORWARD, callback, None)
    )
    for start in range(0, samples.size - 159, 160):
        piece = np.ascontiguousarray(samples[start : start + 160])
        library.r2_mf_rx(state, piece.ctypes.data_as(pointer), 160)
    library.r2_mf_rx_free(state)
    return [R2_LETTERS.index(chr(each)) + 1 for each in codes if each and chr(each) in R2_LETTERS]


if __name__ == "__main__":
    main_of(section)
