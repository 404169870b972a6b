"""Throws mutated messages, mutated sound and mutated digits at whatever reads a caller's number.

`python scripts/fuzz_caller_id.py [--seconds N] [--seed N]`. Any exception is a failure, and so is a
result that breaks its promises: characters that a terminal would obey, a name without end, a burst
outside its recording. Prints runs and seconds; exits with 1 at the first failure, with the octets that
made it.
"""

import argparse
import sys
import time
import traceback
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable

import numpy as np

from drivers import DTMF_FORMS, parse_dtmf_caller_id
from dsp import CallerId, CallerIdFormat, CallerIdStandard, Law, decode_caller_id, find_caller_ids
from dsp.caller_id_message import (
    ABSENCES,
    CALL_TYPES,
    LONGEST_HEARD_NUMBER,
    LONGEST_NAME,
    MessageType,
    build_message,
    parse_message,
)
from dsp.fsk import modulate

MESSAGES_A_SOUND = 60
STANDARDS, FORMATS, LAWS = list(CallerIdStandard), list(CallerIdFormat), list(Law)
NUMBERS = ("", "1", "0215551234", "+40 21 555", "*#", "9" * 40)
NAMES = ("", "ION POPESCU", "\u0130\u00e9\x1b[2J", "A" * 90, "\u00ad\x9b\u202e")
KEYS = "0123456789*#ABCD"


class Broken(Exception):
    """A result that breaks its promises."""


def any_caller(chance: np.random.Generator) -> CallerId:
    def pick(choices: tuple[str, ...] | list[str]) -> str:
        return choices[int(chance.integers(len(choices)))]

    def perhaps(choices: tuple[str, ...] | list[str]) -> str | None:
        return pick(choices) or None if chance.random() < 0.5 else None

    return CallerId(
        number=perhaps(NUMBERS),
        name=perhaps(NAMES),
        number_absent=perhaps(list(ABSENCES)),
        name_absent=perhaps(list(ABSENCES)),
        date=perhaps(["11221530"]),
        called_number=perhaps(NUMBERS),
        redirecting_number=perhaps(NUMBERS),
        first_called_number=perhaps(NUMBERS),
        message_waiting=[None, None, True, False][int(chance.integers(4))],
        call_type=perhaps(list(CALL_TYPES)),
    )


def any_message(chance: np.random.Generator) -> tuple[bytes, CallerIdStandard]:
    standard = STANDARDS[int(chance.integers(2))]
    form = FORMATS[int(chance.integers(2))]
    return build_message(any_caller(chance), form, standard), standard


def mutated(message: bytes, chance: np.random.Generator) -> bytes:
    """Flips, cuts, doubles, inserts; mostly with a checksum that is right again."""
    octets = bytearray(message)
    for _ in range(int(chance.integers(0, 6))):
        place = int(chance.integers(0, len(octets) + 1))
        match int(chance.integers(6)):
            case 0 if octets:
                octets[place % len(octets)] ^= 1 << int(chance.integers(8))
            case 1:
                del octets[place : place + int(chance.integers(1, 6))]
            case 2:
                octets[place:place] = chance.bytes(int(chance.integers(1, 6)))
            case 3:
                octets += octets[place:]
            case 4 if octets:
                octets[place % len(octets)] = int(chance.choice([0, 1, 0x7F, 0x80, 0xFF]))
            case _ if octets:
                octets[0] = int(chance.choice([int(each) for each in MessageType]))
    if chance.random() < 0.5 and len(octets) > 2:
        octets[1] = (len(octets) - 3) & 0xFF
    if chance.random() < 0.8 and octets:
        octets[-1] = -sum(octets[:-1]) & 0xFF
    return bytes(octets)


