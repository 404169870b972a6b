"""Call control: who is connected to whom."""

from firmware_host.callserver.compose import (
    compose_exchange,
    compose_plane,
    compose_prompts,
    state_folder,
)
from firmware_host.callserver.exchange import Exchange
from firmware_host.callserver.journal import Journal, JournalError
from firmware_host.callserver.ports import Port, PortRole, PortTable
from firmware_host.callserver.recorder import Recorder

__all__ = [
    "Exchange",
    "Journal",
    "JournalError",
    "Port",
    "PortRole",
    "PortTable",
    "Recorder",
    "compose_exchange",
    "compose_plane",
    "compose_prompts",
    "state_folder",
]
