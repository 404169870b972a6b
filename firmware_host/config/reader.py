"""appliance.toml → `Appliance`, or every mistake at once."""

import tomllib
from pathlib import Path

import msgspec

from firmware_host.config.checks import check_appliance
from firmware_host.config.mistakes import ConfigurationError, Mistake
from firmware_host.config.schema import Appliance
from firmware_host.config.walk import collect_mistakes

__all__ = ["parse_appliance", "read_appliance"]


def read_appliance(file: Path) -> Appliance:
    """Read and check a configuration file.

    Raises:
        ConfigurationError: with every mistake and its key path; also when the file can't be read.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        advice = "name a file, or copy appliance.toml from the project"
        mistake = Mistake("the file", error.strerror or str(error), advice)
        raise ConfigurationError(str(file), [mistake]) from error
    except UnicodeDecodeError as error:
        mistake = Mistake("the file", "is not UTF-8 text", f"octet {error.start} is wrong")
        raise ConfigurationError(str(file), [mistake]) from error
    return parse_appliance(text, str(file))


def parse_appliance(text: str, name: str = "appliance.toml") -> Appliance:
    """Check a configuration given as text; ``name`` is for messages.

    Raises:
        ConfigurationError: with every mistake and its key path.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(name, [Mistake("the file", f"is not TOML: {error}")]) from error
    mistakes = collect_mistakes(Appliance, tree)
    if mistakes:
        raise ConfigurationError(name, sorted(mistakes))
    appliance = msgspec.convert(tree, Appliance)
    mistakes = check_appliance(appliance)
    if mistakes:
        raise ConfigurationError(name, sorted(mistakes))
    return appliance
