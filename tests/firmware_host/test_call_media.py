"""The ACD's wishes for sound on a real plane: what is heard, and what is reported as heard."""

import numpy as np
import pytest

import acd
import drivers
from dsp import Law, Plane, g711_decode, g711_encode, tone_plan
from firmware_host.callserver.media import CallMedia
from firmware_host.callserver.ports import Port, PortRole, PortTable
from firmware_host.line_media import InlineCallerIdReader, LineMedia

LINE, DESK = acd.PortId("line-1"), acd.PortId("desk-1")
TICKS_OF_PROMPT = 10


class SilentPrompts:
    """Prompts without a sound, so that all that is heard is a tone; music as loud as a test wants it."""

    music_level = 0

    def prompt(self, name: str, language: str) -> bytes:
        return g711_encode(np.zeros(160 * TICKS_OF_PROMPT, np.int16), Law.ALAW)

    def music(self, name: str) -> bytes:
        wave = np.tile(np.array([1, -1], np.int16), 80 * TICKS_OF_PROMPT)
        return g711_encode(wave * np.int16(self.music_level), Law.ALAW)


class MediaBench:
    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        ports = [
            Port(
                port=name,
                role=PortRole.TRUNK,
                slot=slot,
                card="virtual",
                card_port=slot,
                line=drivers.FxoLine(drivers.FxoSettings()),
            )
            for slot, name in enumerate((LINE, DESK))
        ]
        line_media = LineMedia(plane, tone_plan("ro"), Law.ALAW, InlineCallerIdReader())
        self.prompts = SilentPrompts()
        self.media = CallMedia(PortTable(ports), line_media, self.prompts)
        self.finished = []

    def does(self, *actions) -> None:
        for action in actions:
            self.media.perform(action)

    def level_after(self, ticks: int, slot: int = 0) -> int:
        """The loudest sample that the slot is sent in the last of these ticks."""
        for _ in range(ticks):
            self.plane.tick()
            heard = (self.media.finished(detection) for detection in self.plane.detections())
            self.finished += [event for event in heard if event is not None]
        return int(np.abs(g711_decode(self.plane.tx[slot].tobytes(), Law.ALAW)).max())


@pytest.fixture
def bench():
    with Plane(2, law=Law.ALAW) as plane:
        yield MediaBench(plane)


def prompt(sound_id: int, *names: str) -> acd.PlayPrompts:
    return acd.PlayPrompts(port=LINE, sound_id=sound_id, prompts=names or ("a",), language="en")


DIAL_TONE = acd.PlaySignal(port=LINE, signal=acd.Signal.DIAL)
LOUD, SILENT = 1000, 20


def test_a_prompt_is_finished_once_when_its_last_sample_is_out(bench):
    bench.does(prompt(7, "a", "b"))
    bench.level_after(2 * TICKS_OF_PROMPT - 1)
    assert bench.finished == []
    bench.level_after(5)
    assert bench.finished == [acd.SoundFinished(port=LINE, sound_id=7)]


@pytest.mark.parametrize(
    "interruption",
    [acd.StopSound(port=LINE), DIAL_TONE, acd.PlayMusic(port=LINE, music="sales")],
)
def test_an_interrupted_prompt_is_not_reported_as_finished(bench, interruption):
    bench.does(prompt(7))
    bench.level_after(3)
    bench.does(interruption)
    bench.level_after(3 * TICKS_OF_PROMPT)
    assert bench.finished == []


def test_of_two_prompts_only_the_one_that_was_heard_out_is_finished(bench):
    bench.does(prompt(7))
    bench.level_after(3)
    bench.does(prompt(8))
    bench.level_after(3 * TICKS_OF_PROMPT)
    assert bench.finished == [acd.SoundFinished(port=LINE, sound_id=8)]


@pytest.mark.parametrize(
    "replacement", [prompt(7), acd.PlayMusic(port=LINE, music="sales"), acd.StopSound(port=LINE)]
)
def test_what_replaces_a_tone_silences_it(bench, replacement):
    bench.does(DIAL_TONE)
    assert bench.level_after(5) > LOUD
    bench.does(replacement)
    bench.level_after(2)
    assert bench.level_after(3) < SILENT


def test_music_goes_on_until_it_is_stopped_and_is_never_finished(bench):
    bench.prompts.music_level = 8000
    bench.does(acd.PlayMusic(port=LINE, music="sales"))
    assert bench.level_after(5 * TICKS_OF_PROMPT) > LOUD
    bench.does(acd.StopSound(port=LINE))
    assert bench.level_after(3) < SILENT
    assert bench.finished == []


def test_nothing_is_remembered_of_prompts_that_are_over(bench):
    for sound_id in range(5):
        bench.does(prompt(sound_id))
        bench.level_after(2)
    bench.level_after(2 * TICKS_OF_PROMPT)
    assert bench.media._sounds == {}


@pytest.mark.parametrize("signal", list(acd.Signal))
def test_every_signal_of_the_call_center_is_heard(bench, signal):
    bench.does(acd.PlaySignal(port=LINE, signal=signal))
    assert max(bench.level_after(1) for _ in range(20)) > LOUD / 4


@pytest.mark.parametrize(("speaker", "listener"), [(0, 1), (1, 0)])
def test_connected_lines_hear_each_other_until_they_are_disconnected(bench, speaker, listener):
    bench.plane.rx[speaker] = np.frombuffer(
        g711_encode(np.tile(np.array([8000, -8000], np.int16), 80), Law.ALAW), np.uint8
    )
    assert bench.level_after(3, listener) < SILENT
    bench.does(acd.Connect(port=LINE, other=DESK))
    assert bench.level_after(3, listener) > LOUD
    bench.does(acd.Disconnect(port=LINE, other=DESK))
    assert bench.level_after(3, listener) < SILENT
