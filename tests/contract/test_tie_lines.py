"""E&M trunks, one suite for every card: seizure, wink, digits as sound, answer, release, glare."""

import pytest
from line_bench import TieBench

from drivers import (
    AlarmCleared,
    AlarmRaised,
    Alerting,
    Answer,
    Answered,
    CallerNumber,
    CallOffered,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    DigitReceived,
    EmStart,
    EmState,
    HookChanged,
    InService,
    OutOfService,
    SendDigits,
    SendTone,
    SetHook,
    ToneHeard,
)

FAR_END = Cleared(cause=ClearCause.FAR_END)
GLARE = Cleared(cause=ClearCause.GLARE)


@pytest.fixture(params=["lockstep", "socket"])
def make(request, tmp_path):
    benches = []

    def build(**options) -> TieBench:
        bench = TieBench(request.param, tmp_path, **options)
        benches.append(bench)
        return bench

    yield build
    for bench in benches:
        bench.close()


def digits(events) -> str:
    return "".join(event.digit for event in events if isinstance(event, DigitReceived))


def offered(called: str) -> CallOffered:
    return CallOffered(caller=CallerNumber(), called=called)


def call_up(bench: TieBench) -> None:
    bench.command(bench.far, 0, Dial(number="5550100"))
    bench.run(6.0)
    bench.command(bench.near, 0, Answer())
    bench.run(1.0)
    assert bench.far.events[0][-1] == Answered()


def test_both_ends_come_into_service(make):
    bench = make()
    assert bench.near.events == [[InService()]]
    assert bench.far.events == [[InService()]]


@pytest.mark.parametrize("start", list(EmStart))
@pytest.mark.parametrize("outwards", [False, True])
def test_a_call_is_offered_with_its_number_answered_and_heard(make, start, outwards):
    bench = make(start=start)
    caller, called = (bench.near, bench.far) if outwards else (bench.far, bench.near)
    bench.command(caller, 0, Dial(number="0212345678"))
    bench.run(6.0)
    assert called.events[0][1:] == [offered("0212345678")]
    assert caller.events[0][1:] == []
    bench.command(called, 0, Answer())
    bench.run(0.5)
    assert caller.events[0][1:] == [Answered()]
    bench.command(caller, 0, SendDigits(digits="12#"))
    bench.command(called, 0, SendDigits(digits="34*"))
    bench.run(2.0)
    assert digits(called.events[0]) == "12#"
    assert digits(caller.events[0]) == "34*"


def test_a_number_of_known_length_is_offered_as_soon_as_it_is_complete(make):
    bench = make(near={"called_digits": 3})
    bench.command(bench.far, 0, Dial(number="100"))
    bench.run(1.5)
    assert bench.near.events[0][1:] == [offered("100")]


@pytest.mark.parametrize("start", list(EmStart))
@pytest.mark.parametrize("nearly", [False, True])
def test_either_end_hangs_up_and_the_trunk_is_free_at_both(make, start, nearly):
    bench = make(start=start)
    call_up(bench)
    here, there = (bench.near, bench.far) if nearly else (bench.far, bench.near)
    bench.command(here, 0, Clear())
    bench.run(2.0)
    assert here.events[0][-1] == Cleared(cause=ClearCause.NORMAL)
    assert there.events[0][-1] == FAR_END
    assert (here.lines[0].state, there.lines[0].state) == (EmState.IDLE, EmState.IDLE)


def test_a_caller_who_gives_up_before_the_answer(make):
    bench = make()
    bench.command(bench.far, 0, Dial(number="5550100"))
    bench.run(6.0)
    bench.command(bench.far, 0, Clear())
    bench.run(2.0)
    assert bench.near.events[0][-1] == FAR_END
    assert bench.near.lines[0].state is EmState.IDLE


def test_a_refused_call_hears_why_and_frees_the_trunk(make):
    bench = make()
    bench.command(bench.near, 0, Dial(number="5"))
    bench.run(4.0)
    bench.command(bench.far, 0, Clear(cause=ClearCause.BUSY))
    bench.run(8.0)
    assert bench.near.events[0][-1] == Cleared(cause=ClearCause.BUSY)
    assert bench.near.lines[0].state is EmState.IDLE
    assert bench.far.lines[0].state is EmState.IDLE


