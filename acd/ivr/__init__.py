"""What a caller meets before an agent: flows of prompts, menus and opening hours."""

from acd.ivr.hours import is_open
from acd.ivr.saying import place_prompts
from acd.ivr.walk import (
    Enter,
    Hush,
    JudgeKey,
    Leave,
    Play,
    Step,
    ToEnd,
    ToQueue,
    Wait,
    Walk,
    WalkInput,
    WalkState,
)

__all__ = [
    "Enter",
    "Hush",
    "JudgeKey",
    "Leave",
    "Play",
    "Step",
    "ToEnd",
    "ToQueue",
    "Wait",
    "Walk",
    "WalkInput",
    "WalkState",
    "is_open",
    "place_prompts",
]
