"""Callers: they call at a given rate; half hang up after a short while, half wait until the appliance does.

Times are what the carrier's exchange sees: from the order of SETUP to the report of CONNECT, both through
its own PRI worker.
"""

import heapq
import random
import selectors
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.pri.messages import (
    CallConnected,
    CallReleased,
    NumberType,
    Party,
    PlaceCall,
    Presentation,
    ReleaseCall,
    Report,
)
from scripts.pri_load.appliance import NUMBER
from scripts.pri_load.far_end import FarEnd, FarSpan

__all__ = ["Callers", "Tally"]

_NORMAL_CLEARING = 16
_HOLDS_S, _BRIEF_HOLDS_S = (0.3, 1.2), (0.05, 0.4)
"""How long callers stay who hang up themselves: less than the appliance takes to do it."""
_DRAIN_LIMIT_S = 20.0
_LATE_S = 0.5
"""Behind its own plan by more than this, the far end did not offer what it was to offer."""


@dataclass(slots=True)
class Tally:
    """What callers saw, since the last time it was taken."""

    offered: int = 0
    answered: int = 0
    cleared: int = 0
    by_caller: int = 0
    by_flow: int = 0
    no_channel: int = 0
    "Not offered: every channel of every span was taken."
    late: int = 0
    "Offered so much later than planned that the far end is to blame."
    most_up: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    set_up_s: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _Call:
    number: int
    span: FarSpan
    placed_at: float
    hold_s: float | None
    connected: bool = False
    hung_up: bool = False


class Callers:
    """Everybody who calls. Runs in the thread that calls `run`."""

    def __init__(self, far_end: FarEnd, *, brief: bool = False, seed: int = 1) -> None:
        self._holds_s = _BRIEF_HOLDS_S if brief else _HOLDS_S
        self._spans = far_end.spans
        self._chance = random.Random(seed)
        self._tally = Tally()
        self._calls: dict[tuple[str, int], _Call] = {}
        self._hang_ups: list[tuple[float, str, int]] = []
        self._count = 0
        self._turn = 0
        self._selector = selectors.DefaultSelector()
        for span in self._spans:
            self._selector.register(span.link, selectors.EVENT_READ, span)

    @property
    def up(self) -> int:
        """Calls that are not over."""
        return len(self._calls)

    def take_tally(self) -> Tally:
        """What happened since the last time."""
        tally, self._tally = self._tally, Tally()
        return tally

    def run(
        self,
        rate_per_s: float,
        *,
        calls: int | None = None,
        seconds: float | None = None,
        look: Callable[[int], None] = lambda _placed: None,
    ) -> None:
        """Place calls evenly in time until so many are placed, or so long has passed."""
        began, placed = time.monotonic(), 0
        while calls is None or placed < calls:
            now = time.monotonic()
            if seconds is not None and now >= began + seconds:
                return
            next_at = began + placed / rate_per_s
            if now >= next_at:
                self._tally.late += now - next_at > _LATE_S
                self._place(now)
                placed += 1
                look(placed)
                continue
            self._turn_once(next_at)

    def drain(self) -> int:
        """Wait for the last calls to end; how many have not."""
        until = time.monotonic() + _DRAIN_LIMIT_S
        while self._calls and time.monotonic() < until:
            self._turn_once(until)
        return len(self._calls)

    def close(self) -> None:
        """Nobody calls any more."""
        self._selector.close()

    def _turn_once(self, until: float) -> None:
        if self._hang_ups:
            until = min(until, self._hang_ups[0][0])
        ready = self._selector.select(max(0.0, until - time.monotonic()))
        now = time.monotonic()
        for key, _ in ready:
            for report in key.data.receive():
                self._reported(key.data, report, now)
        while self._hang_ups and self._hang_ups[0][0] <= now:
            _, span, number = heapq.heappop(self._hang_ups)
            call = self._calls.get((span, number))
            if call is not None:
                call.hung_up = True
                call.span.link.send(ReleaseCall(call=number))

    def _place(self, now: float) -> None:
        self._count += 1
        for _ in self._spans:
            span = self._spans[self._turn]
            self._turn = (self._turn + 1) % len(self._spans)
            channel = span.take()
            if channel is not None:
                break
        else:
            self._tally.no_channel += 1
            return
        number = 2 * self._count  # odd ones are the worker's
        hold_s = self._chance.uniform(*self._holds_s) if self._count % 2 else None
        self._calls[span.name, number] = _Call(number, span, now, hold_s)
        span.link.send(
            PlaceCall(
                call=number,
                channel=channel,
                called=NUMBER,
                called_type=NumberType.SUBSCRIBER,
                calling=Party(
                    number=f"40212{self._count:06}",
                    type=NumberType.NATIONAL,
                    presentation=Presentation.ALLOWED,
                    name=f"CALLER {self._count}",
                ),
            )
        )
        self._tally.offered += 1
        self._tally.most_up = max(self._tally.most_up, len(self._calls))

    def _reported(self, span: FarSpan, report: Report, now: float) -> None:
        if not isinstance(report, CallConnected | CallReleased):
            return
        call = self._calls.get((span.name, report.call))
        if call is None:
            self._tally.failures[f"{type(report).__name__} of a call that is none"] += 1
            return
        if isinstance(report, CallConnected):
            call.connected = True
            self._tally.answered += 1
            self._tally.set_up_s.append(now - call.placed_at)
            if call.hold_s is not None:
                heapq.heappush(self._hang_ups, (now + call.hold_s, span.name, call.number))
            return
        del self._calls[span.name, call.number]
        self._over(call, report)

    def _over(self, call: _Call, report: CallReleased) -> None:
        if not call.connected:
            self._tally.failures[f"not answered: cause {report.cause}"] += 1
        elif report.cause != _NORMAL_CLEARING:
            self._tally.failures[f"ended with cause {report.cause}"] += 1
        elif call.hung_up:
            self._tally.cleared += 1
            self._tally.by_caller += 1
        elif call.hold_s is not None:
            self._tally.failures["hung up on before the menu's end"] += 1
        else:
            self._tally.cleared += 1
            self._tally.by_flow += 1
