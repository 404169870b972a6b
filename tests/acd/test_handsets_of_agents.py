"""What agents do on their handsets: star codes, tones, PINs, and handsets left off-hook."""

import pytest
from acd_appliance import ANA, BEN, STATIONS, Appliance, settings

from acd import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentResumed,
    AgentWrappedUp,
    CallConnected,
    ClearLine,
    FactStored,
    Flashed,
    HandsetLifted,
    LogInRefused,
    OfferWithdrawn,
    PauseRequested,
    PlayPrompts,
    PlaySignal,
    PortId,
    Signal,
    StopSound,
    WriteFact,
)

ONE = PortId("station-1")


def signals(appliance, port="station-1"):
    return [action.signal for action in appliance.asked(PlaySignal, port)]


def ready_for_ana():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.actions.clear()
    return appliance


def talking_with_ana(**kwargs):
    appliance = Appliance(settings(**kwargs)).switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.lift("station-1")
    appliance.actions.clear()
    return appliance


def test_dial_tone_stops_with_the_first_key():
    appliance = Appliance().switch_on()
    appliance.lift("station-1")
    assert signals(appliance) == [Signal.DIAL]
    assert not appliance.asked(StopSound, "station-1")
    appliance.press("station-1", "*")
    assert appliance.asked(StopSound, "station-1")


def test_logging_in_asks_for_number_and_pin_and_confirms():
    appliance = Appliance().switch_on()
    appliance.lift("station-1")
    appliance.press("station-1", "*11")
    assert appliance.sound["station-1"].prompts == ("agent.number",)
    assert appliance.sound["station-1"].language == "en"
    appliance.pass_time(2)
    appliance.press("station-1", "1001#")
    assert appliance.sound["station-1"].prompts == ("agent.pin",)
    appliance.pass_time(2)
    appliance.press("station-1", "4711#")
    assert signals(appliance)[-1] is Signal.CONFIRMATION
    assert appliance.facts(AgentLoggedIn) == [AgentLoggedIn(agent=ANA, station="station-1")]
    appliance.put_down("station-1")
    assert appliance.agent(ANA).is_offerable


def test_logging_in_can_be_dialled_in_one_go_over_the_prompts():
    appliance = Appliance().switch_on()
    appliance.dial("station-1", "*111001#4711#")
    asked = [action.prompts for action in appliance.asked(PlayPrompts, "station-1")]
    assert asked == [("agent.number",), ("agent.pin",)]
    assert appliance.agent(ANA).station == "station-1"


def test_the_confirmation_waits_for_the_disk():
    appliance = Appliance().switch_on()
    appliance.disk_hangs = True
    appliance.lift("station-1")
    appliance.press("station-1", "*111001#4711#")
    assert Signal.CONFIRMATION not in signals(appliance)
    appliance.pass_time(1.9)
    assert signals(appliance) == [Signal.DIAL]
    appliance.pass_time(0.1)
    assert signals(appliance) == [Signal.DIAL, Signal.ERROR]
    assert appliance.agent(ANA).state == "ready"


@pytest.mark.parametrize(
    ("before", "code"),
    [("", "*131"), ("", "*12"), ("*131", "*14")],
)
def test_every_request_is_confirmed_only_when_it_is_stored(before, code):
    appliance = ready_for_ana()
    if before:
        appliance.dial("station-1", before)
    appliance.actions.clear()
    appliance.disk_hangs = True
    appliance.lift("station-1")
    appliance.press("station-1", code)
    assert [a.ticket is not None for a in appliance.asked(WriteFact)] == [True]
    assert Signal.CONFIRMATION not in signals(appliance)


def test_a_pin_is_never_journaled():
    appliance = Appliance().switch_on()
    appliance.dial("station-1", "*11" + "1001#9999#")
    appliance.dial("station-1", "*11" + "4711#4711#")
    refused = appliance.facts(LogInRefused)
    assert [(fact.agent, fact.reason) for fact in refused] == [
        ("1001", "wrong pin"),
        ("", "unknown agent"),
    ]
    assert "4711" not in repr(appliance.journal)
    assert "9999" not in repr(appliance.journal)


def test_a_wrong_pin_gives_error_tone_and_then_dial_tone_again():
    appliance = Appliance().switch_on()
    appliance.lift("station-1")
    appliance.press("station-1", "*111001#1#")
    assert signals(appliance)[-1] is Signal.ERROR
    appliance.pass_time(2)
    assert signals(appliance)[-1] is Signal.DIAL
    appliance.press("station-1", "*111001#4711#")
    assert signals(appliance)[-1] is Signal.CONFIRMATION


