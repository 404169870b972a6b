"""The shape of appliance.toml: one frozen type for each table.

Durations are seconds. What only a look at several tables can tell (a queue that names an unknown
agent) is checked in `checks`.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from firmware_host.config.alert_tables import AlertTable, ReceiverTable
from firmware_host.config.queue_tables import (
    AgentTable,
    CallerListTable,
    LoanTable,
    PointsTable,
    QueueTable,
)
from firmware_host.config.table import (
    CallerIdDigits,
    CallerIdHeardHow,
    CallerIdHow,
    Cost,
    Count,
    Digits,
    Key,
    Language,
    Name,
    Pin,
    PortIndex,
    PromptNames,
    Seconds,
    Signalling,
    StarCode,
    Table,
    TelephoneNumber,
    WaitingSeconds,
)

__all__ = [
    "AgentTable",
    "Appliance",
    "CallBackTable",
    "CalledTable",
    "CallerListTable",
    "CardTable",
    "CollectTable",
    "DahdiCardTable",
    "DialTable",
    "DynamicTable",
    "ExtensionTable",
    "FlowTable",
    "HangUpTable",
    "HoursTable",
    "LimitsTable",
    "MenuTable",
    "MessageTable",
    "NodeTable",
    "NumberPlanTable",
    "PauseReasonTable",
    "PauseTable",
    "PointsTable",
    "PrimaryRateTable",
    "QueueNodeTable",
    "QueueTable",
    "RecordingsTable",
    "RouteTable",
    "SayTable",
    "ScheduleTable",
    "SiteTable",
    "StarCodesTable",
    "StationTable",
    "TechnicianTable",
    "TrunkGroupTable",
    "TrunkTable",
    "ViaTable",
    "VirtualCardTable",
    "WrapUpTable",
]


class SiteTable(Table, frozen=True):
    """Where the appliance stands."""

    name: Name
    "Shown at the console."
    country: str
    "Tones, ringing and number plan: `us`, `uk`, `ro` and others; a wrong one is told with all of them."
    time_zone: str
    "Such as `Europe/Bucharest`; for opening hours and statistics."
    law: Literal["alaw", "mulaw"] = "alaw"
    "Companding of the lines: `alaw` in Europe, `mulaw` in North America and Japan."
    language: Language = "en"
    "Of callers and agents where nothing else says so."
    state: str = "var"
    "Folder of journal, recordings and sockets; relative to the configuration file."


EchoCanceller = Literal["none", "oslec", "mg2", "kb1", "sec2", "jpah", "hwec", "hpec"]
Octet = Annotated[int, Meta(ge=0, le=255)]
GainDb = Annotated[float, Meta(ge=-24, le=24)]


class PrimaryRateTable(Table, frozen=True):
    """An E1 or T1 by ISDN primary rate: what its D-channel speaks."""

    switch: Literal["euroisdn_e1", "euroisdn_t1", "ni2", "dms100", "5ess", "4ess", "qsig"] = (
        "euroisdn_e1"
    )
    "The dialect that the far end speaks."
    side: Literal["user", "network"] = "user"
    "Which side we are; a carrier is the network."
    d_channel: Annotated[int, Meta(ge=1, le=31)] | None = None
    "Else 16 of an E1, 24 of a T1."
    hdlc_by_card: bool = False
    "The card frames the D-channel itself (hardhdlc of dahdi_cfg), not the driver."
    overlap: bool = False
    "Called numbers may come, and go, digit by digit."
    called_length: Annotated[int, Meta(ge=0, le=32)] = 0
    "Overlap: so many digits make a number of ours; 0: wait for the end."
    exclusive: bool = True
    "Our calls insist on their channel; else the far end may choose another one."
    restart: bool = True
    "Restart every channel when the D-channel comes up."
    timers: dict[str, Annotated[int, Meta(ge=0, le=600_000)]] = {}
    "By name, in milliseconds; counts for N200 and the like: libpri's defaults else."


class VirtualCardTable(Table, frozen=True, tag_field="kind", tag="virtual"):
    """A crossed cable; the town lives at its other end."""

    pri: PrimaryRateTable | None = None


class DynamicTable(Table, frozen=True):
    """A span without a card, such as TDM over Ethernet; made when it is not there."""

    driver: Literal["eth", "ethmf", "loc"]
    "`eth` and `ethmf` are TDM over Ethernet, `loc` is a loop in the machine."
    address: Annotated[str, Meta(min_length=1, max_length=39)]
    "As the driver wants it: ``eth0/00:11:22:33:44:55/0``; for ``loc`` ``KEY:ID``."
    channels: Annotated[int, Meta(ge=1, le=256)]
    "How many it has."
    timing: Annotated[int, Meta(ge=0, le=255)] = 0
    "Rank among the sources of the clock; 0: never."


class DahdiCardTable(Table, frozen=True, tag_field="kind", tag="dahdi"):
    """One span of the DAHDI driver: an analog card, or one E1 or T1 of a card."""

    span: str | int
    "Its number, or the driver's name of it: `switchroom spans` lists both."
    framing: Literal["d4", "esf", "ccs", "cas"] | None = None
    "Of a digital span; empty: what its kind usually has."
    coding: Literal["ami", "b8zs", "hdb3"] | None = None
    "Line coding of a digital span; empty: what its kind usually has."
    crc4: bool = False
    "Of an E1: check sums in the frame."
    line_build_out: Annotated[int, Meta(ge=0, le=7)] = 0
    "Length of the line, in DAHDI's steps from 0 (short)."
    timing: Annotated[int, Meta(ge=0, le=128)] = 0
    "Rank among the sources of the clock, 1 being the first; 0: never."
    dynamic: DynamicTable | None = None
    echo_canceller: EchoCanceller = "none"
    "Of all its channels; lines may say otherwise."
    echo_canceller_ms: Annotated[int, Meta(ge=4, le=128)] = 16
    "Longest echo that it removes."
    pri: PrimaryRateTable | None = None
    town_span: str | int | None = None
    "For trials: the span joined back to back with this one, where the town plays the far end."


CardTable = VirtualCardTable | DahdiCardTable


class DisconnectToneTable(Table, frozen=True):
    """A tone, as `switchroom line learn` finds it."""

    frequencies_hz: tuple[float, ...]
    "Of which it is made."
    cadence_ms: tuple[int, ...]
    "On and off in turn."


class TrunkTable(Table, frozen=True):
    """A line from the exchange: analog (FXO port), or a tie line (E&M port)."""

    card: str
    "On which the line is plugged in."
    port: PortIndex
    "Of the card; counted from 0 on virtual cards, from 1 on DAHDI's."
    flow: str
    "What callers meet."
    called: str = ""
    "The number of the line: chooses a `[called]` table, and stands in the record."
    group: str | None = None
    "The trunk group by which calls go out on it."
    signalling: Signalling = "kewlstart"
    "How the line is seized and cleared."
    pulse_dialling: bool = False
    "The exchange takes no DTMF digits from us."
    language: Language | None = None
    "Of its callers; empty: the site's."
    caller_id: CallerIdHeardHow = "fsk_after_first_ring"
    "How the exchange tells who calls."
    caller_id_digits: CallerIdDigits | None = None
    "For caller ID by DTMF: the national form; empty: the country's."
    call_waiting_caller_id: bool = False
    "A second caller's number is read during a call."
    clears_on: tuple[Literal["battery", "polarity", "busy_tone"], ...] = ("battery",)
    "How the exchange tells that the far end hung up."
    disconnect_tone: DisconnectToneTable | None = None
    "What the exchange sends when the far end has hung up, if it is not the country's busy tone."
    silence_limit_s: Seconds = 2700.0
    "The far end has said nothing for so long: hang up. 0: never."
    mute_digits: bool = False
    "Agents and recordings do not hear the keys that callers press; speech comes 60 ms later."
    hybrid: Annotated[tuple[Octet, ...], Meta(min_length=9, max_length=9)] | None = None
    "On an FXO module that can be tuned: impedance and taps, as `switchroom line tune` finds them."
    echo_canceller: EchoCanceller | None = None
    "On a DAHDI card: another than the card's."
    receive_gain_db: GainDb = 0.0
    "What comes from it is made louder, or softer below 0."
    transmit_gain_db: GainDb = 0.0
    "What it hears is made louder, or softer below 0."


class TrunkGroupTable(Table, frozen=True):
    """Trunks that serve for the same: B-channels of spans, and trunks that name the group.

    Each B-channel is a line, named after the group and its channel.
    """

    cards: tuple[str, ...] = ()
    "Spans whose B-channels belong to it."
    flow: str | None = None
    "What callers on its B-channels meet."
    choice: Literal["up", "down", "round_robin"] = "round_robin"
    "Which free line a call of ours takes."
    carrier: str = ""
    "Whose calls and minutes are counted together; else the group's name."
    number_form: Literal["e164", "national", "dialled"] | None = None
    "How called numbers are sent; else e164 on B-channels, national on other trunks."
    caller_number: TelephoneNumber | None = None
    "What called parties see."
    passes_caller: bool = False
    "Show them who calls through us, in place of our number."
    calls_through: bool = False
    "Numbers that arrive here and are none of ours go by the routes to another group."
    answer_limit_s: WaitingSeconds = 90.0
    "So long an answer is waited for."
    minimum_minutes: Annotated[float, Meta(ge=0, le=10_000_000)] = 0.0
    "Agreed with the carrier for each month."
    channels: str = ""
    "Of each card: such as ``1-15,17-31``; empty: all that it has."
    called: str = ""
    "Where the far end sends no number."
    language: Language | None = None
    "Of its callers; empty: the site's."
    silence_limit_s: Seconds = 2700.0
    "The far end has said nothing for so long: hang up. 0: never."
    unsupervised_s: WaitingSeconds = 60.0
    "How long a call goes on after the PRI worker has died."
    mute_digits: bool = False
    "Agents and recordings do not hear the keys that callers press."
    echo_canceller: EchoCanceller | None = None
    "On a DAHDI card: another than the card's."
    receive_gain_db: GainDb = 0.0
    "What comes from its lines is made louder, or softer below 0."
    transmit_gain_db: GainDb = 0.0
    "What its lines hear is made louder, or softer below 0."


class StationTable(Table, frozen=True):
    """A telephone plugged into the box (FXS port)."""

    card: str
    "On which it is plugged in."
    port: PortIndex
    "Of the card; counted from 0 on virtual cards, from 1 on DAHDI's."
    caller_id: CallerIdHow = "fsk_after_first_ring"
    "How callers are shown on its display."
    caller_id_digits: CallerIdDigits | None = None
    "For caller ID by DTMF: the national form; empty: the country's."
    dials: Literal["emergency", "internal", "national", "international", "all"] = "national"
    "What may be called from it, each with those before; `all` adds premium and unknown numbers."
    caller_number: TelephoneNumber | None = None
    "What called parties see, in place of the trunk group's."
    flash: bool = True
    "A short on-hook in a call, up to 0.75 s, is a flash and not the end."
    echo_canceller: EchoCanceller | None = None
    "On a DAHDI card: another than the card's."
    receive_gain_db: GainDb = 0.0
    "What comes from it is made louder, or softer below 0."
    transmit_gain_db: GainDb = 0.0
    "What it hears is made louder, or softer below 0."


class TechnicianTable(Table, frozen=True):
    """Someone who may log in on a console; the table's name is the log-in name."""

    pin: Pin
    "4 to 12 digits."


