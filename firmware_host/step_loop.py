"""The asyncio shell around a step: sleep until something is readable, a timer is due, or a thread calls.

loop = StepLoop()
while not loop.stopping:
loop.begin_step()
… step …
await loop.wait(next_timer)
"""

import asyncio
import signal
import time

__all__ = ["StepLoop"]

_LONGEST_WAIT_S = 0.1
"""A step runs at least this often: what only fills a ring, such as recordings, wakes nobody."""


class StepLoop:
    """Wakes for descriptors, threads, timers and signals. Needs a running event loop.

    Runs in: event loop; `wake_from_thread` in any thread.
    """

    def __init__(self) -> None:
        self.stopping = False
        "SIGTERM or SIGINT has come."
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._readable: set[int] = set()
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._stop)

    def watch(self, descriptor: int) -> None:
        """Wake whenever this descriptor is readable."""
        self._loop.add_reader(descriptor, self._notice, descriptor)

    def unwatch(self, descriptor: int) -> None:
        """Forget a descriptor, before it is closed."""
        self._loop.remove_reader(descriptor)
        self._readable.discard(descriptor)

    def wake(self) -> None:
        """Step soon; from the loop itself."""
        self._wake.set()

    def wake_from_thread(self) -> None:
        """Step soon; from another thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def begin_step(self) -> set[int]:
        """What happens from here on wakes the next `wait`; which watched descriptors were readable."""
        self._wake.clear()
        readable, self._readable = self._readable, set()
        return readable

    async def wait(self, next_timer: float | None) -> None:
        """Sleep until something happens or ``next_timer``, a time of the monotonic clock, is due."""
        wait_s = _LONGEST_WAIT_S
        if next_timer is not None:
            wait_s = min(wait_s, max(0.0, next_timer - time.monotonic()))
        try:
            async with asyncio.timeout(wait_s):
                await self._wake.wait()
        except TimeoutError:
            return

    def _notice(self, descriptor: int) -> None:
        self._readable.add(descriptor)
        self._wake.set()

    def _stop(self) -> None:
        self.stopping = True
        self._wake.set()
