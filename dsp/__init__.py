"""Everything that touches a sample: the media plane, its detectors, tones, callers' numbers.

The plane runs 160 octets of every slot through one native tick every 20 ms; `Plane` is Python's
handle on it. What happens once per call (reading a caller's number) is numpy, off the tick.
"""

from dsp.caller_id import (
    CallerId,
    CallerIdDecoded,
    CallerIdFormat,
    decode_caller_id,
    encode_caller_id,
    find_caller_ids,
)
from dsp.detections import (
    ActivityChanged,
    CaptureFinished,
    DescriptorLost,
    Detection,
    DigitEnded,
    DigitHeard,
    EventFetched,
    PlayFinished,
    ProgressToneEnded,
    ProgressToneHeard,
    RecordOverrun,
)
from dsp.errors import (
    CommandRingFull,
    DescriptorRefused,
    MatrixFull,
    PlaneClosed,
    PlaneError,
    PlaneRunning,
    RecordTableFull,
    SlotOutOfRange,
    UnknownCountry,
    UnknownSound,
)
from dsp.fsk import CallerIdStandard
from dsp.g711 import Law, g711_decode, g711_encode, silence, transcode
from dsp.levels import level_dbm0, power_dbm0
from dsp.live_feed import LiveFeed
from dsp.plane import Plane
from dsp.pump import Counters, Distribution, PendingEvents, PumpPrivileges
from dsp.taps import BLOCK_SAMPLES, SAMPLE_RATE_HZ, TICK_S, Direction, RecordedBlock, Tap
from dsp.tone_plans import (
    CALLER_ALERTING_TONE,
    CONFIRMATION_TONE,
    ERROR_TONE,
    HOWLER_TONE,
    ON_HOOK_ALERTING_TONE,
    Segment,
    Tone,
    TonePlan,
    countries,
    tone_plan,
)

__all__ = [
    "BLOCK_SAMPLES",
    "CALLER_ALERTING_TONE",
    "CONFIRMATION_TONE",
    "ERROR_TONE",
    "HOWLER_TONE",
    "ON_HOOK_ALERTING_TONE",
    "SAMPLE_RATE_HZ",
    "TICK_S",
    "ActivityChanged",
    "CallerId",
    "CallerIdDecoded",
    "CallerIdFormat",
    "CallerIdStandard",
    "CaptureFinished",
    "CommandRingFull",
    "Counters",
    "DescriptorLost",
    "DescriptorRefused",
    "Detection",
    "DigitEnded",
    "DigitHeard",
    "Direction",
    "Distribution",
    "EventFetched",
    "Law",
    "LiveFeed",
    "MatrixFull",
    "PendingEvents",
    "Plane",
    "PlaneClosed",
    "PlaneError",
    "PlaneRunning",
    "PlayFinished",
    "ProgressToneEnded",
    "ProgressToneHeard",
    "PumpPrivileges",
    "RecordOverrun",
    "RecordTableFull",
    "RecordedBlock",
    "Segment",
    "SlotOutOfRange",
    "Tap",
    "Tone",
    "TonePlan",
    "UnknownCountry",
    "UnknownSound",
    "countries",
    "decode_caller_id",
    "encode_caller_id",
    "find_caller_ids",
    "g711_decode",
    "g711_encode",
    "level_dbm0",
    "power_dbm0",
    "silence",
    "tone_plan",
    "transcode",
]
