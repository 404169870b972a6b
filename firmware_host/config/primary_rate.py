"""E1 and T1 by PRI in the configuration: its B-channels, which line each is, what the worker is told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from drivers import DChannelPlace, SpanSettings, SwitchType
from firmware_host.config.schema import (
    Appliance,
    DahdiCardTable,
    PrimaryRateTable,
    TrunkGroupTable,
    VirtualCardTable,
)

__all__ = [
    "BearerPlace",
    "ChannelsError",
    "b_channels",
    "bearers",
    "d_channel",
    "group_channels",
    "parse_channels",
    "primary_rate",
    "span_settings",
    "timeslots",
]

_E1_CHANNELS, _T1_CHANNELS = 31, 24
_E1_SWITCHES = frozenset({SwitchType.EUROISDN_E1, SwitchType.QSIG})


class ChannelsError(Exception):
    """A list of channels that can't be read."""


@dataclass(frozen=True, slots=True)
class BearerPlace:
    """One B-channel that is a line of ours."""

    name: str
    group: str
    card: str
    channel: int


def primary_rate(card: VirtualCardTable | DahdiCardTable) -> PrimaryRateTable | None:
    """What the card's D-channel is; None: it has none."""
    return card.pri


def timeslots(pri: PrimaryRateTable) -> int:
    """31 of an E1 (the first carries framing), 24 of a T1."""
    return _E1_CHANNELS if SwitchType(pri.switch) in _E1_SWITCHES else _T1_CHANNELS


def d_channel(pri: PrimaryRateTable) -> int:
    """As configured; else 16 of an E1, 24 of a T1."""
    if pri.d_channel is not None:
        return pri.d_channel
    return 16 if timeslots(pri) == _E1_CHANNELS else _T1_CHANNELS


def b_channels(pri: PrimaryRateTable) -> tuple[int, ...]:
    """All but the D-channel."""
    return tuple(each for each in range(1, timeslots(pri) + 1) if each != d_channel(pri))


def parse_channels(text: str) -> tuple[int, ...]:
    """``1-15,17-31`` in numbers, in the order of the text.

    Raises:
        ChannelsError: It is no such list.
    """
    channels: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*([0-9]{1,2})(?:\s*-\s*([0-9]{1,2}))?\s*", part)
        if found is None:
            raise ChannelsError(f'"{part.strip()}" is no channel; such as "1-15,17-31"')
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise ChannelsError(f'"{part.strip()}" goes downwards')
        channels += range(first, last + 1)
    for channel in channels:
        if channels.count(channel) > 1:
            raise ChannelsError(f"channel {channel} stands there twice")
    return tuple(channels)


def group_channels(group: TrunkGroupTable, pri: PrimaryRateTable) -> tuple[int, ...]:
    """Which of the card's channels are this group's.

    Raises:
        ChannelsError: The list can't be read, or names a channel that carries no speech.
    """
    every = b_channels(pri)
    if not group.channels:
        return every
    channels = parse_channels(group.channels)
    for channel in channels:
        if channel not in every:
            what = "the D-channel" if channel == d_channel(pri) else "no channel of the span"
            raise ChannelsError(f"channel {channel} is {what}")
    return channels


def bearers(appliance: Appliance) -> Mapping[str, BearerPlace]:
    """Every B-channel that is a line, by the line's name, ``GROUP-CHANNEL``; without what can't be read."""
    found: dict[str, BearerPlace] = {}
    for name, group in appliance.trunk_group.items():
        for card in group.cards:
            table = appliance.card.get(card)
            if table is None or table.pri is None:
                continue
            try:
                channels = group_channels(group, table.pri)
            except ChannelsError:
                continue
            several = len(group.cards) > 1
            for channel in channels:
                line = f"{name}-{card}-{channel}" if several else f"{name}-{channel}"
                found[line] = BearerPlace(line, name, card, channel)
    return found


def span_settings(
    appliance: Appliance, card: str, place: DChannelPlace, *, far_end: bool = False
) -> SpanSettings:
    """What the worker is told of this card's span; the town is at its far end.

    Raises:
        KeyError: The card has no D-channel.
    """
    pri = appliance.card[card].pri
    if pri is None:
        raise KeyError(card)
    return SpanSettings(
        name=card,
        d_channel=place,
        channels=b_channels(pri),
        switch=SwitchType(pri.switch),
        network_side=(pri.side == "network") is not far_end,
        law=appliance.site.law,
        overlap=pri.overlap,
        called_length=0 if far_end else pri.called_length,
        restart=pri.restart,
        exclusive=pri.exclusive,
        timers_ms=dict(pri.timers),
    )
