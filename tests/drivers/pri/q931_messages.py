"""Messages of Q.931, written and read; no more of their elements than a plain call needs.

Primary rate: call references have two octets, channels are numbers of timeslots.

Source: ITU-T Q.931, 4.
"""

from dataclasses import dataclass
from enum import IntEnum

DISCRIMINATOR = 0x08
FLAG = 0x8000
BEARER, CAUSE, CALL_STATE, CHANNEL, RESTART_INDICATOR = 0x04, 0x08, 0x14, 0x18, 0x79
CALLING, CALLED, SENDING_COMPLETE = 0x6C, 0x70, 0xA1
AUDIO_3_1_KHZ_A_LAW = bytes([0x90, 0x90, 0xA3])
UNKNOWN_NUMBER, NATIONAL_NUMBER = 0x80, 0xA1
ALLOWED_NETWORK_PROVIDED = 0x83
SHIFT_TO_CODESET = 0x90


class Kind(IntEnum):
    ALERTING = 0x01
    CALL_PROCEEDING = 0x02
    PROGRESS = 0x03
    SETUP = 0x05
    CONNECT = 0x07
    SETUP_ACKNOWLEDGE = 0x0D
    CONNECT_ACKNOWLEDGE = 0x0F
    DISCONNECT = 0x45
    RESTART = 0x46
    RELEASE = 0x4D
    RESTART_ACKNOWLEDGE = 0x4E
    RELEASE_COMPLETE = 0x5A
    FACILITY = 0x62
    NOTIFY = 0x6E
    STATUS_ENQUIRY = 0x75
    INFORMATION = 0x7B
    STATUS = 0x7D


class NotQ931(Exception):
    """Not a message of this protocol, or cut off."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``to_originator`` is the call reference's flag."""

    kind: int
    reference: int
    to_originator: bool
    elements: tuple[tuple[int, bytes], ...] = ()
    "Identifiers of codeset 0 with contents, in their order."

    def element(self, identifier: int) -> bytes | None:
        return next((each for name, each in self.elements if name == identifier), None)

    @property
    def cause(self) -> int:
        """Q.850's value; 0: none was given."""
        contents = self.element(CAUSE) or b""
        at = 1 if contents[:1] and contents[0] & 0x80 else 2  # octet 3a may stand between
        return contents[at] & 0x7F if len(contents) > at else 0

    @property
    def call_state(self) -> int:
        contents = self.element(CALL_STATE) or b"\xff"
        return contents[0] & 0x3F

    @property
    def channel(self) -> int | None:
        contents = self.element(CHANNEL) or b""
        if len(contents) < 3 or contents[0] & 0x03 != 0x01:
            return None
        return contents[-1] & 0x7F

    @property
    def exclusive(self) -> bool:
        contents = self.element(CHANNEL) or b"\0"
        return bool(contents[0] & 0x08)

    @property
    def called(self) -> str:
        return (self.element(CALLED) or b"")[1:].decode("latin-1")

    @property
    def calling(self) -> str:
        contents = self.element(CALLING) or b""
        after = 1 if contents[:1] and contents[0] & 0x80 else 2
        return contents[after:].decode("latin-1")


def encoded(message: Message) -> bytes:
    octets = bytearray([DISCRIMINATOR, 2])
    octets += (message.reference | FLAG * message.to_originator).to_bytes(2)
    octets.append(message.kind)
    for identifier, contents in message.elements:
        octets.append(identifier)
        if identifier < 0x80:
            octets.append(len(contents))
            octets += contents
    return bytes(octets)


def decoded(octets: bytes) -> Message:
    """Raises NotQ931."""
    if len(octets) < 5 or octets[0] != DISCRIMINATOR or octets[1] != 2:
        raise NotQ931(octets.hex())
    reference = int.from_bytes(octets[2:4])
    elements: list[tuple[int, bytes]] = []
    at, codeset, next_codeset = 5, 0, 0
    while at < len(octets):
        identifier = octets[at]
        if identifier >= 0x80:
            at += 1
            if identifier & 0xF0 == SHIFT_TO_CODESET:
                next_codeset = identifier & 7
                codeset = codeset if identifier & 8 else next_codeset
            elif codeset == 0:
                elements.append((identifier, b""))
            continue
        end = at + 2 + (octets[at + 1] if at + 1 < len(octets) else len(octets))
        if end > len(octets):
            raise NotQ931(octets.hex())
        if next_codeset == 0:
            elements.append((identifier, octets[at + 2 : end]))
        at, next_codeset = end, codeset
    return Message(octets[4], reference & ~FLAG, bool(reference & FLAG), tuple(elements))


def cause_element(cause: int) -> tuple[int, bytes]:
    return CAUSE, bytes([0x81, 0x80 | cause])  # coded as Q.850's, by the private network at hand


def channel_element(channel: int, *, exclusive: bool) -> tuple[int, bytes]:
    return CHANNEL, bytes([0xA9 if exclusive else 0xA1, 0x83, 0x80 | channel])


def setup_elements(
    *, channel: int, exclusive: bool, called: str, calling: str
) -> tuple[tuple[int, bytes], ...]:
    number = bytes([NATIONAL_NUMBER & 0x7F, ALLOWED_NETWORK_PROVIDED]) + calling.encode()
    return (
        (SENDING_COMPLETE, b""),
        (BEARER, AUDIO_3_1_KHZ_A_LAW),
        channel_element(channel, exclusive=exclusive),
        *([(CALLING, number)] if calling else []),
        (CALLED, bytes([UNKNOWN_NUMBER | 0x01]) + called.encode()),
    )
