"""What a process tells systemd of itself: ready, stopping, alive (sd_notify(3); a datagram each).

Without a service manager all of it does nothing. Nothing here waits: a datagram that can't be sent at once
is not sent.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, MutableMapping

from firmware_host.terminal_text import printable

__all__ = ["ServiceNotifier"]

_log = logging.getLogger(__name__)

_KIND = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
_BEATS_PER_WATCHDOG = 3
"""sd_watchdog_enabled(3) recommends half the time; a third lets one datagram be lost."""


class ServiceNotifier:
    """Speaks to the service manager that started this process, if one did.

    Runs in: event loop.

    Args:
        environment: Of the process. What systemd put there is taken out: children have no say.
        process: Its process id.
    """

    def __init__(
        self,
        environment: MutableMapping[str, str] | None = None,
        process: int | None = None,
    ) -> None:
        environment = os.environ if environment is None else environment
        process = os.getpid() if process is None else process
        address = environment.pop("NOTIFY_SOCKET", "")
        watched = environment.pop("WATCHDOG_PID", str(process))
        watchdog_us = environment.pop("WATCHDOG_USEC", "")
        # "@" stands for the zero octet of an abstract socket's name (unix(7)).
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._beat_s: float | None = None
        if watchdog_us.isdecimal() and watched == str(process):
            self._beat_s = int(watchdog_us) / 1e6 / _BEATS_PER_WATCHDOG
        self._next_beat: asyncio.TimerHandle | None = None
        self._standing_still = ""

    def ready(self, status: str, alive: Callable[[], str | None]) -> None:
        """Tell that start-up is over; from now on, as often as asked for, that the process is alive.

        Needs a running event loop: the beats come from it, and stop when it does.

        Args:
            status: For people, in ``systemctl status``.
            alive: Called for each beat; says what stands still, None if nothing does. While something
                does, no beat is sent: the service manager will restart the process.
        """
        self._tell("READY=1", status)
        if self._beat_s is not None:
            self._beat(alive, status, self._beat_s)

    def stopping(self) -> None:
        """Tell that the process ends, in order; no beats are due any more."""
        if self._next_beat is not None:
            self._next_beat.cancel()
        self._tell("STOPPING=1", "stopping")

    def _beat(self, alive: Callable[[], str | None], status: str, every_s: float) -> None:
        still = alive() or ""
        if still and still != self._standing_still:
            _log.critical("no sign of life is given to systemd: %s", still)
        if still:
            self._tell("", f"stands still: {still}")
        elif self._standing_still:
            _log.warning("alive again")
            self._tell("WATCHDOG=1", status)
        else:
            self._tell("WATCHDOG=1")
        self._standing_still = still
        loop = asyncio.get_running_loop()
        self._next_beat = loop.call_later(every_s, self._beat, alive, status, every_s)

    def _tell(self, assignment: str, status: str = "") -> None:
        if not self._address:
            return
        lines = [assignment, f"STATUS={printable(status, longest=200)}" if status else ""]
        message = "\n".join(line for line in lines if line)
        try:
            # A socket for each: some datagrams in a second cost nothing, and nothing is left to close.
            with socket.socket(socket.AF_UNIX, _KIND) as notify:
                notify.sendto(message.encode(), self._address)
        except OSError as error:
            # Nobody there, or too busy to listen: the watchdog itself is what notices.
            _log.debug("systemd was not told %s: %s", assignment, error)
