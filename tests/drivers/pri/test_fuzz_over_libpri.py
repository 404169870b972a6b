"""A short run of `scripts/fuzz_pri.py`; the long one is `make fuzz-pri`."""

import pytest

from scripts.fuzz_pri import fuzz

FRAMES = 30_000


@pytest.mark.faults
@pytest.mark.realtime
def test_spoiled_frames_on_one_span_leave_calls_on_others_and_memory_alone(tmp_path):
    outcome = fuzz(tmp_path, FRAMES, 2, print)
    assert outcome.frames == FRAMES
    assert outcome.numbered > FRAMES // 4, "too few frames were I frames in their places"
    assert outcome.arrived > 200, "too few reached the call server"
    assert outcome.calls > 10
    assert outcome.calls_afterwards >= 20
    assert outcome.restarts == 0
    assert outcome.grown_octets < 4_000_000
