"""Whole calls at signal level: from ring to record."""

import dataclasses
import random
import shutil
import subprocess

import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from office import (
    ANN,
    MONDAY_TEN_UTC_S,
    Office,
    answers,
    calls_and_presses,
    logs_in,
    steps,
)
from sound_checks import digits_by_multimon, heard_at, speech_like

import acd
from drivers import CallerIdMode, CallerNumber
from firmware_host.demo.run import DEMO_APPLIANCE
from firmware_host.town import (
    CallNumber,
    FarEndGone,
    HangUp,
    Lift,
    Play,
    Press,
    Wait,
    WaitForAnswer,
    WaitForHangUp,
    WaitForRing,
    WaitForSpeech,
    WaitForTone,
)

AGENT_ONE, AGENT_TWO = "*111001#4711#", "*111002#4712#"


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path / "state")
    yield office
    if office.lockstep.plane.slots:
        office.crash()


@settings(max_examples=4, deadline=None, derandomize=False)
@given(st.integers(0, 2**31))
def test_a_number_a_key_and_a_voice_chosen_at_random_come_out_in_record_and_recording(
    tmp_path_factory, seed
):
    chance = random.Random(seed)
    number = "".join(chance.choice("0123456789") for _ in range(chance.randint(3, 15)))
    key = chance.choice("12")
    callers_voice = speech_like(seed, chance.uniform(1.0, 3.0))
    agents_voice = speech_like(seed + 1, chance.uniform(1.0, 2.0))
    office = Office(tmp_path_factory.mktemp("office"))
    for desk, keys in (("desk-1", AGENT_ONE), ("desk-3", "*111003#4713#")):
        office.agent(desk, answers(keys, says=agents_voice))
    office.run(8)

    def talks():
        yield Wait(12)
        yield Play(callers_voice)
        yield HangUp()

    office.caller(calls_and_presses(key, then=talks()), CallerNumber(number=number))
    office.until_fact(acd.CallEnded)
    office.stop()
    (record,) = office.records()
    assert record.number == number
    assert record.keys == key
    assert record.queue == {"1": "sales", "2": "support"}[key]
    assert record.agent == {"1": "1001", "2": "1003"}[key]
    assert record.stage == "talking"
    sound, rate_hz = soundfile.read(office.state / "recordings" / record.recording, dtype="int16")
    assert rate_hz == 8000
    _, caller_left = heard_at(sound[:, 0], callers_voice)
    _, caller_right = heard_at(sound[:, 1], callers_voice)
    _, agent_left = heard_at(sound[:, 0], agents_voice)
    _, agent_right = heard_at(sound[:, 1], agents_voice)
    assert caller_left > 0.98
    assert agent_right > 0.98
    assert caller_right < 0.7  # two voices drawn at random may be somewhat alike
    assert agent_left < 0.7  # two voices drawn at random may be somewhat alike


@pytest.mark.skipif(
    not shutil.which("sox") or not shutil.which("multimon-ng"), reason="needs sox and multimon-ng"
)
def test_another_program_opens_the_recording_and_hears_the_callers_digits_on_the_left_only(office):
    office.agent("desk-1", answers(AGENT_ONE, says=speech_like(5, 1.5)))
    office.run(8)

    def talks():
        yield Wait(9)
        yield Press("159D26*0#8")
        yield HangUp()

    office.caller(calls_and_presses("1", then=talks()))
    office.until_fact(acd.CallEnded)
    office.stop()
    (record,) = office.records()
    file = office.state / "recordings" / record.recording
    statistics = subprocess.run(
        ["soxi", str(file)], capture_output=True, text=True, check=True
    ).stdout
    assert "Channels       : 2" in statistics
    assert digits_by_multimon(file, 1) == "1159D26*0#8"
    assert digits_by_multimon(file, 2) == ""


@pytest.mark.parametrize("line", ["line-1", "line-3", "line-4", "line-5"])
def test_every_kind_of_trunk_tells_that_the_caller_hung_up(tmp_path, line):
    """Battery drop, DTMF caller ID, polarity reversal, busy tone: each as demo.toml has it."""
    office = Office(tmp_path)
    for other in ("line-1", "line-2", "line-3", "line-4", "line-5"):
        if other != line:
            office.lockstep.town.lines.by_name[other].number = "0000000"

    def leaves():
        yield Wait(1)
        yield HangUp()

    office.caller(calls_and_presses("", then=leaves()))
    ended = office.until_fact(acd.CallEnded)
    office.run(2)
    assert ended.cause == "caller hung up"
    offered = office.facts_of(acd.CallOfferedToUs)[0]
    assert (offered.port, offered.number) == (line, ANN.number)
    office.stop()


