"""What the ACD raises. Callers, agents and lines misbehaving are events, never exceptions.

::

    AcdError
    └── SettingsError    the settings contradict each other; lists every contradiction
"""

__all__ = ["AcdError", "SettingsError"]


class AcdError(Exception):
    """Root of this package's errors."""


class SettingsError(AcdError):
    """The settings contradict each other. ``problems`` holds every contradiction found."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
