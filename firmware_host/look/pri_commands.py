"""`switchroom pri show` and `pri trace`: primary rate spans, and what passes on their D-channels."""

import contextlib
import select
import time
from pathlib import Path

import click

from drivers import FollowFrames, Frame, LinkLost, WorkerLink, q931_summary
from firmware_host.console import Column, Session
from firmware_host.control_socket import ControlError, ask
from firmware_host.look.pcap import PcapWriter
from firmware_host.seconds import Seconds
from firmware_host.state_files import PRI_WORKER_SOCKET

__all__ = ["pri"]

_SPANS: tuple[Column, ...] = (
    ("span", "Span"),
    ("switch", "Switch"),
    ("side", "We are"),
    ("worker", "Worker"),
    ("layer_2", "Layer 2"),
    ("idle", "Idle"),
    ("busy", "Busy"),
    ("other", "Other"),
)
_CHANNELS: tuple[Column, ...] = (
    ("channel", "Channel"),
    ("line", "Line"),
    ("state", "State"),
    ("alarm", "Alarm"),
)
_LOOK_S = 0.2


@click.group()
def pri() -> None:
    """E1 and T1 by ISDN primary rate."""


@pri.command(epilog="\b\nExamples:\n  switchroom pri show\n  switchroom pri show carrier")
@click.argument("span", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.pass_obj
def show(session: Session, *, span: str | None, as_json: bool) -> None:
    """How spans stand: worker, layer 2, channels; with SPAN, each of its channels."""
    try:
        spans = ask(session.state / "callserver.sock", "primary_rate")
    except ControlError as error:
        raise click.ClickException(str(error)) from error
    if span is not None and span not in {each["span"] for each in spans}:
        names = ", ".join(each["span"] for each in spans) or "none"
        raise click.ClickException(f'no primary rate span "{span}"; there are: {names}')
    if span is not None:
        spans = [each for each in spans if each["span"] == span]
    if as_json:
        session.output.json(spans)
        return
    session.output.table(spans, _SPANS, empty="No card has a D-channel: see [card.*.pri].")
    for each in spans if span is not None else ():
        session.output.table(each["channels"], _CHANNELS, empty="")


@pri.command(
    epilog="\b\nExamples:\n  switchroom pri trace carrier\n"
    "  switchroom pri trace carrier --pcap carrier.pcap --seconds 60"
)
@click.argument("span")
@click.option(
    "--pcap", type=click.Path(path_type=Path), help="Into this new file, for Wireshark, too."
)
@click.option("--all", "every", is_flag=True, help="Layer 2's own frames, too.")
@click.option("--seconds", type=Seconds(0.1), help="So long; left out: until Control-C.")
@click.pass_obj
def trace(
    session: Session, *, span: str, pcap: Path | None, every: bool, seconds: float | None
) -> None:
    """Tell every message of SPAN's D-channel as it passes: < from the far end, > to it."""
    names = [name for name, card in session.appliance.card.items() if card.pri is not None]
    if span not in names:
        known = ", ".join(names) or "none"
        raise click.ClickException(f'no primary rate span "{span}"; there are: {known}')
    end = None if seconds is None else time.monotonic() + seconds
    with contextlib.ExitStack() as held:
        writer = None
        try:
            link = WorkerLink(session.state / PRI_WORKER_SOCKET)
            held.callback(link.close)
            link.send(FollowFrames(span=span))
            if pcap is not None:
                writer = PcapWriter(held.enter_context(pcap.open("xb")))
        except LinkLost as lost:
            raise click.ClickException(f"{lost}; is the appliance running?") from lost
        except FileExistsError as error:
            raise click.ClickException(f"{pcap} is there already; name a new file") from error
        except OSError as error:
            raise click.ClickException(f"{pcap}: {error.strerror}") from error
        with contextlib.suppress(KeyboardInterrupt):  # that is how one ends it
            _follow(session, link, writer, end, every=every)
        if writer is not None:
            session.output.note(f"{writer.frames} frames are in {pcap}.")


def _follow(
    session: Session, link: WorkerLink, writer: PcapWriter | None, end: float | None, *, every: bool
) -> None:
    while end is None or time.monotonic() < end:
        session.output.pause(0)  # a console's person may have pressed Control-C
        if not select.select([link.fileno()], [], [], _LOOK_S)[0]:
            continue
        try:
            reports = link.receive()
        except LinkLost as lost:
            raise click.ClickException(str(lost)) from lost
        for frame in reports:
            if not isinstance(frame, Frame):
                continue
            if writer is not None:
                writer.write(frame.octets, frame.utc_s)
            told = q931_summary(frame.octets)
            if told or every:
                clock = time.strftime("%H:%M:%S", time.localtime(frame.utc_s))
                part = int(frame.utc_s * 1000) % 1000
                way = ">" if frame.outgoing else "<"
                what = told or f"layer 2: {frame.octets.hex(' ')}"
                session.output.line(f"{clock}.{part:03} {way} {what}")
