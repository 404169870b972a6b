"""Caller ID as DTMF digits: what is sent is read the same, what is malformed tells nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import CallerNumber, dtmf_caller_id
from drivers.analog.dtmf_caller_id import parse_dtmf_caller_id

numbers = st.text("0123456789", min_size=1, max_size=30)
any_keys = st.text("0123456789*#ABCD", max_size=40)
nearly_framed = st.tuples(st.sampled_from("ABCD#1"), any_keys | numbers, st.sampled_from("ABCD#1"))
keys = any_keys | nearly_framed.map("".join)


@given(numbers)
def test_any_number_is_read_as_it_was_sent(number):
    assert parse_dtmf_caller_id(dtmf_caller_id(CallerNumber(number=number))) == CallerNumber(
        number=number
    )


@given(numbers, st.sampled_from("AD"), st.sampled_from("C#"))
def test_every_national_start_and_end_frames_the_number(number, start, end):
    assert parse_dtmf_caller_id(start + number + end) == CallerNumber(number=number)


@pytest.mark.parametrize("absence", ["private", "unavailable"])
def test_an_absent_number_is_read_as_absent_for_the_same_reason(absence):
    told = parse_dtmf_caller_id(dtmf_caller_id(CallerNumber(absence=absence)))
    assert told == CallerNumber(absence=absence)


def test_a_caller_of_whom_nothing_is_known_is_sent_as_unavailable():
    assert dtmf_caller_id(CallerNumber()) == "B00C"


def test_an_unknown_reason_is_unavailable():
    assert parse_dtmf_caller_id("B77C") == CallerNumber(absence="unavailable")


def test_what_is_no_digit_in_a_number_is_not_sent():
    assert dtmf_caller_id(CallerNumber(number="+40 (21) 234")) == "A4021234C"


@pytest.mark.parametrize(
    "digits",
    [
        "",
        "A",
        "C",
        "AC",
        "A12",
        "12C",
        "A12D",
        "AA12C",
        "A1*2C",
        "A12CC",
        "C12C",
        "#12#",
        "BC",
        "B1",
    ],
)
def test_malformed_digits_tell_nobody(digits):
    assert parse_dtmf_caller_id(digits) == CallerNumber()


@given(st.one_of(keys, st.text(max_size=20)))
def test_junk_never_raises_and_gives_digits_or_nothing(digits):
    caller = parse_dtmf_caller_id(digits)
    assert caller.name is None
    assert caller.number is None or (caller.number in digits and caller.absence is None)
    assert caller.number is None or caller.number.isdecimal()


@given(keys)
def test_only_a_framed_number_is_a_number(digits):
    caller = parse_dtmf_caller_id(digits)
    framed = digits[:1] in ("A", "D") and digits[-1:] in ("C", "#")
    assert caller.number is None or (framed and caller.number == digits[1:-1])
