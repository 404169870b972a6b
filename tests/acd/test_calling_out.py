"""Calls that go out, and through: which trunk, what is heard, what each end is told, what is counted."""

from dataclasses import replace

import pytest
from acd_appliance import (
    ANA,
    FLOW,
    OUTSIDE,
    STATIONS,
    TRUNKS,
    UTC_MINUS_NOW_S,
    Appliance,
    settings,
)

from acd import (
    Alerting,
    AnswerCall,
    Answered,
    CallAnswered,
    CallBarred,
    CallEnded,
    CallerIdentity,
    CallOffered,
    CallOfferedToUs,
    CallPlaced,
    Cause,
    Cleared,
    ClearLine,
    Connect,
    DialNode,
    DialOut,
    FarEndAnswered,
    KeyPressed,
    LineChoice,
    NumberDialled,
    NumberKind,
    PlayPrompts,
    PlaySignal,
    PortId,
    Proceeding,
    Signal,
    StartRecording,
    StationRights,
    TellAlerting,
    TellProgress,
    TrunkReleased,
    TrunkSeized,
)

ONE, TWO, THREE, OFFICE = TRUNKS
ANA_AT, BEN_AT, SHOP = STATIONS[:3]


def switched_on(**others) -> Appliance:
    return Appliance(settings(number_plan=replace(OUTSIDE, **others))).switch_on()


@pytest.fixture
def appliance() -> Appliance:
    return switched_on()


def dial(appliance: Appliance, number: str = "0721000001#", station: str = ANA_AT) -> None:
    appliance.lift(station)
    appliance.press(station, number)


def dialled_on(appliance: Appliance) -> list[str]:
    return [action.port for action in appliance.asked(DialOut)]


def fails(appliance: Appliance, port: str, cause: Cause, q850: int | None = None) -> None:
    appliance.tell(Cleared(port=PortId(port), cause=cause, q850=q850))


def carrier(appliance: Appliance, name: str):
    return next(each for each in appliance.center.carriers(appliance.now) if each.carrier == name)


# ---------------------------------------------------------------- from a handset


def test_a_number_dialled_at_a_handset_is_called_and_both_hear_each_other(appliance):
    dial(appliance)
    assert appliance.asked(DialOut) == [
        DialOut(port=ONE, number="0721000001", caller=CallerIdentity(number="+40215550100"))
    ]
    appliance.tell(Alerting(port=ONE, in_band=False))
    assert appliance.sound[ANA_AT] == PlaySignal(port=ANA_AT, signal=Signal.RINGBACK)
    appliance.tell(Answered(port=ONE, connected=CallerIdentity(number="0721000002")))
    assert appliance.connected == {(ANA_AT, ONE)}
    assert ANA_AT not in appliance.sound
    assert [each.port for each in appliance.asked(StartRecording)] == [ONE]
    appliance.pass_time(60)
    appliance.put_down(ANA_AT)
    assert appliance.asked(ClearLine, ONE)
    assert appliance.connected == set()
    (placed,) = appliance.facts(CallPlaced)
    assert (placed.port, placed.agent) == (ANA_AT, "")
    (number,) = appliance.facts(NumberDialled)
    assert (number.number, number.kind) == ("0721000001", "national")
    (answered,) = appliance.facts(FarEndAnswered)
    assert answered.connected == "0721000002"
    (released,) = appliance.facts(TrunkReleased)
    assert (released.carrier, released.answered_s, released.month) == ("cheap", 60.0, "2026-11")
    (ended,) = appliance.facts(CallEnded)
    assert (ended.cause, ended.stage, ended.carrier) == ("agent hung up", "through", "")


def test_what_the_far_end_sends_before_its_answer_is_heard(appliance):
    dial(appliance)
    appliance.tell(Proceeding(port=ONE, in_band=True))
    assert appliance.connected == {(ANA_AT, ONE)}
    appliance.tell(Alerting(port=ONE, in_band=False))
    assert ANA_AT not in appliance.sound
    appliance.tell(Answered(port=ONE))
    assert appliance.asked(Connect) == [Connect(port=ANA_AT, other=ONE)]


