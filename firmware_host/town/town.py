"""The other end of every virtual line: an exchange, its subscribers, and the handsets on our desks.

People follow scripts; `telephones` is what they can do, `lines` what reaches them, `public_exchange` what
connects the appliance's own calls. Sound is made and heard by a plane of its own, whose slots are
numbered like the card's ports.
"""

from collections.abc import Callable, Mapping

from drivers import (
    Answered,
    CallerNumber,
    CallOffered,
    Card,
    CardLost,
    Cleared,
    DigitReceived,
    LineEvent,
    OutOfService,
    StopSignal,
)
from dsp import (
    ActivityChanged,
    DescriptorLost,
    Detection,
    EventFetched,
    Plane,
    PlayFinished,
    ProgressToneEnded,
    ProgressToneHeard,
)
from firmware_host.config import Appliance
from firmware_host.line_media import CallerIdReader
from firmware_host.town.far_end_fault import FarEndFault
from firmware_host.town.lines import TownLine, TownLines
from firmware_host.town.person import Person
from firmware_host.town.public_exchange import PublicExchange
from firmware_host.town.script import Script
from firmware_host.town.telephones import Telephones

__all__ = ["Town"]


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
        self._plane = plane
        self._told = told
        self.lines = TownLines(appliance, cards, plane, reader, fault)
        self.exchange = PublicExchange(self.lines, self._called_party_rings)
        self.telephones = Telephones(self.lines, self.exchange, plane, fault)
        self.lines.tells = self._line_tells
        self.lines.loop_opened = self.exchange.loop_opened
        self._people: list[Person] = []
        self.script_failed: Callable[[Person, Exception], None] = _raise
        "Told when a person's script raises; the person is gone by then."

    # ------------------------------------------------------------ people

    def start(self, now: float) -> None:
        """Feed every line and put every handset down."""
        self.lines.now = now
        self.lines.start()

    def subscriber(self, name: str, identity: CallerNumber, script: Script, now: float) -> Person:
        """Someone with a telephone of their own, who calls by `CallNumber`."""
        self.lines.now = now
        person = Person(name, script, self.telephones, identity=identity, told=self._told)
        self._people.append(person)
        self._run(person)
        return person

    def staff(self, station: str, script: Script, now: float) -> Person:
        """Put someone at one of our handsets, in place of whoever sat there.

        Raises:
            KeyError: when there is no such station.
        """
        person = Person(station, script, self.telephones, at_handset=True, told=self._told)
        self.seat(station, person, now)
        return person

    def seat(self, station: str, person: Person, now: float) -> None:
        """As `staff`, with somebody who is there already; the handset lies as it was left."""
        self.lines.now = now
        line = self.lines.by_name[station]
        if line.person is not None:
            line.person.stop()
            self.lines.sound(line, StopSignal())
        self._sits_down(person, line)
        self._run(person)

    def _called_party_rings(self, line: TownLine, script: Script) -> None:
        self._sits_down(Person(line.dialled, script, self.telephones, told=self._told), line)

    def _sits_down(self, person: Person, line: TownLine) -> None:
        person.slot, line.person = line.slot, person
        self._people.append(person)

    def _run(self, person: Person) -> None:
        try:
            person.run(self.lines.now)
        except Exception as error:
            # One person's script must not end the town, and with it every call.
            person.stop()
            self.script_failed(person, error)

    def _bury_done(self) -> None:
        for person in self._people:
            line = self.lines.of(person)
            if person.done and line is not None and line.person is person:
                self.telephones.hang_up(person)  # nobody holds a line after their script
        self._people = [person for person in self._people if not person.done]

    # ------------------------------------------------------------ cards

    def plug_in(self, card: str, hardware: Card, now: float) -> None:
        """Play the far end of this hardware from now on; its lines begin anew."""
        self.lines.now = now
        self.lines.plug_in(card, hardware)

    def unplug(self, card: str, now: float) -> None:
        """The hardware is gone: whoever was on its lines hears nothing any more."""
        self.lines.now = now
        for line in self.lines.unplug(card):
            self._cleared(line)

    # ------------------------------------------------------------ the step

    def step(self, now: float) -> dict[str, CardLost]:
        """Act on everything that has happened up to ``now``; tells which cards the appliance has left."""
        self.lines.now = now
        lost = self.lines.poll()
        for detection in self._plane.detections():
            self._detected(detection)
        self.lines.take_caller_ids()
        self.lines.handle_timers()
        for line in [
            each for each in self.lines.by_slot.values() if each.dialled_until is not None
        ]:
            self.exchange.handle_timer(line)
        for person in [each for each in self._people if each.wakes_at <= now]:
            self._run(person)
        if [each for each in self._people if each.done]:
            self._bury_done()
        return lost

    def next_timer(self) -> float | None:
        """When `step` is due although nothing happens."""
        lines = self.lines.by_slot.values()
        times = [line.machine.next_timer() for line in lines]
        times += [line.dialled_until for line in lines]
        times += [person.next_timer() for person in self._people]
        return min((time for time in times if time is not None), default=None)

    def _detected(self, detection: Detection) -> None:
        if isinstance(detection, DescriptorLost | EventFetched):
            self.lines.pump_tells(detection)
            return
        if isinstance(detection, PlayFinished) and self.telephones.finished(detection):
            return
        line = self.lines.by_slot.get(detection.slot)
        person = line.person if line is not None else None
        if person is not None:
            self._reaches(person, detection)
        self.lines.plane_heard(detection)

    def _reaches(self, person: Person, detection: Detection) -> None:
        match detection:
            case ActivityChanged(active=active):
                person.hears_sound(active, self.lines.now)
            case ProgressToneHeard(tone=tone):
                person.hears_tone(tone)
            case ProgressToneEnded():
                person.hears_tone(None)
            case _:
                pass  # machines listen to the rest

    def _line_tells(self, line: TownLine, event: LineEvent) -> None:
        match event:
            case CallOffered(caller=caller, called=called):
                if line.trunk:
                    self.exchange.offered(line, called)
                elif line.person is not None:
                    line.person.rings(caller)
            case Answered():
                if line.person is not None:
                    line.person.answered()
            case Cleared() | OutOfService():
                self._cleared(line)
            case DigitReceived(digit=digit):
                self.exchange.digit(line, digit)
            case _:
                pass  # nobody out there cares

    def _cleared(self, line: TownLine) -> None:
        self.exchange.cleared(line)
        person = line.person
        if person is None:
            return
        if line.trunk:
            line.person, person.slot = None, None
            person.far_end_cleared()
        else:
            person.rings(None)


def _raise(_person: Person, error: Exception) -> None:
    raise error
