"""The PRI worker: every D-channel of the appliance in one process, away from call control.

libpri is GPL-2.0, its parser is in C, and it never lets go of a span: if anything goes wrong here, this
process is ended and started again, while speech goes on. Call servers connect to its socket, a connection
for each span. Whoever only wants to look on sends `FollowFrames` or `AskFigures`.
"""

import contextlib
import fcntl
import logging
import os
import selectors
import socket
import time
from collections import deque
from pathlib import Path
from typing import TextIO

import msgspec

from drivers.pri.d_channel import CarrierLost, DChannel, SocketDChannel, open_d_channel
from drivers.pri.messages import (
    AskFigures,
    BeginSpan,
    FollowFrames,
    Frame,
    Order,
    Report,
    SpanChanged,
    SpanFigures,
    SpanSettings,
    Trouble,
    decode_orders,
    encode_reports,
)
from drivers.pri.span import PriSpan
from drivers.pri.span_control import SpanControl

__all__ = ["AnotherWorker", "PriWorker"]

_log = logging.getLogger(__name__)

_TRY_AGAIN_S = 0.5
_FRAMES_PER_TURN = 64
"""A D-channel that floods leaves time for the others."""
_CONNECTING_AT_ONCE = 64
"""A call server with a full chassis comes with all its spans at once."""
_PACKET_OCTETS = 65_536
_REPORTS_PER_PACKET = 50
_MOST_UNSENT = 1000
"""A call server that reads so little is taken for dead."""
_LOOK_S = 10.0
_LEAKED_CALLS = 500


class _Client:
    """A connection: a call server's for one span, or somebody's who looks on."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.socket = connection
        self.span: _Span | None = None
        self.follows: str | None = None
        self._unsent: deque[bytes] = deque()

    def receive(self) -> list[Order] | None:
        """What it orders; None: it is gone, or speaks nonsense."""
        try:
            packet = self.socket.recv(_PACKET_OCTETS)
        except BlockingIOError:
            return []
        except OSError:
            return None
        if not packet:
            return None
        try:
            return decode_orders(packet)
        except msgspec.DecodeError as error:
            _log.error("a call server's order can't be read: %s; its connection is closed", error)
            return None

    def send(self, reports: list[Report]) -> bool:
        """Tell it; False: it has not read for too long, or is gone."""
        for first in range(0, len(reports), _REPORTS_PER_PACKET):
            self._unsent.append(encode_reports(reports[first : first + _REPORTS_PER_PACKET]))
        while self._unsent:
            try:
                self.socket.send(self._unsent[0])
            except BlockingIOError:
                break
            except OSError:
                return False
            self._unsent.popleft()
        return len(self._unsent) < _MOST_UNSENT


class _Span:
    """One span: its calls, its D-channel, its call server."""

    def __init__(self, settings: SpanSettings) -> None:
        span = PriSpan(switch=settings.switch, network_side=settings.network_side, law=settings.law)
        self.control = SpanControl(settings, span)
        self.settings = settings
        self.d_channel: DChannel | None = None
        self.listener: socket.socket | None = None
        self.next_try = 0.0
        self.problem = ""
        self.client: _Client | None = None
        self.stirred = True
        "Something has reached it: it may have to say something, and its timers are others."
        self.timer: float | None = None


class AnotherWorker(Exception):
    """A worker listens there already; nothing of its own may be taken away from it."""


def _locked(path: Path) -> TextIO:
    """Hold this file, which has our process id, until it is closed."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read(20).strip() or "unknown"
        file.close()
        raise AnotherWorker(f"another PRI worker (process {holder}) listens there") from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


