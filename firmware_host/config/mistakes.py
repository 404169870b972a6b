"""A configuration's mistakes: each with the key path where it stands and what would be right."""

from dataclasses import dataclass
from difflib import get_close_matches

__all__ = ["ConfigurationError", "Mistake", "key_path", "suggest"]


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake; ``path`` is dotted as in the file, ``advice`` says what would be right."""

    path: str
    problem: str
    advice: str = ""

    def __str__(self) -> str:
        advice = f"; {self.advice}" if self.advice else ""
        return f"{self.path}: {self.problem}{advice}"


class ConfigurationError(Exception):
    """A configuration that can't be used, with all its mistakes."""

    def __init__(self, file: str, mistakes: list[Mistake]) -> None:
        self.file = file
        self.mistakes = mistakes
        count = f"{len(mistakes)} mistake{'s' if len(mistakes) != 1 else ''}"
        lines = "\n".join(f"  {mistake}" for mistake in mistakes)
        super().__init__(f"{file}: {count}\n{lines}")


def key_path(*keys: str | int) -> str:
    """Keys joined as TOML writes them: ``agent."10 01".pin``, ``queue.sales.agents[2]``."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
            continue
        bare = bool(key) and all(c.isascii() and (c.isalnum() or c in "-_") for c in key)
        text += ("." if text else "") + (key if bare else f'"{key}"')
    return text or "the file"


def suggest(wrong: str, known: list[str]) -> str:
    """``did you mean "sales"?``, or the list of what is known."""
    if not known:
        return "none is defined"
    close = get_close_matches(wrong, known, n=1)
    if close:
        return f'did you mean "{close[0]}"?'
    shown = ", ".join(sorted(known)[:12])
    return f"known: {shown}{', …' if len(known) > 12 else ''}"