def test_three_wrong_pins_lock_the_number_for_a_while_even_over_a_restart():
    appliance = Appliance().switch_on()
    for _ in range(3):
        appliance.dial("station-1", "*111001#1#")
    appliance.dial("station-2", "*111001#4711#")
    assert appliance.agent(ANA).state == "logged out"
    assert appliance.facts(LogInRefused)[-1].reason == "locked"
    after = appliance.restart(away_s=100).switch_on()
    after.dial("station-2", "*111001#4711#")
    assert after.agent(ANA).state == "logged out"
    after.pass_time(200)
    after.log_in(ANA, "station-2")


def test_a_right_pin_forgives_the_wrong_ones_before():
    appliance = Appliance().switch_on()
    for _ in range(2):
        appliance.dial("station-1", "*111001#1#")
    appliance.log_in(ANA, "station-1")
    for _ in range(2):
        appliance.dial("station-1", "*111001#1#")
    appliance.log_in(ANA, "station-1")


@pytest.mark.parametrize("keys", ["5", "*2", "*139", "*11*", "*11#", "*11A", "*11" + "1" * 17])
def test_what_means_nothing_gives_error_tone(keys):
    appliance = ready_for_ana()
    appliance.lift("station-1")
    appliance.press("station-1", keys)
    assert signals(appliance)[-1] is Signal.ERROR
    assert not appliance.asked(WriteFact)


@pytest.mark.parametrize("code", ["*12", "*131", "*14"])
def test_codes_for_agents_are_refused_where_nobody_is_logged_in(code):
    appliance = Appliance().switch_on()
    appliance.lift("station-1")
    appliance.press("station-1", code)
    assert signals(appliance)[-1] is Signal.ERROR


def test_keys_that_stop_coming_give_error_tone_and_then_dial_tone():
    appliance = Appliance().switch_on()
    appliance.lift("station-1")
    appliance.press("station-1", "*1")
    appliance.pass_time(9.9)
    assert signals(appliance)[-1] is Signal.DIAL
    appliance.pass_time(0.1)
    assert signals(appliance)[-1] is Signal.ERROR
    appliance.pass_time(2)
    assert signals(appliance)[-1] is Signal.DIAL


def test_the_key_timeout_counts_from_the_end_of_a_prompt():
    appliance = Appliance().switch_on()
    appliance.lift("station-1")
    appliance.press("station-1", "*11")
    appliance.pass_time(2 + 9.9)
    assert Signal.ERROR not in signals(appliance)
    appliance.pass_time(0.1)
    assert signals(appliance)[-1] is Signal.ERROR


def test_a_prompt_that_never_ends_does_not_hold_a_handset():
    appliance = Appliance().switch_on()
    appliance.sounds_end = False
    appliance.lift("station-1")
    appliance.press("station-1", "*11")
    appliance.pass_time(40)
    assert signals(appliance)[-1] is Signal.ERROR


def test_a_handset_left_off_hook_hears_busy_then_howler_and_is_asked_again():
    appliance = ready_for_ana()
    appliance.lift("station-1")
    appliance.pass_time(30)
    assert signals(appliance)[-1] is Signal.BUSY
    appliance.pass_time(30)
    assert signals(appliance)[-1] is Signal.HOWLER
    appliance.queue("trunk-1")
    assert appliance.ringing == set()
    appliance.pass_time(60)
    assert "station-1" not in appliance.sound
    assert len(appliance.asked(ClearLine, "station-1")) == 1, "its line goes on with it"
    appliance.pass_time(120)
    assert len(appliance.asked(ClearLine, "station-1")) == 2
    assert appliance.ringing == set()
    appliance.put_down("station-1")
    assert appliance.ringing == {"station-1"}


def test_a_handset_left_off_hook_after_a_call_is_left_to_its_line():
    appliance = talking_with_ana()
    appliance.caller_hangs_up("trunk-1")
    appliance.pass_time(120)
    assert signals(appliance) == []
    assert len(appliance.asked(ClearLine, "station-1")) == 2
    appliance.put_down("station-1")
    assert appliance.station("station-1").state == "on-hook"


