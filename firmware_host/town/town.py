"""The other end of every virtual line: an exchange, its subscribers, and the handsets on our desks.

Built from the same line machines as the appliance, mirrored: the exchange's end of our trunk is an
FXS, a telephone on our FXS port is an FXO. Sound is made and heard by a plane of its own, whose slots
are numbered like the card's ports.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from drivers import (
    Answer,
    Answered,
    CallerIdMode,
    CallerNumber,
    CallOffered,
    Card,
    CardLost,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    DigitReceived,
    Disconnect,
    EmLine,
    EmState,
    Flash,
    FxoLine,
    FxoSettings,
    FxoState,
    FxsLine,
    FxsSettings,
    FxsState,
    HardwareCommand,
    HardwareEvent,
    HookChanged,
    LineCommand,
    LineEvent,
    LineOutput,
    MediaWish,
    OutOfService,
    Ring,
    SendTone,
    SetHook,
    StopSignal,
)
from dsp import (
    SAMPLE_RATE_HZ,
    ActivityChanged,
    DescriptorLost,
    Detection,
    EventFetched,
    Law,
    LiveFeed,
    Plane,
    PlayFinished,
    ProgressToneEnded,
    ProgressToneHeard,
    g711_encode,
    tone_plan,
)
from firmware_host.config import (
    ALERTING_COUNTRIES,
    Appliance,
    LinePlace,
    TrunkTable,
    dtmf_form,
    is_tie_line,
    line_places,
    tie_line_settings,
)
from firmware_host.line_media import CallerIdReader, LineMedia, ListenAlso
from firmware_host.town.far_end_fault import FarEndFault, spoil_caller_id
from firmware_host.town.person import Person
from firmware_host.town.script import Play, Script

__all__ = ["Town"]

_DIGIT_PAUSE_S = 3.0
"""A number that is dialled into the exchange is complete after this pause."""
_KEY_S = 0.16
_SPOKEN_BLOCKS = 16
"""Of live speech that wait for their tick, at most: 320 ms."""


@dataclass(slots=True)
class _TownPort:
    name: str
    slot: int
    card: str
    port: int
    line: FxsLine | FxoLine | EmLine
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


class Town:
    """Everyone out there.

    Runs in: the lockstep thread, or the town process's event loop.
    """

    def __init__(
        self,
        appliance: Appliance,
        cards: Mapping[str, Card],
        plane: Plane,
        reader: CallerIdReader,
        *,
        fault: FarEndFault | None = None,
        told: Callable[[float, str, str], None] | None = None,
    ) -> None:
        self._cards = dict(cards)
        self._plane = plane
        self._fault = fault
        self._told = told
        self._media = _ExchangeMedia(plane, appliance, reader, fault)
        self._ports: dict[int, _TownPort] = {}  # by slot
        self._people: list[Person] = []
        self._sounds: dict[int, Person] = {}
        self._now = 0.0
        self._hunt_from = 0
        self.called_party: Callable[[str], Script | None] = lambda _number: None
        "Who answers when the appliance dials out: a script, or None for a number nobody has."
        self.wire_told: Callable[[float, str, HardwareEvent], None] = lambda *_: None
        "Told of everything that the appliance does to a pair."
        self.script_failed: Callable[[Person, Exception], None] = _raise
        "Told when a person's script raises; the person is gone by then."
        cadence_s = tuple(part / 1000 for part in tone_plan(appliance.site.country).ring_cadence_ms)
        places = line_places(appliance)
        for name, trunk in appliance.trunk.items():
            line: FxsLine | EmLine
            if is_tie_line(trunk):
                line = EmLine(replace(tie_line_settings(trunk), yields_in_glare=False))
            else:
                line = FxsLine(_exchange_end(trunk, cadence_s, appliance.site.country))
            self._add(places[name], line, number=trunk.called, trunk=True)
        for name, station in appliance.station.items():
            telephone = FxoSettings(
                caller_id=CallerIdMode(station.caller_id),
                dtmf_form=dtmf_form(station, appliance.site.country),
                clears_on_battery_drop=False,
                silence_limit_s=0.0,  # people hang up by themselves
                guard_s=0.2,
            )
            self._add(places[name], FxoLine(telephone))
        self._by_name = {port.name: port for port in self._ports.values()}
        self._at = {(port.card, port.port): port for port in self._ports.values()}

    def _add(
        self,
        place: LinePlace,
        line: FxsLine | FxoLine | EmLine,
        *,
        number: str = "",
        trunk: bool = False,
    ) -> None:
        self._ports[place.slot] = _TownPort(
            place.name, place.slot, place.card, place.port, line, number=number, trunk=trunk
        )

    # ------------------------------------------------------------ people

    def start(self, now: float) -> None:
        """Feed every line and put every handset down."""
        self._now = now
        for port in self._ports.values():
            self._outputs(port, port.line.start(now))

    def subscriber(self, name: str, identity: CallerNumber, script: Script, now: float) -> Person:
        """Someone with a telephone of their own, who calls by `CallNumber`."""
        self._now = now
        person = Person(name, script, self, identity=identity, told=self._told)
        self._people.append(person)
        self._run(person)
        return person

    def staff(self, station: str, script: Script, now: float) -> Person:
        """Put someone at one of our handsets, in place of whoever sat there.

        Raises:
            KeyError: when there is no such station.
        """
        person = Person(station, script, self, at_handset=True, told=self._told)
        self.seat(station, person, now)
        return person

    def seat(self, station: str, person: Person, now: float) -> None:
        """As `staff`, with somebody who is there already; the handset lies as it was left."""
        self._now = now
        port = self._by_name[station]
        if port.person is not None:
            port.person.stop()
            self._media.perform(port.slot, StopSignal())
        person.slot, port.person = port.slot, person
        self._people.append(person)
        self._run(person)

    # ------------------------------------------------------------ the step

    def plug_in(self, card: str, hardware: Card, now: float) -> None:
        """Play the far end of this hardware from now on; its lines begin anew."""
        self._now = now
        self._cards[card] = hardware
        for port in self._ports.values():
            if port.card == card:
                self._outputs(port, port.line.start(now))

    def unplug(self, card: str, now: float) -> None:
        """The hardware is gone: whoever was on its lines hears nothing any more."""
        self._now = now
        self._cards.pop(card, None)
        for port in self._ports.values():
            if port.card == card:
                self._cleared(port)

    def step(self, now: float) -> dict[str, CardLost]:
        """Act on everything that has happened up to ``now``; tells which cards the appliance has left."""
        self._now = now
        lost: dict[str, CardLost] = {}
        for card, hardware in self._cards.items():
            try:
                events = hardware.poll()
            except CardLost as error:
                lost[card] = error
                continue
            for index, event in events:
                self._hardware_tells(self._at.get((card, index)), event)
        for detection in self._plane.detections():
            self._detected(detection)
        for slot, caller_id in self._media.read_caller_ids():
            port = self._ports[slot]
            self._outputs(port, port.line.receive(caller_id, now))
        for port in self._ports.values():
            timer = port.line.next_timer()
            if timer is not None and timer <= now:
                self._outputs(port, port.line.handle_timer(now))
            if port.dialled_until is not None and port.dialled_until <= now:
                self._route_dialled(port)
        for person in list(self._people):
            self._run(person)
        if any(person.done for person in self._people):
            self._bury_done()
        return lost

    def _hardware_tells(self, port: _TownPort | None, event: HardwareEvent) -> None:
        if port is not None:
            self.wire_told(self._now, port.name, event)
            self._outputs(port, port.line.receive(event, self._now))
            if event == HookChanged(off_hook=False):
                self._hears_a_pulse(port)

    def _run(self, person: Person) -> None:
        try:
            person.run(self._now)
        except Exception as error:
            # One person's script must not end the town, and with it every call.
            person.stop()
            self.script_failed(person, error)

    def next_timer(self) -> float | None:
        """When `step` is due although nothing happens."""
        times = [port.line.next_timer() for port in self._ports.values()]
        times += [port.dialled_until for port in self._ports.values()]
        times += [person.next_timer() for person in self._people]
        return min((time for time in times if time is not None), default=None)

    def _bury_done(self) -> None:
        for person in self._people:
            port = self._port_of(person)
            if person.done and port is not None and port.person is person:
                self.hang_up(person)  # nobody holds a line after their script
        self._people = [person for person in self._people if not person.done]

    def _detected(self, detection: Detection) -> None:
        port = self._ports.get(detection.slot)
        if isinstance(detection, DescriptorLost | EventFetched):
            self._card_detected(port, detection)
            return
        person = port.person if port is not None else None
        match detection:
            case PlayFinished(play_id=play_id) if play_id in self._sounds:
                self._sounds.pop(play_id).finished(play_id)
                return
            case ActivityChanged(active=active) if person is not None:
                person.hears_sound(active, self._now)
            case ProgressToneHeard(tone=tone) if person is not None:
                person.hears_tone(tone)
            case ProgressToneEnded() if person is not None:
                person.hears_tone(None)
            case _:
                pass
        heard = self._media.heard(detection)
        if heard is not None:
            slot, what = heard
            self._outputs(self._ports[slot], self._ports[slot].line.receive(what, self._now))

    def _card_detected(
        self, port: _TownPort | None, detection: DescriptorLost | EventFetched
    ) -> None:
        hardware = self._cards.get(port.card) if port is not None else None
        if port is None or hardware is None:
            return
        if isinstance(detection, DescriptorLost):
            hardware.take_loss(port.port)
            return
        for event in hardware.take_event(port.port, detection.value):
            self._hardware_tells(port, event)

    # ------------------------------------------------------------ lines

    def _command(self, port: _TownPort, command: LineCommand) -> None:
        self._outputs(port, port.line.command(command, self._now))

    def _outputs(self, port: _TownPort, outputs: list[LineOutput]) -> None:
        for output in outputs:
            if isinstance(output, HardwareCommand):
                if isinstance(output, SetHook):
                    port.off_hook = output.off_hook
                hardware = self._cards.get(port.card)
                if hardware is not None:
                    hardware.perform(port.port, output)
            elif isinstance(output, MediaWish):
                self._media.perform(port.slot, output)
            else:
                self._line_event(port, output)

    def _line_event(self, port: _TownPort, event: LineEvent) -> None:
        match event:
            case CallOffered(caller=caller, called=called):
                if isinstance(port.line, EmLine):
                    self._route_tie_line(port, called)
                elif port.trunk:
                    self._give_dial_tone(port)
                elif port.person is not None:
                    port.person.rings(caller)
            case Answered():
                if port.person is not None:
                    port.person.answered()
            case Cleared() | OutOfService():
                self._cleared(port)
            case DigitReceived(digit=digit):
                self._digit_dialled(port, digit)
            case _:
                pass  # nobody out there cares

    def _cleared(self, port: _TownPort) -> None:
        port.dialled, port.dialled_until = "", None
        person = port.person
        if person is None:
            return
        if port.trunk:
            port.person, person.slot = None, None
            person.far_end_cleared()
        else:
            person.rings(None)

    # ------------------------------------------------------------ the appliance dials out

    def _give_dial_tone(self, port: _TownPort) -> None:
        self._media.perform(port.slot, SendTone(tone="dial"))
        port.dialled, port.dialled_until = "", self._now + 5 * _DIGIT_PAUSE_S

    def _hears_a_pulse(self, port: _TownPort) -> None:
        """Before the first digit: no dial tone any more; and a digit of ten pulses takes its time."""
        if port.dialled_until is not None:
            if not port.dialled:
                self._media.perform(port.slot, StopSignal())
            port.dialled_until = max(port.dialled_until, self._now + _DIGIT_PAUSE_S)

    def _digit_dialled(self, port: _TownPort, digit: str) -> None:
        if port.dialled_until is None:
            return
        if not port.dialled:
            self._media.perform(port.slot, StopSignal())
        port.dialled += digit
        port.dialled_until = self._now + _DIGIT_PAUSE_S

    def _route_dialled(self, port: _TownPort) -> None:
        port.dialled_until = None
        script = self.called_party(port.dialled)
        if script is None:
            self._media.perform(port.slot, SendTone(tone="congestion"))
        else:
            self._ring_called_party(port, script)

    def _route_tie_line(self, port: _TownPort, called: str) -> None:
        port.dialled = called
        script = self.called_party(called)
        if script is None:
            self._command(port, Clear(cause=ClearCause.CONGESTION))
        else:
            self._ring_called_party(port, script)

    def _ring_called_party(self, port: _TownPort, script: Script) -> None:
        self._media.perform(port.slot, SendTone(tone="ringback"))
        person = Person(port.dialled, script, self, told=self._told)
        person.slot, port.person = port.slot, person
        self._people.append(person)

    # ------------------------------------------------------------ what people do (`person.Mouth`)

    def numbers(self) -> set[str]:
        """Every number that somebody can call; an empty one stands for any number."""
        return {port.number for port in self._ports.values() if port.trunk}

    def call(self, person: Person, number: str) -> bool:
        """Ring the next free line that has this number, in turn; False when there is none."""
        ports = list(self._ports.values())
        start = self._hunt_from % len(ports)
        for port in ports[start:] + ports[:start]:
            free = port.person is None and port.line.state in (FxsState.IDLE, EmState.IDLE)
            if port.trunk and free and port.number in ("", number):
                self._hunt_from = ports.index(port) + 1
                person.slot, port.person = port.slot, person
                if isinstance(port.line, EmLine):
                    self._command(port, Dial(number=number))
                else:
                    self._command(port, Ring(caller=person.identity))
                return True
        return False

    def press(self, person: Person, keys: str) -> int:
        """Press keys."""
        play_id = self._new_sound(person)
        if person.slot is None:
            person.finished(play_id)
        elif self._fault is FarEndFault.KEYS_MUTED:
            samples = np.zeros(round(len(keys) * _KEY_S * SAMPLE_RATE_HZ), np.int16)
            silence = g711_encode(samples, self._media.law)
            self._plane.play(person.slot, silence, play_id=play_id)
        else:
            self._plane.send_digits(person.slot, keys, play_id=play_id)
        return play_id

    def play(self, person: Person, step: Play) -> int:
        """Speak."""
        play_id = self._new_sound(person)
        if person.slot is None:
            person.finished(play_id)
        else:
            octets = g711_encode(step.samples, self._media.law)
            self._plane.play(person.slot, octets, play_id=play_id)
        return play_id

    def lift(self, person: Person) -> None:
        """Lift the handset; someone called by the appliance answers."""
        port = self._port_of(person)
        if port is None:
            return
        if port.trunk:
            self._media.perform(port.slot, StopSignal())
            self._command(port, Answer())
        elif port.line.state is not FxoState.OFFERED:
            self._command(port, Dial(number=""))
        elif self._fault is not FarEndFault.ANSWER_WITHHELD:
            self._command(port, Answer())

    def hang_up(self, person: Person) -> None:
        """Put the handset down, or release the subscriber's call."""
        port = self._port_of(person)
        if port is None:
            return
        if port.trunk:
            port.person, person.slot = None, None
        self._media.perform(port.slot, StopSignal())
        self._command(port, Clear())

    def flash(self, person: Person) -> None:
        """Tap the hook switch."""
        port = self._port_of(person)
        if port is not None:
            self._command(port, Flash())

    def is_off_hook(self, person: Person) -> bool:
        """Whether the person's handset is lifted."""
        port = self._port_of(person)
        return port is not None and port.off_hook

    def speak_live(self, person: Person) -> LiveFeed | None:
        """Open the person's mouth for sound that comes from elsewhere; None when they hold no line."""
        if person.slot is None:
            return None
        play_id = self._media.new_play_id()
        return self._plane.open_feed(person.slot, play_id=play_id, blocks=_SPOKEN_BLOCKS)

    def fall_silent(self, person: Person) -> None:
        """End `speak_live`."""
        if person.slot is not None:
            self._plane.close_feed(person.slot)

    def _port_of(self, person: Person) -> _TownPort | None:
        return self._ports.get(person.slot) if person.slot is not None else None

    def _new_sound(self, person: Person) -> int:
        play_id = self._media.new_play_id()
        self._sounds[play_id] = person
        return play_id


def _raise(_person: Person, error: Exception) -> None:
    raise error


def _exchange_end(trunk: TrunkTable, cadence_s: tuple[float, ...], country: str) -> FxsSettings:
    """How the exchange serves a trunk that is configured so on our side."""
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
        ring_cadence_s=cadence_s,
        flash_maximum_s=0.0,
    )