def test_a_number_is_complete_after_a_pause_or_at_once_where_no_longer_one_begins_so(appliance):
    dial(appliance, "0721000001")
    assert dialled_on(appliance) == []
    appliance.pass_time(4.1)
    assert dialled_on(appliance) == [ONE]
    dial(appliance, "301", station=BEN_AT)
    assert dialled_on(appliance) == [ONE, OFFICE]


def test_half_a_number_is_no_number(appliance):
    dial(appliance, "07")
    appliance.pass_time(9.9)
    assert appliance.station(ANA_AT).state == "dialling"
    appliance.pass_time(0.2)
    assert dialled_on(appliance) == [ONE]  # the exchange will say what it thinks of it
    dial(appliance, "07*", station=BEN_AT)
    assert appliance.station(BEN_AT).state == "refused"


@pytest.mark.parametrize(
    ("cause", "tone"),
    [
        (Cause.CALLED_BUSY, Signal.BUSY),
        (Cause.CALLED_NO_ANSWER, Signal.BUSY),
        (Cause.WRONG_NUMBER, Signal.CONGESTION),
        (Cause.CALLED_REJECTED, Signal.CONGESTION),
    ],
)
def test_a_called_party_that_is_not_reached_is_heard_and_not_tried_on_another_line(
    appliance, cause, tone
):
    dial(appliance)
    fails(appliance, ONE, cause, q850=17)
    assert dialled_on(appliance) == [ONE]
    assert appliance.sound[ANA_AT] == PlaySignal(port=ANA_AT, signal=tone)
    (ended,) = appliance.facts(CallEnded)
    assert (ended.cause, ended.stage, ended.q850) == (cause.value, "dialling", 17)
    appliance.put_down(ANA_AT)
    assert appliance.station(ANA_AT).state == "on-hook"


def test_nobody_answers(appliance):
    dial(appliance)
    appliance.tell(Alerting(port=ONE, in_band=False))
    appliance.pass_time(91)
    assert appliance.asked(ClearLine, ONE)
    assert appliance.facts(CallEnded)[0].cause == "called party did not answer"


def test_the_called_party_hangs_up(appliance):
    dial(appliance)
    appliance.tell(Answered(port=ONE))
    fails(appliance, ONE, Cause.CALLER_HUNG_UP, q850=16)
    assert appliance.station(ANA_AT).state == "dropped"
    (ended,) = appliance.facts(CallEnded)
    assert (ended.cause, ended.q850) == ("called party hung up", 16)
    assert appliance.asked(ClearLine, ONE) == []


def test_an_agent_who_dials_is_offered_nothing_meanwhile_and_is_in_the_record(appliance):
    appliance.log_in(ANA, ANA_AT)
    dial(appliance)
    assert not appliance.agent(ANA).is_offerable
    assert appliance.facts(CallPlaced)[0].agent == ANA
    appliance.tell(Answered(port=ONE))
    appliance.queue(TWO)
    assert appliance.station(ANA_AT).state == "talking"
    appliance.put_down(ANA_AT)
    assert appliance.agent(ANA).state == "ringing"


@pytest.mark.parametrize(
    ("number", "may"),
    [("0721000001#", True), ("0049301234#", False), ("301", False), ("112", True)],
)
def test_what_a_station_may_dial_is_its_right_and_emergency_is_everyones(number, may):
    rights = {ANA_AT: StationRights(kinds=frozenset({NumberKind.NATIONAL}))}
    appliance = switched_on(rights=rights)
    dial(appliance, number)
    assert bool(dialled_on(appliance)) is may
    assert bool(appliance.facts(CallBarred)) is not may
    if not may:
        assert appliance.station(ANA_AT).state == "refused"
    dial(appliance, number, station=SHOP)
    assert (SHOP in [each.port for each in appliance.facts(CallPlaced)]) is (number == "112")


