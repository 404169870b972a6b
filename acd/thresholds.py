"""When a queue needs something done: by its length, its longest or expected wait, or one caller's wait."""

from dataclasses import dataclass

__all__ = ["Load", "Threshold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a queue bears at a moment."""

    waiting: int
    longest_wait_s: float
    expected_wait_s: float | None
    "Of somebody who came now; None: not known."


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Any of these is enough; None: not looked at."""

    waiting: int | None = None
    longest_wait_s: float | None = None
    expected_wait_s: float | None = None
    waited_s: float | None = None
    "By the caller in question."

    def reached(self, load: Load, *, waited_s: float = 0.0, part: float = 1.0) -> str:
        """What has been reached, in words that people read; empty: nothing.

        Args:
            load: The queue's.
            waited_s: By the caller in question.
            part: Of the threshold: a smaller part is reached sooner.
        """
        for is_at, limit, unit, what in (
            (float(load.waiting), self.waiting, "", "waiting"),
            (load.longest_wait_s, self.longest_wait_s, " s", "longest wait"),
            (load.expected_wait_s, self.expected_wait_s, " s", "expected wait"),
            (waited_s, self.waited_s, " s", "waited"),
        ):
            if limit is not None and is_at is not None and is_at >= limit * part and is_at > 0:
                return f"{what} {is_at:.0f}{unit}, limit {limit:.0f}{unit}"
        return ""
