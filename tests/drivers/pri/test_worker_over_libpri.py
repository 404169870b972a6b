"""The worker's process: calls through it, its death, nonsense from both sides."""

import contextlib
import os
import random
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from span_pair import CHANNELS

from drivers.pri.link import LinkLost, WorkerLink
from drivers.pri.messages import (
    AcceptCall,
    AskFigures,
    BeginSpan,
    CallArrived,
    CallConnected,
    CallReleased,
    ChannelChanged,
    ChannelState,
    DChannelPlace,
    FollowFrames,
    Frame,
    Party,
    PlaceCall,
    ReleaseCall,
    RestartChannel,
    SpanChanged,
    SpanFigures,
    SpanSettings,
)

pytestmark = pytest.mark.realtime


OPENED: list[WorkerLink] = []


@pytest.fixture(autouse=True)
def closed_links():
    yield
    while OPENED:
        OPENED.pop().close()


class End:
    """Whoever has ordered something of one span: the link, and everything that was reported."""

    def __init__(self, socket_path: Path, order: BeginSpan | FollowFrames | AskFigures) -> None:
        self.link = WorkerLink(socket_path)
        OPENED.append(self.link)
        self.reports = []
        self.link.send(order)

    def of(self, kind: type) -> list:
        return [each for each in self.reports if isinstance(each, kind)]

    def is_ready(self) -> bool:
        changed = self.of(SpanChanged)
        states = {each.channel: each.state for each in self.of(ChannelChanged)}
        idle = set(states.values()) == {ChannelState.IDLE}
        return bool(changed) and changed[-1].up and idle and len(states) == len(CHANNELS)

    def until(self, reached, limit_s: float = 15.0, others=()) -> None:
        end = time.monotonic() + limit_s
        while not reached():
            left = end - time.monotonic()
            assert left > 0, self.reports[-20:]
            ends = (self, *others)
            ready, _, _ = select.select([each.link.descriptor for each in ends], [], [], left)
            for each in ends:
                if each.link.descriptor in ready:
                    each.reports += each.link.receive()


def span(name: str, place: DChannelPlace, *, network_side: bool, keep=()) -> BeginSpan:
    settings = SpanSettings(
        name=name, d_channel=place, channels=CHANNELS, network_side=network_side
    )
    return BeginSpan(span=settings, keep=keep)


@contextlib.contextmanager
def worker(folder: Path, name: str = "pri"):
    path = folder / f"{name}.sock"
    process = subprocess.Popen([sys.executable, "-m", "drivers.pri", path], stderr=subprocess.PIPE)
    try:
        assert b"listens" in process.stderr.readline()
        yield path, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        process.stderr.close()


@pytest.fixture
def ends(tmp_path):
    """Two workers, whose spans are joined by a socket."""
    wire = str(tmp_path / "d-channel.sock")
    with worker(tmp_path, "far") as (far, _), worker(tmp_path, "near") as (near, process):
        network = End(far, span("net", DChannelPlace(listen_at=wire), network_side=True))
        user = End(near, span("user", DChannelPlace(connect_to=wire), network_side=False))
        user.until(lambda: user.is_ready() and network.is_ready(), others=[network])
        yield user, network, near, process


def call_up(user: End, network: End, call: int = 2, channel: int = 5, others=()) -> int:
    arrived, connected = len(user.of(CallArrived)), len(network.of(CallConnected))
    network.link.send(
        PlaceCall(call=call, channel=channel, called="5550100", calling=Party(number="4711"))
    )
    user.until(lambda: len(user.of(CallArrived)) > arrived, others=[network, *others])
    ours = user.of(CallArrived)[-1].call
    user.link.send(AcceptCall(call=ours))
    user.until(lambda: len(network.of(CallConnected)) > connected, others=[network, *others])
    return ours


def test_a_call_through_two_processes(ends):
    user, network, _, _ = ends
    ours = call_up(user, network)
    user.link.send(ReleaseCall(call=ours))
    user.until(lambda: bool(network.of(CallReleased)), others=[network])
    assert network.of(CallReleased)[0].cause == 16


def test_whoever_follows_sees_every_frame(ends):
    user, network, near, _ = ends
    follower = End(near, FollowFrames(span="user"))
    follower.link.send(AskFigures())
    follower.until(lambda: bool(follower.of(SpanFigures)))  # it is heard

    def messages() -> list[int]:
        frames = [each.octets for each in follower.of(Frame)]
        return [each[8] for each in frames if len(each) > 8 and each[4] == 8]

    ours = call_up(user, network, others=[follower])
    # A DISCONNECT that crosses the CONNECT ACKNOWLEDGE is answered with STATUS, too.
    follower.until(lambda: messages()[-1:] == [0x0F])
    user.link.send(ReleaseCall(call=ours))
    follower.until(lambda: messages()[-1:] == [0x5A])
    assert messages() == [
        0x05,
        0x02,
        0x07,
        0x0F,
        0x45,
        0x4D,
        0x5A,
    ]  # SETUP … RELEASE COMPLETE
    assert {each.outgoing for each in follower.of(Frame)} == {False, True}