def test_a_station_shows_a_number_of_its_own():
    own = {ANA_AT: StationRights(kinds=frozenset(NumberKind), caller_number="+40215550177")}
    appliance = switched_on(rights=own)
    dial(appliance)
    assert appliance.asked(DialOut)[0].caller.number == "+40215550177"


def test_without_a_number_plan_digits_mean_nothing():
    appliance = Appliance().switch_on()
    dial(appliance, "0")
    assert appliance.station(ANA_AT).state == "refused"


# ---------------------------------------------------------------- which trunk


def test_the_cheapest_way_is_tried_first_and_the_next_when_it_is_full(appliance):
    appliance.offer(ONE)
    appliance.offer(TWO)
    dial(appliance)
    assert dialled_on(appliance) == [THREE]
    assert appliance.facts(TrunkSeized)[0].group == "dear"


def test_congestion_leads_to_the_next_group(appliance):
    dial(appliance)
    fails(appliance, ONE, Cause.CONGESTION, q850=34)
    fails(appliance, THREE, Cause.CONGESTION, q850=42)
    assert dialled_on(appliance) == [ONE, THREE]
    (ended,) = appliance.facts(CallEnded)
    assert (ended.cause, ended.q850) == ("no line free", 42)


@pytest.mark.parametrize("cause", [Cause.GLARE, Cause.LINE_FAILED])
def test_glare_and_a_line_that_fails_lead_to_the_next_line(appliance, cause):
    dial(appliance)
    fails(appliance, ONE, cause)
    fails(appliance, TWO, cause)
    fails(appliance, THREE, cause)
    assert dialled_on(appliance) == [ONE, TWO, THREE]
    assert [each.answered_s for each in appliance.facts(TrunkReleased)] == [0.0] * 3
    assert appliance.station(ANA_AT).state == "forgotten"


def test_a_line_that_is_taken_from_the_other_side_brings_its_caller_and_ours_goes_elsewhere(
    appliance,
):
    dial(appliance)
    fails(appliance, ONE, Cause.GLARE)
    appliance.offer(ONE)
    assert dialled_on(appliance) == [ONE, TWO]
    assert {call.port for call in appliance.center.calls(appliance.now)} == {ANA_AT, ONE}


@pytest.mark.parametrize(
    ("choice", "order"),
    [
        (LineChoice.UP, [ONE, TWO, ONE]),
        (LineChoice.DOWN, [TWO, ONE, TWO]),
        (LineChoice.ROUND_ROBIN, [ONE, TWO, ONE]),
    ],
)
def test_the_group_says_which_of_its_lines_is_taken(choice, order):
    cheap = replace(OUTSIDE.groups[0], choice=choice)
    appliance = switched_on(groups=(cheap, *OUTSIDE.groups[1:]))
    dial(appliance)
    dial(appliance, station=BEN_AT)
    appliance.put_down(ANA_AT)
    appliance.pass_time(1)
    dial(appliance)
    assert dialled_on(appliance) == order


def test_round_robin_goes_on_where_it_was(appliance):
    for _ in range(3):
        dial(appliance)
        appliance.put_down(ANA_AT)
        appliance.pass_time(1)
    assert dialled_on(appliance) == [ONE, TWO, ONE]


def test_a_line_out_of_service_is_not_taken(appliance):
    appliance.fail(ONE)
    appliance.fail(TWO)
    dial(appliance)
    assert dialled_on(appliance) == [THREE]


def test_digits_are_left_out_and_put_in_front_as_a_way_wants():
    world = replace(
        OUTSIDE.routes[0], ways=(replace(OUTSIDE.routes[0].ways[0], strip=1, prepend="9"),)
    )
    appliance = switched_on(routes=(world,))
    dial(appliance)
    assert appliance.asked(DialOut)[0].number == "9721000001"
    appliance.put_down(ANA_AT)
    dial(appliance, "0049301234#", station=BEN_AT)
    assert appliance.facts(TrunkSeized)[-1].number == "+49301234"


