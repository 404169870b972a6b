"""`switchroom decode`, as a technician types it."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from dsp import (
    CallerId,
    CallerIdFormat,
    CallerIdStandard,
    Law,
    encode_caller_id,
    g711_decode,
)
from scripts.accuracy.signal_lab import Lab


def decode(*arguments, folder=None):
    return subprocess.run(
        [sys.executable, "-m", "firmware_host.cli", "decode", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        check=False,
    )


@pytest.fixture
def sound() -> np.ndarray:
    lab = Lab(1)
    return lab.row([lab.digit(each, 80) for each in "159D"]) / 32768


@pytest.mark.parametrize(
    ("rate", "subtype"),
    [(8000, "PCM_16"), (8000, "ALAW"), (8000, "ULAW"), (44_100, "PCM_24"), (48_000, "FLOAT")],
)
def test_any_wav_is_decoded(tmp_path, sound, rate, subtype):
    file = tmp_path / "a call.wav"
    time = np.arange(int(sound.size * rate / 8000)) / rate * 8000
    both = np.stack([np.interp(time, np.arange(sound.size), sound), np.zeros(time.size)], axis=1)
    soundfile.write(file, both, rate, subtype=subtype)
    result = decode(file, "--json", "--country", "de", folder=tmp_path)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.returncode, result.stderr) == (0, "")
    assert [row["digit"] for row in rows] == list("159D")
    assert {row["kind"] for row in rows} == {"digit"}
    assert {row["channel"] for row in rows} == {1}
    assert rows[0]["start_s"] == pytest.approx(0.1, abs=0.01)
    assert set(rows[0]) >= {"file", "start_s", "end_s", "level_dbm0"}


def test_a_table_and_a_picture_for_people(tmp_path, sound):
    file = tmp_path / "call.wav"
    soundfile.write(file, sound, 8000)
    result = decode(file, "--levels", "--plot", tmp_path / "call.png", folder=tmp_path)
    assert result.returncode == 0
    assert "tones of US" in result.stdout
    assert "digit" in result.stdout
    assert "direct current" in result.stdout
    assert (tmp_path / "call.png").read_bytes().startswith(b"\x89PNG")


def test_each_bad_file_is_told_in_a_line_and_the_others_are_decoded(tmp_path, sound):
    good, cut = tmp_path / "good.wav", tmp_path / "cut.wav"
    soundfile.write(good, sound, 8000)
    cut.write_bytes(good.read_bytes()[:6000])
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "wrong.wav").write_bytes(b"no sound at all" * 99)
    (tmp_path / "head.wav").write_bytes(good.read_bytes()[:44])
    with (tmp_path / "huge.wav").open("wb") as huge:
        soundfile.write(huge, np.zeros(8), 8000, format="WAV", subtype="PCM_U8")
    with (tmp_path / "huge.wav").open("r+b") as huge:
        size = 1 << 32
        huge.truncate(size)
        huge.seek(4)
        huge.write((size - 8).to_bytes(4, "little"))
        huge.seek(40)
        huge.write((size - 44).to_bytes(4, "little"))
    names = ("missing", "empty", "wrong", "head", "huge", "cut", "good")
    result = decode(*(tmp_path / f"{name}.wav" for name in names), tmp_path, "--json")
    assert result.returncode == 1
    said = result.stderr.splitlines()
    assert len(said) == 7
    for line, what in zip(
        said,
        (
            "no such file",
            "empty",
            "not a sound file",
            "no sound",
            "hours",
            "cut off",
            "not a sound",
        ),
        strict=True,
    ):
        assert line.startswith("Error: ")
        assert what in line
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["digit"] for row in rows if row["file"].endswith("good.wav")] == list("159D")
    assert [row["digit"] for row in rows if row["file"].endswith("cut.wav")] == list("15")


def test_an_unknown_country_is_refused_with_those_known():
    result = decode("x.wav", "--country", "xx")
    assert result.returncode == 2
    assert "ro" in result.stderr


def test_callers_numbers_are_told_whether_they_came_as_fsk_or_as_digits(tmp_path):
    lab = Lab(2)
    caller = CallerId(number="0215551234", name="ION", date="11221530")
    octets = encode_caller_id(
        caller, standard=CallerIdStandard.V23, format=CallerIdFormat.MDMF, law=Law.ALAW
    )
    digits = np.concatenate(
        [part for each in "A0722000111C" for part in (lab.digit(each, 70), np.zeros(560))]
    )
    fsk = g711_decode(octets, Law.ALAW)
    sound = np.concatenate([np.zeros(8000), fsk, np.zeros(16_000), digits, np.zeros(8000)])
    soundfile.write(tmp_path / "call.wav", sound / 32768, 8000, subtype="ALAW")
    result = decode("call.wav", "--json", folder=tmp_path)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    first, second = [row for row in rows if row["kind"] == "caller_id"]
    assert (first["number"], first["name"], first["date"]) == ("0215551234", "ION", "11221530")
    assert (first["checksum_ok"], first["standard"]) == (True, "v23")
    assert (second["number"], second["standard"]) == ("0722000111", "dtmf")


def test_a_picture_never_takes_a_recordings_place(tmp_path, sound):
    soundfile.write(tmp_path / "call.wav", sound, 8000)
    before = (tmp_path / "call.wav").read_bytes()
    (tmp_path / "call.png").symlink_to("call.wav")
    for plot in ("call.wav", "call.jpg", "call.png"):
        result = decode("call.wav", "--plot", plot, folder=tmp_path)
        assert result.returncode == 2
        assert plot in result.stderr
    assert (tmp_path / "call.wav").read_bytes() == before
