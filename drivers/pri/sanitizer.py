"""Makes a D-channel's frame safe for libpri, which reads beyond the ends of some. Pure.

libpri looks for the extension bit that ends a number or a cause without counting octets, and leaves a call
record behind for ever when the first element of a SETUP is longer than its message. A frame that was
counted by layer 2 is never dropped for its contents, because the other side would send it again
and again: the message is cut where it stops making sense.

Source: Q.921 (frames, 2 and 3), Q.931 (messages and information elements, 4).
"""

__all__ = ["LONGEST_FRAME", "SERVICE_DISCRIMINATORS", "sanitized"]

LONGEST_FRAME = 264
"""N201 = 260 octets of information (Q.921, 5.9.3) and four of address and control."""
SERVICE_DISCRIMINATORS = (0x03, 0x43)
"""SERVICE messages of American dialects: no call reference rules of Q.931 for them."""
_Q931 = 0x08
_UNNUMBERED_INFORMATION = 0x03
_POLL_FINAL = 0x10
_EXTENSION = 0x80
_SINGLE_OCTET = 0x80
_SHIFT, _SHIFT_MASK, _NOT_LOCKING, _CODESET = 0x90, 0xF0, 0x08, 0x07
_CAUSE = 0x08
_NUMBERS = frozenset({0x6C, 0x4C, 0x74, 0x76})
"""Calling, connected, redirecting and redirection number."""
_ADDRESS_OCTETS = 2


def sanitized(frame: bytes) -> bytes | None:
    """The frame, without its checksum, as libpri may have it; None: it is no frame at all."""
    if len(frame) < _ADDRESS_OCTETS + 1 or len(frame) > LONGEST_FRAME:
        return None
    control = frame[2]
    if control & 3 == 3:
        if control & ~_POLL_FINAL != _UNNUMBERED_INFORMATION:
            return frame
        start = 3
    else:
        if len(frame) < _ADDRESS_OCTETS + 2:
            return None
        if control & 1:
            return frame  # supervisory: no information
        start = 4
    message = frame[start:]
    if len(message) < 2 or message[0] != _Q931:
        return frame
    elements = 2 + (message[1] & 0x0F) + 1
    if len(message) <= elements:
        return frame
    return frame[: start + elements] + _whole_elements(message, elements)


def _whole_elements(message: bytes, at: int) -> bytes:
    """The information elements that can be read to their ends."""
    kept = bytearray()
    codeset = codeset_of_next = 0
    while at < len(message):
        identifier = message[at]
        if identifier & _SINGLE_OCTET:
            kept.append(identifier)
            at += 1
            if identifier & _SHIFT_MASK == _SHIFT:
                codeset_of_next = identifier & _CODESET
                if not identifier & _NOT_LOCKING:
                    codeset = codeset_of_next
            else:
                codeset_of_next = codeset
            continue
        if at + 2 > len(message):
            break
        end = at + 2 + message[at + 1]
        if end > len(message):
            break
        if codeset_of_next or _can_be_read(identifier, message[at + 2 : end]):
            kept += message[at:end]
        codeset_of_next = codeset
        at = end
    return bytes(kept)


def _can_be_read(identifier: int, contents: bytes) -> bool:
    if identifier in _NUMBERS:
        return any(octet & _EXTENSION for octet in contents)
    if identifier == _CAUSE:
        return len(contents) >= (2 if contents[:1] and contents[0] & _EXTENSION else 3)
    return True
