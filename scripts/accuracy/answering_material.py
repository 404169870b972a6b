"""Calls that people and machines answer, made and labelled: what the judgement is measured on.

Voices are espeak-ng's (ten languages, many speakers, paces and pitches) and, where they are installed,
the prompts of Debian's asterisk-core-sounds packages, which people spoke. Both are parted into a half
for tuning and a half for reporting: no voice, no prompt speaker and no text is in both.

Each call runs through a line: band, level, noise, echo, sometimes leftovers of ringback, A-law. It is
made from a seed and kept in a cache beside the virtual environment's packages, never in the tree.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from dsp import Law, g711_decode, g711_encode
from dsp.levels import amplitude
from scripts.accuracy.answering_texts import (
    CARRIER,
    GREETINGS,
    LANGUAGES,
    MESSAGES,
    SHORT_MESSAGES,
    SHORT_WORDS,
)
from scripts.accuracy.answering_voices import (
    HERTZ,
    PROMPTS,
    SPEAKERS,
    VARIANTS,
    active_level,
    band,
    espeak,
    prompt,
)

__all__ = ["MACHINE_KINDS", "PEOPLE_KINDS", "Call", "material"]

VERSION = 5
"""Counts up when what is made changes; older caches are left aside."""
SPOKEN_BY_PEOPLE = ["hello", "vm-goodbye", "digits/5", "digits/7", "digits/20", "vm-and", "vm-Work"]
SPOKEN_BY_PEOPLE += ["hello-world", "digits/day-1", "digits/mon-3", "vm-Family", "vm-Friends"]
SPOKEN_BY_MACHINES: list[list[str]] = [
    ["vm-theperson", "digits/5", "digits/1", "digits/2", "vm-isunavail", "vm-intro"],
    ["vm-nobodyavail", "vm-leavemsg"],
    ["vm-rec-unv"],
    ["vm-intro"],
    ["vm-theperson", "digits/3", "digits/4", "vm-isonphone", "vm-intro"],
    ["all-circuits-busy-now", "please-try-call-later"],
    ["cannot-complete-as-dialed", "check-number-dial-again"],
    ["number-not-answering", "please-try-call-later"],
    ["ss-noservice"],
    ["tt-allbusy"],
    ["followme/sorry"],
    ["vm-mailboxfull"],
]
PEOPLE_KINDS = (
    "short word",
    "greeting",
    "word, word",
    "late word",
    "cough, word",
    "word, television",
    "word, street",
    "prompt word",
    "prompt words",
)
MACHINE_KINDS = (
    "message",
    "short message",
    "carrier",
    "carrier, SIT",
    "message, music",
    "prompt message",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call and what is true of it."""

    half: str
    """``tune`` or ``report``."""
    truth: str
    """``person`` or ``machine``."""
    kind: str
    samples: np.ndarray
    """int16, 8 kHz."""
    start_s: float
    """When the greeting begins."""
    end_s: float
    """When it ends; where a person says something twice, the first time."""
    beep_s: float | None
    """When the beep begins."""
    said: str


def material(per_kind: int, *, seed: int = 18) -> list[Call]:
    """Returns so many calls of each kind and half, from the cache if they are there.

    Kinds made of prompts are left out where the packages are not installed.
    """
    folder = Path(sys.prefix) / "answering-material"
    stem = folder / f"v{VERSION}-{seed}-{per_kind}"
    if not stem.with_suffix(".json").exists():
        calls = [call for half in ("tune", "report") for call in _Maker(half, seed).make(per_kind)]
        folder.mkdir(parents=True, exist_ok=True)
        octets = [np.frombuffer(g711_encode(call.samples, Law.ALAW), np.uint8) for call in calls]
        np.savez(stem.with_suffix(".npz"), *octets)
        labels = [asdict(call) | {"samples": None} for call in calls]
        stem.with_suffix(".json").write_text(json.dumps(labels))
        return calls
    labels = json.loads(stem.with_suffix(".json").read_text())
    with np.load(stem.with_suffix(".npz")) as sounds:
        return [
            Call(**(label | {"samples": g711_decode(sounds[f"arr_{number}"], Law.ALAW)}))
            for number, label in enumerate(labels)
        ]


