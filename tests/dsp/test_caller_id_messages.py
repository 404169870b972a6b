"""What a caller ID message says: every field, made and parsed, and nothing from a bad one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import CallerId, CallerIdFormat, CallerIdStandard
from dsp.caller_id_message import ABSENCES, CALL_TYPES, build_message, parse_message

BELL, V23 = CallerIdStandard.BELL202, CallerIdStandard.V23
MDMF, SDMF = CallerIdFormat.MDMF, CallerIdFormat.SDMF
numbers = st.none() | st.text("0123456789*#+", min_size=1, max_size=20)
names = st.none() | st.text(
    st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=50
)


def message(kind: int, *parameters: tuple[int, bytes]) -> bytes:
    return framed(kind, b"".join(bytes([each, len(value)]) + value for each, value in parameters))


def framed(kind: int, body: bytes) -> bytes:
    whole = bytes([kind, len(body)]) + body
    return whole + bytes([-sum(whole) & 0xFF])


@settings(derandomize=True)
@given(
    st.builds(
        CallerId,
        number=numbers,
        name=names,
        date=st.none() | st.datetimes().map(lambda each: f"{each:%m%d%H%M}"),
        called_number=numbers,
        redirecting_number=numbers,
        first_called_number=numbers,
        message_waiting=st.none() | st.booleans(),
        call_type=st.sampled_from([None, *CALL_TYPES]),
    )
)
def test_every_field_is_parsed_as_it_was_made(caller):
    assert parse_message(build_message(caller, MDMF, V23), V23) == caller


@pytest.mark.parametrize("absence", ABSENCES)
@pytest.mark.parametrize("standard", CallerIdStandard)
def test_the_reason_for_an_absence_is_told_of_number_and_name(absence, standard):
    caller = CallerId(number_absent=absence, name_absent=absence)
    assert parse_message(build_message(caller, MDMF, standard), standard) == caller
    single = CallerId(number_absent=absence, date="11221530")
    assert parse_message(build_message(single, SDMF, standard), standard) == single


@pytest.mark.parametrize("lit", [True, False])
def test_the_lamp_for_waiting_messages_is_a_message_of_its_own(lit):
    caller = CallerId(message_waiting=lit)
    single, multiple = build_message(caller, SDMF, BELL), build_message(caller, MDMF, V23)
    assert single[:5] == bytes([0x06, 3]) + (b"BBB" if lit else b"ooo")
    assert multiple[:5] == bytes([0x82, 3, 0x0B, 1, 0xFF if lit else 0])
    assert parse_message(single, BELL) == parse_message(multiple, V23) == caller
    # A lamp and who left the message.
    whose = CallerId(message_waiting=lit, number="021", date="11221530")
    assert parse_message(build_message(whose, MDMF, V23), V23) == whose


def test_what_parameter_three_means_depends_on_the_world_it_comes_from():
    octets = message(0x80, (2, b"021"), (3, b"5550100"))
    assert parse_message(octets, V23) == CallerId(number="021", called_number="5550100")
    assert parse_message(octets, BELL) == CallerId(number="021")
    only_dialable = message(0x80, (3, b"0215551234"))
    assert parse_message(only_dialable, BELL) == CallerId(number="0215551234")
    called = build_message(CallerId(number="021", called_number="555"), MDMF, BELL)
    assert called == message(0x80, (2, b"021"))


def test_unknown_parameters_are_passed_over_and_the_first_of_a_kind_counts():
    octets = message(0x80, (0x50, b"HELLO"), (2, b"021"), (2, b"099"), (0xE0, b""))
    assert parse_message(octets, V23) == CallerId(number="021")


def test_what_a_screen_would_obey_is_left_out_and_lengths_are_bounded():
    octets = message(0x80, (2, b"021-555 12"), (7, b"\x1b[2J<E\xadVE>\r\n\x00\x7f\x9b\x85"))
    assert parse_message(octets, V23) == CallerId(number="02155512", name="[2J<EVE>")
    long = message(0x80, (2, b"1" * 32), (7, b"A" * 100))
    assert parse_message(long, V23) == CallerId(number="1" * 32, name="A" * 50)
    assert parse_message(message(0x80, (2, b"1" * 33), (7, b"A")), V23) is None


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x80",
        b"\x80\x00",
        framed(0x80, b"\x02\x09\x31"),
        framed(0x80, b"\x02"),
        framed(0x04, b"1122153"),
        framed(0x06, b"BB"),
        framed(0x06, b"BBo"),
        framed(0x06, b"BBBB"),
        framed(0x86, b"\x01\x02"),
        message(0x80, (2, b"021"))[:-1] + b"\x00",
        message(0x80, (2, b"021")) + b"\x00",
        # The highest bit was misread, twice.
        message(0x80, (2, b"02\xb155\xb52")),
        framed(0x04, b"1122153\xb0" + b"021\xb5"),
    ],
)
def test_of_a_message_that_is_not_whole_and_right_nothing_is_taken(octets):
    for standard in CallerIdStandard:
        assert parse_message(octets, standard) is None


@settings(derandomize=True)
@given(st.binary(max_size=80), st.sampled_from([0x04, 0x06, 0x80, 0x82]))
def test_junk_with_a_right_checksum_never_raises(body, kind):
    for standard in CallerIdStandard:
        parse_message(framed(kind, body), standard)
        parse_message(body, standard)


@pytest.mark.parametrize(
    "caller", [CallerId(date="1234"), CallerId(name_absent="shy"), CallerId(call_type="video")]
)
def test_what_cannot_be_said_is_refused(caller):
    with pytest.raises(ValueError, match="expected"):
        build_message(caller, MDMF, V23)
