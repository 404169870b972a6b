"""A terminal to look at: renders what a program writes, and types."""

import os
import re
import select
import time

import pyte
from waiting import wait_until


class TerminalProgram:
    """What stands at the other end of the line: renders, and answers like a VT100."""

    def __init__(
        self, descriptor: int, *, rows: int = 24, columns: int = 80, answers: bool = True
    ) -> None:
        self.descriptor = descriptor
        self.screen = pyte.HistoryScreen(columns, rows, history=1000)
        self.stream = pyte.ByteStream(self.screen)
        self.answers = answers
        self.heard = b""

    def look(self, limit_s: float = 0.0) -> str:
        until = time.monotonic() + limit_s
        while True:
            ready, _, _ = select.select([self.descriptor], [], [], max(0, until - time.monotonic()))
            if not ready:
                return "\n".join(self.screen.display)
            octets = os.read(self.descriptor, 4096)
            self.heard += octets
            if b"\x1b[6n" in octets and self.answers:
                size = f"\x1b[{self.screen.lines};{self.screen.columns}R"
                os.write(self.descriptor, size.encode())
            self.stream.feed(octets)

    def sees(self, pattern: str, limit_s: float = 10.0) -> str:
        def seen() -> str | None:
            display = self.look(0.02)
            return display if re.search(pattern, display) else None

        try:
            return wait_until(seen, limit_s, pattern)
        except AssertionError:
            raise AssertionError(f"{pattern!r} is not on the screen:\n{self.look()}") from None

    def types(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())

    def logs_in(self, pin: str = "2580") -> None:
        self.sees(r"login: *$|login:")
        self.types("admin\r")
        self.sees(r"PIN:")
        self.types(f"{pin}\r")
