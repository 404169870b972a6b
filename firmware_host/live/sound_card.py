"""The machine's sound card, if it has one: PortAudio by way of the optional package sounddevice."""

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsp import BLOCK_SAMPLES, SAMPLE_RATE_HZ

__all__ = ["NoSoundCard", "SoundCard"]

_MICROPHONE_BLOCKS = 5
"""What nobody has fetched for 100 ms is stale."""


class NoSoundCard(Exception):
    """There is no sound; the message says what is missing and what to install."""


def _sounddevice() -> Any:  # noqa: ANN401 - an optional package without types
    try:
        import sounddevice
    except ImportError:
        raise NoSoundCard(
            "the Python package sounddevice is not installed: .venv/bin/pip install sounddevice"
        ) from None
    except OSError as error:
        raise NoSoundCard(
            f"PortAudio is not installed ({error}): as root, apt install libportaudio2"
        ) from None
    return sounddevice


class SoundCard:
    """Plays what ``speaker`` gives, block by block, and keeps what the microphone hears.

    Raises:
        NoSoundCard: There is none, or it can't be used.
    """

    def __init__(
        self, speaker: Callable[[], NDArray[np.int16]], *, with_microphone: bool = False
    ) -> None:
        sounddevice = _sounddevice()
        self._speaker = speaker
        self._heard: deque[NDArray[np.int16]] = deque(maxlen=_MICROPHONE_BLOCKS)
        settings = {
            "samplerate": SAMPLE_RATE_HZ,
            "blocksize": BLOCK_SAMPLES,
            "channels": 1,
            "dtype": "int16",
        }
        try:
            if with_microphone:
                self._stream = sounddevice.RawStream(callback=self._both, **settings)
            else:
                self._stream = sounddevice.RawOutputStream(callback=self._play, **settings)
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise NoSoundCard(
                f"no sound device can be used at 8 kHz ({error}); see what there is with"
                " .venv/bin/python -m sounddevice"
            ) from None

    def heard(self) -> list[NDArray[np.int16]]:
        """Blocks of 160 samples from the microphone since the last call; old ones are gone."""
        return [self._heard.popleft() for _ in range(len(self._heard))]

    def close(self) -> None:
        """Fall silent."""
        self._stream.abort()
        self._stream.close()

    # The rest runs in PortAudio's thread.

    def _both(self, heard: Any, said: Any, _frames: int, _time: Any, _status: Any) -> None:  # noqa: ANN401
        self._heard.append(np.frombuffer(bytes(heard), np.int16))
        said[:] = self._speaker().tobytes()

    def _play(self, said: Any, _frames: int, _time: Any, _status: Any) -> None:  # noqa: ANN401
        said[:] = self._speaker().tobytes()