def test_ringing_is_told_before_the_answer(make):
    bench = make()
    bench.command(bench.near, 0, Dial(number="5"))
    bench.run(4.0)
    bench.far.media.perform(0, SendTone(tone="ringback"))
    bench.run(5.0)
    assert Alerting() in bench.near.events[0]
    assert Answered() not in bench.near.events[0]


def test_a_far_end_that_never_winks(make):
    bench = make(far={"start": EmStart.IMMEDIATE})
    bench.command(bench.near, 0, Dial(number="5"))
    bench.run(4.0)
    assert bench.near.lines[0].state is EmState.AWAITING_WINK
    bench.run(2.0)
    assert bench.near.events[0][-1] == Cleared(cause=ClearCause.NO_DIAL_TONE)
    bench.run(3.0)
    assert bench.near.lines[0].state is EmState.IDLE


@pytest.mark.parametrize("start", list(EmStart))
def test_in_glare_the_far_ends_call_arrives_and_ours_is_told_to_take_another_trunk(make, start):
    bench = make(start=start)
    bench.command(bench.near, 0, Dial(number="111"))
    bench.command(bench.far, 0, Dial(number="222"))
    bench.run(7.0)
    assert bench.near.events[0][1:] == [GLARE, offered("222")]
    assert bench.far.events[0][1:] == []
    bench.command(bench.near, 0, Answer())
    bench.run(1.0)
    assert bench.far.events[0][-1] == Answered()


@pytest.mark.parametrize("start", list(EmStart))
def test_two_ends_that_both_hold_in_glare_are_both_free_afterwards(make, start):
    bench = make(start=start, near={"yields_in_glare": False})
    bench.command(bench.near, 0, Dial(number="111"))
    bench.command(bench.far, 0, Dial(number="222"))
    bench.run(15.0)
    for side in (bench.near, bench.far):
        assert side.events[0][1:] == [GLARE]
        assert side.lines[0].state is EmState.IDLE


@pytest.mark.parametrize("start", list(EmStart))
@pytest.mark.parametrize("later_s", [0.0, 0.02, 0.04])
def test_two_ends_that_both_give_way_in_glare_are_free_or_in_one_call(make, start, later_s):
    bench = make(start=start, far={"yields_in_glare": True})
    bench.command(bench.near, 0, Dial(number="111"))
    bench.run(later_s)
    bench.command(bench.far, 0, Dial(number="222"))
    bench.run(15.0)
    near, far = bench.near.events[0][1:], bench.far.events[0][1:]
    assert GLARE in near + far
    if far == [GLARE, offered("111")]:
        assert near == []
        bench.command(bench.near, 0, Clear())
        bench.run(3.0)
    assert (bench.near.lines[0].state, bench.far.lines[0].state) == (EmState.IDLE, EmState.IDLE)


def test_a_far_end_that_lifts_its_lead_for_a_moment_has_not_seized(make):
    bench = make()
    bench.far.card.perform(0, SetHook(off_hook=True))
    bench.run(0.04)
    bench.far.card.perform(0, SetHook(off_hook=False))
    bench.run(10.0)
    assert bench.near.events[0][1:] == []
    assert ToneHeard(tone="congestion") not in bench.far.heard[0]


def test_an_alarm_ends_the_call_and_the_trunk_comes_back_when_it_is_cleared(make):
    bench = make()
    call_up(bench)
    bench.near.outputs(0, bench.near.lines[0].receive(AlarmRaised(alarm="red"), bench.now))
    assert bench.near.events[0][-1] == OutOfService(alarm="red")
    bench.run(3.0)
    assert bench.far.events[0][-1] == FAR_END
    for event in (AlarmCleared(), HookChanged(off_hook=False)):
        bench.near.outputs(0, bench.near.lines[0].receive(event, bench.now))
    bench.run(2.0)
    assert bench.near.events[0][-1] == InService()
    call_up(bench)
