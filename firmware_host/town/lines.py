"""The town's ends of all lines: their machines, their sound, and the cards that carry them.

Built from the same machines as the appliance's lines, mirrored: the exchange's end of our trunk is an
FXS, a telephone on our FXS port is an FXO. What a machine makes of its line is told to whoever has set
`TownLines.tells`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from drivers import (
    BearerLine,
    CallerIdMode,
    CallerNumber,
    Card,
    CardLost,
    Disconnect,
    EmLine,
    FxoLine,
    FxoSettings,
    FxsLine,
    FxsSettings,
    HardwareCommand,
    HardwareEvent,
    HookChanged,
    LineCommand,
    LineEvent,
    LineOutput,
    MediaWish,
    SetHook,
)
from dsp import DescriptorLost, Detection, EventFetched, Law, Plane, tone_plan
from firmware_host.config import (
    ALERTING_COUNTRIES,
    Appliance,
    LinePlace,
    StationTable,
    TrunkTable,
    bearers,
    dtmf_form,
    is_tie_line,
    line_places,
    tie_line_settings,
)
from firmware_host.line_media import CallerIdReader, LineMedia, ListenAlso
from firmware_host.town.far_end_fault import FarEndFault, spoil_caller_id
from firmware_host.town.person import Person

__all__ = ["TownLine", "TownLines"]

Machine = FxsLine | FxoLine | EmLine | BearerLine


@dataclass(slots=True)
class TownLine:
    """One line, seen from the town."""

    name: str
    slot: int
    card: str
    port: int
    machine: Machine
    number: str = ""
    "What subscribers dial to reach it; empty for a handset and for a trunk that takes any number."
    person: Person | None = None
    trunk: bool = False
    "A subscriber or the exchange is at it, no handset."
    off_hook: bool = False
    "A handset's: lifted."
    dialled: str = ""
    dialled_until: float | None = None


class _ExchangeMedia(LineMedia):
    """The town's sound, with the exchange's fault in it."""

    def __init__(
        self, plane: Plane, appliance: Appliance, reader: CallerIdReader, fault: FarEndFault | None
    ) -> None:
        super().__init__(
            plane,
            tone_plan(appliance.site.country),
            Law(appliance.site.law),
            reader,
            listen_also=ListenAlso(progress=True, activity=True),
        )
        self._fault = fault

    def caller_id_sound(self, caller: CallerNumber, *, seizure: bool = True) -> bytes:
        sound = super().caller_id_sound(caller, seizure=seizure)
        return spoil_caller_id(sound, self.law, self._fault)


class TownLines:
    """Every line of the town.

    Runs in: the town's step.
    """

    def __init__(
        self,
        appliance: Appliance,
        cards: Mapping[str, Card],
        plane: Plane,
        reader: CallerIdReader,
        fault: FarEndFault | None,
    ) -> None:
        self.now = 0.0
        "The time of what is done just now."
        self.media: LineMedia = _ExchangeMedia(plane, appliance, reader, fault)
        self.tells: Callable[[TownLine, LineEvent], None] = lambda *_: None
        "Told of what a line's machine makes of it."
        self.loop_opened: Callable[[TownLine], None] = lambda _line: None
        "Told of each opening of a loop: a dial's pulse, or the end."
        self.wire_told: Callable[[float, str, HardwareEvent], None] = lambda *_: None
        "Told of everything that the appliance does to a pair."
        self._cards = dict(cards)
        self._deadlines: dict[int, float] = {}
        places, country = line_places(appliance), appliance.site.country
        lines = [_exchange_end(places[name], row, country) for name, row in appliance.trunk.items()]
        lines += [
            _bearer(places[each.name], appliance.trunk_group[each.group].called)
            for each in bearers(appliance).values()
        ]
        lines += [_telephone(places[name], row, country) for name, row in appliance.station.items()]
        self.by_slot = {line.slot: line for line in lines}
        self.by_name = {line.name: line for line in lines}
        self._at = {(line.card, line.port): line for line in lines}

    def of(self, person: Person) -> TownLine | None:
        """The line that someone holds."""
        return self.by_slot.get(person.slot) if person.slot is not None else None

    # ------------------------------------------------------------ what lines are told

    def start(self) -> None:
        """Feed every line and put every handset down."""
        for line in self.by_slot.values():
            self._outputs(line, line.machine.start(self.now))

    def command(self, line: TownLine, command: LineCommand) -> None:
        """Somebody at the line does something."""
        self._outputs(line, line.machine.command(command, self.now))

    def sound(self, line: TownLine, wish: MediaWish) -> None:
        """What the exchange, or a person's hand on the hook, changes in a line's sound."""
        self.media.perform(line.slot, wish)

    def handle_timers(self) -> None:
        """Let every machine do what is due."""
        for slot in [slot for slot, at in self._deadlines.items() if at <= self.now]:
            line = self.by_slot[slot]
            self._outputs(line, line.machine.handle_timer(self.now))

    # ------------------------------------------------------------ what lines tell

    def plug_in(self, card: str, hardware: Card) -> None:
        """Lines of this card begin anew on this hardware."""
        self._cards[card] = hardware
        for line in self.by_slot.values():
            if line.card == card:
                self._outputs(line, line.machine.start(self.now))

    def unplug(self, card: str) -> list[TownLine]:
        """The hardware is gone; which lines it carried."""
        self._cards.pop(card, None)
        return [line for line in self.by_slot.values() if line.card == card]

    def poll(self) -> dict[str, CardLost]:
        """Take what cards tell; which of them the appliance has left."""
        lost: dict[str, CardLost] = {}
        for card, hardware in self._cards.items():
            try:
                events = hardware.poll()
            except CardLost as error:
                lost[card] = error
                continue
            for index, event in events:
                line = self._at.get((card, index))
                if line is not None:
                    self._hardware_tells(line, event)
        return lost

    def pump_tells(self, detection: DescriptorLost | EventFetched) -> None:
        """What the pump met with at a descriptor is the card's to understand."""
        line = self.by_slot.get(detection.slot)
        hardware = self._cards.get(line.card) if line is not None else None
        if line is None or hardware is None:
            return
        if isinstance(detection, DescriptorLost):
            hardware.take_loss(line.port)
            return
        for event in hardware.take_event(line.port, detection.value):
            self._hardware_tells(line, event)

    def plane_heard(self, detection: Detection) -> None:
        """What was heard on a line is its machine's, if it means something there."""
        heard = self.media.heard(detection)
        if heard is not None:
            slot, what = heard
            line = self.by_slot[slot]
            self._outputs(line, line.machine.receive(what, self.now))

    def take_caller_ids(self) -> None:
        """Give machines the caller IDs that have been read for them."""
        for slot, caller_id in self.media.read_caller_ids():
            line = self.by_slot[slot]
            self._outputs(line, line.machine.receive(caller_id, self.now))

    def _hardware_tells(self, line: TownLine, event: HardwareEvent) -> None:
        self.wire_told(self.now, line.name, event)
        self._outputs(line, line.machine.receive(event, self.now))
        if event == HookChanged(off_hook=False):
            self.loop_opened(line)

    def _outputs(self, line: TownLine, outputs: list[LineOutput]) -> None:
        for output in outputs:
            if isinstance(output, HardwareCommand):
                if isinstance(output, SetHook):
                    line.off_hook = output.off_hook
                hardware = self._cards.get(line.card)
                if hardware is not None:
                    hardware.perform(line.port, output)
            elif isinstance(output, MediaWish):
                self.media.perform(line.slot, output)
            else:
                self.tells(line, output)
        timer = line.machine.next_timer()
        if timer is None:
            self._deadlines.pop(line.slot, None)
        else:
            self._deadlines[line.slot] = timer