# ---------------------------------------------------------------- emergency


def test_an_emergency_call_takes_a_line_away_when_all_are_taken(appliance):
    appliance.queue(ONE)
    appliance.offer(TWO)
    appliance.offer(THREE)
    appliance.offer(OFFICE, called="55510")
    dial(appliance, "112", station=SHOP)
    assert dialled_on(appliance) == []
    (ended,) = appliance.facts(CallEnded)
    assert (ended.cause, ended.stage) == ("line needed for an emergency call", "flow")
    appliance.pass_time(0.6)
    assert len(dialled_on(appliance)) == 1
    assert len(appliance.facts(CallEnded)) == 1


def test_an_emergency_call_keeps_trying_while_lines_fail(appliance):
    dial(appliance, "112")
    for _ in range(4):
        for port in (ONE, TWO, THREE, OFFICE):
            fails(appliance, port, Cause.LINE_FAILED)
        appliance.pass_time(0.6)
    assert appliance.station(ANA_AT).state == "talking"
    assert len(dialled_on(appliance)) == 4 * 4 + 1
    for _ in range(120):
        for port in (ONE, TWO, THREE, OFFICE):
            fails(appliance, port, Cause.CONGESTION)
        appliance.pass_time(0.6)
    assert appliance.facts(CallEnded)[0].cause == "no line free"


def test_no_call_is_ended_for_an_emergency_call_that_the_network_has_no_way_for(appliance):
    appliance.fail(TWO)
    appliance.offer(THREE)
    appliance.fail(OFFICE)
    dial(appliance, "112")
    appliance.pass_time(0.1)
    fails(appliance, ONE, Cause.CONGESTION)
    (ended,) = appliance.facts(CallEnded)  # that of the group whose only line was taken
    assert (ended.cause, ended.stage) == ("line needed for an emergency call", "flow")
    fails(appliance, THREE, Cause.CONGESTION)
    appliance.repair(TWO)
    appliance.offer(TWO)
    for _ in range(20):
        for port in (ONE, THREE):
            fails(appliance, port, Cause.CONGESTION)
        appliance.pass_time(0.6)
    assert len(appliance.facts(CallEnded)) == 1


def test_no_emergency_call_is_ended_for_another(appliance):
    for port in (TWO, THREE, OFFICE):
        appliance.fail(port)
    dial(appliance, "112")
    dial(appliance, "112", station=BEN_AT)
    appliance.pass_time(70)
    assert [each.port for each in appliance.facts(CallPlaced)] == [ANA_AT, BEN_AT]
    (ended,) = [each for each in appliance.facts(CallEnded) if each.stage == "dialling"]
    assert ended.call == appliance.facts(CallPlaced)[1].call


# ---------------------------------------------------------------- through


def test_a_call_from_the_office_goes_out_and_is_answered_when_the_called_party_answers(appliance):
    caller = CallerIdentity(number="301", name="Reception")
    appliance.tell(CallOffered(port=OFFICE, caller=caller, called="0721000001"))
    assert appliance.asked(AnswerCall) == []
    assert dialled_on(appliance) == [ONE]
    appliance.tell(Alerting(port=ONE, in_band=False))
    assert appliance.asked(TellAlerting) == [TellAlerting(port=OFFICE, in_band=False)]
    appliance.tell(Answered(port=ONE))
    assert appliance.asked(AnswerCall) == [AnswerCall(port=OFFICE)]
    assert appliance.connected == {(OFFICE, ONE)}
    assert appliance.asked(StartRecording) == []
    appliance.pass_time(30)
    appliance.caller_hangs_up(OFFICE)
    assert appliance.asked(ClearLine, ONE)
    (ended,) = appliance.facts(CallEnded)
    assert (ended.carrier, ended.answered_s, ended.stage) == ("office", 30.0, "through")


