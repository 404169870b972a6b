"""All prompts of an appliance, made before the first call and held in memory."""

import logging
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from acd import BEEP
from dsp import Law, g711_encode
from firmware_host.prompts.music import compose_beep, compose_music
from firmware_host.prompts.speech import SpeechMaker
from firmware_host.prompts.texts import BUILT_IN

__all__ = ["PromptLibrary"]

_log = logging.getLogger(__name__)


class PromptLibrary:
    """Prompts by name and language, as G.711 octets.

    Runs in: built before start-up; read from the event loop, never touching the disk.
    """

    def __init__(
        self,
        texts: Mapping[str, Mapping[str, str]],
        languages: tuple[str, ...],
        law: Law,
        maker: SpeechMaker,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        if not maker.can_speak:
            _log.warning("espeak-ng is not installed: prompts are tones; install espeak-ng")
        wanted = {
            (name, language): text
            for own in (BUILT_IN, texts)  # the configuration has the last word on each text
            for name, translations in own.items()
            for language, text in translations.items()
            if language in languages
        }
        self._sounds: dict[tuple[str, str], bytes] = {}
        # Speaking is another program's work: threads keep as many of it going as there are processors.
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as speakers:
            sounds = speakers.map(lambda key: maker.make(wanted[key], key[1]), wanted)
            for count, (key, sound) in enumerate(zip(wanted, sounds, strict=True), start=1):
                self._sounds[key] = sound
                if progress is not None:
                    progress(count, len(wanted))
        self._fallback_language = languages[0]
        self._music = g711_encode(compose_music(), law)
        self._beep = g711_encode(compose_beep(), law)

    def prompt(self, name: str, language: str) -> bytes:
        """The octets of a prompt, in the site's language if the asked-for one lacks it.

        Raises:
            KeyError: when no language has it; the configuration's check rules that out.
        """
        if name == BEEP:
            return self._beep
        sound = self._sounds.get((name, language))
        return sound if sound is not None else self._sounds[name, self._fallback_language]

    def music(self, _name: str) -> bytes:
        """Music on hold; one piece for every queue so far."""
        return self._music
