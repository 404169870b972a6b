"""Text from the line, made safe for a terminal: a caller's name may try to be an escape sequence."""

import unicodedata

__all__ = ["printable", "printable_lines"]


def printable(text: str, *, longest: int = 80) -> str:
    """The text without control, format and unassigned characters, cut to a length."""
    safe = "".join(c if unicodedata.category(c)[0] not in "CZ" or c == " " else "?" for c in text)
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


def printable_lines(text: str, *, longest: int = 4000) -> str:
    """The same of a text of several lines; each is cut on its own."""
    return "\n".join(printable(line, longest=longest) for line in text.split("\n"))
