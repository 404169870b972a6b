"""Two ends of a span whose frames pass a wire that may lose, double and delay them; time is made up."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from drivers.pri._native import lib
from drivers.pri.messages import (
    BeginSpan,
    DChannelPlace,
    Order,
    Report,
    SpanSettings,
    SwitchType,
)
from drivers.pri.span import PriSpan
from drivers.pri.span_control import SpanControl

CHANNELS = tuple(each for each in range(1, 32) if each != 16)
START_S = 1000.0
DELAY_S = 0.02
LATE_S = 0.05
"""More than `DELAY_S`: whatever was sent in between overtakes it."""


def settings(*, network_side: bool, **others) -> SpanSettings:
    name = "network" if network_side else "user"
    given = {"channels": CHANNELS, "switch": SwitchType.EUROISDN_E1} | others
    return SpanSettings(name=name, d_channel=DChannelPlace(), network_side=network_side, **given)


def control(wanted: SpanSettings) -> SpanControl:
    lib.pri_span_clock(START_S)  # the process's, which an earlier pair has left in its own future
    span = PriSpan(switch=wanted.switch, network_side=wanted.network_side, law=wanted.law)
    return SpanControl(wanted, span)


@dataclass
class SpanPair:
    """``user`` and ``network``, joined; every report that either gave is kept."""

    user: SpanControl
    network: SpanControl
    seed: int = 1
    loss: float = 0.0
    duplicates: float = 0.0
    jitter_s: float = 0.0
    "Of every frame: layer 2, which knows no order but the wire's, is established anew all the time."
    late: float = 0.0
    "The share of frames that those sent after them overtake."
    now: float = START_S
    frames: list[tuple[float, bool, bytes]] = field(default_factory=list)
    "When, whether the network sent it, what."
    reports: dict[str, list[Report]] = field(default_factory=lambda: {"user": [], "network": []})
    told: Callable[[str, Report], None] = lambda _side, _report: None
    cut: bool = False

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._flying: list[tuple[float, int, SpanControl, bytes]] = []
        self._count = count()
        for side in (self.user, self.network):
            side.begin(BeginSpan(span=side.settings), self.now)
        self._collect()

    def order(self, side: str, order: Order) -> None:
        (self.user if side == "user" else self.network).order(order, self.now)
        self._collect()

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass; True as soon as ``until`` holds."""
        end = self.now + seconds
        while not until():
            times = [self._flying[0][0]] if self._flying else []
            times += [at for side in (self.user, self.network) if (at := side.next_timer())]
            due = min(times, default=end)
            if due > end:
                self.now = end
                return until()
            self.now = max(self.now, due)
            while self._flying and self._flying[0][0] <= self.now:
                _, _, to, frame = heapq.heappop(self._flying)
                to.receive_frame(frame, self.now)
                self._collect()
            for side in (self.user, self.network):
                at = side.next_timer()
                if at is not None and at <= self.now:
                    side.handle_timers(self.now)
                    self._collect()
        return True

    def up(self) -> None:
        """Until both D-channels are up and every channel is at rest."""
        assert self.run(60, lambda: self.user.up and self.network.up and self.idle()), self.states()

    def idle(self) -> bool:
        return all(
            side.channels.state(each).value == "idle"
            for side in (self.user, self.network)
            for each in side.channels.all
        )

    def states(self) -> dict[str, dict[int, str]]:
        return {
            name: {each: side.channels.state(each).value for each in side.channels.all}
            for name, side in (("user", self.user), ("network", self.network))
        }

    def of(self, side: str, kind: type) -> list:
        return [each for each in self.reports[side] if isinstance(each, kind)]

    def _collect(self) -> None:
        for name, side, other in (
            ("user", self.user, self.network),
            ("network", self.network, self.user),
        ):
            for frame in side.span.frames_to_send():
                self.frames.append((self.now, side is self.network, frame))
                self._send(frame, other)
            for report in side.take_reports():
                self.reports[name].append(report)
                self.told(name, report)

    def _send(self, frame: bytes, to: SpanControl) -> None:
        if self.cut or self._random.random() < self.loss:
            return
        for _ in range(2 if self._random.random() < self.duplicates else 1):
            at = self.now + DELAY_S + self._random.random() * self.jitter_s
            if self.late and self._random.random() < self.late:
                at += LATE_S
            heapq.heappush(self._flying, (at, next(self._count), to, frame))


def pair(*, user: dict | None = None, network: dict | None = None, **others) -> SpanPair:
    return SpanPair(
        user=control(settings(network_side=False, **(user or {}))),
        network=control(settings(network_side=True, **(network or {}))),
        **others,
    )
