"""What a command has at hand: where to write, which appliance it is about."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from firmware_host.callserver import state_folder
from firmware_host.config import (
    Appliance,
    ConfigurationError,
    read_appliance,
    read_configuration_text,
)
from firmware_host.console.output import Output
from firmware_host.explained import Explained

__all__ = ["Session"]


@dataclass
class Session:
    """The click context's object."""

    output: Output
    configuration_file: Path
    confirm: Callable[[str], bool] | None = None
    "Asks the person a question; None: nobody can be asked here."
    user: str = "operator"
    "Who gives the commands, for the journal."

    @cached_property
    def appliance(self) -> Appliance:
        """The configuration.

        Raises:
            Explained: with every mistake.
        """
        try:
            return read_appliance(self.configuration_file)
        except ConfigurationError as error:
            raise Explained(
                f"{error}\nCorrect the file, then try `switchroom check {error.file}`."
            ) from error

    @property
    def state(self) -> Path:
        """The appliance's state folder; a configuration with mistakes in it is enough to tell.

        Whoever is editing the file can still look at what runs.
        """
        try:
            tree = tomllib.loads(read_configuration_text(self.configuration_file))
        except (ConfigurationError, ValueError, RecursionError):
            return state_folder(self.appliance, self.configuration_file)  # tells what is wrong
        site = tree.get("site")
        named = site.get("state", "var") if isinstance(site, dict) else "var"
        if not isinstance(named, str) or "\0" in named:
            return state_folder(self.appliance, self.configuration_file)
        return (self.configuration_file.parent / named).resolve()