def test_a_confirmed_user_who_does_not_hang_up_hears_busy():
    appliance = Appliance().switch_on()
    appliance.lift("station-1")
    appliance.press("station-1", "*111001#4711#")
    appliance.pass_time(30)
    assert signals(appliance)[-1] is Signal.BUSY


def test_another_code_can_be_dialled_after_the_confirmation():
    appliance = Appliance().switch_on()
    appliance.dial("station-1", "*111001#4711#" + "*132")
    assert appliance.agent(ANA).reason == "meeting"


def test_a_hook_flash_while_dialling_starts_over():
    appliance = Appliance().switch_on()
    appliance.lift("station-1")
    appliance.press("station-1", "*1")
    appliance.tell(Flashed(port=ONE))
    appliance.press("station-1", "*111001#4711#")
    assert appliance.agent(ANA).station == "station-1"


def test_a_pause_holds_calls_back_until_resumed():
    appliance = ready_for_ana()
    appliance.dial("station-1", "*131")
    assert appliance.facts(AgentPaused) == [AgentPaused(agent=ANA, reason="break")]
    appliance.queue("trunk-1")
    assert appliance.ringing == set()
    appliance.pass_time(60)
    assert appliance.agent(ANA).state_lasts_s == 60
    appliance.dial("station-1", "*14")
    assert appliance.facts(AgentResumed)
    assert appliance.ringing == {"station-1"}


def test_another_pause_code_changes_the_reason_and_counts_anew():
    appliance = ready_for_ana()
    appliance.dial("station-1", "*131")
    appliance.pass_time(60)
    appliance.dial("station-1", "*132")
    assert (appliance.agent(ANA).reason, appliance.agent(ANA).state_lasts_s) == ("meeting", 0)


def test_resuming_when_ready_is_confirmed_and_changes_nothing():
    appliance = ready_for_ana()
    appliance.dial("station-1", "*14")
    assert signals(appliance)[-1] is Signal.CONFIRMATION
    assert not appliance.asked(WriteFact)


def test_an_agent_who_logs_in_elsewhere_moves_there():
    appliance = ready_for_ana()
    appliance.log_in(ANA, "station-2")
    kinds = [type(f) for _, f in appliance.journal if isinstance(f, AgentLoggedIn | AgentLoggedOut)]
    assert kinds == [AgentLoggedIn, AgentLoggedOut, AgentLoggedIn]
    appliance.queue("trunk-1")
    assert appliance.ringing == {"station-2"}


def test_who_logs_in_where_someone_else_is_takes_the_station_over():
    appliance = ready_for_ana()
    appliance.log_in(BEN, "station-1")
    assert appliance.agent(ANA).state == "logged out"
    assert appliance.station("station-1").agent == BEN


def test_an_agent_who_is_rung_and_logs_in_elsewhere_takes_the_caller_along():
    appliance = ready_for_ana()
    call = appliance.queue("trunk-1")
    appliance.log_in(ANA, "station-2")
    assert appliance.facts(OfferWithdrawn)
    assert appliance.ringing == {"station-2"}
    assert appliance.call(call).place == 1


def test_an_agent_who_talks_can_not_log_in_elsewhere():
    appliance = talking_with_ana()
    appliance.dial("station-2", "*111001#4711#")
    assert appliance.facts(LogInRefused)[-1].reason == "talks at another station"
    assert appliance.agent(ANA).station == "station-1"


def test_a_pause_asked_for_in_a_call_begins_after_the_wrap_up():
    appliance = talking_with_ana()
    appliance.press("station-1", "*131")
    assert appliance.facts(PauseRequested)
    assert signals(appliance) == [Signal.CONFIRMATION]
    assert appliance.connected, "the talk goes on"
    appliance.put_down("station-1")
    assert appliance.agent(ANA).state == "wrapping up"
    assert appliance.agent(ANA).reason == "break"
    appliance.pass_time(15)
    assert (appliance.agent(ANA).state, appliance.agent(ANA).reason) == ("paused", "break")
    assert len(appliance.facts(AgentWrappedUp)) == 1


def test_a_pause_asked_for_in_a_call_can_be_taken_back():
    appliance = talking_with_ana()
    appliance.press("station-1", "*131*14")
    appliance.put_down("station-1")
    appliance.pass_time(15)
    assert appliance.agent(ANA).state == "ready"


