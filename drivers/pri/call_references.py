"""Which call references are in use, as the frames of both directions tell. Pure.

libpri makes a record for every call reference that it reads, whatever the message. When that can't begin
a call, and libpri does not answer it either, the record stays for ever. So messages of no call, and
RESTART of a call, never get there: layer 2 counts them, and layer 3 sees nothing of them.

Source: Q.931, 4.3 (call reference), 5.8.3 (errors of it); measured with spoiled frames.
"""

__all__ = ["CallReferences", "carries_message"]

_Q931 = 0x08
_UNNUMBERED_INFORMATION = 0x03
_POLL_FINAL = 0x10
_FLAG = 0x80
_SETUP, _RELEASE_COMPLETE = 0x05, 0x5A
_RESTARTS = (0x46, 0x4E)
_ANSWERED = frozenset(
    {0x01, 0x02, 0x05, 0x07, 0x0D, 0x0F, 0x45, 0x4D, 0x5A, 0x62, 0x64, 0x75, 0x7B}
)
"""Those that libpri answers when there is no such call, and those that begin something."""
_LONGEST = 2
_NOTHING = b"\x00"
"""Of no protocol: layer 3 passes over it."""

_Reference = tuple[bool, bytes]
"""Whether this side chose it, and its value."""


class CallReferences:
    """Of one D-channel.

    Runs in: the worker's thread.
    """

    def __init__(self) -> None:
        self._used: set[_Reference] = set()

    def sent(self, frame: bytes) -> None:
        """A frame of ours."""
        start = _start(frame)
        if start:
            self._note(frame, start, ours=True)

    def received(self, frame: bytes) -> bytes | None:
        """A frame of theirs, as libpri may have it; None: it is better dropped."""
        start = _start(frame)
        if not start or self._note(frame, start, ours=False):
            return frame
        return None if start == 3 else frame[:start] + _NOTHING

    def _note(self, frame: bytes, start: int, *, ours: bool) -> bool:
        """Learn from a message; False: it is of no call, where it has to be of one."""
        length = frame[start + 1] & 0x0F
        at = start + 2 + length
        if at >= len(frame):
            return True
        kind = frame[at] & ~_FLAG
        value = frame[start + 2 : at]
        if not 1 <= length <= _LONGEST:
            return True  # libpri reads none of those
        flag = bool(value[0] & _FLAG)
        value = (bytes([value[0] & ~_FLAG]) + value[1:]).lstrip(b"\0")
        if not value:
            return True  # of all calls
        reference = (flag is not ours, value)
        if kind == _SETUP:
            self._used.add(reference)
        elif kind == _RELEASE_COMPLETE:
            self._used.discard(reference)
        elif kind in _RESTARTS:
            return False
        return kind in _ANSWERED or reference in self._used


def carries_message(frame: bytes) -> bool:
    """Whether there is a message of Q.931 in it."""
    return bool(_start(frame))


def _start(frame: bytes) -> int:
    """Where a message of Q.931 begins; 0: there is none."""
    if len(frame) < 5:
        return 0
    if frame[2] & 1 == 0:
        start = 4
    elif frame[2] & ~_POLL_FINAL == _UNNUMBERED_INFORMATION:
        start = 3
    else:
        return 0
    return start if len(frame) > start + 2 and frame[start] == _Q931 else 0
