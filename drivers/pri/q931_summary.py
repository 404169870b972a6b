"""A D-channel's frame in a line for people: message, call reference, channel, numbers, cause. Pure.

Only for looking on: calls are libpri's. Source: Q.931, 4.2 to 4.5; what can't be read is left out.
"""

from collections.abc import Iterator

from drivers.pri.causes import cause_text

__all__ = ["q931_summary"]

_DISCRIMINATORS = {0x08: "", 0x03: "maintenance ", 0x43: "maintenance "}
_MESSAGES = {
    0x01: "ALERTING",
    0x02: "CALL PROCEEDING",
    0x03: "PROGRESS",
    0x05: "SETUP",
    0x07: "CONNECT",
    0x0D: "SETUP ACKNOWLEDGE",
    0x0F: "CONNECT ACKNOWLEDGE",
    0x45: "DISCONNECT",
    0x46: "RESTART",
    0x4D: "RELEASE",
    0x4E: "RESTART ACKNOWLEDGE",
    0x5A: "RELEASE COMPLETE",
    0x62: "FACILITY",
    0x6E: "NOTIFY",
    0x75: "STATUS ENQUIRY",
    0x79: "CONGESTION CONTROL",
    0x7B: "INFORMATION",
    0x7D: "STATUS",
}
_NUMBERS = {0x6C: "from", 0x70: "to", 0x74: "redirected by", 0x4C: "connected"}
_CAUSE, _CHANNEL, _DISPLAY, _PROGRESS, _KEYPAD = 0x08, 0x18, 0x28, 0x1E, 0x2C
_RESTRICTED = 0x20


def q931_summary(frame: bytes) -> str:
    """The message in words; empty for a frame that carries none."""
    if len(frame) < 5 or frame[2] & 1:
        start = 3 if len(frame) > 3 and frame[2] & ~0x10 == 0x03 else 0
        if not start:
            return ""
    else:
        start = 4
    message = frame[start:]
    if len(message) < 3 or message[0] not in _DISCRIMINATORS:
        return ""
    length = message[1] & 0x0F
    at = 2 + length
    if at >= len(message):
        return ""
    kind = message[at]
    reference = int.from_bytes(message[2:at], "big")
    to_originator = bool(length and message[2] & 0x80)
    reference &= (1 << (8 * length - 1)) - 1 if length else 0
    name = _MESSAGES.get(kind, f"message {kind:#04x}")
    words = [_DISCRIMINATORS[message[0]] + name]
    words.append(f"call {reference}" + (" (answer)" if to_originator else ""))
    words += _elements(message, at + 1)
    return ", ".join(words)


def _elements(message: bytes, at: int) -> Iterator[str]:
    while at < len(message):
        identifier = message[at]
        if identifier & 0x80:
            at += 1
            if identifier == 0xA1:
                yield "complete"
            continue
        if at + 2 > len(message):
            return
        end = at + 2 + message[at + 1]
        if end > len(message):
            return
        told = _element(identifier, message[at + 2 : end])
        if told:
            yield told
        at = end


def _element(identifier: int, contents: bytes) -> str:
    if not contents:
        return ""
    if identifier in _NUMBERS:
        return f"{_NUMBERS[identifier]} {_number(contents)}".strip()
    if identifier == _CHANNEL:
        how = "" if contents[0] & 0x08 else " preferred"
        return f"channel {contents[-1] & 0x7F}{how}" if len(contents) >= 3 else ""
    if identifier == _CAUSE:
        rest = contents[1:] if contents[0] & 0x80 else contents[2:]
        return f"cause {cause_text(rest[0] & 0x7F)}" if rest else ""
    if identifier == _DISPLAY:
        shown = contents[1:] if contents[0] & 0x80 else contents
        return f'name "{_printable(shown)}"'
    if identifier == _KEYPAD:
        return f"keys {_printable(contents)}"
    if identifier == _PROGRESS and len(contents) >= 2:
        return "speech in band" if contents[1] & 0x7F == 8 else f"progress {contents[1] & 0x7F}"
    return ""


def _number(contents: bytes) -> str:
    extension = next((index for index, octet in enumerate(contents) if octet & 0x80), None)
    if extension is None:
        return ""
    restricted = extension and contents[1] & 0x60 == _RESTRICTED
    digits = _printable(contents[extension + 1 :])
    return f"{digits} (restricted)" if restricted else digits


def _printable(octets: bytes) -> str:
    return "".join(chr(each) if 32 <= each < 127 else "?" for each in octets)
