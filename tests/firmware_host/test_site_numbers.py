"""What digits mean in a country: canonical forms, kinds, where a number ends, how trunks get it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd import Completeness, NumberForm, NumberKind
from dsp import countries
from firmware_host.site_numbers import SiteNumbers

ROMANIA = SiteNumbers("ro", emergency=("961",), internal={"3": 3, "38": 4})
AMERICA = SiteNumbers("us")


@pytest.mark.parametrize(
    ("reader", "dialled", "digits", "kind"),
    [
        (ROMANIA, "0212345678", "+40212345678", NumberKind.NATIONAL),
        (ROMANIA, "+40212345678", "+40212345678", NumberKind.NATIONAL),
        (ROMANIA, "40212345678", "+40212345678", NumberKind.NATIONAL),
        (ROMANIA, "212345678", "+40212345678", NumberKind.NATIONAL),
        (ROMANIA, "004930123456", "+4930123456", NumberKind.INTERNATIONAL),
        (ROMANIA, "0800800800", "+40800800800", NumberKind.TOLL_FREE),
        (ROMANIA, "0900123456", "+40900123456", NumberKind.PREMIUM),
        (ROMANIA, "112", "112", NumberKind.EMERGENCY),
        (ROMANIA, "961", "961", NumberKind.EMERGENCY),
        (ROMANIA, "301", "301", NumberKind.INTERNAL),
        (ROMANIA, "3801", "3801", NumberKind.INTERNAL),
        (AMERICA, "911", "911", NumberKind.EMERGENCY),
        (AMERICA, "2125550142", "+12125550142", NumberKind.NATIONAL),
        (AMERICA, "12125550142", "+12125550142", NumberKind.NATIONAL),
        (AMERICA, "5550142", "5550142", NumberKind.NATIONAL),
        (AMERICA, "8005550142", "+18005550142", NumberKind.TOLL_FREE),
        (AMERICA, "9005550142", "+19005550142", NumberKind.PREMIUM),
        (AMERICA, "01140212345678", "+40212345678", NumberKind.INTERNATIONAL),
        (AMERICA, "4162345678", "+14162345678", NumberKind.NATIONAL),  # Canada, country code 1
        (SiteNumbers("uk"), "02079460000", "+442079460000", NumberKind.NATIONAL),
        (ROMANIA, "0212", "0212", NumberKind.UNKNOWN),
    ],
)
def test_a_number_is_read_into_one_form_and_has_a_kind(reader, dialled, digits, kind):
    number = reader.read(dialled)
    assert (number.digits, number.kind) == (digits, kind)


@pytest.mark.parametrize("dialled", ["", "+", "12a", "1*2", "3", "30", "3010", "1" * 21, "٣"])
def test_what_is_no_number_is_none(dialled):
    assert ROMANIA.read(dialled) is None


@pytest.mark.parametrize(
    ("dialled", "completeness"),
    [
        ("0", Completeness.NO),
        ("021234567", Completeness.MAYBE),
        ("0212345678", Completeness.YES),
        ("112", Completeness.YES),
        ("3", Completeness.NO),
        ("301", Completeness.YES),
        ("38", Completeness.NO),
        ("3801", Completeness.YES),
        ("00", Completeness.NO),
        ("004930123456", Completeness.MAYBE),
        ("02123456789", Completeness.YES),
    ],
)
def test_it_is_known_where_a_number_ends(dialled, completeness):
    assert ROMANIA.completeness(dialled) is completeness


@pytest.mark.parametrize(
    ("dialled", "form", "sent"),
    [
        ("0212345678", NumberForm.E164, "+40212345678"),
        ("0212345678", NumberForm.NATIONAL, "0212345678"),
        ("+40212345678", NumberForm.NATIONAL, "0212345678"),
        ("+4930123456", NumberForm.NATIONAL, "004930123456"),
        ("+4930123456", NumberForm.DIALLED, "+4930123456"),
        ("112", NumberForm.E164, "112"),
        ("301", NumberForm.NATIONAL, "301"),
    ],
)
def test_a_trunk_gets_a_number_in_its_form(dialled, form, sent):
    assert ROMANIA.write(ROMANIA.read(dialled), form) == sent


def test_a_callers_number_has_a_normal_form_if_it_is_one_of_the_plan():
    assert ROMANIA.normal("0212345678") == "+40212345678"
    assert AMERICA.normal("2125550142") is not None
    assert ROMANIA.normal("4711") is None
    assert ROMANIA.normal("x") is None


@pytest.mark.parametrize("country", countries())
def test_every_country_of_the_tone_plans_has_an_emergency_number(country):
    reader = SiteNumbers(country)
    known = ("112", "911", "999", "000", "119", "110", "190", "100", "108", "102", "101")
    assert any(
        (number := reader.read(each)) is not None and number.kind is NumberKind.EMERGENCY
        for each in known
    )


@given(st.text("0123456789+", max_size=24) | st.text(max_size=8))
def test_anything_can_be_read_and_what_is_read_can_be_sent_and_read_again(text):
    number = ROMANIA.read(text)
    ROMANIA.completeness(text)
    ROMANIA.normal(text)
    if number is not None:
        sent = [ROMANIA.write(number, form) for form in NumberForm]
        assert all(set(each) <= set("+0123456789") for each in sent)
        assert ROMANIA.read(number.digits).digits == number.digits
