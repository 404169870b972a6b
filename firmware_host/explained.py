"""The exit code that says: I have told why I can't run; starting me again would say the same."""

import logging
from typing import IO, Any

import click

from firmware_host.log_lines import is_logging

__all__ = ["EXPLAINED", "Explained"]

EXPLAINED = 3
"""No shell, interpreter or click error uses it: a traceback ends with 1, wrong usage with 2."""

_log = logging.getLogger(__name__)


class Explained(click.ClickException):
    """What stops a process, in words that name the thing and the next step."""

    exit_code = EXPLAINED

    def show(self, file: IO[Any] | None = None) -> None:
        """Tell: a process that logs in its log, line by line; a command as click does."""
        if not is_logging():
            super().show(file)
            return
        for line in self.message.splitlines():
            _log.error("%s", line)
