"""Who answered an outgoing call: a person, a machine, a fax, nobody.

People say a word or two and wait; machines talk on. So a voice that falls quiet soon is a person, one
that has not stopped after 3.6 s is a machine, and a beep after a voice is a machine. How long quiet
has to last grows with the greeting: nobody pauses for breath after "hello", many do after their
company's name. Where it is not clear the judgement is *person*: a machine that reaches an agent costs
some seconds, a person who reaches nobody is an abandoned call.

Limits: 16 CFR 310.4(b)(1)(iv) (US) and Ofcom's rules (UK) give two seconds from the end of the
person's greeting to an agent's voice. Tones are found elsewhere, in the media plane; their reports come
in by `AnsweringJudge.tone_heard`. Left-overs of ringback are told from speech here, too.

Measured by ``scripts/accuracy/answering.py``; why it is so: decision 0018.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dsp.answering_terms import PAUSE_S, TONES, Answering, AnsweringSettings
from dsp.beep import Beep, BeepWatch
from dsp.greeting import Greeting
from dsp.speech_frames import RATE_HZ, Frame, FrameReader, frame_time_s

__all__ = ["AnsweringJudge", "judge_answering"]

SHORTEST_SURE_BEEP_S = 0.2
"""While it is not known that a machine answered: a voice may hold a note for less."""
LONGEST_HELD_UP_S = 0.3
"""So long, beyond the quiet that is needed, sound that may become a voice holds the judgement up."""
FOREGROUND_QUIET_S = 1.3
"""After so long without the loud voice, softer ones are a television's, or other people's."""
LONE_BEEP_QUIET_S = 2.0
"""Quiet after a beep without a greeting, before it is thought to be all that the machine says."""
LONGEST_PENDING_S = 3.0
"""A tone that goes on and on does not hold the judgement up for longer."""
RING_PAUSE_S = 5.0
"""The longest pause between rings in our tone plans; silence begins to count only after it."""
SHORTEST_JUDGED_S = 1.0
SHORTEST_RINGING_S = 6.0
"""A ring and a pause: less is any tone."""
OVERRULING = {"CED": 1, "ANS": 2, "ANSam": 2, "CNG": 3, "sit": 3, "V21": 4}
"""Tones that do not come by chance: they overrule a machine, and one another in this order. A fax
machine's CED turns out to be a modem's once its phase reverses, a modem's a fax's by the preamble."""


class AnsweringJudge:
    """Judges one call.

    Runs in: any; off the tick.
    """

    def __init__(self, settings: AnsweringSettings | None = None) -> None:
        self._settings = settings or AnsweringSettings()
        self._reader = FrameReader()
        self._greeting = Greeting(self._settings.minimum_level_dbm0)
        self._watch = BeepWatch()
        self._frames = 0
        self._overruled = 0
        self._rang = False
        self._answered = False
        self._silent_since_s = 0.0
        self._lone_beep: Beep | None = None
        self.judgement: Answering | None = None
        """The newest; None while undecided."""

    @property
    def heard_s(self) -> float:
        """How much was heard, in whole frames of 20 ms."""
        return frame_time_s(self._frames)

    def hear(self, samples: NDArray[np.int16]) -> Answering | None:
        """Listens on.

        Args:
            samples: The next ones, one-dimensional, 8 kHz, 16-bit linear; any number.

        Returns:
            The judgement if these samples brought one, or changed it: a machine's beep was heard, a
            greeting came after all; otherwise None. A person is final.
        """
        before = self.judgement
        if before is not None and before.result == "person":
            self._frames += self._reader.skip(samples)
            return None
        for frame in self._reader.read(samples):
            self._frames += 1
            self._step(frame)
        return self.judgement if self.judgement is not before else None

    def tone_heard(self, tone: str, at_s: float) -> Answering | None:
        """Takes the report of a tone's detector.

        Args:
            tone: ``CNG``, ``CED``, ``V21``, ``ANS``, ``ANSam``, ``sit``, ``busy``, ``congestion``,
                ``ringback``, ``dial``; or ``answered``, which signalling says, and which begins the
                judgement anew.
            at_s: When it was detected.

        Returns:
            The judgement if it brought one, or changed it.

        Raises:
            ValueError: There is no such tone.
        """
        if tone == "ringback":
            self._rang = True
            self._silent_since_s = max(self._silent_since_s, at_s + RING_PAUSE_S)
            return None
        if tone == "answered":
            # What came before was the network's: ringback, music instead of it, announcements.
            self._answered = True
            self._silent_since_s = at_s
            self._lone_beep = self.judgement = None
            self._greeting = Greeting(self._settings.minimum_level_dbm0, self._frames)
            self._watch = BeepWatch(self._frames)
            return None
        if tone not in TONES:
            raise ValueError(f"tone {tone!r}: ringback, answered or {', '.join(TONES)} is expected")
        result, confidence, reason = TONES[tone]
        now = self.judgement.result if self.judgement is not None else None
        if now == "person":
            return None
        if tone in OVERRULING:
            if OVERRULING[tone] <= self._overruled:
                return None
            self._overruled = OVERRULING[tone]
        elif now not in (None, "silence", "no_answer"):
            return None
        elif self._greeting.start_s is not None:
            # They spoke, and hung up: the tone comes from that.
            return self._spoken(f"; then {reason}", at_s)
        return self._judge(result, reason, confidence, at_s)

    def finish(self) -> Answering:
        """The sound is over.

        Returns:
            The judgement; without one so far, what may be said of what was heard.
        """
        beep = self._watch.finish()
        if beep is not None and self._greeted_before(beep):
            machine = self.judgement is not None and self.judgement.result == "machine"
            if machine or (self.judgement is None and _sure(beep)):
                self._beeped(beep)
        if self.judgement is not None:
            return self.judgement
        if self._greeting.start_s is not None:
            return self._spoken("; then the sound ended", self.heard_s)
        if self._rang and not self._answered and self.heard_s >= SHORTEST_RINGING_S:
            return self._judge("no_answer", "ringback, and nobody answered", 0.9, self.heard_s)
        if self.heard_s < SHORTEST_JUDGED_S:
            reason = f"{self.heard_s:.1f} s of sound: too little"
            return self._judge("unknown", reason, 0.0, self.heard_s)
        return self._judge("silence", "no voice was heard", 0.6, self.heard_s)

    def _step(self, frame: Frame) -> None:
        beep = self._watch.follow(frame)
        run = self._watch.run
        self._greeting.follow(frame, tone_frames=run.frames if run is not None else 0)
        if run is not None and self._greeting.start_s is None and run.like_progress:
            self._rang = True
            self._silent_since_s = max(self._silent_since_s, self.heard_s + RING_PAUSE_S)
        result = self.judgement.result if self.judgement is not None else None
        if result in (None, "silence", "no_answer"):
            self._decide(beep)
        elif result == "machine":
            self._await_message(beep)

    def _decide(self, beep: Beep | None) -> None:
        start_s = self._greeting.start_s
        if start_s is None:
            self._decide_without_voice(beep)
            return
        if beep is not None and _sure(beep) and self._greeted_before(beep):
            self._beeped(beep)
            return
        now_s, settings = self.heard_s, self._settings
        quiet_s = now_s - self._greeting.end_s
        length_s = self._greeting.end_s - start_s
        if self._watch.pending and quiet_s < LONGEST_PENDING_S:
            return
        if length_s >= settings.longest_greeting_s or (
            now_s - start_s >= settings.longest_greeting_s and quiet_s < PAUSE_S
        ):
            reason = f"still speaking {now_s - start_s:.1f} s after the first word"
            self._judge("machine", reason, 0.9, now_s)
        elif quiet_s >= self._needed_s(length_s) + (
            LONGEST_HELD_UP_S if self._greeting.undecided else 0
        ):
            share = min(length_s / settings.longest_greeting_s, 1)
            reason = f"{length_s:.1f} s of speech, then {quiet_s:.1f} s of quiet"
            self._judge("person", reason, 0.97 - 0.35 * share**2, now_s)
        elif now_s - self._greeting.loud_end_s >= FOREGROUND_QUIET_S:
            reason = f"a voice, then {now_s - self._greeting.loud_end_s:.1f} s of softer ones only"
            self._judge("person", reason, 0.75, now_s)

    def _decide_without_voice(self, beep: Beep | None) -> None:
        now_s = self.heard_s
        if beep is not None:
            self._lone_beep = beep if _sure(beep) and not beep.like_progress else None
        if self._lone_beep is not None and now_s - self._lone_beep.end_s >= LONE_BEEP_QUIET_S:
            self._beeped(self._lone_beep)
        elif self.judgement is None:
            if self._rang and not self._answered and now_s >= self._settings.no_answer_s:
                self._judge("no_answer", f"ringback for {now_s:.0f} s", 0.9, now_s)
            elif now_s - self._silent_since_s >= self._settings.silence_s:
                quiet_s = now_s - self._silent_since_s
                self._judge("silence", f"no voice within {quiet_s:.1f} s", 0.7, now_s)

    def _needed_s(self, length_s: float) -> float:
        """How long quiet has to last after a greeting of that length."""
        settings = self._settings
        beyond = length_s - settings.short_greeting_s
        share = min(max(beyond / (settings.longest_greeting_s - settings.short_greeting_s), 0), 1)
        growth = settings.quiet_after_long_s - settings.quiet_after_short_s
        return settings.quiet_after_short_s + growth * share

    def _await_message(self, beep: Beep | None) -> None:
        if beep is not None and self._greeted_before(beep):
            self._beeped(beep)
            return
        assert self.judgement is not None
        quiet_s = self.heard_s - self._greeting.end_s
        if (
            self.judgement.message_s is None
            and self._greeting.start_s is not None
            and quiet_s >= self._settings.greeting_over_s
            and not self._watch.pending
        ):
            self.judgement = replace(
                self.judgement,
                reason=f"{self.judgement.reason}; quiet, no beep",
                message_s=self.heard_s,
                end_s=self._greeting.end_s,
            )

    def _beeped(self, beep: Beep) -> None:
        """A beep is over, and it is a machine's."""
        start_s = self._greeting.start_s
        if self.judgement is None or self.judgement.result != "machine":
            if start_s is None:
                reason, confidence = f"a beep of {beep.hertz:.0f} Hz and no greeting", 0.6
            else:
                spoken_s = max(min(self._greeting.end_s, beep.start_s) - start_s, 0)
                reason = f"{spoken_s:.1f} s of speech, then a beep of {beep.hertz:.0f} Hz"
                confidence = 0.95
            self._judge("machine", reason, confidence, self.heard_s)
        elif self.judgement.beep_s is None:
            reason = f"{self.judgement.reason}; then a beep of {beep.hertz:.0f} Hz"
            self.judgement = replace(self.judgement, reason=reason)
        assert self.judgement is not None
        if self.judgement.beep_s is None:
            end_s = None if start_s is None else min(self._greeting.end_s, self.heard_s)
            self.judgement = replace(
                self.judgement, beep_s=beep.start_s, message_s=beep.end_s, end_s=end_s
            )

    def _greeted_before(self, beep: Beep) -> bool:
        start_s = self._greeting.start_s
        return start_s is not None and beep.start_s > start_s

    def _spoken(self, ending: str, at_s: float) -> Answering:
        """There was a voice, and there will be no more: short ones are people's."""
        assert self._greeting.start_s is not None
        length_s = self._greeting.end_s - self._greeting.start_s
        result = "machine" if length_s >= self._settings.longest_greeting_s else "person"
        return self._judge(result, f"{length_s:.1f} s of speech{ending}", 0.6, at_s)

    def _judge(self, result: str, reason: str, confidence: float, at_s: float) -> Answering:
        spoken = self._greeting.start_s is not None
        self.judgement = Answering(
            result=result,
            reason=reason,
            confidence=round(confidence, 2),
            decided_s=at_s,
            start_s=self._greeting.start_s,
            end_s=self._greeting.end_s if spoken else None,
            level_dbm0=round(self._greeting.level_dbm0, 1) if spoken else None,
        )
        return self.judgement


def _sure(beep: Beep) -> bool:
    return beep.end_s - beep.start_s >= SHORTEST_SURE_BEEP_S


def judge_answering(
    samples: NDArray[np.int16],
    tones: Iterable[tuple[str, float]] = (),
    settings: AnsweringSettings | None = None,
) -> Answering:
    """Judges a whole call that was recorded.

    Args:
        samples: One-dimensional, 8 kHz, 16-bit linear.
        tones: Reports as `AnsweringJudge.tone_heard` takes them, each (tone, when detected in s).
        settings: Limits other than the usual ones.

    Returns:
        The last judgement.

    Raises:
        ValueError: There is no such tone.
    """
    judge = AnsweringJudge(settings)
    place = 0
    for tone, at_s in sorted(tones, key=lambda report: report[1]):
        until = min(round(at_s * RATE_HZ), samples.size)
        judge.hear(samples[place:until])
        place = max(place, until)
        judge.tone_heard(tone, at_s)
    judge.hear(samples[place:])
    return judge.finish()
