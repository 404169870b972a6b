"""Our end of a span against a layer 2 and a layer 3 that are not libpri's, over wires of every badness.

SWITCHROOM_WITNESS_SEEDS=60 tries sixty seeds each instead of three.
"""

import os
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from peer_end import PeerEnd
from q931_messages import Kind, NotQ931, decoded
from random_calls import RandomCalls
from span_pair import SpanPair, control, settings

from drivers.pri.messages import (
    AcceptCall,
    CallArrived,
    CallConnected,
    CallReleased,
    ChannelState,
    Party,
    PlaceCall,
    ReleaseCall,
    SpanChanged,
    Trouble,
)
from drivers.pri.span_control import SpanControl
from firmware_host.look.pcap import PcapWriter

if TYPE_CHECKING:
    from q931_peer import Q931Peer

CALLS = 300
SEEDS = range(int(os.environ.get("SWITCHROOM_WITNESS_SEEDS", "3")))
SIDES = ("network", "user")
OTHER = {"network": "user", "user": "network"}


class Witnessed:
    """A `SpanPair` one of whose ends is the peer."""

    def __init__(self, peer_side: str, **wire) -> None:
        ends = {
            peer_side: PeerEnd(settings(network_side=peer_side == "network")),
            OTHER[peer_side]: control(settings(network_side=peer_side == "user")),
        }
        self.theirs, self.ours = peer_side, OTHER[peer_side]
        self.peer: Q931Peer = ends[peer_side].peer
        self.control: SpanControl = ends[self.ours]
        self.pair = SpanPair(**ends, **wire)

    def up(self) -> None:
        assert self.pair.run(300, lambda: self.control.up and self.peer.up), self.pair.states()

    def placed(self, by: str, **others) -> CallArrived:
        """A call that one end places, as the other sees it."""
        self.pair.order(by, PlaceCall(call=2, channel=5, **{"called": "5550100"} | others))
        told = OTHER[by]
        assert self.pair.run(5, lambda: bool(self.pair.of(told, CallArrived)))
        return self.pair.of(told, CallArrived)[-1]

    def connected(self, by: str) -> None:
        arrived = self.placed(by)
        self.pair.order(OTHER[by], AcceptCall(call=arrived.call))
        assert self.pair.run(5, lambda: bool(self.pair.of(by, CallConnected)))
        self.pair.run(1)

    def messages(self, by: str, kind: Kind) -> int:
        """How many of a kind an end has sent, layer 2's repetitions not counted."""
        sent = set()
        for _, by_network, frame in self.pair.frames:
            if by_network is (by == "network") and len(frame) > 8 and not frame[2] & 1:
                try:
                    if decoded(frame[4:]).kind == kind:
                        sent.add(frame[2])
                except NotQ931:
                    continue
        return len(sent)


def conversation(peer_side: str, seed: int, **wire) -> tuple[Witnessed, RandomCalls]:
    """Several hundred calls from either end; every one of them has one end at both."""
    both = Witnessed(peer_side, seed=seed, **wire)
    both.up()
    calls = RandomCalls(both.pair, seed)
    calls.run(CALLS, 0.3)
    half = 0
    if not calls.settle():
        half = calls.end_half_calls()
        assert calls.settle(), both.pair.states()
    assert half <= 1, "calls knew nothing of their other end"
    assert len(calls.placed) > CALLS // 3
    assert Counter(calls.placed.values()) == {1: len(calls.placed)}
    assert Counter(calls.arrived.values()) == {1: len(calls.arrived)}
    assert both.control.live_calls == both.control.span.calls == len(both.peer.calls) == 0
    assert both.control.span.active_calls == 0
    return both, calls


@pytest.mark.parametrize("loss", [0.0, 0.05, 0.15])
@pytest.mark.parametrize("peer_side", SIDES)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_call_is_lost_when_frames_are_lost_and_doubled(peer_side, seed, loss):
    both, calls = conversation(peer_side, seed, loss=loss, duplicates=loss / 2)
    if loss == 0.0:
        assert both.peer.link.establishments == 1
        assert both.peer.link.rejects_sent == both.peer.channels.restarts_sent == 0
        assert len(calls.placed) - len(calls.arrived) <= 5, "more than collisions explain"
    else:
        assert both.peer.link.rejects_sent > 10
    assert calls.connected > CALLS // 5


@pytest.mark.parametrize("loss", [0.0, 0.05, 0.15])
@pytest.mark.parametrize("peer_side", SIDES)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_call_is_lost_when_frames_overtake_each_other_too(peer_side, seed, loss):
    both, calls = conversation(
        peer_side, seed, loss=loss, duplicates=loss / 2, late=0.005 + loss / 10
    )
    assert both.peer.link.establishments > 3, "a frame out of turn never broke layer 2"
    assert calls.connected > CALLS // 12
    if loss == 0.15:
        downs = [each for each in both.pair.of(both.ours, SpanChanged) if not each.up]
        assert len(downs) > 3
        assert both.peer.channels.restarts_sent > 3


