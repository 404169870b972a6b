"""What the keys of a handset mean: star codes, and what each asks for next.

A register collects what is dialled, key by key, and answers each with what it now knows. Keys may come one by
one after each prompt or all in one go (``*11 1001# 4711#``).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from acd.numbers import Completeness, NumberReader
from acd.settings import StarCodes

__all__ = [
    "AskNumber",
    "AskPin",
    "CallNumber",
    "CodeCall",
    "Collecting",
    "LogIn",
    "LogOut",
    "Misdialled",
    "Pause",
    "Register",
    "Request",
    "Resume",
    "Understood",
]

LONGEST_TELEPHONE_NUMBER = 20
LONGEST_NUMBER = 16
"Agent numbers and PINs have at most this many digits; a longer one is a key that sticks."


@dataclass(frozen=True, slots=True)
class Collecting:
    """More keys are needed."""


@dataclass(frozen=True, slots=True)
class AskNumber:
    """The agent's number is needed next."""


@dataclass(frozen=True, slots=True)
class AskPin:
    """The PIN is needed next."""


@dataclass(frozen=True, slots=True)
class Misdialled:
    """This means nothing."""


@dataclass(frozen=True, slots=True)
class LogIn:
    """The agent of this number wants to take calls here."""

    number: str
    pin: str


@dataclass(frozen=True, slots=True)
class LogOut:
    """The agent here wants to leave."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The agent here wants no calls for a while."""

    reason: str


@dataclass(frozen=True, slots=True)
class Resume:
    """The agent here wants calls again."""


@dataclass(frozen=True, slots=True)
class CodeCall:
    """The agent here tells what came of the call."""

    code: str


@dataclass(frozen=True, slots=True)
class CallNumber:
    """Whoever is here wants to reach this number."""

    dialled: str


Request = LogIn | LogOut | Pause | Resume | CodeCall | CallNumber
Understood = Collecting | AskNumber | AskPin | Misdialled | Request


class _Dialling(Enum):
    CODE = "code"
    NUMBER = "number"
    PIN = "pin"
    REASON = "reason"
    WRAP_UP = "wrap-up code"
    OUTSIDE = "outside"


class Register:
    """Collects the keys of one handset.

    Args:
        codes: What is dialled for what.
        pause_reasons: The reason that each digit after the pause code stands for.
        wrap_up_codes: What may be dialled after the code for that.
        reader: Tells where a telephone number ends; None: there are none to call.
    """

    def __init__(
        self,
        codes: StarCodes,
        pause_reasons: dict[str, str],
        wrap_up_codes: Collection[str] = (),
        reader: NumberReader | None = None,
    ) -> None:
        self.change(codes, pause_reasons, wrap_up_codes, reader)
        self.clear()

    def change(
        self,
        codes: StarCodes,
        pause_reasons: dict[str, str],
        wrap_up_codes: Collection[str],
        reader: NumberReader | None,
    ) -> None:
        """Let keys mean this from the next one on; the arguments are those of `Register`."""
        self._pause_reasons = pause_reasons
        self._wrap_up_codes = frozenset(wrap_up_codes)
        self._reader = reader
        self._after_code: dict[str, Understood] = {
            codes.log_in: AskNumber(),
            codes.log_out: LogOut(),
            codes.pause: Collecting(),
            codes.resume: Resume(),
        }
        if wrap_up_codes:
            self._after_code[codes.wrap_up] = Collecting()
        self._wrap_up_code = codes.wrap_up
        self._pause_code = codes.pause

    @property
    def is_empty(self) -> bool:
        """Whether nothing was dialled since the last thing that was understood."""
        return self._expects is _Dialling.CODE and not self._keys

    @property
    def collects_telephone_number(self) -> bool:
        """Whether what is dialled is no code but a number outside."""
        return self._expects is _Dialling.OUTSIDE

    @property
    def may_be_complete(self) -> bool:
        """Whether what was dialled is a telephone number, though a longer one may begin like it."""
        if self._expects is not _Dialling.OUTSIDE or self._reader is None:
            return False
        return self._reader.completeness(self._keys) is not Completeness.NO

    def end(self) -> "Understood":
        """No key comes any more."""
        outside, dialled = self._expects is _Dialling.OUTSIDE, self._keys
        self.clear()
        return CallNumber(dialled) if outside else Misdialled()

    def clear(self) -> None:
        """Forget what was dialled."""
        self._expects = _Dialling.CODE
        self._keys = self._number = ""

    def receive(self, key: str) -> Understood:
        """Take the next key. After a request or a mistake the register is empty again."""
        understood = self._TABLE[self._expects](self, key)
        if isinstance(understood, Request | Misdialled):
            self.clear()
        return understood

    def _collect_code(self, key: str) -> Understood:
        self._keys += key
        understood = self._after_code.get(self._keys)
        if understood is None:
            if any(code.startswith(self._keys) for code in self._after_code):
                return Collecting()
            if self._reader is None or not key.isdigit() or len(self._keys) > 1:
                return Misdialled()
            self._expects, self._keys = _Dialling.OUTSIDE, ""
            return self._collect_outside(key)
        if isinstance(understood, AskNumber):
            self._expects = _Dialling.NUMBER
        elif self._keys == self._pause_code:
            self._expects = _Dialling.REASON
        elif self._keys == self._wrap_up_code:
            self._expects = _Dialling.WRAP_UP
        self._keys = ""
        return understood

    def _collect_number(self, key: str) -> Understood:
        understood = self._collect_digits(key)
        if understood is None:
            self._number, self._keys = self._keys, ""
            self._expects = _Dialling.PIN
            return AskPin()
        return understood

    def _collect_pin(self, key: str) -> Understood:
        return self._collect_digits(key) or LogIn(self._number, self._keys)

    def _collect_digits(self, key: str) -> Understood | None:
        """None once they are ended by ``#``."""
        if key == "#":
            return None if self._keys else Misdialled()
        self._keys += key
        if not key.isdigit() or len(self._keys) > LONGEST_NUMBER:
            return Misdialled()
        return Collecting()

    def _collect_outside(self, key: str) -> Understood:
        if key == "#":
            return CallNumber(self._keys)
        self._keys += key
        if not key.isdigit() or len(self._keys) > LONGEST_TELEPHONE_NUMBER or self._reader is None:
            return Misdialled()
        is_complete = self._reader.completeness(self._keys) is Completeness.YES
        return CallNumber(self._keys) if is_complete else Collecting()

    def _collect_reason(self, key: str) -> Understood:
        reason = self._pause_reasons.get(key)
        return Misdialled() if reason is None else Pause(reason)

    def _collect_wrap_up(self, key: str) -> Understood:
        self._keys += key
        if self._keys in self._wrap_up_codes:
            return CodeCall(self._keys)
        if any(code.startswith(self._keys) for code in self._wrap_up_codes):
            return Collecting()
        return Misdialled()

    _TABLE: ClassVar[dict[_Dialling, Callable[["Register", str], Understood]]] = {
        _Dialling.CODE: _collect_code,
        _Dialling.NUMBER: _collect_number,
        _Dialling.PIN: _collect_pin,
        _Dialling.REASON: _collect_reason,
        _Dialling.WRAP_UP: _collect_wrap_up,
        _Dialling.OUTSIDE: _collect_outside,
    }
