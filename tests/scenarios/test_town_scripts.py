"""People of the town whose scripts fail or just end: only they are gone, and no line stays taken."""

import pytest
from office import Office, answers, calls_and_presses, logs_in, steps

import acd
from drivers import CallerNumber, FxoState, FxsState
from firmware_host.town import FarEndGone, HangUp, Lift, Wait, WaitForRing

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
