"""Sound files that somebody spoiled: what `scripts/fuzz_wav.py` found, and some of its files."""

import os
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware_host.sound_files import SoundFileError, read_recording
from scripts.wav_mutations import spoiled_file

ESCAPING = ("two\nlines.wav", "clear\x1b[2J.wav", "right\u202eleft.wav", "delete\x7f.wav")
SIGNALLING_NAN = b"\x01\x00\x80\x7f"


def refused(file: Path) -> str:
    with pytest.raises(SoundFileError) as caught:
        read_recording(file)
    return str(caught.value)


@pytest.mark.parametrize("name", ESCAPING)
def test_a_name_that_commands_a_terminal_is_told_in_one_printable_line(tmp_path, name):
    (tmp_path / name).write_bytes(b"no sound")
    said = refused(tmp_path / name)
    assert said.isprintable()
    assert said.endswith("(Format not recognised.)")


def test_a_file_whose_name_is_no_unicode_is_read_and_told_like_any_other(tmp_path):
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wav"))
    with file.open("wb") as stream:
        soundfile.write(stream, np.full(80, 0.5), 8000, format="WAV")
    assert read_recording(file).samples.tolist() == [[16384] * 80]
    file.write_bytes(b"no sound")
    assert refused(file).isprintable()


def test_a_file_that_promises_sound_and_yields_none_holds_no_sound(tmp_path):
    file = tmp_path / "a.paf"
    soundfile.write(file, np.full(8, 0.5), 8000, subtype="PCM_24")
    file.write_bytes(file.read_bytes()[: 2048 + 12])  # its head, and not one whole block
    assert "holds no sound" in refused(file)


def test_a_signalling_nan_is_silence_and_no_warning(tmp_path):
    file = tmp_path / "a.wav"
    soundfile.write(file, np.full(8, 0.25), 8000, subtype="FLOAT")
    file.write_bytes(file.read_bytes()[:-4] + SIGNALLING_NAN)
    assert read_recording(file).samples.tolist() == [[8192] * 7 + [0]]


def test_a_format_of_which_libsndfile_prints_faults_amid_our_results_is_refused(tmp_path):
    file = tmp_path / "a.wav"
    soundfile.write(file, np.zeros(800), 8000, format="SDS", subtype="PCM_16")
    assert "convert it to WAV" in refused(file)


def test_long_sound_in_few_octets_takes_no_more_memory_than_its_samples_at_8_khz(tmp_path):
    file = tmp_path / "a.flac"
    soundfile.write(file, np.zeros((20 * 60 * 8000, 2), np.int16), 8000)
    assert file.stat().st_size < 200_000
    tracemalloc.start()
    try:
        size = read_recording(file).samples.nbytes
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < size + 30_000_000


def test_the_highest_odd_rate_takes_less_than_200_mb(tmp_path):
    file = tmp_path / "a.wav"
    soundfile.write(file, np.full(191_999, 0.5), 191_999)
    tracemalloc.start()
    try:
        samples = read_recording(file).samples
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert samples.shape == (1, 8000)
    assert abs(samples[0, 4000] - 16384) < 200
    assert most < 200_000_000


def test_sixteen_channels_of_hours_are_refused_before_any_memory_is_taken(tmp_path):
    file = tmp_path / "a.w64"
    soundfile.write(file, np.zeros((8, 16)), 8000, subtype="PCM_U8")
    octets = bytearray(file.read_bytes())
    data = octets.index(b"data")
    size = 3600 * 8000 * 16
    octets[data + 16 : data + 24] = struct.pack("<Q", size + 24)
    octets[16:24] = struct.pack("<Q", data + 24 + size)
    file.write_bytes(octets)
    with file.open("r+b") as stream:
        stream.truncate(data + 24 + size)  # a hole: no octet of it is on the disk
    assert "16 channels; at most 0.5 can be read" in refused(file)


def test_hundreds_of_spoiled_files_are_read_or_refused_in_a_line(tmp_path):
    said, read = "", 0
    for number in range(300):
        (tmp_path / "a.wav").write_bytes(spoiled_file(2, number))
        try:
            recording = read_recording(tmp_path / "a.wav")
        except SoundFileError as error:
            said += str(error)
        else:
            assert recording.missing_s >= 0
            read += 1
    assert read > 50
    assert said.isprintable()


def test_the_fuzzer_runs_finds_nothing_in_two_seconds_and_says_how_many_it_tried():
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "scripts/fuzz_wav.py", "--seconds", "2", "--seed", "9"],
        capture_output=True,
        text=True,
        timeout=90,
        cwd=root,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "0 failures" in done.stdout
