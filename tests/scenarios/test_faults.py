"""Things that go wrong on the lines and around them: what the caller, the agent and the record get."""

import numpy as np
import pytest
from office import ANN, Office, answers, calls_and_presses, logs_in, steps

import acd
from firmware_host.town import (
    CallNumber,
    FarEndGone,
    HangUp,
    Lift,
    Play,
    Wait,
    WaitForAnswer,
    WaitForHangUp,
    WaitForTone,
)

AGENT_ONE = "*111001#4711#"


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path / "state")
    yield office
    if office.lockstep.plane.slots:
        office.crash()


def key_held(seconds: float) -> np.ndarray:
    """The key 1, as a telephone sounds while a finger rests on it."""
    time_s = np.arange(round(seconds * 8000)) / 8000
    tones = np.sin(2 * np.pi * 697 * time_s) + np.sin(2 * np.pi * 1209 * time_s)
    return np.asarray(tones * 4000, np.int16)


def test_a_key_that_is_held_for_a_minute_is_one_key(office):
    def leans_on_the_key():
        yield CallNumber("5550100")
        yield WaitForAnswer(30)
        yield Wait(1)
        yield Play(key_held(60))
        yield Wait(2)
        yield HangUp()

    office.caller(leans_on_the_key())
    office.until_fact(acd.CallEnded, 100)
    assert [(fact.key, fact.accepted) for fact in office.facts_of(acd.KeyPressed)] == [("1", True)]
    assert len(office.facts_of(acd.CallerQueued)) == 1


def test_a_line_that_rings_once_is_no_call_and_rings_again_as_one(office):
    def gives_up_at_once():
        yield CallNumber("5550100")
        yield Wait(1.0)
        yield HangUp()

    office.caller(gives_up_at_once())
    office.run(20)
    assert office.facts_of(acd.CallOfferedToUs) == []
    assert {port.line.state.value for port in office.lockstep.exchange.ports.all} == {"idle"}
    office.caller(calls_and_presses("", then=steps(Wait(1), HangUp())))
    assert office.until_fact(acd.CallOfferedToUs).number == ANN.number


@pytest.mark.parametrize("step_s", [7200.0, -7200.0])
def test_a_clock_that_is_set_in_mid_call_changes_no_wait_no_talk_and_no_state(office, step_s):
    office.agent("desk-1", answers(AGENT_ONE))
    office.run(8)
    office.caller(calls_and_presses("1", then=steps(Wait(20), HangUp())))
    office.until_fact(acd.CallConnected)
    exchange = office.lockstep.exchange
    utc_s = office.lockstep._start_utc_s + office.now + step_s
    exchange.follow_clock(office.now, utc_s, tolerance_s=0.25)
    ended = office.until_fact(acd.CallEnded)
    assert (ended.cause, ended.stage) == ("caller hung up", "talking")
    (record,) = office.records()
    assert record.talk_s >= 0.0
    office.run(12)
    assert office.view_of_agent("1001").state == "ready"


def test_an_agent_who_leaves_the_handset_beside_the_telephone_is_offered_nothing_until_it_is_back(
    office,
):
    def forgets():
        yield from logs_in(AGENT_ONE)
        yield Wait(1)
        yield Lift()
        while office.now < 400:
            try:
                yield Wait(5)
            except FarEndGone:
                continue  # the busy tone is heard, and nobody is there to hear it
        yield HangUp()

    office.agent("desk-1", forgets())
    office.run(8)
    office.caller(calls_and_presses("1", then=steps(WaitForHangUp(600), HangUp())))
    office.run(300)
    assert office.facts_of(acd.OfferMade) == []
    assert any(fact.port == "desk-1" for fact in office.facts_of(acd.LineWithdrawn))
    office.until_fact(acd.OfferMade, 150)
    assert any(fact.port == "desk-1" for fact in office.facts_of(acd.LineReturned)[-1:])


def test_the_card_is_lost_in_mid_call_and_comes_back(office):
    office.agent("desk-1", answers(AGENT_ONE))
    office.run(8)
    office.caller(calls_and_presses("1", then=steps(Wait(60), HangUp())))
    office.until_fact(acd.CallConnected)
    exchange = office.lockstep.exchange
    ((name, card),) = exchange.cards.by_name.items()
    exchange.unplug(name, "card lost", office.now)
    ended = office.facts_of(acd.CallEnded)
    assert [fact.cause for fact in ended] == ["line out of service"]
    assert len(office.facts_of(acd.LineWithdrawn)) == len(exchange.ports.all)
    assert office.view_of_agent("1001").station == "desk-1"
    card.plug_into(card._other)
    exchange.plug_in(name, card, office.now)
    office.run(30)
    assert all(port.in_service for port in exchange.ports.all)
    office.caller(calls_and_presses("1", then=steps(Wait(5), HangUp())))
    office.until_fact(acd.CallConnected, 60)


def test_a_caller_who_only_listens_to_dial_tone_keys_is_not_taken_for_an_agent(office):
    """Star codes belong to handsets: a caller who dials one is a caller with a wrong key."""
    office.caller(calls_and_presses("*", then=steps(WaitForHangUp(60), HangUp())))
    office.until_fact(acd.CallEnded, 90)
    assert office.facts_of(acd.AgentLoggedIn) == []
    assert [fact.accepted for fact in office.facts_of(acd.KeyPressed)] == [False]


def test_a_handset_that_is_lifted_without_dialling_hears_dial_tone_then_busy(office):
    heard = []

    def lifts():
        yield Lift()
        heard.append((yield WaitForTone("dial", 5)))
        heard.append((yield WaitForTone("busy", 60)))
        yield HangUp()

    office.agent("desk-2", lifts())
    office.run(60)
    assert heard == [True, True]
