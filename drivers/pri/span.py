"""One D-channel through libpri: frames, time and orders go in; events and frames come out.

No pointer of libpri's leaves here: calls are numbers. libpri's clock is one for the whole process and is set
at every entry, so a span is driven by whatever time its caller says.

Runs in: the PRI worker's process only; libpri is GPL-2.0 and no destructor ends a span.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, cast

from drivers.pri._native import ffi, lib
from drivers.pri.call_references import CallReferences, carries_message
from drivers.pri.messages import UNKNOWN_PARTY, NumberType, Party, Presentation, SwitchType
from drivers.pri.sanitizer import sanitized

if TYPE_CHECKING:
    from drivers.pri._native import (
        CallHandle,
        NativeEvent,
        NativeParty,
        NativeSetup,
        PartyCell,
    )

__all__ = ["ANY_CHANNEL", "EventKind", "PriSpan", "SpanEvent", "UnknownCall"]

ANY_CHANNEL = 0xFF
"""In a message: whichever is free."""
_CHANNEL_MASK = 0xFF
_NODES = {True: 1, False: 2}
"""PRI_NETWORK, PRI_CPE."""
_SWITCHES = {
    SwitchType.NI2: 1,
    SwitchType.DMS100: 2,
    SwitchType.LUCENT_5ESS: 3,
    SwitchType.ATT_4ESS: 4,
    SwitchType.EUROISDN_E1: 5,
    SwitchType.EUROISDN_T1: 6,
    SwitchType.QSIG: 10,
}
_PLANS = {
    NumberType.UNKNOWN: 0x00,
    NumberType.INTERNATIONAL: 0x11,
    NumberType.NATIONAL: 0x21,
    NumberType.SUBSCRIBER: 0x41,
    NumberType.PRIVATE: 0x49,
}
_TYPES = {0x10: NumberType.INTERNATIONAL, 0x20: NumberType.NATIONAL, 0x40: NumberType.SUBSCRIBER}
_PRIVATE_PLAN = 0x09
_PRESENTATIONS = {
    Presentation.ALLOWED: 0x00,
    Presentation.RESTRICTED: 0x20,
    Presentation.UNAVAILABLE: 0x43,
}
_RESTRICTION = 0x60
_REASONS = {
    "unknown": 0x0,
    "busy": 0x1,
    "no answer": 0x2,
    "deflection": 0x3,
    "out of order": 0x9,
    "unconditional": 0xF,
}
_REASON_NAMES = {code: name for name, code in _REASONS.items()}
_LAYER_1 = {"mulaw": 0x22, "alaw": 0x23}
_AUDIO_3_1_KHZ = 0x10
_ISO_8859_1, _UTF_8 = 1, 9
_IN_BAND = 1 << 3
_LOG_OCTETS = 4096
DEBUG_ALL = 0xFFFF


class EventKind(IntEnum):
    """What libpri tells; the numbers are its own."""

    D_CHANNEL_UP = 1
    D_CHANNEL_DOWN = 2
    RESTART = 3
    CONFIGURATION_ERROR = 4
    SETUP = 5
    HANGUP = 6
    "RELEASE, RELEASE COMPLETE, or a timer's end; `PriSpan.hang_up` is to follow."
    ALERTING = 7
    CONNECT = 8
    HANGUP_ACKNOWLEDGE = 9
    RESTART_ACKNOWLEDGE = 10
    FACILITY = 11
    INFORMATION = 12
    PROCEEDING = 13
    SETUP_ACKNOWLEDGE = 14
    HANGUP_REQUEST = 15
    "DISCONNECT; `PriSpan.hang_up` is to follow."
    NOTIFY = 16
    PROGRESS = 17
    KEYPAD = 18
    SERVICE = 19
    SERVICE_ACKNOWLEDGE = 20
    HOLD = 21
    HOLD_ACKNOWLEDGE = 22
    HOLD_REJECT = 23
    RETRIEVE = 24
    RETRIEVE_ACKNOWLEDGE = 25
    RETRIEVE_REJECT = 26
    CONNECT_ACKNOWLEDGE = 27


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanEvent:
    """One event; what its message does not carry is as below."""

    kind: EventKind
    call: int = 0
    channel: int | None = None
    "B-channel; `ANY_CHANNEL`: the other side leaves it to us."
    flexible: bool = False
    "SETUP: the channel is a proposal."
    complete: bool = False
    "No more digits follow."
    cause: int = 0
    in_band: bool = False
    change_status: int = 0
    transfer_capability: int = 0
    "SETUP: what is carried (Q.931, 4.5.5, octet 3)."
    digits: str = ""
    called_type: NumberType = NumberType.UNKNOWN
    calling: Party = UNKNOWN_PARTY
    connected: Party | None = None
    redirecting: Party | None = None
    redirecting_reason: str = "unknown"
    originally_called: Party | None = None
    error: str = ""


class UnknownCall(Exception):
    """The call is over, or never was."""


class PriSpan:
    """One D-channel's layers 2 and 3.

    Runs in: the worker's thread; all spans of a process in one thread.
    """

    def __init__(self, *, switch: SwitchType, network_side: bool, law: str = "alaw") -> None:
        self._span = lib.pri_span_new(_NODES[network_side], _SWITCHES[switch])
        if self._span == ffi.NULL:
            raise MemoryError("libpri gives no span")
        self._layer_1 = _LAYER_1[law]
        self._told = cast("NativeEvent", ffi.new("pri_span_event *"))
        self._frame = ffi.new("uint8_t[264]")
        self._log = ffi.new(f"char[{_LOG_OCTETS}]")
        self._log_rest = ""
        self._pointers: dict[int, CallHandle] = {}
        self._numbers: dict[CallHandle, int] = {}
        self._next_call = 1
        self._references = CallReferences()
        self._vanished: list[int] = []

    # ------------------------------------------------------------ in and out

    def receive_frame(self, frame: bytes, now: float) -> SpanEvent | None:
        """Take one frame of the D-channel, without its checksum; a spoiled one is mended or dropped."""
        clean = sanitized(frame)
        if clean is not None:
            clean = self._references.received(clean)
        if clean is None:
            return None
        lib.pri_span_clock(now)
        lib.pri_span_receive(self._span, clean, len(clean), self._told)
        event = self._event()
        if event is None and carries_message(clean):
            for call, pointer in list(self._pointers.items()):
                if not lib.pri_span_is_call(self._span, pointer):
                    self._vanish(call, pointer)
        return event

    def vanished_calls(self) -> list[int]:
        """Calls whose records libpri has given up without a word: a second SETUP that is wrong does that."""
        vanished, self._vanished = self._vanished, []
        return vanished

    def handle_timers(self, now: float) -> Iterator[SpanEvent]:
        """Run every timer that is due; what follows from them. To be iterated to its end."""
        lib.pri_span_clock(now)
        while lib.pri_span_run_timer(self._span, self._told):
            event = self._event()
            if event is not None:
                yield event
                lib.pri_span_clock(now)

    def next_timer(self) -> float | None:
        """When `handle_timers` is due."""
        at: float = lib.pri_span_next_timer(self._span)
        return at if at >= 0 else None

    def frames_to_send(self) -> list[bytes]:
        """Frames for the other side, without checksums; to be fetched after each entry."""
        frames = []
        while length := lib.pri_span_take_frame(self._span, self._frame):
            frame = bytes(ffi.buffer(self._frame, length))
            self._references.sent(frame)
            frames.append(frame)
        return frames

    @property
    def frames_lost(self) -> int:
        """Frames that were to be sent when 256 waited already."""
        return int(lib.pri_span_frames_lost(self._span))

    @property
    def active_calls(self) -> int:
        """Calls that libpri keeps a record of; more than there are means a leak of its."""
        return int(lib.pri_span_active_calls(self._span))

    @property
    def calls(self) -> int:
        """Calls that have a number of ours."""
        return len(self._pointers)

    def set_debug(self, on: bool) -> None:
        """Let libpri tell everything in its log."""
        lib.pri_span_debug(self._span, DEBUG_ALL if on else 0)

    def log_lines(self) -> list[str]:
        """What libpri has logged since, whole lines."""
        while length := lib.pri_span_take_log(self._span, self._log, _LOG_OCTETS):
            self._log_rest += ffi.buffer(self._log, length)[:].decode("latin-1")
        *lines, self._log_rest = self._log_rest.split("\n")
        return lines

    # ------------------------------------------------------------ settings

    def allow_overlap(self) -> None:
        """Take a SETUP whose number is not complete."""
        lib.pri_span_overlap(self._span, 1)

    def set_timer(self, name: str, value: int) -> bool:
        """Milliseconds, or a count for N200 and the like; False: libpri has no such timer."""
        return bool(lib.pri_span_set_timer(self._span, name.encode(), value) == 0)

    # ------------------------------------------------------------ calls

    def set_up(
        self,
        now: float,
        *,
        channel: int,
        called: str,
        called_type: NumberType = NumberType.UNKNOWN,
        complete: bool = True,
        exclusive: bool = True,
        calling: Party | None = None,
        redirecting: Party | None = None,
        redirecting_reason: str = "unknown",
    ) -> int | None:
        """Send SETUP; the call's number, or None when libpri refuses."""
        lib.pri_span_clock(now)
        wanted = cast("NativeSetup", ffi.new("pri_span_setup *"))
        wanted.channel, wanted.exclusive, wanted.complete = channel, exclusive, complete
        wanted.transfer_capability, wanted.layer_1 = _AUDIO_3_1_KHZ, self._layer_1
        wanted.called_plan = _PLANS[called_type]
        wanted.called = called.encode("ascii", "replace")[:255]
        if calling is not None:
            _fill(wanted.calling, calling)
        if redirecting is not None:
            _fill(wanted.redirecting, redirecting)
            wanted.redirecting_reason = _REASONS.get(redirecting_reason, 0)
            wanted.redirecting_count = 1
        pointer = lib.pri_span_call(self._span, wanted)
        return None if pointer == ffi.NULL else self._number(pointer)

    def acknowledge_setup(self, call: int, channel: int, now: float) -> None:
        """SETUP ACKNOWLEDGE: more digits, please."""
        lib.pri_span_clock(now)
        lib.pri_span_setup_acknowledge(self._span, self._pointer(call), channel, 0)

    def proceed(self, call: int, channel: int, now: float, *, in_band: bool = False) -> None:
        """CALL PROCEEDING, which also names the channel."""
        lib.pri_span_clock(now)
        lib.pri_span_proceed(self._span, self._pointer(call), channel, in_band)

    def progress(self, call: int, channel: int, now: float, *, cause: int = 0) -> None:
        """PROGRESS with speech that is worth hearing."""
        lib.pri_span_clock(now)
        pointer = self._pointer(call)
        if cause:
            lib.pri_span_progress_with_cause(self._span, pointer, channel, 1, cause)
        else:
            lib.pri_span_progress(self._span, pointer, channel, 1)

    def alert(self, call: int, channel: int, now: float, *, in_band: bool = False) -> None:
        """ALERTING."""
        lib.pri_span_clock(now)
        lib.pri_span_alert(self._span, self._pointer(call), channel, in_band)

    def connect(
        self, call: int, channel: int, now: float, *, connected: Party | None = None
    ) -> None:
        """CONNECT."""
        lib.pri_span_clock(now)
        pointer = self._pointer(call)
        if connected is not None:
            party = cast("PartyCell", ffi.new("pri_span_party *"))
            _fill(party[0], connected)
            lib.pri_span_connected_line(self._span, pointer, party)
        lib.pri_span_connect(self._span, pointer, channel)

    def send_digit(self, call: int, digit: str, now: float) -> None:
        """INFORMATION with one digit."""
        lib.pri_span_clock(now)
        lib.pri_span_information(self._span, self._pointer(call), digit.encode("ascii"))

    def hang_up(self, call: int, cause: int, now: float) -> bool:
        """What comes next in clearing: DISCONNECT, RELEASE or RELEASE COMPLETE; True: that was the end."""
        lib.pri_span_clock(now)
        pointer = self._pointer(call)
        if not lib.pri_span_hang_up(self._span, pointer, cause):
            return False
        del self._pointers[call], self._numbers[pointer]
        return True

    def finish(self, call: int, cause: int, now: float) -> None:
        """The same, and the call's number is no more."""
        lib.pri_span_clock(now)
        pointer = self._pointers.pop(call, None)
        if pointer is not None:
            del self._numbers[pointer]
            lib.pri_span_hang_up(self._span, pointer, cause)

    def destroy(self, call: int) -> None:
        """Forget a call without a word to the other side: its channel was restarted."""
        pointer = self._pointers.pop(call, None)
        if pointer is not None:
            del self._numbers[pointer]
            lib.pri_span_destroy_call(self._span, pointer)

    def forget(self, call: int) -> None:
        """Take the number away of a call that is nobody's; libpri's record is libpri's."""
        pointer = self._pointers.pop(call, None)
        if pointer is not None:
            del self._numbers[pointer]

    def restart(self, channel: int, now: float) -> None:
        """RESTART; one at a time."""
        lib.pri_span_clock(now)
        lib.pri_span_restart(self._span, channel)

    def service(self, channel: int, now: float, *, in_service: bool) -> None:
        """SERVICE, in dialects that have it."""
        lib.pri_span_clock(now)
        lib.pri_span_service(self._span, channel, 0 if in_service else 2)

    # ------------------------------------------------------------ numbers for pointers

    def _number(self, pointer: "CallHandle") -> int:
        known = self._numbers.get(pointer)
        if known is None:
            known = self._next_call
            self._next_call += 1
            self._numbers[pointer] = known
            self._pointers[known] = pointer
        return known

    def _vanish(self, call: int, pointer: "CallHandle") -> None:
        if self._numbers.pop(pointer, None) is not None:
            del self._pointers[call]
            self._vanished.append(call)

    def _pointer(self, call: int) -> "CallHandle":
        try:
            return self._pointers[call]
        except KeyError:
            raise UnknownCall(str(call)) from None

    def _event(self) -> SpanEvent | None:
        told = self._told
        if not told.kind:
            return None
        kind = EventKind(told.kind)
        call = 0
        if told.call != ffi.NULL:
            if kind is EventKind.SETUP:
                # libpri has given a record's place to a new call.
                self._vanish(self._numbers.get(told.call, 0), told.call)
            call = self._number(told.call)
        channel = told.channel & _CHANNEL_MASK if told.channel >= 0 else None
        return SpanEvent(
            kind=kind,
            call=call,
            channel=channel,
            flexible=bool(told.flexible),
            complete=bool(told.complete),
            cause=told.cause,
            in_band=bool(told.progress_mask & _IN_BAND),
            change_status=told.change_status,
            transfer_capability=told.transfer_capability,
            digits=_text(told.digits),
            called_type=_number_type(told.called_plan),
            calling=_party(told.calling)
            or Party(presentation=Presentation.UNAVAILABLE, name=_name(told.calling)),
            connected=_party(told.connected),
            redirecting=_party(told.redirecting),
            redirecting_reason=_REASON_NAMES.get(told.redirecting_reason, "unknown"),
            originally_called=_party(told.originally_called),
            error=_text(told.error),
        )


