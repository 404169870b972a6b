"""appliance.toml → `Appliance`, or every mistake at once."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec

import acd
from firmware_host.config.checks import check_appliance
from firmware_host.config.mistakes import ConfigurationError, Mistake
from firmware_host.config.schema import Appliance
from firmware_host.config.settings import center_settings
from firmware_host.config.walk import collect_mistakes, with_gaps

__all__ = ["appliance_of_tree", "parse_appliance", "read_appliance", "read_configuration_text"]


def read_appliance(file: Path) -> Appliance:
    """Read and check a configuration file.

    Raises:
        ConfigurationError: with every mistake and its key path; also when the file can't be read.
    """
    return parse_appliance(read_configuration_text(file), str(file))


def read_configuration_text(
    file: Path, advice: str = "name a file, or copy appliance.toml from the project"
) -> str:
    """The text of a configuration file; ``advice`` is for whoever named one that is not there.

    Raises:
        ConfigurationError: the file can't be read.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        mistake = Mistake("the file", error.strerror or str(error), advice)
        raise ConfigurationError(str(file), [mistake]) from error
    except UnicodeDecodeError as error:
        mistake = Mistake("the file", "is not UTF-8 text", f"octet {error.start} is wrong")
        raise ConfigurationError(str(file), [mistake]) from error


def parse_appliance(text: str, name: str = "appliance.toml") -> Appliance:
    """Check a configuration given as text; ``name`` is for messages.

    Raises:
        ConfigurationError: with every mistake and its key path.
    """
    try:
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        mistake = Mistake("the file", f"is not TOML: {error}")
        raise ConfigurationError(name, [mistake]) from error
    return appliance_of_tree(tree, name)


def appliance_of_tree(tree: dict[str, Any], name: str) -> Appliance:
    """Check a configuration given as TOML's tree of tables; ``name`` is for messages.

    Raises:
        ConfigurationError: with every mistake and its key path.
    """
    mistakes = collect_mistakes(Appliance, tree)
    known = {mistake.path for mistake in mistakes}
    appliance = with_gaps(Appliance, tree)
    mistakes += [
        mistake for mistake in check_appliance(appliance) if not _lies_in(mistake.path, known)
    ]
    if mistakes:
        raise ConfigurationError(name, sorted(mistakes))
    checked = msgspec.convert(tree, Appliance)
    try:
        acd.Center(center_settings(checked))
    except acd.SettingsError as error:
        # The checks above should have told it with a key path; better told so than not at all.
        told = [Mistake("the file", problem) for problem in error.problems]
        raise ConfigurationError(name, told) from error
    return checked


def _lies_in(path: str, known: set[str]) -> bool:
    """Whether a mistake follows from one that is told already, at the same place or above."""
    return any(path == other or path.startswith((f"{other}.", f"{other}[")) for other in known)