class ScheduleTable(Table, frozen=True):
    """Opening hours: ``open = { "mon-fri" = "09:00-18:00", "sat" = "10:00-14:00" }``."""

    open: dict[str, str]
    'Days and hours: `{ "mon-fri" = "09:00-12:00, 13:00-18:00" }`.'
    closed_dates: tuple[date, ...] = ()
    "Without quotes: `[2026-12-25]`."
    time_zone: str | None = None
    "Empty: the site's."
    open_when_clock_untrusted: bool = True
    "Which way callers go while the clock can't be trusted."


class HoursTable(Table, frozen=True, tag_field="kind", tag="hours"):
    """Branches by opening hours."""

    schedule: str
    "Which opening hours."
    open: str
    "The node while they are open."
    closed: str
    "The node while they are closed."


class MenuTable(Table, frozen=True, tag_field="kind", tag="menu"):
    """Asks for a key."""

    prompts: PromptNames
    "What is asked; keys may be pressed meanwhile."
    keys: dict[str, str]
    "The node for each key."
    invalid: PromptNames
    "What is said after a key that is none of these."
    exhausted: str
    "The node after the last try."
    timeout_s: WaitingSeconds = 5.0
    "So long a key is waited for after the prompts."
    attempts: Count = 3
    "How often is asked."


