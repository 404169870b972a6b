"""The composition root of call control: every constructor is called here."""

from collections.abc import Callable
from pathlib import Path

import acd
import drivers
from dsp import Law, Plane, tone_plan
from firmware_host.callserver.exchange import Exchange
from firmware_host.callserver.journal import Journal
from firmware_host.callserver.media import CallMedia
from firmware_host.callserver.ports import Port, PortRole, PortTable
from firmware_host.callserver.recorder import Recorder
from firmware_host.config import (
    Appliance,
    center_settings,
    disconnect_plan,
    station_settings,
    trunk_settings,
)
from firmware_host.line_media import CallerIdReader, LineMedia
from firmware_host.prompts import PromptLibrary, SpeechMaker, default_cache

__all__ = ["compose_exchange", "compose_plane", "compose_prompts", "state_folder"]


def state_folder(appliance: Appliance, configuration_file: Path) -> Path:
    """Where journal, recordings and sockets live."""
    return (configuration_file.parent / appliance.site.state).resolve()


def compose_plane(appliance: Appliance, slots: int) -> Plane:
    """The media plane of the call server; slots are numbered like the card's ports."""
    return Plane(slots, law=Law(appliance.site.law))


def compose_prompts(
    appliance: Appliance, *, progress: Callable[[int, int], None] | None = None
) -> PromptLibrary:
    """All prompts that callers and agents may hear, in every language that is used."""
    languages = [appliance.site.language]
    languages += [trunk.language for trunk in appliance.trunk.values() if trunk.language]
    law = Law(appliance.site.law)
    maker = SpeechMaker(law, default_cache())
    used = tuple(dict.fromkeys(languages))
    return PromptLibrary(appliance.prompt, used, law, maker, progress=progress)


def compose_exchange(
    appliance: Appliance,
    *,
    card: drivers.Card,
    plane: Plane,
    reader: CallerIdReader,
    prompts: PromptLibrary,
    journal: Journal,
    recorder: Recorder,
) -> Exchange:
    """Call control, ready to start."""
    ports = _ports(appliance)
    plan = tone_plan(appliance.site.country)
    line_media = LineMedia(plane, plan, Law(appliance.site.law), reader)
    for trunk in appliance.trunk.values():
        plane.mute_digits(trunk.port, trunk.mute_digits)
        own = disconnect_plan(trunk, plan)
        if own is not None:
            line_media.set_disconnect_plan(trunk.port, own)
    return Exchange(
        center=acd.Center(center_settings(appliance)),
        ports=ports,
        card=card,
        line_media=line_media,
        media=CallMedia(ports, line_media, prompts),
        journal=journal,
        recorder=recorder,
    )


def _ports(appliance: Appliance) -> PortTable:
    plan = tone_plan(appliance.site.country)
    trunks = [
        Port(
            port=acd.PortId(name),
            role=PortRole.TRUNK,
            slot=trunk.port,
            card_port=trunk.port,
            line=drivers.FxoLine(trunk_settings(trunk, plan)),
            called=trunk.called,
        )
        for name, trunk in appliance.trunk.items()
    ]
    stations = [
        Port(
            port=acd.PortId(name),
            role=PortRole.STATION,
            slot=station.port,
            card_port=station.port,
            line=drivers.FxsLine(station_settings(station, plan)),
        )
        for name, station in appliance.station.items()
    ]
    return PortTable([*trunks, *stations])
