"""`switchroom decode`: what can be heard in recordings, for technicians and for tests."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from dsp import (
    Decoded,
    Law,
    MfSystem,
    TonePlan,
    UnknownCountry,
    countries,
    decode_sound,
    measure_sound,
    tone_plan,
)
from firmware_host.config import ConfigurationError, read_appliance
from firmware_host.console import Output, Session
from firmware_host.dtmf_caller_ids import with_dtmf_caller_ids
from firmware_host.sound_files import LONGEST_NAME, Recording, SoundFileError, read_recording
from firmware_host.terminal_text import printable

__all__ = ["decode_commands"]

_DEFAULT_COUNTRY = "us"
_COLUMNS = (
    ("start_s", "Start s"),
    ("end_s", "End s"),
    ("channel", "Ch"),
    ("kind", "Kind"),
    ("what", "What"),
    ("level_dbm0", "dBm0"),
    ("detail", "Detail"),
)
_SAID_FIRST = ("digit", "signal", "tone", "result", "number", "problem")
_MF_SYSTEMS = {system.value.replace("_", "-"): system for system in MfSystem}


@click.group()
def decode_commands() -> None:
    """Commands that read recordings."""


@decode_commands.command(name="decode")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option(
    "--country",
    metavar="CC",
    help="Whose progress tones: " + " ".join(countries()) + "; else the appliance's, else us.",
)
@click.option(
    "--mf", type=click.Choice(list(_MF_SYSTEMS)), help="Also hear register signals of this set."
)
@click.option(
    "--levels", is_flag=True, help="Also measure each channel: level, hum, noise, clipping."
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw waveform, spectrogram and detections into this PNG; several files: NAME-1.png, ...",
)
@click.pass_obj
def decode_files(
    session: Session,
    *,
    files: tuple[Path, ...],
    as_json: bool,
    country: str | None,
    mf: str | None,
    levels: bool,
    plot: Path | None,
) -> None:
    """Hear everything in recordings: digits, callers' numbers, tones, who answered.

    Any file that libsndfile reads will do (WAV as PCM, A-law, mu-law), of any rate; each channel is a line.
    """
    if plot is not None:
        _check_plot(plot, files)
    plan = _plan(session, country)
    system = None if mf is None else _MF_SYSTEMS[mf]
    problems = 0
    for number, file in enumerate(files, 1):
        try:
            recording = read_recording(file)
            found = _decode(file, recording, plan, system, of=(number, len(files)))
            problems += _warn_if_cut_off(session.output, file, recording)
            if plot is not None:
                _draw(session.output, recording, found, _plot_file(plot, number, len(files)), file)
        except SoundFileError as error:
            session.output.note(f"Error: {error}")
            problems += 1
            continue
        measured = [measure_sound(samples) for samples in recording.samples] if levels else []
        if as_json:
            _print_json(session.output, file, found, measured)
        else:
            _print_table(session.output, file, recording, plan, found, measured)
    if problems:
        raise click.exceptions.Exit(1)


def _plan(session: Session, country: str | None) -> TonePlan:
    """The tone plan asked for, or the appliance's if there is one here."""
    if country is None:
        try:
            country = read_appliance(session.configuration_file).site.country
        except (ConfigurationError, OSError):
            country = _DEFAULT_COUNTRY
    try:
        return tone_plan(country)
    except UnknownCountry as error:
        raise click.BadParameter(str(error), param_hint="'--country'") from error


