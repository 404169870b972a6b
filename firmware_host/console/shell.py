"""One console: log in, then commands with completion, history, paging and Control-C.

Commands are the same click commands as at the command line. Each runs in a thread, because it may wait
for another process; what it writes comes back through a queue of one page, so that a command that says
much waits for a terminal that reads slowly.
"""

import asyncio
import contextlib
import fcntl
import shlex
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.shell_completion import ShellComplete
from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.shortcuts import CompleteStyle

from firmware_host.console.keys import KeyFilter, LineOfKeys
from firmware_host.console.login import Door
from firmware_host.console.output import Interrupted, Output
from firmware_host.console.session import Session
from firmware_host.console.terminal import CONTROL_C, Terminal

__all__ = ["Console", "ConsoleSettings"]

_QUEUED_TEXTS = 4
"""A command that has written so many texts waits until the terminal has taken one."""
_PROMPT_OCTETS = 16 * 1024
"""What may wait for the prompt; a pipe holds 64 KiB."""
_KEYS_AHEAD = 4096
"""Typed while a command runs; more is a line that babbles, and is dropped."""
_LOOK_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """What all consoles of the process share."""

    commands: click.Group
    configuration_file: Path
    host: str
    pins: Callable[[], dict[str, str]]
    "Of technicians, by name, as configured at this moment."
    history_file: Path | None = None
    idle_limit_s: float = 600.0


