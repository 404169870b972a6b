"""E&M trunks, one suite for every card: seizure, wink, digits as sound, answer, release, glare."""

import pytest
from contract.line_bench import TieBench

from drivers import (
    Alerting,
    Answer,
    Answered,
    CallerNumber,
    CallOffered,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    EmStart,
    EmState,
    InService,
    OutOfService,
    Proceeding,
    SendDigits,
    SendTone,
    SetHook,
    ToneHeard,
)

FAR_END = Cleared(cause=ClearCause.FAR_END)
GLARE = Cleared(cause=ClearCause.GLARE)
BENCH = TieBench


def offered(called: str) -> CallOffered:
    return CallOffered(caller=CallerNumber(), called=called)


def call_up(bench: TieBench) -> None:
    bench.command(bench.far, 0, Dial(number="5550100"))
    bench.comes(bench.near, 0, offered("5550100"), within_s=6.0)
    bench.command(bench.near, 0, Answer())
    bench.comes(bench.far, 0, Answered(), within_s=1.0)


def rest(bench: TieBench, within_s: float) -> None:
    for side in (bench.near, bench.far):
        bench.rests(side, 0, EmState.IDLE, within_s=within_s)


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
    bench.comes(called, 0, offered("0212345678"), within_s=6.0)
    assert called.events[0][1:] == [offered("0212345678")]
    assert caller.events[0][1:] == [Proceeding(in_band=True)]
    bench.command(called, 0, Answer())
    bench.comes(caller, 0, Answered(), within_s=1.0)
    bench.command(caller, 0, SendDigits(digits="12#"))
    bench.command(called, 0, SendDigits(digits="34*"))
    bench.dialled(called, 0, "12#", within_s=2.0)
    bench.dialled(caller, 0, "34*", within_s=2.0)


def test_a_number_of_known_length_is_offered_as_soon_as_it_is_complete(make):
    bench = make(near={"called_digits": 3})
    bench.command(bench.far, 0, Dial(number="100"))
    bench.comes(bench.near, 0, offered("100"), within_s=2.0)


@pytest.mark.parametrize("start", list(EmStart))
@pytest.mark.parametrize("nearly", [False, True])
def test_either_end_hangs_up_and_the_trunk_is_free_at_both(make, start, nearly):
    bench = make(start=start)
    call_up(bench)
    here, there = (bench.near, bench.far) if nearly else (bench.far, bench.near)
    bench.command(here, 0, Clear())
    assert here.events[0][-1] == Cleared(cause=ClearCause.NORMAL)
    bench.comes(there, 0, FAR_END, within_s=1.0)
    rest(bench, 1.5)


def test_a_caller_who_gives_up_before_the_answer(make):
    bench = make()
    bench.command(bench.far, 0, Dial(number="5550100"))
    bench.comes(bench.near, 0, offered("5550100"), within_s=6.0)
    bench.command(bench.far, 0, Clear())
    bench.comes(bench.near, 0, FAR_END, within_s=1.0)
    rest(bench, 1.5)


def test_a_refused_call_hears_why_and_frees_the_trunk(make):
    bench = make()
    bench.command(bench.near, 0, Dial(number="5"))
    bench.comes(bench.far, 0, offered("5"), within_s=4.0)
    bench.command(bench.far, 0, Clear(cause=ClearCause.BUSY))
    bench.comes(bench.near, 0, Cleared(cause=ClearCause.BUSY), within_s=7.0)
    rest(bench, 1.5)


def test_ringing_is_told_before_the_answer(make):
    bench = make()
    bench.command(bench.near, 0, Dial(number="5"))
    bench.comes(bench.far, 0, offered("5"), within_s=4.0)
    bench.far.media.perform(0, SendTone(tone="ringback"))
    bench.comes(bench.near, 0, Alerting(in_band=True), within_s=5.0)
    assert Answered() not in bench.near.events[0]


def test_a_far_end_that_never_winks(make):
    bench = make(far={"start": EmStart.IMMEDIATE})
    bench.command(bench.near, 0, Dial(number="5"))
    bench.run(4.0)
    assert bench.near.lines[0].state is EmState.AWAITING_WINK
    bench.comes(bench.near, 0, Cleared(cause=ClearCause.NO_DIAL_TONE), within_s=2.0)
    bench.rests(bench.near, 0, EmState.IDLE, within_s=3.0)


@pytest.mark.parametrize("start", list(EmStart))
def test_in_glare_the_far_ends_call_arrives_and_ours_is_told_to_take_another_trunk(make, start):
    bench = make(start=start)
    bench.command(bench.near, 0, Dial(number="111"))
    bench.command(bench.far, 0, Dial(number="222"))
    bench.comes(bench.near, 0, offered("222"), within_s=7.0)
    assert bench.near.events[0][1:] == [GLARE, offered("222")]
    assert bench.far.events[0][1:] == [Proceeding(in_band=True)]
    bench.command(bench.near, 0, Answer())
    bench.comes(bench.far, 0, Answered(), within_s=1.0)


@pytest.mark.parametrize("start", list(EmStart))
def test_two_ends_that_both_hold_in_glare_are_both_free_afterwards(make, start):
    bench = make(start=start, near={"yields_in_glare": False})
    bench.command(bench.near, 0, Dial(number="111"))
    bench.command(bench.far, 0, Dial(number="222"))
    for side in (bench.near, bench.far):
        bench.comes(side, 0, GLARE, within_s=10.0)
    rest(bench, 5.0)
    for side in (bench.near, bench.far):
        assert side.events[0][1:] == [GLARE]


@pytest.mark.parametrize("start", list(EmStart))
@pytest.mark.parametrize("later_s", [0.0, 0.02, 0.04])
def test_two_ends_that_both_give_way_in_glare_are_free_or_in_one_call(make, start, later_s):
    bench = make(start=start, far={"yields_in_glare": True})
    bench.command(bench.near, 0, Dial(number="111"))
    bench.run(later_s)
    bench.command(bench.far, 0, Dial(number="222"))

    def settled() -> bool:
        lines = (bench.near.lines[0], bench.far.lines[0])
        free = all(line.state is EmState.IDLE for line in lines)
        return free or any(line.state is EmState.OFFERED for line in lines)

    bench.run(1.0)
    bench.until(settled, 14.0)
    near, far = bench.near.events[0][1:], bench.far.events[0][1:]
    assert GLARE in near + far
    for caller, told, number in ((bench.near, far, "111"), (bench.far, near, "222")):
        if told == [GLARE, offered(number)]:
            assert caller.events[0][1:] == [Proceeding(in_band=True)]
            bench.command(caller, 0, Clear())
    rest(bench, 3.0)


def test_a_far_end_that_lifts_its_lead_for_a_moment_has_not_seized(make):
    bench = make()
    place = bench.far.places[0]
    bench.far.card.perform(place, SetHook(off_hook=True))
    bench.run(0.04)
    bench.far.card.perform(place, SetHook(off_hook=False))
    bench.run(7.0)
    assert bench.near.events[0][1:] == []
    assert ToneHeard(tone="congestion") not in bench.far.heard[0]


def test_an_alarm_ends_the_call_and_the_trunk_comes_back_when_it_is_cleared(make):
    bench = make()
    call_up(bench)
    bench.break_line()
    bench.comes(bench.near, 0, OutOfService(alarm="red"), within_s=3.0)
    bench.until(lambda: FAR_END in bench.far.events[0], 3.0)  # where it lives on
    bench.mend_line()
    bench.comes(bench.near, 0, InService(), within_s=5.0)
    bench.rests(bench.far, 0, EmState.IDLE, within_s=3.0)
    call_up(bench)
