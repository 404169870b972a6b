"""The composition root of call control: every constructor is called here."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import acd
import drivers
from dsp import Law, Plane, TonePlan, tone_plan
from firmware_host.callserver.exchange import Exchange
from firmware_host.callserver.journal import Journal
from firmware_host.callserver.media import CallMedia
from firmware_host.callserver.ports import Port, PortRole, PortTable
from firmware_host.callserver.recorder import Recorder
from firmware_host.card_bay import CardBay
from firmware_host.config import (
    Appliance,
    DahdiCardTable,
    TrunkTable,
    bearers,
    card_kinds,
    center_settings,
    dahdi_card_settings,
    disconnect_plan,
    is_tie_line,
    line_places,
    site_numbers,
    slot_count,
    span_settings,
    station_settings,
    tie_line_settings,
    trunk_settings,
    used_languages,
)
from firmware_host.line_media import CallerIdReader, LineMedia
from firmware_host.prompts import PromptLibrary, SpeechMaker, default_cache
from firmware_host.state_files import PRI_WORKER_SOCKET, cable_socket, d_channel_socket
from firmware_host.step_loop import StepLoop

__all__ = ["compose_bays", "compose_exchange", "compose_plane", "compose_prompts", "state_folder"]


def state_folder(appliance: Appliance, configuration_file: Path) -> Path:
    """Where journal, recordings and sockets live."""
    return (configuration_file.parent / appliance.site.state).resolve()


def compose_plane(appliance: Appliance) -> Plane:
    """The media plane of the call server; `line_places` says who has which slot."""
    return Plane(slot_count(appliance), law=Law(appliance.site.law))


def compose_bays(
    appliance: Appliance, state: Path, plane: Plane, loop: StepLoop
) -> dict[str, CardBay]:
    """A place for each card, empty yet."""
    places = line_places(appliance).values()
    return {
        card: CardBay(
            card,
            _connector(appliance, card, state),
            {place.port: place.slot for place in places if place.card == card},
            plane,
            loop,
            clock=True,
        )
        for card in appliance.card
    }


def _connector(appliance: Appliance, card: str, state: Path) -> Callable[[], drivers.PluggedCard]:
    if appliance.card[card].pri is not None:
        return partial(_connect_primary_rate, appliance, card, state)
    return partial(_connect_speech, appliance, card, state)


def _connect_speech(appliance: Appliance, card: str, state: Path) -> drivers.PluggedCard:
    if isinstance(appliance.card[card], DahdiCardTable):
        return drivers.DahdiCard(dahdi_card_settings(appliance, card))
    return _connect_cable(state / cable_socket(card), card_kinds(appliance, card))


def _connect_primary_rate(appliance: Appliance, card: str, state: Path) -> drivers.PluggedCard:
    speech = _connect_speech(appliance, card, state)
    if isinstance(speech, drivers.DahdiCard):
        place = drivers.DChannelPlace(dahdi_channel=speech.d_channel_number)
    else:
        place = drivers.DChannelPlace(connect_to=str(state / d_channel_socket(card)))
    settings = span_settings(appliance, card, place)
    return drivers.PrimaryRateCard(
        settings, speech, partial(drivers.WorkerLink, state / PRI_WORKER_SOCKET)
    )


def _connect_cable(path: Path, kinds: tuple[drivers.PortKind, ...]) -> drivers.PluggedCard:
    cable = drivers.connect_cable(path)
    if cable.kinds != kinds:
        cable.unplug()
        found = ", ".join(kind.value for kind in cable.kinds)
        raise drivers.CardError(f"the town has other ports than the configuration: {found}")
    return cable


def compose_prompts(
    appliance: Appliance, *, progress: Callable[[int, int], None] | None = None
) -> PromptLibrary:
    """All prompts that callers and agents may hear, in every language that is used."""
    law = Law(appliance.site.law)
    maker = SpeechMaker(law, default_cache())
    used = used_languages(appliance)
    return PromptLibrary(appliance.prompt, used, law, maker, progress=progress)


def compose_exchange(
    appliance: Appliance,
    *,
    cards: Mapping[str, drivers.Card],
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
    for name, trunk in appliance.trunk.items():
        slot = ports.by_id(acd.PortId(name)).slot
        plane.mute_digits(slot, trunk.mute_digits)
        own = disconnect_plan(trunk, plan)
        if own is not None:
            line_media.set_disconnect_plan(slot, own)
    for name, bearer in bearers(appliance).items():
        slot = ports.by_id(acd.PortId(name)).slot
        plane.mute_digits(slot, appliance.trunk_group[bearer.group].mute_digits)
    numbers = site_numbers(appliance)
    return Exchange(
        center=acd.Center(center_settings(appliance), numbers),
        numbers=numbers,
        ports=ports,
        cards=cards,
        line_media=line_media,
        media=CallMedia(ports, line_media, prompts),
        journal=journal,
        recorder=recorder,
    )


def _trunk_line(trunk: TrunkTable, plan: TonePlan, *, by_card: bool) -> drivers.Line:
    if is_tie_line(trunk):
        return drivers.EmLine(tie_line_settings(trunk))
    return drivers.FxoLine(trunk_settings(trunk, plan, by_card=by_card))


def _ports(appliance: Appliance) -> PortTable:
    plan = tone_plan(appliance.site.country)
    places = line_places(appliance)
    # DAHDI's driver dials pulses, counts them and tells flashes by itself.
    clever = {name for name, card in appliance.card.items() if isinstance(card, DahdiCardTable)}

    def port(name: str, role: PortRole, line: drivers.Line, called: str = "") -> Port:
        place = places[name]
        return Port(
            port=acd.PortId(name),
            role=role,
            slot=place.slot,
            card=place.card,
            card_port=place.port,
            line=line,
            called=called,
        )

    trunks = [
        port(
            name,
            PortRole.TRUNK,
            _trunk_line(trunk, plan, by_card=trunk.card in clever),
            trunk.called,
        )
        for name, trunk in appliance.trunk.items()
    ]
    for name, bearer in bearers(appliance).items():
        group = appliance.trunk_group[bearer.group]
        line = drivers.BearerLine(
            unsupervised_s=group.unsupervised_s, silence_limit_s=group.silence_limit_s
        )
        trunks.append(port(name, PortRole.TRUNK, line, group.called))
    stations = [
        port(
            name,
            PortRole.STATION,
            drivers.FxsLine(station_settings(station, plan, by_card=station.card in clever)),
        )
        for name, station in appliance.station.items()
    ]
    return PortTable([*trunks, *stations])
