"""After a crash: agents as they were, calls closed with that cause, lines reconciled."""

import pytest
from office import Office, answers, calls_and_presses, logs_in, steps

import acd
from firmware_host.journal_format import segments
from firmware_host.town import HangUp, Lift, Press, Wait, WaitForTone

AGENT_ONE, AGENT_TWO = "*111001#4711#", "*111002#4712#"


def pauses(keys: str):
    yield from logs_in(keys)
    yield Wait(1)
    yield Lift()
    yield WaitForTone("dial", 5)
    yield Press("*132")
    yield Wait(2)
    yield HangUp()


@pytest.fixture
def crashed(tmp_path):
    office = Office(tmp_path)
    office.agent("desk-1", answers(AGENT_ONE))
    office.agent("desk-2", pauses(AGENT_TWO))
    office.run(15)
    office.caller(calls_and_presses("1", then=steps(Wait(600))))
    office.until_fact(acd.CallConnected)
    office.run(5)
    utc_s = office.lockstep._start_utc_s + office.now
    office.crash()
    return office, utc_s


def test_agents_are_as_they_were_and_the_call_is_closed_with_that_cause(crashed, tmp_path):
    _, utc_s = crashed
    after = Office(tmp_path, start_utc_s=utc_s + 1.5)
    assert after.view_of_agent("1001").station == "desk-1"
    paused = after.view_of_agent("1002")
    assert (paused.state, paused.reason, paused.station) == ("paused", "meeting", "desk-2")
    (record,) = after.records()
    assert record.cause == "call server restarted"
    assert record.agent == "1001"
    assert record.talk_s == pytest.approx(6.5, abs=0.6)
    after.stop()


def test_call_numbers_go_on_after_a_restart(crashed, tmp_path):
    _, utc_s = crashed
    after = Office(tmp_path, start_utc_s=utc_s + 1.5)
    after.caller(calls_and_presses("", then=steps(Wait(1), HangUp())))
    assert after.until_fact(acd.CallOfferedToUs).call == "00000002"
    after.stop()


def test_a_torn_tail_costs_only_what_was_torn(crashed, tmp_path):
    _, utc_s = crashed
    newest = segments(tmp_path / "journal")[-1]
    with newest.open("ab") as file:
        file.write(b'{"seq":99999,"v":1,"half a li')
    after = Office(tmp_path, start_utc_s=utc_s + 1.5)
    assert [damage.at_end for damage in after.lockstep.exchange.journal.damage] == [True]
    assert after.view_of_agent("1002").reason == "meeting"
    after.stop()


def test_a_pause_keeps_its_length_across_the_restart_and_never_goes_below_zero(crashed, tmp_path):
    before, utc_s = crashed
    lasted_s = before.view_of_agent("1002").state_lasts_s
    after = Office(tmp_path, start_utc_s=utc_s + 100.0)
    assert after.view_of_agent("1002").state_lasts_s == pytest.approx(lasted_s + 101.0, abs=2.0)
    after.crash()
    set_back = Office(tmp_path, start_utc_s=utc_s - 7200.0)
    assert set_back.view_of_agent("1002").state_lasts_s >= 0.0
    set_back.stop()


def test_many_crashes_in_a_row_lose_nothing(crashed, tmp_path):
    _, utc_s = crashed
    for round_number in range(5):
        again = Office(tmp_path, start_utc_s=utc_s + 10 * round_number)
        assert again.view_of_agent("1001").station == "desk-1"
        assert again.view_of_agent("1002").reason == "meeting"
        again.crash()
    assert len(Office(tmp_path, start_utc_s=utc_s + 100).records()) == 1
