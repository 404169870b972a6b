"""Figures of queues, agents and trunks, out of the records; `statistics` answers a `Question`."""

from firmware_host.oam.statistics.answer import (
    IntervalFigures,
    Question,
    Statistics,
    UnknownName,
    statistics,
)
from firmware_host.oam.statistics.calls import CallFigures

__all__ = [
    "CallFigures",
    "IntervalFigures",
    "Question",
    "Statistics",
    "UnknownName",
    "statistics",
]
