"""Whatever comes in whatever order, a line machine never raises and never waits for ever."""

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import (
    DTMF_FORMS,
    AlarmCleared,
    AlarmRaised,
    AnnounceWaitingCall,
    Answer,
    Answered,
    BatteryChanged,
    CallerIdHeard,
    CallerIdMode,
    CallerNumber,
    CallOffered,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    DigitHeard,
    Disconnect,
    EmLine,
    EmSettings,
    EmStart,
    EmState,
    Flash,
    FlashDetected,
    FxoLine,
    FxoSettings,
    FxoState,
    FxsLine,
    FxsSettings,
    FxsState,
    HoldSpeech,
    HookChanged,
    OutOfService,
    PolarityReversed,
    PulseDialling,
    PulsesCounted,
    PulsesSent,
    ReceiveCallerId,
    ReversePolarity,
    Ring,
    RingBurstEnded,
    RingBurstStarted,
    SendDigits,
    SetHook,
    SetRinger,
    ShowMessageWaiting,
    SignalSent,
    StopReceivingCallerId,
    ToneHeard,
    ToneStopped,
    WinkDetected,
)

alarms = st.sampled_from(
    [AlarmRaised(alarm="red alarm"), AlarmRaised(alarm="no such card"), AlarmCleared()]
)
heard = st.one_of(
    st.sampled_from("0123456789*#ABCD").map(lambda digit: DigitHeard(digit=digit)),
    st.sampled_from(["dial", "busy", "congestion", "ringback", "cas"]).map(
        lambda t: ToneHeard(tone=t)
    ),
    st.sampled_from(["dial", "busy", "congestion", "ringback"]).map(lambda t: ToneStopped(tone=t)),
    st.sampled_from([None, CallerNumber(number="1")]).map(lambda c: CallerIdHeard(caller=c)),
    st.just(SignalSent()),
)
at_the_fxo = st.one_of(
    st.sampled_from(
        [
            RingBurstStarted(),
            RingBurstEnded(),
            RingBurstEnded(judged=True),
            PolarityReversed(),
            PulsesSent(),
        ]
    ),
    st.booleans().map(lambda present: BatteryChanged(present=present)),
    heard,
    alarms,
)
hook_changes = st.booleans().map(lambda off: HookChanged(off_hook=off))
at_the_fxs = st.one_of(
    hook_changes,
    st.sampled_from([FlashDetected(), PulsesCounted(digit="7")]),
    heard,
    alarms,
)
at_the_em = st.one_of(hook_changes, hook_changes, st.just(WinkDetected()), heard, alarms)
fxo_commands = st.sampled_from(
    [Answer(), Clear(), Dial(number="12"), Dial(number=""), SendDigits(digits="1"), Flash()]
)
fxs_commands = st.sampled_from(
    [
        Answer(),
        Clear(),
        Ring(),
        Ring(cadence_s=(0.5, 0.25, 0.5, 3.0)),
        ShowMessageWaiting(waiting=True),
        SendDigits(digits="1"),
        AnnounceWaitingCall(caller=CallerNumber(number="2")),
    ]
)
em_commands = st.sampled_from(
    [Answer(), Clear(), Dial(number="12"), Dial(number=""), SendDigits(digits="1")]
)
pauses = st.sampled_from([0.0, 0.02, 0.06, 0.2, 1.0, 5.0, 100.0, 50_000.0])

RESTING_FXO = {FxoState.IDLE, FxoState.FAILED, FxoState.ALARM}
BEFORE_RING = {FxsState.REVERSED, FxsState.ALERTING_ON_HOOK, FxsState.SENDING_CALLER_ID}
RESTING_FXS = {FxsState.IDLE, FxsState.FAILED, FxsState.LOCKED_OUT, FxsState.ALARM}
RESTING_EM = {EmState.IDLE, EmState.FAILED, EmState.LOCKED_OUT, EmState.ALARM}
OFF_HOOK_EM = {
    EmState.WINKING,
    EmState.UP,
    EmState.FAR_END_ON_HOOK,
    EmState.AWAITING_WINK,
    EmState.MEASURING_WINK,
    EmState.GLARE,
    EmState.PAUSING,
    EmState.DIALLING,
    EmState.AWAITING_ANSWER,
}


