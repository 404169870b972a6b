"""One suite of line behaviour for every card: ringing, caller ID, keys and tones as sound."""

import pytest
from line_bench import LineBench

from drivers import (
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
    DigitReceived,
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


@pytest.fixture(params=["lockstep", "socket"])
def make(request, tmp_path):
    benches = []

    def build(**options) -> LineBench:
        bench = LineBench(request.param, tmp_path, **options)
        benches.append(bench)
        return bench

    yield build
    for bench in benches:
        bench.close()


def digits(events) -> str:
    return "".join(event.digit for event in events if isinstance(event, DigitReceived))


def call_up(bench: LineBench) -> None:
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.run(6.5)
    bench.command(bench.near, TRUNK, Answer())
    bench.run(0.5)


def test_lines_come_into_service(make):
    bench = make()
    assert bench.near.events == [[InService()], [InService()]]


@pytest.mark.parametrize("country", ["us", "uk", "ro", "fr"])
def test_an_incoming_call_is_offered_with_its_caller_in_every_countrys_cadence_and_modem(
    make, country
):
    bench = make(country=country, law=Law.MULAW if country == "us" else Law.ALAW)
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.run(8.0)
    assert bench.near.events[TRUNK][1:] == [CallOffered(caller=ANN)]


def test_a_private_caller_is_offered_as_private(make):
    bench = make()
    bench.command(bench.far, TRUNK, Ring(caller=CallerNumber(absence="private")))
    bench.run(8.0)
    (offered,) = bench.near.events[TRUNK][1:]
    assert (offered.caller.number, offered.caller.absence) == (None, "private")


def test_caller_id_as_dtmf_before_the_ring(make):
    bench = make(caller_id=CallerIdMode.DTMF_BEFORE_RING)
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.run(5.0)
    assert bench.near.events[TRUNK][1:] == [CallOffered(caller=CallerNumber(number="0212345678"))]


def test_answer_and_keys_in_both_directions(make):
    bench = make()
    call_up(bench)
    assert Answered() in bench.far.events[TRUNK]
    bench.command(bench.far, TRUNK, SendDigits(digits="147*0#"))
    bench.command(bench.near, TRUNK, SendDigits(digits="2580"))
    bench.run(2.0)
    assert digits(bench.near.events[TRUNK]) == "147*0#"
    assert digits(bench.far.events[TRUNK]) == "2580"


@pytest.mark.parametrize("disconnect", list(Disconnect))
def test_the_far_end_hangs_up(make, disconnect):
    bench = make(disconnect=disconnect)
    call_up(bench)
    bench.command(bench.far, TRUNK, Clear())
    bench.run(6.0)
    assert bench.near.events[TRUNK][-1] == Cleared(cause=ClearCause.FAR_END)
    assert bench.near.lines[TRUNK].state is FxoState.IDLE
    assert bench.far.lines[TRUNK].state is FxsState.IDLE


def test_we_hang_up(make):
    bench = make()
    call_up(bench)
    bench.command(bench.near, TRUNK, Clear())
    bench.run(2.0)
    assert bench.far.events[TRUNK][-1] == Cleared(cause=ClearCause.FAR_END)


def test_a_caller_who_gives_up_before_we_answer(make):
    bench = make()
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.run(6.5)
    bench.command(bench.far, TRUNK, Clear())
    bench.run(8.0)
    assert bench.near.events[TRUNK][-1] == Cleared(cause=ClearCause.FAR_END)


def test_a_handset_is_rung_answers_flashes_dials_and_hangs_up(make):
    bench = make()
    bench.command(bench.near, HANDSET, Ring(caller=ANN))
    bench.run(6.5)
    assert bench.far.events[HANDSET][-1] == CallOffered(caller=ANN)
    bench.command(bench.far, HANDSET, Answer())
    bench.run(0.2)
    assert bench.near.events[HANDSET][-1] == Answered()
    bench.command(bench.far, HANDSET, Flash())
    bench.run(1.5)
    assert bench.near.events[HANDSET][-1] == HookFlashed()
    bench.command(bench.far, HANDSET, SendDigits(digits="*14"))
    bench.run(1.0)
    assert digits(bench.near.events[HANDSET]) == "*14"
    bench.command(bench.far, HANDSET, Clear())
    bench.run(1.5)
    assert bench.near.events[HANDSET][-1] == Cleared(cause=ClearCause.FAR_END)


def test_a_lifted_handset_is_offered_and_hears_what_we_play(make):
    bench = make()
    bench.command(bench.far, HANDSET, Dial(number=""))
    bench.run(0.2)
    assert bench.near.events[HANDSET][-1] == CallOffered(caller=CallerNumber())
    bench.near.media.perform(HANDSET, SendTone(tone="dial"))
    bench.run(1.5)
    assert ToneHeard(tone="dial") in bench.far.heard[HANDSET]


def test_an_outgoing_call_is_dialled_after_dial_tone_and_answered_by_polarity(make):
    bench = make(
        disconnect=Disconnect.POLARITY,
        fxo={"answers_on_polarity": True},
        fxs={"reverses_polarity_on_answer": True},
    )
    bench.command(bench.near, TRUNK, Dial(number="5550199"))
    bench.run(0.2)
    assert bench.far.events[TRUNK][-1] == CallOffered(caller=CallerNumber())
    bench.far.media.perform(TRUNK, SendTone(tone="dial"))
    bench.run(1.2)
    bench.far.media.perform(TRUNK, StopSignal())
    bench.run(3.0)
    assert digits(bench.far.events[TRUNK]) == "5550199"
    bench.command(bench.far, TRUNK, Answer())
    bench.run(0.2)
    assert bench.near.events[TRUNK][-1] == Answered()


def test_an_outgoing_call_to_a_busy_number_ends_as_busy(make):
    bench = make()
    bench.command(bench.near, TRUNK, Dial(number="5"))
    bench.run(0.2)
    bench.far.media.perform(TRUNK, SendTone(tone="dial"))
    bench.run(2.0)
    bench.far.media.perform(TRUNK, SendTone(tone="busy"))
    bench.run(8.0)
    assert bench.near.events[TRUNK][-1] == Cleared(cause=ClearCause.BUSY)


def test_no_dial_tone_ends_the_outgoing_call(make):
    bench = make()
    bench.command(bench.near, TRUNK, Dial(number="5"))
    bench.run(7.0)
    assert bench.near.events[TRUNK][-1] == Cleared(cause=ClearCause.NO_DIAL_TONE)


def test_glare_lets_the_incoming_call_win(make):
    bench = make()
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.run(0.1)
    bench.command(bench.near, TRUNK, Dial(number="5"))
    assert bench.near.events[TRUNK][-1] == Cleared(cause=ClearCause.GLARE)
    bench.run(7.0)
    assert bench.near.events[TRUNK][-1] == CallOffered(caller=ANN)


def test_nobody_answers_and_ringing_ends(make):
    bench = make(fxs={"ring_limit_s": 20.0})
    bench.command(bench.far, TRUNK, Ring(caller=ANN))
    bench.run(30.0)
    assert bench.far.events[TRUNK][-1] == Cleared(cause=ClearCause.NO_ANSWER)
    assert bench.near.events[TRUNK][-1] == Cleared(cause=ClearCause.FAR_END)


def test_a_handset_left_off_hook_is_an_alarm_until_it_is_put_down(make):
    bench = make()
    bench.command(bench.far, HANDSET, Dial(number=""))
    bench.run(0.5)
    bench.command(bench.near, HANDSET, Clear())
    bench.run(62.0)
    assert bench.near.events[HANDSET][-1] == OutOfService(alarm="handset left off-hook")
    assert ToneHeard(tone="busy") in bench.far.heard[HANDSET]
    bench.command(bench.far, HANDSET, Clear())
    bench.run(1.0)
    assert bench.near.events[HANDSET][-1] == InService()


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
    bench.run(6.0)
    (offered,) = bench.near.events[TRUNK][1:]
    assert offered.caller.number == ANN.number
    assert offered.caller.name == (ANN.name if mode is CallerIdMode.FSK_AFTER_REVERSAL else None)


def test_a_forwarded_call_says_by_whom(make):
    forwarded = CallerNumber(number="0212345678", redirecting="0722000111")
    for mode in (CallerIdMode.FSK_AFTER_FIRST_RING, CallerIdMode.DTMF_BEFORE_RING):
        bench = make(country="ro", caller_id=mode, law=Law.ALAW)
        bench.command(bench.far, TRUNK, Ring(caller=forwarded))
        bench.run(8.0)
        assert bench.near.events[TRUNK][1:] == [CallOffered(caller=forwarded)]


@pytest.mark.parametrize("country", ["us", "ro"])
def test_a_waiting_callers_number_is_heard_in_a_call(make, country):
    bench = make(country=country, law=Law.ALAW, fxo={"call_waiting_caller_id": True})
    call_up(bench)
    bench.command(bench.far, TRUNK, AnnounceWaitingCall(caller=ANN))
    bench.run(4.0)
    assert bench.near.events[TRUNK][-1] == CallWaiting(caller=ANN)
    assert bench.far.lines[TRUNK].state is FxsState.UP


def test_a_line_whose_exchange_has_a_disconnect_tone_of_its_own_clears_at_it(make):
    bench = make(law=Law.ALAW, fxo={"clears_on_busy_tone": True, "clears_on_battery_drop": False})
    bench.near.media.set_disconnect_plan(
        TRUNK, with_disconnect_tone(tone_plan("us"), (437.0,), (260, 310))
    )
    call_up(bench)
    for place, kept in enumerate((False, True)):  # the country's own busy tone now means nothing
        bench.far.media.perform(TRUNK, StopSignal())
        tone = tone_plan("us").busy if not kept else OWN_TONE
        bench.far.plane.play_tone(TRUNK, tone, play_id=900 + place)
        bench.run(4.0)
        assert (Cleared(cause=ClearCause.FAR_END) in bench.near.events[TRUNK]) is kept


def test_a_line_that_has_been_silent_for_long_is_given_up(make):
    bench = make(law=Law.ALAW, fxo={"silence_limit_s": 8.0})
    call_up(bench)
    bench.far.plane.play_tone(TRUNK, MURMUR, play_id=900)
    bench.run(12.0)
    assert bench.near.lines[TRUNK].state is FxoState.UP
    bench.far.plane.stop_tone(TRUNK)
    bench.run(7.0)
    assert bench.near.lines[TRUNK].state is FxoState.UP
    bench.run(2.0)
    assert bench.near.events[TRUNK][-1] == Cleared(cause=ClearCause.SILENCE)