def _text(octets: bytes) -> str:
    """Digits and the like; other octets than printable ASCII become question marks."""
    raw = ffi.string(octets).decode("latin-1")
    return "".join(each if " " <= each <= "~" else "?" for each in raw)


def _name(party: "NativeParty") -> str:
    if not party.name_valid or party.name_presentation & _RESTRICTION:
        return ""
    raw = ffi.string(party.name)
    encoding = "utf-8" if party.name_char_set == _UTF_8 else "latin-1"
    return str(raw.decode(encoding, "replace")).strip()


def _party(party: "NativeParty") -> Party | None:
    if not party.number_valid:
        name = _name(party)
        return Party(presentation=Presentation.UNAVAILABLE, name=name) if name else None
    restriction = party.number_presentation & _RESTRICTION
    presentation = {0x00: Presentation.ALLOWED, 0x20: Presentation.RESTRICTED}.get(
        restriction, Presentation.UNAVAILABLE
    )
    return Party(
        number=_text(party.number),
        type=_number_type(party.number_plan),
        presentation=presentation,
        name=_name(party),
    )


def _number_type(plan: int) -> NumberType:
    if plan & 0x0F == _PRIVATE_PLAN:
        return NumberType.PRIVATE
    return _TYPES.get(plan & 0x70, NumberType.UNKNOWN)


def _fill(native: "NativeParty", party: Party) -> None:
    native.number_valid = party.presentation is not Presentation.UNAVAILABLE or bool(party.number)
    native.number_presentation = _PRESENTATIONS[party.presentation]
    native.number_plan = _PLANS[party.type]
    native.number = party.number.encode("ascii", "replace")[:63]
    native.name_valid = bool(party.name)
    native.name_presentation = _PRESENTATIONS[party.presentation]
    native.name_char_set = _ISO_8859_1
    native.name = party.name.encode("latin-1", "replace")[:63]
