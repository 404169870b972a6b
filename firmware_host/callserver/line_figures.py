"""What was heard in a line's test, as figures, each judged against a limit that is told with its source.

Pure; takes some milliseconds of numpy, so the call server does it in a thread.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers import PortKind
from dsp import (
    BLOCK_SAMPLES,
    SoundLevels,
    TonePlan,
    echo_loss,
    echo_sound,
    find_steady_tones,
    g711_decode,
    measure_sound,
    speech_band_dbm0,
    tone_return,
)
from firmware_host.callserver.line_test import HeardParts

__all__ = ["line_figures"]

_NEAR_HZ = 8.0
_STEADY_FROM = round(0.3 * 8000)
"""Of what was heard while we sounded: until then the echo builds up."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """Up to ``good`` it is good, up to ``poor`` poor, beyond that bad; a negative step: the other way."""

    good: float
    poor: float
    source: str
    decimals: int = 0

    def judge(self, value: float) -> str:
        sign = 1 if self.good <= self.poor else -1
        if sign * value <= sign * self.good:
            return "good"
        return "poor" if sign * value <= sign * self.poor else "bad"

    def __str__(self) -> str:
        how = "at most" if self.good <= self.poor else "at least"
        return f"{how} {self.good:g}, bad beyond {self.poor:g}"


_NOISE = _Limit(-60, -50, "ITU-T G.712 allows a card -65 dBm0p by itself; the rest is ours")
_HUM = _Limit(-50, -40, "ours: fainter is not heard behind a telephone's 300 Hz")
_DIRECT = _Limit(0.2, 1.0, "ours: more shifts a coder's steps")
_ECHO = _Limit(
    16, 6, "good: ITU-T Q.552, balance return loss; bad: ITU-T G.168, what cancellers need"
)
_CLIPPED = _Limit(0.0, 0.1, "ours")
_DIAL_TONE = _Limit(-25, -35, "ours: an exchange sends some -10 dBm0, a line loses up to 10 dB")


def line_figures(
    parts: HeardParts,
    kind: PortKind,
    plan: TonePlan,
    volts: Sequence[tuple[str, float]],
) -> list[dict[str, Any]]:
    """Rows of a table.

    Args:
        parts: What was heard.
        kind: What our port is.
        plan: The country's tones.
        volts: What the card measured, with names.
    """
    rows: list[dict[str, Any]] = []
    quiet = g711_decode(parts.quiet, parts.law)
    if kind is PortKind.FXO:
        rows += _dial_tone(g711_decode(parts.dial_tone, parts.law), plan)
    rows += _idle(quiet)
    if parts.tone:
        rows += _echo(
            g711_decode(parts.tone, parts.law)[_STEADY_FROM:],
            g711_decode(parts.echo, parts.law)[_STEADY_FROM:],
        )
    rows += [_row(f"voltage, {name}", value, "V") for name, value in volts]
    return rows


def _row(
    name: str, value: float | str | None, unit: str, limit: _Limit | None = None, judged: str = ""
) -> dict[str, Any]:
    if limit is not None and isinstance(value, float):
        judged = limit.judge(value)
    return {
        "figure": name,
        "value": value,
        "unit": unit,
        "judgement": judged,
        "limit": str(limit) if limit is not None else "",
        "source": limit.source if limit is not None else "",
    }


def _dial_tone(samples: NDArray[np.int16], plan: TonePlan) -> list[dict[str, Any]]:
    tones = find_steady_tones(samples) if samples.size else None
    expected = sorted({hz for each in plan.dial.segments for hz in each.frequencies_hz})
    if tones is None:
        return [_row("dial tone", None, "", judged="bad")]
    found = tones.frequencies_hz
    same = len(found) == len(expected) and np.allclose(found, expected, atol=_NEAR_HZ)
    said = " + ".join(f"{each:g}" for each in found)
    named = _row("dial tone", said, "Hz", judged="good" if same else "poor")
    named["limit"] = " + ".join(f"{each:g}" for each in expected)
    named["source"] = f"the tones of site.country ({plan.country})"
    return [named, _row("dial tone's level", tones.level_dbm0, "dBm0", _DIAL_TONE)]


def _idle(quiet: NDArray[np.int16]) -> list[dict[str, Any]]:
    levels: SoundLevels = measure_sound(quiet)
    noise = _noise(quiet)
    hum = levels.hum_dbm0 if levels.hum_hz is not None else None
    clipped = round(levels.clipped_share * 100, 2)
    return [
        _row("noise, 300 to 3400 Hz", noise, "dBm0", _NOISE)
        if noise is not None
        else _row("noise, 300 to 3400 Hz", None, "", judged="good"),
        _row(f"hum, {levels.hum_hz:.0f} Hz and harmonics", hum, "dBm0", _HUM)
        if hum is not None
        else _row("hum, 50 or 60 Hz and harmonics", None, "", judged="good"),
        _row("direct current", abs(round(levels.direct_current * 100, 2)), "% f.s.", _DIRECT),
        _row("clipped samples", clipped, "%", _CLIPPED),
    ]


def _noise(quiet: NDArray[np.int16]) -> float | None:
    """Of the quieter half: a word of somebody's is no noise."""
    length = BLOCK_SAMPLES * 10
    pieces = quiet[: quiet.size // length * length].reshape(-1, length)
    levels = [speech_band_dbm0(each) for each in pieces]
    found = sorted(-math.inf if each is None else each for each in levels)
    if not found or not math.isfinite(found[len(found) // 2]):
        return None
    return round(found[len(found) // 2], 1)


def _echo(tone: NDArray[np.int16], heard: NDArray[np.int16]) -> list[dict[str, Any]]:
    echo = echo_loss(heard, echo_sound(0.1))
    limited = echo.loss_db > echo.limit_db - 3
    loss = _row("echo return loss", echo.loss_db, "dB", _ECHO)
    if limited:
        loss["unit"] = "dB or more"
    at = f"{echo.worst_hz:.0f} Hz"
    return [
        loss,
        _row(f"least return loss, at {at}", echo.worst_db, "dB"),
        _row("return loss at 1004 Hz", tone_return(tone), "dB", _ECHO),
    ]
