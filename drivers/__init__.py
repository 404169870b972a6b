"""Everything that touches a card: one vocabulary of lines, whatever carries them."""

from drivers.analog import (
    DTMF_FORMS,
    ETSI_FORM,
    Disconnect,
    DtmfCallerIdForm,
    FxoLine,
    FxoSettings,
    FxoState,
    FxsLine,
    FxsSettings,
    FxsState,
    dtmf_caller_id,
    dtmf_form_of,
    parse_dtmf_caller_id,
)
from drivers.caller import *  # noqa: F403 - the contract is the package's front door
from drivers.caller import __all__ as _caller
from drivers.dahdi import (
    AnalogPort,
    ChannelStatus,
    DahdiCard,
    DahdiCardSettings,
    DahdiEvent,
    DahdiLaw,
    DahdiPortSettings,
    DynamicSpanSettings,
    LineFlag,
    Maintenance,
    SpanCounters,
    SpanStatus,
    StartSignalling,
    alarm_text,
    signalling_name,
)
from drivers.dahdi import Channel as DahdiChannel
from drivers.dahdi import Control as DahdiControl
from drivers.dahdi import event_name as dahdi_event_name
from drivers.errors import (
    CardError,
    CardLost,
    CardRefused,
    ChannelMissing,
    ChannelTaken,
    CommandNotPossible,
    DriverError,
    DriverMissing,
    SpanMissing,
    WrongSignalling,
)
from drivers.hardware import *  # noqa: F403 - as above
from drivers.hardware import __all__ as _hardware
from drivers.interface import *  # noqa: F403 - as above
from drivers.interface import __all__ as _interface
from drivers.line_sound import *  # noqa: F403 - as above
from drivers.line_sound import __all__ as _line_sound
from drivers.virtual import (
    CableListener,
    LockstepCable,
    LockstepCableEnd,
    SocketCableEnd,
    connect_cable,
    mirrored,
)

__all__ = [
    *_caller,
    *_hardware,
    *_interface,
    *_line_sound,
    "AnalogPort",
    "ChannelStatus",
    "DahdiCard",
    "DahdiCardSettings",
    "DahdiChannel",
    "DahdiControl",
    "DahdiEvent",
    "DahdiLaw",
    "DahdiPortSettings",
    "DynamicSpanSettings",
    "LineFlag",
    "Maintenance",
    "SpanCounters",
    "SpanStatus",
    "StartSignalling",
    "CardRefused",
    "ChannelMissing",
    "ChannelTaken",
    "DriverMissing",
    "SpanMissing",
    "WrongSignalling",
    "alarm_text",
    "dahdi_event_name",
    "signalling_name",
    "DTMF_FORMS",
    "ETSI_FORM",
    "CableListener",
    "CardError",
    "CardLost",
    "CommandNotPossible",
    "Disconnect",
    "DtmfCallerIdForm",
    "DriverError",
    "FxoLine",
    "FxoSettings",
    "FxoState",
    "FxsLine",
    "FxsSettings",
    "FxsState",
    "LockstepCable",
    "LockstepCableEnd",
    "SocketCableEnd",
    "connect_cable",
    "dtmf_caller_id",
    "dtmf_form_of",
    "mirrored",
    "parse_dtmf_caller_id",
]
