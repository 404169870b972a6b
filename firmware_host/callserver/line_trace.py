"""What happens on lines, told live: what the card says, what is heard, what the line says and asks.

Whoever follows too slowly loses the oldest entries, and is told how many; the lines never wait for him.
"""

import asyncio
import time
from collections import deque
from types import TracebackType
from typing import Any, Self

import msgspec

import drivers
from firmware_host.callserver.exchange import Exchange
from firmware_host.callserver.ports import Port

__all__ = ["LineTrace", "described"]

_MOST_WAITING = 2000


def described(thing: object) -> tuple[str, str]:
    """What kind of happening it is, and its fields, in words; pure."""
    if isinstance(thing, drivers.HardwareEvent):
        kind = "card"
    elif isinstance(thing, drivers.Heard):
        kind = "heard"
    elif isinstance(thing, drivers.HardwareCommand):
        kind = "order"
    elif isinstance(thing, drivers.MediaWish):
        kind = "sound"
    else:
        kind = "line"
    fields = msgspec.to_builtins(thing)
    said = " ".join(
        f"{name}={_short(value)}"
        for name, value in (fields.items() if isinstance(fields, dict) else ())
        if value not in (None, "", {})
    )
    return kind, f"{type(thing).__name__} {said}".strip()


def _short(value: Any) -> str:  # noqa: ANN401 - whatever a dataclass holds
    if isinstance(value, dict):
        inner = (f"{name}={_short(each)}" for name, each in value.items() if each is not None)
        return "{" + " ".join(inner) + "}"
    return "yes" if value is True else "no" if value is False else str(value)


class LineTrace:
    """Follows some lines until it is left.

    Runs in: event loop.
    """

    def __init__(self, exchange: Exchange, ports: list[Port], *, raw: bool) -> None:
        self._exchange = exchange
        self._ports = ports
        self._slots = frozenset(port.slot for port in ports)
        self._raw = raw
        self._entries: deque[dict[str, Any]] = deque(maxlen=_MOST_WAITING)
        self._lost = 0
        self._come = asyncio.Event()

    def __enter__(self) -> Self:
        """Begin to follow; how each line stands comes first, so that a dead one is not just silent."""
        self._exchange.line_observers.append(self._told)
        self._exchange.output_observers.append(self._told)
        if self._raw:
            self._exchange.cards.raw_observers.append(self._told_raw)
        for port in self._ports:
            self._keep(port, "now", port.alarm or "in service")
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Follow no more."""
        self._exchange.line_observers.remove(self._told)
        self._exchange.output_observers.remove(self._told)
        if self._raw:
            self._exchange.cards.raw_observers.remove(self._told_raw)

    async def next(self, limit_s: float) -> list[dict[str, Any]]:
        """What has happened since the last call; nothing after the limit."""
        try:
            async with asyncio.timeout(limit_s):
                await self._come.wait()
        except TimeoutError:
            return []
        self._come.clear()
        entries = list(self._entries)
        self._entries.clear()
        if self._lost:
            what = f"{self._lost} entries were lost: they came too fast"
            entries.insert(0, _entry("", "trace", what, "", time.time()))
            self._lost = 0
        return entries

    def _told(
        self,
        _now: float,
        port: Port,
        thing: drivers.HardwareEvent | drivers.Heard | drivers.LineOutput,
    ) -> None:
        if port.slot in self._slots:
            kind, what = described(thing)
            self._keep(port, kind, what)

    def _told_raw(self, _now: float, port: Port, value: int) -> None:
        if port.slot in self._slots:
            self._keep(port, "driver", drivers.dahdi_event_name(value))

    def _keep(self, port: Port, kind: str, what: str) -> None:
        self._lost += len(self._entries) == _MOST_WAITING
        state = str(port.line.state.value)
        self._entries.append(_entry(port.port, kind, what, state, time.time()))
        self._come.set()


def _entry(line: str, kind: str, what: str, state: str, utc_s: float) -> dict[str, Any]:
    return {"utc_s": round(utc_s, 3), "line": line, "kind": kind, "what": what, "state": state}
