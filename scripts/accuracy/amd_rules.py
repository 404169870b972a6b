"""The rules by which Asterisk's application AMD judges, as its documentation tells them.

Written from the description of its parameters (docs.asterisk.org, "AMD"; configs/samples/amd.conf.sample)
for comparison. Its defaults as of Asterisk 18 to 23; up to version 16 it allowed three words.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["AmdParameters", "AmdVerdict", "amd_rules"]

FRAME_MS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AmdParameters:
    """AMD's parameters with its defaults, all times in milliseconds."""

    initial_silence: int = 2500
    greeting: int = 1500
    after_greeting_silence: int = 800
    total_analysis_time: int = 5000
    minimum_word_length: int = 100
    between_words_silence: int = 50
    maximum_number_of_words: int = 2
    maximum_word_length: int = 5000
    silence_threshold: int = 256
    """Mean absolute sample below which a frame is silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmdVerdict:
    """What the rules say."""

    result: str
    """``person``, ``machine`` or ``unknown`` (NOTSURE)."""
    cause: str
    decided_s: float


def amd_rules(samples: np.ndarray, parameters: AmdParameters | None = None) -> AmdVerdict:
    """Judges a call (int16, 8 kHz) frame by frame of 20 ms."""
    limits = parameters or AmdParameters()
    silence = voice = word = words = 0
    greeting_begun = False
    counted = True  # it starts as if within a word
    frames = samples[: samples.size // 160 * 160].reshape(-1, 160)
    now = 0
    for loudness in np.abs(frames.astype(np.float64)).mean(axis=1):
        now += FRAME_MS
        if loudness < limits.silence_threshold:
            silence += FRAME_MS
            if silence >= limits.between_words_silence:
                counted, word = False, 0
            if not greeting_begun and silence >= limits.initial_silence:
                return _verdict("machine", "INITIALSILENCE", now)
            if greeting_begun and silence >= limits.after_greeting_silence:
                return _verdict("person", "HUMAN", now)
        else:
            word += FRAME_MS
            voice += FRAME_MS
            if word >= limits.minimum_word_length:
                silence = 0
                greeting_begun = True
                if not counted:
                    words, counted = words + 1, True
            if word >= limits.maximum_word_length:
                return _verdict("machine", "MAXWORDLENGTH", now)
            if words > limits.maximum_number_of_words:
                return _verdict("machine", "MAXWORDS", now)
            if greeting_begun and voice >= limits.greeting:
                return _verdict("machine", "LONGGREETING", now)
        if now >= limits.total_analysis_time:
            break
    return _verdict("unknown", "TOOLONG", now)


def _verdict(result: str, cause: str, milliseconds: int) -> AmdVerdict:
    return AmdVerdict(result=result, cause=cause, decided_s=milliseconds / 1000)
