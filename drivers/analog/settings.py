"""How an analog line behaves: which signs the exchange gives, and how long everything may take.

Durations are seconds; where a standard gives one it is named.
"""

from dataclasses import dataclass
from enum import Enum

from drivers.analog.dtmf_caller_id import ETSI_FORM, DtmfCallerIdForm
from drivers.caller import CallerIdMode

__all__ = ["Disconnect", "FxoSettings", "FxsSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FxoSettings:
    """How one FXO line behaves."""

    caller_id: CallerIdMode = CallerIdMode.FSK_AFTER_FIRST_RING
    dtmf_form: DtmfCallerIdForm = ETSI_FORM
    call_waiting_caller_id: bool = False
    "In a call, an alerting tone is acknowledged and the second caller's number is read."
    clears_on_battery_drop: bool = True
    "Kewlstart: the exchange opens the loop when the far end hangs up."
    clears_on_polarity: bool = False
    clears_on_busy_tone: bool = False
    answers_on_polarity: bool = False
    "Outgoing: the exchange reverses polarity when the called party lifts."
    dial_tone_required: bool = True
    ring_minimum_s: float = 0.1
    "A shorter burst is a spike, not a ring."
    ring_maximum_s: float = 10.0
    "Ringing voltage that does not stop: no cadence has a burst this long."
    ring_gone_s: float = 7.0
    "Longer than any cadence's silence (GB 2 s, US 4 s, SE and AT 5 s): the caller gave up."
    caller_id_window_s: float = 3.0
    "FSK comes 0.5 to 1.5 s after the first ring and takes about 1 s (Telcordia GR-30, 2.3)."
    caller_id_restart_s: float = 0.45
    "A burst this soon after the last one is the second half of a double ring."
    reversal_window_s: float = 4.0
    "From polarity reversal to the first ring: alerting tone, message and pauses (BT SIN 242, figure 1)."
    first_ring_s: float = 3.0
    "A number that came before the first ring is this long the next ring's."
    waiting_caller_window_s: float = 2.5
    "In a call, FSK begins 0.5 s after our acknowledgement at the latest (EN 300 659-2)."
    judgement_s: float = 1.0
    "Longest time for reading the caller ID from the sound."
    digit_gap_s: float = 1.0
    "DTMF caller ID: longest silence between digits, and from the last digit to ringing, times 3."
    battery_drop_s: float = 0.15
    "Battery absent this long is a disconnect (GR-506: open interval of at least 250 ms)."
    battery_failure_s: float = 3.0
    "An idle line without battery for this long is broken."
    guard_s: float = 0.6
    "On-hook this long before the line is used again: the exchange must see the release."
    dial_tone_timeout_s: float = 5.0
    dialling_limit_s: float = 30.0
    answer_limit_s: float = 90.0
    flash_s: float = 0.5
    silence_limit_s: float = 2700.0
    """The far end has said nothing for so long: it is gone, and the exchange has not told. 0: any silence
    is a caller who waits."""
    talk_limit_s: float = 12 * 3600.0
    "Backstop: no call holds a trunk longer than this, whatever the exchange fails to tell."


class Disconnect(Enum):
    """How the far end is told that the call is over while it is off-hook."""

    BATTERY_DROP = "battery_drop"
    POLARITY = "polarity"
    BUSY_TONE = "busy_tone"


@dataclass(frozen=True, slots=True, kw_only=True)
class FxsSettings:
    """How one FXS line behaves."""

    caller_id: CallerIdMode = CallerIdMode.FSK_AFTER_FIRST_RING
    dtmf_form: DtmfCallerIdForm = ETSI_FORM
    alerts_on_hook: bool = False
    "After reversal, an alerting tone before FSK, as in Britain (BT SIN 242)."
    disconnect: Disconnect = Disconnect.BUSY_TONE
    reverses_polarity_on_answer: bool = False
    ring_cadence_s: tuple[float, ...] = (2.0, 4.0)
    "On, off, on, off …; repeated."
    caller_id_delay_s: float = 0.6
    "Silence between the first ring and FSK (Telcordia GR-30: 0.5 to 1.5 s)."
    caller_id_limit_s: float = 6.0
    reversal_lead_s: float = 0.25
    "From polarity reversal to the first sound (EN 300 659-1: 0.1 s at least; DTMF 0.2 s)."
    alert_pause_s: float = 0.06
    "From alerting tone to FSK (EN 300 659-1: at least 45 ms; BT: 45 to 75 ms)."
    ring_lead_s: float = 0.3
    "From caller ID to the first ring (EN 300 659-1: 0.2 to 0.5 s)."
    alert_limit_s: float = 0.5
    "Longest time for an alerting tone."
    acknowledged_pause_s: float = 0.15
    "From hearing the acknowledgement to FSK: its digit is still on the line (GR-30: 50 to 500 ms after)."
    acknowledgement_s: float = 0.35
    """The telephone answers an alerting tone within 160 ms (Telcordia GR-30, 2.4.2); its digit lasts
    some 60 ms, and we take some 60 to hear it."""
    flash_minimum_s: float = 0.08
    flash_maximum_s: float = 0.75
    "A longer on-hook is a hang-up. 0: every on-hook that lasts `flash_minimum_s` is one."
    ring_limit_s: float = 180.0
    battery_drop_s: float = 0.8
    busy_s: float = 20.0
    howler_s: float = 40.0
    hook_report_s: float = 1.0
    "The card tells the hook state within this time after start."
    talk_limit_s: float = 12 * 3600.0
    "Backstop: whoever drives the line has forgotten it."
