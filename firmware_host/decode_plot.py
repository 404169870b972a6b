"""A picture of a recording: waveform, spectrogram, and what was heard, over one time axis."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from dsp import SAMPLE_RATE_HZ, Decoded

__all__ = ["draw"]

mpl.use("Agg")

_COLUMNS = 1400
"""Of the picture: a longer recording's waveform is drawn by its extremes."""
_WINDOW = 256
_COLOURS = {
    "digit": "#1f6fb4",
    "mf_signal": "#5a4fcf",
    "caller_id": "#1b8a5a",
    "progress": "#c7761b",
    "fax_tone": "#a63d8f",
    "modem_tone": "#8c564b",
    "alerting_tone": "#7a7a00",
    "answering": "#c0392b",
}


def draw(channels: NDArray[np.int16], found: Sequence[Decoded], file: Path, *, title: str) -> None:
    """Writes a PNG.

    Args:
        channels: Linear samples at 8 kHz, shape (channels, samples).
        found: What was heard in them.
        file: Where to.
        title: Above it.

    Raises:
        OSError: It cannot be written.
    """
    count = channels.shape[0]
    figure = Figure(figsize=(14, 1 + 5.2 * count), dpi=100, layout="constrained")
    figure.suptitle(title)
    axes = figure.subplots(
        3 * count, 1, sharex=True, squeeze=False, height_ratios=[1.0, 1.8, 1.4] * count
    )[:, 0]
    for channel, samples in enumerate(channels):
        wave, spectrogram, heard = axes[3 * channel : 3 * channel + 3]
        _draw_wave(wave, samples, f"channel {channel + 1}" if count > 1 else "")
        _draw_spectrogram(spectrogram, samples)
        _draw_heard(heard, [each for each in found if each.channel == channel + 1])
    axes[-1].set_xlabel("seconds")
    axes[-1].set_xlim(0, channels.shape[1] / SAMPLE_RATE_HZ)
    figure.savefig(file, format="png")


def _draw_wave(axes: Axes, samples: NDArray[np.int16], name: str) -> None:
    step = max(1, samples.size // _COLUMNS)
    pieces = samples[: samples.size // step * step].reshape(-1, step) / 32768
    time = np.arange(len(pieces)) * step / SAMPLE_RATE_HZ
    axes.fill_between(time, pieces.min(axis=1), pieces.max(axis=1), lw=0.6, color="#34495e")
    axes.set_ylim(-1, 1)
    axes.set_ylabel(f"{name}\nsound" if name else "sound")
    axes.grid(alpha=0.25)


def _draw_spectrogram(axes: Axes, samples: NDArray[np.int16]) -> None:
    hop = max(_WINDOW // 2, samples.size // _COLUMNS)
    padded = np.pad(samples.astype(np.float64) / 32768, (_WINDOW // 2, _WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::hop]
    power = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW), axis=1)) ** 2
    level = 10 * np.log10(power.T / (_WINDOW / 4) ** 2 + 1e-10)
    axes.imshow(
        level,
        aspect="auto",
        origin="lower",
        extent=(0, samples.size / SAMPLE_RATE_HZ, 0, SAMPLE_RATE_HZ / 2),
        vmin=-80,
        vmax=0,
        cmap="magma",
    )
    axes.set_ylabel("Hz")


def _draw_heard(axes: Axes, found: Sequence[Decoded]) -> None:
    kinds = [kind for kind in _COLOURS if any(each.kind == kind for each in found)]
    for each in found:
        if each.kind not in kinds:
            continue
        row = kinds.index(each.kind)
        length = max(each.end_s - each.start_s, 0.005)
        axes.barh(row, length, left=each.start_s, height=0.7, color=_COLOURS[each.kind])
        label = each.facts.get("digit") or each.facts.get("tone") or each.facts.get("result")
        label = label or each.facts.get("number") or each.facts.get("signal") or ""
        axes.annotate(
            str(label),
            (each.start_s, row + 0.42),
            fontsize=8,
            annotation_clip=True,
            parse_math=False,
        )
    axes.set_yticks(range(len(kinds)), [kind.replace("_", " ") for kind in kinds])
    axes.set_ylim(-0.6, max(1, len(kinds)) - 0.2)
    axes.grid(axis="x", alpha=0.25)
    if not found:
        axes.text(0.5, 0.5, "nothing was heard", transform=axes.transAxes, ha="center")
