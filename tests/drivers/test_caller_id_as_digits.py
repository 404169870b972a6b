"""Caller ID as DTMF digits: what is sent is read the same, what is malformed tells nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import DTMF_FORMS, CallerNumber, dtmf_caller_id, dtmf_form_of
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
    # The fields of the redirecting number and of the code may follow.
    first_field = digits[1:-1].partition("D")[0].partition("B")[0]
    assert caller.number is None or (framed and caller.number == first_field)


every_form = pytest.mark.parametrize("form", DTMF_FORMS.values(), ids=DTMF_FORMS)


@every_form
def test_every_national_form_tells_a_number_as_it_was_sent(form):
    for number in ("0215551234", "1", "007"):
        told = CallerNumber(number=number)
        if form.absences.get(form.starts[:1] + number) is None:
            assert parse_dtmf_caller_id(dtmf_caller_id(told, form), form) == told


@every_form
def test_every_national_form_tells_why_there_is_no_number_or_nothing_at_all(form):
    for absence in ("private", "unavailable"):
        digits = dtmf_caller_id(CallerNumber(absence=absence), form)
        if form.absences:
            assert parse_dtmf_caller_id(digits, form) == CallerNumber(absence=absence)
        else:
            assert digits == ""


@every_form
def test_a_call_that_was_forwarded_says_by_whom_where_the_form_can(form):
    for caller in (
        CallerNumber(number="021", redirecting="0722"),
        CallerNumber(absence="private", redirecting="0722"),
    ):
        told = parse_dtmf_caller_id(dtmf_caller_id(caller, form), form)
        assert (told.number, told.absence) == (caller.number, caller.absence) or not form.absences
        assert told.redirecting == (caller.redirecting if form.redirecting else None)


@every_form
@given(st.one_of(keys, st.text(max_size=20)))
def test_junk_never_raises_in_any_form(form, digits):
    caller = parse_dtmf_caller_id(digits, form)
    for number in (caller.number, caller.redirecting):
        assert number is None or (number.isdecimal() and number in digits)


@pytest.mark.parametrize(
    ("name", "digits", "caller"),
    [
        ("etsi", "A0215551234D0722B10C", CallerNumber(number="0215551234", redirecting="0722")),
        ("brazil", "A11123456789C", CallerNumber(number="1123456789")),
        ("a_to_hash", "A33112233#", CallerNumber(number="33112233")),
        ("a_to_hash", "D1#", CallerNumber(absence="private")),
        ("a_to_hash", "D2#", CallerNumber(absence="unavailable")),
        ("d_to_c", "D0223456789C", CallerNumber(number="0223456789")),
        ("number_to_hash", "0201234567#", CallerNumber(number="0201234567")),
        ("a_to_silence", "A0201234567", CallerNumber(number="0201234567")),
        ("number_to_silence", "0201234567", CallerNumber(number="0201234567")),
        ("number_to_silence", "A0201234567C", CallerNumber()),
    ],
)
def test_what_other_exchanges_send(name, digits, caller):
    assert parse_dtmf_caller_id(digits, DTMF_FORMS[name]) == caller


def test_a_country_has_its_form_and_an_unknown_one_has_etsis():
    assert dtmf_form_of("br").name == "brazil"
    assert dtmf_form_of("tw").name == "d_to_c"
    assert dtmf_form_of("se").name == dtmf_form_of("zz").name == "etsi"
