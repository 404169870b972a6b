"""Messages and frames of a D-channel that somebody spoiled: valid ones, and what happens to them.

The valid ones are those of calls in every dialect between two libpri. The same seed gives the same ones,
in the same order, as far as `Mutations.references` was told of the same calls.
"""

import random
import sys
from collections import deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/drivers/pri"))

from random_calls import RandomCalls
from span_pair import pair

from drivers.pri import SwitchType

__all__ = ["Mutations", "captured_messages"]

Q931 = 0x08
LONGEST_INFORMATION = 260
LONGEST_FRAME = 300
"""Longer than a frame may be: those are to be refused."""
CALLS_PER_DIALECT = 25
KINDS = (0x01, 0x02, 0x03, 0x05, 0x07, 0x0D, 0x0F, 0x20, 0x24, 0x26, 0x45, 0x46, 0x4D, 0x4E, 0x5A,
         0x62, 0x64, 0x6E, 0x75, 0x7B, 0x7D)  # fmt: skip
ELEMENTS = (0x04, 0x08, 0x14, 0x18, 0x1C, 0x1E, 0x20, 0x24, 0x27, 0x28, 0x29, 0x2C, 0x34, 0x4C, 0x6C,
            0x6D, 0x70, 0x71, 0x74, 0x76, 0x78, 0x79, 0x7C, 0x7D, 0x7E)  # fmt: skip
SINGLE_OCTETS = (0x90, 0x96, 0x98, 0x9E, 0xA0, 0xA1, 0xD0, 0xFF)
"""Shifts of codeset, more data, sending complete, repeat indicator, and what is none."""
UNNUMBERED = (0x6F, 0x7F, 0x0F, 0x1F, 0x43, 0x53, 0x63, 0x73, 0x87, 0x97, 0xAF, 0xBF, 0x03, 0x13)
SUPERVISORY = (0x01, 0x05, 0x09, 0x0D)


def captured_messages(seed: int) -> list[bytes]:
    """What the network says in calls of every dialect: Q.931 and SERVICE, without layer 2."""
    found: dict[bytes, None] = {}
    channels = tuple(range(1, 16))
    for switch in SwitchType:
        given = {"switch": switch, "channels": channels, "overlap": True}
        both = pair(seed=seed, user=given, network=given)
        both.up()
        calls = RandomCalls(both, seed)
        calls.run(CALLS_PER_DIALECT, 0.2)
        calls.settle()
        for _, by_network, frame in both.frames:
            if by_network and len(frame) > 8 and not frame[2] & 1:
                found[frame[4:]] = None
    return list(found)


class Mutations:
    """Draws spoiled messages and frames."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._messages = captured_messages(seed)
        self.references: deque[tuple[int, bool]] = deque(maxlen=24)
        """Those that the victim has used of late, with the flag that a message to it has."""

    def chance(self) -> float:
        """From 0 to 1, of the same seed."""
        return self._chance.random()

    def message(self) -> bytes:
        """A message, mostly spoiled in one to three ways, mostly of a call that there is."""
        chance = self._chance
        octets = bytearray(chance.choice(self._messages))
        if chance.random() < 0.15:
            octets[4] = chance.choice(KINDS)
        if chance.random() < 0.6 and self.references and octets[:2] == b"\x08\x02":
            reference, flag = chance.choice(self.references)
            octets[2:4] = (reference | flag << 15).to_bytes(2)
        elif chance.random() < 0.5:
            octets[2:4] = chance.randbytes(2)
        for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
            octets = self._spoiled(octets)
        return bytes(octets[:LONGEST_INFORMATION])

    def frame(self) -> bytes:
        """A frame whose layer 2 is spoiled, or of a length that there is not."""
        chance = self._chance
        match chance.randrange(6):
            case 0:
                control = bytes([chance.choice(UNNUMBERED)])
            case 1:
                control = bytes([chance.choice(SUPERVISORY), chance.randrange(256)])
            case 2:
                return chance.randbytes(chance.randint(1, 6))
            case 3:
                long = chance.randbytes(chance.randint(LONGEST_INFORMATION, LONGEST_FRAME - 4))
                return (b"\x02\x01\x03" + long)[:LONGEST_FRAME]
            case _:
                control = chance.randbytes(2) + self.message()
        address = bytes(
            [chance.choice((0, 2, 2, 2, 0xFC, 0xFE)), chance.choice((1, 1, 1, 0xFF, 3))]
        )
        return (address + control)[:LONGEST_FRAME]

    # ------------------------------------------------------------ ways to spoil

    def _spoiled(self, octets: bytearray) -> bytearray:
        chance = self._chance
        match chance.randrange(8):
            case 0:
                for _ in range(chance.randint(1, 4)):
                    octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
            case 1:
                octets[chance.randrange(len(octets))] = chance.randrange(256)
            case 2:
                del octets[chance.randint(2, len(octets)) :]
            case 3:
                octets += chance.randbytes(chance.randint(1, 40))
            case 4:
                octets[1] = chance.randrange(16)  # another length of call reference
            case _:
                return self._spoiled_elements(octets)
        return octets

    def _spoiled_elements(self, octets: bytearray) -> bytearray:
        chance = self._chance
        elements = _elements(octets)
        if not elements:
            return octets + self._strange_element()
        at = chance.randrange(len(elements))
        element = elements[at]
        match chance.randrange(7):
            case 0:
                elements.insert(chance.randrange(len(elements) + 1), element)
            case 1:
                chance.shuffle(elements)
            case 2:
                elements[at] = element[
                    : chance.randrange(len(element) + 1)
                ]  # its length is a lie now
            case 3 if len(element) > 1:
                element[1] = (
                    chance.choice((0, 1, 0x7F, 0xFF, element[1] + 1, element[1] - 1)) & 0xFF
                )
            case 4 if len(element) > 2:
                kept = chance.randint(2, len(element))
                elements[at] = element[:1] + bytes([kept - 2]) + element[2:kept]
            case 5:
                del elements[at]
            case _:
                elements.insert(at, self._strange_element())
        return octets[:5] + b"".join(elements)

    def _strange_element(self) -> bytearray:
        chance = self._chance
        if chance.random() < 0.2:
            return bytearray([chance.choice(SINGLE_OCTETS)])
        contents = chance.randbytes(chance.choice((0, 1, 2, 3, 8, 30, 120)))
        if chance.random() < 0.3:
            contents = bytes(each & 0x7F for each in contents)  # nothing says where a number ends
        return bytearray([chance.choice(ELEMENTS), len(contents)]) + contents


def _elements(octets: bytearray) -> list[bytearray]:
    """The elements after a two-octet call reference and the type, as far as they can be told apart."""
    found = []
    at = 5
    while at < len(octets):
        length = 1 if octets[at] & 0x80 else 2 + (octets[at + 1] if at + 1 < len(octets) else 0)
        found.append(octets[at : at + length])
        at += length
    return found
