"""Makes docs/dsp-accuracy.md: every limit of the detectors, ours and SpanDSP's on the same signals.

    python -m scripts.accuracy [--quick] [--output FILE]

Takes some ten minutes (--quick: two, on fewer signals). Needs libspandsp2 for the peer's figures, and for
the parts about speech espeak-ng and Debian's prompt packages; what is not there is left out and said so.
"""

import argparse
import platform
import sys
import time
from pathlib import Path

from scripts.accuracy import (
    answering,
    caller_id,
    dtmf,
    progress,
    register_signals,
    signal_tones,
    spandsp,
)
from scripts.accuracy.section import Section, as_markdown

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = (dtmf, register_signals, progress, signal_tones, caller_id, answering)
HEAD = """# How accurate the detectors are

Made by `python -m scripts.accuracy`; do not edit. Ours run in the media plane, in lockstep, as on a line;
SpanDSP {peer} through ctypes, 20 ms at a time, on the very same samples. All signals are made, none is a
recorded line: a mirror of our own ideas where no peer's generator is named. Levels are in dBm0, a full-scale
sine being +3.14.

`not met` and `worse than the peer` are said where they are so. Speech in which no digit was pressed has a run
of its own: `python -m scripts.talk_off`; its last figures are at the end.
"""


def main() -> None:
    """Measures everything and writes the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="on fewer signals")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "dsp-accuracy.md")
    arguments = parser.parse_args()
    made: list[Section] = []
    for part in PARTS:
        begin = time.monotonic()
        print(f"{part.__name__.rsplit('.', 1)[-1]} ...", end=" ", flush=True, file=sys.stderr)
        made.append(part.section(arguments.quick))
        print(f"{time.monotonic() - begin:.0f} s", file=sys.stderr)
    peer = "0.0.6" if spandsp.LIBRARY is not None else "(not installed where this was made)"
    rows = [row for section in made for row in section.rows]
    summary = (
        f"{sum(row.met for row in rows)} of {len(rows)} rows meet their limit;"
        f" {sum(row.worse for row in rows)} are worse than the peer. Measured on {platform.machine()}"
        f"{', on fewer signals than usual' if arguments.quick else ''}.\n"
    )
    talk_off = ROOT / "docs" / "talk-off.txt"
    parts = [HEAD.format(peer=peer), summary, *map(as_markdown, made)]
    if talk_off.exists():
        parts.append(f"## Talk-off\n\n```\n{talk_off.read_text()}```\n")
    arguments.output.write_text("\n".join(parts))
    print(f"{arguments.output}: {summary}", end="")


if __name__ == "__main__":
    main()
