import numpy as np
import pytest
from spandsp import hear_digits, needs_spandsp, send_digits

from dsp import (
    ActivityChanged,
    CaptureFinished,
    DigitHeard,
    Direction,
    Law,
    Plane,
    RecordOverrun,
    RecordTableFull,
    SlotOutOfRange,
    Tap,
    g711_decode,
)
from scripts.accuracy.signal_lab import Lab, hear, linear_of, octets_of


def line(slot: int) -> Tap:
    return Tap(slot, Direction.FROM_LINE)


def sent_to(slot: int) -> Tap:
    return Tap(slot, Direction.TO_LINE)


def test_a_recording_has_the_caller_left_and_what_he_hears_right():
    with Plane(3) as plane:
        plane.connect(2, 1)
        plane.rx[2] = 0x11
        plane.tick()
        plane.record(77, line(1), sent_to(1))
        plane.record(78, None, line(2))
        plane.rx[1] = 0x90
        plane.tick()
        plane.rx[1] = 0x91
        plane.stop_record(78)
        plane.tick()
        plane.stop_record(77)
        plane.tick()
        blocks = plane.recorded()
    linear = {octet: int(g711_decode(bytes([octet]), Law.ALAW)[0]) for octet in (0x90, 0x91, 0x11)}
    assert [(each.record_id, each.tick) for each in blocks] == [(77, 1), (78, 1), (77, 2)]
    for block, left, right in zip(
        blocks,
        (linear[0x90], 0, linear[0x91]),
        (linear[0x11], linear[0x11], linear[0x11]),
        strict=True,
    ):
        assert block.samples.shape == (160, 2)
        assert (block.samples[:, 0] == left).all()
        assert (block.samples[:, 1] == right).all()


def test_recordings_that_nobody_fetches_overrun_once_and_are_counted():
    with Plane(1) as plane:
        plane.record(5, line(0), None)
        overruns = []
        for _ in range(400):
            plane.tick()
            overruns += plane.detections()
        kept = plane.recorded()
        assert overruns == [RecordOverrun(slot=0, tick=len(kept), record_id=5)]
        assert plane.counters().lost_recorded_blocks == 400 - len(kept)
        plane.tick()
        assert [each.tick for each in plane.recorded()] == [400]


def test_more_recordings_than_two_for_each_slot_are_refused_and_an_ended_one_makes_room():
    with Plane(2) as plane:
        for record_id in (11, 12, 1):
            plane.record(record_id, line(0), None)
        plane.record(2, line(0), None)
        plane.record(2, line(1), None)  # moves
        with pytest.raises(RecordTableFull):
            plane.record(3, line(0), None)
        plane.stop_record(1)
        plane.stop_record(99)
        plane.record(3, line(0), None)
        with pytest.raises(SlotOutOfRange):
            plane.record(3, line(2), None)
        plane.tick()
        assert sorted(each.record_id for each in plane.recorded()) == [2, 3, 11, 12]


def test_blocks_of_an_ended_recording_keep_its_name_when_its_place_is_taken():
    with Plane(1) as plane:
        plane.record(1, line(0), None)
        plane.tick()
        plane.stop_record(1)
        plane.record(2, line(0), None)
        plane.tick()
        plane.tick()
        assert [each.record_id for each in plane.recorded()] == [1, 2, 2]
        plane.stop_record(2)
        plane.record(2, None, line(0))
        plane.tick()
        assert [(each.record_id, each.tick) for each in plane.recorded()] == [(2, 3)]


def test_sound_is_activity_after_60_ms_and_silence_after_400():
    lab = Lab(1)
    sound = np.concatenate(
        [np.zeros(1600), lab.noise(3200, -30), np.zeros(1600), lab.noise(3200, -30), np.zeros(8000)]
    )
    assert hear(sound, activity=True) == [
        ActivityChanged(slot=0, tick=12, active=True),
        ActivityChanged(slot=0, tick=79, active=False),
    ]


@pytest.mark.parametrize(("level", "active"), [(-36.5, True), (-39.5, False)])
def test_activity_begins_at_minus_38_dbm0(level, active):
    heard = hear(Lab(2).sines(1000, (700, level)), activity=True)
    assert [each.active for each in heard] == ([True] if active else [])


def test_a_click_is_no_activity():
    sound = np.zeros(16000)
    sound[4000:4200] = 20000
    assert hear(sound, activity=True) == []


def test_a_capture_that_is_stopped_has_what_came_till_then():
    with Plane(1) as plane:
        plane.capture(0, capture_id=4, maximum_ms=1000)
        for octet in range(10):
            plane.rx[0] = octet
            plane.tick()
        plane.stop_capture(0)
        plane.tick()
        (captured,) = plane.detections()
    assert captured == CaptureFinished(
        slot=0, tick=10, capture_id=4, octets=b"".join(bytes([octet]) * 160 for octet in range(10))
    )


def test_the_same_run_twice_gives_the_same_octets_and_detections():
    def run():
        lab = Lab(3)
        octets = octets_of(lab.row([lab.digit(digit, 60) for digit in "159D"]) + 0)
        trace = []
        with Plane(4) as plane:
            plane.listen(1, digits=True, activity=True)
            plane.connect(0, 3, gain_db=-3.3)
            plane.send_digits(2, "0123", play_id=1)
            plane.record(1, sent_to(3), sent_to(2))
            for start in range(0, len(octets) - 159, 160):
                plane.rx[:] = np.frombuffer(octets, np.uint8, 160, start)
                plane.tick()
                trace.append((plane.tx.tobytes(), plane.detections()))
            recorded = b"".join(each.samples.tobytes() for each in plane.recorded())
        return trace, recorded

    assert run() == run()


@needs_spandsp
@pytest.mark.parametrize("law", Law)
def test_spandsp_hears_our_digits(law):
    digits = "1234567890*#ABCD" * 2
    with Plane(1, law=law) as plane:
        plane.send_digits(0, digits, play_id=1, on_ms=60, off_ms=60)
        blocks = []
        while not plane.detections():
            plane.tick()
            blocks.append(plane.tx[0].copy())
    assert hear_digits(g711_decode(np.concatenate(blocks), law)) == digits


@needs_spandsp
@pytest.mark.parametrize("law", Law)
def test_we_hear_spandsps_digits(law):
    digits = "1234567890*#ABCD" * 2
    sound = send_digits(digits)
    heard = hear(sound, law=law, digits=True)
    assert "".join(each.digit for each in heard if isinstance(each, DigitHeard)) == digits
    assert linear_of(sound, law).size == sound.size
