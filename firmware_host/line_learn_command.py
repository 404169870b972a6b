"""`switchroom line learn`: what a line sends when the far end has hung up, as the configuration wants it."""

import selectors
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from dsp import TICK_S, LearnedTone, NothingLearned, learn_tone
from firmware_host.console import Session
from firmware_host.control_socket import ControlError
from firmware_host.seconds import Seconds
from firmware_host.sound_files import SoundFileError, read_recording

__all__ = ["line", "line_commands"]

LOW_HZ, HIGH_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
"""Of DTMF keys (ITU-T Q.23)."""
_KEY = 0.02
_FAX_HZ = 40
_LONGEST_PAUSE_MS = 1500
_ALIKE_HZ, _ALIKE = 6.0, 0.12
"""Examples of one tone differ by no more."""


@click.group()
def line_commands() -> None:
    """Commands about one line."""


@line_commands.group()
def line() -> None:
    """Look after one line."""


@line.command()
@click.argument("sources", nargs=-1, required=True)
@click.option(
    "--seconds",
    type=Seconds(min=3, max=120),
    default=15.0,
    show_default=True,
    help="How long a line is listened to.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def learn(session: Session, *, sources: tuple[str, ...], seconds: float, as_json: bool) -> None:
    """Learn a trunk's disconnect tone from SOURCES: recordings, or the name of a line to listen to now.

    Call the line from outside, let it be answered, hang up outside first, then run this with the line's
    name; or record it with `switchroom listen LINE --to example.wav`. Several examples make it surer. What is
    printed goes into the trunk's table of the configuration.
    """
    learned: list[LearnedTone] = []
    for source in sources:
        try:
            samples = _sound_of(session, source, seconds)
            tone = _learn(samples)
        except (SoundFileError, ControlError) as error:
            raise click.ClickException(str(error)) from error
        except NothingLearned as error:
            raise click.ClickException(f"{source}: {error}") from error
        if not tone.cadence_ms:
            raise click.ClickException(
                f"{source}: a continuous tone of {_hertz(tone)}; only a tone with a cadence is told from"
                " speech and music surely enough to hang up"
            )
        if learned and not _alike(learned[0], tone):
            raise click.ClickException(
                f"{source}: another tone ({_hertz(tone)}, {_cadence(tone)}) than {sources[0]}"
                f" ({_hertz(learned[0])}, {_cadence(learned[0])}); learn from examples of one line"
            )
        danger = _danger(tone)
        if danger is not None:
            raise click.ClickException(f"{source}: {_hertz(tone)}, {_cadence(tone)}: {danger}")
        learned.append(tone)
    tone = _mean(learned)
    if as_json:
        session.output.json(asdict(tone) | {"examples": len(learned)})
        return
    output = session.output
    output.line(
        f"# {_hertz(tone)}, {_cadence(tone)}, {tone.level_dbm0} dBm0; {tone.bursts} bursts"
        f" in {len(learned)} example{'s' * (len(learned) > 1)}"
    )
    frequencies = ", ".join(f"{each:g}" for each in tone.frequencies_hz)
    cadence = ", ".join(str(each) for each in tone.cadence_ms)
    output.line(
        f"disconnect_tone = {{ frequencies_hz = [{frequencies}], cadence_ms = [{cadence}] }}"
    )


def _sound_of(session: Session, source: str, seconds: float) -> list[NDArray[np.int16]]:
    """Channels that may hold the tone: a file's, or what the line says."""
    file = Path(source)
    if file.exists() or file.suffix:
        return list(read_recording(file).samples)
    if source not in session.appliance.trunk:
        raise SoundFileError(file, "neither a file nor a trunk of the configuration")
    return [_listen(session, source, seconds)]


def _listen(session: Session, name: str, seconds: float) -> NDArray[np.int16]:
    """What a line says from now on.

    Raises:
        ControlError: The appliance does not run, or lets nobody listen.
    """
    from firmware_host.live.client import LiveClient, LiveEnded
    from firmware_host.live.messages import HeardBlock

    blocks: list[NDArray[np.int16]] = []
    until = time.monotonic() + seconds
    with (
        LiveClient(session.state / "listen.sock", {"line": name}) as client,
        selectors.DefaultSelector() as selector,
        click.progressbar(
            length=round(seconds / TICK_S),
            label=f"listening to {name}",
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as bar,
    ):
        selector.register(client, selectors.EVENT_READ)
        while (left := until - time.monotonic()) > 0:
            selector.select(left)
            try:
                come = [each for each in client.receive() if isinstance(each, HeardBlock)]
            except LiveEnded as error:
                raise ControlError(f"{name}: the call server ended it ({error})") from error
            blocks += [each.samples[:, 0] for each in come]
            bar.update(len(come))
    return np.concatenate(blocks) if blocks else np.zeros(0, np.int16)


def _learn(channels: Sequence[NDArray[np.int16]]) -> LearnedTone:
    """From the first channel that holds a tone."""
    problem = NothingLearned("it has no sound")
    for samples in channels:
        try:
            return learn_tone(samples)
        except NothingLearned as error:
            problem = error
    raise problem


def _danger(tone: LearnedTone) -> str | None:
    """Why a line must not hang up at this tone; None if it may."""
    if max(tone.cadence_ms[1::2]) > _LONGEST_PAUSE_MS:
        return "a ringing tone's cadence; the line would hang up while it rings"
    if len(tone.frequencies_hz) == 1 and abs(tone.frequencies_hz[0] - 1100) < _FAX_HZ:
        return "a fax machine's calling tone; the line would hang up on faxes"
    low, high = tone.frequencies_hz[0], tone.frequencies_hz[-1]
    if any(abs(low / each - 1) < _KEY for each in LOW_HZ) and any(
        abs(high / each - 1) < _KEY for each in HIGH_HZ
    ):
        return "a key's tones; the line would hang up when it is pressed"
    return None


def _alike(one: LearnedTone, other: LearnedTone) -> bool:
    if len(one.frequencies_hz) != len(other.frequencies_hz):
        return False
    if len(one.cadence_ms) != len(other.cadence_ms):
        return False
    same_hertz = np.allclose(one.frequencies_hz, other.frequencies_hz, atol=_ALIKE_HZ)
    return bool(same_hertz and _turn(one.cadence_ms, other.cadence_ms) is not None)


def _turn(cadence: Sequence[int], other: Sequence[int]) -> tuple[int, ...] | None:
    """The other cadence, begun where the first one begins; None if it is another."""
    for place in range(0, len(other), 2):
        turned = (*other[place:], *other[:place])
        if np.allclose(cadence, turned, rtol=_ALIKE, atol=15):
            return turned
    return None


def _mean(tones: Sequence[LearnedTone]) -> LearnedTone:
    first = tones[0]
    cadences = [_turn(first.cadence_ms, each.cadence_ms) or each.cadence_ms for each in tones]
    return LearnedTone(
        frequencies_hz=tuple(
            round(float(each), 1)
            for each in np.mean([tone.frequencies_hz for tone in tones], axis=0)
        ),
        cadence_ms=_longest_pause_last([round(float(each)) for each in np.mean(cadences, axis=0)]),
        level_dbm0=round(float(np.mean([tone.level_dbm0 for tone in tones])), 1),
        bursts=sum(tone.bursts for tone in tones),
    )


def _longest_pause_last(cadence_ms: list[int]) -> tuple[int, ...]:
    """The same cadence, begun where people begin to tell it."""
    pauses = cadence_ms[1::2]
    place = 2 * (pauses.index(max(pauses)) + 1)
    return (*cadence_ms[place:], *cadence_ms[:place])


def _hertz(tone: LearnedTone) -> str:
    return " + ".join(f"{each:g}" for each in tone.frequencies_hz) + " Hz"


def _cadence(tone: LearnedTone) -> str:
    return "/".join(str(each) for each in tone.cadence_ms) + " ms"