def test_who_forwarded_a_call_goes_through_with_it_and_is_in_the_journal(appliance):
    caller = CallerIdentity(number="301", redirecting="302", redirecting_reason="no answer")
    appliance.tell(CallOffered(port=ONE, caller=caller, called="5551"))
    offered = appliance.facts(CallOfferedToUs)[0]
    assert (offered.redirecting, offered.redirecting_reason) == ("302", "no answer")
    passes = replace(OUTSIDE.groups[0], passes_caller=True)
    through = switched_on(groups=(passes, *OUTSIDE.groups[1:]))
    through.tell(CallOffered(port=OFFICE, caller=caller, called="0721000001"))
    shown = through.asked(DialOut)[0].caller
    assert (shown.number, shown.redirecting, shown.redirecting_reason) == (
        "301",
        "302",
        "no answer",
    )


def test_early_speech_goes_through(appliance):
    appliance.offer(OFFICE, called="0721000001")
    appliance.tell(Proceeding(port=ONE, in_band=True))
    assert appliance.asked(TellProgress) == [TellProgress(port=OFFICE)]
    assert appliance.connected == {(OFFICE, ONE)}
    assert appliance.facts(CallAnswered) == []


def test_the_exact_cause_goes_back_to_whoever_called_through(appliance):
    appliance.offer(OFFICE, called="0721000001")
    fails(appliance, ONE, Cause.WRONG_NUMBER, q850=22)
    assert appliance.asked(ClearLine, OFFICE) == [
        ClearLine(port=OFFICE, cause=Cause.WRONG_NUMBER, q850=22)
    ]


def test_an_unanswered_caller_who_gives_up_frees_the_trunk(appliance):
    appliance.offer(OFFICE, called="0721000001")
    appliance.caller_hangs_up(OFFICE)
    assert appliance.asked(ClearLine, ONE)
    assert appliance.center.calls(appliance.now) == ()


def test_a_key_pressed_in_a_greeting_is_the_menus(appliance):
    call = appliance.offer(OFFICE, called="5551")
    appliance.press(OFFICE, "1")
    assert appliance.call(call).queue == "sales"
    assert [each.key for each in appliance.facts(KeyPressed)] == ["1"]


def test_calls_go_through_only_where_that_is_allowed(appliance):
    appliance.offer(ONE, called="0721000009")
    assert dialled_on(appliance) == []
    assert appliance.asked(AnswerCall) == [AnswerCall(port=ONE)]


def test_a_call_does_not_go_back_where_it_came_from(appliance):
    appliance.tell(CallOffered(port=OFFICE, caller=CallerIdentity(), called="302"))
    assert dialled_on(appliance) == []
    assert appliance.asked(ClearLine, OFFICE)[0].cause is Cause.NO_ROUTE


def test_a_caller_in_a_flow_is_joined_to_a_number_and_goes_on_where_nobody_answers():
    nodes = {**FLOW.nodes, "news": DialNode(number="301", failed="goodbye")}
    flow = replace(FLOW, nodes=nodes)
    appliance = Appliance(settings(flow=flow, number_plan=OUTSIDE)).switch_on()
    call = appliance.offer(ONE)
    appliance.press(ONE, "3")
    shown = appliance.asked(DialOut, OFFICE)[0].caller
    assert shown.number == "0721000001"
    assert appliance.call(call).goes_to == "301"
    appliance.tell(Alerting(port=OFFICE, in_band=False))
    assert appliance.sound[ONE] == PlaySignal(port=ONE, signal=Signal.RINGBACK)
    assert appliance.asked(TellAlerting) == []
    fails(appliance, OFFICE, Cause.CALLED_BUSY)
    assert appliance.asked(PlayPrompts, ONE)[-1].prompts == ("goodbye",)
    appliance.press(ONE, "3")
    appliance.pass_time(3)
    assert appliance.facts(CallEnded)[0].stage == "flow"
    appliance.offer(TWO)
    appliance.press(TWO, "3")
    appliance.tell(Answered(port=OFFICE))
    assert appliance.connected == {(TWO, OFFICE)}
    fails(appliance, OFFICE, Cause.CALLER_HUNG_UP)
    assert appliance.facts(CallEnded)[1].cause == "called party hung up"
    assert appliance.asked(ClearLine, TWO)


