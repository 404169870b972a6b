"""`switchroom handset`: a telephone on the keyboard."""

import selectors
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsp import BLOCK_SAMPLES, Law, g711_encode
from firmware_host.live.client import LiveClient, LiveEnded
from firmware_host.live.kept_sound import KeptSound
from firmware_host.live.keyboard import Attention, Keyboard
from firmware_host.live.messages import KEYPAD, KEYS, SOUND, HeardBlock, Order
from firmware_host.live.playout import Playout
from firmware_host.live.sound_card import SoundCard
from firmware_host.terminal_text import printable

__all__ = ["KEYS_EXPLAINED", "HandsetInHand"]

KEYS_EXPLAINED = """\
  0-9 * #      press a key
  space or l   lift the handset, or put it down
  f            flash: tap the hook switch
  ,            wait half a second
  s            speak the file of --say
  q, Control-D put the handset down and end
  ?            this"""

_BREATH_BLOCKS = 75
"""Whoever answers takes a breath of a second and a half: the caller hears that the music has stopped."""
_MICROPHONE_WAITS = (2, 4)
_FILE_WAITS = (8, 14)
"""Fewest and most blocks of ours that shall wait at the line: little delay, or little risk of a gap."""


class HandsetInHand:
    """One person, one handset."""

    def __init__(
        self,
        client: LiveClient,
        law: Law,
        tell: Callable[[str], None],
        *,
        speech: NDArray[np.int16] | None,
        kept: KeptSound,
    ) -> None:
        self._client = client
        self._law = law
        self._tell = tell
        self._speech = speech
        self._kept = kept
        self._saying: deque[NDArray[np.int16]] = deque()
        self._breath = 0
        self._heard = 0
        self._off_hook = False
        self._leaving = False
        self._over = False
        self._sound_card: SoundCard | None = None
        self.playout = Playout()

    def run(self, keyboard: Keyboard, attention: Attention, sound_card: SoundCard | None) -> None:
        """Until the person ends it, or a signal does.

        Raises:
            LiveEnded: the town is gone.
            KeptSoundError: the file can't be written.
        """
        self._sound_card = sound_card
        # poll(2) takes files, too: keys may come from one.
        with selectors.PollSelector() as selector:
            for each in (self._client, keyboard, attention):
                selector.register(each, selectors.EVENT_READ)
            while not self._over and attention.came is None:
                ready = {key.fileobj for key, _ in selector.select()}
                if keyboard in ready and not self._typed(keyboard.read()):
                    selector.unregister(keyboard)
                if self._client in ready:
                    self._come()

    # ------------------------------------------------------------ what the person does

    def _typed(self, text: str | None) -> bool:
        """False when nothing more will be typed."""
        for key in Order.LEAVE if text is None else text.lower():
            if not self._leaving:
                self._press(key)
        return not self._leaving

    def _press(self, key: str) -> None:
        match key:
            case " " | "l":
                # Of several at once the town knows in which order; this is what the person means.
                self._off_hook = not self._off_hook
                self._order(Order.LIFT if self._off_hook else Order.HANG_UP)
            case "s":
                self._say()
            case "?":
                self._tell(KEYS_EXPLAINED)
            case "q" | "\x04":
                self._leaving = True
                self._order(Order.LEAVE)
            case _ if key in KEYPAD or key in (Order.FLASH, Order.PAUSE):
                self._order(key)
            case _:
                self._tell(f"  no such key: {printable(key)!r}; ? lists them")

    def _order(self, keys: str) -> None:
        if not self._client.send(KEYS, keys.encode()):
            self._tell("  the town does not take the key: it stands still")

    def _say(self) -> None:
        if self._speech is None:
            self._tell("  nothing to say: name a file with --say")
            return
        whole = np.pad(self._speech, (0, -len(self._speech) % BLOCK_SAMPLES))
        self._saying = deque(whole.reshape(-1, BLOCK_SAMPLES))
        self._tell("  speaks")

    # ------------------------------------------------------------ what the person notices

    def _come(self) -> None:
        for each in self._client.receive():
            if isinstance(each, HeardBlock):
                self._hear(each)
            else:
                self._notice(each)

    def _hear(self, block: HeardBlock) -> None:
        # Counted here, not by ticks: the time on-hook is left out.
        self._heard += 1
        self._kept.append(self._heard, block.samples.tobytes())
        self.playout.put(block.samples[:, 0].copy())
        microphone = self._sound_card.heard() if self._sound_card is not None else []
        if self._breath > 0:
            self._breath -= 1
            said = []
        elif self._saying:
            # A block said for each that is heard: the line's clock is ours.
            fewest, most = _FILE_WAITS
            count = 1 + (block.waiting < fewest) - (block.waiting > most)
            said = [self._saying.popleft() for _ in range(min(count, len(self._saying)))]
        else:
            fewest, most = _MICROPHONE_WAITS
            # The microphone's clock is its own: ahead, a block is left out; behind, one is said twice.
            said = microphone[1:] if block.waiting > most else microphone
            if microphone and 0 < block.waiting < fewest:
                said = [microphone[0], *microphone]
        for samples in said:
            self._client.send(SOUND, g711_encode(samples, self._law))

    def _notice(self, notice: dict[str, Any]) -> None:
        match notice:
            case {"notice": "ring", "count": count}:
                self._tell(f"  rings ({count})")
            case {"notice": "display", "number": number, "name": name, "absence": absence}:
                shown = " ".join(filter(None, (number or absence or "unknown", name)))
                self._tell(f"  display: {printable(shown)}")
            case {"notice": "ringing over"}:
                self._tell("  stops ringing")
            case {"notice": "hook", "off_hook": off_hook}:
                self._hook(off_hook=off_hook, answers=bool(notice.get("answers")))
            case {"notice": "tone", "tone": str(tone)}:
                self._tell(f"  hears {tone} tone")
            case {"notice": "sound" | "silence" as what}:
                self._tell(f"  hears {what}")
            case {"notice": "key", "key": key}:
                self._tell(f"  key {key}")
            case {"notice": "flash"}:
                self._tell("  flashes")
            case {"notice": "dead"}:
                self._off_hook = False
                self._tell("  the line is dead: the appliance does not feed it")
            case {"notice": "ended"}:
                self._over = True
            case _:
                pass  # a newer town's

    def _hook(self, *, off_hook: bool, answers: bool) -> None:
        self._off_hook = off_hook
        self._saying.clear()
        self._breath = 0
        if answers:
            self._tell("  off-hook: answered")
            if self._speech is not None:
                self._breath = _BREATH_BLOCKS
                self._say()
        else:
            self._tell("  off-hook" if off_hook else "  on-hook")


def end_of_town(error: LiveEnded) -> str:
    """What to tell a person whose line went away under their hand."""
    told = f" ({error})" if str(error) else ""
    return f"the town is gone{told}: the handset is no longer in your hand; is `switchroom run` up?"
