"""What DAHDI is told of gains, and what it tells of spans and channels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import DahdiLaw
from drivers.dahdi import alarm_text, gain_table, signalling_name
from drivers.dahdi.abi import Alarm, ChannelParameters, LineFlag, Signalling, SpanInformation
from drivers.dahdi.span_status import channel_status, span_status
from dsp import Law, g711_decode

LAWS = {DahdiLaw.ALAW: Law.ALAW, DahdiLaw.MULAW: Law.MULAW}
GAINS = st.floats(-20.0, 20.0)


def levels(octets, law: DahdiLaw) -> np.ndarray:
    return g711_decode(np.array(octets, np.uint8), LAWS[law]).astype(float)


@pytest.mark.parametrize("law", LAWS)
def test_no_gain_changes_no_octet(law):
    assert gain_table(law, 0.0) == tuple(range(256))


@pytest.mark.parametrize("law", LAWS)
@given(gain_db=GAINS)
def test_every_octet_becomes_one_whose_level_is_so_much_more(law, gain_db):
    before = levels(range(256), law)
    after = levels(gain_table(law, gain_db), law)
    wanted = before * 10 ** (gain_db / 20)
    inside = np.abs(wanted) < 0.9 * np.abs(before).max()
    large = inside & (np.abs(wanted) > 1000)
    assert np.all(np.abs(after[large] - wanted[large]) <= 0.035 * np.abs(wanted[large]))
    assert np.all(np.abs(after[inside] - wanted[inside]) <= 0.035 * np.abs(wanted[inside]) + 20)
    too_loud = np.abs(wanted) > np.abs(before).max()
    assert np.all(np.abs(after[too_loud]) == np.abs(before).max())
    assert np.all(np.sign(after[large]) == np.sign(before[large]))


@pytest.mark.parametrize("law", LAWS)
def test_louder_stays_louder(law):
    order = np.argsort(levels(range(256), law), kind="stable")
    after = levels(gain_table(law, 6.0), law)[order]
    assert np.all(np.diff(after) >= 0)


def test_six_decibels_double_what_is_heard():
    (octet,) = (each for each in range(256) if gain_table(DahdiLaw.ALAW, 0.0)[each] == 0xB5)
    louder = gain_table(DahdiLaw.ALAW, 20 * math.log10(2))[octet]
    ratio = levels([louder], DahdiLaw.ALAW)[0] / levels([octet], DahdiLaw.ALAW)[0]
    assert ratio == pytest.approx(2.0, rel=0.04)


# ---------------------------------------------------------------- alarms and names


def test_alarms_are_told_in_words_the_gravest_first():
    assert alarm_text(0) == ""
    assert alarm_text(Alarm.RED) == "red"
    assert alarm_text(Alarm.LOS | Alarm.YELLOW | Alarm.RED) == "red, yellow, no signal"


def test_every_alarm_has_words_of_its_own():
    words = [alarm_text(alarm) for alarm in Alarm]
    assert all(words)
    assert len(set(words)) == len(words)


def test_signalling_is_named_by_the_kind_of_port():
    assert signalling_name(Signalling.FXSKS) == "FXO kewlstart"
    assert signalling_name(0x12345) == "signalling 0x12345"
    assert not any(signalling_name(each).startswith("signalling") for each in Signalling)


# ---------------------------------------------------------------- structures


def test_a_spans_structure_in_our_words():
    information = SpanInformation(
        spanno=3,
        name=b"WCTDM/0",
        desc=b"Wildcard\x07 TDM410P ",
        alarms=Alarm.YELLOW,
        totalchans=4,
        numchans=3,
        lineconfig=LineFlag.CCS | LineFlag.HDB3 | 2,
        linecompat=LineFlag.CCS,
        crc4count=7,
        bpvcount=0xFFFFFFFF,
    )
    status = span_status(information, 9)
    assert (status.number, status.name, status.first_channel) == (3, "WCTDM/0", 9)
    assert status.description == "Wildcard? TDM410P"
    assert status.alarm == "yellow"
    assert (status.channels, status.configured_channels) == (4, 3)
    assert status.line_flags == LineFlag.CCS | LineFlag.HDB3
    assert status.is_digital
    assert (status.counters.crc4_errors, status.counters.bipolar_violations) == (7, 0)


def test_a_channels_structure_in_our_words():
    parameters = ChannelParameters(
        channo=5,
        spanno=2,
        chanpos=1,
        name=b"WCTDM/0/0",
        sigtype=Signalling.FXOKS,
        sigcap=Signalling.FXOKS | Signalling.FXOLS,
        rxisoffhook=1,
        rxhooksig=1,
        rxbits=0xD5,
        chan_alarms=Alarm.RED,
    )
    status = channel_status(parameters)
    assert (status.number, status.span, status.position) == (5, 2, 1)
    assert status.signalling is Signalling.FXOKS
    assert status.can_signal(Signalling.FXOLS)
    assert not status.can_signal(Signalling.FXSKS)
    assert status.off_hook
    assert not status.received_on_hook
    assert status.received_bits == 0x5
    assert status.alarms == Alarm.RED


def test_a_channel_without_bits_whose_signalling_we_do_not_know():
    status = channel_status(ChannelParameters(sigtype=0x77777, rxbits=-1, rxhooksig=0))
    assert (status.signalling, status.received_bits) == (0x77777, 0)
    assert status.received_on_hook
