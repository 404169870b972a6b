"""The one configuration: appliance.toml, checked as a whole before anything starts."""

from firmware_host.config.mistakes import ConfigurationError, Mistake
from firmware_host.config.reader import parse_appliance, read_appliance
from firmware_host.config.schema import Appliance, StationTable, TrunkTable
from firmware_host.config.settings import (
    ALERTING_COUNTRIES,
    card_kinds,
    center_settings,
    disconnect_plan,
    dtmf_form,
    station_settings,
    trunk_settings,
)

__all__ = [
    "ALERTING_COUNTRIES",
    "Appliance",
    "ConfigurationError",
    "Mistake",
    "StationTable",
    "TrunkTable",
    "card_kinds",
    "center_settings",
    "disconnect_plan",
    "dtmf_form",
    "parse_appliance",
    "read_appliance",
    "station_settings",
    "trunk_settings",
]