# ---------------------------------------------------------------- called numbers


def test_a_called_number_has_its_greeting_flow_and_tenant():
    called = replace(OUTSIDE.called[0], tenant="acme", language="en")
    appliance = switched_on(called=(called,))
    appliance.offer(OFFICE, called="5551")
    assert appliance.asked(PlayPrompts)[0].prompts == ("greeting",)
    assert appliance.asked(PlayPrompts)[0].language == "en"
    appliance.pass_time(2.1)
    assert appliance.asked(PlayPrompts)[1].prompts == ("welcome", "choose")
    assert appliance.facts(CallOfferedToUs)[0].tenant == "acme"
    tenants = {
        action.tenant
        for action in appliance.actions
        if hasattr(action, "fact") and getattr(action.fact, "call", "")
    }
    assert tenants == {"acme"}


# ---------------------------------------------------------------- counters


def test_calls_and_minutes_are_counted_for_each_carrier_and_survive_a_restart(appliance):
    dial(appliance)
    appliance.tell(Answered(port=ONE))
    appliance.pass_time(90)
    appliance.put_down(ANA_AT)
    appliance.offer(THREE)
    appliance.pass_time(1)
    appliance.caller_hangs_up(THREE)
    dial(appliance)
    fails(appliance, TWO, Cause.CALLED_BUSY)
    for each in (appliance, appliance.restart()):
        cheap, other = carrier(each, "cheap"), carrier(each, "other")
        assert (cheap.attempts_out, cheap.calls_out, cheap.minutes_out) == (2, 1, 1.5)
        assert (cheap.minimum_minutes, cheap.month) == (100, "2026-11")
        assert (other.calls_in, other.minutes_in) == (1, 1 / 60)


def test_a_call_that_a_restart_ended_is_closed_with_its_trunk(appliance):
    dial(appliance)
    appliance.tell(Answered(port=ONE))
    after = appliance.restart(away_s=2)
    assert after.facts(TrunkReleased)[0].cause == "call server restarted"
    assert after.facts(CallEnded)[0].stage == "through"
    assert after.center.calls(after.now) == ()


def test_groups_show_what_their_lines_do(appliance):
    appliance.offer(ONE)
    dial(appliance)
    appliance.fail(THREE)
    cheap, dear, _ = appliance.center.trunk_groups()
    assert (cheap.incoming, cheap.outgoing, cheap.free) == (1, 1, 0)
    assert (dear.lines, dear.in_service, dear.free) == (1, 0, 0)


def test_the_month_is_one_of_utc(appliance):
    assert UTC_MINUS_NOW_S < 1_796_083_200 - 3600  # December begins
    months = [each.month for each in appliance.center.carriers(1_796_083_200 - UTC_MINUS_NOW_S)]
    assert months[0] == "2026-12"
    assert months[-1] == "2026-11"


def test_a_far_end_that_clears_normally_before_its_answer_has_ended_the_call(appliance):
    dial(appliance)
    fails(appliance, ONE, Cause.CALLER_HUNG_UP, q850=16)
    (ended,) = appliance.facts(CallEnded)
    assert (ended.cause, ended.q850) == ("called party hung up", 16)


def test_keys_for_whoever_is_called_do_not_spoil_a_code(appliance):
    appliance.log_in(ANA, ANA_AT)
    dial(appliance)
    appliance.tell(Answered(port=ONE))
    appliance.press(ANA_AT, "34*131")
    assert appliance.agent(ANA).reason == "break"


def test_a_recording_knows_its_tenant():
    called = replace(OUTSIDE.called[0], tenant="acme")
    appliance = switched_on(called=(called,))
    appliance.offer(OFFICE, called="5551")
    assert [each.tenant for each in appliance.asked(StartRecording)] == ["acme"]
