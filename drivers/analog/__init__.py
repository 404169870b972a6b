"""Analog signalling, both ends of a line: sans-IO machines that no hardware can tell from any other."""

from drivers.analog.dtmf_caller_id import (
    DTMF_FORMS,
    ETSI_FORM,
    DtmfCallerIdForm,
    dtmf_caller_id,
    dtmf_form_of,
    parse_dtmf_caller_id,
)
from drivers.analog.fxo import FxoLine, FxoState
from drivers.analog.fxs import FxsLine, FxsState
from drivers.analog.settings import Disconnect, FxoSettings, FxsSettings

__all__ = [
    "DTMF_FORMS",
    "ETSI_FORM",
    "Disconnect",
    "DtmfCallerIdForm",
    "FxoLine",
    "FxoSettings",
    "FxoState",
    "FxsLine",
    "FxsSettings",
    "FxsState",
    "dtmf_caller_id",
    "dtmf_form_of",
    "parse_dtmf_caller_id",
]
