"""Commands between the processes of one appliance: JSON lines over a unix socket.

A request is one line, ``{"command": "calls", "arguments": {…}}``. The answer is any number of
``{"progress": …}`` lines and one ``{"result": …}`` or ``{"error": "…"}``. Who may connect is decided by
the socket's file mode.
"""

import asyncio
import contextlib
import inspect
import logging
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["Ask", "ControlError", "ControlServer", "Refused", "Result", "ask", "ask_stream"]

_log = logging.getLogger(__name__)

_LONGEST_REQUEST = 64 * 1024
_SOCKET_MODE = 0o660
_GONE_LOOK_S = 0.25
"""How often to look whether whoever waits for an answer is still there."""

Ask = Callable[..., Any]
"""A handler: gets the arguments; returns a result, an awaitable of one, or an async generator whose
items are progress, told at once, until a `Result`."""


@dataclass(frozen=True, slots=True)
class Result:
    """The last item of a handler that tells its progress."""

    value: Any


class Refused(Exception):
    """A request that can't be done; the message goes to whoever asked."""


class ControlError(Exception):
    """The other process can't be asked, or it refused."""


class ControlServer:
    """Answers requests.

    Runs in: event loop.
    """

    def __init__(self, path: Path, handlers: dict[str, Ask]) -> None:
        self._path = path
        self._handlers = handlers
        self._server: asyncio.AbstractServer | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; a socket file that a dead process left is replaced."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(
            self._serve, str(self._path), limit=_LONGEST_REQUEST
        )
        self._path.chmod(_SOCKET_MODE)

    async def stop(self) -> None:
        """Stop listening and drop who is connected."""
        if self._server is not None:
            self._server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            await self._server.wait_closed()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        try:
            while line := await reader.readline():
                answering = asyncio.create_task(self._answer(line, writer))
                try:
                    # Who goes away in the middle of a long answer wants no more of it.
                    while not answering.done() and not reader.at_eof():
                        await asyncio.wait({answering}, timeout=_GONE_LOOK_S)
                finally:
                    if not answering.done():
                        await asyncio.wait({answering}, timeout=_GONE_LOOK_S)
                        answering.cancel()
                    await asyncio.gather(answering, return_exceptions=True)
        except (ConnectionError, ValueError, asyncio.IncompleteReadError):
            pass  # whoever asked went away, or sent a line that is too long
        except asyncio.CancelledError:
            return  # `stop` ends us; nobody else waits for this task
        finally:
            writer.close()

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        async with contextlib.aclosing(self._answers(line)) as answers:
            async for answer in answers:
                writer.write(msgspec.json.encode(answer) + b"\n")
                await writer.drain()

    async def _answers(self, line: bytes) -> AsyncGenerator[dict[str, Any], None]:
        try:
            request = msgspec.json.decode(line)
            handler = self._handlers[request["command"]]
            outcome = handler(**request.get("arguments", {}))
            if inspect.isasyncgen(outcome):
                async with contextlib.aclosing(outcome) as items:
                    async for item in items:
                        if isinstance(item, Result):
                            yield {"result": item.value}
                            return
                        yield {"progress": item}
                raise TypeError("a handler ended without a result")
            else:
                result = await outcome if isinstance(outcome, Awaitable) else outcome
                yield {"result": result}
        except Refused as error:
            yield {"error": str(error)}
        except (KeyError, TypeError, AttributeError, msgspec.DecodeError, RecursionError) as error:
            _log.warning("control socket: unusable request: %r", error)
            yield {"error": f"unusable request: {error!r}"}
        except Exception as error:
            # A handler's own fault: whoever asked is told, and the process goes on.
            _log.exception("control socket: a request failed")
            yield {"error": f"the request failed: {error}; see the log"}


def ask(path: Path, command: str, *, timeout_s: float = 10.0, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
    """Ask another process and wait for its result.

    Raises:
        ControlError: when it does not run, does not answer in time, or refuses.
    """
    result = None
    for kind, value in ask_stream(path, command, timeout_s=timeout_s, **arguments):
        if kind == "result":
            result = value
    return result


def ask_stream(
    path: Path,
    command: str,
    *,
    timeout_s: float | None,
    **arguments: Any,  # noqa: ANN401 - JSON
) -> Iterator[tuple[str, Any]]:
    """Ask, and yield ``("progress", …)`` as it comes, then ``("result", …)``.

    Raises:
        ControlError: as `ask`.
    """
    request = msgspec.json.encode({"command": command, "arguments": arguments}) + b"\n"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(path))
            connection.sendall(request)
            with connection.makefile("rb") as answers:
                for line in answers:
                    answer = msgspec.json.decode(line)
                    if "error" in answer:
                        raise ControlError(answer["error"])
                    kind, value = next(iter(answer.items()))
                    yield kind, value
                    if kind == "result":
                        return
    except TimeoutError as error:
        raise ControlError(f"{path.name}: no answer within {timeout_s:g} s") from error
    except PermissionError as error:
        message = f"{path}: you may not ask; join the group that owns it, or ask as its user"
        raise ControlError(message) from error
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{path}: nobody answers ({reason}); start the appliance with `switchroom run`"
        raise ControlError(message) from error
    raise ControlError(f"{path.name}: the connection ended before the answer")
