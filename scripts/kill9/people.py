"""Callers, and hands at the handsets, in threads of their own."""

import select
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from firmware_host.control_socket import ControlError, ask_stream
from firmware_host.live.client import LiveClient, LiveEnded
from firmware_host.live.messages import KEYS
from scripts.kill9.office import NUMBER

__all__ = ["Caller", "Desk"]


class Desk:
    """Somebody at a handset: does what is ordered, and answers if it rings and that is wanted."""

    def __init__(self, state: Path, desk: int, *, talks_s: float | None) -> None:
        self.agent = str(1000 + desk)
        self.pin = f"471{desk}"
        self._client = LiveClient(state / "handset.sock", {"station": f"desk-{desk}"})
        self._talks_s = talks_s
        self._orders: deque[str] = deque()
        self._hangs_up_at: float | None = None
        self.is_lifted = False
        self.is_over = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def dial(self, keys: str) -> None:
        """Lift, press keys, listen for a moment, put down."""
        self._orders.append(f"l,,{keys},,,,d")

    def close(self) -> None:
        """Leave."""
        self.is_over = True
        self._thread.join(timeout=5)
        self._client.close()

    def _run(self) -> None:
        while not self.is_over:
            readable, _, _ = select.select([self._client], [], [], 0.05)
            try:
                notices = self._client.receive() if readable else []
            except LiveEnded:
                return
            for notice in notices:
                if isinstance(notice, dict):
                    self._notice(notice)
            if self._hangs_up_at is not None and time.monotonic() >= self._hangs_up_at:
                self._hangs_up_at = None
                self._client.send(KEYS, b"d")
            while self._orders:
                self._client.send(KEYS, self._orders.popleft().encode())

    def _notice(self, notice: dict[str, Any]) -> None:
        match notice:
            case {"notice": "ring"} if self._talks_s is not None and not self.is_lifted:
                self._client.send(KEYS, b",l")
                self._hangs_up_at = time.monotonic() + self._talks_s
            case {"notice": "hook", "off_hook": off_hook}:
                self.is_lifted = off_hook
            case {"notice": "tone", "tone": "busy"} if self.is_lifted:
                self._client.send(KEYS, b"d")
            case _:
                pass


class Caller:
    """One caller, who presses keys and stays."""

    def __init__(self, state: Path, number: str, press: str, stay_s: float) -> None:
        self.number = number
        self.press = press
        self.ended_by = ""
        self._arguments = {
            "calling": number, "called": NUMBER, "press": press, "stay_s": stay_s,
        }  # fmt: skip
        self._path = state / "town.sock"
        self._thread = threading.Thread(target=self._call, daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether the caller has hung up."""
        return not self._thread.is_alive()

    def _call(self) -> None:
        try:
            for kind, value in ask_stream(self._path, "dial", timeout_s=None, **self._arguments):
                if kind == "result":
                    self.ended_by = value["ended_by"]
        except ControlError as error:
            self.ended_by = str(error)
