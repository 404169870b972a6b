"""Why agents pause, and what each reason means: whether it is paid time, and how long it may last."""

from dataclasses import dataclass

__all__ = ["MISSED", "PauseReason"]

MISSED = "missed"
"Reason of a pause that we impose on an agent who lets offers ring out."


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseReason:
    """A reason that an agent may give."""

    name: str
    paid: bool = False
    limit_s: float | None = None
    "None: as long as the agent likes."
