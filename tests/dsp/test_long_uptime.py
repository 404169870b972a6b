"""What months of uptime would bring."""

import subprocess
from pathlib import Path

import pytest

NATIVE = Path(__file__).parents[2] / "dsp" / "native"


def test_digits_are_timed_when_numbers_of_windows_outgrow_their_words(tmp_path):
    program = tmp_path / "long_uptime"
    sources = [str(Path(__file__).with_name("long_uptime.c")), *map(str, NATIVE.glob("*.c"))]
    flags = ["-std=c11", "-D_GNU_SOURCE", "-O1", f"-I{NATIVE}", "-o", str(program)]
    subprocess.run(["gcc", *flags, *sources, "-lm", "-lpthread"], check=True, timeout=100)
    printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    rows = [tuple(map(int, line.split())) for line in printed.splitlines()]
    assert len(rows) == 6
    for place, (began, length) in enumerate(rows):
        assert began == pytest.approx(800 + place % 3 * 1600, abs=60)
        assert length == pytest.approx(800, abs=60)
