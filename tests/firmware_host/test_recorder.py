"""Recordings: valid at every moment, and never worth a call."""

import logging

import numpy as np
import soundfile

from dsp import RecordedBlock, measure_sound
from firmware_host.callserver import Recorder
from firmware_host.worker import InlineWorker


def block(record_id: int, tick: int, left: int, right: int) -> RecordedBlock:
    samples = np.empty((160, 2), np.int16)
    samples[:, 0], samples[:, 1] = left, right
    return RecordedBlock(record_id=record_id, tick=tick, samples=samples)


def test_a_recording_is_a_valid_file_at_every_moment(tmp_path):
    recorder = Recorder(tmp_path, InlineWorker())
    recorder.start(1, "2026-01-02/a.wav", "1")
    lengths = []
    for tick in range(120):
        recorder.take([block(1, tick, tick, -tick)])
        samples, rate_hz = soundfile.read(
            tmp_path / "2026-01-02/a.wav", dtype="int16", always_2d=True
        )
        assert rate_hz == 8000
        assert samples.shape[1] == 2
        assert len(samples) % 160 == 0
        lengths.append(len(samples))
    assert lengths == sorted(lengths)
    assert tick * 160 - lengths[-1] < 8000  # at most a second is in memory
    recorder.stop(1)
    samples, _ = soundfile.read(tmp_path / "2026-01-02/a.wav", dtype="int16")
    assert np.array_equal(samples[::160, 0], np.arange(120))
    assert np.array_equal(samples[::160, 1], -np.arange(120))


def test_two_recordings_do_not_mix(tmp_path):
    recorder = Recorder(tmp_path, InlineWorker())
    recorder.start(1, "a.wav", "1")
    recorder.start(2, "b.wav", "2")
    recorder.take([block(1, 0, 11, 12), block(2, 0, 21, 22), block(3, 0, 31, 32)])
    recorder.close()
    assert soundfile.read(tmp_path / "a.wav", dtype="int16")[0][0].tolist() == [11, 12]
    assert soundfile.read(tmp_path / "b.wav", dtype="int16")[0][0].tolist() == [21, 22]


def test_blocks_that_were_lost_are_silence_and_what_follows_is_at_its_time(tmp_path):
    recorder = Recorder(tmp_path, InlineWorker())
    recorder.start(1, "a.wav", "1")
    recorder.take([block(1, 7, 5, 6), block(1, 10, 7, 8)])
    recorder.take([block(1, 12, 9, 10)])
    recorder.close()
    samples, _ = soundfile.read(tmp_path / "a.wav", dtype="int16")
    assert samples[::160].tolist() == [[5, 6], [0, 0], [0, 0], [7, 8], [0, 0], [9, 10]]


class HeldWorker:
    """Jobs that wait, as behind a write that stalls."""

    def __init__(self) -> None:
        self.jobs = []

    def submit(self, job) -> None:
        self.jobs.append(job)

    def close(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()


def test_what_comes_while_the_disk_stalls_gathers_into_one_turn(tmp_path):
    worker = HeldWorker()
    recorder = Recorder(tmp_path, worker)
    for tick in range(500):
        if tick == 100:
            recorder.start(1, "a.wav", "1")
        if tick == 200:
            recorder.start(2, "b.wav", "2")
        if tick >= 100:
            recorder.take([block(1, tick, tick, 0)])
        if tick >= 200:
            recorder.take([block(2, tick, 0, tick)])
    assert len(worker.jobs) == 3
    recorder.stop(1)
    recorder.close()
    first, _ = soundfile.read(tmp_path / "a.wav", dtype="int16")
    second, _ = soundfile.read(tmp_path / "b.wav", dtype="int16")
    assert first[::160, 0].tolist() == list(range(100, 500))
    assert second[::160, 1].tolist() == list(range(200, 500))


def test_a_folder_that_takes_no_files_ends_the_recording_and_is_told(tmp_path, caplog):
    (tmp_path / "blocked").write_text("a file where the day's folder should be")
    recorder = Recorder(tmp_path, InlineWorker())
    with caplog.at_level(logging.ERROR):
        recorder.start(1, "blocked/a.wav", "00000007")
        recorder.take([block(1, 0, 1, 1)])
        recorder.stop(1)
    assert "the call goes on" in caplog.text
    assert [call for call, _ in recorder.losses()] == ["00000007"]
    assert recorder.losses() == []


def test_gain_control_brings_talkers_near_one_level_and_keeps_every_sample_in_its_place(tmp_path):
    chance = np.random.default_rng(1)
    syllables = np.repeat(chance.choice([0.0, 1.0], 50), 1600)[:, None]
    sound = np.rint(chance.normal(size=(80_000, 2)) * syllables * [300, 6000]).astype(np.int16)
    levels = {}
    for name, gain_control in (("as_said", False), ("level", True)):
        recorder = Recorder(tmp_path, InlineWorker(), gain_control=gain_control)
        recorder.start(1, f"{name}.wav", "1")
        for tick in range(500):
            samples = sound[tick * 160 : (tick + 1) * 160]
            recorder.take([RecordedBlock(record_id=1, tick=tick, samples=samples)])
        recorder.stop(1)
        recorder.stop(1)
        recorder.close()
        kept, _ = soundfile.read(tmp_path / f"{name}.wav", dtype="int16")
        assert kept.shape == sound.shape
        assert not kept[syllables[:, 0] == 0].any()
        last = [measure_sound(channel).active_dbm0 for channel in kept[-24_000:].T]
        levels[name] = last[1] - last[0]
    assert np.array_equal(soundfile.read(tmp_path / "as_said.wav", dtype="int16")[0], sound)
    assert levels["as_said"] > 20
    assert abs(levels["level"]) < 3
