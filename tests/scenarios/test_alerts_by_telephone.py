"""Alerts told by telephone, as sound and signalling: it rings, it speaks, and key 1 acknowledges."""

import pytest
from office import Office, logs_in

import acd
from firmware_host.demo.run import DEMO_APPLIANCE
from firmware_host.town import (
    HangUp,
    Lift,
    Press,
    Wait,
    WaitForHangUp,
    WaitForRing,
    WaitForSilence,
    WaitForSpeech,
    WaitForTone,
)

TABLES = """
[trunk_group.town]
caller_number = "0212005500"

[route.world]
via = [{ group = "town" }]

[receiver.boss]
telephone = "0212345678"

[receiver.desk]
station = "desk-3"

[alert.pause]
kind = "pause"
longer_than_s = 5
receivers = ["RECEIVER"]
"""


@pytest.fixture
def open_office(tmp_path):
    offices = []

    def build(receiver: str) -> Office:
        text = DEMO_APPLIANCE.read_text().replace('country = "us"', 'country = "ro"')
        for line in ("line-1", "line-2"):
            text = text.replace(f"[trunk.{line}]\n", f'[trunk.{line}]\ngroup = "town"\n')
        text += TABLES.replace("RECEIVER", receiver)
        offices.append(Office(tmp_path / "state", text=text))
        return offices[-1]

    yield build
    for office in offices:
        office.stop()


def pauses_for_long():
    yield from logs_in("*111001#4711#")
    yield Wait(1.0)
    yield Lift()
    assert (yield WaitForTone("dial", 5))
    yield Press("*131")
    yield Wait(2.0)
    yield HangUp()


def listens_and_presses(heard: list, key: str):
    heard.append((yield WaitForSpeech(15)))
    heard.append((yield WaitForSilence(1.5, 30)))
    yield Press(key)
    heard.append((yield WaitForSpeech(5)))
    yield WaitForHangUp(20)
    yield HangUp()


def test_a_telephone_outside_rings_speaks_and_acknowledges_by_key(open_office):
    office = open_office("boss")
    heard, dialled = [], []

    def picks_up():
        yield Wait(4.0)
        yield Lift()
        yield from listens_and_presses(heard, "1")

    office.lockstep.town.exchange.called_party = lambda number: dialled.append(number) or picks_up()
    office.agent("desk-1", pauses_for_long())
    raised = office.until_fact(acd.AlertRaised, 30)
    assert (raised.subject, raised.kind) == ("1001", "pause too long")
    seen = office.until_fact(acd.AlertAcknowledged, 60)
    assert seen.by == "telephone boss"
    assert dialled == ["0212345678"]
    assert office.until_fact(acd.AlertCallEnded, 30).how == "acknowledged"
    office.run(4)
    assert heard == [True, True, True]
    assert {each.line.state.value for each in office.lockstep.exchange.ports.all[:2]} == {"idle"}


def test_a_handset_rings_speaks_and_acknowledges_by_no_other_key(open_office):
    office = open_office("desk")
    heard = []

    def lifts(key: str):
        assert (yield WaitForRing(60))
        yield Lift()
        yield from listens_and_presses(heard, key)

    office.agent("desk-3", lifts("2"))
    office.agent("desk-1", pauses_for_long())
    office.until_fact(acd.AlertCallPlaced, 30)
    office.run(60)
    assert not office.facts_of(acd.AlertAcknowledged)
    assert heard[0], "spoken"
    heard.clear()
    office.agent("desk-3", lifts("1"))
    seen = office.until_fact(acd.AlertAcknowledged, 150)
    assert seen.by == "telephone desk"
    office.until_fact(acd.AlertCallEnded, 30)
    office.run(5)
    assert heard == [True, True, True]