class SayTable(Table, frozen=True, tag_field="kind", tag="say"):
    """Plays prompts and goes on."""

    prompts: PromptNames
    "What is said, to its end."
    next: str
    "The node after it."


class QueueNodeTable(Table, PointsTable, frozen=True, tag_field="kind", tag="queue"):
    """Waits for an agent."""

    queue: str
    "Where the caller waits."
    timed_out: str
    "The node after the queue's longest wait."
    also: tuple[str, ...] = ()
    "Queues in which the caller waits at the same time."
    keys: dict[Key, str] = {}
    "Keys that lead out of the queue at any time, to these nodes."
    keeps_wait: bool = False
    "Who comes from another queue brings along the time waited there."
    full: str = ""
    "Where to go on when too many wait in all of them; empty: as timed_out."
    nobody: str = ""
    "Where to go on when nobody is there; empty: as timed_out."
    too_long: str = ""
    "Where to go on when it would take too long; empty: as timed_out."


class CollectTable(Table, frozen=True, tag_field="kind", tag="collect"):
    """Asks for digits, such as a customer's number; caller lists may name them."""

    prompts: PromptNames
    "What is asked."
    next: str
    "The node with the digits."
    exhausted: str
    "The node after the last try."
    invalid: PromptNames = ()
    "What is said after too few digits."
    most_digits: Annotated[int, Meta(ge=1, le=20)] = 12
    "So many are complete at once, fewer after # or a pause."
    least_digits: Annotated[int, Meta(ge=1, le=20)] = 1
    "Fewer are asked for again."
    timeout_s: WaitingSeconds = 5.0
    "Longest pause before a key."
    attempts: Count = 3
    "How often is asked."


