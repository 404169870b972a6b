"""A changed configuration file is put in force while calls are up, whole or not at all.

Reading, checking and making prompts is done by a thread; call control only exchanges what is ready.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import acd
from firmware_host.callserver.exchange import Exchange
from firmware_host.config import (
    Appliance,
    Change,
    ConfigurationError,
    center_settings,
    changes_between,
    parse_appliance,
    read_configuration_text,
    site_numbers,
)
from firmware_host.control_socket import Ask, Refused
from firmware_host.prompts import PromptLibrary
from firmware_host.site_numbers import SiteNumbers

__all__ = ["Reloading"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A configuration that was read and found good."""

    digest: str
    appliance: Appliance
    settings: acd.CenterSettings
    numbers: SiteNumbers
    changes: list[Change]


class Reloading:
    """The configuration in force, and how another one takes its place.

    Args:
        exchange: Where.
        appliance: What is in force at the start.
        file: Where changes are made.
        make_prompts: Of a configuration; may take seconds.
    """

    def __init__(
        self,
        exchange: Exchange,
        appliance: Appliance,
        file: Path,
        make_prompts: Callable[[Appliance], PromptLibrary],
    ) -> None:
        self._exchange = exchange
        self.appliance = appliance
        self._file = file
        self._make_prompts = make_prompts
        self.observers: list[Callable[[Appliance], None]] = []
        "Told of each configuration that has come in force."

    @property
    def handlers(self) -> dict[str, Ask]:
        """Handlers by command, for `control_socket.ControlServer`."""
        return {"configuration_changes": self.changes, "reload": self.reload}

    async def changes(self) -> dict[str, Any]:
        """What the file would change, and what stands against it."""
        candidate = await asyncio.to_thread(self._read)
        return self._told(candidate)

    async def reload(self, digest: str, by: str = "console") -> dict[str, Any]:
        """Put the file in force, if it is still the one that ``digest`` names.

        Raises:
            Refused: With the reason; nothing has changed then.
        """
        candidate = await asyncio.to_thread(self._read)
        if candidate.digest != digest:
            raise Refused(f"{self._file.name} has changed since its changes were shown; look again")
        prompts = await asyncio.to_thread(self._make_prompts, candidate.appliance)
        # From here on nothing waits: what was looked at is what is done.
        told = self._told(candidate)
        against = [*told["restart"], *told["obstacles"]]
        if against:
            raise Refused("nothing was changed:\n" + "\n".join(f"  {each}" for each in against))
        if candidate.changes:
            event = acd.SettingsReplaced(
                settings=candidate.settings,
                numbers=candidate.numbers,
                by=by,
                changes=tuple(change.path for change in candidate.changes),
            )
            self._exchange.replace_settings(event, candidate.numbers, prompts, self._exchange.now)
            self.appliance = candidate.appliance
            for observer in self.observers:
                observer(candidate.appliance)
            _log.info("%d changes of %s are in force", len(candidate.changes), self._file.name)
        return told

    def _read(self) -> _Candidate:
        before = self.appliance
        try:
            text = read_configuration_text(self._file)
            appliance = parse_appliance(text, self._file.name)
        except ConfigurationError as error:
            raise Refused(f"nothing was changed; {error}") from error
        return _Candidate(
            digest=hashlib.sha256(text.encode()).hexdigest(),
            appliance=appliance,
            settings=center_settings(appliance),
            numbers=site_numbers(appliance),
            changes=changes_between(before, appliance),
        )

    def _told(self, candidate: _Candidate) -> dict[str, Any]:
        return {
            "digest": candidate.digest,
            "changes": [asdict(each) | {"kind": each.kind} for each in candidate.changes],
            "restart": [
                f"{each.path}: needs a restart of the call server"
                for each in candidate.changes
                if each.needs_restart
            ],
            "obstacles": self._exchange.center.obstacles(candidate.settings),
        }
