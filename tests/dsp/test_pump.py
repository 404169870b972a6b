import array
import fcntl
import os
import select
import socket
import termios

import numpy as np
import pytest

from dsp import (
    CardRequests,
    DescriptorLost,
    DescriptorRefused,
    DigitHeard,
    Law,
    Plane,
    PlaneRunning,
    PlayFinished,
    silence,
)
from scripts.accuracy.signal_lab import Lab, octets_of

pytestmark = [pytest.mark.realtime, pytest.mark.usefixtures("punctual")]
LIMIT_MS = 5000
BLOCK = 160


class Wire:
    """A line's two ends, as a virtual card has them: one message is one block."""

    def __init__(self) -> None:
        self.far, self.near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.far.settimeout(LIMIT_MS / 1000)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.far.close()
        self.near.close()

    def exchange(self, octets: bytes) -> bytes:
        """Waits for the plane's next block and answers it: the plane's clock paces the far end."""
        got = self.far.recv(4096)
        self.far.send(octets)
        return got


def wait(plane: Plane, until):
    """Detections until one satisfies; waits on the plane's descriptor with a limit."""
    poll = select.poll()
    poll.register(plane.detection_fd, select.POLLIN)
    heard = []
    while not any(until(each) for each in heard):
        assert poll.poll(LIMIT_MS), f"nothing more was detected after {heard}"
        heard += plane.detections()
    return heard


def blocks_of(sound: np.ndarray) -> list[bytes]:
    octets = octets_of(sound)
    return [octets[start : start + BLOCK] for start in range(0, len(octets) - BLOCK + 1, BLOCK)]


def test_sound_crosses_from_line_to_line():
    with Plane(2) as plane, Wire() as one, Wire() as two:
        plane.attach(0, one.near.fileno())
        plane.attach(1, two.near.fileno())
        plane.connect(0, 1)
        plane.start()
        got = []
        for count in range(40):
            one.exchange(bytes([0x80 + count]) * BLOCK)
            got.append(two.exchange(silence(20, Law.ALAW)))
        spoken = [block[0] for block in got if block != silence(20, Law.ALAW)]
        assert all(len(set(block)) == 1 and len(block) == BLOCK for block in got)
        # A busy machine may lose or slip a block, but never turns them around.
        assert spoken == sorted(set(spoken))
        assert len(spoken) >= 20
        plane.stop()
        assert plane.counters().ticks >= 40


def test_digits_are_heard_and_the_descriptor_becomes_readable():
    lab = Lab(1)
    with Plane(1) as plane, Wire() as wire:
        plane.attach(0, wire.near.fileno())
        plane.listen(0, digits=True)
        plane.start()
        assert plane.detections() == []
        for block in blocks_of(lab.row([lab.digit("7", 80)])):
            wire.exchange(block)
        heard = wait(plane, lambda each: isinstance(each, DigitHeard))
        assert heard[0].digit == "7"


def test_a_line_that_closes_is_reported_and_the_others_go_on():
    with Plane(3) as plane, Wire() as one, Wire() as two:
        plane.attach(0, one.near.fileno())
        plane.attach(2, two.near.fileno())
        plane.start()
        one.exchange(bytes(BLOCK))
        one.far.close()
        heard = wait(plane, lambda each: isinstance(each, DescriptorLost))
        assert [(type(each), each.slot) for each in heard] == [(DescriptorLost, 0)]
        plane.connect(2, 2)
        echoes = [two.exchange(b"\x42" * BLOCK) for _ in range(20)]
        assert echoes[-1] == b"\x42" * BLOCK
        with Wire() as again:
            plane.attach(0, again.near.fileno())
            assert len(again.far.recv(4096)) == BLOCK


def test_a_detached_line_is_left_alone_and_its_far_end_sees_it_closed():
    with Plane(1) as plane, Wire() as wire:
        plane.attach(0, wire.near.fileno())
        wire.near.close()  # the pump's duplicate lives on
        plane.start()
        assert len(wire.far.recv(4096)) == BLOCK
        plane.detach(0)
        while wire.far.recv(4096):
            pass
        plane.play(0, b"\x55" * BLOCK, play_id=3)
        heard = wait(plane, lambda each: isinstance(each, PlayFinished))
        assert [type(each) for each in heard] == [PlayFinished]


def test_a_line_on_which_its_card_dials_is_heard_but_gets_no_block_until_it_is_released():
    with Plane(2) as plane, Wire() as dialling, Wire() as clock:
        plane.attach(0, dialling.near.fileno())
        plane.attach(1, clock.near.fileno())
        plane.hold(0, True)
        plane.start()
        plane.listen(0, digits=True)
        lab = Lab(3)
        for block in blocks_of(lab.row([lab.digit("7", 80)])):
            clock.exchange(silence(20, Law.ALAW))
            dialling.far.send(block)
        wait(plane, lambda each: isinstance(each, DigitHeard))
        poll = select.poll()
        poll.register(dialling.far, select.POLLIN)
        assert not poll.poll(0)
        plane.hold(0, False)
        assert len(dialling.far.recv(4096)) == BLOCK


def test_at_most_two_blocks_wait_for_a_far_end_that_does_not_fetch():
    with Plane(2) as plane, Wire() as lazy, Wire() as clock:
        plane.attach(0, lazy.near.fileno())
        plane.attach(1, clock.near.fileno())
        plane.start()
        for _ in range(15):
            clock.exchange(silence(20, Law.ALAW))
        plane.stop()
        waiting = 0
        lazy.far.setblocking(False)
        poll = select.poll()
        poll.register(lazy.far, select.POLLIN)
        while poll.poll(0):
            lazy.far.recv(4096)
            waiting += 1
        counters = plane.counters()
        assert waiting == 2
        assert counters.write_overruns[0] >= 10
        assert counters.write_overruns[1] < counters.write_overruns[0]


