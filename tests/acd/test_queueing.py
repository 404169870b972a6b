"""Who waits, what they hear, whose handset rings."""

from acd_appliance import ANA, BEN, CARA, SALES, SUPPORT, Appliance, settings

from acd import (
    AgentLoggedOut,
    AgentPaused,
    AnnouncementPlayed,
    Answered,
    CallConnected,
    CallEnded,
    CallerQueued,
    Cause,
    Cleared,
    ClearLine,
    HandsetLifted,
    OfferMade,
    OfferMissed,
    OfferWithdrawn,
    PlayMusic,
    PlayPrompts,
    PortId,
    RingStation,
)


def test_callers_are_served_in_the_order_in_which_they_came():
    appliance = Appliance().switch_on()
    first, second = appliance.queue("trunk-1"), appliance.queue("trunk-2")
    appliance.log_in(ANA, "station-1")
    assert appliance.call(first).stage == "offering"
    assert (appliance.call(second).stage, appliance.call(second).place) == ("queued", 2)
    appliance.lift("station-1")
    assert appliance.call(second).place == 1
    appliance.put_down("station-1")
    appliance.pass_time(15)
    assert appliance.call(second).stage == "offering"


def test_the_agent_who_has_been_idle_longest_is_rung():
    appliance = Appliance().switch_on()
    appliance.log_in(BEN, "station-2")
    appliance.pass_time(5)
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    assert appliance.ringing == {"station-2"}


def test_idleness_counts_from_the_end_of_the_last_work():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.log_in(BEN, "station-2")
    appliance.queue("trunk-1")
    appliance.lift("station-1")
    appliance.put_down("station-1")
    appliance.pass_time(15)
    appliance.queue("trunk-1")
    assert appliance.ringing == {"station-2"}


def test_an_agent_of_two_queues_gets_the_caller_who_waits_longest_over_both():
    appliance = Appliance().switch_on()
    support = appliance.queue("trunk-1", "2")
    appliance.pass_time(1)
    sales = appliance.queue("trunk-2", "1")
    appliance.log_in(BEN, "station-2")
    assert appliance.call(support).stage == "offering"
    assert appliance.call(sales).stage == "queued"


def test_every_ready_agent_is_rung_at_once_for_a_caller_of_their_own():
    appliance = Appliance().switch_on()
    for agent, station in ((ANA, "station-1"), (BEN, "station-2"), (CARA, "station-3")):
        appliance.log_in(agent, station)
    appliance.queue("trunk-1", "1")
    appliance.queue("trunk-2", "1")
    appliance.queue("trunk-3", "2")
    assert appliance.ringing == {"station-1", "station-2", "station-3"}
    assert {(fact.agent, fact.queue) for fact in appliance.facts(OfferMade)} == {
        (ANA, SALES),
        (BEN, SALES),
        (CARA, SUPPORT),
    }


def test_the_handset_is_shown_who_calls():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    assert appliance.asked(RingStation)[0].caller.number == "0721000001"


def test_the_place_interrupts_the_music_at_its_times():
    appliance = Appliance(settings(announce_first_s=30, announce_every_s=45)).switch_on()
    appliance.queue("trunk-1")
    call = appliance.queue("trunk-2")
    assert isinstance(appliance.sound["trunk-2"], PlayMusic)
    appliance.pass_time(29)
    assert not appliance.facts(AnnouncementPlayed)
    appliance.pass_time(1)
    assert appliance.sound["trunk-2"].prompts == ("place.2",)
    appliance.pass_time(2)
    assert isinstance(appliance.sound["trunk-2"], PlayMusic)
    appliance.caller_hangs_up("trunk-1")
    appliance.pass_time(43)
    assert appliance.sound["trunk-2"].prompts == ("place.1",)
    told = [(fact.call, fact.place) for fact in appliance.facts(AnnouncementPlayed)]
    assert told[1:] == [(call, 2), (call, 1)]


def test_a_place_can_be_told_at_once_and_never_again():
    appliance = Appliance(settings(announce_first_s=0, announce_every_s=0)).switch_on()
    appliance.queue("trunk-1")
    assert appliance.sound["trunk-1"].prompts == ("place.1",)
    appliance.pass_time(500)
    assert len(appliance.facts(AnnouncementPlayed)) == 1


