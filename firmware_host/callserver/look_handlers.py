"""What technicians may ask of single lines while the appliance runs: alarms, tests, channels, traces.

A line that is taken out for somebody comes back when his connection ends, whatever ends it.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import acd
import drivers
from dsp import Plane, tone_plan
from firmware_host.callserver.exchange import Exchange
from firmware_host.callserver.line_figures import line_figures
from firmware_host.callserver.line_test import LineTest
from firmware_host.callserver.line_trace import LineTrace
from firmware_host.callserver.ports import Port
from firmware_host.callserver.primary_rate_rows import primary_rate_rows
from firmware_host.card_bay import CardBay
from firmware_host.config import Appliance, DahdiCardTable, bearers, line_places
from firmware_host.control_socket import Ask, Refused, Result

__all__ = ["UNDER_TEST", "look_handlers", "new_line_test", "port_for_work"]

UNDER_TEST = "under test"
RELEASED = "released for maintenance"
_AT_REST = frozenset({"idle", "failed", "alarm", "locked out", "starting"})
_BEAT_S = 0.5
"""How often a long answer gives a sign, so that whoever waits may go."""
_VOLTS_AFTER_S = 1.5
"""FXO: the loop is closed by then."""


def port_for_work(exchange: Exchange, line: str) -> Port:
    """The line of this name, if it is at rest.

    Raises:
        Refused: There is none, or it is busy.
    """
    port = next((port for port in exchange.ports.all if port.port == line), None)
    if port is None:
        names = ", ".join(port.port for port in exchange.ports.all)
        raise Refused(f'no line "{line}"; there are {names}')
    if exchange.is_taken_out(port):
        raise Refused(f"{line} is {port.alarm} already; wait until that is over")
    for call in exchange.center.calls(exchange.now):
        if line in (call.port, call.out_port):
            raise Refused(
                f"{line} carries call {call.call}; wait for its end, or `switchroom hangup {line}`"
            )
    card = exchange.cards.by_name.get(port.card)
    if isinstance(card, drivers.DahdiCard) and port.card_port in card.faults:
        raise Refused(f"{line} can't be had: {card.faults[port.card_port]}")
    if port.line.state.value not in _AT_REST:
        raise Refused(f"{line} is busy ({port.line.state.value}); try again when it is idle")
    return port


def new_line_test(
    exchange: Exchange,
    plane: Plane,
    port: Port,
    kind: drivers.PortKind,
    **options: Any,  # noqa: ANN401 - LineTest checks
) -> LineTest:
    """A test of this line, ready to be its holder."""
    return LineTest(
        kind,
        port.slot,
        plane,
        perform=lambda command: exchange.cards.perform(port, command),
        new_play_id=exchange.new_play_id,
        is_lifted=exchange.levels.off_hook(port.slot),
        **options,
    )


def look_handlers(
    exchange: Exchange, plane: Plane, appliance: Appliance, bays: Mapping[str, CardBay]
) -> dict[str, Ask]:
    """Handlers by command, for `control_socket.ControlServer`."""
    places = line_places(appliance)

    def alarms() -> list[dict[str, Any]]:
        return [
            {
                "name": port.port,
                "alarm": port.alarm,
                "lasts_s": round(max(0.0, exchange.now - port.alarm_since), 1),
            }
            for port in exchange.ports.all
            if not port.in_service
        ]

    async def line_test(
        line: str, digit: str = "4", lifted_limit_s: float = 0.0
    ) -> AsyncGenerator[Any, None]:
        port = port_for_work(exchange, line)
        card = bays[port.card].card if port.card in bays else None
        if card is None:
            raise Refused(f"{line}: its card {port.card} is not there; see `switchroom alarms`")
        over = asyncio.Event()
        kind = places[line].kind
        test = new_line_test(
            exchange, plane, port, kind, done=over.set, digit=digit, lifted_limit_s=lifted_limit_s
        )
        volts = _volts(card, port, kind, "before")
        exchange.take_out(port, test, UNDER_TEST, time.monotonic())
        try:
            test.begin(time.monotonic())
            began = time.monotonic()
            while not over.is_set():
                yield {"lasts_s": round(time.monotonic() - began, 1), "of_s": test.lasts_s}
                if kind is drivers.PortKind.FXO and len(volts) < 2 and _late(began):
                    volts += _volts(card, port, kind, "loop closed")
                await _soon(over)
            if test.problem:
                raise Refused(f"{line}: {test.problem}")
        finally:
            test.stop()
            exchange.put_back(port, time.monotonic())
        plan = tone_plan(appliance.site.country)
        figures = await asyncio.to_thread(line_figures, test.sounds, kind, plan, volts)
        yield Result(
            {
                "line": line,
                "kind": kind.value,
                "figures": figures,
                "echo_canceller": _canceller(appliance, line, port.card),
                "voltages": "measured" if volts else "the card does not measure them",
            }
        )

    async def release(line: str) -> AsyncGenerator[Any, None]:
        """Hold a line's channel free for another process, for as long as it is connected."""
        port = port_for_work(exchange, line)
        bay = bays[port.card]
        if not isinstance(bay.card, drivers.DahdiCard):
            raise Refused(_no_channel(appliance, line, port.card))
        channel = bay.card.channel_number(port.card_port)
        exchange.take_out(port, _Released(), RELEASED, time.monotonic())
        bay.release(port.card_port)
        try:
            while exchange.is_taken_out(port):
                yield {"channel": channel, "span": bay.card.span.number if bay.card else None}
                await asyncio.sleep(_BEAT_S)
        finally:
            bay.take_back(port.card_port)
            exchange.put_back(port, time.monotonic())
        raise Refused(f"{line}: its card is gone")

    async def trace(lines: list[str], raw: bool = False) -> AsyncGenerator[Any, None]:
        ports = [_named(exchange, line) for line in lines] or list(exchange.ports.all)
        with LineTrace(exchange, ports, raw=raw) as told:
            while True:
                for entry in await told.next(_BEAT_S):
                    yield entry
                yield None  # a sign of life: whoever waits may go

    def primary_rate() -> list[dict[str, Any]]:
        return primary_rate_rows(exchange, appliance)

    return {
        "primary_rate": primary_rate,
        "alarms": alarms,
        "line_test": line_test,
        "release": release,
        "trace": trace,
    }


