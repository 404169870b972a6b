"""A number of seconds on a command's line: within limits, and a number indeed."""

import math
from typing import Any

import click

__all__ = ["Seconds"]


class Seconds(click.FloatRange):
    """As click's range, which takes "nan" for a number within any limits, and "inf" for one without."""

    name = "seconds"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """The number."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is no time", param, ctx)
        return number
