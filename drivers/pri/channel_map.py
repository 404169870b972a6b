"""How the B-channels of one span stand, and whose turn it is to be restarted. Sans-IO.

libpri arbitrates nothing: whoever uses it owns this map. Only one RESTART may wait for its acknowledgement;
the others queue. One that is never acknowledged locks its channel, which is tried again later, unless
the other side has acknowledged none at all: then it does not know RESTART, and channels are used as they are.

Source: Q.931, 5.5 (restart), 9.1 (T316), 5.7 (collisions).
"""

from collections import deque
from collections.abc import Callable, Iterable

from drivers.pri.messages import ChannelState

__all__ = ["ChannelMap"]

T316_S = 5.0
"""The standard's two minutes would keep a span of a silent exchange idle for two hours; when both sides
establish layer 2 in the same moment, acknowledgements get lost."""
TRIES = 3
LOCKED_S = 60.0


class ChannelMap:
    """States of the channels; tells every change.

    Args:
        channels: Those that may be used.
        send_restart: Sends RESTART for one channel.
        told: Called with each change.
        ascending: Whether to choose from the lowest; the two sides choose from different ends.
    """

    def __init__(
        self,
        channels: Iterable[int],
        *,
        send_restart: Callable[[int, float], None],
        told: Callable[[int, ChannelState], None],
        ascending: bool,
        restart: bool,
    ) -> None:
        self._states = dict.fromkeys(sorted(channels), ChannelState.UNKNOWN)
        self._send_restart = send_restart
        self._told = told
        self._ascending = ascending
        self._restart = restart
        self._waiting: deque[int] = deque()
        self._outstanding: int | None = None
        self._tries = 0
        self._due: float | None = None
        self._retry: dict[int, float] = {}
        self._acknowledged = False
        self._up = False

    def __contains__(self, channel: int | None) -> bool:
        """Whether it is one of ours."""
        return channel in self._states

    def state(self, channel: int) -> ChannelState:
        """How a channel of ours stands."""
        return self._states[channel]

    @property
    def all(self) -> list[int]:
        """Every channel."""
        return list(self._states)

    def choose(self) -> int | None:
        """An idle channel for a call that the other side leaves to us."""
        idle = [each for each, state in self._states.items() if state is ChannelState.IDLE]
        return (idle[0] if self._ascending else idle[-1]) if idle else None

    def set(self, channel: int, state: ChannelState) -> None:
        """A call took it, left it, or somebody took it out of service."""
        if state is not ChannelState.RESTARTING:
            self._retry.pop(channel, None)
            if channel in self._waiting:
                self._waiting.remove(channel)
        if self._states[channel] is not state:
            self._states[channel] = state
            self._told(channel, state)

    def go_up(self, now: float) -> None:
        """The D-channel is there: bring to rest what nobody knows of."""
        self._up = True
        self._acknowledged = False
        for channel, state in list(self._states.items()):
            if state is ChannelState.UNKNOWN and self._restart:
                self.restart(channel, now)
            elif state is ChannelState.UNKNOWN:
                self.set(channel, ChannelState.IDLE)
        self._next_restart(now)

    def go_down(self) -> None:
        """The D-channel is gone: what waits for an acknowledgement begins anew when it is back."""
        self._up = False
        if self._outstanding is not None:
            self._waiting.appendleft(self._outstanding)
        self._outstanding = self._due = None

    def restart(self, channel: int, now: float) -> None:
        """Send RESTART for it, when its turn comes."""
        self._retry.pop(channel, None)
        self.set(channel, ChannelState.RESTARTING)
        if channel != self._outstanding and channel not in self._waiting:
            self._waiting.append(channel)
        self._next_restart(now)

    def is_waiting(self, channel: int) -> bool:
        """Whether its RESTART has not been sent yet."""
        return channel in self._waiting

    def acknowledged(self, channel: int | None, now: float) -> None:
        """RESTART ACKNOWLEDGE came; without a channel it is for the one that was sent."""
        self._acknowledged = True
        done = self._outstanding if channel is None else channel
        if done is not None and done == self._outstanding:
            self._outstanding = self._due = None
            if self._states[done] is ChannelState.RESTARTING:
                self.set(done, ChannelState.IDLE)
        self._next_restart(now)

    def repeat_restart(self, now: float) -> None:
        """The RESTART that waits for its acknowledgement may be lost: T316 is not waited for."""
        if self._up and self._outstanding is not None:
            self._tries = 0
            self._send(self._outstanding, now)

    def next_timer(self) -> float | None:
        """When `handle_timer` is due."""
        times = list(self._retry.values()) if self._up else []
        times += [self._due] if self._due is not None else []
        return min(times, default=None)

    def handle_timer(self, now: float) -> list[str]:
        """Act on what is due; what technicians should know of it."""
        told: list[str] = []
        if self._due is not None and now >= self._due and self._outstanding is not None:
            told += self._not_acknowledged(self._outstanding, now)
        if self._up:
            for channel in [each for each, at in self._retry.items() if now >= at]:
                self.restart(channel, now)
        return told

    def _not_acknowledged(self, channel: int, now: float) -> list[str]:
        if self._tries < TRIES:
            self._send(channel, now)
            return []
        self._outstanding = self._due = None
        if not self._acknowledged:
            restarting = [
                each
                for each, state in self._states.items()
                if state in (ChannelState.RESTARTING, ChannelState.LOCKED)
            ]
            for each in restarting:
                self.set(each, ChannelState.IDLE)
            return ["the other side acknowledges no RESTART; channels are used as they are"]
        self.set(channel, ChannelState.LOCKED)
        self._retry[channel] = now + LOCKED_S
        self._next_restart(now)
        return [f"RESTART of channel {channel} was not acknowledged; it is locked and tried again"]

    def _next_restart(self, now: float) -> None:
        if self._up and self._outstanding is None and self._waiting:
            self._tries = 0
            self._send(self._waiting.popleft(), now)

    def _send(self, channel: int, now: float) -> None:
        self._outstanding = channel
        self._tries += 1
        self._due = now + T316_S
        self._send_restart(channel, now)