def test_a_worker_tells_what_it_holds_and_holds_nothing_after_the_last_call(ends):
    user, network, near, _ = ends

    def figures() -> SpanFigures:
        asking = End(near, AskFigures())
        asking.until(lambda: bool(asking.of(SpanFigures)))
        (found,) = asking.of(SpanFigures)
        return found

    ours = call_up(user, network)
    assert (figures().span, figures().calls, figures().records) == ("user", 1, 1)
    user.link.send(ReleaseCall(call=ours))
    user.until(lambda: network.is_ready() and user.is_ready(), others=[network])
    assert (figures().calls, figures().records, figures().frames_lost) == (0, 0, 0)


def test_a_call_server_that_goes_away_ends_its_calls(ends):
    user, network, near, _ = ends
    call_up(user, network)
    user.link.close()
    network.until(lambda: bool(network.of(CallReleased)))
    again = End(near, span("user", place(ends), network_side=False))
    again.until(again.is_ready, others=[network])


def place(ends) -> DChannelPlace:
    return DChannelPlace(connect_to=str(ends[2].parent / "d-channel.sock"))


def test_a_worker_that_is_killed_loses_the_link_and_the_next_one_finds_the_span(ends, tmp_path):
    user, network, near, process = ends
    call_up(user, network, channel=7)
    process.kill()
    process.wait(10)
    with pytest.raises(LinkLost):
        user.until(lambda: False, limit_s=5.0)
    with worker(near.parent, "near") as (path, _):
        again = End(path, span("user", place(ends), network_side=False, keep=(7,)))
        again.until(
            lambda: (
                [each.state for each in again.of(ChannelChanged) if each.channel == 7]
                == [ChannelState.KEPT]
                and sum(each.state is ChannelState.IDLE for each in again.of(ChannelChanged)) >= 29
            ),
            limit_s=30,
            others=[network],
        )
        again.link.send(RestartChannel(channel=7))
        again.until(again.is_ready, others=[network])


def test_a_second_worker_on_the_same_socket_says_who_is_there_and_takes_nothing_away(ends):
    user, network, near, process = ends
    words = [sys.executable, "-m", "drivers.pri", near]
    second = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 3
    assert f"another PRI worker (process {process.pid})" in second.stderr
    assert End(near, AskFigures()).link is not None
    call_up(user, network)


def test_a_service_manager_is_told_that_it_is_ready(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        process = subprocess.Popen(
            [sys.executable, "-m", "drivers.pri", tmp_path / "pri.sock"],
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        assert manager.recv(100) == b"READY=1"
        process.terminate()
        assert process.wait(10) == 0


def test_packets_that_are_no_orders_close_that_connection_only(ends):
    user, network, near, _ = ends
    for packet in (b"{}", b"\xff" * 1000, b"[1]", b'[{"type":"PlaceCall"}]', b"x" * 60_000):
        stranger = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stranger.connect(str(near))
        stranger.settimeout(5)
        stranger.send(packet)
        assert stranger.recv(10) == b""
        stranger.close()
    call_up(user, network)


@pytest.mark.faults
def test_frames_that_are_no_frames_leave_other_spans_alone(tmp_path):
    wire = str(tmp_path / "d-channel.sock")
    bad = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    bad.bind(str(tmp_path / "bad.sock"))
    bad.listen(1)
    with worker(tmp_path, "far") as (far, _), worker(tmp_path, "near") as (near, process):
        network = End(far, span("net", DChannelPlace(listen_at=wire), network_side=True))
        user = End(near, span("user", DChannelPlace(connect_to=wire), network_side=False))
        place = DChannelPlace(connect_to=str(tmp_path / "bad.sock"))
        spoiled = End(near, span("spoiled", place, network_side=False))
        connection, _ = bad.accept()
        stop = threading.Event()

        def babble() -> None:
            chance = random.Random(1)
            while not stop.is_set():
                with contextlib.suppress(BlockingIOError):
                    connection.send(chance.randbytes(chance.randint(1, 300)), socket.MSG_DONTWAIT)
                with contextlib.suppress(BlockingIOError):
                    connection.recv(300, socket.MSG_DONTWAIT)

        thread = threading.Thread(target=babble)
        thread.start()
        try:
            user.until(lambda: user.is_ready() and network.is_ready(), 30, others=[network])
            for call in range(2, 40, 2):
                ours = call_up(user, network, call, channel=CHANNELS[call % 30])
                released = len(network.of(CallReleased))
                user.link.send(ReleaseCall(call=ours))
                user.until(
                    lambda before=released: len(network.of(CallReleased)) > before, others=[network]
                )
        finally:
            stop.set()
            thread.join()
            connection.close()
            bad.close()
        assert process.poll() is None
        del spoiled