def spoilt(sound: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Noise, holes, steps, echoes, other speeds, clipping, other bursts on top."""
    out = np.concatenate([np.zeros(int(chance.integers(0, 1200))), sound.astype(np.float64)])
    for _ in range(int(chance.integers(0, 6))):
        size = max(out.size, 1)
        begin = int(chance.integers(0, size))
        end = begin + int(chance.integers(1, 2000))
        match int(chance.integers(10)):
            case 0:
                out += chance.normal(0, 10 ** chance.uniform(0, 4.3), out.size)
            case 1:
                out[begin:end] = 0
            case 2:
                out[begin:end] = chance.uniform(-32768, 32767)
            case 3:
                out = np.concatenate([out[:begin], out[end:]])
            case 4:
                out = np.concatenate([out, out[begin:]])
            case 5 if out.size > 1:
                places = np.arange(0, out.size - 1, chance.uniform(0.8, 1.25))
                out = np.interp(places, np.arange(out.size), out)
            case 6:
                out *= 10 ** chance.uniform(-3, 1)
            case 7:
                out[begin:end] = out[begin:end][::-1]
            case 8:
                out = out + 0.5 * np.roll(out, begin)
            case _:
                out[begin:end] *= -1
    return np.clip(np.rint(out[:200_000]), -32768, 32767).astype(np.int16)


def check_caller(caller: CallerId | None) -> None:
    if caller is None:
        return
    numbers = (
        caller.number,
        caller.called_number,
        caller.redirecting_number,
        caller.first_called_number,
    )
    for number in numbers:
        if number is not None and not (
            1 <= len(number) <= LONGEST_HEARD_NUMBER and set(number) <= set("0123456789*#+")
        ):
            raise Broken(f"number {number!r}")
    if caller.name is not None and (
        not 1 <= len(caller.name) <= LONGEST_NAME
        or any(unicodedata.category(each)[0] in "CZ" and each != " " for each in caller.name)
    ):
        raise Broken(f"name {caller.name!r}")
    if caller.number is not None and caller.number_absent is not None:
        raise Broken("a number that is absent")
    if caller.date is not None and not (len(caller.date) == 8 and caller.date.isdecimal()):
        raise Broken(f"date {caller.date!r}")


def try_message(chance: np.random.Generator, counts: Counter[str]) -> Callable[[], None]:
    message, standard = any_message(chance)
    message = mutated(message, chance)

    def run() -> None:
        caller = parse_message(message, standard)
        check_caller(caller)
        counts["messages"] += 1
        counts["messages understood"] += caller is not None

    run.__doc__ = f"message {message.hex()} {standard}"
    return run


def try_digits(chance: np.random.Generator, counts: Counter[str]) -> Callable[[], None]:
    digits = "".join(KEYS[place] for place in chance.integers(0, 16, int(chance.integers(0, 24))))
    forms = list(DTMF_FORMS.values())
    form = forms[int(chance.integers(len(forms)))]

    def run() -> None:
        caller = parse_dtmf_caller_id(digits, form)
        for number in (caller.number, caller.redirecting):
            if number is not None and not number.isdecimal():
                raise Broken(f"number {number!r}")
        counts["digits"] += 1

    run.__doc__ = f"digits {digits} {form.name}"
    return run


def try_sound(chance: np.random.Generator, counts: Counter[str]) -> Callable[[], None]:
    message, standard = any_message(chance)
    if chance.random() < 0.5:
        message = mutated(message, chance)
    sound = spoilt(modulate(message, standard, seizure=chance.random() < 0.7), chance)

    def run() -> None:
        if sound.size % 2:
            decoded = [decode_caller_id(sound.tobytes(), law=LAWS[sound.size // 2 % 2])]
        else:
            decoded = find_caller_ids(sound)
        for each in decoded:
            check_caller(each.caller)
            if (each.caller is None) == (each.problem is None):
                raise Broken(f"{each}")
            if not 0 <= each.start_s <= each.end_s <= sound.size * 2 / 8000:
                raise Broken(f"{each}")
            counts["bursts found"] += each.standard is not None
            counts["bursts understood"] += each.caller is not None
        counts["sounds"] += 1

    run.__doc__ = (
        f"message {message.hex()} {standard}, {sound.size} samples {sound.tobytes().hex()}"
    )
    return run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else time.time_ns() % 2**32
    chance = np.random.default_rng(seed)
    counts: Counter[str] = Counter()
    warnings.simplefilter("error")
    begin = time.monotonic()
    while time.monotonic() - begin < asked.seconds:
        runs = [try_message(chance, counts) for _ in range(MESSAGES_A_SOUND)]
        runs += [try_digits(chance, counts) for _ in range(MESSAGES_A_SOUND // 4)]
        runs.append(try_sound(chance, counts))
        for run in runs:
            try:
                run()
            except Exception:
                traceback.print_exc()
                print(f"seed {seed}: {(run.__doc__ or '')[:4000]}", file=sys.stderr)
                return 1
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    print(f"seed {seed}, {time.monotonic() - begin:.0f} s: {told}; no failure")
    return 0


if __name__ == "__main__":
    sys.exit(main())