@pytest.mark.parametrize("country", ["us", "uk", "se"])
@pytest.mark.parametrize(
    ("mode", "heard"),
    [
        ("fsk_after_first_ring", "fsk_after_first_ring"),
        ("fsk_after_reversal", "fsk_after_reversal"),
        ("dtmf_before_ring", "dtmf_before_ring"),
        ("dtmf_after_reversal", "dtmf_after_reversal"),
        ("fsk_after_first_ring", "automatic"),
        ("fsk_after_reversal", "automatic"),
        ("dtmf_after_reversal", "automatic"),
    ],
)
def test_the_callers_number_is_known_wherever_the_exchange_sends_it(tmp_path, country, mode, heard):
    """The town's exchange sends as the trunk is configured; an automatic trunk's is configured apart."""
    text = DEMO_APPLIANCE.read_text()
    text = text.replace('country = "us"', f'country = "{country}"')
    text = text.replace('"fsk_after_first_ring"', f'"{heard}"', 1)
    office = Office(tmp_path, text=text)
    if heard != mode:
        exchange = office.lockstep.town.lines.by_name["line-1"].machine
        exchange._settings = dataclasses.replace(exchange._settings, caller_id=CallerIdMode(mode))
    office.caller(calls_and_presses("", then=steps(Wait(1), HangUp())))
    ended = office.until_fact(acd.CallEnded)
    offered = office.facts_of(acd.CallOfferedToUs)[0]
    assert (offered.port, offered.number) == ("line-1", ANN.number)
    assert ended.cause == "caller hung up"
    office.stop()


def test_a_wrong_key_is_told_and_asked_again_and_silence_ends_the_call(office):
    office.caller(calls_and_presses("9", then=steps(WaitForHangUp(60), HangUp())))
    ended = office.until_fact(acd.CallEnded, 90)
    assert ended.cause == "no valid key pressed"
    assert [fact.accepted for fact in office.facts_of(acd.KeyPressed)] == [False]


def test_a_caller_who_leaves_in_any_stage_is_recorded_as_leaving_there(office):
    stages = []

    def leaves_after(seconds):
        yield Wait(seconds)
        yield HangUp()

    office.caller(calls_and_presses("", then=leaves_after(1)))
    stages.append(office.until_fact(acd.CallEnded).stage)
    office.run(3)
    office.caller(calls_and_presses("1", then=leaves_after(2)))
    stages.append(office.until_fact(acd.CallEnded).stage)
    office.agent("desk-1", answers(AGENT_ONE))
    office.run(8)
    office.caller(calls_and_presses("1", then=leaves_after(0.1), pause_s=0.5))
    stages.append(office.until_fact(acd.CallEnded).stage)
    office.run(15)
    assert stages == ["flow", "queued", "offering"]
    assert office.view_of_agent("1001").state == "ready"
    assert {record.cause for record in office.records()} == {"caller hung up"}


def test_an_agent_who_does_not_lift_costs_the_caller_no_place(office):
    def misses_one():
        yield from logs_in(AGENT_ONE)
        yield WaitForRing(60)
        yield Wait(16)
        yield WaitForRing(60)
        yield Lift()
        yield Wait(60)

    office.agent("desk-1", misses_one())
    office.run(8)
    for number in ("111", "222"):
        waits = steps(Wait(120), HangUp())
        office.caller(calls_and_presses("1", then=waits), CallerNumber(number=number))
        office.until_fact(acd.CallerQueued)
    missed = office.until_fact(acd.OfferMissed, 40)
    connected = office.until_fact(acd.CallConnected, 60)
    offered = {fact.call: fact.number for fact in office.facts_of(acd.CallOfferedToUs)}
    assert connected.call == missed.call
    assert offered[connected.call] == "111"


def test_the_agents_phone_shows_who_calls(office):
    office.agent("desk-1", answers(AGENT_ONE))
    office.run(8)
    office.caller(calls_and_presses("1", then=steps(Wait(60), HangUp())))
    office.until_fact(acd.CallConnected)
    person = office.lockstep.town.lines.by_name["desk-1"].person
    assert person.seen_caller == ANN


def test_an_agent_pauses_resumes_and_logs_out_by_star_codes_and_hears_that_it_is_so(office):
    states = []

    def works():
        yield from logs_in(AGENT_ONE)
        states.append(office.view_of_agent("1001").state)
        for keys in ("*131", "*14", "*12"):
            yield Wait(1)
            yield Lift()
            assert (yield WaitForTone("dial", 5))
            yield Press(keys)
            assert (yield WaitForSpeech(3))  # the confirming tone
            yield Wait(1.5)
            yield HangUp()
            yield Wait(1)
            view = office.view_of_agent("1001")
            states.append(view.state if not view.reason else f"{view.state}: {view.reason}")

    office.agent("desk-1", works())
    office.run(40)
    assert states[0] == "ready"
    assert states[1] == "paused: break"
    assert states[2] == "ready"
    assert "out" in states[3]


def test_a_wrong_pin_is_refused_and_never_written(office):
    office.agent("desk-1", logs_in("*111001#9999#"))
    refused = office.until_fact(acd.LogInRefused)
    office.run(5)
    assert refused.agent == "1001"
    assert "9999" not in "".join(file.read_text() for file in (office.state / "journal").glob("*"))
    assert office.view_of_agent("1001").station is None


