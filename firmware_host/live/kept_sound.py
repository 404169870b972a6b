"""What a person keeps of a line: a WAV file that is valid at every moment, and its errors in words."""

from pathlib import Path
from typing import Self

from firmware_host.wav_writer import WRITE_AFTER_OCTETS, WavWriter

__all__ = ["KeptSound", "KeptSoundError"]


class KeptSoundError(Exception):
    """The file can't be written; the message names it and says why."""


class KeptSound:
    """A new file, or none: then nothing is kept. A context manager.

    Raises:
        KeptSoundError: from every method.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = None if path is None else WavWriter(path)

    def __enter__(self) -> Self:
        if self._file is not None:
            try:
                self._file.open()
            except FileExistsError:
                raise KeptSoundError(
                    f"{self._file.path}: is there already; name a new file"
                ) from None
            except OSError as error:
                raise self._because(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                raise self._because(error) from error

    def append(self, tick: int, samples: bytes) -> None:
        """Add a block, left and right in turn; it is in the file within half a second of sound."""
        if self._file is not None:
            self._file.append(tick, samples)
            if self._file.waiting_octets < WRITE_AFTER_OCTETS:
                return
            try:
                self._file.write()
            except OSError as error:
                raise self._because(error) from error

    def _because(self, error: OSError) -> KeptSoundError:
        path = "" if self._file is None else self._file.path
        return KeptSoundError(f"{path}: {error.strerror or error}")
