"""Spans and their channels as rows of tables. Pure: `drivers.DahdiControl` asks, this arranges."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from drivers import ChannelStatus, LineFlag, SpanStatus, alarm_text, signalling_name

__all__ = ["CHANNELS", "COUNTERS", "SPANS", "channel_row", "counter_row", "span_row"]

Column = tuple[str, str]

SPANS: tuple[Column, ...] = (
    ("span", "No."),
    ("name", "Name"),
    ("kind", "Kind"),
    ("device", "Card"),
    ("location", "Place"),
    ("shown_channels", "Channels"),
    ("clock", "Clock"),
    ("line", "Framing, coding"),
    ("alarm", "Alarm"),
)
COUNTERS: tuple[Column, ...] = (
    ("span", "No."),
    ("bipolar_violations", "BPV"),
    ("crc4_errors", "CRC4"),
    ("frame_alignment_errors", "FAS"),
    ("e_bits", "E-bit"),
    ("framing_errors", "Framing"),
    ("coding_violations", "Coding"),
    ("bit_errors", "Bits"),
    ("errored_seconds", "ES"),
    ("missed_interrupts", "Missed IRQ"),
)
CHANNELS: tuple[Column, ...] = (
    ("channel", "No."),
    ("place", "Span/ch."),
    ("name", "Name"),
    ("signalling", "Signalling"),
    ("module", "Module can"),
    ("hook", "Hook"),
    ("bits", "ABCD"),
    ("alarm", "Alarm"),
)

_EM, _CAS = 0x40, 0x8000
_MODULE = (
    # What a module can have, by the bit that only its kind has.
    (0x2000, "FXO"),
    (0x1000, "FXS"),
    (_EM, "E&M"),
    (_CAS, "CAS"),
    (0x80, "clear"),
)
_KIND_BITS = 0x3000
"""That a signalling is of the FXS or FXO kind; what remains says which of them."""


def span_row(span: SpanStatus) -> dict[str, Any]:
    """One span."""
    return {
        "span": span.number,
        "name": span.name,
        "description": span.description,
        "kind": span.kind or ("digital" if span.is_digital else "analog"),
        "location": span.location,
        "manufacturer": span.manufacturer,
        "device": span.device,
        "channels": span.channels,
        "configured_channels": span.configured_channels,
        "shown_channels": f"{span.configured_channels}/{span.channels}",
        "first_channel": span.first_channel,
        "clock_source": span.clock_source,
        "clock": f"span {span.clock_source}" if span.clock_source else "its own",
        "line": _line(span.line_flags) if span.is_digital else "",
        "line_build_out": span.line_build_out if span.is_digital else "",
        "alarm": span.alarm,
        "counters": asdict(span.counters),
    }


def counter_row(span: SpanStatus) -> dict[str, Any]:
    """What one span has counted."""
    return {"span": span.number, **asdict(span.counters)}


def channel_row(channel: ChannelStatus) -> dict[str, Any]:
    """One channel."""
    signalling = int(channel.signalling)
    set_up = signalling != 0
    signals_bits = bool(signalling & (_EM | _CAS)) and not signalling & _KIND_BITS
    return {
        "channel": channel.number,
        "span": channel.span,
        "position": channel.position,
        "place": f"{channel.span}/{channel.position}",
        "name": channel.name,
        "signalling": signalling_name(signalling) if set_up else "not set up",
        "module": _module(channel),
        "hook": ("off" if channel.off_hook else "on") if set_up and _has_hook(signalling) else "",
        "bits": f"{channel.received_bits:04b}" if signals_bits else "",
        "alarm": alarm_text(channel.alarms),
    }


def _has_hook(signalling: int) -> bool:
    return bool(signalling & (_KIND_BITS | _EM))


def _module(channel: ChannelStatus) -> str:
    words: Sequence[str] = [word for bit, word in _MODULE if channel.capabilities & bit]
    return ", ".join(words) or "nothing"


def _line(flags: LineFlag) -> str:
    return ", ".join(flag.name or "" for flag in LineFlag if flags & flag)
