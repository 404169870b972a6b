"""How an analog line behaves: which signs the exchange gives, and how long everything may take.

Durations are seconds; where a standard gives one it is named.
"""

from dataclasses import dataclass
from enum import Enum

from drivers.analog.dtmf_caller_id import ETSI_FORM, DtmfCallerIdForm
from drivers.caller import CallerIdMode

__all__ = [
    "Disconnect",
    "EmSettings",
    "EmStart",
    "FxoSettings",
    "FxsSettings",
    "PulseDialling",
]


class PulseDialling(Enum):
    """Who dials by pulses, if anybody does."""

    NONE = "none"
    "Digits are sent as DTMF."
    BY_LINE = "by line"
    "The line opens and closes the loop itself."
    BY_CARD = "by card"
    "The card is asked to; it keeps the time better."


@dataclass(frozen=True, slots=True, kw_only=True)
class FxoSettings:
    """How one FXO line behaves.

    Ground start has no setting: the card's driver grounds the ring for `SetHook` and waits for the
    exchange; what the line sees afterwards is kewlstart.
    """

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
    "Besides what the pulses themselves take, where it is pulses."
    pulse_dialling: PulseDialling = PulseDialling.NONE
    pulse_break_s: float = 0.06
    pulse_make_s: float = 0.04
    between_digits_s: float = 0.8
    hold_s: float = 0.1
    "Before the card dials by pulses: what is still sent to it would stop it."
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
    """How one FXS line behaves. Ground start is the card's driver's: it tells a seizure as a lift."""

    caller_id: CallerIdMode = CallerIdMode.FSK_AFTER_FIRST_RING
    dtmf_form: DtmfCallerIdForm = ETSI_FORM
    alerts_on_hook: bool = False
    "After reversal, an alerting tone before FSK, as in Britain (BT SIN 242)."
    disconnect: Disconnect = Disconnect.BUSY_TONE
    reverses_polarity_on_answer: bool = False
    ring_cadence_s: tuple[float, ...] = (2.0, 4.0)
    "On, off, on, off …; repeated. A command to ring may bring another."
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
    flashes: bool = True
    "A flash is told, whoever detects it: the line by its length, or the card. Else it is ignored."
    flash_minimum_s: float = 0.09
    """A shorter on-hook is a dial pulse: at eight a second with two thirds of break they have 83 ms. 0: so is
    none; the card counts pulses, detects flashes, and tells only what is a hang-up."""
    flash_maximum_s: float = 0.75
    "A longer on-hook is a hang-up. 0: every on-hook that lasts `flash_minimum_s` is one."
    pulse_minimum_s: float = 0.015
    "A shorter on-hook is a contact that bounces (DAHDI takes the same)."
    pulse_gap_s: float = 0.2
    "Off-hook for so long ends a digit: in a digit it is some 40 ms, between digits at least 300."
    ring_limit_s: float = 180.0
    battery_drop_s: float = 0.8
    busy_s: float = 20.0
    howler_s: float = 40.0
    hook_report_s: float = 1.0
    "The card tells the hook state within this time after start."
    talk_limit_s: float = 12 * 3600.0
    "Backstop: whoever drives the line has forgotten it."


class EmStart(Enum):
    """How the called end of an E&M trunk says that it takes digits."""

    WINK = "wink"
    IMMEDIATE = "immediate"
    "It does not: they come after a pause."


@dataclass(frozen=True, slots=True, kw_only=True)
class EmSettings:
    """How one E&M line behaves.

    A wink lasts 140 to 290 ms (Dialogic's trunk boards) and comes soon after the seizure (Nortel's: 250 ms
    within 128 to 256); both follow EIA/TIA-464. DAHDI takes for one what lasts up to 300 ms.
    """

    start: EmStart = EmStart.WINK
    called_digits: int = 0
    "So many digits are the called number. 0: a pause or ``#`` ends it."
    yields_in_glare: bool = True
    "Both ends have seized: this one gives way to the other's call. One end of each trunk must."
    glitch_s: float = 0.05
    "A change of the far end's lead that lasts less is ignored."
    wink_delay_s: float = 0.15
    "From seizure, once it is no glitch, to our wink."
    wink_s: float = 0.2
    wink_minimum_s: float = 0.1
    wink_maximum_s: float = 0.35
    "What we take for a wink: more than anyone may send; the lead's ends blur. Longer is no wink."
    wink_limit_s: float = 5.0
    "The far end winks within this time, or is not there."
    start_delay_s: float = 0.25
    "Immediate start: from our seizure to our digits (Nortel: at least 150 ms and 70 ms more)."
    digits_delay_s: float = 0.1
    "From the wink's end to our digits (Nortel: at least 70 ms)."
    glare_window_s: float = 0.6
    """Immediate start: the far end's seizure that began this soon after ours met it on its way; cards may
    tell it 0.3 s late. No call is answered that soon."""
    first_digit_s: float = 4.0
    between_digits_s: float = 2.0
    "Machines dial: they need no more."
    offer_limit_s: float = 180.0
    dialling_limit_s: float = 30.0
    answer_limit_s: float = 90.0
    release_s: float = 0.3
    "In a call, the far end's lead is on-hook for so long when it has hung up."
    guard_s: float = 0.8
    "On-hook this long before the trunk is used again: the far end must see the release."
    refusal_s: float = 20.0
    "Whose call is refused hears a tone so long, or until the far end releases."
    held_s: float = 30.0
    "A far end that does not release its lead this long after a call holds the trunk: an alarm."
    lead_report_s: float = 1.0
    "The card tells the lead's state within this time after start."
    talk_limit_s: float = 12 * 3600.0
    "Backstop: no call holds a trunk longer than this."
