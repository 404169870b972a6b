"""Dial pulses through a card that only knows the hook: our trunk to the exchange, a dial telephone to us."""

import pytest
from line_bench import LineBench

from drivers import (
    CallOffered,
    Dial,
    DigitReceived,
    Disconnect,
    Flash,
    FxoState,
    HookFlashed,
    PulseDialling,
    SendTone,
    StopSignal,
)

TRUNK, HANDSET = 0, 1
PULSES = {"pulse_dialling": PulseDialling.BY_LINE, "dial_tone_required": False}


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


@pytest.mark.parametrize("disconnect", list(Disconnect))
def test_the_exchange_counts_the_number_that_a_trunk_dials(make, disconnect):
    bench = make(fxo=PULSES, disconnect=disconnect)
    bench.command(bench.near, TRUNK, Dial(number="1029384756"))
    bench.run(0.2)
    bench.far.media.perform(TRUNK, SendTone(tone="dial"))
    bench.run(1.2)
    bench.far.media.perform(TRUNK, StopSignal())
    bench.run(25.0)
    assert digits(bench.far.events[TRUNK]) == "1029384756"
    calls = [event for event in bench.far.events[TRUNK] if isinstance(event, CallOffered)]
    assert len(calls) == 1
    assert bench.near.lines[TRUNK].state is FxoState.AWAITING_ANSWER


def test_a_telephone_with_a_dial_dials_and_flashes_on_our_station(make):
    bench = make(telephone=PULSES)
    bench.command(bench.far, HANDSET, Dial(number="905"))
    bench.run(12.0)
    assert digits(bench.near.events[HANDSET]) == "905"
    assert HookFlashed() not in bench.near.events[HANDSET]


def test_a_flash_of_a_telephone_is_no_digit(make):
    bench = make()
    bench.command(bench.far, HANDSET, Dial(number=""))
    bench.run(0.5)
    bench.command(bench.far, HANDSET, Flash())
    bench.run(2.0)
    assert bench.near.events[HANDSET][-1] == HookFlashed()
    assert digits(bench.near.events[HANDSET]) == ""
