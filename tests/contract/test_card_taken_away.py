"""A card that is taken away in a call, and comes back."""

import pytest
from contract.line_bench import LineBench

from drivers import Answer, Answered, CallerIdMode, CallerNumber, CallOffered, InService, Ring

BENCH = LineBench
TRUNK = 0
NOT_A_CARD = "nobody takes a cable away; the cable's own tests break it"


def call_up(bench: LineBench) -> None:
    bench.command(bench.far, TRUNK, Ring(caller=CallerNumber()))
    bench.comes(bench.near, TRUNK, CallOffered(caller=CallerNumber()), within_s=8.0)
    bench.command(bench.near, TRUNK, Answer())
    bench.comes(bench.far, TRUNK, Answered(), within_s=0.5)


@pytest.mark.left_out("lockstep", NOT_A_CARD)
@pytest.mark.left_out("socket", NOT_A_CARD)
def test_a_card_taken_away_in_a_call_is_lost_and_serves_again_when_it_is_back(make):
    bench = make(caller_id=CallerIdMode.NONE)
    call_up(bench)
    bench.cable.take_away()
    bench.until(lambda: bench.near.lost, 2.0)
    assert "was removed" in bench.near.lost or "is gone" in bench.near.lost
    bench.cable.put_back(bench.near)
    bench.until(lambda: bench.near.events[TRUNK][-1] == InService(), 5.0)
    assert bench.near.events[TRUNK][-1] == InService()
    bench.run(1.0)
    call_up(bench)
