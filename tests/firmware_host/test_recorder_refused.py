"""Recordings that can't be made or go wrong: nothing leaks, nothing empty stays, nothing is overwritten."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

from dsp import RecordedBlock
from firmware_host.callserver import Recorder
from firmware_host.worker import InlineWorker


def block(record_id: int) -> RecordedBlock:
    return RecordedBlock(record_id=record_id, tick=0, samples=np.ones((160, 2), np.int16))


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_recording_never_overwrites_a_file_that_is_there(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"another call")
    recorder = Recorder(tmp_path, InlineWorker())
    before = descriptors()
    for record_id in range(20):
        recorder.start(record_id, "a.wav", "7")
        recorder.take([block(record_id)])
        recorder.stop(record_id)
    assert (tmp_path / "a.wav").read_bytes() == b"another call"
    assert [call for call, _ in recorder.losses()] == ["7"] * 20
    assert descriptors() == before


def test_recordings_that_were_stopped_or_closed_hold_no_descriptor(tmp_path):
    recorder = Recorder(tmp_path, InlineWorker())
    before = descriptors()
    for record_id in range(20):
        recorder.start(record_id, f"{record_id}.wav", "7")
        recorder.take([block(record_id)])
        if record_id % 2:
            recorder.stop(record_id)
    assert descriptors() == before + 10
    recorder.close()
    assert descriptors() == before
    assert all(soundfile.info(file).frames == 160 for file in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 20


_LIMITED = """
import os, resource, signal, sys
from pathlib import Path
import numpy as np
from dsp import RecordedBlock
from firmware_host.callserver import Recorder
from firmware_host.worker import InlineWorker

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
recorder = Recorder(Path(sys.argv[1]), InlineWorker())
before = len(os.listdir("/proc/self/fd"))
block = np.ones((160, 2), np.int16)
for number in range(10):
    recorder.start(number, f"day/{number}.wav", str(number))
    for tick in range(120):
        recorder.take([RecordedBlock(record_id=number, tick=tick, samples=block)])
    if number % 2:
        recorder.stop(number)
leaked = len(os.listdir("/proc/self/fd")) - before
print(leaked, len(recorder._files), [call for call, _ in recorder.losses()])
"""


def with_files_no_longer_than(octets: int, folder) -> str:
    """The kernel's file size limit stands in for a full disk: both fail the same write."""
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(folder), str(octets)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


ALL_LOST_ONCE = str([str(number) for number in range(10)])


def test_recordings_whose_first_write_is_refused_leave_no_file_and_no_descriptor(tmp_path):
    assert with_files_no_longer_than(0, tmp_path) == f"0 0 {ALL_LOST_ONCE}"
    assert list((tmp_path / "day").iterdir()) == []


def test_recordings_that_fail_half_way_keep_what_they_have_and_no_descriptor(tmp_path):
    assert with_files_no_longer_than(50_000, tmp_path) == f"0 0 {ALL_LOST_ONCE}"
    lengths = {soundfile.info(file).frames for file in (tmp_path / "day").iterdir()}
    assert len(list((tmp_path / "day").iterdir())) == 10
    assert lengths == {3 * 25 * 160}