class _Maker:
    """Makes the calls of one half."""

    def __init__(self, half: str, seed: int) -> None:
        self.half = half
        self.parity = 0 if half == "tune" else 1
        self.random = np.random.default_rng([seed, self.parity])

    def make(self, per_kind: int) -> list[Call]:
        calls = []
        for truth, kinds in (("person", PEOPLE_KINDS), ("machine", MACHINE_KINDS)):
            for kind in kinds:
                if "prompt" in kind and not any(PROMPTS.glob("*_*_?_*")):
                    continue
                count = per_kind * (2 if kind in ("greeting", "message", "prompt message") else 1)
                calls += [self._call(truth, kind) for _ in range(count)]
        return calls

    def pick(self, items: Sequence) -> object:  # of whatever is in it
        return items[int(self.random.integers(len(items)))]

    def uniform(self, low: float, high: float) -> float:
        return float(self.random.uniform(low, high))

    def quiet(self, seconds: float) -> np.ndarray:
        return np.zeros(round(seconds * HERTZ))

    def sine(self, hertz: float, seconds: float) -> np.ndarray:
        time = np.arange(round(seconds * HERTZ)) / HERTZ
        sound = np.sin(2 * np.pi * hertz * time)
        ramp = min(40, sound.size // 4)
        sound[:ramp] *= np.linspace(0, 1, ramp)
        sound[-ramp:] *= np.linspace(1, 0, ramp)
        return sound

    def speak(self, texts: dict[str, list[str]], speaker: tuple[str, str, int, int]) -> np.ndarray:
        language, voice, pace, pitch = speaker
        mine = texts[language][self.parity :: 2]
        self.said = str(self.pick(mine))
        return espeak(self.said, voice, pace, pitch)

    def speaker(self) -> tuple[str, str, int, int]:
        language = str(self.pick(list(LANGUAGES)))
        voice = f"{self.pick(LANGUAGES[language])}+{self.pick(VARIANTS[self.half])}"
        return language, voice, round(self.uniform(140, 205)), round(self.uniform(25, 75))

    def prompt_folder(self) -> Path:
        speakers = [name for names in SPEAKERS[self.half].values() for name in names]
        there = [PROMPTS / name for name in speakers if (PROMPTS / name).is_dir()]
        return Path(str(self.pick(there)))

    def prompts(self, choices: Sequence[Sequence[str]], gap_s: tuple[float, float]) -> np.ndarray:
        """One of the choices whose prompts this speaker has, glued with gaps."""
        folder = self.prompt_folder()
        there = [
            names for names in choices if all((folder / f"{name}.wav").exists() for name in names)
        ]
        names = there[int(self.random.integers(len(there)))]
        parts = []
        for name in names:
            parts += [
                self.scaled(prompt(folder / f"{name}.wav")),
                self.quiet(self.uniform(*gap_s)),
            ]
        self.said = f"{folder.name}: {' '.join(names)}"
        return np.concatenate(parts[:-1])

    def scaled(self, sound: np.ndarray, decibels: float = 0.0) -> np.ndarray:
        """Active speech, or a tone, at that level over the call's."""
        return sound / active_level(sound) * 10 ** (decibels / 20)

    def noise(self, samples: int, *, street: bool) -> np.ndarray:
        """Line noise; or a street's: low, and swelling as things pass by."""
        white = self.random.normal(0, 1, samples)
        if not street:
            return white
        steps = samples // 4000 + 3
        swell = np.interp(
            np.arange(samples) / 4000, np.arange(steps), self.random.normal(0, 4, steps)
        )
        return band(np.cumsum(white - white.mean()) * 0.02 + white * 0.3, 150, 2500) * 10 ** (
            swell / 20
        )

    def music(self, samples: int) -> np.ndarray:
        """Chords of a few partials, a new one every half second or so."""
        out: list[np.ndarray] = []
        length = 0
        while length < samples:
            seconds = self.uniform(0.25, 0.7)
            root = 220 * 2 ** (int(self.random.integers(0, 18)) / 12)
            time = np.arange(round(seconds * HERTZ)) / HERTZ
            chord = np.zeros(time.size)
            for interval in (0, int(self.pick([3, 4])), 7):
                hertz = root * 2 ** (interval / 12)
                for partial in range(1, 6):
                    if hertz * partial < 3400:
                        chord += np.sin(2 * np.pi * hertz * partial * time) / partial**1.3
            out.append(chord * np.exp(-time * self.uniform(0.5, 3)))
            length += chord.size
        return np.concatenate(out)[:samples]

    def beep(self) -> np.ndarray:
        hertz = (
            self.uniform(400, 2000) if self.uniform(0, 1) < 0.6 else self.pick([440, 1000, 1400])
        )
        seconds = self.uniform(0.15, 1.5) if self.uniform(0, 1) < 0.5 else self.uniform(0.2, 0.6)
        one = self.sine(float(str(hertz)), seconds)
        if self.uniform(0, 1) < 0.15:
            one = self.sine(float(str(hertz)), 0.15)
            return np.concatenate([one, self.quiet(self.uniform(0.08, 0.2)), one])
        return one

    def person(self, kind: str) -> tuple[np.ndarray, int, np.ndarray]:
        """What comes before the greeting, how long the greeting is, and it with what follows."""
        before = self.quiet(0)
        if kind == "prompt word":
            first = self.prompts([[name] for name in SPOKEN_BY_PEOPLE], (0.1, 0.2))
        elif kind == "prompt words":
            count = int(self.random.integers(2, 5))
            rows = [[str(self.pick(SPOKEN_BY_PEOPLE)) for _ in range(count)] for _ in range(20)]
            first = self.prompts(rows, (0.05, 0.35))
        else:
            speaker = self.speaker()
            long = kind == "greeting" or (kind == "word, street" and self.uniform(0, 1) < 0.3)
            first = self.speak(GREETINGS if long else SHORT_WORDS, speaker)
        first = self.scaled(first)
        if kind == "cough, word":
            burst = self.random.normal(0, 1, round(self.uniform(0.1, 0.35) * HERTZ))
            burst *= np.exp(-np.arange(burst.size) / HERTZ * self.uniform(3, 12))
            cough = self.scaled(band(burst, 300, 3000), self.uniform(-8, 4))
            before = np.concatenate([cough, self.quiet(self.uniform(0.15, 0.9))])
        after = [first, self.quiet(self.uniform(0.9, 1.8) if kind == "word, word" else 2.5)]
        if kind == "word, word" or self.uniform(0, 1) < 0.3:
            after += [first, self.quiet(1.5)]
        return before, first.size, np.concatenate([*after, self.quiet(2)])

    def machine(self, kind: str) -> tuple[np.ndarray, int, np.ndarray, int | None]:
        """As `person`, and where the beep begins after the greeting's start."""
        before = self.quiet(0)
        speaker = self.speaker()
        if kind == "prompt message":
            greeting = self.prompts(SPOKEN_BY_MACHINES[self.parity :: 2], (0.05, 0.4))
        elif kind == "short message":
            greeting = self.speak(SHORT_MESSAGES, speaker)
        elif kind.startswith("carrier"):
            greeting = self.speak(CARRIER, speaker)
            if self.uniform(0, 1) < 0.7:
                greeting = np.concatenate([greeting, self.quiet(self.uniform(0.5, 1.5)), greeting])
        else:
            greeting = self.speak(MESSAGES, speaker)
        greeting = self.scaled(greeting)
        if kind == "message, music":
            lead = round(self.uniform(0, 1.5) * HERTZ)
            music = self.scaled(self.music(greeting.size + lead + 4000), self.uniform(-18, -8))
            music[lead : lead + greeting.size] += greeting
            greeting = music
        if kind == "carrier, SIT":
            level = self.uniform(-3, 3)
            tones = [self.scaled(self.sine(hertz, 0.33), level) for hertz in (950, 1400, 1800)]
            before = np.concatenate([*tones, self.quiet(self.uniform(0.1, 0.8))])
        if kind.startswith("carrier") or (kind != "short message" and self.uniform(0, 1) < 0.15):
            return before, greeting.size, np.concatenate([greeting, self.quiet(3.5)]), None
        pause = self.quiet(
            self.uniform(0.05, 0.6) if kind == "short message" else self.uniform(0.1, 2)
        )
        beep = self.scaled(self.beep(), self.uniform(-6, 5))
        sound = np.concatenate([greeting, pause, beep, self.quiet(2.5)])
        return before, greeting.size, sound, greeting.size + pause.size

    def _call(self, truth: str, kind: str) -> Call:
        self.said = ""
        beep: int | None = None
        if truth == "person":
            before, length, after = self.person(kind)
            lead_s = self.uniform(1.5, 2.5) if kind == "late word" else self.uniform(0.2, 1.2)
        else:
            before, length, after, beep = self.machine(kind)
            lead_s = self.uniform(0.2, 1.5)
        lead = self.quiet(lead_s)
        if self.uniform(0, 1) < 0.12:
            rest = self.uniform(0.1, 0.8)
            ring = self.sine(425, rest)
            if self.uniform(0, 1) < 0.5:
                ring = self.sine(440, rest) + self.sine(480, rest)
            lead = np.concatenate([self.scaled(ring, self.uniform(-8, 2)), lead])
        start = lead.size + before.size
        sound = np.concatenate([lead, before, after])
        if kind == "word, television":
            language, voice, pace, pitch = self.speaker()
            program = espeak(" ".join(MESSAGES[language][self.parity :: 2]), voice, pace, pitch)
            program = np.tile(program, sound.size // program.size + 1)
            shift = int(self.random.integers(program.size))
            sound += self.scaled(np.roll(program, shift)[: sound.size], self.uniform(-22, -15))
        sound = self._line(sound, street=kind == "word, street" or self.uniform(0, 1) < 0.1)
        return Call(
            half=self.half,
            truth=truth,
            kind=kind,
            samples=sound,
            start_s=start / HERTZ,
            end_s=(start + length) / HERTZ,
            beep_s=None if beep is None else (start + beep) / HERTZ,
            said=self.said,
        )

    def _line(self, sound: np.ndarray, *, street: bool) -> np.ndarray:
        """Through a line, to 16 bits."""
        sound = band(sound, self.uniform(150, 320), self.uniform(3000, 3500))
        if self.uniform(0, 1) < 0.3:
            delay = round(self.uniform(0.02, 0.15) * HERTZ)
            echo = 10 ** (self.uniform(-30, -14) / 20)
            sound = sound + echo * np.concatenate([np.zeros(delay), sound[:-delay]])
        level = self.uniform(-35, -10)
        sound = sound * amplitude(level) / 2**0.5
        if street:
            noise = self.noise(sound.size, street=True)
            below = self.uniform(10, 25)
            sound += noise / np.std(noise) * amplitude(level - below) / 2**0.5
        quiet_dbm0 = self.uniform(-75, -52)
        sound += self.noise(sound.size, street=False) * amplitude(quiet_dbm0) / 2**0.5
        clipped = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
        return g711_decode(g711_encode(clipped, Law.ALAW), Law.ALAW)
