"""A B-channel's line: every call told once, no state without an end."""

from hypothesis import given
from hypothesis import strategies as st

from drivers import (
    Alert,
    Alerting,
    Answer,
    Answered,
    BearerBlocked,
    BearerLine,
    BearerReady,
    BearerState,
    CallDigits,
    CallerNumber,
    CallOffered,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    DigitHeard,
    DigitReceived,
    FarEndAlerts,
    FarEndAnswers,
    FarEndCalls,
    FarEndClears,
    FarEndProceeds,
    InService,
    OutOfService,
    Proceeding,
    Progress,
    RestartBearer,
    SendAlerting,
    SendConnect,
    SendDigits,
    SendKeys,
    SendProgress,
    SendRelease,
    SendSetup,
    SendSetupDigits,
    SoundHeard,
    SupervisionEnded,
    SupervisionLost,
)

CALLER = CallerNumber(number="4711")
CALLS = FarEndCalls(caller=CALLER, called="5550")
GONE = SupervisionLost(reason="the worker is gone")


def line(*events, silence_limit_s: float = 0.0) -> BearerLine:
    begun = BearerLine(unsupervised_s=60.0, silence_limit_s=silence_limit_s)
    begun.start(0.0)
    for event in (BearerReady(), *events):
        begun.receive(event, 1.0)
    return begun


def up() -> BearerLine:
    begun = line(CALLS)
    begun.command(Answer(), 2.0)
    return begun


def told(outputs: list, *kinds: type) -> list:
    return [each for each in outputs if isinstance(each, kinds)]


def test_a_call_comes_is_answered_and_ends():
    begun = line()
    outputs = begun.receive(CALLS, 1.0)
    assert told(outputs, CallOffered) == [CallOffered(caller=CALLER, called="5550")]
    assert begun.command(Progress(), 1.5) == [SendProgress()]
    assert begun.command(Alert(in_band=True), 1.5) == [SendAlerting(in_band=True)]
    assert SendConnect() in begun.command(Answer(), 2.0)
    assert begun.receive(DigitHeard(digit="5"), 3.0) == [DigitReceived(digit="5")]
    assert begun.receive(CallDigits(digits="7x"), 3.0) == [DigitReceived(digit="7")]
    outputs = begun.receive(FarEndClears(cause=16), 4.0)
    assert told(outputs, Cleared) == [Cleared(cause=ClearCause.FAR_END, q850=16)]
    assert begun.receive(BearerReady(), 5.0) == []
    assert begun.state is BearerState.IDLE


def test_a_call_goes_and_is_answered():
    begun = line()
    assert told(begun.command(Dial(number="5", caller=CALLER), 1.0), SendSetup) == [
        SendSetup(called="5", caller=CALLER)
    ]
    assert begun.command(SendDigits(digits="6"), 1.0) == [SendSetupDigits(digits="6")]
    assert begun.receive(FarEndProceeds(in_band=True), 1.0) == [Proceeding(in_band=True)]
    assert begun.receive(FarEndAlerts(in_band=False), 2.0) == [Alerting(in_band=False)]
    assert Answered(connected=CALLER) in begun.receive(FarEndAnswers(connected=CALLER), 3.0)
    assert begun.command(Alert(), 3.5) == begun.command(Progress(), 3.5) == []
    assert begun.command(SendDigits(digits="6"), 4.0) == [SendKeys(digits="6")]
    assert SendRelease(cause=16) in begun.command(Clear(), 5.0)
    assert told(begun.receive(FarEndClears(cause=16), 6.0), Cleared) == [
        Cleared(cause=ClearCause.NORMAL)
    ]


def test_a_collision_is_told_so_that_another_channel_is_tried():
    begun = line()
    begun.command(Dial(number="5"), 1.0)
    outputs = begun.receive(FarEndClears(cause=44, glare=True), 2.0)
    assert told(outputs, Cleared) == [Cleared(cause=ClearCause.GLARE, q850=44)]
    assert Cleared(cause=ClearCause.GLARE) in up().command(Dial(number="5"), 3.0)