class PriWorker:
    """All spans of this process.

    Runs in: its own thread of its own process.
    """

    def __init__(self, path: Path) -> None:
        """Listen for call servers at ``path``.

        Raises:
            AnotherWorker: One does so already.
            OSError: The folder can't be written.
        """
        self._path = path
        self._lock = _locked(path.with_suffix(".lock"))
        self._selector = selectors.DefaultSelector()
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.setblocking(False)
        self._listener.bind(str(path))
        self._listener.listen(_CONNECTING_AT_ONCE)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._spans: dict[str, _Span] = {}
        self._clients: list[_Client] = []
        self._next_look = 0.0
        self.stopping = False
        self.worn_out = False
        "It stops because a new process would be better."

    def run(self) -> None:
        """Until `stopping`."""
        try:
            while not self.stopping:
                self.turn()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of everything."""
        for client in list(self._clients):
            self._drop(client, time.monotonic())
        for span in self._spans.values():
            self._close_d_channel(span)
            if span.listener is not None:
                span.listener.close()
                Path(span.settings.d_channel.listen_at).unlink(missing_ok=True)
        self._listener.close()
        self._path.unlink(missing_ok=True)
        self._lock.close()
        self._selector.close()

    def turn(self, longest_s: float = 1.0) -> None:
        """Wait for the next thing to do, and do it."""
        now = time.monotonic()
        due = [each.timer for each in self._spans.values()]
        due += [each.next_try for each in self._spans.values() if each.d_channel is None]
        until = min([now + longest_s, *(at for at in due if at is not None)])
        ready = self._selector.select(max(0.0, until - now))
        now = time.monotonic()
        for key, _ in ready:
            key.data(now)
        for span in self._spans.values():
            if span.d_channel is None and now >= span.next_try:
                self._open(span, now)
            if span.timer is not None and now >= span.timer:
                span.control.handle_timers(now)
                span.stirred = True
            if span.stirred:
                span.stirred = False
                self._pass_on(span, now)
                span.timer = span.control.next_timer()
        if now >= self._next_look:
            self._next_look = now + _LOOK_S
            self._look()

    # ------------------------------------------------------------ call servers

    def _accept(self, now: float) -> None:
        del now
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            client = _Client(connection)
            self._clients.append(client)
            self._selector.register(
                connection, selectors.EVENT_READ, lambda now: self._ordered(client, now)
            )

    def _ordered(self, client: _Client, now: float) -> None:
        orders = client.receive()
        if orders is None:
            self._drop(client, now)
            return
        for order in orders:
            match order:
                case BeginSpan():
                    self._begin(client, order, now)
                case FollowFrames(span=span):
                    client.follows = span
                case AskFigures():
                    if not client.send(self._figures()):
                        self._drop(client, now)
                case _ if client.span is not None:
                    client.span.control.order(order, now)
                    client.span.stirred = True
                case _:
                    _log.error("an order came before its span: %s", type(order).__name__)

    def _begin(self, client: _Client, order: BeginSpan, now: float) -> None:
        settings = order.span
        span = self._spans.get(settings.name)
        if span is not None and span.settings != settings:
            # libpri keeps the old one's memory for ever; that is a few kilobytes.
            self._close_d_channel(span)
            if span.listener is not None:
                self._selector.unregister(span.listener)
                span.listener.close()
            span = None
        if span is None:
            span = self._spans[settings.name] = _Span(settings)
            _log.info(
                "span %s: %s, %d channels", settings.name, settings.switch, len(settings.channels)
            )
        if span.client is not None and span.client is not client:
            self._drop(span.client, now)
        span.client, client.span = client, span
        span.control.begin(order, now)
        span.stirred = True
        self._pass_on(span, now)

    def _drop(self, client: _Client, now: float) -> None:
        if client not in self._clients:
            return
        self._clients.remove(client)
        self._selector.unregister(client.socket)
        client.socket.close()
        span = client.span
        if span is not None and span.client is client:
            span.client = None
            span.control.end(now)
            span.stirred = True
            self._pass_on(span, now)

    # ------------------------------------------------------------ D-channels

    def _open(self, span: _Span, now: float) -> None:
        span.next_try = now + _TRY_AGAIN_S
        place = span.settings.d_channel
        if place.listen_at:
            if span.listener is None:
                self._listen(span, Path(place.listen_at))
            return
        try:
            opened = open_d_channel(place)
        except CarrierLost as lost:
            self._carrier_problem(span, str(lost))
            return
        self._plug_in(span, opened)

    def _listen(self, span: _Span, path: Path) -> None:
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.setblocking(False)
        listener.bind(str(path))
        listener.listen(1)
        span.listener = listener
        self._selector.register(listener, selectors.EVENT_READ, lambda _now: self._plugged(span))

    def _plugged(self, span: _Span) -> None:
        assert span.listener is not None
        with contextlib.suppress(OSError):
            connection, _ = span.listener.accept()
            self._close_d_channel(span)
            self._plug_in(span, SocketDChannel(connection))

    def _plug_in(self, span: _Span, opened: DChannel) -> None:
        span.d_channel = opened
        span.problem = ""
        self._selector.register(
            opened.descriptor,
            selectors.EVENT_READ,
            lambda now: self._frames(span, now),
        )

    def _frames(self, span: _Span, now: float) -> None:
        for _ in range(_FRAMES_PER_TURN):
            if span.d_channel is None:
                return
            try:
                frame = span.d_channel.receive()
            except CarrierLost as lost:
                self._carrier_lost(span, str(lost), now)
                return
            if frame is None:
                return
            if frame:
                self._followed(span, frame, outgoing=False)
                span.control.receive_frame(frame, now)
                span.stirred = True
                self._pass_on(span, now)

    def _pass_on(self, span: _Span, now: float) -> None:
        for frame in span.control.span.frames_to_send():
            self._followed(span, frame, outgoing=True)
            if span.d_channel is None:
                continue
            try:
                span.d_channel.send(frame)
            except CarrierLost as lost:
                self._carrier_lost(span, str(lost), now)
        for text in span.control.span.log_lines():
            _log.debug("span %s: %s", span.settings.name, text)
        reports = span.control.take_reports()
        for report in reports:
            if isinstance(report, Trouble):
                _log.warning("span %s: %s", span.settings.name, report.what)
            elif isinstance(report, SpanChanged):
                _log.info(
                    "span %s: layer 2 is %s", span.settings.name, "up" if report.up else "down"
                )
        if reports and span.client is not None and not span.client.send(reports):
            _log.error(
                "the call server of span %s does not read; it is dropped", span.settings.name
            )
            self._drop(span.client, now)

    def _carrier_lost(self, span: _Span, problem: str, now: float) -> None:
        self._close_d_channel(span)
        span.next_try = now + _TRY_AGAIN_S
        self._carrier_problem(span, problem)

    def _carrier_problem(self, span: _Span, problem: str) -> None:
        if problem != span.problem:
            span.problem = problem
            _log.warning("span %s: no D-channel: %s; trying on", span.settings.name, problem)

    def _close_d_channel(self, span: _Span) -> None:
        if span.d_channel is not None:
            self._selector.unregister(span.d_channel.descriptor)
            span.d_channel.close()
            span.d_channel = None

    # ------------------------------------------------------------ looking

    def _followed(self, span: _Span, frame: bytes, *, outgoing: bool) -> None:
        for client in list(self._clients):
            if client.follows == span.settings.name:
                told = Frame(utc_s=time.time(), outgoing=outgoing, octets=frame)
                if not client.send([told]):
                    self._drop(client, time.monotonic())

    def _figures(self) -> list[Report]:
        return [
            SpanFigures(
                span=name,
                calls=each.control.live_calls,
                records=each.control.span.active_calls,
                frames_lost=each.control.span.frames_lost,
            )
            for name, each in self._spans.items()
        ]

    def _look(self) -> None:
        """Libpri keeps records of calls that malformed messages began: then a new process is better."""
        if any(span.control.live_calls for span in self._spans.values()):
            return
        leaked = sum(span.control.span.active_calls for span in self._spans.values())
        if leaked > _LEAKED_CALLS:
            _log.warning("libpri keeps %d records of calls that are none; starting anew", leaked)
            self.stopping = self.worn_out = True
