"""Commands that put a person at a line: `handset` and `listen`. They need the terminal to themselves."""

import sys
from pathlib import Path

import click

from firmware_host.console import Session
from firmware_host.control_socket import ControlError
from firmware_host.live.kept_sound import KeptSound, KeptSoundError
from firmware_host.live.playout import Playout
from firmware_host.live.sound_card import NoSoundCard, SoundCard
from firmware_host.seconds import Seconds
from firmware_host.sound_files import SoundFileError, read_sound

__all__ = ["live_commands"]


@click.group()
def live_commands() -> None:
    """Commands that put a person at a line."""


@live_commands.command()
@click.argument("station")
@click.option(
    "--sound/--no-sound", default=True, help="Microphone and loudspeaker, if there are any."
)
@click.option(
    "--record",
    type=click.Path(path_type=Path),
    help="A new WAV file: left what is heard, right what is said, while off-hook.",
)
@click.option(
    "--say",
    type=click.Path(path_type=Path),
    help="A sound file spoken into the line once a call is answered, and on key s.",
)
@click.option(
    "--give-back/--leave-empty",
    default=True,
    help="At the end the town's person comes back, or nobody does.",
)
@click.pass_obj
def handset(
    session: Session,
    *,
    station: str,
    sound: bool,
    record: Path | None,
    say: Path | None,
    give_back: bool,
) -> None:
    """Take the handset STATION in your hand (virtual card only).

    Keys: 0-9 * # are pressed; space or l lifts and puts down; f flashes; q ends; ? lists them all. Without
    a terminal, characters are read from standard input.
    """
    from dsp import Law
    from firmware_host.live.client import LiveClient, LiveEnded
    from firmware_host.live.handset import KEYS_EXPLAINED, HandsetInHand, end_of_town
    from firmware_host.live.keyboard import Attention, Keyboard

    output = session.output
    try:
        speech = None if say is None else read_sound(say)
        client = LiveClient(
            session.state / "handset.sock", {"station": station, "give_back": give_back}
        )
        # Signals are minded before the terminal is changed, and until it is itself again.
        with (
            client,
            KeptSound(record) as kept,
            Attention() as attention,
            Keyboard(sys.stdin.fileno()) as keyboard,
        ):
            output.line(f"{station} is in your hand.")
            if keyboard.is_terminal:
                output.line(KEYS_EXPLAINED)
            law = Law(session.appliance.site.law)
            person = HandsetInHand(client, law, output.line, speech=speech, kept=kept)
            card = _sound_card(session, person.playout) if sound else None
            try:
                person.run(keyboard, attention, card)
            finally:
                if card is not None:
                    card.close()
    except (ControlError, SoundFileError, KeptSoundError) as error:
        raise click.ClickException(str(error)) from error
    except LiveEnded as error:
        raise click.ClickException(end_of_town(error)) from error
    output.line(f"{station} is down.")
    if attention.came is not None:
        raise click.exceptions.Exit(128 + attention.came)


def _sound_card(session: Session, playout: Playout) -> SoundCard | None:
    try:
        return SoundCard(playout.take, with_microphone=True)
    except NoSoundCard as error:
        session.output.note(f"No sound: {error}. Going on with the keyboard alone.")
        return None


@live_commands.command()
@click.argument("line")
@click.option(
    "--to",
    "to_file",
    type=click.Path(path_type=Path),
    help="A new WAV file: left from the line, right to the line.",
)
@click.option("--seconds", type=Seconds(min=0.1), help="So long; else until Control-C.")
@click.option("--sound/--no-sound", default=True, help="The loudspeaker, if there is one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
@click.pass_obj
def listen(
    session: Session,
    *,
    line: str,
    to_file: Path | None,
    seconds: float | None,
    sound: bool,
    as_json: bool,
) -> None:
    """Hear LINE, a trunk or a station, live; nobody on it notices. The call server's log says who listens."""
    from firmware_host.live.client import LiveClient
    from firmware_host.live.keyboard import Attention
    from firmware_host.live.listening import Listener, Meter

    output = session.output
    on_terminal = sys.stdout.isatty() and not as_json
    playout, card = Playout(), None
    if sound:
        try:
            card = SoundCard(playout.take)
        except NoSoundCard as error:
            output.note(f"No sound: {error}.")
    if card is None and to_file is None and not (on_terminal or as_json):
        raise click.ClickException(
            "nothing to listen with: without a loudspeaker, record the line with --to FILE.wav"
        )
    if card is None and to_file is None:
        output.note("You see the line's levels; to hear it later, record it with --to FILE.wav.")
    try:
        client = LiveClient(session.state / "listen.sock", {"line": line})
        with client, KeptSound(to_file) as kept, Attention() as attention:
            meter = Meter(output.write) if on_terminal else None
            listener = Listener(client, playout=playout, kept=kept, meter=meter)
            listener.run(seconds, attention)
    except (ControlError, KeptSoundError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        if card is not None:
            card.close()
    figures = listener.figures()
    if as_json:
        output.json(figures)
    else:
        output.line(
            f"{figures['line']}: {figures['seconds']:.1f} s, {figures['dropped']} blocks dropped;"
            f" mean from the line {_level(figures['from_line_dbm0'])},"
            f" to the line {_level(figures['to_line_dbm0'])}"
        )
    if listener.ended_by_far_end:
        raise click.ClickException("the call server is gone; what was heard till then is above")


def _level(dbm0: float | None) -> str:
    return "silent" if dbm0 is None else f"{dbm0:.1f} dBm0"
