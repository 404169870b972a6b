"""People of the town whose scripts fail or just end: only they are gone, and no line stays taken."""

import contextlib

import pytest
from office import Office, answers, calls_and_presses, logs_in, steps
from sound_checks import speech_like

import acd
from drivers import CallerNumber, FxoState, FxsState
from firmware_host.town import (
    FarEndGone,
    HangUp,
    Lift,
    Play,
    Press,
    Wait,
    WaitForRing,
    WaitForSpeech,
    caller_from_command,
)

AGENT_ONE, AGENT_TWO = "*111001#4711#", "*111002#4712#"


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path / "state")
    yield office
    if office.lockstep.plane.slots:
        office.crash()


def listen_for_failures(office: Office) -> list[tuple[str, str]]:
    failed = []
    office.lockstep.town.script_failed = lambda person, error: failed.append(
        (person.name, str(error))
    )
    return failed


def fails(after_s: float):
    yield Wait(after_s)
    raise ValueError("lost the thread")


def far_line(office: Office, name: str):
    return office.lockstep.town.lines.by_name[name].machine


def test_a_script_that_raises_ends_its_person_and_no_other_call(office):
    failed = listen_for_failures(office)
    office.agent("desk-1", answers(AGENT_ONE, stays_s=200))
    office.run(8)
    office.caller(calls_and_presses("1", then=steps(Wait(60), HangUp())))
    talking = office.until_fact(acd.CallConnected)
    office.caller(calls_and_presses("", then=fails(1)), CallerNumber(number="222"))
    ended = office.until_fact(acd.CallEnded, 40)
    office.run(10)
    assert failed == [("caller", "lost the thread")]
    assert ended.call != talking.call
    assert ended.cause == "caller hung up"
    assert [fact.call for fact in office.facts_of(acd.CallEnded)] == [ended.call]
    assert office.view_of_agent("1001").state == "talking"


def test_an_agent_whose_script_raises_in_a_call_is_put_on_hook(office):
    failed = listen_for_failures(office)

    def agent():
        yield from logs_in(AGENT_ONE)
        yield WaitForRing(60)
        yield Lift()
        yield from fails(3)

    office.agent("desk-1", agent())
    office.run(8)
    office.caller(calls_and_presses("1", then=steps(Wait(60), HangUp())))
    ended = office.until_fact(acd.CallEnded)
    office.run(2)
    assert failed == [("desk-1", "lost the thread")]
    assert ended.cause == "agent hung up"
    assert far_line(office, "desk-1").state is FxoState.IDLE


def test_a_failure_that_nobody_asked_to_hear_of_is_not_swallowed(office):
    office.caller(fails(1))
    with pytest.raises(ValueError, match="lost the thread"):
        office.run(2)


def test_a_person_whose_script_ends_off_hook_is_put_on_hook(office):
    office.agent("desk-1", steps(Wait(1), Lift(), Wait(1)))
    office.run(1.5)
    assert far_line(office, "desk-1").state is FxoState.UP
    office.run(3)
    assert far_line(office, "desk-1").state is FxoState.IDLE
    assert office.lockstep.exchange.ports.by_id("desk-1").in_service


def test_a_caller_whose_script_ends_in_a_call_has_hung_up_and_freed_the_line(office):
    office.caller(calls_and_presses("1", then=steps(Wait(2))))
    ended = office.until_fact(acd.CallEnded)
    office.run(2)
    assert ended.cause == "caller hung up"
    line = office.facts_of(acd.CallOfferedToUs)[0].port
    assert far_line(office, line).state is FxsState.IDLE


def test_who_does_not_care_that_the_other_side_hung_up_is_gone_with_the_call(office):
    failed = listen_for_failures(office)
    gone = []

    def agent():
        yield from logs_in(AGENT_TWO)
        yield WaitForRing(60)
        yield Lift()
        try:
            yield Wait(60)
        except FarEndGone:
            gone.append(True)
            raise

    office.agent("desk-2", agent())
    office.run(8)
    office.caller(calls_and_presses("1", then=steps(Wait(8), HangUp())))
    office.until_fact(acd.CallEnded)
    office.run(5)
    assert gone == [True]
    assert failed == []
    assert far_line(office, "desk-2").state is FxoState.IDLE


def what_is_done(keys="", speech=None, **how):
    """The steps of `switchroom dial` where all that is waited for comes."""
    script = caller_from_command("5550100", keys, speech, 5.0, {"pressed": ""}, **how)
    done = [next(script)]
    with contextlib.suppress(StopIteration):
        while True:
            done.append(script.send(True))
    return done


def test_keys_are_pressed_in_one_go_and_a_comma_waits_for_the_next_prompt():
    done = what_is_done("2,1003#")
    assert [step for step in done if isinstance(step, Press)] == [Press("2"), Press("1003#")]
    waits = [at for at, step in enumerate(done) if isinstance(step, WaitForSpeech)]
    presses = [at for at, step in enumerate(done) if isinstance(step, Press)]
    assert [wait < press for wait, press in zip(waits, presses, strict=True)] == [True, True]
    assert presses[0] < waits[1]


def test_who_speaks_to_a_machine_does_not_wait_for_it_to_say_something_first():
    words = speech_like(1, 0.5)
    kinds = [type(step) for step in what_is_done("", words, to_machine=True)]
    assert Play in kinds
    assert WaitForSpeech not in kinds
    assert WaitForSpeech in [type(step) for step in what_is_done("", words)]
