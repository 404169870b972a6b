"""What travels over a live socket: one packet each, of a kind and its content.

A client says hello with a JSON object; the answer is RESULT or ERROR. From then on the server sends SOUND
every 20 ms and NOTEs, and the client of a handset sends SOUND and KEYS.
"""

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from dsp import BLOCK_SAMPLES

__all__ = [
    "ERROR",
    "KEYS",
    "LONGEST_MESSAGE",
    "NOTE",
    "RESULT",
    "SOUND",
    "HeardBlock",
    "json_message",
]

RESULT, ERROR, NOTE, SOUND, KEYS = b"R", b"E", b"N", b"S", b"K"
LONGEST_MESSAGE = 4096
KEYPAD = "0123456789*#"


class Order(StrEnum):
    """What the content of KEYS may hold beside the keys of the keypad; done one after the other."""

    LIFT = "l"
    HANG_UP = "d"
    FLASH = "f"
    PAUSE = ","
    LEAVE = "q"


_HEADER = struct.Struct("<cQIH")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardBlock:
    """Twenty milliseconds of a line."""

    tick: int
    "Of the plane: a number that is missing is a block that was left out."
    dropped: int
    "Blocks left out so far, because this client was too slow."
    waiting: int
    "Handset: blocks of ours that wait to be said."
    samples: NDArray[np.int16]
    "Shape (160, 2), linear: from the line left, to the line right."

    def pack(self) -> bytes:
        """The message."""
        header = _HEADER.pack(SOUND, self.tick, self.dropped, self.waiting)
        return header + self.samples.tobytes()

    @classmethod
    def unpack(cls, message: bytes) -> "HeardBlock":
        """The block of a message.

        Raises:
            ValueError: It is none.
        """
        if len(message) != _HEADER.size + BLOCK_SAMPLES * 4:
            raise ValueError(f"a sound message of {len(message)} octets")
        _, tick, dropped, waiting = _HEADER.unpack_from(message)
        samples = np.frombuffer(message, np.int16, offset=_HEADER.size).reshape(BLOCK_SAMPLES, 2)
        return cls(tick=tick, dropped=dropped, waiting=waiting, samples=samples)


def json_message(kind: bytes, value: Any) -> bytes:  # noqa: ANN401 - JSON
    """A message whose content is JSON."""
    return kind + msgspec.json.encode(value)
