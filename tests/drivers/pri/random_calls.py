"""Callers and answerers at both ends of a span, drawn at random; the wire may be as bad as it likes."""

import random
from dataclasses import dataclass, field

from span_pair import SpanPair

from drivers.pri.messages import (
    AcceptCall,
    AlertCaller,
    CallArrived,
    CallConnected,
    CallReleased,
    ChannelState,
    Party,
    PlaceCall,
    ReleaseCall,
    Report,
)


@dataclass
class RandomCalls:
    """Places calls from both ends, answers most, hangs up from either; counts what became of each."""

    pair: SpanPair
    seed: int
    answer_s: float = 1.0
    talk_s: float = 3.0
    placed: dict[tuple[str, int], int] = field(default_factory=dict)
    "(side, call) → how many ends were told."
    arrived: dict[tuple[str, int], int] = field(default_factory=dict)
    connected: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._next = {"user": 2, "network": 2}
        self._due: list[tuple[float, str, object]] = []
        self.pair.told = self._told

    def place(self, side: str) -> None:
        end = getattr(self.pair, side)
        every = end.settings.channels
        idle = [each for each in every if end.channels.state(each) is ChannelState.IDLE]
        if not idle or not end.up:
            return
        call = self._next[side]
        self._next[side] += 2
        self.placed[side, call] = 0
        self.pair.order(
            side,
            PlaceCall(
                call=call,
                channel=self._random.choice(idle),
                called=f"555{call:04}"[-7:],
                exclusive=self._random.random() < 0.5,
                calling=Party(number=f"21255{call:05}"),
            ),
        )

    def run(self, calls: int, every_s: float) -> None:
        for _ in range(calls):
            self.place(self._random.choice(("user", "network")))
            self._pass(every_s * 2 * self._random.random())

    def settle(self, limit_s: float = 400.0) -> bool:
        """Until nobody is in a call any more and every channel is at rest."""
        end = self.pair.now + limit_s
        while self.pair.now < end:
            self._pass(1.0)
            if not self._due and self.pair.idle() and not self.live():
                return True
        return False

    def end_half_calls(self) -> int:
        """What a line's silence limit does: a call whose other end is gone is ended; how many there were."""
        known = {**self.placed, **self.arrived}
        half = [each for each, released in known.items() if not released]
        for side, call in half:
            self.pair.order(side, ReleaseCall(call=call))
        return len(half)

    def live(self) -> int:
        return self.pair.user.live_calls + self.pair.network.live_calls

    def _pass(self, seconds: float) -> None:
        end = self.pair.now + seconds
        while self._due and min(self._due, key=lambda each: each[0])[0] <= end:
            first = min(self._due, key=lambda each: each[0])
            self._due.remove(first)
            self.pair.run(max(0.0, first[0] - self.pair.now))
            self.pair.order(first[1], first[2])
        self.pair.run(end - self.pair.now)

    def _told(self, side: str, report: Report) -> None:
        now = self.pair.now
        match report:
            case CallArrived(call=call):
                self.arrived[side, call] = 0
                self._due.append((now + 0.05, side, AlertCaller(call=call)))
                answer_at = now + self._random.random() * self.answer_s
                if self._random.random() < 0.2:
                    cause = self._random.choice((17, 21, 1))
                    self._due.append((answer_at, side, ReleaseCall(call=call, cause=cause)))
                else:
                    self._due.append((answer_at + 0.06, side, AcceptCall(call=call)))
                    if self._random.random() < 0.5:
                        end = answer_at + self._random.random() * self.talk_s
                        self._due.append((end, side, ReleaseCall(call=call)))
            case CallConnected(call=call):
                self.connected += 1
                end = now + self._random.random() * self.talk_s
                self._due.append((end, side, ReleaseCall(call=call)))
            case CallReleased(call=call):
                of = self.placed if (side, call) in self.placed else self.arrived
                of[side, call] += 1
            case _:
                pass
