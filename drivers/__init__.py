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
from drivers.errors import CardError, CardLost, CommandNotPossible, DriverError
from drivers.interface import *  # noqa: F403 - the contract is the package's front door
from drivers.interface import __all__ as _interface
from drivers.virtual import (
    CableListener,
    LockstepCable,
    LockstepCableEnd,
    SocketCableEnd,
    connect_cable,
)

__all__ = [
    *_interface,
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
    "parse_dtmf_caller_id",
]
