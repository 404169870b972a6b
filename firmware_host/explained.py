"""The exit code that says: I have told why I can't run; starting me again would say the same."""

import click

__all__ = ["EXPLAINED", "Explained"]

EXPLAINED = 3
"""No shell, interpreter or click error uses it: a traceback ends with 1, wrong usage with 2."""


class Explained(click.ClickException):
    """What stops a process, in words that name the thing and the next step."""

    exit_code = EXPLAINED