def test_keys_of_a_talking_agent_that_are_no_code_do_nothing():
    appliance = talking_with_ana()
    appliance.press("station-1", "1234#*11*5")
    assert appliance.actions == []
    appliance.press("station-1", "*1")
    appliance.pass_time(11)
    appliance.press("station-1", "31")
    assert appliance.actions == []
    appliance.press("station-1", "*132")
    assert appliance.agent(ANA).reason == "meeting"


def test_logging_out_in_a_call_is_refused_by_a_tone_and_the_talk_goes_on():
    appliance = talking_with_ana()
    appliance.press("station-1", "*12")
    assert signals(appliance) == [Signal.ERROR]
    assert appliance.connected
    assert appliance.agent(ANA).state == "talking"


def test_a_request_in_a_call_that_is_not_stored_gives_error_tone():
    appliance = talking_with_ana()
    appliance.disk_hangs = True
    appliance.press("station-1", "*131")
    appliance.pass_time(2)
    assert signals(appliance) == [Signal.ERROR]
    assert appliance.connected


def test_a_wrap_up_can_be_ended_early():
    appliance = talking_with_ana()
    appliance.put_down("station-1")
    appliance.pass_time(3)
    appliance.dial("station-1", "*14")
    assert appliance.agent(ANA).state == "ready"
    appliance.pass_time(60)
    assert len(appliance.facts(AgentWrappedUp)) == 1


def test_a_pause_ends_a_wrap_up():
    appliance = talking_with_ana()
    appliance.put_down("station-1")
    appliance.dial("station-1", "*131")
    assert appliance.agent(ANA).state == "paused"
    assert len(appliance.facts(AgentWrappedUp)) == 1
    appliance.pass_time(60)
    assert appliance.agent(ANA).state == "paused"


def test_ending_a_wrap_up_takes_the_wish_for_a_pause_back():
    appliance = talking_with_ana()
    appliance.press("station-1", "*131")
    appliance.put_down("station-1")
    appliance.dial("station-1", "*14")
    assert appliance.agent(ANA).state == "ready"
    assert appliance.agent(ANA).reason == ""
    assert appliance.restart().agent(ANA).reason == ""


def test_who_lifts_anew_hears_nothing_of_what_was_stored_for_the_last_one():
    appliance = Appliance().switch_on()
    appliance.disk_hangs = True
    appliance.lift("station-1")
    appliance.press("station-1", "*111001#4711#")
    appliance.tell(HandsetLifted(port=ONE))
    appliance.tell(FactStored(ticket=1))
    appliance.pass_time(5)
    assert signals(appliance) == [Signal.DIAL, Signal.DIAL]


def test_logging_out_ends_a_wrap_up():
    appliance = talking_with_ana()
    appliance.put_down("station-1")
    appliance.dial("station-1", "*12")
    assert appliance.agent(ANA).state == "logged out"
    assert len(appliance.facts(AgentWrappedUp)) == 1
    appliance.pass_time(60)
    assert appliance.agent(ANA).state == "logged out"


def test_the_wrap_up_runs_while_the_handset_is_off_hook_but_nothing_rings_before_it_is_down():
    appliance = talking_with_ana()
    appliance.caller_hangs_up("trunk-1")
    appliance.queue("trunk-2")
    appliance.pass_time(20)
    assert appliance.agent(ANA).state == "ready"
    assert appliance.ringing == set()
    appliance.put_down("station-1")
    assert appliance.ringing == {"station-1"}


def test_lifting_a_handset_that_rings_answers_and_does_not_dial():
    appliance = ready_for_ana()
    appliance.queue("trunk-1")
    appliance.lift("station-1")
    assert signals(appliance) == []
    assert appliance.facts(CallConnected)


def test_a_station_that_fails_while_dialling_forgets_what_was_dialled():
    appliance = Appliance().switch_on()
    appliance.lift("station-1")
    appliance.press("station-1", "*111001#")
    appliance.fail("station-1")
    appliance.repair("station-1")
    appliance.lift("station-1")
    appliance.press("station-1", "4711#")
    assert signals(appliance)[-1] is Signal.ERROR


def test_stations_show_who_is_there():
    appliance = ready_for_ana()
    appliance.queue("trunk-1")
    views = appliance.center.stations()
    assert [view.port for view in views] == list(STATIONS)
    assert (views[0].agent, views[0].state, views[0].call) == (ANA, "ringing", "00000001")
    assert (views[1].agent, views[1].state, views[1].call) == (None, "on-hook", None)
