"""Text from the line, made safe for a terminal: a caller's name may try to be an escape sequence."""

import unicodedata

__all__ = ["printable"]


def printable(text: str, *, longest: int = 80) -> str:
    """The text without control, format and unassigned characters, cut to a length."""
    safe = "".join(c if unicodedata.category(c)[0] not in "CZ" or c == " " else "?" for c in text)
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"
