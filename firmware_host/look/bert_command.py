"""`switchroom line bert` and `line loopback`: bits through a channel that somebody loops."""

import contextlib
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict

import click

from drivers import CardError, CardRefused, DahdiChannel, LineFlag, signalling_name
from dsp import BitErrorCounter, BitSequence
from firmware_host.console import Session
from firmware_host.look.octet_loop import OctetLoop
from firmware_host.look.raw_channel import RawChannel, raw_channel
from firmware_host.seconds import Seconds

__all__ = ["bert", "loopback"]

_CLEAR = 0x80
_D_CHANNEL = 0x180
"Framed, whoever frames it."
_EVERY_S = 1.0


@click.command(
    epilog="\b\nExamples:\n  switchroom line bert 1-5 --seconds 60\n"
    "  switchroom line bert 1-5 --far 2-5 --loop-far"
)
@click.argument("name")
@click.option(
    "--seconds", type=Seconds(1, 86_400), default=10.0, show_default=True, help="How long."
)
@click.option("--far", help="The channel at the other end, when it is ours: count there.")
@click.option("--loop-far", is_flag=True, help="Loop the far channel, and count what comes back.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def bert(
    session: Session,
    *,
    name: str,
    seconds: float,
    far: str | None,
    loop_far: bool,
    as_json: bool,
) -> None:
    """Send a pseudo-random sequence through a digital channel and count wrong bits.

    NAME is a line or SPAN-CHANNEL. The far end must be looped (ask its owner, or a plug with two wires), or
    be named by --far. The exit code is 1 when a bit was wrong or nothing came back. A line of an
    analog card is refused.
    """
    if far == name:
        raise click.ClickException("--far: that is the same channel; leave it out for a loop")
    if loop_far and far is None:
        raise click.ClickException("--loop-far: which channel? name it with --far")
    counter = BitErrorCounter()
    output = session.output
    loop = OctetLoop()
    try:
        with ExitStack() as held:
            near = held.enter_context(raw_channel(session, name))
            other = held.enter_context(raw_channel(session, far)) if far is not None else None
            for each in (near, other):
                if each is not None:
                    _prepare(each)
            for note in _robbed(near):
                output.note(note)
            counted_here = other is None or loop_far
            send = BitSequence().octets
            receive = counter.receive
            loop.add(near.channel, send=send, receive=receive if counted_here else None)
            if other is not None and loop_far:
                other.channel.set_loopback(True)
            elif other is not None:
                loop.add(other.channel, receive=receive)
            with contextlib.suppress(KeyboardInterrupt):  # what was counted until then counts
                loop.run(_until(session, counter, seconds, quiet=as_json))
    except CardError as error:
        raise click.ClickException(str(error)) from error
    found = counter.finish()
    good = found.synchronised and not found.errors and not found.slips and not found.losses
    if as_json:
        output.json(asdict(found) | {"error_ratio": found.error_ratio, "overruns": loop.overruns})
    elif not found.bits:
        output.line("The sequence never came back: is the far end looped? see `switchroom spans`.")
    else:
        rows = [{"figure": name, "value": value} for name, value in asdict(found).items()]
        rows.append({"figure": "error_ratio", "value": f"{found.error_ratio:.2e}"})
        for row in rows:
            row["figure"] = str(row["figure"]).replace("_", " ")
            row["value"] = str(row["value"])
        output.table(rows, (("figure", "Figure"), ("value", "Counted")), empty="")
        if loop.overruns:
            output.note(
                f"This computer was too slow {loop.overruns} times: slips may be its own, not the line's."
            )
    if not good:
        raise click.exceptions.Exit(1)


def _until(
    session: Session, counter: BitErrorCounter, seconds: float, *, quiet: bool
) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    told = time.monotonic()

    def goes_on() -> bool:
        nonlocal told
        now = time.monotonic()
        if now - told >= _EVERY_S:
            told = now
            session.output.pause(0)  # a console's person may have pressed Control-C
            found = counter.counted
            if not quiet:
                how = f"{found.errors} wrong of {found.bits}" if found.bits else "no sequence yet"
                session.output.note(f"  {max(0.0, end - now):4.0f} s to go, {how}")
        return now < end

    return goes_on


def _prepare(raw: RawChannel) -> None:
    _refuse_analog(raw)
    if int(raw.channel.status().signalling) & _D_CHANNEL == _D_CHANNEL:
        raise CardRefused(f"{raw.name} is a D-channel; bits are tried on the others of its span")
    if _is_clear(raw):
        raw.channel.set_audio_mode(False)
    else:
        raw.channel.set_echo_canceller(0)


def _refuse_analog(raw: RawChannel) -> None:
    """A dynamic span is digital whatever it says: it has no place and no line to convert to."""
    if not raw.span.is_digital and not raw.span.name.startswith("DYN/"):
        raise CardRefused(
            f"{raw.name}: span {raw.span.number} ({raw.span.name}) is analog: bits don't pass its"
            f" converters; `switchroom line test {raw.name}` measures its sound"
        )


def _is_clear(raw: RawChannel) -> bool:
    return int(raw.channel.status().signalling) & _CLEAR == _CLEAR


def _robbed(raw: RawChannel) -> list[str]:
    if _is_clear(raw):
        return []
    signalling = signalling_name(int(raw.channel.status().signalling))
    if raw.span.line_flags & (LineFlag.D4 | LineFlag.ESF):
        return [
            f"{raw.name} signals ({signalling}) by robbed bits: the lowest bit of every sixth octet is"
            " signalling's, so about 1 bit in 96 is wrong on a line without a fault."
        ]
    return []


@click.command(
    epilog="\b\nExamples:\n  switchroom line loopback line-1 --for 60\n  switchroom line loopback 1-5"
)
@click.argument("name")
@click.option(
    "--for",
    "seconds",
    type=Seconds(0.1, 86_400),
    help="How many seconds; left out: until Control-C.",
)
@click.pass_obj
def loopback(session: Session, *, name: str, seconds: float | None) -> None:
    """Send back what a line sends, for a test from its far end; the line is out of service meanwhile.

    NAME is a line or SPAN-CHANNEL. The loop ends with this command, however it ends: no line stays looped.
    """
    try:
        with raw_channel(session, name) as raw:
            _looped(session, raw.channel, name, seconds)
    except CardError as error:
        raise click.ClickException(str(error)) from error


def _looped(session: Session, channel: DahdiChannel, name: str, seconds: float | None) -> None:
    channel.set_loopback(True)
    until = "Control-C" if seconds is None else f"{seconds:g} s are over"
    session.output.line(f"{name} (channel {channel.number}) is looped until {until}.")
    end = None if seconds is None else time.monotonic() + seconds
    with contextlib.suppress(KeyboardInterrupt):  # that is how one ends it
        while end is None or time.monotonic() < end:
            channel.status()  # raises when the card is gone
            left = 0.5 if end is None else min(0.5, max(0.0, end - time.monotonic()))
            session.output.pause(left)
    session.output.line(f"{name} is no longer looped.")
