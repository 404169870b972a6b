"""The PRI worker in lockstep: time is told, D-channels are wires within it, and every step is answered.

A step is one packet each way. Frames arrive in the step after the one that sent them.

Runs in: a process of its own, too; what speaks to it is `drivers.pri.lockstep_worker`.
"""

import socket
from collections import deque

import msgspec

from drivers.pri.messages import BeginSpan, Step, Stepped
from drivers.pri.span import PriSpan
from drivers.pri.span_control import SpanControl

__all__ = ["serve_steps"]

_PACKET_OCTETS = 400_000


def serve_steps(descriptor: int) -> None:
    """Answer steps until the connection ends."""
    connection = socket.socket(fileno=descriptor)
    spans = _Spans()
    decoder = msgspec.json.Decoder(Step)
    while packet := connection.recv(_PACKET_OCTETS):
        connection.send(msgspec.json.encode(spans.step(decoder.decode(packet))))


class _Spans:
    """All spans; ``NAME/user`` and ``NAME/network`` are joined."""

    def __init__(self) -> None:
        self._spans: dict[str, SpanControl] = {}
        self._arriving: deque[tuple[str, bytes]] = deque()

    def step(self, step: Step) -> Stepped:
        now = step.now
        arriving, self._arriving = self._arriving, deque()
        for name, frame in arriving:
            if name in self._spans:
                self._spans[name].receive_frame(frame, now)
        for name, orders in step.orders.items():
            for order in orders:
                if isinstance(order, BeginSpan):
                    self._begin(name, order, now)
                elif name in self._spans:
                    self._spans[name].order(order, now)
        for control in self._spans.values():
            at = control.next_timer()
            if at is not None and at <= now:
                control.handle_timers(now)
        return self._told(now)

    def _begin(self, name: str, order: BeginSpan, now: float) -> None:
        control = self._spans.get(name)
        if control is None:
            wanted = order.span
            span = PriSpan(switch=wanted.switch, network_side=wanted.network_side, law=wanted.law)
            control = self._spans[name] = SpanControl(wanted, span)
        control.begin(order, now)

    def _told(self, now: float) -> Stepped:
        reports = {}
        for name, control in self._spans.items():
            for frame in control.span.frames_to_send():
                self._arriving.append((_other_end(name), frame))
            control.span.log_lines()
            told = control.take_reports()
            if told:
                reports[name] = told
        times = [at for each in self._spans.values() if (at := each.next_timer()) is not None]
        next_timer = now if self._arriving else min(times, default=None)
        return Stepped(reports=reports, next_timer=next_timer)


def _other_end(name: str) -> str:
    span, _, end = name.rpartition("/")
    return f"{span}/{'network' if end == 'user' else 'user'}"
