"""The module that dsp/native/build_native.py builds; what each function does is said in dsp/native/dsp.h.

The native memory that Python looks into has its fields here; pointers that it only hands on have none.
"""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeVar, overload

class Pointer: ...
class PlaneHandle(Pointer): ...
class PlanHandle(Pointer): ...
class FeedHandle(Pointer): ...
class Null(PlaneHandle, PlanHandle, FeedHandle): ...

class NativeDetection:
    tick: int
    token: int
    slot: int
    kind: int
    value: int
    level_dbm0: float
    twist_db: float
    duration_ms: float
    began: int

class NativeBlock:
    tick: int
    token: int
    samples: Pointer

class NativeCounters(Pointer):
    ticks: int
    lateness: Sequence[int]
    busy: Sequence[int]
    processor_ns: int
    skipped_ticks: int
    clock_changes: int
    clock_slot: int
    detections_lost: int
    recorded_lost: int

_Handle = TypeVar("_Handle", bound=Pointer)

class _Ffi(Protocol):
    NULL: Null
    @overload
    def new(self, kind: Literal["struct detection[]"], count: int) -> Sequence[NativeDetection]: ...
    @overload
    def new(
        self, kind: Literal["struct recorded_block[]"], count: int
    ) -> Sequence[NativeBlock]: ...
    @overload
    def new(self, kind: Literal["struct plane_counters *"]) -> NativeCounters: ...
    @overload
    def new(self, kind: Literal["struct card_requests *"], fields: tuple[int, ...]) -> Pointer: ...
    @overload
    def new(self, kind: Literal["int32_t *"]) -> Sequence[int]: ...
    def gc(self, handle: _Handle, destructor: object) -> _Handle: ...
    def release(self, handle: Pointer) -> None: ...
    def from_buffer(self, kind: str, memory: object, require_writable: bool = ...) -> Pointer: ...
    def string(self, pointer: Pointer) -> bytes: ...
    def buffer(self, pointer: Pointer, size: int = ...) -> bytearray: ...