def _decode(
    file: Path,
    recording: Recording,
    plan: TonePlan,
    system: MfSystem | None,
    *,
    of: tuple[int, int],
) -> list[Decoded]:
    """Decodes with a bar on the standard error if that is a terminal."""
    count = "" if of[1] == 1 else f" ({of[0]} of {of[1]})"
    law = recording.law or Law.MULAW
    with click.progressbar(
        length=1000, label=f"{file.name}{count}", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:

        def shown(share: float) -> None:
            bar.update(int(share * 1000) - bar.pos)

        found = decode_sound(recording.samples, plan=plan, law=law, mf=system, progress=shown)
    return with_dtmf_caller_ids(found)


def _warn_if_cut_off(output: Output, file: Path, recording: Recording) -> int:
    """One line if the file is shorter than it says; returns how many problems that is."""
    if recording.missing_s < 0.001:
        return 0
    there_s = recording.samples.shape[1] / 8000
    output.note(
        f"Error: {_shown(file)}: cut off: {there_s:.2f} s are there and decoded,"
        f" {recording.missing_s:.2f} s more should be; copy it again"
    )
    return 1


def _check_plot(plot: Path, files: Sequence[Path]) -> None:
    """A picture must not take a recording's place."""
    if plot.suffix.lower() != ".png":
        raise click.BadParameter(
            f"{plot}: pictures are PNG files: end the name so", param_hint="--plot"
        )
    targets = [_plot_file(plot, number, len(files)) for number in range(1, len(files) + 1)]
    for target in targets:
        if any(_same(target, file) for file in files):
            message = f"{target}: is one of the recordings; name another file"
            raise click.BadParameter(message, param_hint="--plot")


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _plot_file(plot: Path, number: int, count: int) -> Path:
    return plot if count == 1 else plot.with_stem(f"{plot.stem}-{number}")


def _draw(
    output: Output, recording: Recording, found: Sequence[Decoded], plot: Path, file: Path
) -> None:
    from firmware_host.decode_plot import draw  # a second of start-up that only pictures need

    try:
        draw(recording.samples, found, plot, title=file.name)
    except OSError as error:
        raise SoundFileError(plot, f"the picture cannot be written: {error.strerror}") from error
    output.note(f"{_shown(plot)}: drawn")


def _shown(file: Path) -> str:
    return printable(str(file), longest=LONGEST_NAME)


def _object(file: Path, each: Decoded) -> dict[str, Any]:
    return {
        "file": str(file),
        "channel": each.channel,
        "kind": each.kind,
        "start_s": round(each.start_s, 3),
        "end_s": round(each.end_s, 3),
        "level_dbm0": each.level_dbm0,
        **each.facts,
    }


def _print_json(
    output: Output, file: Path, found: Sequence[Decoded], measured: Sequence[Any]
) -> None:
    for each in found:
        output.line(msgspec.json.encode(_object(file, each)).decode())
    for channel, levels in enumerate(measured, 1):
        row = {
            "file": str(file),
            "channel": channel,
            "kind": "levels",
            **msgspec.to_builtins(levels),
        }
        output.line(msgspec.json.encode(row).decode())


def _print_table(
    output: Output,
    file: Path,
    recording: Recording,
    plan: TonePlan,
    found: Sequence[Decoded],
    measured: Sequence[Any],
) -> None:
    channels, samples = recording.samples.shape
    several = f", {channels} channels" if channels > 1 else ""
    output.line(f"{_shown(file)}: {samples / 8000:.2f} s{several}; tones of {plan.country.upper()}")
    columns = [each for each in _COLUMNS if each[0] != "channel" or channels > 1]
    output.table([_row(each) for each in found], columns, empty="  nothing was heard in it")
    for channel, levels in enumerate(measured, 1):
        output.line(f"  channel {channel}: {levels}")


def _row(each: Decoded) -> dict[str, Any]:
    said = [each.facts[name] for name in _SAID_FIRST if each.facts.get(name) is not None]
    rest = {
        name: value
        for name, value in each.facts.items()
        if name not in _SAID_FIRST and value is not None and value != ""
    }
    return {
        "start_s": f"{each.start_s:.3f}",
        "end_s": f"{each.end_s:.3f}",
        "channel": each.channel,
        "kind": each.kind.replace("_", " "),
        "what": str(said[0]) if said else "",
        "level_dbm0": each.level_dbm0,
        "detail": ", ".join(_said(name, value) for name, value in rest.items()),
    }


def _said(name: str, value: Any) -> str:  # noqa: ANN401 - a JSON value
    """A fact for people."""
    match name:
        case "twist_db":
            return f"twist {value:+.1f} dB"
        case "decided_s":
            return f"known at {value:.2f} s"
        case "beep_s":
            return f"beep at {value:.2f} s"
        case "checksum_ok":
            return "checksum right" if value else "checksum wrong"
        case "reason":
            return str(value)
        case _:
            return f"{name.replace('_', ' ')} {value}"
