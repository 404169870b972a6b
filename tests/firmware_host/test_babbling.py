"""Lines that chatter are locked out; honest ones never are."""

from hypothesis import given
from hypothesis import strategies as st

from drivers import BatteryChanged, HookChanged
from firmware_host.callserver.babbling import QUIET_S, Babbling


def test_a_line_that_chatters_is_locked_out_once_and_taken_back_when_it_is_quiet():
    babbling = Babbling()
    locked = [
        babbling.changed(3, HookChanged(off_hook=count % 2 == 0), count / 1000)
        for count in range(1000)
    ]
    assert locked.count(True) == 1
    assert locked.index(True) in range(100, 110)
    assert babbling.is_locked(3)
    assert not babbling.is_locked(2)
    assert babbling.next_timer() == 0.999 + QUIET_S
    assert babbling.quiet(3.9) == []
    assert babbling.quiet(4.0) == [(3, [HookChanged(off_hook=False)])]
    assert not babbling.is_locked(3)
    assert babbling.next_timer() is None


def test_the_latest_change_of_each_kind_is_told_in_their_order():
    babbling = Babbling()
    for count in range(300):
        babbling.changed(0, BatteryChanged(present=count % 2 == 0), 0.0)
        babbling.changed(0, HookChanged(off_hook=count % 2 == 0), 0.0)
    babbling.changed(0, BatteryChanged(present=True), 0.0)
    assert babbling.quiet(99.0) == [
        (0, [HookChanged(off_hook=False), BatteryChanged(present=True)])
    ]


def test_dialling_a_long_number_by_pulses_is_no_babbling():
    babbling = Babbling()
    now = 0.0
    for _digit in range(20):
        for change in range(20):  # the digit 0: ten pulses
            assert not babbling.changed(1, HookChanged(off_hook=change % 2 == 1), now)
            now += 0.05
        now += 0.3
    assert babbling.next_timer() is None


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 0.2)), max_size=400))
def test_whatever_comes_every_locked_line_is_taken_back_in_the_end(changes):
    babbling, now = Babbling(), 0.0
    for port, pause_s in changes:
        now += pause_s
        babbling.changed(port, HookChanged(off_hook=True), now)
    locked = {port for port in range(4) if babbling.is_locked(port)}
    assert (babbling.next_timer() is None) == (not locked)
    assert {port for port, _ in babbling.quiet(now + QUIET_S)} == locked
    assert babbling.next_timer() is None
