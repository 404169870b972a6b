"""Calls out of a whole appliance, and through it, as sound and signalling: analog and primary rate."""

import importlib.util

import pytest
import soundfile
from office import Office, calls_and_presses
from sound_checks import heard_at, speech_like

import acd
from drivers import CallerNumber, ClearCause
from firmware_host.demo.run import DEMO_APPLIANCE
from firmware_host.town import (
    CallNumber,
    HangUp,
    Lift,
    Play,
    Press,
    Wait,
    WaitForAnswer,
    WaitForHangUp,
    WaitForSpeech,
    WaitForTone,
)

HAS_LIBPRI = importlib.util.find_spec("drivers.pri._native") is not None
needs_libpri = pytest.mark.skipif(not HAS_LIBPRI, reason="libpri-dev is not there")

ANALOG = """
[trunk_group.town]
caller_number = "0212005500"

[route.world]
via = [{ group = "town" }]
"""

SPANS = """
[card.e1]
kind = "virtual"

[card.e1.pri]
switch = "euroisdn_e1"

[card.office]
kind = "virtual"

[card.office.pri]
switch = "qsig"
side = "network"

[trunk_group.carrier]
cards = ["e1"]
flow = "main"
called = "5550100"
caller_number = "+40212005500"
channels = "1-2"
minimum_minutes = 500

[trunk_group.office]
cards = ["office"]
channels = "1-2"
calls_through = true
passes_caller = true

[number_plan.internal]
"3" = 3

[route.world]
via = [{ group = "carrier" }]

[route.office]
prefixes = ["3"]
via = [{ group = "office" }]

[called."5550177"]
flow = "main"
greeting = ["closed"]
tenant = "acme"
"""


def analog() -> str:
    text = DEMO_APPLIANCE.read_text()
    for line in ("line-1", "line-2"):
        text = text.replace(f"[trunk.{line}]\n", f'[trunk.{line}]\ngroup = "town"\n')
    return text.replace('country = "us"', 'country = "ro"') + ANALOG


def spans() -> str:
    text = DEMO_APPLIANCE.read_text()
    begin, end = text.index("[trunk.line-1]"), text.index("[station.")
    text = text[:begin] + SPANS + text[end:]
    return text.replace('law = "mulaw"', 'law = "alaw"').replace('country = "us"', 'country = "ro"')


@pytest.fixture
def open_office(tmp_path):
    offices = []

    def build(text: str) -> Office:
        offices.append(Office(tmp_path / "state", text=text))
        return offices[-1]

    yield build
    for office in offices:
        office.stop()


VOICE, OTHER = speech_like(5, 2.0), speech_like(6, 2.0)


def picks_up(heard: list, *, after_s: float = 4.0, speaks=VOICE):
    yield Wait(after_s)
    yield Lift()
    yield Wait(0.5)
    heard.append((yield WaitForSpeech(8)))
    yield Play(speaks)
    yield WaitForHangUp(30)
    yield HangUp()


def dials(number: str, heard: list, *, tone: str = "ringback"):
    yield Lift()
    assert (yield WaitForTone("dial", 5))
    yield Press(number)
    heard.append((yield WaitForTone(tone, 15)))
    if tone != "ringback":
        yield HangUp()
        return
    yield Wait(6.0)
    yield Play(OTHER)
    heard.append((yield WaitForSpeech(8)))
    yield Wait(3.0)
    yield HangUp()


def test_a_number_dialled_at_a_handset_goes_out_on_an_analog_trunk(open_office):
    office = open_office(analog())
    here, there, dialled = [], [], []
    office.lockstep.town.exchange.called_party = lambda number: (
        dialled.append(number) or picks_up(there)
    )
    office.agent("desk-1", dials("0212345678", here))
    ended = office.until_fact(acd.CallEnded, 60)
    assert dialled == ["0212345678"]
    assert here == [True, True]
    assert there == [True]
    assert (ended.cause, ended.stage) == ("agent hung up", "through")
    office.run(3)
    assert [each.line.state.value for each in office.lockstep.exchange.ports.all[:2]] == [
        "idle"
    ] * 2


def test_a_busy_number_gives_busy_tone_at_the_handset(open_office):
    office = open_office(analog())
    office.lockstep.town.exchange.called_party = lambda _number: ClearCause.BUSY
    heard = []
    office.agent("desk-1", dials("0212345678", heard, tone="busy"))
    ended = office.until_fact(acd.CallEnded, 60)
    assert ended.cause == "called party busy"
    office.run(5)
    assert heard == [True]


