"""How primary rate spans stand, for `switchroom pri show`."""

from collections import Counter
from typing import Any

import drivers
from firmware_host.callserver.exchange import Exchange
from firmware_host.config import Appliance, d_channel, timeslots

__all__ = ["primary_rate_rows"]


def primary_rate_rows(exchange: Exchange, appliance: Appliance) -> list[dict[str, Any]]:
    """A row for each span, with one for each of its channels that is a line."""
    rows: list[dict[str, Any]] = []
    calls: dict[str, str] = {}
    for call in exchange.center.calls(exchange.now):
        calls[call.port] = "in"
        if call.out_port is not None:
            calls[call.out_port] = "out"
    for name, table in appliance.card.items():
        if table.pri is None:
            continue
        card = exchange.cards.by_name.get(name)
        span = card if isinstance(card, drivers.PrimaryRateCard) else None
        channels: list[dict[str, Any]] = [
            {
                "channel": port.card_port if span is None else span.channel_of(port.card_port),
                "line": port.port,
                "state": "no card" if span is None else span.channel_state(port.card_port).value,
                "alarm": port.alarm,
                "call": calls.get(port.port, ""),
            }
            for port in exchange.ports.on(name)
        ]
        states = Counter(each["state"] for each in channels)
        rows.append(
            {
                "span": name,
                "switch": table.pri.switch,
                "side": table.pri.side,
                "worker": "there" if span is not None and span.has_worker else "gone",
                "layer_1": "unknown" if span is None else span.alarm or "ok",
                "timeslots": timeslots(table.pri),
                "d_channel": d_channel(table.pri),
                "layer_2": "up" if span is not None and span.is_up else "down",
                "idle": states["idle"],
                "busy": states["busy"],
                "other": len(channels) - states["idle"] - states["busy"],
                "channels": sorted(channels, key=lambda each: int(str(each["channel"]))),
            }
        )
    return rows
