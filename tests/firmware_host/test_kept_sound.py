"""What a person keeps of a line."""

import numpy as np
import pytest
import soundfile

from firmware_host.live.kept_sound import KeptSound, KeptSoundError


def block(number: int) -> bytes:
    return np.full((160, 2), number, np.int16).tobytes()


def test_it_is_a_valid_file_at_every_moment_and_what_was_missed_is_silence(tmp_path):
    file = tmp_path / "folder" / "line.wav"
    with KeptSound(file) as kept:
        assert len(soundfile.read(file)[0]) == 0
        for tick in range(100, 130):
            kept.append(tick, block(7))
        assert len(soundfile.read(file)[0]) == 25 * 160
        kept.append(132, block(8))
    sound, rate_hz = soundfile.read(file, dtype="int16")
    assert rate_hz == 8000
    assert sound.shape == (33 * 160, 2)
    assert [int(sound[n * 160, 0]) for n in (0, 29, 30, 31, 32)] == [7, 7, 0, 0, 8]


def test_a_file_that_is_there_already_is_never_written_over(tmp_path):
    file = tmp_path / "line.wav"
    file.write_bytes(b"somebody's")
    with pytest.raises(KeptSoundError, match=r"line\.wav: is there already"), KeptSound(file):
        pass
    assert file.read_bytes() == b"somebody's"


def test_a_place_that_can_not_be_written_is_told(tmp_path):
    (tmp_path / "no-folder").write_text("")
    with (
        pytest.raises(KeptSoundError, match="line"),
        KeptSound(tmp_path / "no-folder" / "line.wav"),
    ):
        pass


def test_without_a_file_nothing_is_kept():
    with KeptSound(None) as kept:
        kept.append(1, block(1))
