"""The exchange out there: dial tone, what the appliance dials, which line is free for a caller."""

from collections.abc import Callable

from drivers import (
    Alert,
    BearerLine,
    BearerState,
    Clear,
    ClearCause,
    EmLine,
    EmState,
    FxsState,
    SendTone,
    StopSignal,
)
from firmware_host.town.lines import TownLine, TownLines
from firmware_host.town.script import Script

__all__ = ["PublicExchange"]

_DIGIT_PAUSE_S = 3.0
"""A number that is dialled into the exchange is complete after this pause."""
_FREE = (FxsState.IDLE, EmState.IDLE, BearerState.IDLE)


class PublicExchange:
    """The exchange.

    Runs in: the town's step.
    """

    def __init__(self, lines: TownLines, connect: Callable[[TownLine, Script], None]) -> None:
        """An exchange for these lines; ``connect`` puts the called party at a line."""
        self.called_party: Callable[[str], Script | ClearCause | None] = lambda _number: None
        """Who answers when the appliance dials out: a script; why nobody does; or None: a number that
        nobody has."""
        self._lines = lines
        self._connect = connect
        self._hunt_from = 0

    # ------------------------------------------------------------ the appliance dials out

    def offered(self, line: TownLine, called: str) -> None:
        """The appliance seizes a trunk; a tie line brings the number with it."""
        if isinstance(line.machine, EmLine | BearerLine):
            line.dialled = called
            self._route(line, refuse=lambda why: self._lines.command(line, Clear(cause=why)))
        else:
            self._lines.sound(line, SendTone(tone="dial"))
            line.dialled, line.dialled_until = "", self._lines.now + 5 * _DIGIT_PAUSE_S

    def loop_opened(self, line: TownLine) -> None:
        """Before the first digit: no dial tone any more; and a digit of ten pulses takes its time."""
        if line.dialled_until is not None:
            if not line.dialled:
                self._lines.sound(line, StopSignal())
            line.dialled_until = max(line.dialled_until, self._lines.now + _DIGIT_PAUSE_S)

    def digit(self, line: TownLine, digit: str) -> None:
        """One more digit of a number."""
        if line.dialled_until is None:
            return
        if not line.dialled:
            self._lines.sound(line, StopSignal())
        line.dialled += digit
        line.dialled_until = self._lines.now + _DIGIT_PAUSE_S

    def handle_timer(self, line: TownLine) -> None:
        """A pause after the last digit: the number is complete."""
        if line.dialled_until is not None and line.dialled_until <= self._lines.now:
            line.dialled_until = None
            self._route(
                line,
                refuse=lambda why: self._lines.sound(
                    line,
                    SendTone(tone="busy" if why is ClearCause.BUSY else "congestion"),
                ),
            )

    def cleared(self, line: TownLine) -> None:
        """What was dialled is of no use any more."""
        line.dialled, line.dialled_until = "", None

    def _route(self, line: TownLine, *, refuse: Callable[[ClearCause], None]) -> None:
        script = self.called_party(line.dialled)
        if script is None:
            nobody = isinstance(line.machine, BearerLine)
            refuse(ClearCause.WRONG_NUMBER if nobody else ClearCause.CONGESTION)
        elif isinstance(script, ClearCause):
            refuse(script)
        else:
            self._lines.command(line, Alert(in_band=True))
            self._lines.sound(line, SendTone(tone="ringback"))
            self._connect(line, script)

    # ------------------------------------------------------------ subscribers call

    def numbers(self) -> set[str]:
        """Every number that somebody can call; an empty one stands for any number."""
        return {line.number for line in self._lines.by_slot.values() if line.trunk}

    def free_line(self, number: str) -> TownLine | None:
        """The next free line that has this number, in turn."""
        lines = list(self._lines.by_slot.values())
        start = self._hunt_from % len(lines)
        for line in lines[start:] + lines[:start]:
            free = line.person is None and line.machine.state in _FREE
            if line.trunk and free and line.number in ("", number):
                self._hunt_from = lines.index(line) + 1
                return line
        return None
