"""What a terminal may send to the prompt: text, a few editing keys, and no more of it than fits a command.

Whatever is on the other end of a line is not trusted. A mouse report, a repeat count or a line without
end would cost memory and time before anybody has logged in.
"""

from enum import Enum, auto

__all__ = ["CONTROL_C", "KeyFilter", "LineOfKeys"]

CONTROL_C, CONTROL_D, CONTROL_U, LINE_FEED, ENTER, ESCAPE = 0x03, 0x04, 0x15, 0x0A, 0x0D, 0x1B
_BACKSPACES = (0x08, 0x7F)
_EDITING = frozenset(b"\x01\x02\x03\x04\x05\x06\x08\x09\x0b\x0c\x0d\x0e\x10\x15\x17\x7f")
"""Control- A B C D E F H I K L M N P U W and delete: no yank, no quote, no repeat count."""
_CURSOR = frozenset(b"ABCDHF")
_KEYPAD = frozenset((b"1", b"3", b"4", b"7", b"8"))
"""Home, delete and end, as ``ESC [ 3 ~``."""
LONGEST_LINE = 500
_LONGEST_SEQUENCE = 16
_MOUSE_OCTETS = 3


class _State(Enum):
    TEXT = auto()
    ESCAPED = auto()
    SINGLE = auto()  # after ESC O
    SEQUENCE = auto()  # after ESC [
    MOUSE = auto()  # after ESC [ M


class KeyFilter:
    """Lets through what a prompt understands. Keeps its place between reads.

    Return, line feed, and the two together are one Enter each.
    """

    def __init__(self) -> None:
        self._after_return = False
        self._state = _State.TEXT
        self._sequence = bytearray()
        self._typed = 0
        self._mouse_left = 0

    def pass_on(self, octets: bytes) -> bytes:
        """What of these octets may reach the prompt."""
        kept = bytearray()
        for octet in octets:
            if octet == LINE_FEED:
                kept += b"" if self._after_return else self._take(ENTER)
            else:
                kept += self._take(octet)
            self._after_return = octet == ENTER
        return bytes(kept)

    def _take(self, octet: int) -> bytes:
        match self._state:
            case _State.TEXT:
                return self._text(octet)
            case _State.ESCAPED:
                follows = {ord("["): _State.SEQUENCE, ord("O"): _State.SINGLE}
                self._state = follows.get(octet, _State.TEXT)
                self._sequence.clear()
                return b""
            case _State.SINGLE:
                self._state = _State.TEXT
                return b"\x1bO" + bytes([octet]) if octet in _CURSOR else b""
            case _State.SEQUENCE:
                return self._in_sequence(octet)
            case _State.MOUSE:
                self._mouse_left -= 1
                if self._mouse_left == 0:
                    self._state = _State.TEXT
                return b""

    def _text(self, octet: int) -> bytes:
        if octet == ESCAPE:
            self._state = _State.ESCAPED
            return b""
        if octet in (ENTER, CONTROL_C, CONTROL_U):
            self._typed = 0
        elif octet >= 0x20 and octet not in _BACKSPACES:
            self._typed += 1
            return bytes([octet]) if self._typed <= LONGEST_LINE else b""
        return bytes([octet]) if octet in _EDITING else b""

    def _in_sequence(self, octet: int) -> bytes:
        if 0x20 <= octet <= 0x3F and len(self._sequence) < _LONGEST_SEQUENCE:
            self._sequence.append(octet)
            return b""
        self._state = _State.TEXT
        sequence = bytes(self._sequence)
        if octet == ord("M") and not sequence:
            self._state, self._mouse_left = _State.MOUSE, _MOUSE_OCTETS
        elif octet in _CURSOR and not sequence:
            return b"\x1b[" + bytes([octet])
        elif octet == ord("~") and sequence in _KEYPAD:
            return b"\x1b[" + sequence + b"~"
        return b""


class LineOfKeys:
    """One plain line, as at a log-in: text, backspace, Enter; no editing beyond that.

    Args:
        hidden: Stars stand for what is typed.
        longest: Characters that are taken.
    """

    def __init__(self, *, hidden: bool = False, longest: int = 64) -> None:
        self._hidden = hidden
        self._longest = longest
        self._text = ""

    def press(self, octet: int) -> tuple[str, str | None, bool]:
        """Take one octet.

        Returns:
            What the terminal shows, the line once it is complete, and whether it was given up.
        """
        if octet == ENTER:
            return "\n", self._text, False
        if octet in (CONTROL_C, CONTROL_D):
            return "\n", None, True
        if octet in _BACKSPACES and self._text:
            self._text = self._text[:-1]
            return "\b \b", None, False
        if octet == CONTROL_U:
            gone, self._text = len(self._text), ""
            return "\b \b" * gone, None, False
        if 0x20 <= octet < 0x7F and len(self._text) < self._longest:
            self._text += chr(octet)
            return "*" if self._hidden else chr(octet), None, False
        return "", None, False
