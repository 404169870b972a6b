"""What people out there do with a line at hand: call, press keys, speak, lift, hang up (`person.Mouth`)."""

import numpy as np

from drivers import Answer, BearerLine, Clear, Dial, EmLine, Flash, FxoState, Ring, StopSignal
from dsp import SAMPLE_RATE_HZ, LiveFeed, Plane, PlayFinished, g711_encode
from firmware_host.town.far_end_fault import FarEndFault
from firmware_host.town.lines import TownLines
from firmware_host.town.person import Person
from firmware_host.town.public_exchange import PublicExchange
from firmware_host.town.script import Play

__all__ = ["Telephones"]

_KEY_S = 0.16
_SPOKEN_BLOCKS = 16
"""Of live speech that wait for their tick, at most: 320 ms."""


class Telephones:
    """Everybody's mouth and hands: see `person.Mouth` and `held_handset.Telephone`.

    Runs in: the town's step.
    """

    def __init__(
        self,
        lines: TownLines,
        exchange: PublicExchange,
        plane: Plane,
        fault: FarEndFault | None,
    ) -> None:
        self._lines = lines
        self._exchange = exchange
        self._plane = plane
        self._fault = fault
        self._sounds: dict[int, Person] = {}

    def call(self, person: Person, number: str) -> bool:
        """Ring the next free line that has this number, in turn; False when there is none."""
        line = self._exchange.free_line(number)
        if line is None:
            return False
        person.slot, line.person = line.slot, person
        if isinstance(line.machine, EmLine | BearerLine):
            self._lines.command(line, Dial(number=number, caller=person.identity))
        else:
            self._lines.command(line, Ring(caller=person.identity))
        return True

    def press(self, person: Person, keys: str) -> int:
        """Press keys."""
        play_id = self._new_sound(person)
        if person.slot is None:
            person.finished(play_id)
        elif self._fault is FarEndFault.KEYS_MUTED:
            samples = np.zeros(round(len(keys) * _KEY_S * SAMPLE_RATE_HZ), np.int16)
            silence = g711_encode(samples, self._lines.media.law)
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
            octets = g711_encode(step.samples, self._lines.media.law)
            self._plane.play(person.slot, octets, play_id=play_id)
        return play_id

    def lift(self, person: Person) -> None:
        """Lift the handset; someone called by the appliance answers."""
        line = self._lines.of(person)
        if line is None:
            return
        if line.trunk:
            self._lines.sound(line, StopSignal())
            self._lines.command(line, Answer())
        elif line.machine.state is not FxoState.OFFERED:
            self._lines.command(line, Dial(number=""))
        elif self._fault is not FarEndFault.ANSWER_WITHHELD:
            self._lines.command(line, Answer())

    def hang_up(self, person: Person) -> None:
        """Put the handset down, or release the subscriber's call."""
        line = self._lines.of(person)
        if line is None:
            return
        if line.trunk:
            line.person, person.slot = None, None
        self._lines.sound(line, StopSignal())
        self._lines.command(line, Clear())

    def flash(self, person: Person) -> None:
        """Tap the hook switch."""
        line = self._lines.of(person)
        if line is not None:
            self._lines.command(line, Flash())

    def is_off_hook(self, person: Person) -> bool:
        """Whether the person's handset is lifted."""
        line = self._lines.of(person)
        return line is not None and line.off_hook

    def speak_live(self, person: Person) -> LiveFeed | None:
        """Open the person's mouth for sound that comes from elsewhere; None when they hold no line."""
        if person.slot is None:
            return None
        play_id = self._lines.media.new_play_id()
        return self._plane.open_feed(person.slot, play_id=play_id, blocks=_SPOKEN_BLOCKS)

    def fall_silent(self, person: Person) -> None:
        """End `speak_live`."""
        if person.slot is not None:
            self._plane.close_feed(person.slot)

    def finished(self, sound: PlayFinished) -> bool:
        """Tell whoever made this sound that it is out; False: it was nobody's."""
        person = self._sounds.pop(sound.play_id, None)
        if person is not None:
            person.finished(sound.play_id)
        return person is not None

    def _new_sound(self, person: Person) -> int:
        play_id = self._lines.media.new_play_id()
        self._sounds[play_id] = person
        return play_id
