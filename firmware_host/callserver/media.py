"""The ACD's wishes for sound → plane commands. With `line_media`, the only place that knows both."""

from typing import assert_never

import acd
from dsp import CONFIRMATION_TONE, ERROR_TONE, Detection, Direction, PlayFinished, Tap, Tone
from firmware_host.callserver.ports import PortTable
from firmware_host.line_media import LineMedia, plan_tone
from firmware_host.prompts import PromptLibrary

__all__ = ["CallMedia", "SoundAction"]

SoundAction = (
    acd.PlayPrompts | acd.PlayMusic | acd.PlaySignal | acd.StopSound | acd.Connect | acd.Disconnect
)


class CallMedia:
    """Plays, connects and taps for the ACD.

    Runs in: event loop.
    """

    def __init__(self, ports: PortTable, line_media: LineMedia, prompts: PromptLibrary) -> None:
        self._ports = ports
        self._line_media = line_media
        self._plane = line_media.plane
        self._prompts = prompts
        self._sounds: dict[int, tuple[acd.PortId, int]] = {}  # play id → port and the ACD's id

    def use_prompts(self, prompts: PromptLibrary) -> None:
        """Play these from now on; what is heard at this moment goes on."""
        self._prompts = prompts

    def perform(self, action: SoundAction) -> None:
        """Carry out one action."""
        match action:
            case acd.PlayPrompts():
                self._play_prompts(action)
            case acd.PlayMusic(port=port, music=music):
                slot = self._silence(port)
                self._plane.play(
                    slot,
                    self._prompts.music(music),
                    play_id=self._line_media.new_play_id(),
                    loop=True,
                )
            case acd.PlaySignal(port=port, signal=signal):
                slot = self._silence(port)
                play_id = self._line_media.new_play_id()
                self._plane.play_tone(slot, self._tone(signal), play_id=play_id)
            case acd.StopSound(port=port):
                self._silence(port)
            case acd.Connect(port=port, other=other):
                here, there = self._slot(port), self._slot(other)
                self._plane.connect(here, there)
                self._plane.connect(there, here)
            case acd.Disconnect(port=port, other=other):
                here, there = self._slot(port), self._slot(other)
                self._plane.disconnect(here, there)
                self._plane.disconnect(there, here)
            case _:
                assert_never(action)

    def record(self, record_id: int, port: acd.PortId) -> None:
        """Tap a line: what comes from it left, what it hears right."""
        slot = self._slot(port)
        self._plane.record(record_id, Tap(slot, Direction.FROM_LINE), Tap(slot, Direction.TO_LINE))

    def finished(self, detection: Detection) -> acd.SoundFinished | None:
        """The ACD's event when one of its prompts was heard to the end."""
        if not isinstance(detection, PlayFinished):
            return None
        port, sound_id = self._sounds.pop(detection.play_id, (None, 0))
        if port is None or not detection.completed:
            return None
        return acd.SoundFinished(port=port, sound_id=sound_id)

    def _play_prompts(self, action: acd.PlayPrompts) -> None:
        slot = self._silence(action.port)
        play_id = self._line_media.new_play_id()
        self._sounds[play_id] = (action.port, action.sound_id)
        sound = b"".join(self._prompts.prompt(name, action.language) for name in action.prompts)
        self._plane.play(slot, sound, play_id=play_id)

    def _silence(self, port: acd.PortId) -> int:
        slot = self._slot(port)
        self._plane.stop_play(slot)
        self._plane.stop_tone(slot)
        return slot

    def _slot(self, port: acd.PortId) -> int:
        return self._ports.by_id(port).slot

    def _tone(self, signal: acd.Signal) -> Tone:
        match signal:
            case acd.Signal.CONFIRMATION:
                return CONFIRMATION_TONE
            case acd.Signal.ERROR:
                return ERROR_TONE
            case _:
                return plan_tone(self._line_media.plan, signal.value)
