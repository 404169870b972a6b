"""One suite of line behaviour for every card: ringing, caller ID, keys and tones as sound."""

import pytest
from contract.line_bench import LineBench

from drivers import (
    Alerting,
    AnnounceWaitingCall,
    Answer,
    Answered,
    CallerIdMode,
    CallerNumber,
    CallOffered,
    CallWaiting,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    Disconnect,
    Flash,
    FxoState,
    FxsState,
    HookFlashed,
    InService,
    OutOfService,
    Ring,
    SendDigits,
    SendTone,
    StopSignal,
    ToneHeard,
)
from dsp import Law, Segment, Tone, tone_plan, with_disconnect_tone

TRUNK, HANDSET = 0, 1
OWN_TONE = Tone("own", (Segment((437.0,), 260), Segment((), 310)), repeat=True)
MURMUR = Tone("murmur", (Segment((320.0, 700.0), 500, -25.0), Segment((), 300)), repeat=True)
ANN = CallerNumber(number="0212345678", name="ANN")
FAR_END = Cleared(cause=ClearCause.FAR_END)
BENCH = LineBench
NO_CALLER_ID = CallerIdMode.NONE
NO_POLARITY = pytest.mark.left_out("dahdi", "joined spans pass no polarity on")
DISCONNECTS = [
    Disconnect.BATTERY_DROP,
    pytest.param(Disconnect.POLARITY, marks=NO_POLARITY),
    Disconnect.BUSY_TONE,
]


def call_up(bench: LineBench) -> None:
    """Where it is not about the caller's number, and quicker without."""
    bench.command(bench.far, TRUNK, Ring(caller=CallerNumber()))
    bench.comes(bench.near, TRUNK, CallOffered(caller=CallerNumber()), within_s=2.5)
    bench.command(bench.near, TRUNK, Answer())
    bench.comes(bench.far, TRUNK, Answered(), within_s=0.5)


def lift(bench: LineBench, side, port: int, number: str = "") -> None:
    """At one end of a line; the other is told of a call."""
    bench.command(side, port, Dial(number=number))
    office = bench.near if side is bench.far else bench.far
    bench.comes(office, port, CallOffered(caller=CallerNumber()), within_s=0.2)


@pytest.mark.parametrize("country", ["us", "uk", "ro", "fr"])
def test_an_incoming_call_is_offered_with_its_caller_in_every_countrys_cadence_and_modem(
    make, country
):
    bench = make(country=country, law=Law.MULAW if country == "us" else Law.ALAW)
    if country != "us":
        bench.run(1.5)  # for two seconds DAHDI's driver tells nothing of bursts that are short
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.comes(bench.near, TRUNK, CallOffered(caller=ANN), within_s=8.0)
    bench.run(1.0)
    assert bench.near.events[TRUNK][1:] == [CallOffered(caller=ANN)]


def test_lines_come_into_service(make):
    bench = make()
    assert bench.near.events == [[InService()], [InService()]]


def test_a_caller_whose_number_is_lost_on_its_way_is_offered_without_one(make):
    bench = make()
    bench.mute_far_end()
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.comes(bench.near, TRUNK, CallOffered(caller=CallerNumber()), within_s=8.0)


def test_a_private_caller_is_offered_as_private(make):
    bench = make()
    bench.command(bench.far, TRUNK, Ring(caller=CallerNumber(absence="private")))
    bench.until(lambda: len(bench.near.events[TRUNK]) == 2, 8.0)
    (offered,) = bench.near.events[TRUNK][1:]
    assert (offered.caller.number, offered.caller.absence) == (None, "private")


def test_caller_id_as_dtmf_before_the_ring(make):
    bench = make(caller_id=CallerIdMode.DTMF_BEFORE_RING)
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    offered = CallOffered(caller=CallerNumber(number="0212345678"))
    bench.comes(bench.near, TRUNK, offered, within_s=5.0)


