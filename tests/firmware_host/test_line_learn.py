"""`switchroom line learn` on recordings."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware_host.config import ConfigurationError, parse_appliance
from scripts.accuracy.signal_lab import Lab


def learn(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "firmware_host.cli", "line", "learn", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        check=False,
    )


def example(file, seed, *, hertz=437.0, cadence=(260, 310), noise=-50.0):
    lab = Lab(seed)
    cycle = [lab.sines(cadence[0], (hertz, -20)), np.zeros(cadence[1] * 8)]
    sound = np.concatenate(cycle * 14)[int(lab.random.integers(0, 4000)) :]
    sound = np.concatenate([np.zeros(6000), sound])
    soundfile.write(file, (sound + lab.noise(sound.size, noise)) / 32768, 8000)
    return file


def test_what_is_learned_from_examples_goes_into_the_configuration(tmp_path):
    files = [example(tmp_path / f"{seed}.wav", seed) for seed in (1, 2, 3)]
    result = learn(tmp_path, *files)
    assert result.returncode == 0, result.stderr
    table = tomllib.loads(result.stdout)["disconnect_tone"]
    assert table["frequencies_hz"] == pytest.approx([437], abs=1.5)
    assert table["cadence_ms"] == pytest.approx([260, 310], abs=12)
    rows = json.loads(learn(tmp_path, "--json", *files).stdout)
    assert rows["examples"] == 3


def test_examples_of_two_tones_and_files_without_any_are_refused(tmp_path):
    one = example(tmp_path / "one.wav", 1)
    other = example(tmp_path / "other.wav", 2, cadence=(500, 500))
    soundfile.write(tmp_path / "speech.wav", Lab(3).noise(80_000, -20) / 32768, 8000)
    for arguments, why in (
        ((one, other), "another tone"),
        ((tmp_path / "speech.wav",), "speech.wav: "),
        ((tmp_path / "none.wav",), "none.wav"),
    ):
        result = learn(tmp_path, *arguments)
        assert result.returncode == 1
        assert why in result.stderr
        assert "Traceback" not in result.stderr


def test_what_is_printed_is_taken_by_a_trunks_table(tmp_path):

    printed = learn(tmp_path, example(tmp_path / "one.wav", 1)).stdout
    text = (Path(__file__).parents[2] / "appliance.toml").read_text()
    appliance = parse_appliance(
        text.replace("[trunk.line-1]\n", f"[trunk.line-1]\n{printed}"), "appliance.toml"
    )
    tone = appliance.trunk["line-1"].disconnect_tone
    assert tone.frequencies_hz == pytest.approx([437], abs=1.5)
    spoilt = text.replace("[trunk.line-1]\n", "[trunk.line-1]\ndisconnect_tone = 5\n")
    with pytest.raises(ConfigurationError, match="must be a table"):
        parse_appliance(spoilt, "appliance.toml")


@pytest.mark.parametrize(
    ("hertz", "cadence", "why"),
    [(425.0, (1000, 4000), "ring"), (1100.0, (500, 1400), "fax")],
)
def test_a_line_is_not_taught_to_hang_up_on_rings_and_faxes(tmp_path, hertz, cadence, why):
    result = learn(tmp_path, example(tmp_path / "a.wav", 1, hertz=hertz, cadence=cadence))
    assert result.returncode == 1
    assert why in result.stderr
