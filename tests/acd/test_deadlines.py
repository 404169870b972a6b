"""Timers: against a plain dictionary of deadlines."""

from hypothesis import given
from hypothesis import strategies as st

from acd.timers import Purpose, Timers

steps = st.lists(
    st.tuples(
        st.sampled_from(("start", "stop", "pass")),
        st.sampled_from(tuple(Purpose)[:3]),
        st.sampled_from("abc"),
        st.integers(0, 20),
    ),
    max_size=300,
)


@given(steps)
def test_timers_are_due_in_order_and_only_while_they_run(history):
    timers, running, now = Timers(), {}, 0.0
    for what, purpose, owner, amount in history:
        match what:
            case "start":
                timers.start(purpose, owner, now + amount)
                running.pop((purpose, owner), None)
                running[purpose, owner] = now + amount
            case "stop":
                timers.stop(purpose, owner)
                running.pop((purpose, owner), None)
            case _:
                now += amount
                expected = sorted(
                    (key for key, at in running.items() if at <= now), key=running.__getitem__
                )
                due = []
                while (timer := timers.pop_due(now)) is not None:
                    due.append(timer)
                assert due == expected
                for key in due:
                    del running[key]
        assert timers.next() == min(running.values(), default=None)
        assert timers.is_running(purpose, owner) == ((purpose, owner) in running)


def test_timers_that_are_moved_for_ever_do_not_pile_up():
    timers = Timers()
    for n in range(10_000):
        timers.start(Purpose.TALK, "one", float(n))
    assert len(timers._heap) < 100
