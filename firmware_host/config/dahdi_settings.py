"""What the configuration says of a DAHDI card, as its driver wants it."""

from drivers import (
    DahdiCardSettings,
    DahdiDChannelSettings,
    DahdiLaw,
    DahdiPortSettings,
    DynamicSpanSettings,
    LineFlag,
    PortKind,
    StartSignalling,
    mirrored,
)
from firmware_host.config.line_places import LinePlace, is_tie_line, line_places
from firmware_host.config.primary_rate import bearers, d_channel
from firmware_host.config.schema import (
    Appliance,
    DahdiCardTable,
    StationTable,
    TrunkGroupTable,
    TrunkTable,
)

__all__ = ["dahdi_card_settings", "dahdi_town_settings", "line_flags"]

_FRAMING = {"d4": LineFlag.D4, "esf": LineFlag.ESF, "ccs": LineFlag.CCS, "cas": LineFlag(0)}
_CODING = {"ami": LineFlag.AMI, "b8zs": LineFlag.B8ZS, "hdb3": LineFlag.HDB3}
_LAWS = {"alaw": DahdiLaw.ALAW, "mulaw": DahdiLaw.MULAW}
_LONGEST_FLASH_MS = 750
_NO_FLASH_MS = 0


def line_flags(table: DahdiCardTable) -> LineFlag | None:
    """Framing and coding; None where the table says nothing."""
    if table.framing is None and table.coding is None and not table.crc4:
        return None
    flags = LineFlag(0)
    if table.framing is not None:
        flags |= _FRAMING[table.framing]
    if table.coding is not None:
        flags |= _CODING[table.coding]
    return flags | LineFlag.CRC4 if table.crc4 else flags


def dahdi_card_settings(appliance: Appliance, card: str) -> DahdiCardSettings:
    """Our end of a span.

    Raises:
        KeyError: There is no such card, or it is none of DAHDI's.
    """
    table = appliance.card[card]
    if not isinstance(table, DahdiCardTable):
        raise KeyError(card)
    dynamic = None
    if table.dynamic is not None:
        dynamic = DynamicSpanSettings(
            driver=table.dynamic.driver,
            address=table.dynamic.address,
            channels=table.dynamic.channels,
            timing=table.dynamic.timing,
        )
    return DahdiCardSettings(
        span=table.span,
        dynamic=dynamic,
        line_flags=line_flags(table),
        line_build_out=table.line_build_out,
        timing=table.timing,
        d_channel=_d_channel(table),
        ports={
            place.port: _port(appliance, table, place)
            for place in line_places(appliance).values()
            if place.card == card
        },
    )


def _d_channel(table: DahdiCardTable) -> DahdiDChannelSettings | None:
    if table.pri is None:
        return None
    return DahdiDChannelSettings(position=d_channel(table.pri), by_card=table.pri.hdlc_by_card)


def _port(appliance: Appliance, card: DahdiCardTable, place: LinePlace) -> DahdiPortSettings:
    line: TrunkTable | StationTable | TrunkGroupTable
    longest_flash_ms, start = _LONGEST_FLASH_MS, StartSignalling.KEWLSTART
    if place.kind is PortKind.BEARER:
        line = appliance.trunk_group[bearers(appliance)[place.name].group]
        start = StartSignalling.BEARER
    elif place.name in appliance.trunk:
        line = trunk = appliance.trunk[place.name]
        start = _tie_line(card) if is_tie_line(trunk) else StartSignalling(trunk.signalling)
    else:
        line = appliance.station[place.name]
        longest_flash_ms = _LONGEST_FLASH_MS if line.flash else _NO_FLASH_MS
    hybrid = line.hybrid if isinstance(line, TrunkTable) else None
    canceller = line.echo_canceller or card.echo_canceller
    return DahdiPortSettings(
        kind=place.kind,
        start=start,
        law=_LAWS[appliance.site.law],
        longest_flash_ms=longest_flash_ms,
        echo_canceller="" if canceller == "none" else canceller,
        echo_canceller_ms=card.echo_canceller_ms,
        receive_gain_db=line.receive_gain_db,
        transmit_gain_db=line.transmit_gain_db,
        hybrid=hybrid or (),
    )


def _tie_line(card: DahdiCardTable) -> StartSignalling:
    """An E1 carries bits in its timeslot 16 and says so by its framing; a T1 robs them of speech."""
    return StartSignalling.EM_E1 if card.framing == "cas" else StartSignalling.EM


def dahdi_town_settings(appliance: Appliance, card: str) -> DahdiCardSettings | None:
    """The far end of a span that is joined back to back with one for the town; None where there is none.

    Raises:
        KeyError: There is no such card, or it is none of DAHDI's.
    """
    table = appliance.card[card]
    near = dahdi_card_settings(appliance, card)
    if not isinstance(table, DahdiCardTable) or table.town_span is None:
        return None
    ports = {
        port: DahdiPortSettings(
            kind=mirrored(settings.kind),
            start=settings.start,
            law=settings.law,
            longest_flash_ms=_NO_FLASH_MS,
        )
        for port, settings in near.ports.items()
    }
    return DahdiCardSettings(span=table.town_span, ports=ports, d_channel=near.d_channel)
