"""Whose blocks make the ticks. The far ends here are the clock: they are real sockets, sent to at will."""

import contextlib
import errno
import select
import socket
import termios
import time

import pytest

from dsp import CardRequests, EventFetched, Law, Plane, silence

pytestmark = [pytest.mark.realtime, pytest.mark.usefixtures("punctual")]
LIMIT_S = 5.0
BLOCK = 160
QUIET = silence(20, Law.ALAW)


class Span:
    """The far end of one line, which has a clock of its own."""

    def __init__(self, plane: Plane, slot: int, *, clock: bool = True) -> None:
        self.far, near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        plane.attach(slot, near.fileno(), clock=clock)
        near.close()
        self.far.setblocking(False)

    def send(self, octets: bytes = QUIET) -> None:
        with contextlib.suppress(BlockingIOError):  # whoever floods does not wait
            self.far.send(octets)
        with contextlib.suppress(BlockingIOError):
            while self.far.recv(4096):
                pass


@pytest.fixture
def spans():
    """Makes spans; their far ends are closed at the end."""
    made: list[Span] = []

    def make(plane: Plane, slot: int, *, clock: bool = True) -> Span:
        made.append(Span(plane, slot, clock=clock))
        return made[-1]

    yield make
    for span in made:
        span.far.close()


def beat(period_s: float, beats: int):
    """Times of a far end's clock, each waited for."""
    due = time.monotonic()
    for _ in range(beats):
        due += period_s
        select.select([], [], [], max(0.0, due - time.monotonic()))
        yield


def follow(plane: Plane, slot: int | None, beating: list[Span], limit: int = 250) -> int:
    """Lets the spans beat until the plane follows this clock; how many beats that took."""
    for beats, _ in enumerate(beat(0.02, limit)):
        for span in beating:
            span.send()
        if plane.counters().clock_slot == slot:
            return beats
    raise AssertionError(f"the plane's clock is {plane.counters().clock_slot}, not {slot}")


def test_without_a_line_the_machine_is_the_clock():
    with Plane(1) as plane:
        plane.start()
        for _ in beat(0.02, 25):
            pass
        counters = plane.counters()
        assert counters.clock_slot is None
        assert counters.clock_changes == 0
        assert 20 <= counters.ticks <= 30


def test_a_line_that_brings_its_blocks_for_two_seconds_makes_the_ticks(spans):
    with Plane(2) as plane:
        span, other = spans(plane, 1), spans(plane, 0, clock=False)
        plane.start()
        assert follow(plane, 1, [span, other]) >= 90
        before = plane.counters()
        # This clock runs 4 % too fast; by the machine's own four blocks would be too many.
        for _ in beat(0.0192, 100):
            span.send()
        after = plane.counters()
        assert 97 <= after.ticks - before.ticks <= 103
        assert int((after.lost_blocks - before.lost_blocks)[1]) == 0
        assert int((after.slips - before.slips)[1]) == 0


def test_a_silent_clock_is_replaced_by_the_next_and_returns_when_it_is_steady(spans):
    with Plane(3) as plane:
        first, second = spans(plane, 0), spans(plane, 2)
        plane.start()
        follow(plane, 0, [first, second])
        assert follow(plane, 2, [second]) <= 6
        lost = int(plane.counters().lost_blocks[2])
        for _ in beat(0.02, 25):
            second.send()
        assert plane.counters().clock_slot == 2
        assert int(plane.counters().lost_blocks[2]) - lost <= 1
        assert follow(plane, 0, [first, second]) >= 90


def test_when_every_line_is_silent_the_machine_goes_on_ticking(spans):
    with Plane(2) as plane:
        both = [spans(plane, 0), spans(plane, 1)]
        plane.start()
        follow(plane, 0, both)
        before = plane.ticks
        assert follow(plane, None, []) <= 6
        for _ in beat(0.02, 25):
            pass
        assert 23 <= plane.ticks - before <= 36


def test_a_clock_that_is_pulled_out_is_replaced_at_once(spans):
    with Plane(2) as plane:
        first, second = spans(plane, 0), spans(plane, 1)
        plane.start()
        follow(plane, 0, [first, second])
        first.far.close()
        assert follow(plane, 1, [second]) <= 4
        assert int(plane.counters().lost_blocks[1]) <= 2


def test_a_line_that_floods_does_not_make_time_run_faster(spans):
    with Plane(2) as plane:
        span, flood = spans(plane, 1), spans(plane, 0)
        plane.start()
        for _ in beat(0.02, 150):
            span.send()
            for _ in range(8):
                flood.send()
        before = plane.ticks
        for _ in beat(0.02, 50):
            span.send()
            for _ in range(8):
                flood.send()
        assert plane.counters().clock_slot == 1
        assert 46 <= plane.ticks - before <= 56


def test_after_a_burst_of_its_clock_the_plane_catches_up_without_losing_a_block(spans):
    with Plane(2) as plane:
        span, other = spans(plane, 0), spans(plane, 1)
        plane.start()
        follow(plane, 0, [span, other])
        before = plane.counters()
        for _ in range(2):  # blocks that somebody had held up
            span.send()
            other.send()
        for _ in beat(0.02, 10):
            span.send()
            other.send()
        after = plane.counters()
        assert after.ticks - before.ticks >= 11
        assert int((after.lost_blocks - before.lost_blocks).sum()) == 0
        assert int((after.slips - before.slips).sum()) == 0


class RefusedDatagrams:
    """A line whose reads say now and then that an event is pending, by the kernel's own doing.

    A datagram to a port that nobody has comes back as an error of the next read, once. What stands
    for the event's request is FIONREAD, which gives the size of the next datagram.
    """

    EVENTS = CardRequests(event_error=errno.ECONNREFUSED, event_request=termios.FIONREAD)

    def __init__(self) -> None:
        self.far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.far.bind(("127.0.0.1", 0))
        self.near.bind(("127.0.0.1", 0))
        self.near.connect(self.far.getsockname())
        self.address = self.near.getsockname()

    def leave(self) -> None:
        """From now on every block that the plane sends comes back as an event."""
        self.far.close()


def test_a_pending_event_is_fetched_by_the_pump_and_the_line_goes_on(spans):
    line = RefusedDatagrams()
    with Plane(2) as plane, line.near, line.far:
        calm = spans(plane, 1)
        plane.attach(0, line.near.fileno(), requests=RefusedDatagrams.EVENTS)
        plane.start()
        follow(plane, 1, [calm])
        line.leave()
        before = plane.counters()
        for _ in beat(0.02, 40):
            calm.send()
        after = plane.counters()
        events = [each for each in plane.detections() if isinstance(each, EventFetched)]
        assert {(each.slot, each.value) for each in events} == {(0, 0)}
        assert len(events) >= 15
        assert int((after.lost_blocks - before.lost_blocks)[1]) == 0


def test_an_event_that_nobody_expects_ends_the_line():
    line = RefusedDatagrams()
    with Plane(1) as plane, line.near, line.far:
        plane.attach(0, line.near.fileno())
        plane.start()
        line.leave()
        poll = select.poll()
        poll.register(plane.detection_fd, select.POLLIN)
        assert poll.poll(LIMIT_S * 1000)
        assert [type(each).__name__ for each in plane.detections()] == ["DescriptorLost"]
