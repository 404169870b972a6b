"""A handset of the town's in somebody's hand: `switchroom handset` on a pseudo-terminal."""

import os
import subprocess
import sys
import termios

from terminal_program import TerminalProgram

COMMAND = [sys.executable, "-m", "firmware_host.cli"]


class Hand:
    """`switchroom handset` on a pseudo-terminal, and whoever types there."""

    def __init__(self, appliance, *words: str) -> None:
        self.ours, self.theirs = os.openpty()
        self.before = termios.tcgetattr(self.theirs)
        self.process = subprocess.Popen(
            [*COMMAND, "--config", str(appliance.file), "handset", *words, "--no-sound"],
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            start_new_session=True,
        )
        self.screen = TerminalProgram(self.ours, rows=60)
        self.screen.sees("is in your hand[\\s\\S]*on-hook", limit_s=90.0)

    @property
    def modes(self) -> list:
        return termios.tcgetattr(self.theirs)

    def ends(self) -> int:
        while self.process.poll() is None:
            self.screen.look(0.02)  # a terminal that nobody reads would hold it up
        self.screen.look(0.05)
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.ours), os.close(self.theirs)
