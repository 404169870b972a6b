"""What the call server and the PRI worker say to each other: orders, reports, and their encoding.

One connection is one span. A message is one packet of JSON: a list of orders to the worker, a list of
reports from it. Calls are numbers; the call server's are even, the worker's odd.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

__all__ = [
    "UNKNOWN_PARTY",
    "AcceptCall",
    "AlertCaller",
    "AskFigures",
    "BeginSpan",
    "CallAlerting",
    "CallArrived",
    "CallConnected",
    "CallMoved",
    "CallProceeding",
    "CallReleased",
    "ChannelChanged",
    "ChannelState",
    "ConnectedPartyChanged",
    "DChannelPlace",
    "DigitsArrived",
    "FollowFrames",
    "Frame",
    "NumberType",
    "Order",
    "Party",
    "PlaceCall",
    "Presentation",
    "ReleaseCall",
    "Report",
    "RestartChannel",
    "SendDigits",
    "SetService",
    "SpanChanged",
    "SpanSettings",
    "Step",
    "Stepped",
    "SwitchType",
    "TellProgress",
    "Trouble",
    "decode_orders",
    "decode_reports",
    "encode_orders",
    "encode_reports",
]

Channel = Annotated[int, Meta(ge=1, le=31)]
CallNumber = Annotated[int, Meta(ge=0)]


class SwitchType(StrEnum):
    """Which dialect of Q.931 the other side speaks."""

    EUROISDN_E1 = "euroisdn_e1"
    EUROISDN_T1 = "euroisdn_t1"
    NI2 = "ni2"
    DMS100 = "dms100"
    LUCENT_5ESS = "5ess"
    ATT_4ESS = "4ess"
    QSIG = "qsig"


class NumberType(StrEnum):
    """Type of number and numbering plan, as one (Q.931, 4.5.8 and 4.5.10)."""

    UNKNOWN = "unknown"
    INTERNATIONAL = "international"
    NATIONAL = "national"
    SUBSCRIBER = "subscriber"
    PRIVATE = "private"


class Presentation(StrEnum):
    """Whether the number may be shown (Q.931, octet 3a)."""

    ALLOWED = "allowed"
    RESTRICTED = "restricted"
    UNAVAILABLE = "unavailable"


class Party(Struct, frozen=True, kw_only=True):
    """Someone in a call, as messages carry it."""

    number: str = ""
    type: NumberType = NumberType.UNKNOWN
    presentation: Presentation = Presentation.ALLOWED
    name: str = ""


UNKNOWN_PARTY = Party(presentation=Presentation.UNAVAILABLE)


class DChannelPlace(Struct, frozen=True, kw_only=True):
    """Where a span's D-channel is: a channel of the DAHDI driver, or a socket that carries frames."""

    dahdi_channel: int = 0
    connect_to: str = ""
    "Path of a listening SOCK_SEQPACKET; one packet is one frame without its checksum."
    listen_at: str = ""


class SpanSettings(Struct, frozen=True, kw_only=True):
    """One span, as the worker needs to know it."""

    name: str
    d_channel: DChannelPlace
    channels: tuple[Channel, ...]
    "B-channels that may be used."
    switch: SwitchType = SwitchType.EUROISDN_E1
    network_side: bool = False
    law: str = "alaw"
    overlap: bool = False
    "Either side may send the called number digit by digit; else every SETUP has all of it."
    called_length: int = 0
    "Overlap: how many digits make a number; 0: unknown."
    restart: bool = True
    "Restart every channel when the D-channel comes up."
    exclusive: bool = True
    "Our calls insist on their channel; else the other side may choose another one."
    timers_ms: dict[str, int] = {}
    "By the standard's names: T200 T203 T303 T305 T308 T309 T313 N200; counts for those with N."


# ---------------------------------------------------------------- orders


class BeginSpan(Struct, frozen=True, kw_only=True, tag=True):
    """The first order of a connection."""

    span: SpanSettings
    keep: tuple[Channel, ...] = ()
    "Channels that carry calls which a worker that died has left unsupervised."


class PlaceCall(Struct, frozen=True, kw_only=True, tag=True):
    """Send SETUP."""

    call: CallNumber
    channel: Channel
    called: str
    called_type: NumberType = NumberType.UNKNOWN
    complete: bool = True
    exclusive: bool = True
    calling: Party = UNKNOWN_PARTY
    redirecting: Party | None = None
    redirecting_reason: str = "unknown"


class SendDigits(Struct, frozen=True, kw_only=True, tag=True):
    """More of the called number (INFORMATION)."""

    call: CallNumber
    digits: str


class AlertCaller(Struct, frozen=True, kw_only=True, tag=True):
    """We ring (ALERTING)."""

    call: CallNumber
    in_band: bool = False
    "Our speech is worth hearing already."


class TellProgress(Struct, frozen=True, kw_only=True, tag=True):
    """There is something to be heard before the answer (PROGRESS)."""

    call: CallNumber
    cause: int = 0


class AcceptCall(Struct, frozen=True, kw_only=True, tag=True):
    """Answer (CONNECT)."""

    call: CallNumber
    connected: Party | None = None


class ReleaseCall(Struct, frozen=True, kw_only=True, tag=True):
    """End a call in any state."""

    call: CallNumber
    cause: int = 16


class RestartChannel(Struct, frozen=True, kw_only=True, tag=True):
    """Bring a channel to rest at both ends; a call on it is over."""

    channel: Channel