class Console:
    """One terminal, one person at a time.

    Runs in: event loop of the console process.
    """

    def __init__(self, terminal: Terminal, settings: ConsoleSettings) -> None:
        self._terminal = terminal
        self._settings = settings
        self._door = Door(settings.pins)
        self._history: History = InMemoryHistory()
        if settings.history_file is not None:
            self._history = FileHistory(str(settings.history_file))
        self._keys: asyncio.Queue[int] = asyncio.Queue()
        self._command: _RunningCommand | None = None
        self._at_prompt = False

    async def run(self, *, once: bool) -> None:
        """Serve logins; with ``once`` only one, as on a socket, else as long as the line lasts."""
        while not self._terminal.gone.is_set():
            self._keys = asyncio.Queue()  # one person's keys are not the next one's
            with create_pipe_input() as typed:
                pump = asyncio.create_task(self._pump(typed))
                watch = asyncio.create_task(self._watch_idleness())
                person = asyncio.create_task(self._login_and_serve(typed))
                try:
                    gone = asyncio.create_task(self._terminal.gone.wait())
                    await asyncio.wait({person, watch, gone}, return_when=asyncio.FIRST_COMPLETED)
                    if watch.done():
                        self._terminal.write("\nLogged out: nobody typed anything.\n")
                finally:
                    # The reader must be gone before the next login reads, or asyncio refuses it.
                    for task in (person, pump, watch, gone):
                        task.cancel()
                    await asyncio.gather(person, pump, watch, gone, return_exceptions=True)
            if once:
                return

    # ------------------------------------------------------------ keys

    async def _pump(self, typed: PipeInput) -> None:
        """Carry what is typed to the prompt, to the log-in, or to the command that runs."""
        allowed = KeyFilter()
        await self._terminal.probe_size()
        while octets := await self._terminal.read(time.monotonic()):
            kept = allowed.pass_on(octets)
            if self._at_prompt and self._command is None:
                self._to_prompt(typed, kept)
                continue
            if self._command is not None and CONTROL_C in kept:
                self._command.interrupt()
                kept = kept[kept.rindex(CONTROL_C) + 1 :]
            for octet in kept[: _KEYS_AHEAD - self._keys.qsize()]:
                self._keys.put_nowait(octet)

    @staticmethod
    def _to_prompt(typed: PipeInput, octets: bytes) -> None:
        """A pipe that is written to must never be full: the prompt's own loop is what empties it."""
        waiting = struct.unpack("i", fcntl.ioctl(typed.fileno(), termios.FIONREAD, bytes(4)))[0]
        if waiting + len(octets) <= _PROMPT_OCTETS:
            typed.send_bytes(octets)

    async def _watch_idleness(self) -> None:
        self._terminal.last_key_at = time.monotonic()
        while True:
            idle_s = time.monotonic() - self._terminal.last_key_at
            if idle_s >= self._settings.idle_limit_s:
                return
            await asyncio.sleep(self._settings.idle_limit_s - idle_s)

    # ------------------------------------------------------------ a person

    async def _login_and_serve(self, typed: PipeInput) -> None:
        output = Vt100_Output(
            _TextTo(self._terminal),  # type: ignore[arg-type] # needs write and flush only
            lambda: Size(rows=self._terminal.rows, columns=self._terminal.columns),
            default_color_depth=ColorDepth.DEPTH_1_BIT,
            enable_cpr=False,  # the terminal's size was asked for already
        )
        with create_app_session(input=typed, output=output):
            while True:
                name = await self._log_in()
                if name is not None:
                    await self._serve(name, typed)
                    return

    async def _log_in(self) -> str | None:
        wait_s = self._door.closed_for_s(time.monotonic())
        if wait_s > 0:
            self._terminal.write(f"Too many wrong PINs; try again in {wait_s:.0f} s.\n")
            await asyncio.sleep(wait_s)
            self._take_keys()
        name = await self._plain_line("login: ")
        pin = await self._plain_line("PIN: ", hidden=True) if name is not None else None
        if name is None or pin is None:
            return None
        if self._door.opens(name.strip(), pin.strip(), time.monotonic()):
            return name.strip()
        self._terminal.write("Wrong name or PIN.\n")
        return None

    async def _plain_line(self, prompt: str, *, hidden: bool = False) -> str | None:
        """A line typed by somebody who may be anybody; None if it was given up."""
        self._terminal.write(prompt)
        line = LineOfKeys(hidden=hidden)
        while True:
            shown, complete, given_up = line.press(await self._keys.get())
            self._terminal.write(shown)
            if complete is not None or given_up:
                return complete

    async def _serve(self, name: str, typed: PipeInput) -> None:
        self._terminal.write(
            f"{self._settings.host}: hello {name}. `help` lists commands, Tab completes, "
            "Control-C interrupts, `exit` logs out.\n"
        )
        self._to_prompt(typed, self._take_keys())
        session = PromptSession[str](
            history=self._history,
            completer=_ClickCompleter(self._settings.commands),
            complete_style=CompleteStyle.READLINE_LIKE,
            complete_while_typing=False,
            reserve_space_for_menu=0,
        )
        while True:
            try:
                self._at_prompt = True
                line = await session.prompt_async(
                    f"{self._settings.host}> ",
                    handle_sigint=False,
                    # Its own handler would wait for Enter on the process's standard input.
                    set_exception_handler=False,
                )
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            finally:
                self._at_prompt = False
            words = self._words(line)
            if words in (["exit"], ["logout"], ["quit"]):
                self._terminal.write("Good-bye.\n")
                return
            if words:
                await self._run_command(words, name, typed)

    def _words(self, line: str) -> list[str]:
        try:
            return shlex.split(line)
        except ValueError as error:
            self._terminal.write(f"{error}\n")
            return []

    # ------------------------------------------------------------ a command

    async def _run_command(self, words: list[str], name: str, typed: PipeInput) -> None:
        command = _RunningCommand(self._settings, self._terminal, words, name)
        self._command = command
        try:
            await command.run(self._keys)
        finally:
            command.interrupt()
            self._command = None
        # Typed ahead while the command ran: it is for the prompt.
        self._to_prompt(typed, self._take_keys())

    def _take_keys(self) -> bytes:
        return bytes(self._keys.get_nowait() for _ in range(self._keys.qsize()))


