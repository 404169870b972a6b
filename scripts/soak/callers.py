"""Everybody who calls during the soak: one task a line, call after call, through the town."""

import asyncio
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Callers", "Tally"]

_KEYS = "123456"
_STAY_S = (8.0, 16.0)
_PAUSE_S = (0.5, 1.5)


@dataclass
class Tally:
    """What became of the calls, as their callers saw it."""

    made: int = 0
    answered: int = 0
    unanswered: int = 0
    refused: int = 0
    engaged: int = 0
    """Every line was still busy clearing the call before."""
    pressed: dict[str, str] = field(default_factory=dict)
    """Keys that the caller of each number pressed."""


class Callers:
    """Keeps as many lines busy as there are callers.

    Runs in: its own event loop.
    """

    def __init__(self, town_socket: Path, called: str, callers: int, seed: int) -> None:
        self.tally = Tally()
        self._socket = town_socket
        self._called = called
        self._callers = callers
        self._chance = random.Random(seed)
        self._next = 0
        self._closing = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`; then every call is still brought to its end."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._callers):
                group.create_task(self._one_after_the_other())

    def stop(self) -> None:
        """Nobody calls any more."""
        self._closing.set()

    async def _one_after_the_other(self) -> None:
        await self._pause(self._chance.uniform(0, 20))
        while not self._closing.is_set():
            self._next += 1
            number = f"212{self._next:07d}"
            key = self._chance.choice(_KEYS)
            outcome = await self._dial(number, key, self._chance.uniform(*_STAY_S))
            self.tally.made += 1
            if "error" in outcome:
                self.tally.refused += 1
            elif outcome["result"]["answered"]:
                self.tally.answered += 1
                self.tally.pressed[number] = outcome["result"]["pressed"]
            elif outcome["result"]["ended_by"] == "all lines busy":
                self.tally.engaged += 1
            else:
                self.tally.unanswered += 1
            await self._pause(self._chance.uniform(*_PAUSE_S))

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return

    async def _dial(self, number: str, press: str, stay_s: float) -> dict[str, Any]:
        arguments = {"calling": number, "called": self._called, "press": press, "stay_s": stay_s}
        request = {"command": "dial", "arguments": arguments}
        try:
            reader, writer = await asyncio.open_unix_connection(str(self._socket))
        except OSError as error:
            return {"error": str(error)}
        try:
            writer.write(json.dumps(request).encode() + b"\n")
            while line := await reader.readline():
                answer = json.loads(line)
                if "progress" not in answer:
                    return answer
            return {"error": "the town went away"}
        finally:
            writer.close()