def test_a_busy_number_is_told():
    begun = line()
    begun.command(Dial(number="5"), 1.0)
    outputs = begun.receive(FarEndClears(cause=17), 2.0)
    assert told(outputs, Cleared) == [Cleared(cause=ClearCause.BUSY, q850=17)]


def test_the_exact_cause_goes_back_where_one_is_known():
    begun = line(CALLS)
    assert SendRelease(cause=22) in begun.command(
        Clear(cause=ClearCause.WRONG_NUMBER, q850=22), 2.0
    )


def test_a_call_without_supervision_goes_on_and_ends_by_itself():
    begun = up()
    assert begun.receive(GONE, 10.0) == [SupervisionEnded()]
    assert begun.receive(BearerBlocked(reason="x"), 11.0) == []
    assert begun.next_timer() == 70.0
    outputs = begun.handle_timer(70.0)
    assert told(outputs, Cleared, RestartBearer) == [
        Cleared(cause=ClearCause.FAILED),
        RestartBearer(),
    ]
    assert begun.receive(BearerReady(), 71.0) == []
    assert begun.state is BearerState.IDLE


def test_a_far_end_that_says_nothing_for_long_is_gone():
    begun = line(CALLS, silence_limit_s=100.0)
    begun.command(Answer(), 2.0)
    begun.receive(SoundHeard(active=True), 50.0)
    begun.receive(SoundHeard(active=False), 80.0)
    assert begun.handle_timer(179.0) == []
    assert Cleared(cause=ClearCause.SILENCE) in begun.handle_timer(180.0)


def test_a_channel_that_does_not_come_to_rest_is_an_alarm_and_serves_when_it_does():
    begun = BearerLine()
    assert RestartBearer() in begun.start(0.0)
    (alarm,) = told(begun.handle_timer(begun.next_timer()), OutOfService)
    assert "restart" in alarm.alarm
    assert begun.receive(BearerReady(), 100.0) == [InService()]


EVENTS = st.sampled_from(
    [
        BearerReady(),
        BearerBlocked(reason="red"),
        CALLS,
        FarEndProceeds(in_band=False),
        FarEndAlerts(in_band=False),
        FarEndAnswers(),
        FarEndClears(cause=16),
        FarEndClears(cause=44, glare=True),
        CallDigits(digits="12"),
        GONE,
        DigitHeard(digit="1"),
        SoundHeard(active=False),
        Answer(),
        Clear(),
        Clear(cause=ClearCause.BUSY),
        Dial(number="5", caller=CALLER),
        SendDigits(digits="1"),
        "timer",
    ]
)
WITH_CALL = {
    BearerState.OFFERED,
    BearerState.UP,
    BearerState.CALLING,
    BearerState.ALERTED,
    BearerState.UNSUPERVISED,
    BearerState.CLEARING,
}


@given(st.lists(EVENTS, max_size=60))
def test_any_event_in_any_state_ends_each_call_once_and_leaves_no_state_without_a_timer(events):
    begun = BearerLine(silence_limit_s=30.0)
    now, in_call, in_service = 0.0, False, False
    begun.start(now)
    for event in events:
        now += 1.0
        before = begun.state
        if event == "timer":
            now = begun.next_timer() or now
            outputs = begun.handle_timer(now)
        elif isinstance(event, (Answer, Clear, Dial, SendDigits)):
            outputs = begun.command(event, now)
        else:
            outputs = begun.receive(event, now)
        for output in outputs:
            if isinstance(output, CallOffered | SendSetup):
                assert not in_call
                in_call = True
            elif isinstance(output, Cleared):
                assert in_call or (before not in (BearerState.IDLE,) and isinstance(event, Dial))
                in_call = in_call and isinstance(event, Dial) and before in WITH_CALL
            elif isinstance(output, InService):
                assert not in_service
                in_service = True
            elif isinstance(output, OutOfService):
                in_service = False
                assert not in_call
        assert in_call == (begun.state in WITH_CALL), (before, event, begun.state)
        rest = (BearerState.IDLE, BearerState.BLOCKED, BearerState.ALARM)
        assert begun.state in rest or begun.next_timer() is not None
