"""The one configuration: appliance.toml, checked as a whole before anything starts."""

from firmware_host.config.alert_settings import COMMAND_FIELDS, receivers_that
from firmware_host.config.alert_tables import ReceiverTable
from firmware_host.config.changes import Change, changes_between
from firmware_host.config.checks import used_languages
from firmware_host.config.dahdi_settings import dahdi_card_settings, dahdi_town_settings
from firmware_host.config.line_places import (
    LinePlace,
    card_kinds,
    is_tie_line,
    line_places,
    needs_town,
    plays_far_end,
    slot_count,
)
from firmware_host.config.mistakes import ConfigurationError, Mistake
from firmware_host.config.number_plan import site_numbers
from firmware_host.config.primary_rate import (
    BearerPlace,
    bearers,
    d_channel,
    span_settings,
    timeslots,
)
from firmware_host.config.reader import (
    appliance_of_tree,
    parse_appliance,
    read_appliance,
    read_configuration_text,
)
from firmware_host.config.reference import Option, Section, markdown, reference
from firmware_host.config.schema import (
    Appliance,
    DahdiCardTable,
    StationTable,
    TrunkTable,
    VirtualCardTable,
)
from firmware_host.config.settings import (
    ALERTING_COUNTRIES,
    center_settings,
    disconnect_plan,
    dtmf_form,
    station_settings,
    tie_line_settings,
    trunk_settings,
)

__all__ = [
    "ALERTING_COUNTRIES",
    "COMMAND_FIELDS",
    "Appliance",
    "BearerPlace",
    "Change",
    "ConfigurationError",
    "DahdiCardTable",
    "LinePlace",
    "Mistake",
    "Option",
    "ReceiverTable",
    "Section",
    "StationTable",
    "TrunkTable",
    "VirtualCardTable",
    "appliance_of_tree",
    "bearers",
    "card_kinds",
    "center_settings",
    "changes_between",
    "d_channel",
    "dahdi_card_settings",
    "dahdi_town_settings",
    "disconnect_plan",
    "dtmf_form",
    "is_tie_line",
    "line_places",
    "markdown",
    "needs_town",
    "parse_appliance",
    "plays_far_end",
    "read_appliance",
    "read_configuration_text",
    "receivers_that",
    "reference",
    "site_numbers",
    "slot_count",
    "span_settings",
    "station_settings",
    "tie_line_settings",
    "timeslots",
    "trunk_settings",
    "used_languages",
]
