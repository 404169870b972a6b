"""Real cards: the DAHDI kernel driver's spans and channels."""

from drivers.dahdi.abi import EVENT_PENDING, Flush, LineFlag, Maintenance, WctdmEchoCoefficients
from drivers.dahdi.abi import Event as DahdiEvent
from drivers.dahdi.abi import Hook as DahdiHook
from drivers.dahdi.abi import Law as DahdiLaw
from drivers.dahdi.abi import Signalling as DahdiSignalling
from drivers.dahdi.analog_port import AnalogPort
from drivers.dahdi.card import DahdiCard, configure_span
from drivers.dahdi.channel import Channel, event_name
from drivers.dahdi.control import Control
from drivers.dahdi.gain_table import gain_table
from drivers.dahdi.settings import (
    DahdiCardSettings,
    DahdiDChannelSettings,
    DahdiPortSettings,
    DynamicSpanSettings,
    StartSignalling,
)
from drivers.dahdi.span_status import (
    ChannelStatus,
    SpanCounters,
    SpanStatus,
    alarm_text,
    signalling_name,
)
from drivers.dahdi.system_conf import (
    SystemConf,
    SystemConfDynamic,
    SystemConfSpan,
    parse_system_conf,
    write_system_conf,
)

__all__ = [
    "EVENT_PENDING",
    "AnalogPort",
    "Channel",
    "ChannelStatus",
    "Control",
    "DahdiCard",
    "DahdiCardSettings",
    "DahdiDChannelSettings",
    "DahdiEvent",
    "DahdiHook",
    "DahdiLaw",
    "DahdiPortSettings",
    "DahdiSignalling",
    "DynamicSpanSettings",
    "Flush",
    "LineFlag",
    "Maintenance",
    "SpanCounters",
    "SpanStatus",
    "StartSignalling",
    "SystemConf",
    "SystemConfDynamic",
    "SystemConfSpan",
    "WctdmEchoCoefficients",
    "alarm_text",
    "configure_span",
    "event_name",
    "gain_table",
    "parse_system_conf",
    "signalling_name",
    "write_system_conf",
]