class _Released:
    """Holds a line and does nothing: another process has its channel."""

    def told(self, event: drivers.HardwareEvent, now: float) -> None:
        """It is nobody's."""

    def detected(self, detection: object, now: float) -> None:
        """Nobody listens."""

    def next_timer(self) -> float | None:
        """None."""
        return None

    def handle_timer(self, now: float) -> None:
        """Nothing is due."""

    def lost(self, reason: str) -> None:
        """Whoever has it will see."""


def _named(exchange: Exchange, line: str) -> Port:
    try:
        return exchange.ports.by_id(acd.PortId(line))
    except KeyError:
        names = ", ".join(port.port for port in exchange.ports.all)
        raise Refused(f'no line "{line}"; there are {names}') from None


def _no_channel(appliance: Appliance, line: str, card: str) -> str:
    if not isinstance(appliance.card[card], DahdiCardTable):
        return (
            f"{line} is on {card}, a virtual card: a cable between two processes, which has neither"
            " a channel to open nor a hybrid or loop; this needs a card of the DAHDI driver"
        )
    return f"{line}: its card {card} is not there; see `switchroom alarms`"


def _canceller(appliance: Appliance, line: str, card: str) -> str:
    table = appliance.card[card]
    if not isinstance(table, DahdiCardTable):
        return "none"
    if line in bearers(appliance):
        return (
            appliance.trunk_group[bearers(appliance)[line].group].echo_canceller
            or table.echo_canceller
        )
    row = appliance.trunk.get(line) or appliance.station[line]
    return row.echo_canceller or table.echo_canceller


def _volts(
    card: drivers.PluggedCard, port: Port, kind: drivers.PortKind, when: str
) -> list[tuple[str, float]]:
    measured = card.voltages(port.card_port) if isinstance(card, drivers.DahdiCard) else None
    if measured is None:
        return []
    if kind is drivers.PortKind.FXO:
        return [(f"line, {when}", round(measured.tipvolt / 1000, 1))]
    parts = (("tip", measured.tipvolt), ("ring", measured.ringvolt), ("battery", measured.batvolt))
    return [(name, round(value / 1000, 1)) for name, value in parts]


def _late(began: float) -> bool:
    return time.monotonic() - began > _VOLTS_AFTER_S


async def _soon(event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(_BEAT_S):
            await event.wait()
    except TimeoutError:
        return