class SetService(Struct, frozen=True, kw_only=True, tag=True):
    """Take a channel out of service at both ends, or put it back (SERVICE)."""

    channel: Channel
    in_service: bool


class FollowFrames(Struct, frozen=True, kw_only=True, tag=True):
    """The first order of a connection that only looks on: every frame of this span, from now on."""

    span: str


class AskFigures(Struct, frozen=True, kw_only=True, tag=True):
    """From a connection that only looks on: `SpanFigures` of every span."""


Order = (
    BeginSpan
    | AskFigures
    | FollowFrames
    | PlaceCall
    | SendDigits
    | AlertCaller
    | TellProgress
    | AcceptCall
    | ReleaseCall
    | RestartChannel
    | SetService
)


# ---------------------------------------------------------------- reports


class ChannelState(StrEnum):
    """How a B-channel stands with the worker. Each that waits has a timer."""

    UNKNOWN = "unknown"
    "The D-channel has not been up yet."
    RESTARTING = "restarting"
    "RESTART was sent, or waits for its turn (T316)."
    IDLE = "idle"
    BUSY = "busy"
    LOCKED = "locked"
    "The other side does not acknowledge its RESTART; tried again every while."
    KEPT = "kept"
    "Speech that nobody supervises."
    OUT_OF_SERVICE = "out of service"
    "By SERVICE, of either side."


class SpanChanged(Struct, frozen=True, kw_only=True, tag=True):
    """Layer 2 came up or went down."""

    up: bool
    problem: str = ""


class ChannelChanged(Struct, frozen=True, kw_only=True, tag=True):
    """A channel stands otherwise now."""

    channel: Channel
    state: ChannelState


class CallArrived(Struct, frozen=True, kw_only=True, tag=True):
    """Somebody calls, on this channel, and has been told that we proceed."""

    call: CallNumber
    channel: Channel
    called: str
    called_type: NumberType = NumberType.UNKNOWN
    calling: Party = UNKNOWN_PARTY
    redirecting: Party | None = None
    redirecting_reason: str = "unknown"
    originally_called: Party | None = None


class DigitsArrived(Struct, frozen=True, kw_only=True, tag=True):
    """Digits in messages, after the call was offered."""

    call: CallNumber
    digits: str


class CallProceeding(Struct, frozen=True, kw_only=True, tag=True):
    """The other side works on our call; ``in_band``: there is something to be heard."""

    call: CallNumber
    in_band: bool = False
    cause: int = 0


class CallMoved(Struct, frozen=True, kw_only=True, tag=True):
    """The other side chose another channel for our call."""

    call: CallNumber
    channel: Channel


class CallAlerting(Struct, frozen=True, kw_only=True, tag=True):
    """It rings there."""

    call: CallNumber
    in_band: bool = False


class CallConnected(Struct, frozen=True, kw_only=True, tag=True):
    """Answered: the other side's answer to our call, or its acknowledgement of ours."""

    call: CallNumber
    connected: Party | None = None


class ConnectedPartyChanged(Struct, frozen=True, kw_only=True, tag=True):
    """Somebody else is at the other end now, or its name is known only now."""

    call: CallNumber
    connected: Party


class CallReleased(Struct, frozen=True, kw_only=True, tag=True):
    """The call is over; its channel is free, or restarts. Comes once for each call."""

    call: CallNumber
    cause: int
    glare: bool = False
    "Another call took the channel in the same moment; a new try on another one may succeed."


class Trouble(Struct, frozen=True, kw_only=True, tag=True):
    """Something that technicians should know, in words."""

    what: str


class Frame(Struct, frozen=True, kw_only=True, tag=True):
    """A frame that went over the D-channel, without its checksum."""

    utc_s: float
    outgoing: bool
    octets: bytes


class SpanFigures(Struct, frozen=True, kw_only=True, tag=True):
    """What the worker holds for a span at this moment."""

    span: str
    calls: int
    records: int
    "libpri's; more than calls, and for long, is a leak of its."
    frames_lost: int
    "Frames for which there was no room, since the worker's start."


Report = (
    SpanChanged
    | SpanFigures
    | Frame
    | ChannelChanged
    | CallArrived
    | DigitsArrived
    | CallProceeding
    | CallMoved
    | CallAlerting
    | CallConnected
    | ConnectedPartyChanged
    | CallReleased
    | Trouble
)


class Step(Struct, frozen=True, kw_only=True):
    """Lockstep: this moment, and what is ordered in it, by span."""

    now: float
    orders: dict[str, list[Order]] = {}


class Stepped(Struct, frozen=True, kw_only=True):
    """Lockstep: what came of a step, by span, and when the next one is due."""

    reports: dict[str, list[Report]] = {}
    next_timer: float | None = None


_encoder = msgspec.json.Encoder()
_orders = msgspec.json.Decoder(list[Order])
_reports = msgspec.json.Decoder(list[Report])


def encode_orders(orders: list[Order]) -> bytes:
    """One packet."""
    return _encoder.encode(orders)


def decode_orders(packet: bytes) -> list[Order]:
    """What was ordered.

    Raises:
        msgspec.DecodeError: It is no list of orders.
    """
    return _orders.decode(packet)


def encode_reports(reports: list[Report]) -> bytes:
    """One packet."""
    return _encoder.encode(reports)


def decode_reports(packet: bytes) -> list[Report]:
    """What is reported.

    Raises:
        msgspec.DecodeError: It is no list of reports.
    """
    return _reports.decode(packet)