def test_music_returns_when_the_end_of_an_announcement_is_never_reported():
    appliance = Appliance(settings(announce_every_s=0)).switch_on()
    appliance.queue("trunk-1")
    appliance.sounds_end = False
    appliance.pass_time(61)
    assert isinstance(appliance.sound["trunk-1"], PlayMusic)


def test_no_place_is_told_while_a_handset_rings_but_right_after_it():
    appliance = Appliance(settings(announce_first_s=10)).switch_on()
    appliance.log_in(ANA, "station-1")
    call = appliance.queue("trunk-1")
    appliance.pass_time(19)
    assert appliance.call(call).stage == "offering"
    assert not appliance.facts(AnnouncementPlayed)
    appliance.pass_time(1)
    assert appliance.sound["trunk-1"].prompts == ("place.1",)


def test_a_caller_offered_at_once_hears_music_and_no_place():
    appliance = Appliance(settings(announce_first_s=0)).switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    assert isinstance(appliance.sound["trunk-1"], PlayMusic)
    assert not appliance.facts(AnnouncementPlayed)


def test_the_longest_wait_leads_to_the_node_for_it():
    appliance = Appliance(settings(longest_wait_s=100)).switch_on()
    call = appliance.queue("trunk-1")
    appliance.pass_time(100)
    assert appliance.call(call).stage == "flow"
    assert appliance.call(call).queue is None
    assert appliance.queue_view(SALES).waiting == 0
    assert appliance.sound["trunk-1"].prompts == ("sorry",)
    appliance.pass_time(2)
    ended = appliance.facts(CallEnded)[0]
    assert (ended.cause, ended.stage) == ("waited too long", "flow")
    assert appliance.queue_view(SALES).abandoned == 0


def test_a_ringing_handset_may_still_be_answered_when_the_longest_wait_is_over():
    appliance = Appliance(settings(longest_wait_s=100)).switch_on()
    appliance.queue("trunk-1")
    appliance.pass_time(90)
    appliance.log_in(ANA, "station-1")
    appliance.pass_time(15)
    appliance.lift("station-1")
    assert appliance.connected == {("trunk-1", "station-1")}


def test_the_longest_wait_is_looked_at_again_when_nobody_answered():
    appliance = Appliance(settings(longest_wait_s=100)).switch_on()
    call = appliance.queue("trunk-1")
    appliance.pass_time(90)
    appliance.log_in(ANA, "station-1")
    appliance.pass_time(20)
    assert appliance.call(call).stage == "flow"


def test_a_missed_offer_brings_the_caller_back_to_the_old_place():
    appliance = Appliance().switch_on()
    first = appliance.queue("trunk-1")
    second = appliance.queue("trunk-2")
    appliance.log_in(ANA, "station-1")
    appliance.pass_time(20)
    assert appliance.facts(OfferMissed)[0].agent == ANA
    assert appliance.ringing == set()
    assert (appliance.call(first).place, appliance.call(second).place) == (1, 2)
    assert appliance.agent(ANA).missed == 1
    assert not appliance.agent(ANA).is_offerable
    appliance.pass_time(4.9)
    assert appliance.ringing == set()
    appliance.pass_time(0.1)
    assert appliance.call(first).stage == "offering"


def test_a_missed_caller_is_offered_to_another_agent_at_once():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    call = appliance.queue("trunk-1")
    appliance.pass_time(1)
    appliance.log_in(BEN, "station-2")
    appliance.pass_time(19)
    assert appliance.ringing == {"station-2"}
    assert appliance.call(call).agent == BEN


def test_a_new_log_in_ends_the_delay_after_a_missed_offer():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    call = appliance.queue("trunk-1")
    appliance.pass_time(20)
    appliance.log_in(ANA, "station-2")
    assert appliance.call(call).stage == "offering"
    assert appliance.ringing == {"station-2"}


def test_two_missed_offers_in_a_row_pause_the_agent():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.pass_time(20 + 5 + 20)
    assert appliance.facts(AgentPaused)[0].reason == "missed"
    assert (appliance.agent(ANA).state, appliance.agent(ANA).reason) == ("paused", "missed")
    appliance.pass_time(60)
    assert appliance.ringing == set()
    appliance.dial("station-1", "*14")
    assert appliance.ringing == {"station-1"}


