"""What call control writes and when it wants to be called, beyond single calls."""

import logging

import pytest
import soundfile
from office import Office, answers, calls_and_presses
from sound_checks import heard_at, speech_like

import acd
from drivers import CallerNumber
from firmware_host.journal_format import read_segment, segments
from firmware_host.town import HangUp, Play, Wait
from firmware_host.version import VERSION

SALES_AGENT, SUPPORT_AGENT = "*111001#4711#", "*111003#4713#"


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path / "state")
    yield office
    if office.lockstep.plane.slots:
        office.crash()


def journal_of(office: Office) -> list[acd.Fact]:
    return [
        entry.fact()
        for segment in segments(office.state / "journal")
        for entry, _ in read_segment(segment, [])
    ]


def test_every_start_and_orderly_stop_is_written_and_a_crash_is_not_a_stop(tmp_path):
    Office(tmp_path).stop()
    Office(tmp_path).crash()
    third = Office(tmp_path)
    third.stop()
    marks = [
        fact
        for fact in journal_of(third)
        if isinstance(fact, acd.SystemStarted | acd.SystemStopped)
    ]
    started, stopped = acd.SystemStarted(version=VERSION), acd.SystemStopped()
    assert marks == [started, stopped, started, started, stopped]


def test_a_deadline_of_the_call_center_is_a_deadline_of_call_control(office):
    office.agent("desk-1", answers(SALES_AGENT, stays_s=3))
    office.run(8)

    def leaves():
        yield Wait(6)
        yield HangUp()

    office.caller(calls_and_presses("1", then=leaves()))
    office.until_fact(acd.WrapUpStarted)
    office.run(3)
    exchange = office.lockstep.exchange
    assert [port.line.next_timer() for port in exchange.ports.all] == [None] * 9
    due = exchange.next_timer()
    assert due is not None
    assert 0 < due - office.now < 10
    office.run(due - office.now + 0.1)
    assert len(office.facts_of(acd.AgentWrappedUp)) == 1
    assert exchange.next_timer() is None or exchange.next_timer() > office.now


def test_a_deadline_of_a_line_is_a_deadline_of_call_control(office):
    office.run(1)

    def leaves():
        yield Wait(1)
        yield HangUp()

    office.caller(calls_and_presses("", then=leaves()))
    office.run(1)
    exchange = office.lockstep.exchange
    timers = [port.line.next_timer() for port in exchange.ports.all]
    assert exchange.next_timer() == min(timer for timer in timers if timer is not None)
    office.until_fact(acd.CallEnded)
    office.run(3)


@pytest.mark.parametrize("first_to_end", ["1", "2"])
def test_two_calls_at_one_time_are_recorded_each_by_itself(office, first_to_end):
    keys = {"1": ("desk-1", SALES_AGENT), "2": ("desk-3", SUPPORT_AGENT)}
    callers = {key: speech_like(10 + int(key), 2.0) for key in keys}
    agents = {key: speech_like(20 + int(key), 1.5) for key in keys}
    for key, (desk, log_in) in keys.items():
        office.agent(desk, answers(log_in, says=agents[key], stays_s=60))
    office.run(8)

    def talks(key):
        yield Wait(14 if key == first_to_end else 24)  # the other talks on
        yield Play(callers[key])
        yield Wait(2)
        yield HangUp()

    for key in keys:
        script = calls_and_presses(key, then=talks(key))
        office.caller(script, CallerNumber(number=f"555{key}"))
    office.run(50)
    assert office.facts_of(acd.CallEnded)[0].call == f"0000000{first_to_end}"
    assert len(office.facts_of(acd.CallEnded)) == 2
    office.stop()
    records = {record.keys: record for record in office.records()}
    assert set(records) == set(keys)
    for key, record in records.items():
        file = office.state / "recordings" / record.recording
        sound, _ = soundfile.read(file, dtype="int16")
        for voice_key in keys:
            mine = voice_key == key
            _, caller = heard_at(sound[:, 0], callers[voice_key])
            _, agent = heard_at(sound[:, 1], agents[voice_key])
            assert (caller > 0.98) is mine, (key, voice_key, caller)
            assert (agent > 0.98) is mine, (key, voice_key, agent)
            assert mine or max(caller, agent) < 0.6


def test_a_lost_recording_is_a_fact_of_its_call_alone(office, caplog):
    day = "2026-11-23"
    office.agent("desk-1", answers(SALES_AGENT, stays_s=4))
    office.run(8)
    (office.state / "recordings").mkdir(exist_ok=True)
    blocked = office.state / "recordings" / day
    blocked.write_text("a file where the day's folder should be")

    def leaves():
        yield Wait(5)
        yield HangUp()

    with caplog.at_level(logging.ERROR):
        office.caller(calls_and_presses("1", then=leaves()))
        office.until_fact(acd.CallEnded)
    blocked.unlink()
    office.run(20)
    office.caller(calls_and_presses("1", then=leaves()))
    office.until_fact(acd.CallEnded)
    office.stop()
    facts = journal_of(office)
    lost = [fact for fact in facts if isinstance(fact, acd.RecordingLost)]
    assert [fact.call for fact in lost] == ["00000001"]
    assert lost[0].problem
    first, second = office.records()
    assert first.recording_problem == lost[0].problem
    assert second.recording_problem is None
    assert (office.state / "recordings" / second.recording).stat().st_size > 8000
