"""One call from ring to record, and each way in which it can end early."""

from acd_appliance import ANA, SALES, Appliance

from acd import (
    AgentWrappedUp,
    AnswerCall,
    CallAnswered,
    CallConnected,
    CallEnded,
    CallerQueued,
    CallOfferedToUs,
    ClearLine,
    Connect,
    FlowEntered,
    KeyPressed,
    OfferAnswered,
    OfferMade,
    PlayMusic,
    PlayPrompts,
    RecordingStarted,
    RecordingStopped,
    RingStation,
    StartRecording,
    StopRecording,
    StopSound,
    WrapUpStarted,
)


def test_a_caller_is_answered_queued_connected_and_the_agent_wraps_up():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    before = len(appliance.journal)

    call = appliance.offer("trunk-1")
    assert call == "00000001"
    assert appliance.sound["trunk-1"].prompts == ("welcome", "choose")
    assert appliance.sound["trunk-1"].language == "ro"
    appliance.pass_time(1)
    appliance.press("trunk-1", "1")
    assert appliance.ringing == {"station-1"}
    assert isinstance(appliance.sound["trunk-1"], PlayMusic)
    assert appliance.call(call).stage == "offering"
    assert appliance.call(call).place == 1
    appliance.pass_time(4)
    appliance.lift("station-1")
    assert appliance.connected == {("trunk-1", "station-1")}
    assert "trunk-1" not in appliance.sound
    assert appliance.agent(ANA).state == "talking"
    appliance.pass_time(60)
    appliance.caller_hangs_up("trunk-1")

    assert appliance.connected == set()
    assert appliance.call(call) is None
    assert appliance.agent(ANA).state == "wrapping up"
    appliance.put_down("station-1")
    appliance.pass_time(14)
    assert appliance.agent(ANA).state == "wrapping up"
    appliance.pass_time(1)
    assert appliance.agent(ANA).state == "ready"

    assert [type(fact) for _, fact in appliance.journal[before:]] == [
        CallOfferedToUs,
        CallAnswered,
        RecordingStarted,
        FlowEntered,
        FlowEntered,
        KeyPressed,
        FlowEntered,
        CallerQueued,
        OfferMade,
        OfferAnswered,
        CallConnected,
        RecordingStopped,
        CallEnded,
        WrapUpStarted,
        AgentWrappedUp,
    ]
    ended = appliance.facts(CallEnded)[0]
    assert (ended.cause, ended.stage) == ("caller hung up", "talking")
    queue = appliance.queue_view(SALES)
    assert (queue.served, queue.abandoned, queue.average_wait_s) == (1, 0, 4.0)
    assert appliance.agent(ANA).calls_taken == 1


def test_actions_of_a_call_come_in_the_order_that_lines_need():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.actions.clear()
    appliance.queue("trunk-1")
    appliance.lift("station-1")
    appliance.put_down("station-1")
    kinds = (
        AnswerCall,
        StartRecording,
        PlayPrompts,
        PlayMusic,
        RingStation,
        StopSound,
        Connect,
        StopRecording,
        ClearLine,
    )
    order = [type(action) for action in appliance.actions if isinstance(action, kinds)]
    assert order == [
        AnswerCall,
        StartRecording,
        PlayPrompts,
        StopSound,
        PlayMusic,
        RingStation,
        StopSound,
        Connect,
        StopRecording,
        ClearLine,
    ]


def test_the_recording_is_filed_under_the_utc_date_and_the_call():
    appliance = Appliance().switch_on()
    call = appliance.offer()
    assert appliance.asked(StartRecording)[0].file == f"2026-11-18/110640-{call}.wav"
    appliance.caller_hangs_up("trunk-1")
    assert appliance.recorded == set()