def test_after_a_pause_missed_offers_are_counted_anew():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.pass_time(20 + 5 + 20)
    appliance.dial("station-1", "*14")
    appliance.pass_time(20)
    assert appliance.agent(ANA).state == "ready"
    assert appliance.agent(ANA).missed == 3


def test_an_answer_between_two_missed_offers_keeps_the_agent():
    appliance = Appliance(settings(wrap_up_s=0)).switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.pass_time(25)
    appliance.lift("station-1")
    appliance.put_down("station-1")
    appliance.queue("trunk-2")
    appliance.pass_time(20)
    assert appliance.agent(ANA).state == "ready"
    assert appliance.agent(ANA).missed == 2


def test_a_caller_who_hangs_up_while_the_handset_rings_withdraws_the_offer():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.pass_time(1)
    appliance.log_in(BEN, "station-2")
    appliance.queue("trunk-1")
    appliance.caller_hangs_up("trunk-1")
    assert appliance.ringing == set()
    assert appliance.asked(ClearLine, "station-1")
    assert appliance.facts(OfferWithdrawn)[0].agent == ANA
    ended = appliance.facts(CallEnded)[0]
    assert (ended.stage, ended.cause) == ("offering", "caller hung up")
    assert appliance.queue_view(SALES).abandoned == 1
    appliance.queue("trunk-1")
    assert appliance.ringing == {"station-1"}, "the agent has kept the idle order"


def test_a_caller_who_hangs_up_while_queued_has_abandoned():
    appliance = Appliance().switch_on()
    appliance.queue("trunk-1")
    appliance.pass_time(7)
    assert appliance.queue_view(SALES).longest_wait_s == 7
    appliance.caller_hangs_up("trunk-1")
    queue = appliance.queue_view(SALES)
    assert (queue.waiting, queue.longest_wait_s, queue.abandoned) == (0, 0, 1)
    assert appliance.facts(CallEnded)[0].stage == "queued"


def test_a_handset_lifted_in_the_instant_in_which_it_is_rung_answers():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.ringing.clear()
    appliance.off_hook.add("station-1")
    appliance.tell(HandsetLifted(port=PortId("station-1")))
    assert appliance.connected == {("trunk-1", "station-1")}
    # Its line was off-hook when our ring came, and says so; that is not the end of this call.
    glare = Cleared(port=PortId("station-1"), cause=Cause.LINE_FAILED)
    appliance.tell(glare)
    assert appliance.connected == {("trunk-1", "station-1")}
    appliance.tell(glare)
    assert appliance.connected == set()


def test_an_off_hook_agent_is_not_offered_until_the_handset_is_down():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.lift("station-1")
    call = appliance.queue("trunk-1")
    assert appliance.call(call).stage == "queued"
    assert not appliance.agent(ANA).is_offerable
    appliance.put_down("station-1")
    assert appliance.ringing == {"station-1"}


def test_an_agent_whose_station_is_out_of_service_is_not_offered():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.fail("station-1")
    appliance.queue("trunk-1")
    assert appliance.ringing == set()
    assert appliance.agent(ANA).state == "line down"
    appliance.repair("station-1")
    assert appliance.ringing == {"station-1"}


def test_a_station_that_fails_while_it_rings_withdraws_the_offer_and_the_caller_stays():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    call = appliance.queue("trunk-1")
    appliance.fail("station-1")
    assert appliance.facts(OfferWithdrawn)
    assert (appliance.call(call).stage, appliance.call(call).place) == ("queued", 1)
    assert appliance.agent(ANA).state == "line down"


def test_a_line_that_can_not_ring_counts_as_missed_and_is_not_rung_without_end():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.ringing.clear()
    appliance.tell(Cleared(port=PortId("station-1"), cause=Cause.LINE_FAILED))
    assert appliance.facts(OfferMissed)
    assert appliance.ringing == set()
    appliance.pass_time(5)
    assert appliance.ringing == {"station-1"}


