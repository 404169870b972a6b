"""How well caller ID is read: every limit, ours and SpanDSP's receiver on the very same signals.

`python -m scripts.accuracy.caller_id` prints the table; `--quick` tries a tenth.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from dsp import CallerId, CallerIdFormat, CallerIdStandard, Law, find_caller_ids
from dsp.caller_id_message import build_message, parse_message
from dsp.fsk import BAUD, MARK_BITS, SEIZURE_BITS, TAIL_BITS, TONES_HZ
from dsp.levels import amplitude
from firmware_host.prompts.music import compose_music
from scripts.accuracy.section import Row, Section
from scripts.accuracy.signal_lab import Lab, linear_of
from scripts.accuracy.spandsp import ADSI_CLASS, ADSI_CLIP, LIBRARY, hear_messages

__all__ = ["section"]

ADSI = {CallerIdStandard.BELL202: ADSI_CLASS, CallerIdStandard.V23: ADSI_CLIP}
NAMES = {CallerIdStandard.BELL202: "Bell 202", CallerIdStandard.V23: "V.23"}
MESSAGES, QUICK_MESSAGES = 100, 10
LEVEL_DBM0 = -13.0
LETTERS = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ '-"))
VOICES = ("en", "ro", "de", "it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One limit: how the modem sends, and what the line does to it."""

    limit: str
    line: Callable[[Lab, np.ndarray, CallerIdStandard], np.ndarray] = lambda _lab, sound, _: sound
    carrier: float = 1.0
    clock: float = 1.0
    marks: int | None = None
    "Without seizure, and so many marks."