class ExtensionTable(Table, frozen=True, tag_field="kind", tag="extension"):
    """Asks for an agent's number and waits for that agent."""

    prompts: PromptNames
    "What is asked."
    exhausted: str
    "Where to go on when no number was keyed in."
    unknown: str
    "Where to go on when nobody has that number."
    absent: str
    "Where to go on when the agent is not logged in."
    timed_out: str
    "Where to go on when the agent did not become free in time."
    longest_wait_s: WaitingSeconds = 120.0
    "For the agent."
    most_digits: Annotated[int, Meta(ge=1, le=12)] = 12
    "So many are complete at once, fewer after # or a pause."
    timeout_s: WaitingSeconds = 5.0
    "Longest pause before a key."
    attempts: Count = 3
    "How often is asked."


class CallBackTable(Table, frozen=True, tag_field="kind", tag="call_back"):
    """Offers to call the caller back, who keeps the place in the queue."""

    queue: str
    "In which the place is kept."
    next: str
    "Where to go on once it is promised."
    failed: str
    "Where to go on when no number was confirmed, or it can't be called from here."
    timeout_s: WaitingSeconds = 8.0
    "Longest pause before a key."
    attempts: Count = 3
    "How often is asked."


class MessageTable(Table, frozen=True, tag_field="kind", tag="message"):
    """Takes a message: prompts, a tone, then whatever the caller says, until # or a hang-up."""

    prompts: PromptNames
    "What is said before the tone."
    next: str
    "The node after it."
    box: Name = "main"
    "Whom it is for."
    longest_s: WaitingSeconds = 120.0
    "Then the message is cut."
    least_s: Seconds = 1.0
    "Who says nothing for longer than this has left no message."


class DialTable(Table, frozen=True, tag_field="kind", tag="dial"):
    """Joins the caller to a number, by the routes."""

    number: TelephoneNumber
    "As it is dialled here; a route must lead there."
    failed: str
    "Where to go on when nobody answers there."


class HangUpTable(Table, frozen=True, tag_field="kind", tag="hang_up"):
    """Says good-bye."""

    prompts: PromptNames = ()
    "What is said before."
    cause: Literal[
        "flow ended", "outside opening hours", "no valid key pressed", "waited too long"
    ] = "flow ended"
    "What the record says."


NodeTable = (
    HoursTable
    | MenuTable
    | SayTable
    | CollectTable
    | QueueNodeTable
    | ExtensionTable
    | CallBackTable
    | MessageTable
    | DialTable
    | HangUpTable
)


class FlowTable(Table, frozen=True):
    """A graph that callers walk through."""

    start: str
    "The first node."
    node: dict[str, NodeTable]


class ViaTable(Table, frozen=True):
    """A trunk group that a route may use."""

    group: str
    "Whose lines are used."
    cost: Cost = 0.0
    "Of a minute, in any unit: the cheapest group is tried first."
    strip: Annotated[int, Meta(ge=0, le=20)] = 0
    "So many digits of what would be sent are left out in front."
    prepend: Annotated[str, Meta(pattern=r"^[0-9*#]{0,20}$")] = ""
    "Digits that are put in front instead."


class RouteTable(Table, frozen=True):
    """Where numbers go that begin so; the longest beginning of all routes wins."""

    via: Annotated[tuple[ViaTable, ...], Meta(min_length=1)]
    "The groups that may be used."
    prefixes: tuple[Annotated[str, Meta(pattern=r"^\+?[0-9]{0,15}$")], ...] = ("",)
    "``+4021`` as E.164, ``3`` as it is dialled where it is no number of the country; empty: all others."


class CalledTable(Table, PointsTable, frozen=True):
    """What callers of a number of ours meet; the table's name is the number, or its beginning."""

    flow: str
    "What callers of this number meet."
    language: Language | None = None
    "Of its callers; empty: the line's."
    tenant: Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,40}$")] = "main"
    "Whose calls these are, in journal and records."
    greeting: PromptNames = ()
    "Prompts before the flow."


