"""Statistics as other processes ask for them: plain values in, plain values out."""

from typing import Any

import msgspec
from sqlalchemy import Engine

from firmware_host.oam.statistics import Question, UnknownName, statistics
from firmware_host.service_level import SERVICE_LEVELS
from firmware_host.time_spans import SpanError

__all__ = ["Refusal", "answer_question"]


class Refusal(Exception):
    """The question has no answer; the message says why."""


def answer_question(engine: Engine, question: dict[str, Any]) -> dict[str, Any]:
    """Statistics.

    Raises:
        Refusal: It is no question, or names what does not exist.
    """
    try:
        asked = msgspec.convert(question, Question)
        if asked.level not in SERVICE_LEVELS:
            raise Refusal(f"no service level {asked.level!r}; one of {', '.join(SERVICE_LEVELS)}")
        if asked.end_utc_s <= asked.begin_utc_s:
            raise Refusal("the end is not after the beginning")
        answer: dict[str, Any] = msgspec.to_builtins(statistics(engine, asked))
    except (msgspec.ValidationError, UnknownName, SpanError) as error:
        raise Refusal(str(error)) from error
    return answer
