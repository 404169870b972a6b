"""A person's terminal at the end of a link: its size, its keys, and text page by page."""

import asyncio
import contextlib
import re

from firmware_host.console.links import Octets

__all__ = ["Terminal"]

CONTROL_C = 0x03
_DEFAULT_SIZE = (24, 80)
_PROBE = b"\x1b7\x1b[999;999H\x1b[6n\x1b8"
"""Save the cursor, go as far down and right as there is, ask where that is, go back (DEC VT100)."""
_PROBE_ANSWER = re.compile(rb"\x1b\[(\d{1,3});(\d{1,3})R")
_PROBE_S = 0.5
_MORE = "--More--"


class Terminal:
    """Keys in, text out.

    Runs in: event loop of the console process.
    """

    def __init__(self, octets: Octets) -> None:
        self._octets = octets
        self.rows, self.columns = _DEFAULT_SIZE
        self.gone = asyncio.Event()
        "The link ended: a socket was closed."
        self.last_key_at = 0.0
        self._type_ahead = b""

    async def read(self, now: float) -> bytes:
        """Some octets that were typed; empty when the terminal is gone. ``now`` stamps them."""
        if self._type_ahead:
            typed, self._type_ahead = self._type_ahead, b""
            return typed
        typed = await self._octets.read()
        self.last_key_at = now
        if not typed:
            self.gone.set()
        return typed

    async def probe_size(self) -> None:
        """Ask the terminal how large it is; one that does not say is taken as 80 by 24."""
        self.rows, self.columns = _DEFAULT_SIZE
        self._octets.write(_PROBE)
        heard = b""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PROBE_S):
                while _PROBE_ANSWER.search(heard) is None:
                    more = await self._octets.read()
                    if not more:
                        self.gone.set()
                        return
                    heard += more
        answer = _PROBE_ANSWER.search(heard)
        if answer is not None:
            rows, columns = int(answer[1]), int(answer[2])
            if 10 <= rows <= 300 and 20 <= columns <= 500:
                self.rows, self.columns = rows, columns
            heard = heard[: answer.start()] + heard[answer.end() :]
        self._type_ahead += heard  # typed before the prompt came

    def write(self, text: str) -> None:
        """Text as the terminal wants it: the line's own newline is carriage return and line feed."""
        self._octets.write(text.replace("\n", "\r\n").encode("utf-8", "replace"))

    async def drain(self) -> None:
        """Wait until the terminal has taken most of what was written."""
        await self._octets.drain()

    async def show(self, text: str, keys: "asyncio.Queue[int]", row: int) -> int | None:
        """Write text, stopping at each full page; ``row`` lines are on the page already.

        Returns:
            The lines on the page now, or None when the person has seen enough.
        """
        for line in text.splitlines(keepends=True):
            if row >= self.rows - 1:
                self.write(_MORE)
                await self.drain()
                key = await keys.get()
                self.write("\r" + " " * len(_MORE) + "\r")
                if key in b"qQ\x1b":
                    return None
                row = self.rows - 2 if key in b"\r\n" else 0
            self.write(line)
            row += 1 + max(0, len(line.rstrip("\n")) - 1) // self.columns
        await self.drain()
        return row