class NumberPlanTable(Table, frozen=True):
    """What numbers mean here."""

    emergency: tuple[Digits, ...] = ()
    "Besides the country's own."
    emergency_groups: tuple[str, ...] = ()
    "In this order; empty: all groups."
    internal: dict[Digits, Annotated[int, Meta(ge=1, le=12)]] = {}
    "Beginning of internal numbers, such as an office exchange's, and how many digits they have."
    dialling_pause_s: WaitingSeconds = 4.0
    "A number that may be complete is, after this pause."


class StarCodesTable(Table, frozen=True):
    """What is dialled on a handset."""

    log_in: StarCode = "*11"
    "Then the agent's number, #, the PIN, #."
    log_out: StarCode = "*12"
    "Ends an agent's presence."
    pause: StarCode = "*13"
    "Then the digit of a reason."
    resume: StarCode = "*14"
    "Ends a pause, and a wrap-up."
    wrap_up: StarCode = "*15"
    "Then the code that tells what came of the call, as in `[wrap_up]`."


class PauseReasonTable(Table, frozen=True):
    """A reason, and what it means: ``{ name = "break", paid = true, limit_s = 900 }``."""

    name: Name
    "Written to the journal, shown to people."
    paid: bool = False
    "Working time, for statistics."
    limit_s: WaitingSeconds | None = None
    "How long it may last, for alerts and `switchroom agents`; empty: as long as the agent likes."


class PauseTable(Table, frozen=True):
    """Reasons for a pause, by the digit dialled after the code."""

    reasons: dict[str, Name | PauseReasonTable]
    "A reason's name alone is one that is not paid and has no limit."

    def by_digit(self) -> dict[str, PauseReasonTable]:
        """Each reason as a table."""
        return {
            digit: PauseReasonTable(name=reason) if isinstance(reason, str) else reason
            for digit, reason in self.reasons.items()
        }


class WrapUpTable(Table, frozen=True):
    """What agents may tell of a call."""

    codes: dict[Annotated[str, Meta(pattern=r"^[0-9]{1,4}$")], Name] = {}
    "What is dialled, and what it means; no code may be the beginning of another."


class LimitsTable(Table, frozen=True):
    """Limits of the whole site."""

    missed_offers_before_pause: Count = 2
    "After so many missed offers in a row an agent is paused."
    missed_offer_delay_s: Seconds = 5.0
    "After a missed offer an agent is offered nothing for so long."
    talk_limit_s: WaitingSeconds = 14_400.0
    "A call is ended after this."
    hold_limit_s: WaitingSeconds = 300.0
    "Then an agent hears the caller again who was put on hold."
    key_timeout_s: WaitingSeconds = 10.0
    "Longest pause between two keys on a handset."
    pin_attempts: Count = 3
    "After so many wrong PINs in a row an agent's number is locked."
    pin_lock_s: Seconds = 300.0
    "How long an agent's number stays locked."
    record_calls: bool = True
    "Whether calls are recorded."


class RecordingsTable(Table, frozen=True):
    """How recordings are kept; whether calls are recorded at all is one of the limits."""

    gain_control: bool = False
    "Soft and loud talkers brought near one level; else recordings are what was said."


class Appliance(Table, frozen=True):
    """The whole file."""

    site: SiteTable
    card: dict[str, CardTable]
    station: dict[str, StationTable]
    agent: dict[str, AgentTable]
    queue: dict[str, QueueTable]
    flow: dict[str, FlowTable]
    schedule: dict[str, ScheduleTable] = {}
    prompt: dict[str, dict[str, str]] = {}
    'Texts by language: `[prompt.welcome]` with `en = "Welcome."`; they are spoken once and kept.'
    star_codes: StarCodesTable = StarCodesTable()
    pause: PauseTable = PauseTable(reasons={"1": "break", "2": "meeting"})
    wrap_up: WrapUpTable = WrapUpTable()
    limits: LimitsTable = LimitsTable()
    recordings: RecordingsTable = RecordingsTable()
    technician: dict[str, TechnicianTable] = {}
    trunk: dict[str, TrunkTable] = {}
    trunk_group: dict[str, TrunkGroupTable] = {}
    number_plan: NumberPlanTable = NumberPlanTable()
    route: dict[str, RouteTable] = {}
    called: dict[TelephoneNumber, CalledTable] = {}
    caller_list: dict[Name, CallerListTable] = {}
    loan: dict[Name, LoanTable] = {}
    alert: dict[Name, AlertTable] = {}
    receiver: dict[Name, ReceiverTable] = {}