def test_answer_and_keys_in_both_directions(make):
    bench = make(caller_id=NO_CALLER_ID)
    call_up(bench)
    bench.command(bench.far, TRUNK, SendDigits(digits="147*0#"))
    bench.command(bench.near, TRUNK, SendDigits(digits="2580"))
    bench.dialled(bench.near, TRUNK, "147*0#", within_s=2.0)
    bench.dialled(bench.far, TRUNK, "2580", within_s=2.0)


@pytest.mark.parametrize("disconnect", DISCONNECTS)
def test_the_far_end_hangs_up(make, disconnect):
    bench = make(disconnect=disconnect, caller_id=NO_CALLER_ID)
    call_up(bench)
    bench.command(bench.far, TRUNK, Clear())
    bench.comes(bench.near, TRUNK, FAR_END, within_s=6.0)
    bench.rests(bench.near, TRUNK, FxoState.IDLE, within_s=1.0)
    bench.rests(bench.far, TRUNK, FxsState.IDLE, within_s=1.0)


@pytest.mark.parametrize("late_s", [0.3, 0.6])
def test_a_telephone_put_down_while_the_exchange_ends_the_call_is_seen_to_be_down(make, late_s):
    bench = make(caller_id=NO_CALLER_ID, fxo={"battery_drop_s": late_s})
    call_up(bench)
    bench.command(bench.far, TRUNK, Clear())
    bench.comes(bench.near, TRUNK, FAR_END, within_s=2.0)
    bench.rests(bench.far, TRUNK, FxsState.IDLE, within_s=2.0)
    bench.run(0.5)
    assert bench.far.events[TRUNK][-1] == Cleared(cause=ClearCause.NORMAL)


def test_a_trunk_carries_one_call_after_the_other(make):
    bench = make(caller_id=NO_CALLER_ID)
    for _ in range(2):
        call_up(bench)
        bench.command(bench.far, TRUNK, Clear())
        bench.comes(bench.near, TRUNK, FAR_END, within_s=2.0)
        bench.rests(bench.far, TRUNK, FxsState.IDLE, within_s=2.0)
        bench.rests(bench.near, TRUNK, FxoState.IDLE, within_s=2.0)


def test_we_hang_up(make):
    bench = make(caller_id=NO_CALLER_ID)
    call_up(bench)
    bench.command(bench.near, TRUNK, Clear())
    bench.comes(bench.far, TRUNK, FAR_END, within_s=2.0)


def test_a_caller_who_gives_up_before_we_answer(make):
    bench = make(caller_id=NO_CALLER_ID)
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.comes(bench.near, TRUNK, CallOffered(caller=CallerNumber()), within_s=6.5)
    bench.command(bench.far, TRUNK, Clear())
    bench.comes(bench.near, TRUNK, FAR_END, within_s=8.0)


def test_a_handset_is_rung_answers_flashes_dials_and_hangs_up(make):
    bench = make()
    bench.command(bench.near, HANDSET, Ring(caller=ANN))
    bench.comes(bench.far, HANDSET, CallOffered(caller=ANN), within_s=6.5)
    bench.command(bench.far, HANDSET, Answer())
    bench.comes(bench.near, HANDSET, Answered(), within_s=0.2)
    bench.run(0.8)  # nobody flashes with the handset still on its way to the ear
    bench.command(bench.far, HANDSET, Flash())
    bench.comes(bench.near, HANDSET, HookFlashed(), within_s=1.5)
    bench.command(bench.far, HANDSET, SendDigits(digits="*14"))
    bench.dialled(bench.near, HANDSET, "*14", within_s=1.0)
    bench.command(bench.far, HANDSET, Clear())
    bench.comes(bench.near, HANDSET, FAR_END, within_s=1.5)


def test_a_lifted_handset_is_offered_and_hears_what_we_play(make):
    bench = make()
    lift(bench, bench.far, HANDSET)
    bench.near.media.perform(HANDSET, SendTone(tone="dial"))
    bench.hears(bench.far, HANDSET, ToneHeard(tone="dial"), within_s=1.5)


