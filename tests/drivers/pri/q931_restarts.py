"""Channels of the peer: who has them, and which are being restarted. Sans-IO.

Source: ITU-T Q.931, 5.5 (restart), 9.1 (T316, N316); how long a channel stays locked is ours.
"""

from collections import deque
from collections.abc import Callable, Iterable

T316_S = 10.0
N316 = 2
LOCKED_S = 30.0


class Channels:
    """``idle``, ``busy``, ``restarting`` or ``locked``, by timeslot."""

    def __init__(
        self,
        channels: Iterable[int],
        *,
        send_restart: Callable[[int, float], None],
        told: Callable[[int, str], None],
    ) -> None:
        self._states = dict.fromkeys(channels, "idle")
        self._send_restart = send_restart
        self._told = told
        self._waiting: deque[int] = deque()
        self._outstanding: int | None = None
        self._tries = 0
        self._due: float | None = None
        self._unlock: dict[int, float] = {}
        self.restarts_sent = 0

    def __contains__(self, channel: int | None) -> bool:
        return channel in self._states

    @property
    def all(self) -> list[int]:
        return list(self._states)

    def state(self, channel: int) -> str:
        return self._states[channel]

    def set(self, channel: int, state: str) -> None:
        if self._states[channel] != state:
            self._states[channel] = state
            self._told(channel, state)

    def restart(self, channel: int, now: float) -> None:
        """RESTART, when those before it are acknowledged."""
        self.set(channel, "restarting")
        if channel != self._outstanding and channel not in self._waiting:
            self._waiting.append(channel)
        self._next(now)

    def acknowledged(self, channel: int | None, now: float) -> None:
        if channel is None or channel == self._outstanding:
            self._finish("idle", now)

    def next_timer(self) -> float | None:
        due = [self._due] if self._due is not None else []
        return min([*due, *self._unlock.values()], default=None)

    def handle_timer(self, now: float) -> None:
        if self._due is not None and now >= self._due and self._outstanding is not None:
            if self._tries < N316:
                self._send(now)
            else:
                self._unlock[self._outstanding] = now + LOCKED_S
                self._finish("locked", now)
        for channel in [each for each, at in self._unlock.items() if now >= at]:
            del self._unlock[channel]
            self.restart(channel, now)

    def _finish(self, state: str, now: float) -> None:
        channel, self._outstanding, self._due = self._outstanding, None, None
        if channel is not None and self._states[channel] == "restarting":
            self.set(channel, state)
        self._next(now)

    def _next(self, now: float) -> None:
        if self._outstanding is None and self._waiting:
            self._outstanding = self._waiting.popleft()
            self._tries = 0
            self._send(now)

    def _send(self, now: float) -> None:
        assert self._outstanding is not None
        self._tries += 1
        self.restarts_sent += 1
        self._due = now + T316_S
        self._send_restart(self._outstanding, now)
