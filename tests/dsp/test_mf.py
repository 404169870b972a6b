"""Register signals: heard as ITU-T Q.455 and Q.323 ask, and answered in the same tick."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spandsp import needs_spandsp

from dsp import (
    BLOCK_SAMPLES,
    Law,
    MfSignalEnded,
    MfSignalHeard,
    MfSystem,
    Plane,
    PlayFinished,
    UnknownSound,
)
from dsp._native import ffi, lib
from dsp.reference import bank_spectra, hear_mf
from scripts.accuracy.register_signals import spandsp_signals, spandsp_sound
from scripts.accuracy.signal_lab import Lab, hear, linear_of

ALL = list(range(1, 16))
every_system = pytest.mark.parametrize("system", MfSystem)


def signal(lab, system, number, milliseconds, level=-11.0, twist=0.0, off_hz=(0.0, 0.0)):
    first, second = system.frequencies_hz(number)
    return lab.sines(
        milliseconds,
        (first + off_hz[0], level - max(twist, 0)),
        (second + off_hz[1], level + min(twist, 0)),
    )


def signals_in(sound, system):
    return [each.signal for each in hear(sound, mf=system) if isinstance(each, MfSignalHeard)]


@every_system
@pytest.mark.parametrize("level", [-5, -20, -25])
@pytest.mark.parametrize("off_hz", [(0, 0), (10, -10), (-10, 10), (10, 10)])
def test_every_signal_is_heard_at_its_levels_and_10_hz_off(system, level, off_hz):
    lab = Lab(2)
    parts = [signal(lab, system, each, 68, level, off_hz=off_hz) for each in ALL]
    assert signals_in(lab.row(parts), system) == ALL


@every_system
@pytest.mark.parametrize("twist", [-6, 6])
def test_every_signal_is_heard_twisted_by_6_db_in_noise_15_db_below(system, twist):
    lab = Lab(3)
    sound = lab.row([signal(lab, system, each, 68, -10, twist=twist) for each in ALL])
    assert signals_in(sound + lab.noise(sound.size, -25), system) == ALL


@every_system
def test_30_ms_with_30_ms_between_are_enough_and_7_ms_are_nothing(system):
    lab = Lab(4)
    assert signals_in(lab.row([signal(lab, system, each, 30) for each in ALL], 30), system) == ALL
    assert signals_in(lab.row([signal(lab, system, each, 7, -5) for each in ALL]), system) == []


@every_system
def test_an_interruption_of_7_ms_is_none(system):
    lab = Lab(5)
    for start in range(300, 400, 7):
        sound = signal(lab, system, 5, 90)
        sound[start : start + 56] = 0
        assert signals_in(lab.row([sound]), system) == [5]


@every_system
def test_weak_lone_and_lopsided_tones_are_no_signal(system):
    lab = Lab(6)
    for each in ALL:
        first, second = system.frequencies_hz(each)
        assert signals_in(lab.row([lab.sines(100, (first, -42), (second, -42))]), system) == []
        assert signals_in(lab.row([lab.sines(100, (first, -10))]), system) == []
        assert signals_in(lab.row([lab.sines(100, (first, -5), (second, -25))]), system) == []


def test_a_third_tone_makes_it_no_signal():
    lab = Lab(7)
    sound = lab.sines(100, (1380, -10), (1500, -10), (1620, -14))
    assert signals_in(lab.row([sound]), MfSystem.R2_FORWARD) == []


def test_the_length_of_a_signal_is_told():
    lab = Lab(8)
    for length in (40, 68, 100, 250):
        heard = hear(lab.row([signal(lab, MfSystem.R1, 7, length)]), mf=MfSystem.R1)
        began, ended = heard
        assert isinstance(ended, MfSignalEnded)
        assert ended.duration_ms == pytest.approx(length, abs=12)
        assert began.start_s == pytest.approx(0.1, abs=0.012)
        assert began.level_dbm0 == pytest.approx(-11, abs=0.5)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    system=st.sampled_from(MfSystem),
    level=st.floats(-45, -3),
    twist=st.floats(-12, 12),
    noise=st.floats(-60, -12),
)
def test_c_hears_what_the_definition_hears(seed, system, level, twist, noise):
    lab = Lab(seed)
    numbers = [int(each) for each in lab.random.integers(1, 16, 6)]
    lengths = [float(each) for each in lab.random.uniform(5, 120, 6)]
    parts = [
        signal(lab, system, number, length, level, twist)
        for number, length in zip(numbers, lengths, strict=True)
    ]
    sound = lab.row(parts, int(lab.random.integers(3, 60)))
    sound = linear_of(sound + lab.noise(sound.size, noise))
    sound = sound[: sound.size // BLOCK_SAMPLES * BLOCK_SAMPLES]
    expected = [(each.signal, each.window // 2) for each in hear_mf(sound, system)]
    heard = hear(sound.astype(float), mf=system)
    assert [(each.signal, each.tick) for each in heard if isinstance(each, MfSignalHeard)] == (
        expected
    )


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1), level=st.floats(1, 32767), at_most=st.sampled_from([0, 1, 2])
)
def test_c_measures_the_spectrum_of_the_definition(seed, level, at_most):
    chance = np.random.default_rng(seed)
    tones_hz = np.sort(chance.uniform(300, 3400, 6)).astype(np.float32)
    kind = chance.integers(0, 3)
    time = np.arange(160) / 8000
    shapes = (np.sin(2 * np.pi * tones_hz[0] * time), chance.uniform(-1, 1, 160), np.ones(160))
    samples = np.rint(level * shapes[kind]).astype(np.int16)
    out = np.zeros(13, np.float32)
    lib.bank_measure(
        ffi.from_buffer("float[]", out, require_writable=True),
        ffi.from_buffer("float[]", tones_hz),
        ffi.from_buffer("int16_t[]", samples),
        at_most,
    )
    spectra, energy = bank_spectra(samples, [float(each) for each in tones_hz])
    scale = 1e-4 * np.sqrt(energy[1]) + 8  # what eight sums lose when they give up three bits
    assert np.abs(out[:12:2] + 1j * out[1:12:2] - spectra[1]).max() < scale
    assert out[12] == pytest.approx(energy[1], rel=1e-3, abs=2e5)


def test_a_compelled_exchange_of_signals_needs_no_help_between_ticks():
    """Two slots of one plane stand at the two ends of a line 20 ms long."""
    forward, backward = MfSystem.R2_FORWARD, MfSystem.R2_BACKWARD
    with Plane(2) as plane:
        plane.listen(0, mf=backward)
        plane.listen(1, mf=forward)
        plane.send_mf(0, forward, 4, play_id=1, duration_ms=15_000)
        plane.compel_silence(0, when_signal_begins=True)
        plane.compel_mf(0, forward, 9, when_signal_begins=False, play_id=2)
        plane.compel_mf(1, backward, 1, when_signal_begins=True, play_id=3)
        plane.compel_silence(1, when_signal_begins=False)
        heard, ends = [], []
        for _ in range(20):
            plane.tick()
            plane.rx[0], plane.rx[1] = plane.tx[1].copy(), plane.tx[0].copy()
            for each in plane.detections():
                if isinstance(each, MfSignalHeard):
                    heard.append((each.slot, each.signal, each.tick))
                if isinstance(each, PlayFinished):
                    ends.append(each.play_id)
    assert [each[:2] for each in heard] == [(1, 4), (0, 1), (1, 9)]
    assert heard[2][2] - heard[0][2] <= 4  # a whole compelled cycle in 80 ms
    assert ends == [1, 3]


def test_what_was_to_be_done_and_is_not_gives_its_memory_back():
    with Plane(1, law=Law.MULAW) as plane:
        plane.listen(0, mf=MfSystem.R1)
        plane.compel_mf(0, MfSystem.R1, 1, when_signal_begins=True, play_id=1)
        plane.compel_mf(0, MfSystem.R1, 2, when_signal_begins=True, play_id=2)
        plane.compel_mf(0, MfSystem.R1, 3, when_signal_begins=False, play_id=3)
        plane.tick()
        assert [each.play_id for each in plane.detections()] == [1]
        plane.forget_compelled(0)
        plane.tick()
        finished = plane.detections()
    assert [(each.play_id, each.completed) for each in finished] == [(2, False), (3, False)]


def test_a_signal_that_no_register_knows_is_refused():
    with Plane(1) as plane, pytest.raises(UnknownSound, match="16"):
        plane.send_mf(0, MfSystem.R1, 16, play_id=1)
    assert [MfSystem.R1.name_of(each) for each in (1, 10, 13, 15)] == ["1", "0", "KP", "ST"]


@needs_spandsp
@every_system
def test_spandsp_and_we_hear_each_other(system):
    theirs = np.concatenate([spandsp_sound(system, ALL).astype(float), np.zeros(800)])
    assert signals_in(theirs, system) == ALL
    lab = Lab(9)
    ours = lab.row([signal(lab, system, each, 68) for each in ALL])
    assert spandsp_signals(ours, system) == ALL