def shaped(sound: np.ndarray, gain_db: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """A sound with a gain for each frequency; nothing gets louder."""
    hertz = np.fft.rfftfreq(sound.size, 1 / 8000)
    gains = gain_db(hertz)
    return np.fft.irfft(np.fft.rfft(sound) * 10 ** ((gains - gains.max()) / 20), sound.size)


def twisted(twist_db: float) -> Callable[[Lab, np.ndarray, CallerIdStandard], np.ndarray]:
    """Space over mark."""

    def line(_lab: Lab, sound: np.ndarray, standard: CallerIdStandard) -> np.ndarray:
        mark, space = TONES_HZ[standard]
        return shaped(
            sound, lambda hertz: np.clip((hertz - mark) / (space - mark), 0, 1) * twist_db
        )

    return line


def tilted(slope: float) -> Callable[[Lab, np.ndarray, CallerIdStandard], np.ndarray]:
    """Decibels a kilohertz."""
    return lambda _lab, sound, _: shaped(sound, lambda hz: np.clip(hz, 300, 3400) / 1000 * slope)


def noisy(ratio_db: float) -> Callable[[Lab, np.ndarray, CallerIdStandard], np.ndarray]:
    """White noise from 0 to 4 kHz."""
    return lambda lab, sound, _: sound + lab.noise(sound.size, LEVEL_DBM0 - ratio_db)


def weaker(level_dbm0: float) -> Callable[[Lab, np.ndarray, CallerIdStandard], np.ndarray]:
    """At another level."""
    return lambda _lab, sound, _: sound * 10 ** ((level_dbm0 - LEVEL_DBM0) / 20)


def humming(lab: Lab, sound: np.ndarray, _standard: CallerIdStandard) -> np.ndarray:
    """The signal at -20, 50 Hz at -2, 150 Hz at -8 dBm0."""
    hum = lab.sines(sound.size / 8 + 1, (50, -2.0), (150, -8.0))
    return weaker(-20.0)(lab, sound, _standard) + hum[: sound.size]


TRIALS = (
    Trial(limit="plain, -13 dBm0"),
    Trial(limit="white noise 10 dB below", line=noisy(10)),
    Trial(limit="white noise 7 dB below (beyond the goal)", line=noisy(7)),
    Trial(limit="level -38 dBm0", line=weaker(-38)),
    Trial(limit="level -42 dBm0 (beyond the goal)", line=weaker(-42)),
    Trial(limit="50 Hz hum 18 dB above, 150 Hz 12 dB above", line=humming),
    Trial(limit="twist +10 dB (space stronger)", line=twisted(10)),
    Trial(limit="twist -8 dB (mark stronger)", line=twisted(-8)),
    Trial(limit="twist -10 dB", line=twisted(-10)),
    Trial(limit="tilt +3 dB/kHz", line=tilted(3)),
    Trial(limit="tilt -9 dB/kHz", line=tilted(-9)),
    Trial(limit="carrier +4 %", carrier=1.04),
    Trial(limit="carrier -4 %", carrier=0.96),
    Trial(limit="clock +4 %", clock=1.04),
    Trial(limit="clock -4 %", clock=0.96),
    Trial(limit="carrier and clock +4 %", carrier=1.04, clock=1.04),
    Trial(limit="carrier and clock -4 %", carrier=0.96, clock=0.96),
    Trial(limit="no seizure, 20 marks", marks=20),
)


def modulated(message: bytes, standard: CallerIdStandard, trial: Trial) -> np.ndarray:
    """As a modem sends whose crystals are off."""
    seizure = 0 if trial.marks is not None else SEIZURE_BITS
    bits = [place % 2 for place in range(seizure)] + [1] * (trial.marks or MARK_BITS)
    for octet in message:
        bits += [0, *(octet >> place & 1 for place in range(8)), 1]
    bits += [1] * TAIL_BITS
    mark, space = (tone * trial.carrier for tone in TONES_HZ[standard])
    baud = BAUD * trial.clock
    edges = np.concatenate([[0.0], np.cumsum(np.where(np.array(bits) == 1, mark, space) / baud)])
    times = np.arange(int(len(bits) * 8000 / baud)) * baud / 8000
    phase = np.interp(times, np.arange(edges.size), edges)
    return amplitude(LEVEL_DBM0) * np.sin(2 * np.pi * phase)


def any_message(lab: Lab, standard: CallerIdStandard) -> bytes:
    """A date, a number and a name, of any length."""
    chance = lab.random
    caller = CallerId(
        date="11221530",
        number="".join(map(str, chance.integers(0, 10, int(chance.integers(3, 16))))),
        name="".join(LETTERS[chance.integers(0, LETTERS.size, int(chance.integers(1, 31)))]),
    )
    return build_message(caller, CallerIdFormat.MDMF, standard)


def signals(
    trial: Trial, standard: CallerIdStandard, law: Law, count: int
) -> Iterator[tuple[bytes, np.ndarray]]:
    """Messages and the lines they come on."""
    lab = Lab(7)
    for _ in range(count):
        message = any_message(lab, standard)
        before, after = lab.random.integers(100, 900, 2)
        quiet = [np.zeros(int(before)), modulated(message, standard, trial), np.zeros(int(after))]
        sound = trial.line(lab, np.concatenate(quiet), standard)
        yield message, linear_of(sound, law)


def read_by_us(samples: np.ndarray, message: bytes, standard: CallerIdStandard) -> bool:
    found = find_caller_ids(samples)
    return len(found) == 1 and found[0].caller == parse_message(message, standard)


def read_by_spandsp(samples: np.ndarray, message: bytes, standard: CallerIdStandard) -> bool:
    return any(each.startswith(message[:-1]) for each in hear_messages(ADSI[standard], samples))


def limit_row(trial: Trial, standard: CallerIdStandard, count: int) -> Row:
    ours = theirs = 0
    for law in Law:
        for message, samples in signals(trial, standard, law, count):
            ours += read_by_us(samples, message, standard)
            if LIBRARY is not None:
                theirs += read_by_spandsp(samples, message, standard)
    total = count * len(Law)
    return Row(
        limit=f"{NAMES[standard]}: {trial.limit}: all",
        signals=f"{total} messages, half A-law, half mu-law",
        ours=f"{ours} of {total}",
        theirs=f"{theirs} of {total}" if LIBRARY is not None else "–",
        met=ours == total,
        worse=LIBRARY is not None and ours < theirs,
    )


# ---------------------------------------------------------------- what is no caller ID


def spoken(quick: bool) -> Iterator[np.ndarray]:
    """The project's own pages, read aloud, as 8 kHz samples; nothing without espeak-ng."""
    if shutil.which("espeak-ng") is None or shutil.which("sox") is None:
        return
    pages = sorted(Path(__file__).parents[2].glob("docs/*.md"))[: 1 if quick else None]
    with tempfile.TemporaryDirectory() as folder:
        raw, narrow = Path(folder, "raw.wav"), Path(folder, "narrow.wav")
        for voice in VOICES[: 1 if quick else None]:
            for page in pages:
                speak = ["espeak-ng", "-v", voice, "-f", str(page), "-w", str(raw)]
                subprocess.run(speak, check=True)
                resample = ["sox", "-V1", "-G", str(raw), "-r", "8000", "-c", "1", str(narrow)]
                subprocess.run(resample, check=True)
                yield soundfile.read(narrow, dtype="int16")[0]


def nothing_row(what: str, sounds: Iterator[np.ndarray]) -> Row:
    ours = theirs = samples = 0
    for sound in sounds:
        samples += sound.size
        ours += len(find_caller_ids(sound))
        if LIBRARY is not None:
            theirs += sum(len(hear_messages(each, sound)) for each in ADSI.values())
    return Row(
        limit=f"{what}: nothing found, no bad checksum either",
        signals=f"{samples / 8000 / 60:.0f} min",
        ours=str(ours),
        theirs=str(theirs) if LIBRARY is not None else "–",
        met=ours == 0 and samples > 0,
        worse=LIBRARY is not None and ours > theirs,
    )


def keys_and_noise() -> Iterator[np.ndarray]:
    lab = Lab(8)
    for _ in range(10):
        yield linear_of(lab.row([lab.digit(key, 80) for key in "0123456789ABCD*#" * 8]))
        yield linear_of(lab.noise(160_000, -15))
        for hertz in (1100, 1200, 1300, 2100, 2200):
            yield linear_of(lab.sines(3000, (hertz, -10)))


def music() -> Iterator[np.ndarray]:
    for semitones in range(0, 36, 3):
        tune = compose_music().astype(float)
        places = np.arange(0, tune.size - 1, 2 ** (semitones / 12))
        yield linear_of(4 * np.interp(places, np.arange(tune.size), tune))


# ---------------------------------------------------------------- speed


def nanoseconds_a_sample(read: Callable[[np.ndarray], object], lines: list[np.ndarray]) -> float:
    """The best of five."""
    best = float("inf")
    for _ in range(5):
        begin = time.perf_counter()
        for line in lines:
            read(line)
        best = min(best, time.perf_counter() - begin)
    return best / sum(line.size for line in lines) * 1e9


def speed_row(standard: CallerIdStandard) -> Row:
    lines = [samples for _, samples in signals(TRIALS[0], standard, Law.ALAW, 20)]
    ours = nanoseconds_a_sample(find_caller_ids, lines)
    theirs = None
    if LIBRARY is not None:
        # In one piece: else it is ctypes that is measured.
        theirs = nanoseconds_a_sample(
            lambda line: hear_messages(ADSI[standard], line, line.size + 3200), lines
        )
    return Row(
        limit=f"{NAMES[standard]}: a burst is read within 50 ms, once a call, off the tick",
        signals="20 messages of about 1 s",
        ours=f"{ours * 8000 / 1e6:.1f} ms, {ours:.0f} ns a sample",
        theirs=f"{theirs:.0f} ns a sample" if theirs is not None else "–",
        met=ours * 8000 / 1e6 < 50,
        worse=theirs is not None and ours > theirs,
    )


def section(quick: bool) -> Section:
    """Measures; some minutes, or seconds if quick."""
    count = QUICK_MESSAGES if quick else MESSAGES
    rows = [limit_row(trial, standard, count) for trial in TRIALS for standard in CallerIdStandard]
    rows.append(nothing_row("keys, tones and noise", keys_and_noise()))
    rows.append(nothing_row("music", music()))
    rows.append(nothing_row("speech (espeak-ng)", spoken(quick)))
    rows += [speed_row(standard) for standard in CallerIdStandard]
    return Section(
        title="Caller ID",
        peer="SpanDSP adsi_rx",
        text=(
            "Messages with a date, and a number and a name of any length, made by our modulator, spoilt, "
            "put through G.711 and read. A message counts when all of it is read and nothing else. "
            "SpanDSP is told which standard comes; ours is not."
        ),
        rows=rows,
    )


if __name__ == "__main__":
    measured = section("--quick" in sys.argv)
    for row in measured.rows:
        mark = ("" if row.met else "  NOT MET") + ("  worse" if row.worse else "")
        print(f"{row.limit:62} {row.signals:38} {row.ours:24} {row.theirs}{mark}")