@NO_POLARITY
def test_an_outgoing_call_is_dialled_after_dial_tone_and_answered_by_polarity(make):
    bench = make(
        disconnect=Disconnect.POLARITY,
        fxo={"answers_on_polarity": True},
        fxs={"reverses_polarity_on_answer": True},
    )
    dial_out(bench, "5550199")
    bench.command(bench.far, TRUNK, Answer())
    bench.comes(bench.near, TRUNK, Answered(), within_s=0.2)


def dial_out(bench: LineBench, number: str) -> None:
    lift(bench, bench.near, TRUNK, number)
    bench.far.media.perform(TRUNK, SendTone(tone="dial"))
    bench.until(lambda: bench.near.lines[TRUNK].state is FxoState.DIALLING, 1.2)
    bench.far.media.perform(TRUNK, StopSignal())
    bench.dialled(bench.far, TRUNK, number, within_s=3.0)
    bench.rests(bench.near, TRUNK, FxoState.AWAITING_ANSWER, within_s=1.0)


def test_an_outgoing_call_is_dialled_after_dial_tone_rings_and_is_answered_when_ringback_ends(make):
    bench = make()
    dial_out(bench, "5550199")
    bench.far.media.perform(TRUNK, SendTone(tone="ringback"))
    bench.comes(bench.near, TRUNK, Alerting(in_band=True), within_s=4.0)
    bench.command(bench.far, TRUNK, Answer())
    bench.far.media.perform(TRUNK, StopSignal())
    bench.comes(bench.near, TRUNK, Answered(), within_s=8.0)
    bench.command(bench.near, TRUNK, Clear())
    bench.comes(bench.far, TRUNK, FAR_END, within_s=2.0)


def test_an_outgoing_call_to_a_busy_number_ends_as_busy(make):
    bench = make()
    dial_out(bench, "5")
    bench.far.media.perform(TRUNK, SendTone(tone="busy"))
    bench.comes(bench.near, TRUNK, Cleared(cause=ClearCause.BUSY), within_s=8.0)


def test_no_dial_tone_ends_the_outgoing_call(make):
    bench = make()
    bench.command(bench.near, TRUNK, Dial(number="5"))
    bench.comes(bench.near, TRUNK, Cleared(cause=ClearCause.NO_DIAL_TONE), within_s=7.0)


def test_glare_lets_the_incoming_call_win(make):
    bench = make()
    bench.run(1.5)  # else the driver is still deaf to the beginning of a ring
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.run(0.1)
    bench.command(bench.near, TRUNK, Dial(number="5"))
    assert bench.near.events[TRUNK][-1] == Cleared(cause=ClearCause.GLARE)
    bench.comes(bench.near, TRUNK, CallOffered(caller=ANN), within_s=7.0)


def test_nobody_answers_and_ringing_ends(make):
    bench = make(caller_id=NO_CALLER_ID, fxs={"ring_limit_s": 3.0})
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.comes(bench.far, TRUNK, Cleared(cause=ClearCause.NO_ANSWER), within_s=4.0)
    bench.comes(bench.near, TRUNK, FAR_END, within_s=8.0)


@pytest.mark.left_out("dahdi", "it takes a minute of real time")
def test_a_handset_left_off_hook_is_an_alarm_until_it_is_put_down(make):
    bench = make()
    lift(bench, bench.far, HANDSET)
    bench.command(bench.near, HANDSET, Clear())
    alarm = OutOfService(alarm="handset left off-hook")
    bench.comes(bench.near, HANDSET, alarm, within_s=62.0)
    assert ToneHeard(tone="busy") in bench.far.heard[HANDSET]
    bench.command(bench.far, HANDSET, Clear())
    bench.comes(bench.near, HANDSET, InService(), within_s=1.0)


