"""What people on the lines hear of each other: conferences, whispers, and no click at any change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import (
    CONFIRMATION_TONE,
    Direction,
    Law,
    MatrixFull,
    Plane,
    Segment,
    Tap,
    Tone,
    g711_decode,
    g711_encode,
    level_dbm0,
)

BLOCK = 160
QUIET = 8
"""What A-law has nearest to nothing."""
RATE_HZ = 8000


class Room:
    """Lines of a plane that say sines; what each is sent is kept."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self.tones: dict[int, tuple[float, float]] = {}
        self.sent: list[list[np.ndarray]] = [[] for _ in range(plane.slots)]
        self._time = 0

    def say(self, slot: int, frequency_hz: float, level_dbm0: float = -10.0) -> None:
        amplitude = 32767 * 10 ** ((level_dbm0 - 3.14) / 20)
        self.tones[slot] = (frequency_hz, amplitude)

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            times = (self._time + np.arange(BLOCK)) / RATE_HZ
            for slot in range(self.plane.slots):
                frequency, amplitude = self.tones.get(slot, (0.0, 0.0))
                sine = amplitude * np.sin(2 * np.pi * frequency * times)
                octets = g711_encode(np.rint(sine).astype(np.int16), Law.ALAW)
                self.plane.rx[slot] = np.frombuffer(octets, np.uint8)
            self.plane.tick()
            self._time += BLOCK
            for slot in range(self.plane.slots):
                self.sent[slot].append(g711_decode(self.plane.tx[slot], Law.ALAW).reshape(-1))

    def heard(self, slot: int, ticks: int) -> np.ndarray:
        """The newest sound that the slot was sent."""
        return np.concatenate(self.sent[slot][-ticks:]).astype(float)

    def level_of(self, slot: int, frequency_hz: float, ticks: int = 10) -> float:
        """How loud this frequency is in what the slot hears, in dBm0."""
        sound = self.heard(slot, ticks)
        times = np.arange(sound.size) / RATE_HZ
        part = 2 * np.mean(sound * np.exp(-2j * np.pi * frequency_hz * times))
        return float(20 * np.log10(abs(part) / 32767 + 1e-9) + 3.14)


FREQUENCIES = (300, 500, 700, 900, 1100, 1300, 1500, 1700, 1900, 2100, 2300, 2500, 2700, 2900, 3100)


def test_in_a_conference_each_hears_all_others_but_not_himself():
    with Plane(6) as plane:
        room = Room(plane)
        plane.confer([0, 1, 2, 3])
        for slot in range(5):
            room.say(slot, FREQUENCIES[slot], -20)
        room.run(20)
        for slot in range(4):
            for other in range(4):
                level = room.level_of(slot, FREQUENCIES[other])
                assert level == pytest.approx(-20, abs=0.5) if other != slot else level < -60
            assert room.level_of(slot, FREQUENCIES[4]) < -60
        assert np.abs(room.heard(4, 10)).max() <= QUIET
        plane.disconnect_all(2)
        room.run(20)
        assert np.abs(room.heard(2, 10)).max() <= QUIET
        assert room.level_of(0, FREQUENCIES[2]) < -60
        assert room.level_of(0, FREQUENCIES[3]) == pytest.approx(-20, abs=0.5)


def test_many_loud_talkers_are_turned_down_together_and_hardly_clipped():
    with Plane(16) as plane:
        room = Room(plane)
        plane.confer(range(16))
        for slot in range(1, 16):
            room.say(slot, FREQUENCIES[slot - 1], -3)
        room.run(60)
        sound = room.heard(0, 40)
        assert np.abs(sound).max() <= 32767
        levels = [room.level_of(0, frequency, 40) for frequency in FREQUENCIES]
        assert max(levels) - min(levels) < 1.5
        # Whatever else is heard is distortion: clipping fifteen sines makes it about as loud as they are.
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(sound.size))) ** 2
        bins = np.arange(spectrum.size) * RATE_HZ / sound.size
        near = np.min(np.abs(bins[:, None] - np.array(FREQUENCIES)), axis=1) < 25
        assert 10 * np.log10(spectrum[~near].sum() / spectrum[near].sum()) < -20
        for slot in range(2, 16):
            room.say(slot, FREQUENCIES[slot - 1], -60)
        room.run(100)
        assert room.level_of(0, FREQUENCIES[0]) == pytest.approx(-3, abs=0.5)


