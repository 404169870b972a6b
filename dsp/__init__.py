"""Everything that touches a sample: the media plane, its detectors, tones, callers' numbers.

The plane runs 160 octets of every slot through one native tick every 20 ms; `Plane` is Python's
handle on it. What happens once per call (reading a caller's number, judging who answered) is numpy,
off the tick.
"""

from dsp.answering import AnsweringJudge, judge_answering
from dsp.answering_terms import Answering, AnsweringSettings
from dsp.caller_id import (
    CallerId,
    CallerIdDecoded,
    CallerIdFormat,
    decode_caller_id,
    encode_caller_id,
    find_caller_ids,
)
from dsp.decode import Decoded, decode_sound
from dsp.detections import (
    ActivityChanged,
    CaptureFinished,
    DescriptorLost,
    Detection,
    DigitEnded,
    DigitHeard,
    EventFetched,
    MfSignalEnded,
    MfSignalHeard,
    PlayFinished,
    ProgressToneEnded,
    ProgressToneHeard,
    RecordOverrun,
    SignalToneEnded,
    SignalToneHeard,
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
from dsp.gain_control import GainControl
from dsp.levels import level_dbm0, power_dbm0
from dsp.live_feed import LiveFeed
from dsp.mf import MfSystem
from dsp.plane import Plane
from dsp.pump import CardRequests, Counters, Distribution, PumpPrivileges
from dsp.sound_levels import SoundLevels, measure_sound
from dsp.taps import BLOCK_SAMPLES, SAMPLE_RATE_HZ, TICK_S, Direction, RecordedBlock, Tap
from dsp.tone_learning import LearnedTone, NothingLearned, learn_tone
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
    with_disconnect_tone,
)
from dsp.v21 import FaxPreamble, find_fax_preambles

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
    "Answering",
    "AnsweringJudge",
    "AnsweringSettings",
    "CallerId",
    "CallerIdDecoded",
    "CallerIdFormat",
    "CallerIdStandard",
    "CaptureFinished",
    "CardRequests",
    "CommandRingFull",
    "Counters",
    "Decoded",
    "DescriptorLost",
    "DescriptorRefused",
    "Detection",
    "DigitEnded",
    "DigitHeard",
    "Direction",
    "Distribution",
    "EventFetched",
    "FaxPreamble",
    "GainControl",
    "Law",
    "LearnedTone",
    "LiveFeed",
    "MatrixFull",
    "MfSignalEnded",
    "MfSignalHeard",
    "MfSystem",
    "NothingLearned",
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
    "SignalToneEnded",
    "SignalToneHeard",
    "SlotOutOfRange",
    "SoundLevels",
    "Tap",
    "Tone",
    "TonePlan",
    "UnknownCountry",
    "UnknownSound",
    "countries",
    "decode_caller_id",
    "decode_sound",
    "encode_caller_id",
    "find_caller_ids",
    "find_fax_preambles",
    "g711_decode",
    "g711_encode",
    "judge_answering",
    "learn_tone",
    "level_dbm0",
    "measure_sound",
    "power_dbm0",
    "silence",
    "tone_plan",
    "transcode",
    "with_disconnect_tone",
]
