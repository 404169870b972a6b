"""Which trunk of a group the next call takes, while others are being cleared."""

from acd_appliance import OUTSIDE, TRUNKS, settings

from acd import CallId, Cause
from acd.orders import Orders
from acd.trunks import Trunks

ONE, TWO = TRUNKS[:2]
CHEAP = OUTSIDE.groups[0]


def both_idle() -> Trunks:
    trunks = Trunks(settings(number_plan=OUTSIDE), Orders())
    for port in (ONE, TWO):
        trunks.put_in_service(port)
    return trunks


def test_a_line_that_was_just_cleared_is_taken_only_when_no_other_is_free():
    trunks = both_idle()
    trunks.take(ONE, CallId("1"))
    trunks.clear(ONE, Cause.FLOW_ENDED)
    assert trunks.choose(CHEAP, set()) == TWO
    assert trunks.choose(CHEAP, set()) == TWO
    assert trunks.choose(CHEAP, {TWO}) == ONE


def test_it_is_one_like_the_others_as_soon_as_it_has_said_that_it_is_free():
    trunks = both_idle()
    trunks.take(ONE, CallId("1"))
    trunks.clear(ONE, Cause.FLOW_ENDED)
    trunks.cleared(ONE)
    assert trunks.choose(CHEAP, set()) == ONE


def test_no_line_is_none():
    trunks = both_idle()
    trunks.take(ONE, CallId("1"))
    trunks.withdraw(TWO)
    assert trunks.choose(CHEAP, set()) is None
