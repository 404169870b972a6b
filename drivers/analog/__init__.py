"""Analog signalling, both ends of a line: sans-IO machines that no hardware can tell from any other."""

from drivers.analog.dtmf_caller_id import (
    DTMF_FORMS,
    ETSI_FORM,
    DtmfCallerIdForm,
    dtmf_caller_id,
    dtmf_form_of,
    parse_dtmf_caller_id,
)
from drivers.analog.em import EmLine, EmState
from drivers.analog.fxo import FxoLine, FxoState
from drivers.analog.fxs import FxsLine, FxsState
from drivers.analog.settings import (
    Disconnect,
    EmSettings,
    EmStart,
    FxoSettings,
    FxsSettings,
    PulseDialling,
)

__all__ = [
    "DTMF_FORMS",
    "ETSI_FORM",
    "Disconnect",
    "DtmfCallerIdForm",
    "EmLine",
    "EmSettings",
    "EmStart",
    "EmState",
    "FxoLine",
    "FxoSettings",
    "FxoState",
    "FxsLine",
    "FxsSettings",
    "FxsState",
    "PulseDialling",
    "dtmf_caller_id",
    "dtmf_form_of",
    "parse_dtmf_caller_id",
]