class _Lib(Protocol):
    LAW_ALAW: int
    LAW_MULAW: int
    FROM_LINE: int
    TO_LINE: int
    BOTH_WAYS: int
    PLAN_FREQUENCIES: int
    PLAN_SEGMENTS: int
    DIGIT_HEARD: int
    DIGIT_ENDED: int
    PROGRESS_HEARD: int
    PROGRESS_ENDED: int
    MF_HEARD: int
    MF_ENDED: int
    MF_NONE: int
    SIGNAL_TONE_HEARD: int
    SIGNAL_TONE_ENDED: int
    ACTIVITY_CHANGED: int
    PLAY_FINISHED: int
    CAPTURE_FINISHED: int
    RECORD_OVERRUN: int
    DESCRIPTOR_LOST: int
    PENDING_EVENT: int
    def plane_new(self, slots: int, law: int, at_most: int) -> PlaneHandle: ...
    def plane_instruction_set(self, plane: PlaneHandle) -> Pointer: ...
    def plane_free(self, plane: PlaneHandle) -> None: ...
    def plane_rx(self, plane: PlaneHandle) -> Pointer: ...
    def plane_tx(self, plane: PlaneHandle) -> Pointer: ...
    def plane_ticks(self, plane: PlaneHandle) -> int: ...
    def plane_tick(self, plane: PlaneHandle, rx: Pointer, tx: Pointer) -> None: ...
    def plane_set_law(self, plane: PlaneHandle, slot: int, law: int) -> bool: ...
    def plane_play(
        self,
        plane: PlaneHandle,
        slot: int,
        octets: Pointer,
        count: int,
        loop: bool,
        gain: float,
        token: int,
    ) -> bool: ...
    def plane_stop_play(self, plane: PlaneHandle, slot: int) -> bool: ...
    def plane_open_feed(
        self, plane: PlaneHandle, slot: int, feed: FeedHandle, token: int
    ) -> bool: ...
    def plane_close_feed(self, plane: PlaneHandle, slot: int) -> bool: ...
    def plane_play_tone(
        self, plane: PlaneHandle, slot: int, segments: Pointer, count: int, repeat: bool, token: int
    ) -> bool: ...
    def plane_stop_tone(self, plane: PlaneHandle, slot: int) -> bool: ...
    def plane_connect(
        self, plane: PlaneHandle, source: int, destination: int, gain: float
    ) -> bool: ...
    def plane_disconnect(self, plane: PlaneHandle, source: int, destination: int) -> bool: ...
    def plane_listen(
        self,
        plane: PlaneHandle,
        slot: int,
        digits: bool,
        plan: PlanHandle,
        activity: bool,
        mf_system: int,
        signal_tones: bool,
    ) -> bool: ...
    def plane_compel(
        self,
        plane: PlaneHandle,
        slot: int,
        when_signal_begins: bool,
        segments: Pointer,
        count: int,
        token: int,
    ) -> bool: ...
    def plane_forget_compelled(self, plane: PlaneHandle, slot: int) -> bool: ...
    def bank_measure(
        self, out: Pointer, hertz: Pointer, samples: Pointer, at_most: int
    ) -> None: ...
    def plane_mute_digits(self, plane: PlaneHandle, slot: int, mute: bool) -> bool: ...
    def plane_capture(
        self, plane: PlaneHandle, slot: int, octets: Pointer, count: int, token: int
    ) -> bool: ...
    def plane_stop_capture(self, plane: PlaneHandle, slot: int) -> bool: ...
    def plane_record(
        self,
        plane: PlaneHandle,
        entry: int,
        left_slot: int,
        left_direction: int,
        right_slot: int,
        right_direction: int,
        token: int,
    ) -> bool: ...
    def plane_stop_record(self, plane: PlaneHandle, entry: int) -> bool: ...
    def plane_edge_capacity(self, plane: PlaneHandle) -> int: ...
    def plane_record_capacity(self, plane: PlaneHandle) -> int: ...
    def plane_detections(
        self, plane: PlaneHandle, out: Sequence[NativeDetection], count: int
    ) -> int: ...
    def plane_recorded(self, plane: PlaneHandle, out: Sequence[NativeBlock], count: int) -> int: ...
    def live_feed_new(self, blocks: int, in_hand: int) -> FeedHandle: ...
    def live_feed_free(self, feed: FeedHandle) -> None: ...
    def live_feed_put(self, feed: FeedHandle, octets: Pointer, blocks: int) -> int: ...
    def live_feed_waiting(self, feed: FeedHandle) -> int: ...
    def live_feed_underruns(self, feed: FeedHandle) -> int: ...
    def progress_plan_new(
        self,
        frequencies_hz: Sequence[float],
        frequencies: int,
        tone_bits: Sequence[int],
        cadence_ms: Sequence[float],
        cadence_counts: Sequence[int],
        alternates: Sequence[int],
    ) -> PlanHandle: ...
    def progress_plan_free(self, plan: PlanHandle) -> None: ...
    def progress_measure(
        self, powers: Pointer, plan: PlanHandle, older: Pointer, newer: Pointer
    ) -> float: ...
    def plane_attach(
        self,
        plane: PlaneHandle,
        slot: int,
        descriptor: int,
        write_descriptor: int,
        clock: bool,
        requests: Pointer,
    ) -> int: ...
    def plane_detach(self, plane: PlaneHandle, slot: int) -> int: ...
    def plane_hold(self, plane: PlaneHandle, slot: int, held: bool) -> int: ...
    def plane_start(
        self, plane: PlaneHandle, event_descriptor: int, granted: Sequence[int]
    ) -> int: ...
    def plane_stop(self, plane: PlaneHandle) -> None: ...
    def plane_counters(self, plane: PlaneHandle, out: NativeCounters) -> None: ...
    def plane_slot_counters(
        self, plane: PlaneHandle, lost: Pointer, slips: Pointer, overruns: Pointer
    ) -> None: ...
    def g711_decode(self, law: int, out: Pointer, octets: Pointer, count: int) -> None: ...
    def g711_encode(self, law: int, out: Pointer, samples: Pointer, count: int) -> None: ...

ffi: _Ffi
lib: _Lib
