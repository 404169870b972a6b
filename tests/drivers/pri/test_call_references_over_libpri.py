"""Messages of calls that there are not: libpri, which keeps a record for each, never sees them."""

import pytest
from q931_messages import CHANNEL, Kind, Message, cause_element, encoded
from span_pair import START_S, control, settings

from drivers.pri.call_references import CallReferences
from drivers.pri.messages import BeginSpan

HELD = (Kind.PROGRESS, Kind.NOTIFY, Kind.STATUS, Kind.RESTART, Kind.RESTART_ACKNOWLEDGE, 0x24)


def message(kind: int, reference: int, *, to_originator: bool = False) -> bytes:
    elements = cause_element(16), (CHANNEL, b"\xa9\x83\x85")
    return encoded(Message(kind, reference, to_originator, elements))


def in_i_frame(octets: bytes, number: int = 0) -> bytes:
    return bytes([2, 1, number << 1, 0]) + octets


@pytest.mark.parametrize("kind", HELD)
def test_a_message_of_no_call_leaves_no_record_and_layer_2_goes_on(kind):
    victim = control(settings(network_side=False))
    victim.begin(BeginSpan(span=victim.settings), START_S)
    victim.receive_frame(b"\x00\x01\x73", START_S)  # UA
    assert victim.up
    victim.span.frames_to_send()
    for number in range(200):
        victim.receive_frame(b"\x02\x01\x03" + message(kind, number + 1), START_S)
        octets = message(kind, number + 300, to_originator=number % 2 == 0)
        victim.receive_frame(in_i_frame(octets, number % 128), START_S)
        (*_, acknowledged) = victim.span.frames_to_send()
        assert acknowledged[3] >> 1 == (number + 1) % 128
    assert victim.span.active_calls == 0


def test_messages_of_a_call_pass_from_its_set_up_to_its_end():
    for begun_by_us in (True, False):
        references = CallReferences()
        progress = in_i_frame(message(Kind.PROGRESS, 7, to_originator=begun_by_us))
        others = in_i_frame(message(Kind.PROGRESS, 7, to_originator=not begun_by_us))

        def passes(frame: bytes, references=references) -> bool:
            return references.received(frame) == frame

        def pass_on(kind: Kind, references=references, begun_by_us=begun_by_us) -> None:
            octets = in_i_frame(message(kind, 7))
            if begun_by_us:
                references.sent(octets)
            else:
                assert references.received(octets) == octets

        assert not passes(progress)
        pass_on(Kind.SETUP)
        assert passes(progress)
        assert not passes(others), "the flag tells whose call it is"
        pass_on(Kind.RELEASE_COMPLETE)
        assert not passes(progress)


@pytest.mark.parametrize("kind", [Kind.RELEASE, Kind.DISCONNECT, Kind.STATUS_ENQUIRY, Kind.SETUP])
def test_what_has_to_be_answered_passes_without_a_call(kind):
    frame = in_i_frame(message(kind, 9))
    assert CallReferences().received(frame) == frame


@pytest.mark.parametrize("kind", [Kind.RESTART, Kind.RESTART_ACKNOWLEDGE, Kind.STATUS])
def test_messages_of_all_calls_pass(kind):
    frame = in_i_frame(message(kind, 0))
    assert CallReferences().received(frame) == frame