@needs_libpri
def test_a_number_dialled_at_a_handset_goes_out_over_primary_rate_and_is_recorded(open_office):
    office = open_office(spans())
    here, there, dialled = [], [], []
    office.lockstep.town.exchange.called_party = lambda number: (
        dialled.append(number) or picks_up(there)
    )
    office.run(5)
    office.agent("desk-1", dials("0212345678", here))
    office.until_fact(acd.FarEndAnswered, 40)
    recording = office.facts_of(acd.RecordingStarted)[-1].file
    ended = office.until_fact(acd.CallEnded, 60)
    assert dialled == ["+40212345678"]
    assert here == [True, True]
    assert there == [True]
    assert ended.cause == "agent hung up"
    (released,) = office.facts_of(acd.TrunkReleased)
    assert (released.carrier, released.q850) == ("carrier", None)
    office.run(3)
    office.stop()
    sound, rate = soundfile.read(office.state / "recordings" / recording, dtype="int16")
    assert rate == 8000
    assert heard_at(sound[:, 0], VOICE)[1] > 0.9
    assert heard_at(sound[:, 1], OTHER)[1] > 0.9
    (record,) = office.records()
    assert (record.line, record.dialled, record.goes_to) == ("desk-1", "0212345678", "+40212345678")
    assert (record.number_kind, record.out_carrier, record.trunks_tried) == (
        "national",
        "carrier",
        1,
    )
    assert record.talk_s > 8
    assert record.recording == recording


@needs_libpri
def test_a_number_that_nobody_has_is_told_with_its_cause(open_office):
    office = open_office(spans())
    office.run(5)
    heard = []
    office.agent("desk-1", dials("0212345678", heard, tone="congestion"))
    ended = office.until_fact(acd.CallEnded, 40)
    assert (ended.cause, ended.q850) == ("no such number", 1)
    office.run(5)
    assert heard == [True]


@needs_libpri
def test_a_call_from_the_office_exchange_goes_through_to_the_carrier(open_office):
    office = open_office(spans())
    office.run(5)
    there, dialled, here = [], [], []
    office.lockstep.town.exchange.called_party = lambda number: (
        dialled.append(number) or picks_up(there)
    )

    def calls():
        assert (yield CallNumber("0212345678"))
        here.append((yield WaitForTone("ringback", 10)))
        here.append((yield WaitForAnswer(30)))
        yield Wait(1.0)
        yield Play(OTHER)
        here.append((yield WaitForSpeech(8)))
        yield Wait(2.0)
        yield HangUp()

    office.caller(calls(), CallerNumber(number="301", name="RECEPTION"))
    office.until_fact(acd.TrunkSeized, 20)
    assert office.facts_of(acd.CallAnswered) == []
    ended = office.until_fact(acd.CallEnded, 60)
    assert dialled == ["+40212345678"]
    assert here == [True, True, True]
    assert there == [True]
    assert (ended.cause, ended.stage, ended.q850) == ("caller hung up", "through", 16)
    assert ended.carrier == "office"
    office.run(3)
    (record,) = office.records()
    assert (record.number, record.carrier, record.out_carrier) == ("301", "office", "carrier")
    assert (record.cause, record.q850, record.unsupervised) == ("caller hung up", 16, False)
    groups = office.lockstep.exchange.center.trunk_groups()
    assert [(group.incoming, group.outgoing, group.free) for group in groups] == [(0, 0, 2)] * 2


@needs_libpri
def test_the_cause_of_a_refusal_goes_back_through_to_the_office(open_office):
    office = open_office(spans())
    office.run(5)
    office.lockstep.town.exchange.called_party = lambda _number: ClearCause.BUSY
    office.caller(calls_and_presses("", then=iter(()), number="0212345678"), CallerNumber())
    ended = office.until_fact(acd.CallEnded, 30)
    assert (ended.cause, ended.q850, ended.stage) == ("called party busy", 17, "dialling")
    office.run(3)
    lines = office.lockstep.town.lines.by_slot.values()
    assert {each.machine.state.value for each in lines if each.trunk} == {"idle"}


@needs_libpri
def test_a_called_number_has_its_greeting_and_tenant(open_office):
    office = open_office(spans().replace('called = "5550100"', 'called = ""'))
    office.run(5)
    office.caller(calls_and_presses("1", then=iter(()), number="5550177"))
    offered = office.until_fact(acd.CallOfferedToUs, 10)
    assert (offered.called, offered.tenant, offered.normal_number) == (
        "5550177",
        "acme",
        "+40212345678",
    )