class _RunningCommand:
    """A click command in a thread, its text page by page on the terminal."""

    def __init__(
        self, settings: ConsoleSettings, terminal: Terminal, words: list[str], user: str
    ) -> None:
        self._settings = settings
        self._terminal = terminal
        self._words = words
        self._user = user
        self._loop = asyncio.get_running_loop()
        self._texts: asyncio.Queue[str | None] = asyncio.Queue()
        self._room = threading.Semaphore(_QUEUED_TEXTS)
        self._stopped = threading.Event()
        self._interrupted = asyncio.Event()
        self._seen_enough = False

    def interrupt(self) -> None:
        """Control-C: forget the command; its thread stops at its next word."""
        self._stopped.set()
        self._interrupted.set()

    async def run(self, keys: asyncio.Queue[int]) -> None:
        """Until the command ends, or is interrupted."""
        thread = threading.Thread(target=self._work, name="command", daemon=True)
        thread.start()
        showing = asyncio.create_task(self._show(keys))
        interrupted = asyncio.create_task(self._interrupted.wait())
        try:
            await asyncio.wait({showing, interrupted}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            showing.cancel()
            interrupted.cancel()
            await asyncio.gather(showing, interrupted, return_exceptions=True)
        if self._interrupted.is_set() and not self._seen_enough:
            self._terminal.write("^C\n")

    async def _show(self, keys: asyncio.Queue[int]) -> None:
        row = 0
        while (text := await self._texts.get()) is not None:
            # What is drawn anew from the top, such as `watch`, fits a page by itself.
            if text.startswith("\x1b"):
                row = 0
            shown = await self._terminal.show(text, keys, row)
            self._room.release()
            if shown is None:
                self._seen_enough = True
                self.interrupt()
                return
            row = shown

    # The rest runs in the command's thread.

    def _write(self, text: str) -> None:
        while not self._room.acquire(timeout=_LOOK_S):
            if self._stopped.is_set():
                raise Interrupted
        if self._stopped.is_set():
            raise Interrupted
        self._hand_over(text)

    def _hand_over(self, text: str | None) -> None:
        with contextlib.suppress(RuntimeError):  # the console process is ending
            self._loop.call_soon_threadsafe(self._texts.put_nowait, text)

    def _work(self) -> None:
        output = Output(
            self._write,
            width=self._terminal.columns,
            height=self._terminal.rows,
            unicode=False,
            pause=self._pause,
        )
        try:
            self._invoke(Session(output, self._settings.configuration_file, user=self._user))
        except Interrupted:
            return
        finally:
            self._hand_over(None)

    def _pause(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise Interrupted

    def _invoke(self, session: Session) -> None:
        try:
            # `--help` would print to the process's own output: here `help` does it.
            self._settings.commands.main(
                self._words, prog_name="", standalone_mode=False, obj=session, help_option_names=[]
            )
        except click.ClickException as error:
            context = getattr(error, "ctx", None)
            if context is not None:
                session.output.line(context.get_usage())
            session.output.line(error.format_message())
        except (click.exceptions.Exit, click.Abort):
            return


class _TextTo:
    """What prompt_toolkit writes to."""

    encoding = "utf-8"

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def write(self, text: str) -> None:
        self._terminal.write(text.replace("\r\n", "\n"))

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError("a console has no descriptor of its own")


class _ClickCompleter(Completer):
    """Commands, options and choices, from the commands themselves."""

    def __init__(self, commands: click.Group) -> None:
        self._complete = ShellComplete(commands, {}, "", "")

    def get_completions(self, document: Document, _event: CompleteEvent) -> Iterable[Completion]:
        before = document.text_before_cursor
        try:
            words = shlex.split(before)
        except ValueError:
            return
        incomplete = "" if before.endswith(" ") or not words else words.pop()
        items: list[Any] = self._complete.get_completions(words, incomplete)
        names = [item.value for item in items if item.value != "--help"]
        names += [] if words else ["exit"]
        for name in names:
            if name.startswith(incomplete):
                yield Completion(f"{name} ", start_position=-len(incomplete))
