"""What happens, line by line, while it happens: from what the appliance heard and decided."""

from collections.abc import Callable
from datetime import datetime, tzinfo

import acd
import drivers
from firmware_host.callserver import Exchange, Port, PortRole
from firmware_host.terminal_text import printable

__all__ = ["Timeline"]

_ON_HOOK = (
    drivers.FxoState.IDLE,
    drivers.FxoState.AWAITING_EARLY_CALLER_ID,
    drivers.FxoState.COLLECTING_DIGITS,
)
"""Digits that come in these states are a caller's number, not keys."""


class Timeline:
    """Turns an exchange's events into sentences.

    Runs in: the thread that steps the exchange.
    """

    def __init__(
        self,
        exchange: Exchange,
        say: Callable[[str], None],
        *,
        utc_minus_now_s: float,
        zone: tzinfo,
    ) -> None:
        self._say = say
        self._offset_s = utc_minus_now_s
        self._zone = zone
        self._ringing: set[acd.PortId] = set()
        self._digits: dict[acd.PortId, str] = {}
        self._lines: dict[str, str] = {}
        exchange.line_observers.append(self._line)
        exchange.observers.append(self._acd)

    def _print(self, now: float, where: str, what: str) -> None:
        clock = datetime.fromtimestamp(now + self._offset_s, self._zone)
        self._say(f"{clock:%H:%M:%S}.{clock.microsecond // 100000}  {where:<9} {what}")

    def _line(self, now: float, port: Port, event: drivers.HardwareEvent | drivers.Heard) -> None:
        match event:
            case drivers.RingBurstStarted() if port.port not in self._ringing:
                self._ringing.add(port.port)
                digits = self._digits.pop(port.port, "")
                self._print(now, port.port, f"rings, after digits {digits}" if digits else "rings")
            case drivers.CallerIdHeard(caller=None, problem=problem):
                self._print(now, port.port, f"no caller ID decoded: {problem}")
            case drivers.DigitHeard(digit=digit) if port.line.state in _ON_HOOK:
                self._digits[port.port] = self._digits.get(port.port, "") + digit
            case drivers.DigitHeard() if port.role is PortRole.STATION:
                pass  # agents key in PINs
            case drivers.DigitHeard(digit=digit):
                self._print(now, port.port, f"key {digit} heard")
            case _:
                pass

    def _acd(self, now: float, happening: acd.Event | acd.Action) -> None:
        if isinstance(happening, acd.WriteFact):
            self._fact(now, happening.fact)

    def _fact(self, now: float, fact: acd.Fact) -> None:
        match fact:
            case acd.CallOfferedToUs(call=call, port=port):
                self._lines[call] = port
                self._ringing.discard(acd.PortId(port))
                self._print(now, port, f"call {call} from {_caller(fact)}")
            case acd.FlowEntered(call=call, node=node):
                self._print(now, self._lines.get(call, ""), f"  → {node}")
            case acd.KeyPressed(call=call, key=key, accepted=False):
                self._print(now, self._lines.get(call, ""), f"  key {key} is not a choice")
            case acd.CallerQueued(call=call, queue=queue, place=place):
                self._print(now, self._lines.get(call, ""), f"  waits for {queue}, place {place}")
            case acd.AnnouncementPlayed(call=call, place=place):
                self._print(now, self._lines.get(call, ""), f"  is told: place {place}")
            case acd.OfferMade(call=call, agent=agent, station=station):
                self._print(now, station, f"rings for call {call}, agent {agent}")
            case acd.OfferMissed(call=call, agent=agent):
                self._print(now, "", f"  agent {agent} missed call {call}; it keeps its place")
            case acd.CallConnected(call=call, agent=agent):
                self._print(now, self._lines.get(call, ""), f"  talks with agent {agent}")
            case acd.CallEnded(call=call, cause=cause):
                self._print(now, self._lines.get(call, ""), f"call {call} over: {cause}")
            case acd.AgentLoggedIn(agent=agent, station=station):
                self._print(now, station, f"agent {agent} logged in")
            case acd.AgentPaused(agent=agent, reason=reason):
                self._print(now, "", f"agent {agent} paused: {reason}")
            case acd.WrapUpStarted(agent=agent):
                self._print(now, "", f"agent {agent} wraps up")
            case acd.AgentWrappedUp(agent=agent):
                self._print(now, "", f"agent {agent} is ready")
            case _:
                pass


def _caller(fact: acd.CallOfferedToUs) -> str:
    if fact.number is None:
        return f"a {fact.number_absence} number" if fact.number_absence else "an unknown number"
    name = f" ({printable(fact.name)})" if fact.name else ""
    return f"{printable(fact.number)}{name}"
