"""`switchroom line trace`: what happens on lines, live; frames of a D-channel into a file."""

import contextlib
import re
import select
import time
from pathlib import Path

import click

from drivers import CardError, DahdiChannel, DahdiEvent, dahdi_event_name
from firmware_host.console import Session
from firmware_host.control_socket import ControlError, ask_stream
from firmware_host.look.pcap import PcapWriter
from firmware_host.look.raw_channel import raw_channel
from firmware_host.seconds import Seconds
from firmware_host.terminal_text import printable

__all__ = ["trace"]

_HDLC = 0x380 ^ 0x80
"""What HDLC with a checksum has besides being clear."""
_HARD_HDLC = 0x80000
_WAIT_MS = 500


@click.command(
    epilog="\b\nExamples:\n  switchroom line trace line-1\n  switchroom line trace --raw --seconds 60\n"
    "  switchroom line trace 1-16 --pcap d-channel.pcap"
)
@click.argument("names", nargs=-1)
@click.option("--raw", is_flag=True, help="The driver's own events, too, by its names.")
@click.option(
    "--pcap",
    type=click.Path(path_type=Path),
    help="Frames of the D-channel SPAN-CHANNEL into this new file, for Wireshark.",
)
@click.option("--seconds", type=Seconds(0.1), help="So long; left out: until Control-C.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def trace(
    session: Session,
    *,
    names: tuple[str, ...],
    raw: bool,
    pcap: Path | None,
    seconds: float | None,
    as_json: bool,
) -> None:
    """Tell what happens on lines as it happens; without NAMES on all of them.

    now: how a line stands when the trace begins; card: the hardware tells; heard: the media plane heard;
    line: the signalling says to the call center;
    order: it orders of the card; sound: it asks of the media plane; driver: the raw event (--raw).
    """
    end = None if seconds is None else time.monotonic() + seconds
    if pcap is not None:
        if len(names) != 1:
            raise click.ClickException("--pcap: name one D-channel, SPAN-CHANNEL, such as 1-16")
        _frames(session, names[0], pcap, end)
        return
    places = [name for name in names if re.fullmatch(r"\d+[-/]\d+", name)]
    if places:
        raise click.ClickException(
            f"{places[0]}: a channel without a line; --pcap keeps its frames"
        )
    try:
        path = session.state / "callserver.sock"
        told = ask_stream(path, "trace", timeout_s=10.0, lines=list(names), raw=raw)
        with contextlib.suppress(KeyboardInterrupt), contextlib.closing(told):  # type: ignore[type-var]
            for _, entry in told:
                session.output.pause(0)  # a console's person may have pressed Control-C
                if end is not None and time.monotonic() >= end:
                    return
                if entry is None:
                    continue
                if as_json:
                    session.output.json(entry)
                else:
                    session.output.line(_line(entry))
    except ControlError as error:
        raise click.ClickException(str(error)) from error


def _line(entry: dict[str, object]) -> str:
    utc_s = float(str(entry["utc_s"]))
    clock = time.strftime("%H:%M:%S", time.localtime(utc_s)) + f".{int(utc_s * 1000) % 1000:03}"
    what = printable(str(entry["what"]), longest=200)
    return f"{clock} {entry['line']!s:<10} {entry['kind']!s:<6} {what} [{entry['state']}]"


def _frames(session: Session, name: str, file: Path, end: float | None) -> None:
    output = session.output
    try:
        stream = file.open("xb")
    except FileExistsError as error:
        raise click.ClickException(f"{file} is there already; name a new file") from error
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error
    with stream:
        try:
            with raw_channel(session, name) as raw:
                signalling = int(raw.channel.status().signalling)
                if not signalling & (_HDLC | _HARD_HDLC):
                    raise click.ClickException(
                        f"{name} is no D-channel; `switchroom spans --channels` lists signalling"
                    )
                until = "Control-C" if end is None else "the time is over"
                output.note(f"{name}: frames go into {file} until {until}.")
                writer = PcapWriter(stream)
                with contextlib.suppress(KeyboardInterrupt):  # that is how one ends it
                    _keep_frames(session, raw.channel, writer, end)
                output.note(f"{writer.frames} frames.")
        except (click.ClickException, CardError) as error:
            if not stream.tell():
                file.unlink()
            if isinstance(error, CardError):
                raise click.ClickException(str(error)) from error
            raise


def _keep_frames(
    session: Session, channel: DahdiChannel, writer: PcapWriter, end: float | None
) -> None:
    channel.set_buffers(32, 1024)
    poll = select.poll()
    poll.register(channel.descriptor, select.POLLIN | select.POLLPRI)
    while end is None or time.monotonic() < end:
        session.output.pause(0)
        for _, what in poll.poll(_WAIT_MS if end is None else 100):
            if what & select.POLLPRI:
                event = channel.next_event()
                if event in (DahdiEvent.ABORT, DahdiEvent.BADFCS, DahdiEvent.OVERRUN):
                    session.output.note(f"  a frame was spoiled: {dahdi_event_name(event)}")
            elif what & select.POLLIN:
                frame = channel.receive_frame()
                if frame:
                    writer.write(frame, time.time())
