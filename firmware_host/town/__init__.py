"""The far end of the virtual card: an exchange, its subscribers, and whoever sits at our handsets."""

from firmware_host.town.far_end_fault import FarEndFault
from firmware_host.town.habits import agent_at_desk, caller_from_command
from firmware_host.town.person import Person
from firmware_host.town.script import (
    CallNumber,
    FarEndGone,
    Flash,
    HangUp,
    Lift,
    Play,
    Press,
    Script,
    Step,
    Wait,
    WaitForAnswer,
    WaitForHangUp,
    WaitForRing,
    WaitForSilence,
    WaitForSpeech,
    WaitForTone,
)
from firmware_host.town.town import Town

__all__ = [
    "CallNumber",
    "FarEndFault",
    "FarEndGone",
    "Flash",
    "HangUp",
    "Lift",
    "Person",
    "Play",
    "Press",
    "Script",
    "Step",
    "Town",
    "Wait",
    "WaitForAnswer",
    "WaitForHangUp",
    "WaitForRing",
    "WaitForSilence",
    "WaitForSpeech",
    "WaitForTone",
    "agent_at_desk",
    "caller_from_command",
]