@pytest.mark.parametrize("peer_side", SIDES)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_call_is_lost_when_no_frame_keeps_its_place(peer_side, seed):
    both = Witnessed(peer_side, seed=seed, loss=0.05, duplicates=0.02, jitter_s=0.05)
    both.up()
    calls = RandomCalls(both.pair, seed)
    calls.run(CALLS, 0.3)
    both.pair.loss = both.pair.duplicates = both.pair.jitter_s = 0.0
    if not calls.settle():
        assert calls.end_half_calls() <= 3
        assert calls.settle(), both.pair.states()
    assert Counter(calls.placed.values()) == {1: len(calls.placed)}
    assert Counter(calls.arrived.values()) == {1: len(calls.arrived)}
    assert both.control.span.active_calls == 0


@pytest.mark.parametrize("by", SIDES)
@pytest.mark.parametrize("peer_side", SIDES)
def test_numbers_arrive_as_the_other_stack_understands_them(peer_side, by):
    both = Witnessed(peer_side)
    both.up()
    assert both.pair.run(10, both.pair.idle)
    call = both.placed(by, called="5550142", calling=Party(number="2125550199"))
    assert (call.channel, call.called, call.calling.number) == (5, "5550142", "2125550199")
    both.pair.order(OTHER[by], ReleaseCall(call=call.call, cause=17))
    assert both.pair.run(5, lambda: bool(both.pair.of(by, CallReleased)))
    assert both.pair.of(by, CallReleased)[0].cause == 17
    assert both.pair.run(5, both.pair.idle)


@pytest.mark.parametrize("peer_side", SIDES)
def test_a_set_up_that_nobody_answers_is_sent_twice_and_over(peer_side):
    both = Witnessed(peer_side)
    both.up()
    assert both.pair.run(10, both.pair.idle)
    both.peer._received = lambda _message, _now: None
    both.pair.order(both.ours, PlaceCall(call=2, channel=5, called="5550100"))
    both.pair.run(30)
    assert both.messages(both.ours, Kind.SETUP) == 2  # T303
    assert [each.call for each in both.pair.of(both.ours, CallReleased)] == [2]
    assert both.control.span.active_calls == 0


@pytest.mark.parametrize("peer_side", SIDES)
def test_a_call_whose_clearing_nobody_confirms_has_its_channel_restarted(peer_side):
    both = Witnessed(peer_side)
    both.up()
    assert both.pair.run(10, both.pair.idle)
    both.connected(both.ours)
    heard, both.peer._received = both.peer._received, lambda _message, _now: None
    both.pair.order(both.ours, ReleaseCall(call=2))
    both.pair.run(37.5)  # T305 = 30 s, T308 = 4 s twice
    assert both.messages(both.ours, Kind.RELEASE) == 2
    assert both.control.channels.state(5) is ChannelState.BUSY
    both.pair.run(1)
    assert both.control.channels.state(5) is ChannelState.RESTARTING
    assert [each.what for each in both.pair.of(both.ours, Trouble)] == [
        "call on channel 5 was not cleared; it is restarted"
    ]
    assert len(both.peer.calls) == 1, "it holds the channel still"
    both.peer._received = heard
    assert both.pair.run(10, both.pair.idle)
    assert not both.peer.calls
    assert both.control.live_calls == both.control.span.active_calls == 0


@pytest.mark.parametrize("peer_side", SIDES)
def test_a_receiver_that_is_not_ready_gets_the_call_when_it_is(peer_side):
    both = Witnessed(peer_side)
    both.up()
    assert both.pair.run(10, both.pair.idle)
    both.peer.link.set_busy(True)
    both.pair._collect()
    both.pair.run(1)
    both.pair.order(both.ours, PlaceCall(call=2, channel=5, called="5550100"))
    both.pair.run(3)
    assert not both.pair.of(both.theirs, CallArrived)
    both.peer.link.set_busy(False)
    both.pair._collect()
    assert both.pair.run(5, lambda: bool(both.pair.of(both.theirs, CallArrived)))
    assert both.peer.link.establishments == 1


@pytest.mark.parametrize("peer_side", SIDES)
def test_a_link_that_is_released_and_back_keeps_the_call_that_is_up(peer_side):
    both = Witnessed(peer_side)
    both.up()
    assert both.pair.run(10, both.pair.idle)
    both.connected(both.theirs)
    both.peer.link.release(both.pair.now)
    both.pair._collect()
    assert both.pair.run(5, lambda: not both.peer.up)
    assert both.pair.run(20, lambda: both.control.up and both.peer.up)
    both.pair.run(120)  # T309 would have been over
    assert both.control.live_calls == len(both.peer.calls) == 1
    both.pair.order(both.ours, ReleaseCall(call=both.pair.of(both.ours, CallArrived)[0].call))
    assert both.pair.run(5, both.pair.idle)


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("peer_side", SIDES)
def test_every_frame_of_the_witness_decodes_in_tshark(peer_side, tmp_path):
    both, _ = conversation(peer_side, 7, loss=0.05, late=0.01)
    file = tmp_path / "d-channel.pcap"
    with file.open("wb") as stream:
        writer = PcapWriter(stream)
        for at, by_network, frame in both.pair.frames:
            if by_network is (peer_side == "network"):
                writer.write(frame, at)

    def lines(*words: str) -> list[str]:
        read = ["tshark", "-r", file, *words]
        return subprocess.run(read, capture_output=True, text=True, check=True).stdout.splitlines()

    assert lines("-Y", "_ws.malformed || _ws.expert.severity == error") == []
    assert len(lines("-Y", "q931.message_type == 0x05")) > CALLS // 4
