"""A journal read back as people: the simulator repeats what the journal tells."""

from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import pytest
from simulated_site import (
    MIDNIGHT_UTC_S,
    NINE_S,
    TRAFFIC,
    Person,
    appliance,
    appliance_text,
    come,
    go,
    pause,
    play,
)

from acd import AgentLoggedIn, CallEnded, CallOfferedToUs, SystemStarted
from firmware_host.config import center_settings, parse_appliance
from firmware_host.simulation.figures import LevelFormula
from firmware_host.simulation.kept_journal import JournalExists, keep_journal
from firmware_host.simulation.prompt_lengths import set_length
from firmware_host.simulation.recorded import NoRecordedDay, read_recorded_day
from firmware_host.simulation.traffic_file import parse_traffic
from firmware_host.simulation.trials import (
    ModelledPeople,
    RecordedPeople,
    make_case,
    run_trial,
)

UTC_ZONE = ZoneInfo("UTC")
MEASURED = {"threshold_s": 20.0, "formula": LevelFormula.OFFERED}


def rounded(tree):
    if isinstance(tree, dict):
        return {key: rounded(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [rounded(value) for value in tree]
    return round(tree, 2) if isinstance(tree, float) else tree


def simulated(site, seed, text=TRAFFIC):
    people = ModelledPeople(parse_traffic(text, site))
    return run_trial(make_case(site, people, set_length(2.0)), seed, **MEASURED)


def replayed(site, folder, seed=99, recorded_by=None, times=1.0):
    day = read_recorded_day(folder, UTC_ZONE)
    people = RecordedPeople(day, center_settings(recorded_by or site))
    return run_trial(
        make_case(site, people, set_length(2.0), traffic_times=times), seed, **MEASURED
    )


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_replaying_the_journal_of_a_simulation_gives_the_figures_of_the_simulation(seed, tmp_path):
    site = appliance()
    text = TRAFFIC.replace("per_hour = 40", "per_hour = 70")  # with waits, losses, missed calls
    original = simulated(site, seed, text)
    keep_journal(original.facts, original.script.midnight_utc_s, tmp_path)
    again = replayed(site, tmp_path)
    assert original.figures.total.abandoned > 0
    assert sum(agent.missed for agent in original.figures.agents.values()) > 0
    wanted = rounded(msgspec.to_builtins(original.figures))
    wanted["lines_busy"] = 0  # who found every line busy stands in no journal
    assert rounded(msgspec.to_builtins(again.figures)) == wanted


@pytest.mark.parametrize("seed", [18, 27, 58, 73])
def test_a_day_on_which_much_goes_wrong_is_replayed_too(seed, tmp_path):
    # Calls are missed while a pause is due, pauses begin late, shifts end in talks, callers are sent on.
    text = (
        TRAFFIC.replace("per_hour = 40", "per_hour = 120")
        .replace("missed = 0.05", "missed = 0.4\nback_after_missed_s = 45")
        .replace("patience_s = 120", 'patience_s = "for ever"')
        .replace('"meeting" }]', '"meeting" }, { at = "10:16", minutes = 1 }]')
    )
    harsh = appliance_text(trunks=12).replace("longest_wait_s = 600", "longest_wait_s = 120")
    site = parse_appliance(harsh)
    original = simulated(site, seed, text)
    keep_journal(original.facts, original.script.midnight_utc_s, tmp_path)
    again = replayed(site, tmp_path)
    assert original.figures.total.sent_on > 0
    assert rounded(msgspec.to_builtins(again.figures.queues)) == rounded(
        msgspec.to_builtins(original.figures.queues)
    )
    assert rounded(msgspec.to_builtins(again.figures.agents)) == rounded(
        msgspec.to_builtins(original.figures.agents)
    )


def test_a_replay_with_another_wrap_up_is_another_day(tmp_path):
    site = appliance()
    original = simulated(site, 1)
    keep_journal(original.facts, original.script.midnight_utc_s, tmp_path)
    slower = parse_appliance(appliance_text().replace("wrap_up_s = 10", "wrap_up_s = 90"))
    again = replayed(slower, tmp_path, recorded_by=site)
    assert again.figures.total.offered == original.figures.total.offered
    assert again.figures.total.mean_wait_of_all_s > original.figures.total.mean_wait_of_all_s + 1
    assert again.figures.agents["1001"].wrapping_up_s > 1000


def test_a_recorded_day_can_have_more_calls_and_fewer(tmp_path):
    site = appliance(trunks=20)
    original = simulated(site, 1)
    keep_journal(original.facts, original.script.midnight_utc_s, tmp_path)
    calls = original.figures.calls
    assert replayed(site, tmp_path, times=1.5).figures.calls == pytest.approx(1.5 * calls, rel=0.1)
    assert replayed(site, tmp_path, times=0.5).figures.calls == pytest.approx(0.5 * calls, rel=0.2)


def test_who_left_has_the_patience_that_was_seen_and_who_was_served_at_least_that(tmp_path):
    callers = [
        Person(NINE_S + 100, waits_s=33.0),
        Person(NINE_S + 200, waits_s=400.0, talks_s=77.0),
    ]
    lines = play(callers, [come(at_s=NINE_S + 300), go()])
    keep_journal(lines.facts, MIDNIGHT_UTC_S, tmp_path)
    script = read_recorded_day(tmp_path, UTC_ZONE).script(center_settings(appliance()), seed=1)
    left, served = script.callers
    assert left.patience_s("sales") == pytest.approx(33.0, abs=1e-4)
    assert served.patience_s("sales") > 99
    assert served.talk_s("sales") == pytest.approx(77.0, abs=1e-4)
    assert [key.key for key in served.keys(0)] == ["1"]
    assert served.answer_s(0) == pytest.approx(3.0, abs=1e-4)
    assert left.talk_s("sales") == pytest.approx(77.0, abs=1e-4)  # the only talk there was


def test_pauses_and_log_ins_are_read_as_duties(tmp_path):
    lines = play([Person(NINE_S + 5)], [come(), pause(length_s=600, reason="meeting"), go()])
    keep_journal(lines.facts, MIDNIGHT_UTC_S, tmp_path)
    script = read_recorded_day(tmp_path, UTC_ZONE).script(center_settings(appliance()), seed=1)
    came, paused, went = script.duties
    assert came.station == "desk-0"
    assert (paused.reason, round(paused.length_s, 3)) == ("meeting", 600.0)
    assert went.at_s == pytest.approx(17 * 3600.0, abs=1e-4)


def test_an_agent_who_logged_in_the_day_before_is_there_in_the_morning(tmp_path):
    day_s = 86_400.0
    facts = [
        (3600.0, SystemStarted(version="1")),
        (3601.0, AgentLoggedIn(agent="1001", station="desk-1")),
        (day_s + 100, CallOfferedToUs(call="1", port="line-1", called="5550100")),
        (day_s + 110, CallEnded(call="1", cause="caller hung up", stage="flow")),
    ]
    keep_journal(facts, MIDNIGHT_UTC_S, tmp_path)
    day = read_recorded_day(tmp_path, UTC_ZONE)
    assert day.day == date(2026, 11, 20)
    (duty,) = day.script(center_settings(appliance()), seed=1).duties
    assert (duty.agent, duty.station, duty.at_s) == ("1001", "desk-1", day.begin_s)


def test_a_day_without_calls_is_told_with_the_days_that_have_some(tmp_path):
    lines = play([Person(NINE_S + 5)], [come(), go()])
    keep_journal(lines.facts, MIDNIGHT_UTC_S, tmp_path)
    with pytest.raises(NoRecordedDay, match="goes from 2026-11-19 to 2026-11-19"):
        read_recorded_day(tmp_path, UTC_ZONE, date(2026, 1, 1))
    with pytest.raises(NoRecordedDay, match="no call"):
        read_recorded_day(tmp_path / "nowhere", UTC_ZONE)


def test_a_damaged_journal_is_used_as_far_as_it_can_be_read(tmp_path):
    lines = play([Person(NINE_S + 50 * n) for n in range(5)], [come(), go()])
    keep_journal(lines.facts, MIDNIGHT_UTC_S, tmp_path)
    (segment,) = tmp_path.glob("*.jsonl")
    whole = segment.read_bytes()
    segment.write_bytes(whole[: len(whole) // 2])
    script = read_recorded_day(tmp_path, UTC_ZONE).script(center_settings(appliance()), seed=1)
    assert 0 < len(script.callers) <= 5
    assert "damaged" in script.notes[0]


def test_a_journal_is_never_written_over_another(tmp_path):
    lines = play([], [come(), go()])
    keep_journal(lines.facts, MIDNIGHT_UTC_S, tmp_path)
    with pytest.raises(JournalExists):
        keep_journal(lines.facts, MIDNIGHT_UTC_S, tmp_path)
