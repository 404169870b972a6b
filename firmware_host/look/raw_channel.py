"""One channel of a real card in this process's own hands, while the call server leaves it alone.

A line's name asks the call server to let go of it; it takes the line back when our connection ends, whatever
ends it. Without a call server the channel is opened at once. SPAN-CHANNEL (``1-16``) names a
channel by its place; one that carries no line of ours and was never set up is a clear channel meanwhile.
"""

import contextlib
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import click

from drivers import (
    CardError,
    ChannelTaken,
    DahdiChannel,
    DahdiControl,
    DahdiSignalling,
    SpanMissing,
    SpanStatus,
)
from firmware_host.config import DahdiCardTable, line_places
from firmware_host.console import Session
from firmware_host.control_socket import ControlError, ask, ask_stream

__all__ = ["RawChannel", "raw_channel"]

_OPENING_LIMIT_S = 3.0
"""The media plane lets go within a tick, a slow machine within some."""
_PAUSE_S = 0.02


class RawChannel:
    """The channel, and the span it is in."""

    def __init__(self, name: str, channel: DahdiChannel, span: SpanStatus, position: int) -> None:
        self.name = name
        self.channel = channel
        self.span = span
        self.position = position


@contextmanager
def raw_channel(session: Session, name: str) -> Iterator[RawChannel]:
    """The channel of this line, or of SPAN-CHANNEL.

    Raises:
        click.ClickException: It can't be had; the message says why and what to do.
    """
    with ExitStack() as held:
        _end_in_order(held)
        try:
            place = re.fullmatch(r"(\d{1,3})[-/](\d{1,3})", name)
            if place is None:
                number = _of_line(session, name, held)
            else:
                at, position = int(place[1]), int(place[2])
                line = _line_at(session, at, position)
                number = (
                    _of_place(at, position, held) if line is None else _of_line(session, line, held)
                )
            channel = _open(number)
            held.callback(channel.close)
            with DahdiControl() as control:
                status = control.channel(number)
                span = control.span(status.span)
        except CardError as error:
            raise click.ClickException(f"{name}: {error}") from error
        yield RawChannel(name, channel, span, status.position)


def _end_in_order(held: ExitStack) -> None:
    """A terminal that is closed, or somebody's SIGTERM, leaves no channel looped or set up."""
    if threading.current_thread() is not threading.main_thread():
        return  # on the console, which ends commands itself

    def end(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        before = signal.signal(number, end)
        held.callback(signal.signal, number, before)


def _line_at(session: Session, span: int, position: int) -> str | None:
    """Our line on this channel: whoever holds it must let go of it first."""
    try:
        appliance = session.appliance
    except click.ClickException:
        return None  # a channel can be looked at before there is a configuration
    with DahdiControl() as control:
        for line, place in line_places(appliance).items():
            table = appliance.card[place.card]
            if place.port != position or not isinstance(table, DahdiCardTable):
                continue
            with contextlib.suppress(SpanMissing):
                if control.span(table.span).number == span:
                    return line
    return None


def _of_place(span: int, position: int, held: ExitStack) -> int:
    with DahdiControl() as control:
        found = control.span(span)
        if not 1 <= position <= found.channels:
            raise click.ClickException(f"span {span} has channels 1 to {found.channels}")
        number = found.first_channel + position - 1
        if control.channel(number).signalling == DahdiSignalling.NONE:
            control.configure_channel(number, DahdiSignalling.CLEAR)
            held.callback(_take_down, number)
    return number


def _take_down(number: int) -> None:
    with contextlib.suppress(CardError), DahdiControl() as control:
        control.configure_channel(number, DahdiSignalling.NONE)


def _of_line(session: Session, name: str, held: ExitStack) -> int:
    places = line_places(session.appliance)
    if name not in places:
        names = ", ".join(places)
        raise click.ClickException(
            f'no line "{name}"; there are {names}; a channel that carries no line is SPAN-CHANNEL,'
            " such as 1-16"
        )
    place = places[name]
    table = session.appliance.card[place.card]
    if not isinstance(table, DahdiCardTable):
        raise click.ClickException(
            f"{name} is on {place.card}, a virtual card: a cable between two processes, which has no"
            " channel to open; this needs a card of the DAHDI driver"
        )
    socket = session.state / "callserver.sock"
    if _answers(session):
        released = ask_stream(socket, "release", timeout_s=10.0, line=name)
        held.callback(released.close)  # type: ignore[attr-defined] # a generator: closes the connection
        try:
            _, granted = next(released)
        except ControlError as error:
            raise click.ClickException(str(error)) from error
        return int(granted["channel"])
    with DahdiControl() as control:
        span = control.span(table.span)
        if place.port > span.channels:
            raise click.ClickException(
                f"{name}: port {place.port} of {place.card}, but span {span.number} ({span.name}) has"
                f" {span.channels} channels; see `switchroom spans`"
            )
        number = span.first_channel + place.port - 1
        if control.channel(number).signalling == DahdiSignalling.NONE:
            raise click.ClickException(
                f"{name}: its channel {number} is not set up yet; start the appliance once, it does that"
            )
        return number


def _answers(session: Session) -> bool:
    try:
        ask(session.state / "callserver.sock", "status", timeout_s=5.0)
    except ControlError:
        return False
    return True


def _open(number: int) -> DahdiChannel:
    pause = threading.Event()
    until = time.monotonic() + _OPENING_LIMIT_S
    while True:
        try:
            return DahdiChannel(number)
        except ChannelTaken:
            if time.monotonic() > until:
                raise
            pause.wait(_PAUSE_S)
