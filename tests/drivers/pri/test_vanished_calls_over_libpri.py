"""Calls whose records libpri gives up without an event: they are over for us too."""

import random

from q931_messages import BEARER, Kind, Message, encoded, setup_elements
from span_pair import START_S, control, settings

from drivers.pri.messages import (
    AcceptCall,
    AlertCaller,
    BeginSpan,
    CallArrived,
    CallReleased,
    ChannelState,
    ReleaseCall,
)
from drivers.pri.span_control import SpanControl
from scripts.d_channel_mutations import Mutations

MESSAGES = 30_000
EVERY_S = 0.0005


def begun() -> SpanControl:
    victim = control(settings(network_side=False, channels=tuple(range(1, 16))))
    victim.begin(BeginSpan(span=victim.settings), START_S)
    victim.receive_frame(b"\x00\x01\x73", START_S)  # UA
    return victim


def unnumbered(message: bytes) -> bytes:
    return b"\x02\x01\x03" + message


def test_a_call_that_a_wrong_second_set_up_ends_is_told_to_be_over():
    victim = begun()
    for channel in range(1, 16):
        victim.channels.set(channel, ChannelState.IDLE)
    victim.take_reports()
    elements = setup_elements(channel=5, exclusive=True, called="5550100", calling="4711")
    right = encoded(Message(Kind.SETUP, 7, False, elements))
    bare = tuple(each for each in elements if each[0] != BEARER)
    wrong = encoded(Message(Kind.SETUP, 7, False, bare))
    victim.receive_frame(unnumbered(right), START_S)
    (call,) = [each.call for each in victim.take_reports() if isinstance(each, CallArrived)]
    victim.receive_frame(unnumbered(wrong), START_S)
    told = [each for each in victim.take_reports() if isinstance(each, CallReleased)]
    assert [each.call for each in told] == [call]
    assert victim.channels.state(5) is ChannelState.IDLE
    assert victim.live_calls == victim.span.calls == victim.span.active_calls == 0


def test_no_call_is_left_without_a_record_among_spoiled_messages():
    victim, mutations, chance = begun(), Mutations(3), random.Random(3)
    released: dict[int, int] = {}
    now = START_S

    def drain() -> None:
        for frame in victim.span.frames_to_send():
            if len(frame) > 8 and not frame[2] & 1 and frame[4:6] == b"\x08\x02":
                reference = int.from_bytes(frame[6:8])
                mutations.references.append((reference & 0x7FFF, not reference >> 15))
        victim.span.log_lines()
        for report in victim.take_reports():
            if isinstance(report, CallArrived):
                released[report.call] = 0
                if chance.random() < 0.5:
                    victim.order(AlertCaller(call=report.call), now)
                if chance.random() < 0.5:
                    victim.order(AcceptCall(call=report.call), now)
                if chance.random() < 0.3:
                    victim.order(ReleaseCall(call=report.call), now)
            elif isinstance(report, CallReleased):
                released[report.call] += 1

    for _ in range(MESSAGES):
        now += EVERY_S
        victim.receive_frame(unnumbered(mutations.message()), now)
        drain()
        known = {call.span_call for call in victim._calls.values()}
        assert known <= set(victim.span._pointers)
        at = victim.next_timer()
        if at is not None and at <= now:
            victim.handle_timers(now)
            drain()
    assert len(released) > 100
    for call in [each for each, times in released.items() if not times]:
        victim.order(ReleaseCall(call=call), now)
    end = now + 200.0
    while (at := victim.next_timer()) is not None and at <= end:
        now = max(now, at)
        victim.handle_timers(now)
        drain()
    assert set(released.values()) == {1}
    assert victim.live_calls == victim.span.calls == 0
    assert victim.span.active_calls < MESSAGES // 250, "libpri keeps too many records of no call"
