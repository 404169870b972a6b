"""A telephone is lifted whenever somebody lifts it, whatever its line was about."""

import pytest
from lone_line import LoneLine

from drivers import (
    BatteryChanged,
    CallerIdHeard,
    CallerNumber,
    CallOffered,
    Clear,
    Dial,
    FxoLine,
    FxoSettings,
    FxoState,
    RingBurstEnded,
    RingBurstStarted,
    SetHook,
    StopReceivingCallerId,
)

LIFT = Dial(number="")
ANN = CallerNumber(number="0212345678", name="ANN")


def telephone() -> LoneLine:
    settings = FxoSettings(clears_on_battery_drop=False, guard_s=0.2)
    return LoneLine(FxoLine(settings), BatteryChanged(present=True))


def rung(seconds: float):
    """Rung for two seconds, then silent; so much has passed."""

    def rung_for_so_long() -> LoneLine:
        line = telephone()
        line.gets(RingBurstStarted())
        line.passes(min(seconds, 2.0))
        if seconds > 2.0:
            line.gets(RingBurstEnded())
            line.passes(seconds - 2.0)
        return line

    return rung_for_so_long


def second_ring_awaited() -> LoneLine:
    line = rung(5.0)()
    line.gets(CallerIdHeard(caller=None))
    return line


def offered() -> LoneLine:
    line = rung(5.0)()
    line.gets(CallerIdHeard(caller=ANN))
    return line


def ignored() -> LoneLine:
    line = offered()
    line.is_told(Clear())
    return line


@pytest.mark.parametrize(
    ("reached", "state"),
    [
        (telephone, FxoState.IDLE),
        (rung(1.0), FxoState.VALIDATING_RING),
        (rung(3.0), FxoState.AWAITING_CALLER_ID),
        (rung(5.0), FxoState.JUDGING_CALLER_ID),
        (second_ring_awaited, FxoState.AWAITING_SECOND_RING),
        (offered, FxoState.OFFERED),
        (ignored, FxoState.IGNORING),
    ],
)
def test_a_hand_lifts_it_in_every_state_on_hook(reached, state):
    line = reached()
    assert line.line.state is state
    line.outputs.clear()
    line.is_told(LIFT)
    assert SetHook(off_hook=True) in line.outputs
    assert line.line.state is FxoState.UP
    assert (StopReceivingCallerId() in line.outputs) == (state is FxoState.AWAITING_CALLER_ID)
    line.passes(60)
    assert line.line.state is FxoState.UP


def test_a_number_that_was_read_too_late_offers_no_call_to_a_lifted_handset():
    line = rung(5.0)()
    line.is_told(LIFT)
    line.gets(CallerIdHeard(caller=ANN))
    assert line.all_of(CallOffered) == []
    line.is_told(Clear())
    line.passes(1)
    assert line.line.state is FxoState.IDLE


def test_a_line_that_is_not_fed_can_not_be_lifted():
    line = telephone()
    line.gets(BatteryChanged(present=False))
    line.passes(10)
    assert line.line.state is FxoState.FAILED
    line.outputs.clear()
    line.is_told(LIFT)
    assert line.all_of(SetHook) == []
