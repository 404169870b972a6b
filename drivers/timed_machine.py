"""What all signalling machines share: a table of transitions, named timers, outputs in order, alarms.

An event that a state's table does not name is ignored: lines rattle, and a late ring or tone
means nothing to a line that has moved on. Every state that waits names its timer when it is entered.

An alarm is the same for all: whatever the line does is over, and nothing counts until it is cleared.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar

from drivers.hardware import AlarmCleared, AlarmRaised, HardwareEvent
from drivers.interface import LineOutput, OutOfService
from drivers.line_sound import Heard

__all__ = ["TimedMachine"]

StateT = TypeVar("StateT", bound=Enum)


class TimedMachine(ABC, Generic[StateT]):
    """State, named timers and the outputs of the entry that runs.

    Runs in: event loop.
    """

    _TABLE: ClassVar[Mapping[tuple[Any, type], str]]
    """(state, type of event) → name of the method that acts. Timers appear as their own names:
    (state, timer name) stands in `_TIMERS`."""

    _TIMERS: ClassVar[Mapping[tuple[Any, str], str]]

    _IN_ALARM: ClassVar[Any]
    """The state in which nothing but the alarm's end matters; it may last for days and has no timer."""

    def __init__(self, initial: StateT) -> None:
        self._state = initial
        self._deadlines: dict[str, float] = {}
        self._outputs: list[LineOutput] = []
        self._now = 0.0
        self._alarm = ""

    @property
    def state(self) -> StateT:
        """Where the machine stands."""
        return self._state

    def receive(self, event: HardwareEvent | Heard, now: float) -> list[LineOutput]:
        """Take what the hardware tells or what was heard."""
        self._now = now
        match event:
            case AlarmRaised(alarm=alarm):
                self._raise_alarm(alarm)
            case AlarmCleared():
                if self._state is self._IN_ALARM:
                    self._begin()
            case _:
                self._act_on(event)
        return self._drain()

    def _act_on(self, event: HardwareEvent | Heard) -> None:
        name = self._TABLE.get((self._state, type(event)))
        if name is not None:
            getattr(self, name)(event)

    # ------------------------------------------------------------ alarms

    def _raise_alarm(self, alarm: str) -> None:
        if self._state is self._IN_ALARM:
            if alarm == self._alarm:
                return
        else:
            self._let_go()
            self._enter(self._IN_ALARM)
        self._alarm = alarm
        # As in every other failure: out of service means that a call on the line is over.
        self._emit(OutOfService(alarm=alarm))

    @abstractmethod
    def _let_go(self) -> None:
        """Bring the hardware to rest and stop all signals and listening, whatever the line was doing."""

    @abstractmethod
    def _begin(self) -> None:
        """Begin as after start: nothing is known of the far end until the card tells."""

    # ------------------------------------------------------------ timers and outputs

    def next_timer(self) -> float | None:
        """The earliest deadline."""
        return min(self._deadlines.values(), default=None)

    def handle_timer(self, now: float) -> list[LineOutput]:
        """Act on every timer that is due, earliest first."""
        self._now = now
        while due := sorted((at, name) for name, at in self._deadlines.items() if at <= now):
            _, timer = due[0]
            del self._deadlines[timer]
            name = self._TIMERS.get((self._state, timer))
            if name is not None:
                getattr(self, name)()
        return self._drain()

    def _run(self, action: Callable[[], None], now: float) -> list[LineOutput]:
        self._now = now
        action()
        return self._drain()

    def _emit(self, *outputs: LineOutput) -> None:
        self._outputs.extend(outputs)

    def _drain(self) -> list[LineOutput]:
        outputs, self._outputs = self._outputs, []
        return outputs

    def _enter(self, state: StateT, **timers_s: float) -> None:
        """Change state; the old state's timers are gone, these begin."""
        self._state = state
        self._deadlines = {name: self._now + seconds for name, seconds in timers_s.items()}

    def _set_timer(self, name: str, seconds: float) -> None:
        self._deadlines[name] = self._now + seconds

    def _stop_timer(self, name: str) -> None:
        self._deadlines.pop(name, None)
