"""What a caller meets before an agent: flows of prompts, menus and opening hours."""

from acd.ivr.hours import is_open
from acd.ivr.saying import (
    LANGUAGES,
    LARGEST_NUMBER,
    WHOLE_PLACES,
    WHOLE_WAITS,
    Gender,
    minutes_prompts,
    number_prompts,
    place_prompts,
    wait_prompts,
)
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
    "LANGUAGES",
    "LARGEST_NUMBER",
    "WHOLE_PLACES",
    "WHOLE_WAITS",
    "Enter",
    "Gender",
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
    "minutes_prompts",
    "number_prompts",
    "place_prompts",
    "wait_prompts",
]