def test_after_hours_callers_hear_so_and_are_released(tmp_path):
    sunday = Office(tmp_path, start_utc_s=MONDAY_TEN_UTC_S - 86_400)
    sunday.caller(calls_and_presses("", then=steps(WaitForHangUp(60), HangUp())))
    ended = sunday.until_fact(acd.CallEnded)
    assert ended.cause == "outside opening hours"
    sunday.stop()


def test_the_caller_hears_music_until_the_agent_speaks_and_both_hear_each_other(office):
    heard = []

    def listens():
        heard.append((yield WaitForSpeech(5)))
        yield Wait(9)
        yield Play(speech_like(1, 1.0))
        heard.append((yield WaitForHangUp(60)))
        yield HangUp()

    def agent():
        yield from logs_in(AGENT_ONE)
        yield WaitForRing(60)
        yield Lift()
        heard.append((yield WaitForSpeech(20)))
        yield Wait(3)
        yield HangUp()

    office.agent("desk-1", agent())
    office.run(8)
    office.caller(calls_and_presses("1", then=listens()))
    ended = office.until_fact(acd.CallEnded)
    office.run(2)
    assert heard == [True, True, True]
    assert ended.cause == "agent hung up"


def test_all_lines_taken_is_a_busy_town_not_a_lost_call(office):
    callers = [
        office.caller(
            calls_and_presses("", then=steps(Wait(30), HangUp())),
            CallerNumber(number=str(100 + n)),
        )
        for n in range(5)
    ]
    refused = []

    def sixth():
        refused.append(not (yield CallNumber("5550100")))

    office.run(1)
    office.caller(sixth())
    office.run(8)
    assert refused == [True]
    assert len(office.facts_of(acd.CallOfferedToUs)) == len(callers)


def test_wrap_up_holds_back_the_next_call_and_the_resume_code_ends_it(office):
    def agent():
        yield from logs_in(AGENT_ONE)
        yield WaitForRing(60)
        yield Lift()
        yield Wait(2)
        yield HangUp()
        yield Wait(1.5)
        yield Lift()
        yield WaitForTone("dial", 5)
        yield Press("*14")
        yield Wait(1.5)
        yield HangUp()
        yield WaitForRing(60)
        yield Lift()
        yield Wait(2)

    office.agent("desk-1", agent())
    office.run(8)
    office.caller(
        calls_and_presses("1", then=steps(WaitForHangUp(99), HangUp())), CallerNumber(number="1")
    )
    office.until_fact(acd.WrapUpStarted)
    ended_at = office.now
    office.caller(
        calls_and_presses("1", then=steps(WaitForHangUp(99), HangUp())), CallerNumber(number="2")
    )
    office.until_fact(acd.AgentWrappedUp)
    assert office.now - ended_at < 9.0
    office.until_fact(acd.OfferMade)


def test_an_operator_hangs_a_call_up(office):
    gone = []

    def waits():
        try:
            yield Wait(600)
        except FarEndGone:
            gone.append(True)

    office.caller(calls_and_presses("1", then=waits(), pause_s=0.5))
    office.until_fact(acd.CallerQueued)
    office.run(2)
    office.lockstep.exchange.hang_up(acd.CallId("00000001"), office.now)
    office.run(2)
    assert gone == [True]
    assert office.facts_of(acd.CallEnded)[0].cause == "hung up by operator"


def test_stopping_the_appliance_closes_calls_in_progress_and_records_them_as_such(office):
    office.agent("desk-1", answers(AGENT_ONE))
    office.run(8)
    office.caller(calls_and_presses("1", then=steps(Wait(600))))
    office.until_fact(acd.CallConnected)
    office.run(3)
    office.stop()
    (record,) = office.records()
    assert (record.cause, record.stage) == ("appliance stopped", "talking")
    sound, _ = soundfile.read(office.state / "recordings" / record.recording)
    assert len(sound) > 3 * 8000


def test_a_handset_that_is_answered_before_its_dial_tone_ends_can_still_dial(office):
    def impatient():
        yield Lift()
        yield Wait(0.05)
        yield Press(AGENT_ONE)
        yield Wait(2)
        yield HangUp()

    office.agent("desk-1", impatient())
    office.run(8)
    assert office.view_of_agent("1001").state == "ready"


def test_the_romanian_number_is_answered_in_romanian(office):
    played = []
    office.lockstep.exchange.observers.append(
        lambda _now, what: (
            played.append(what.language) if isinstance(what, acd.PlayPrompts) else None
        )
    )

    def calls():
        yield CallNumber("5550200")
        yield WaitForAnswer(30)
        yield Wait(3)
        yield HangUp()

    office.caller(calls())
    office.until_fact(acd.CallEnded)
    assert played == ["ro"]


def test_a_call_that_can_not_be_recorded_goes_on_and_its_record_says_so(office):
    (office.state / "recordings").write_text("a file where the folder of recordings should be")
    office.agent("desk-1", answers(AGENT_ONE))
    office.run(8)
    office.caller(calls_and_presses("1", then=steps(Wait(12), HangUp())))
    office.until_fact(acd.CallConnected)
    office.until_fact(acd.CallEnded)
    office.stop()
    (record,) = office.records()
    assert record.stage == "talking"
    assert record.recording_problem