def test_a_whisper_reaches_one_side_and_a_listener_is_not_heard():
    caller, agent, supervisor = 0, 1, 2
    with Plane(3) as plane:
        room = Room(plane)
        plane.confer([caller, agent])
        plane.connect(caller, supervisor)
        plane.connect(agent, supervisor)
        for slot, frequency in ((caller, 500), (agent, 900), (supervisor, 1300)):
            room.say(slot, frequency, -20)
        room.run(15)
        assert room.level_of(caller, 1300) < -60
        assert room.level_of(agent, 1300) < -60
        assert room.level_of(supervisor, 500) == pytest.approx(-20, abs=0.5)
        assert room.level_of(supervisor, 900) == pytest.approx(-20, abs=0.5)
        plane.connect(supervisor, agent, gain_db=-6)
        room.run(15)
        assert room.level_of(agent, 1300) == pytest.approx(-26, abs=0.5)
        assert room.level_of(agent, 500) == pytest.approx(-20, abs=0.5)
        assert room.level_of(caller, 1300) < -60


def test_a_prompt_a_tone_and_speech_are_heard_together_on_one_side_only():
    with Plane(2) as plane:
        room = Room(plane)
        plane.confer([0, 1])
        room.say(1, 500, -20)
        sine = 3000 * np.sin(2 * np.pi * 1500 * np.arange(8000) / RATE_HZ)
        plane.play(0, g711_encode(sine.astype(np.int16), Law.ALAW), play_id=1, loop=True)
        plane.play_tone(0, CONFIRMATION_TONE, play_id=2)
        room.run(6)
        assert room.level_of(0, 500, 5) > -23
        assert room.level_of(0, 1500, 5) > -23
        assert level_dbm0(room.heard(0, 5)) > level_dbm0(room.heard(1, 5)) + 3
        assert room.level_of(1, 1500, 5) < -50


def test_a_whole_conversation_can_be_tapped_into_one_channel():
    with Plane(3) as plane:
        room = Room(plane)
        plane.confer([0, 1])
        room.say(0, 500, -20)
        room.say(1, 900, -20)
        plane.record(1, Tap(0, Direction.BOTH), Tap(2, Direction.BOTH))
        room.run(20)
        blocks = plane.recorded()
        both = np.concatenate([block.samples for block in blocks]).astype(float)[BLOCK:]
        times = np.arange(len(both)) / RATE_HZ
        for frequency in (500, 900):
            part = abs(2 * np.mean(both[:, 0] * np.exp(-2j * np.pi * frequency * times)))
            assert 20 * np.log10(part / 32767) + 3.14 == pytest.approx(-20, abs=0.5)
        assert np.abs(both[:, 1]).max() <= 2 * QUIET


def click_db(sound: np.ndarray) -> float:
    """The loudest 5 ms above 2 kHz, beside the 500 Hz sine of the same level; in decibels."""
    spectrum = np.fft.rfft(sound)
    spectrum[: int(2000 * sound.size / RATE_HZ)] = 0
    high = np.fft.irfft(spectrum, sound.size)[80:-80]
    energy = np.convolve(high**2, np.ones(40) / 40)
    return float(10 * np.log10(energy.max() / np.mean(3300.0**2 / 2) + 1e-12))


def sine_room(plane: Plane) -> Room:
    room = Room(plane)
    room.say(0, 503, -17)
    plane.connect(0, 1)
    room.run(20)
    return room


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    change=st.sampled_from(["off", "on", "gain", "prompt stopped", "tone stopped", "other line"]),
    phase=st.integers(1, 30),
)
def test_no_change_of_what_a_line_hears_clicks(change, phase):
    with Plane(3) as plane:
        room = sine_room(plane)
        room.say(2, 611, -17)
        sine = 3300 * np.sin(2 * np.pi * 430 * np.arange(8003) / RATE_HZ)
        if change == "on":
            plane.disconnect(0, 1)
        if change == "prompt stopped":
            plane.play(1, g711_encode(sine.astype(np.int16), Law.ALAW), play_id=1)
        if change == "tone stopped":
            dial = Tone("dial", (Segment((425.0,), 1000, -17.0),), repeat=True)
            plane.play_tone(1, dial, play_id=1)
        room.run(phase)
        match change:
            case "off":
                plane.disconnect(0, 1)
            case "on":
                plane.connect(0, 1)
            case "gain":
                plane.connect(0, 1, gain_db=-12)
            case "prompt stopped":
                plane.stop_play(1)
            case "tone stopped":
                plane.stop_tone(1)
            case "other line":
                plane.disconnect(0, 1)
                plane.connect(2, 1)
        room.run(6)
        # Cuts give up to -17 dB. What is left is the bend, where one sine goes over into another.
        assert click_db(room.heard(1, 10)) < -24


def test_a_conference_too_large_for_the_matrix_is_refused_whole():
    with Plane(60) as plane:
        with pytest.raises(MatrixFull):
            plane.confer(range(60))
        plane.confer(range(33))
