"""Many ISDN calls in a short time through the whole appliance: each has one end, and nothing is left behind.

`make bench-pri` asks how many a second; here they are few enough for a busy machine.
"""

import importlib.util

import pytest

from scripts.pri_load.load import Load, Stage, run_load

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.faults,
    pytest.mark.timeout(90),
    pytest.mark.skipif(
        importlib.util.find_spec("drivers.pri._native") is None, reason="libpri-dev is not there"
    ),
]

CALLS = 400
RATE_PER_S = 50.0


@pytest.fixture(scope="module")
def result():
    return run_load(Load(spans=4, brief=True, stages=[Stage(rate_per_s=RATE_PER_S, calls=CALLS)]))


def test_every_call_is_answered_and_cleared_by_whom_it_should_be(result):
    (stage,) = result["stages"]
    assert stage["failures"] == {}
    assert stage["no_channel"] == 0
    assert (stage["by_caller"], stage["by_flow"]) == (CALLS // 2, CALLS // 2)


def test_every_call_has_one_end_in_the_journal(result):
    audit = result["audit"]
    assert (audit["offered"], audit["answered"]) == (CALLS, CALLS)
    assert (audit["without_end"], audit["with_several_ends"], audit["damage"]) == (0, 0, 0)
    assert audit["ends"] == {"caller hung up": CALLS // 2, "flow ended": CALLS // 2}


def test_nothing_is_held_after_the_last_call(result):
    held = result["held"]
    for what in ("calls_up", "lines_not_idle", "worker_calls", "libpri_records"):
        assert held[what]["end"] == 0, what
    for process, course in held["descriptors"].items():
        # Of 400 calls: a connection of whoever asks may be on its way out.
        assert course["end"] <= course["begin"] + 2, process


def test_no_process_grows_with_its_calls(result):
    for process in ("call server", "PRI worker"):
        course = result["held"]["memory_mb"][process]
        assert course["end"] - course["tenth"] < 3.0, process  # eight kilobytes a call
