"""A handset in a real person's hand: what they do comes key by key, what they notice goes back to them.

In the town it takes the place of somebody with a script. All of it goes through the wire: the hook, keys
as two tones, sound as sound.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from drivers import CallerNumber
from firmware_host.live.messages import KEYPAD, Order
from firmware_host.town.person import Mouth, Person
from firmware_host.town.script import Script, WaitForHangUp

__all__ = ["HeldHandset", "Telephone"]

_AFTER_LIFTING_S = 0.3
"""Nobody presses a key sooner."""
_LIFTS = 10
_LIFT_AGAIN_S = 0.1
_AFTER_FLASH_S = 0.7
"""The hook is down for half a second."""
_AFTER_HANGING_UP_S = 0.3
_PAUSE_S = 0.5
_RINGING_LASTS_S = 7.0
"""No cadence is silent for longer between two rings."""
_MOST_ORDERS = 200


class Telephone(Mouth, Protocol):
    """What a hand can do beyond a script's mouth."""

    def flash(self, person: Person) -> None:
        """Tap the hook switch."""

    def is_off_hook(self, person: Person) -> bool:
        """Whether the handset is lifted."""


def _no_script() -> Script:
    while True:
        yield WaitForHangUp(float("inf"))


class HeldHandset(Person):
    """One handset.

    Runs in: the town's step.
    """

    def __init__(
        self, station: str, telephone: Telephone, notices: Callable[[dict[str, Any]], None]
    ) -> None:
        super().__init__(station, _no_script(), telephone, at_handset=True)
        self._telephone = telephone
        self._notices = notices
        self._orders: deque[str] = deque()
        self._free_at = 0.0
        self._key_id: int | None = None
        self._bell_at = float("-inf")
        self._rings = 0
        self._lifts = 0
        self._tone_heard: str | None = None
        self.left = False
        "The person has put it down for good."

    @property
    def keys_sound(self) -> bool:
        """A key is being pressed; a telephone mutes its microphone meanwhile."""
        return self._key_id is not None

    def order(self, keys: str) -> None:
        """Do these things, one after the other.

        Raises:
            ValueError: one of them can't be done, or hundreds wait.
        """
        if wrong := set(keys) - set(KEYPAD) - set(Order):
            raise ValueError(f"no such key: {''.join(sorted(wrong))}")
        if len(self._orders) + len(keys) > _MOST_ORDERS:
            raise ValueError("too many keys wait")
        self._orders.extend(keys)

    # ------------------------------------------------------------ what a person notices

    def bell(self, ringing: bool, now: float) -> None:
        """The bell rings, or pauses."""
        if ringing:
            self._rings = self._rings + 1 if now - self._bell_at < _RINGING_LASTS_S else 1
            self._notices({"notice": "ring", "count": self._rings})
        self._bell_at = now

    def rings(self, caller: CallerNumber | None) -> None:
        """The display shows a caller; None: the caller has given up."""
        if caller is not None:
            self.seen_caller = caller
            self._notices(
                {
                    "notice": "display",
                    "number": caller.number,
                    "name": caller.name,
                    "absence": caller.absence,
                }
            )
        elif self._rings and not self._telephone.is_off_hook(self):
            self._rings = 0
            self._notices({"notice": "ringing over"})

    def hears_sound(self, active: bool, now: float) -> None:
        """Sound began or stopped in the earpiece."""
        super().hears_sound(active, now)
        if self._telephone.is_off_hook(self):
            self._notices({"notice": "sound" if active else "silence"})

    def hears_tone(self, tone: str | None) -> None:
        """A tone was recognised, or is over."""
        before, self._tone_heard = self._tone_heard, tone
        if tone != before and self._telephone.is_off_hook(self):
            self._notices({"notice": "tone", "tone": tone})

    def hook(self) -> None:
        """Tell how the handset lies."""
        self._notices({"notice": "hook", "off_hook": self._telephone.is_off_hook(self)})

    def finished(self, sound_id: int) -> None:
        """A key's tones are out."""
        if sound_id == self._key_id:
            self._key_id = None

    # ------------------------------------------------------------ what a person does

    def next_timer(self) -> float | None:
        """When `run` has the next thing to do."""
        return self._free_at if self._orders and self._key_id is None else None

    def run(self, now: float) -> None:
        """Do what was ordered, each when the one before is done."""
        while self._orders and self._key_id is None and now >= self._free_at and not self.left:
            self._obey(self._orders.popleft(), now)

    def _obey(self, order: str, now: float) -> None:
        off_hook = self._telephone.is_off_hook(self)
        match order:
            case Order.LIFT if not off_hook:
                self._lift(now)
            case Order.HANG_UP if off_hook:
                self._put_down(now)
            case Order.FLASH if off_hook:
                self._telephone.flash(self)
                self._free_at = now + _AFTER_FLASH_S
                self._notices({"notice": "flash"})
            case Order.PAUSE:
                self._free_at = now + _PAUSE_S
            case Order.LEAVE:
                if off_hook:
                    self._put_down(now)
                self.left = True
            case key if key in KEYPAD:
                # On-hook a key is a piece of plastic.
                if off_hook:
                    self._key_id = self._telephone.press(self, key)
                    self._notices({"notice": "key", "key": key})
            case _:
                pass  # lifted already, or down already

    def _lift(self, now: float) -> None:
        self._telephone.lift(self)
        if self._telephone.is_off_hook(self):
            answers = self._rings > 0 and now - self._bell_at < _RINGING_LASTS_S
            self._rings = self._lifts = 0
            self._free_at = now + _AFTER_LIFTING_S
            self._notices({"notice": "hook", "off_hook": True, "answers": answers})
        elif self._lifts < _LIFTS:
            # The line has just been fed, or was released this moment.
            self._lifts += 1
            self._free_at = now + _LIFT_AGAIN_S
            self._orders.appendleft(Order.LIFT)
        else:
            self._lifts = 0
            self._notices({"notice": "dead"})

    def _put_down(self, now: float) -> None:
        self._telephone.hang_up(self)
        self._tone_heard = None
        self._free_at = now + _AFTER_HANGING_UP_S
        self._notices({"notice": "hook", "off_hook": False})