@NO_POLARITY
@pytest.mark.parametrize(
    ("mode", "country"),
    [
        (CallerIdMode.FSK_AFTER_REVERSAL, "us"),
        (CallerIdMode.FSK_AFTER_REVERSAL, "uk"),
        (CallerIdMode.DTMF_AFTER_REVERSAL, "se"),
    ],
)
@pytest.mark.parametrize("automatic", [False, True])
def test_caller_id_before_the_ring_after_a_polarity_reversal(make, mode, country, automatic):
    fxo = {"caller_id": CallerIdMode.AUTOMATIC} if automatic else {}
    fxs = {"alerts_on_hook": country == "uk"}
    bench = make(country=country, caller_id=mode, law=Law.ALAW, fxo=fxo, fxs=fxs)
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.until(lambda: len(bench.near.events[TRUNK]) == 2, 6.0)
    (offered,) = bench.near.events[TRUNK][1:]
    assert offered.caller.number == ANN.number
    assert offered.caller.name == (ANN.name if mode is CallerIdMode.FSK_AFTER_REVERSAL else None)


def test_a_forwarded_call_says_by_whom(make):
    forwarded = CallerNumber(number="0212345678", redirecting="0722000111")
    for mode in (CallerIdMode.FSK_AFTER_FIRST_RING, CallerIdMode.DTMF_BEFORE_RING):
        bench = make(country="ro", caller_id=mode, law=Law.ALAW)
        bench.command(bench.far, TRUNK, Ring(caller=forwarded))
        bench.comes(bench.near, TRUNK, CallOffered(caller=forwarded), within_s=8.0)


@pytest.mark.parametrize("country", ["us", "ro"])
def test_a_waiting_callers_number_is_heard_in_a_call(make, country):
    bench = make(
        country=country,
        law=Law.ALAW,
        caller_id=NO_CALLER_ID,
        fxo={"call_waiting_caller_id": True},
    )
    call_up(bench)
    bench.command(bench.far, TRUNK, AnnounceWaitingCall(caller=ANN))
    bench.comes(bench.near, TRUNK, CallWaiting(caller=ANN), within_s=4.0)
    bench.rests(bench.far, TRUNK, FxsState.UP, within_s=1.0)


def test_a_line_whose_exchange_has_a_disconnect_tone_of_its_own_clears_at_it(make):
    bench = make(
        law=Law.ALAW,
        caller_id=NO_CALLER_ID,
        fxo={"clears_on_busy_tone": True, "clears_on_battery_drop": False},
    )
    bench.near.media.set_disconnect_plan(
        TRUNK, with_disconnect_tone(tone_plan("us"), (437.0,), (260, 310))
    )
    call_up(bench)
    for place, kept in enumerate((False, True)):  # the country's own busy tone now means nothing
        bench.far.media.perform(TRUNK, StopSignal())
        tone = tone_plan("us").busy if not kept else OWN_TONE
        bench.far.plane.play_tone(TRUNK, tone, play_id=900 + place)
        bench.until(lambda: FAR_END in bench.near.events[TRUNK], 4.0)
        assert (FAR_END in bench.near.events[TRUNK]) is kept


def test_a_line_that_has_been_silent_for_long_is_given_up(make):
    bench = make(law=Law.ALAW, caller_id=NO_CALLER_ID, fxo={"silence_limit_s": 4.0})
    call_up(bench)
    bench.far.plane.play_tone(TRUNK, MURMUR, play_id=900)
    bench.run(6.0)
    assert bench.near.lines[TRUNK].state is FxoState.UP
    bench.far.plane.stop_tone(TRUNK)
    bench.run(3.0)
    assert bench.near.lines[TRUNK].state is FxoState.UP
    bench.comes(bench.near, TRUNK, Cleared(cause=ClearCause.SILENCE), within_s=2.0)


def test_an_alarm_ends_the_call_and_the_line_comes_back_when_it_is_cleared(make):
    bench = make(caller_id=NO_CALLER_ID)
    call_up(bench)
    bench.break_line()
    bench.comes(bench.near, TRUNK, OutOfService(alarm="red"), within_s=3.0)
    bench.comes(bench.near, HANDSET, OutOfService(alarm="red"), within_s=0.2)
    bench.until(lambda: FAR_END in bench.far.events[TRUNK], 1.0)  # where it lives on
    bench.mend_line()
    bench.comes(bench.near, TRUNK, InService(), within_s=5.0)
    bench.comes(bench.near, HANDSET, InService(), within_s=0.2)
    call_up(bench)