def _exchange_end(place: LinePlace, trunk: TrunkTable, country: str) -> TownLine:
    """The exchange's end of a trunk that is configured so on our side."""
    machine: Machine
    if is_tie_line(trunk):
        machine = EmLine(replace(tie_line_settings(trunk), yields_in_glare=False))
    else:
        machine = FxsLine(_office_settings(trunk, country))
    return TownLine(
        place.name, place.slot, place.card, place.port, machine, number=trunk.called, trunk=True
    )


def _bearer(place: LinePlace, number: str) -> TownLine:
    return TownLine(
        place.name, place.slot, place.card, place.port, BearerLine(), number=number, trunk=True
    )


def _office_settings(trunk: TrunkTable, country: str) -> FxsSettings:
    disconnect = Disconnect.BUSY_TONE
    if "battery" in trunk.clears_on:
        disconnect = Disconnect.BATTERY_DROP
    elif "polarity" in trunk.clears_on:
        disconnect = Disconnect.POLARITY
    return FxsSettings(
        caller_id=CallerIdMode(trunk.caller_id),
        dtmf_form=dtmf_form(trunk, country),
        alerts_on_hook=country in ALERTING_COUNTRIES,
        disconnect=disconnect,
        reverses_polarity_on_answer=False,
        ring_cadence_s=tuple(part / 1000 for part in tone_plan(country).ring_cadence_ms),
        flash_maximum_s=0.0,
    )


def _telephone(place: LinePlace, station: StationTable, country: str) -> TownLine:
    settings = FxoSettings(
        caller_id=CallerIdMode(station.caller_id),
        dtmf_form=dtmf_form(station, country),
        clears_on_battery_drop=False,
        silence_limit_s=0.0,  # people hang up by themselves
        judgement_s=5.0,  # a display may be late, and ours is read by a computer that has other things to do
        guard_s=0.2,
    )
    return TownLine(place.name, place.slot, place.card, place.port, FxoLine(settings))
