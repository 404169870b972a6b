"""How spans and channels stand, as the driver tells it, in words."""

from dataclasses import dataclass

from drivers.dahdi.abi import Alarm, ChannelParameters, LineFlag, Signalling, SpanInformation

__all__ = [
    "ChannelStatus",
    "SpanCounters",
    "SpanStatus",
    "alarm_text",
    "channel_status",
    "signalling_name",
    "span_status",
]

_ALARM_WORDS = {
    Alarm.RED: "red",
    Alarm.YELLOW: "yellow",
    Alarm.BLUE: "blue",
    Alarm.LOOPBACK: "loopback",
    Alarm.RECOVER: "recovering",
    Alarm.NOTOPEN: "not open",
    Alarm.LOS: "no signal",
    Alarm.LFA: "no frame alignment",
    Alarm.LMFA: "no multiframe alignment",
}
_SIGNALLING_WORDS = {
    Signalling.NONE: "none",
    Signalling.FXSLS: "FXO loop start",
    Signalling.FXSGS: "FXO ground start",
    Signalling.FXSKS: "FXO kewlstart",
    Signalling.FXOLS: "FXS loop start",
    Signalling.FXOGS: "FXS ground start",
    Signalling.FXOKS: "FXS kewlstart",
    Signalling.EM: "E&M",
    Signalling.EM_E1: "E&M on E1",
    Signalling.CLEAR: "clear channel",
    Signalling.HDLCRAW: "HDLC without checksum",
    Signalling.HDLCFCS: "HDLC",
    Signalling.HARDHDLC: "HDLC by the card",
    Signalling.CAS: "CAS bits",
}


_ON_HOOK = 0


def alarm_text(alarms: int) -> str:
    """Alarm bits in words, the gravest first; empty when there are none."""
    return ", ".join(word for bit, word in _ALARM_WORDS.items() if alarms & bit)


def signalling_name(signalling: int) -> str:
    """Signalling by the kind of port, as people speak of it."""
    try:
        return _SIGNALLING_WORDS[Signalling(signalling)]
    except ValueError:
        return f"signalling {signalling:#x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanCounters:
    """Errors that a digital span has counted since the driver was loaded, or the counters reset."""

    bipolar_violations: int
    crc4_errors: int
    e_bits: int
    frame_alignment_errors: int
    framing_errors: int
    coding_violations: int
    bit_errors: int
    errored_seconds: int
    missed_interrupts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanStatus:
    """One span: an analog card, or one E1 or T1 of a card."""

    number: int
    name: str
    description: str
    kind: str
    "``E1``, ``T1``, ``FXS`` …; empty where the driver does not say."
    location: str
    manufacturer: str
    device: str
    alarms: int
    channels: int
    configured_channels: int
    first_channel: int
    "DAHDI's number of the span's channel 1."
    clock_source: int
    "The span whose clock the card follows; 0: its own."
    line_flags: LineFlag
    line_build_out: str
    is_digital: bool
    counters: SpanCounters

    @property
    def alarm(self) -> str:
        """Its alarms in words."""
        return alarm_text(self.alarms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStatus:
    """One channel of a span."""

    number: int
    "Among all channels of the machine."
    span: int
    position: int
    "In its span, from 1."
    name: str
    signalling: Signalling | int
    capabilities: int
    "Signalling bits that the module can have."
    off_hook: bool
    "Received: not in its idle state."
    received_on_hook: bool
    "Received: on-hook; an FXO port has no battery."
    received_bits: int
    alarms: int

    def can_signal(self, signalling: Signalling) -> bool:
        """Whether its module can signal so."""
        return self.capabilities & signalling == signalling


def span_status(information: SpanInformation, first_channel: int) -> SpanStatus:
    """What the driver's structure says."""
    return SpanStatus(
        number=information.spanno,
        name=_text(information.name),
        description=_text(information.desc),
        kind=_text(information.spantype),
        location=_text(information.location),
        manufacturer=_text(information.manufacturer),
        device=_text(information.devicetype),
        alarms=information.alarms,
        channels=information.totalchans,
        configured_channels=information.numchans,
        first_channel=first_channel,
        clock_source=information.syncsrc,
        line_flags=LineFlag(information.lineconfig & ~0xF),
        line_build_out=_text(information.lboname),
        is_digital=information.linecompat != 0,
        counters=SpanCounters(
            bipolar_violations=_counted(information.bpvcount),
            crc4_errors=_counted(information.crc4count),
            e_bits=_counted(information.ebitcount),
            frame_alignment_errors=_counted(information.fascount),
            framing_errors=_counted(information.fecount),
            coding_violations=_counted(information.cvcount),
            bit_errors=_counted(information.becount),
            errored_seconds=_counted(information.errsec),
            missed_interrupts=_counted(information.irqmisses),
        ),
    )


def channel_status(parameters: ChannelParameters) -> ChannelStatus:
    """What the driver's structure says."""
    try:
        signalling: Signalling | int = Signalling(parameters.sigtype)
    except ValueError:
        signalling = parameters.sigtype
    return ChannelStatus(
        number=parameters.channo,
        span=parameters.spanno,
        position=parameters.chanpos,
        name=_text(parameters.name),
        signalling=signalling,
        capabilities=parameters.sigcap,
        off_hook=bool(parameters.rxisoffhook),
        received_on_hook=parameters.rxhooksig == _ON_HOOK,
        # A driver of dynamic spans hands on the neighbour's bits, too.
        received_bits=parameters.rxbits & 0xF if parameters.rxbits >= 0 else 0,
        alarms=parameters.chan_alarms,
    )


def _text(raw: bytes) -> str:
    """A card's own text is no more to be trusted than a line's: no control characters."""
    text = raw.decode("ascii", "replace")
    return "".join(letter if letter.isprintable() else "?" for letter in text).strip()


def _counted(value: int) -> int:
    """Counters that a card does not have are all ones."""
    return 0 if value in (-1, 0xFFFFFFFF) else value