def test_a_released_handset_that_does_not_report_is_told_again():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.ringing.clear()
    appliance.off_hook.add("station-1")  # so that the appliance does not confirm the release
    appliance.caller_hangs_up("trunk-1")
    assert appliance.station("station-1").state == "released"
    assert len(appliance.asked(ClearLine, "station-1")) == 1
    appliance.pass_time(5)
    assert len(appliance.asked(ClearLine, "station-1")) == 2
    appliance.put_down("station-1")
    assert appliance.station("station-1").state == "on-hook"


def test_an_answer_that_crosses_the_withdrawal_connects_nobody():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.ringing.clear()
    appliance.off_hook.add("station-1")
    appliance.caller_hangs_up("trunk-1")
    appliance.tell(Answered(port=PortId("station-1")))
    assert appliance.connected == set()
    assert appliance.station("station-1").state == "dropped"
    appliance.queue("trunk-2")
    assert appliance.ringing == set()
    appliance.put_down("station-1")
    assert appliance.ringing == {"station-1"}


def test_a_handset_lifted_as_it_was_to_ring_stays_lifted_though_the_caller_is_gone_already():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.tell(HandsetLifted(port=PortId("station-1")))
    appliance.caller_hangs_up("trunk-1")
    appliance.tell(Cleared(port=PortId("station-1"), cause=Cause.LINE_FAILED))  # it could not ring
    assert appliance.station("station-1").state == "dropped"
    appliance.pass_time(30)
    appliance.queue("trunk-2")
    appliance.put_down("station-1")
    assert appliance.station("station-1").state == "ringing"


def test_an_agent_who_logs_out_is_not_offered():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.dial("station-1", "*12")
    assert appliance.facts(AgentLoggedOut)
    appliance.queue("trunk-1")
    assert appliance.ringing == set()


def test_a_place_that_became_worse_is_not_told():
    appliance = Appliance(settings(announce_first_s=50, announce_every_s=50)).switch_on()
    appliance.log_in(ANA, "station-1")
    talked = appliance.queue("trunk-1")
    appliance.lift("station-1")
    waits = appliance.queue("trunk-2")
    appliance.pass_time(50)
    assert [fact.place for fact in appliance.facts(AnnouncementPlayed)] == [1]
    appliance.fail("station-1")
    assert appliance.call(talked).place == 1
    assert appliance.call(waits).place == 2
    appliance.pass_time(60)
    told = [fact.place for fact in appliance.facts(AnnouncementPlayed) if fact.call == waits]
    assert told == [1]


def test_the_longest_wait_begins_anew_after_a_lost_talk():
    appliance = Appliance(settings(longest_wait_s=100)).switch_on()
    appliance.log_in(ANA, "station-1")
    call = appliance.queue("trunk-1")
    appliance.lift("station-1")
    appliance.pass_time(500)
    appliance.fail("station-1")
    assert appliance.call(call).stage == "queued"
    assert appliance.facts(CallerQueued)[-1].place == 1
    assert isinstance(appliance.sound["trunk-1"], PlayMusic)
    appliance.pass_time(100)
    assert appliance.call(call).stage == "flow"


def test_a_caller_whose_agent_was_lost_is_told_the_place_again():
    appliance = Appliance(settings(announce_first_s=5, announce_every_s=20)).switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.lift("station-1")
    appliance.fail("station-1")
    appliance.pass_time(19)
    assert not appliance.facts(AnnouncementPlayed)
    appliance.pass_time(1)
    assert [fact.place for fact in appliance.facts(AnnouncementPlayed)] == [1]


def test_a_caller_is_counted_as_served_once_even_if_the_agent_was_lost():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.pass_time(3)
    appliance.lift("station-1")
    appliance.fail("station-1")
    appliance.log_in(BEN, "station-2")
    appliance.lift("station-2")
    assert len(appliance.facts(CallConnected)) == 2
    queue = appliance.queue_view(SALES)
    assert (queue.served, queue.average_wait_s) == (1, 3.0)
    appliance.fail("station-2")
    appliance.caller_hangs_up("trunk-1")
    assert appliance.queue_view(SALES).abandoned == 0


def test_announcements_are_in_the_language_of_the_trunk():
    appliance = Appliance(settings(announce_first_s=0)).switch_on()
    appliance.queue("trunk-1")
    assert {action.language for action in appliance.asked(PlayPrompts, "trunk-1")} == {"ro"}
