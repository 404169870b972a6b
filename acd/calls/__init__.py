"""Calls: one caller each, from the ring on a trunk to the record."""

from acd.calls.call import Call, CallInput, Move, ToNode
from acd.calls.machine import Calls

__all__ = ["Call", "CallInput", "Calls", "Move", "ToNode"]
