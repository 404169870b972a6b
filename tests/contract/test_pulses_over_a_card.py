"""Dial pulses over every card: our trunk to the exchange, a dial telephone to us.

A card that only knows the hook leaves them to the lines; DAHDI's driver sends and counts them itself.
"""

import pytest
from contract.line_bench import LineBench

from drivers import (
    CallOffered,
    Dial,
    Disconnect,
    Flash,
    FxoState,
    HookFlashed,
    SendTone,
    StopSignal,
)

TRUNK, HANDSET = 0, 1
BENCH = LineBench
NO_POLARITY = pytest.mark.left_out("dahdi", "joined spans pass no polarity on")


@pytest.mark.parametrize(
    "disconnect",
    [
        Disconnect.BATTERY_DROP,
        pytest.param(Disconnect.POLARITY, marks=NO_POLARITY),
        Disconnect.BUSY_TONE,
    ],
)
def test_the_exchange_counts_the_number_that_a_trunk_dials(make, disconnect):
    bench = make(pulses=True, disconnect=disconnect)
    bench.command(bench.near, TRUNK, Dial(number="1029384756"))
    bench.until(lambda: len(bench.far.events[TRUNK]) == 2, 0.2)
    bench.far.media.perform(TRUNK, SendTone(tone="dial"))
    bench.rests(bench.near, TRUNK, FxoState.PULSING, within_s=1.2)
    bench.far.media.perform(TRUNK, StopSignal())
    bench.dialled(bench.far, TRUNK, "1029384756", within_s=25.0)
    calls = [event for event in bench.far.events[TRUNK] if isinstance(event, CallOffered)]
    assert len(calls) == 1
    bench.rests(bench.near, TRUNK, FxoState.AWAITING_ANSWER, within_s=2.0)


def test_a_telephone_with_a_dial_dials_and_flashes_on_our_station(make):
    bench = make(pulses=True)
    bench.command(bench.far, HANDSET, Dial(number="905"))
    bench.dialled(bench.near, HANDSET, "905", within_s=12.0)
    bench.rests(bench.far, HANDSET, FxoState.AWAITING_ANSWER, within_s=2.0)
    assert HookFlashed() not in bench.near.events[HANDSET]


def test_a_flash_of_a_telephone_is_no_digit(make):
    bench = make()
    bench.command(bench.far, HANDSET, Dial(number=""))
    bench.run(0.8)
    bench.command(bench.far, HANDSET, Flash())
    bench.comes(bench.near, HANDSET, HookFlashed(), within_s=2.0)
    bench.run(0.5)
    assert bench.near.digits(HANDSET) == ""
