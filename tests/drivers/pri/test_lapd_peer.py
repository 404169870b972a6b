"""The witness's layer 2 with itself: what L3 gives arrives in order, once, over a wire that loses."""

import random

import pytest
from lapd_peer import LapdPeer, LinkState

DELAY_S = 0.02


class Wire:
    """Two ends, all frames in order, some lost; time jumps to the next thing that is due."""

    def __init__(self, seed: int, loss: float) -> None:
        self.ends = (LapdPeer(network_side=True), LapdPeer(network_side=False))
        self.now = 0.0
        self.loss = loss
        self.arrived: tuple[list[bytes], list[bytes]] = ([], [])
        self._chance = random.Random(seed)
        self._flying: list[tuple[float, int, bytes]] = []

    def pass_until(self, end: float) -> None:
        while True:
            for index, each in enumerate(self.ends):
                self.arrived[index].extend(each.messages)
                each.messages.clear()
                for frame in each.frames_to_send():
                    if self._chance.random() >= self.loss:
                        self._flying.append((self.now + DELAY_S, 1 - index, frame))
            timers = [at for each in self.ends if (at := each.next_timer()) is not None]
            due = min([at for at, _, _ in self._flying[:1]] + timers, default=end)
            if due > end:
                self.now = end
                return
            self.now = max(self.now, due)
            while self._flying and self._flying[0][0] <= self.now:
                _, to, frame = self._flying.pop(0)
                self.ends[to].receive_frame(frame, self.now)
            for each in self.ends:
                each.handle_timer(self.now)


@pytest.mark.parametrize("loss", [0.0, 0.05, 0.15])
@pytest.mark.parametrize("seed", range(3))
def test_everything_arrives_once_and_in_order_while_the_link_holds(seed, loss):
    wire = Wire(seed, loss)
    wire.ends[0].establish(0.0)
    wire.pass_until(20.0)
    assert {each.state for each in wire.ends} == {LinkState.UP}
    begun = [each.establishments for each in wire.ends]
    sent = [[], []]
    for number in range(400):
        for index, each in enumerate(wire.ends):
            message = b"%d" % number
            each.send(message, wire.now)
            sent[index].append(message)
        wire.pass_until(wire.now + 0.1)
    wire.pass_until(wire.now + 30)
    if [each.establishments for each in wire.ends] != begun:
        assert loss > 0.0  # then some are lost, but none is doubled and none out of turn
        for got in wire.arrived:
            assert got == sorted(set(got), key=int)
            assert len(got) > 200
    else:
        assert list(wire.arrived) == [sent[1], sent[0]]


def test_a_wire_that_is_cut_brings_the_link_down_and_a_mended_one_up():
    wire = Wire(1, 0.0)
    wire.ends[1].establish(0.0)
    wire.pass_until(1.0)
    assert [list(each.changes) for each in wire.ends] == [[True], [True]]
    wire.loss = 1.0
    wire.pass_until(60.0)  # T203, N200 polls of T200, as many SABME
    assert [list(each.changes)[:2] for each in wire.ends] == [[True, False], [True, False]]
    wire.loss = 0.0
    wire.pass_until(70.0)
    assert {each.state for each in wire.ends} == {LinkState.UP}
