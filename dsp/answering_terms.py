"""The terms of answering judgement: its limits, what it says, and what each reported tone means."""

from dataclasses import dataclass

__all__ = ["PAUSE_S", "TONES", "Answering", "AnsweringSettings"]

PAUSE_S = 0.2
"""So long a voice must have been quiet to be thought finished when its time is over."""
TONES: dict[str, tuple[str, float, str]] = {
    "CNG": ("fax", 0.95, "a fax machine's calling tone (CNG, 1100 Hz)"),
    "CED": ("fax", 0.9, "a fax machine's answer tone (CED, 2100 Hz)"),
    "V21": ("fax", 0.99, "a fax machine's preamble (V.21 flags)"),
    "ANS": ("modem", 0.9, "a modem's answer tone (ANS, 2100 Hz with phase reversals)"),
    "ANSam": ("modem", 0.9, "a modem's answer tone (ANSam); a V.34 fax machine has the same"),
    "sit": ("sit", 0.98, "special information tone: the network announces that it can't connect"),
    "busy": ("busy", 0.97, "busy tone"),
    "congestion": ("congestion", 0.97, "congestion tone"),
    "dial": ("unknown", 0.5, "dial tone: the call is not, or no longer, connected"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweringSettings:
    """How long to wait for what; all in seconds.

    Raises:
        ValueError: A value that cannot be meant.
    """

    short_greeting_s: float = 1.2
    """Up to this a greeting is short."""
    longest_greeting_s: float = 3.6
    """Whoever speaks for longer is a machine."""
    quiet_after_short_s: float = 0.8
    """Quiet after a short greeting that makes it a person's."""
    quiet_after_long_s: float = 1.0
    """Quiet after the longest greeting; in between, in between."""
    silence_s: float = 5.0
    """Without any voice for so long after the answer the judgement is silence, until one is heard."""
    no_answer_s: float = 30.0
    """Ringback until then is no answer."""
    greeting_over_s: float = 2.5
    """Quiet after which a machine's greeting is over though no beep was heard."""
    minimum_level_dbm0: float = -46.0
    """What is softer is not speech."""

    def __post_init__(self) -> None:
        for name in ("short_greeting_s", "silence_s", "no_answer_s", "greeting_over_s"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} {getattr(self, name)}: more than 0 is expected")
        if not self.short_greeting_s < self.longest_greeting_s < float("inf"):
            raise ValueError(
                f"longest_greeting_s {self.longest_greeting_s}: more than a short greeting's"
                f" {self.short_greeting_s} s is expected"
            )
        if not PAUSE_S <= self.quiet_after_short_s <= self.quiet_after_long_s < 2:
            raise ValueError(
                f"quiet after a greeting, {self.quiet_after_short_s} to {self.quiet_after_long_s} s:"
                f" {PAUSE_S} s at least, less than 2 s, and not falling is expected"
            )
        if not -70 <= self.minimum_level_dbm0 <= -20:
            raise ValueError(
                f"minimum_level_dbm0 {self.minimum_level_dbm0}: -70 to -20 is expected"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Who answered, and why we think so; times in seconds from the start of listening."""

    result: str
    """``person``, ``machine``, ``fax``, ``modem``, ``sit``, ``busy``, ``congestion``, ``no_answer``,
    ``silence`` or ``unknown``."""
    reason: str
    confidence: float
    """0 to 1; of a hundred with 0.9, ninety should be right. Rough."""
    decided_s: float
    """When the result was known; a beep found later does not change it."""
    beep_s: float | None = None
    """When the machine's beep begins."""
    message_s: float | None = None
    """From when on a machine records: its beep is over, or its greeting is and no beep came."""
    start_s: float | None = None
    """When the greeting began."""
    end_s: float | None = None
    """When it was heard last."""
    level_dbm0: float | None = None
    """Of the greeting."""
