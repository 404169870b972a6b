"""The console's process: one console per serial line or pseudo-terminal, one per socket connection."""

import asyncio
import logging
import signal
from pathlib import Path

import click

from firmware_host.config import Appliance, ConfigurationError, read_appliance
from firmware_host.console.links import (
    LinkError,
    Octets,
    open_pseudo_terminal,
    open_serial_line,
    serve_socket,
)
from firmware_host.console.shell import Console, ConsoleSettings
from firmware_host.console.terminal import Terminal
from firmware_host.service_notify import ServiceNotifier

__all__ = ["run_console"]

_log = logging.getLogger(__name__)

_REOPEN_S = 2.0


def run_console(
    appliance: Appliance,
    configuration_file: Path,
    commands: click.Group,
    *,
    state: Path,
    device: str | None,
    baud: int,
    pseudo_terminal: bool,
    idle_limit_s: float,
) -> None:
    """Run until SIGTERM or SIGINT. The local socket is always there, ``console.sock``.

    Raises:
        LinkError: when the serial line can't be opened at start.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LinkError(f"{state}: can't be the state folder: {error.strerror}") from error
    settings = ConsoleSettings(
        commands=commands,
        configuration_file=configuration_file.resolve(),
        host=appliance.site.name,
        pins=_Pins(appliance, configuration_file.resolve()).now,
        history_file=state / "console-history",
        idle_limit_s=idle_limit_s,
    )
    asyncio.run(_run(settings, state, device, baud, pseudo_terminal=pseudo_terminal))


class _Pins:
    """Technicians' PINs: a changed file counts from the next log-in on, one with mistakes does not."""

    def __init__(self, appliance: Appliance, file: Path) -> None:
        self._appliance = appliance
        self._file = file
        self._changed_at: int | None = self._modified()

    def now(self) -> dict[str, str]:
        """By log-in name."""
        modified = self._modified()
        if modified != self._changed_at:
            self._changed_at = modified
            try:
                self._appliance = read_appliance(self._file)
            except ConfigurationError as error:
                _log.warning("log-ins stay as they were: %s", error)
        return {name: each.pin for name, each in self._appliance.technician.items()}

    def _modified(self) -> int | None:
        try:
            return self._file.stat().st_mtime_ns
        except OSError:
            return None


async def _run(
    settings: ConsoleSettings, state: Path, device: str | None, baud: int, *, pseudo_terminal: bool
) -> None:
    notifier = ServiceNotifier()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    if not settings.pins():
        _log.warning("nobody may log in: add a table such as [technician.admin] with a pin")

    async def connected(octets: Octets) -> None:
        await Console(Terminal(octets), settings).run(once=True)

    # Each serial line has a console process; the socket belongs to the first of them.
    server = await serve_socket(state / "console.sock", connected)
    if server is None:
        _log.info("%s is another console's", state / "console.sock")
    tasks = []
    try:
        if device is not None:
            first = await open_serial_line(device, baud)
            tasks.append(asyncio.create_task(_serve_serial(first, settings, device, baud)))
            _log.info("console on %s at %d baud", device, baud)
        if pseudo_terminal:
            octets, name = await open_pseudo_terminal()
            tasks.append(asyncio.create_task(Console(Terminal(octets), settings).run(once=False)))
            _log.info("console on %s", name)
        notifier.ready(f"console on {device or 'the local socket'}", lambda: None)
        await stopping.wait()
    finally:
        notifier.stopping()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if server is not None:
            server.close()


async def _serve_serial(octets: Octets, settings: ConsoleSettings, device: str, baud: int) -> None:
    """A serial line is never closed for good: after each loss it is opened again."""
    while True:
        await Console(Terminal(octets), settings).run(once=False)
        octets.close()
        if Path(device).is_relative_to("/dev/pts"):
            # The next of this number is somebody else's terminal.
            _log.warning("%s is gone; a pseudo-terminal does not come back", device)
            return
        _log.warning("%s is gone; trying to open it again", device)
        while True:
            await asyncio.sleep(_REOPEN_S)
            try:
                octets = await open_serial_line(device, baud)
                break
            except LinkError:
                continue
