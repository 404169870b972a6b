"""Spoiled sound files, one after the other, until the time is over: what reads them must not be hurt.

    python scripts/fuzz_wav.py [--seconds N] [--seed N] [--only NUMBER]

Reads each as `switchroom decode --levels` does. A failure is: an exception other than SoundFileError, a
warning, a message with a line end or an unprintable character, anything on the standard output, a figure that
is no number, more than 2 s of processor time, more than 300 MB of memory, the end of the process. A file is
made from the seed and its number alone; `--only` makes one again, and leaves it in the folder where the
command stands. Exits with 1 after a failure.
"""

import argparse
import ctypes
import math
import multiprocessing
import os
import sys
import tempfile
import time
import traceback
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
from wav_mutations import file_name, spoiled_file

from dsp import decode_sound, measure_sound, tone_plan
from firmware_host.sound_files import SoundFileError, read_recording

LONGEST_S = 2.0
LONGEST_STUCK_S = 30.0
"""Of the wall clock, after which the process is given up."""
MOST_OCTETS = 300 * 1024 * 1024
MOST_DECODED_SAMPLES = 16_000
"""All channels together: decoding is as fast as the detectors are, and not what is tried here."""
PLAN = tone_plan("ro")


def main() -> int:
    """Parses the arguments, tries, prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="try this one file, and keep it")
    options = parser.parse_args()
    if options.only is not None:
        return only(options.seed, options.only)
    begun = time.monotonic()
    runs, refused, failures = many(options.seed, begun + options.seconds)
    for number, what in failures:
        print(f"file {number} of seed {options.seed}: {what}\n")
    seconds = time.monotonic() - begun
    print(f"{runs} files in {seconds:.0f} s: {runs - refused} read, {refused} refused in a line,")
    print(f"{len(failures)} failures")
    return 1 if failures else 0


def only(seed: int, number: int) -> int:
    """Tries one file in this process."""
    kept = Path(f"spoiled-{number}")
    kept.write_bytes(spoiled_file(seed, number))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / file_name(seed, number)
        file.write_bytes(kept.read_bytes())
        was_refused, what = tried(file)
    print(what or ("refused in a line" if was_refused else "read"))
    return 1 if what else 0


def many(seed: int, until: float) -> tuple[int, int, list[tuple[int, str]]]:
    """Tries files in a process that may die: how many, how many were refused, and the failures."""
    runs, refused, failures = 0, 0, []
    number = 0
    while time.monotonic() < until:
        here, there = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("fork").Process(
            target=work, args=(there, seed, number, until)
        )
        process.start()
        there.close()
        while True:
            try:
                if not here.poll(LONGEST_STUCK_S):
                    raise EOFError
                told = here.recv()
            except EOFError:
                process.kill()
                process.join()
                failures.append((number, f"the process ended, or hung: {process.exitcode}"))
                break
            if told is None:
                process.join()
                break
            was_refused, what = told
            runs, refused = runs + 1, refused + was_refused
            if what:
                failures.append((number, what))
            number += 1
        number += 1
    return runs, refused, failures


def work(told: Connection, seed: int, number: int, until: float) -> None:
    """Tries files from this number on; tells of each."""
    libc = ctypes.CDLL(None)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), 1)
        while time.monotonic() < until:
            file = Path(folder) / file_name(seed, number)
            file.write_bytes(spoiled_file(seed, number))
            libc.fflush(None)
            os.ftruncate(1, 0)  # what libsndfile said while it wrote
            os.lseek(1, 0, os.SEEK_SET)
            was_refused, what = tried(file)
            libc.fflush(None)
            if octets := os.fstat(1).st_size:
                what = f"{what} {octets} octets on the standard output"
            told.send((was_refused, what))
            number += 1
    told.send(None)


def tried(file: Path) -> tuple[bool, str]:
    """Whether a file was refused, and what is wrong with how it was read: nothing, hopefully."""
    # Forgets the highest use of memory so far (proc(5), clear_refs).
    Path("/proc/self/clear_refs").write_text("5")
    before_octets, before_s = memory_octets("VmRSS"), time.thread_time()
    was_refused, problems = False, []
    warnings.simplefilter("error")
    try:
        read_and_heard(file)
    except SoundFileError as error:
        was_refused = True
        if not str(error).isprintable():
            problems.append(f"unprintable: {str(error)!r}")
    except Exception:
        problems.append(traceback.format_exc())
    took_s = time.thread_time() - before_s
    took_octets = memory_octets("VmHWM") - before_octets
    file.unlink()
    if took_s > LONGEST_S:
        problems.append(f"{took_s:.1f} s")
    if took_octets > MOST_OCTETS:
        problems.append(f"{took_octets / 1024**2:.0f} MB")
    return was_refused, ", ".join(problems)


def read_and_heard(file: Path) -> None:
    """What `switchroom decode --levels` does with a file.

    Raises:
        SoundFileError: It is refused.
        ArithmeticError: A figure is no number.
    """
    recording = read_recording(file)
    figures: list[Any] = [recording.missing_s]
    if recording.missing_s < 0:
        raise ArithmeticError(f"{recording.missing_s} s are missing")
    if recording.samples.size <= MOST_DECODED_SAMPLES:
        figures += decode_sound(recording.samples, plan=PLAN)
        figures += [measure_sound(samples) for samples in recording.samples]
    demand_numbers(msgspec.to_builtins(figures))


def demand_numbers(figures: object) -> None:
    """Looks through lists and dictionaries.

    Raises:
        ArithmeticError: A figure is infinite, or none.
    """
    if isinstance(figures, float) and not math.isfinite(figures):
        raise ArithmeticError(f"{figures} among the figures")
    if isinstance(figures, dict):
        figures = list(figures.values())
    if isinstance(figures, list):
        for each in figures:
            demand_numbers(each)


def memory_octets(what: str) -> int:
    """A line of proc(5)'s status, such as VmRSS or VmHWM."""
    (line,) = (
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith(what + ":")
    )
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    sys.exit(main())
