"""ISDN primary rate: B-channels as lines, and the way to the worker that speaks on D-channels.

What loads libpri (`drivers.pri.span` and all that imports it) belongs to the worker's process alone.
"""

from drivers.pri.bearer_line import BearerLine, BearerState
from drivers.pri.card import PrimaryRateCard
from drivers.pri.causes import cause_text
from drivers.pri.link import LinkLost, SpanLink, WorkerLink
from drivers.pri.lockstep_worker import LockstepWorker
from drivers.pri.messages import DChannelPlace, FollowFrames, Frame, SpanSettings, SwitchType
from drivers.pri.q931_summary import q931_summary

__all__ = [
    "BearerLine",
    "BearerState",
    "DChannelPlace",
    "FollowFrames",
    "Frame",
    "LinkLost",
    "LockstepWorker",
    "PrimaryRateCard",
    "SpanLink",
    "SpanSettings",
    "SwitchType",
    "WorkerLink",
    "cause_text",
    "q931_summary",
]