def waiting_in(pipe: int) -> int:
    answer = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, answer)
    return answer[0] // BLOCK


def test_where_the_card_tells_what_waits_one_block_is_kept_in_hand_and_no_more():
    asked = CardRequests(unsent_request=termios.FIONREAD, unsent_unit=BLOCK)
    fetched, to_card = os.pipe2(os.O_DIRECT | os.O_NONBLOCK)
    with Plane(2) as plane, Wire() as clock, Wire() as source:
        try:
            plane.attach(0, source.near.fileno(), write_descriptor=to_card, requests=asked)
            plane.attach(1, clock.near.fileno())
            plane.start()
            waited = []

            def far_end(ticks: int, *, fetches: bool) -> None:
                for _ in range(ticks):
                    clock.exchange(silence(20, Law.ALAW))
                    if fetches and waiting_in(fetched):
                        os.read(fetched, BLOCK)
                    waited.append(waiting_in(fetched))

            far_end(6, fetches=False)
            assert waited[-1] >= 6
            far_end(90, fetches=True)
            assert max(waited[-10:]) <= 3  # what had piled up is left out
            while waiting_in(fetched):
                os.read(fetched, BLOCK)
            far_end(90, fetches=True)
            assert min(waited[-10:]) >= 1  # it ran dry: one more was put in
        finally:
            os.close(fetched)
            os.close(to_card)


def test_missing_blocks_are_lost():
    with Plane(3) as plane, Wire() as silent, Wire() as burst, Wire() as clock:
        for slot, wire in enumerate((silent, burst, clock)):
            plane.attach(slot, wire.near.fileno())
        plane.start()
        for count in range(30):
            clock.exchange(silence(20, Law.ALAW))
            if count in (0, 2):
                for _ in range(1 if count == 0 else 10):
                    burst.far.send(bytes(BLOCK))
            if count == 4:
                silent.far.send(bytes(BLOCK))
        plane.stop()
        counters = plane.counters()
        assert counters.slips.sum() == 0
        # Never alive: nothing lost; then one block and silence. The burst lasts ten ticks.
        assert 18 <= counters.lost_blocks[0] <= counters.ticks - 5
        assert 12 <= counters.lost_blocks[1] <= counters.ticks - 10
        assert counters.lost_blocks[2] < counters.lost_blocks[1]
        assert counters.lateness.total == counters.busy.total == counters.ticks
        assert counters.processor_s > 0
        assert counters.lateness.percentile_ms(50) < 20


def test_what_was_said_before_anybody_listened_is_not_heard_late():
    with Plane(2) as plane, Wire() as wire, Wire() as out:
        for count in range(8):
            wire.far.send(bytes([0x90 + count]) * BLOCK)
        plane.attach(0, wire.near.fileno())
        plane.attach(1, out.near.fileno())
        plane.connect(0, 1)
        plane.start()
        heard = {out.exchange(silence(20, Law.ALAW))[-1] for _ in range(30)}
        plane.stop()
        assert heard == {0x97, silence(20, Law.ALAW)[0]}
        assert plane.counters().slips.sum() == 0


def test_blocks_that_wait_for_good_are_surplus_and_slip():
    with Plane(1) as plane, Wire() as wire:
        plane.attach(0, wire.near.fileno())
        plane.connect(0, 0)
        plane.start()
        for _ in range(3):
            wire.exchange(bytes([0x80]) * BLOCK)
        for _ in range(6):  # a burst; from here on in step
            wire.far.send(bytes([0x81]) * BLOCK)
        delays = []
        for count in range(200):
            spoken = count % 100
            delays.append((spoken - wire.exchange(bytes([spoken]) * BLOCK)[0]) % 100)
        plane.stop()
        assert 5 <= int(plane.counters().slips[0]) <= 9
        assert max(delays[20:60]) >= 7
        assert max(delays[-20:]) <= 4


def test_a_short_block_is_filled_with_silence():
    with Plane(2) as plane, Wire() as short, Wire() as out:
        plane.attach(0, short.near.fileno())
        plane.attach(1, out.near.fileno())
        plane.connect(0, 1)
        short.far.send(b"\x12" * 100)
        plane.start()
        blocks = [out.exchange(silence(20, Law.ALAW)) for _ in range(6)]
        assert b"\x12" * 100 + silence(7.5, Law.ALAW) in blocks


def test_lockstep_and_pump_exclude_each_other():
    with Plane(1) as plane:
        privileges = plane.start()
        assert isinstance(privileges.real_time, bool)
        with pytest.raises(PlaneRunning):
            plane.tick()
        with pytest.raises(PlaneRunning):
            plane.start()
        plane.stop()
        plane.stop()
        before = plane.ticks
        plane.tick()
        assert plane.ticks == before + 1
        plane.start()


def test_what_is_no_descriptor_is_refused():
    with Plane(1) as plane, pytest.raises(DescriptorRefused, match="slot 0"):
        plane.attach(0, 1_000_000)


def test_lines_come_and_go_while_the_pump_runs():
    with Plane(8) as plane, Wire() as clock:
        plane.attach(7, clock.near.fileno())
        plane.start()
        for turn in range(30):
            with Wire() as wire:
                plane.attach(turn % 7, wire.near.fileno())
                plane.connect(turn % 7, 7)
                clock.exchange(silence(20, Law.ALAW))
                wire.far.send(bytes(BLOCK))
                plane.disconnect_all(turn % 7)
                if turn % 2:
                    plane.detach(turn % 7)
        lost = [each.slot for each in wait(plane, lambda each: isinstance(each, DescriptorLost))]
        assert set(lost) <= set(range(7))
        assert len(clock.exchange(silence(20, Law.ALAW))) == BLOCK
