"""Talk-off: hours of speech in which no digit was pressed, and how many each detector hears all the same.

    python -m scripts.talk_off [--varied HOURS] [--harsh HOURS] [--json]

Prints false digits of ours and of SpanDSP for both halves of the material (see material.py): thresholds
were tuned on T, R only reports. Also counts false progress and signal tones in plain speech and music.
Progress goes to the standard error. Seven minutes for 2 x 50 hours of each kind, on two cores.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from dsp import Law, countries, tone_plan
from scripts.talk_off.listening import Heard, listen
from scripts.talk_off.material import HALVES, Source, music, speech
from scripts.talk_off.variations import at_level, harsh, varied

KINDS = ("plain", "music", "varied", "harsh")
LAWS = (Law.ALAW, Law.MULAW)


def one(kind: str, source: Source, hours: float, seed: int) -> Heard:
    """Listens to one source, varied until it is as long as asked for."""
    chance = np.random.default_rng(seed)
    total = Heard()
    if kind in ("plain", "music"):
        plans = tuple(tone_plan(country) for country in countries())
        for law in LAWS:
            for level in (-15.0, -22.0):
                sound = at_level(source.samples, level)
                # Music holds chords: every country hears all of it. Speech is dealt out among them.
                for some in [(plan,) for plan in plans] if kind == "music" else [plans]:
                    total.add(listen(source.name, sound, law=law, plans=some))
        return total
    variations = varied if kind == "varied" else harsh
    for number, sound in enumerate(variations(source.samples, chance)):
        total.add(listen(f"{source.name} {kind} {number}", sound, law=LAWS[number % 2]))
        if total.hours >= hours:
            return total
    raise AssertionError


def work(hours: dict[str, float]) -> Iterator[tuple[str, str, Source, float]]:
    for half in HALVES:
        voices, pieces = list(speech(half)), list(music(half))
        for kind in KINDS:
            sources = pieces if kind == "music" else voices
            whole = sum(source.samples.size for source in sources)
            for source in sources:
                share = hours.get(kind, 0.0) * source.samples.size / whole
                if kind not in hours or hours[kind] > 0:
                    yield half, kind, source, share


def main() -> None:
    """Parses the arguments, listens, prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--varied", type=float, default=50, metavar="HOURS", help="a half; default 50"
    )
    parser.add_argument(
        "--harsh", type=float, default=50, metavar="HOURS", help="a half; default 50"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    hours = {"varied": arguments.varied, "harsh": arguments.harsh}
    results = {(half, kind): Heard() for half in HALVES for kind in KINDS}
    jobs = list(work(hours))
    with ProcessPoolExecutor(arguments.workers) as pool:
        futures = [
            (half, kind, source.name, pool.submit(one, kind, source, share, seed))
            for seed, (half, kind, source, share) in enumerate(jobs)
        ]
        for number, (half, kind, name, future) in enumerate(futures, 1):
            results[half, kind].add(future.result())
            heard = results[half, kind]
            print(
                f"{number}/{len(futures)} {half} {kind} {name}: {heard.hours:.1f} h so far,"
                f" {heard.digits} / {heard.spandsp_digits} false",
                file=sys.stderr,
            )
    show(results, as_json=arguments.json)


def show(results: dict[tuple[str, str], Heard], *, as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "half": half,
            "kind": kind,
            "hours": round(heard.hours, 2),
            "false_digits": heard.digits,
            "spandsp": heard.spandsp_digits,
            "false_tones": dict(heard.tones),
            "where": heard.where,
        }
        for (half, kind), heard in results.items()
    ]
    if as_json:
        print(json.dumps(rows))
        return
    print(f"{'half':4} {'kind':7} {'hours':>7} {'false digits':>13} {'SpanDSP':>8}  false tones")
    for row in rows:
        tones = ", ".join(f"{count} {tone}" for tone, count in row["false_tones"].items()) or "-"
        if row["kind"] in ("varied", "harsh"):
            tones = ""
        line = f"{row['half']:4} {row['kind']:7} {row['hours']:7.2f} {row['false_digits']:13}"
        print(f"{line} {row['spandsp']:8}  {tones}")
    for row in rows:
        for name, seconds, digit in row["where"]:
            print(f"  {row['half']} {row['kind']}: {digit} in {name} at {seconds} s")


if __name__ == "__main__":
    main()