def drive(line, steps, resting):
    now = 0.0
    outputs = line.start(now)
    for pause, command, what in steps:
        now += pause
        while (timer := line.next_timer()) is not None and timer <= now:
            outputs += line.handle_timer(timer)
        in_alarm = line.state.value == "alarm"
        told = line.command(what, now) if command else line.receive(what, now)
        if in_alarm and what != AlarmCleared():
            assert all(isinstance(output, Cleared | OutOfService) for output in told)
        outputs += told
        assert line.state in resting or line.next_timer() is not None, line.state
    return outputs


def steps(events, commands):
    command = st.tuples(pauses, st.just(True), commands)
    event = st.tuples(pauses, st.just(False), events)
    return st.lists(st.one_of(command, event, event), max_size=60)


@settings(max_examples=400, deadline=None)
@given(
    steps(at_the_fxo, fxo_commands),
    st.sampled_from(list(CallerIdMode)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(list(DTMF_FORMS.values())),
    st.sampled_from(list(PulseDialling)),
)
def test_an_fxo_line_survives_anything_and_every_waiting_state_has_a_timer(
    some, mode, polarity, busy, waiting, form, pulses
):
    line = FxoLine(
        FxoSettings(
            caller_id=mode,
            call_waiting_caller_id=waiting,
            dtmf_form=form,
            clears_on_polarity=polarity,
            clears_on_busy_tone=busy,
            answers_on_polarity=polarity,
            dial_tone_required=not busy,
            pulse_dialling=pulses,
        )
    )
    outputs = drive(line, some, RESTING_FXO)
    windows = [type(output) for output in outputs]
    opened, closed = windows.count(ReceiveCallerId), windows.count(StopReceivingCallerId)
    assert 0 <= opened - closed <= 1
    held = [output.held for output in outputs if isinstance(output, HoldSpeech)]
    assert held == [place % 2 == 0 for place in range(len(held))]
    dials = line.state is FxoState.PULSING and pulses is PulseDialling.BY_CARD
    assert len(held) % 2 == dials


@settings(max_examples=400, deadline=None)
@given(
    steps(at_the_fxs, fxs_commands),
    st.sampled_from(list(CallerIdMode)),
    st.sampled_from(list(Disconnect)),
    st.sampled_from([0.0, 0.75]),
    st.booleans(),
    st.booleans(),
)
def test_an_fxs_line_survives_anything_and_never_rings_a_lifted_handset(
    some, mode, disconnect, flash, alerts, card_detects
):
    line = FxsLine(
        FxsSettings(
            caller_id=mode,
            disconnect=disconnect,
            flash_maximum_s=flash,
            alerts_on_hook=alerts,
            flash_minimum_s=0.0 if card_detects else 0.09,
        )
    )
    outputs = drive(line, some, RESTING_FXS)
    ringing = False
    for output in outputs:
        if isinstance(output, SetRinger):
            ringing = output.ringing
    assert not ringing or line.state is FxsState.RINGING
    if disconnect is not Disconnect.POLARITY:
        reversals = sum(isinstance(output, ReversePolarity) for output in outputs)
        assert reversals % 2 == (line.state in BEFORE_RING and line._reversed)


@settings(max_examples=600, deadline=None)
@given(steps(at_the_em, em_commands), st.sampled_from(list(EmStart)), st.booleans())
def test_an_em_line_survives_anything_and_holds_its_lead_only_for_a_call(some, start, yields):
    line = EmLine(EmSettings(start=start, yields_in_glare=yields, called_digits=3))
    outputs = drive(line, some, RESTING_EM)
    off_hook = offered = answered = False
    for output in outputs:
        match output:
            case SetHook(off_hook=off_hook):
                pass
            case CallOffered():
                assert not offered
                offered = True
            case Answered():
                assert not offered
                assert not answered
                answered = True
            case Cleared(cause=cause) if cause is not ClearCause.GLARE:
                offered = answered = False
            case OutOfService():
                offered = answered = False
            case _:
                pass
    assert off_hook == (line.state in OFF_HOOK_EM)


def test_every_row_of_the_tables_leads_to_something_that_acts():
    for machine in (FxoLine, FxsLine, EmLine):
        for name in [*machine._TABLE.values(), *machine._TIMERS.values()]:
            assert callable(getattr(machine, name)), f"{machine.__name__}: {name}"


def test_every_timer_of_the_settings_is_a_length_of_time():
    for settings_type in (FxoSettings, FxsSettings, EmSettings):
        for field in dataclasses.fields(settings_type):
            if field.name.endswith("_s") and isinstance(field.default, float):
                assert field.default > 0
