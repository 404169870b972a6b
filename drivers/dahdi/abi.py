"""The DAHDI kernel driver's binary interface: requests, structures, numbers. Nothing else knows them.

Taken from what `<dahdi/user.h>` and `<dahdi/wctdm_user.h>` of DAHDI-linux 2.11.1 declare (3.x is the same);
a test in the virtual machine compiles a program against those headers and compares every size, offset and
number. A request's number holds its direction, the size of its argument, the letter 0xDA and a number
(ioctl(2), asm-generic/ioctl.h), so a wrong layout is refused with ENOTTY at once.
"""

import ctypes
import fcntl
from ctypes import Structure, c_char, c_int, c_int32, c_ubyte, c_uint, c_uint32
from enum import IntEnum, IntFlag

__all__ = [
    "CADENCE_PARTS",
    "EVENT_PENDING",
    "RESET_COUNTERS",
    "Alarm",
    "AttachEchoCanceller",
    "BufferInformation",
    "BufferPolicy",
    "ChannelConfiguration",
    "ChannelParameters",
    "ConferenceInformation",
    "DialAction",
    "DialOperation",
    "DialParameters",
    "DigitEvent",
    "DynamicSpan",
    "Event",
    "Flush",
    "Gains",
    "HardwareGain",
    "Hook",
    "Law",
    "LineConfiguration",
    "LineFlag",
    "Maintenance",
    "MaintenanceInformation",
    "MessageWaitingInformation",
    "MessageWaitingLamp",
    "Request",
    "RingCadence",
    "Signalling",
    "SpanInformation",
    "ToneZoneHeader",
    "VersionInformation",
    "WctdmEchoCoefficients",
    "WctdmStatistics",
    "call",
    "call_int",
]

EVENT_PENDING = 500
"""The errno by which a read or write says that an event waits; no C library knows it (ELAST)."""

CADENCE_PARTS = 16
DIAL_LENGTH = 256


class Signalling(IntEnum):
    """How a channel signals. An FXO port signals as a station does (``FXS...``), and the other way round."""

    NONE = 0
    FXSLS = 0x2001
    FXSGS = 0x2002
    FXSKS = 0x2004
    FXOLS = 0x1008
    FXOGS = 0x1010
    FXOKS = 0x1020
    EM = 0x40
    EM_E1 = 0x20000
    CLEAR = 0x80
    HDLCRAW = 0x180
    HDLCFCS = 0x380
    HARDHDLC = 0x80080
    CAS = 0x8000


class Law(IntEnum):
    """Companding of a channel."""

    DEFAULT = 0
    MULAW = 1
    ALAW = 2


class Hook(IntEnum):
    """What `Request.HOOK` does."""

    ONHOOK = 0
    OFFHOOK = 1
    WINK = 2
    FLASH = 3
    START = 4
    RING = 5
    RINGOFF = 6


class Event(IntEnum):
    """What `Request.GETEVENT` tells; digits are `DigitEvent` with the character in the low octets."""

    NONE = 0
    ONHOOK = 1
    RINGOFFHOOK = 2
    WINKFLASH = 3
    ALARM = 4
    NOALARM = 5
    ABORT = 6
    OVERRUN = 7
    BADFCS = 8
    DIALCOMPLETE = 9
    RINGERON = 10
    RINGEROFF = 11
    HOOKCOMPLETE = 12
    BITSCHANGED = 13
    PULSE_START = 14
    TIMER_EXPIRED = 15
    TIMER_PING = 16
    POLARITY = 17
    RINGBEGIN = 18
    EC_DISABLED = 19
    REMOVED = 20
    NEONMWI_ACTIVE = 21
    NEONMWI_INACTIVE = 22
    READ_OVERRUN = 29
    WRITE_UNDERRUN = 30


class DigitEvent(IntFlag):
    """Events that carry a character."""

    PULSEDIGIT = 1 << 16
    DTMFDOWN = 1 << 17
    DTMFUP = 1 << 18


class Alarm(IntFlag):
    """The alarms of a span or channel."""

    RECOVER = 1 << 0
    LOOPBACK = 1 << 1
    YELLOW = 1 << 2
    RED = 1 << 3
    BLUE = 1 << 4
    NOTOPEN = 1 << 5
    LOS = 1 << 8
    LFA = 1 << 9
    LMFA = 1 << 10


class LineFlag(IntFlag):
    """Framing and coding of a digital span."""

    D4 = 1 << 4
    ESF = 1 << 5
    AMI = 1 << 6
    B8ZS = 1 << 7
    CCS = 1 << 8
    HDB3 = 1 << 9
    CRC4 = 1 << 10
    NTTE = 1 << 11
    TERM = 1 << 12
    NOTOPEN = 1 << 16


class Maintenance(IntEnum):
    """Loops and tests of a digital span."""

    NONE = 0
    LOCALLOOP = 1
    NETWORKLINELOOP = 2
    LOOPUP = 3
    LOOPDOWN = 4
    PRBS = 12
    NETWORKPAYLOADLOOP = 13
    ALARM_SIM = 15


RESET_COUNTERS = 14


class BufferPolicy(IntEnum):
    """When a channel begins to send what was written."""

    IMMEDIATE = 0
    WHEN_FULL = 1
    HALF_FULL = 2


class Flush(IntFlag):
    """What `Request.FLUSH` throws away."""

    READ = 1
    WRITE = 2
    EVENT = 4


class DialAction(IntEnum):
    """What becomes of digits that still wait to be dialled."""

    APPEND = 1
    REPLACE = 2
    CANCEL = 3


class MessageWaitingLamp(IntFlag):
    """How a card lights a telephone's lamp."""

    LREV = 1 << 0
    HVDC = 1 << 1
    HVAC = 1 << 2


# ---------------------------------------------------------------- structures


class ChannelParameters(Structure):
    """``struct dahdi_params``: how one channel stands; times are milliseconds."""

    _fields_ = [
        ("channo", c_int),
        ("spanno", c_int),
        ("chanpos", c_int),
        ("sigtype", c_int),
        ("sigcap", c_int),
        ("rxisoffhook", c_int),
        ("rxbits", c_int),
        ("txbits", c_int),
        ("txhooksig", c_int),
        ("rxhooksig", c_int),
        ("curlaw", c_int),
        ("idlebits", c_int),
        ("name", c_char * 40),
        ("prewinktime", c_int),
        ("preflashtime", c_int),
        ("winktime", c_int),
        ("flashtime", c_int),
        ("starttime", c_int),
        ("rxwinktime", c_int),
        ("rxflashtime", c_int),
        ("debouncetime", c_int),
        ("pulsebreaktime", c_int),
        ("pulsemaketime", c_int),
        ("pulseaftertime", c_int),
        ("chan_alarms", c_uint32),
    ]


class SpanInformation(Structure):
    """``struct dahdi_spaninfo``: how one span stands, with its counters of errors."""

    _pack_ = 1
    _fields_ = [
        ("spanno", c_int),
        ("name", c_char * 20),
        ("desc", c_char * 40),
        ("alarms", c_int),
        ("txlevel", c_int),
        ("rxlevel", c_int),
        ("bpvcount", c_int),
        ("crc4count", c_int),
        ("ebitcount", c_int),
        ("fascount", c_int),
        ("fecount", c_uint32),
        ("cvcount", c_uint32),
        ("becount", c_uint32),
        ("prbs", c_uint32),
        ("errsec", c_uint32),
        ("irqmisses", c_int),
        ("syncsrc", c_int),
        ("numchans", c_int),
        ("totalchans", c_int),
        ("totalspans", c_int),
        ("lbo", c_int),
        ("lineconfig", c_int),
        ("lboname", c_char * 40),
        ("location", c_char * 40),
        ("manufacturer", c_char * 40),
        ("devicetype", c_char * 40),
        ("irq", c_int),
        ("linecompat", c_int),
        ("spantype", c_char * 6),
    ]


class MaintenanceInformation(Structure):
    """``struct dahdi_maintinfo``."""

    _fields_ = [("spanno", c_int), ("command", c_int)]


class ConferenceInformation(Structure):
    """``struct dahdi_confinfo``."""

    _fields_ = [("chan", c_int), ("confno", c_int), ("confmode", c_int)]


class Gains(Structure):
    """``struct dahdi_gains``: what each companded octet becomes."""

    _fields_ = [("chan", c_int), ("rxgain", c_ubyte * 256), ("txgain", c_ubyte * 256)]


class LineConfiguration(Structure):
    """``struct dahdi_lineconfig``: framing, coding and clock of a span."""

    _fields_ = [
        ("span", c_int),
        ("name", c_char * 20),
        ("lbo", c_int),
        ("lineconfig", c_int),
        ("sync", c_int),
    ]


class ChannelConfiguration(Structure):
    """``struct dahdi_chanconfig``."""

    _fields_ = [
        ("chan", c_int),
        ("name", c_char * 40),
        ("sigtype", c_int),
        ("deflaw", c_int),
        ("master", c_int),
        ("idlebits", c_int),
        ("netdev_name", c_char * 16),
    ]


class ToneZoneHeader(Structure):
    """``struct dahdi_tone_def_header``, of a zone without tones: enough for ringing and pulses."""

    _fields_ = [
        ("count", c_int),
        ("zone", c_int),
        ("ringcadence", c_int * CADENCE_PARTS),
        ("name", c_char * 40),
    ]


class BufferInformation(Structure):
    """``struct dahdi_bufferinfo``."""

    _fields_ = [
        ("txbufpolicy", c_int),
        ("rxbufpolicy", c_int),
        ("numbufs", c_int),
        ("bufsize", c_int),
        ("readbufs", c_int),
        ("writebufs", c_int),
    ]


class DialParameters(Structure):
    """``struct dahdi_dialparams``."""

    _fields_ = [
        ("mfv1_tonelen", c_int),
        ("dtmf_tonelen", c_int),
        ("mfr2_tonelen", c_int),
        ("reserved", c_int * 3),
    ]


class DialOperation(Structure):
    """``struct dahdi_dialoperation``."""

    _fields_ = [("op", c_int), ("dialstr", c_char * DIAL_LENGTH)]


class RingCadence(Structure):
    """``struct dahdi_ring_cadence``: milliseconds on and off in turn, ended by zero."""

    _fields_ = [("ringcadence", c_int * CADENCE_PARTS)]


class VersionInformation(Structure):
    """``struct dahdi_versioninfo``."""

    _fields_ = [("version", c_char * 80), ("echo_canceller", c_char * 80)]


class AttachEchoCanceller(Structure):
    """``struct dahdi_attach_echocan``."""

    _fields_ = [("chan", c_int), ("echocan", c_char * 16)]


class DynamicSpan(Structure):
    """``struct dahdi_dynamic_span``."""

    _fields_ = [
        ("driver", c_char * 20),
        ("addr", c_char * 40),
        ("numchans", c_int),
        ("timing", c_int),
        ("spanno", c_int),
    ]


class HardwareGain(Structure):
    """``struct dahdi_hwgain``: tenths of a decibel."""

    _fields_ = [("newgain", c_int32), ("tx", c_uint32, 1)]


class MessageWaitingInformation(Structure):
    """``struct dahdi_vmwi_info``."""

    _fields_ = [("vmwi_type", c_uint)]


class WctdmStatistics(Structure):
    """``struct wctdm_stats``: voltages of an FXS module or an FXO line, in millivolts."""

    _fields_ = [("tipvolt", c_int), ("ringvolt", c_int), ("batvolt", c_int)]


class WctdmEchoCoefficients(Structure):
    """``struct wctdm_echo_coefs``: line impedance and hybrid of an FXO module."""

    _fields_ = [("acim", c_ubyte), *((f"coef{n}", c_ubyte) for n in range(1, 9))]


# ---------------------------------------------------------------- requests

_NONE, _WRITE, _READ = 0, 1, 2


def _request(direction: int, number: int, size: int) -> int:
    return direction << 30 | size << 16 | 0xDA << 8 | number


def _plain(number: int) -> int:
    return _request(_NONE, number, 0)


def _to(number: int, argument: type = c_int) -> int:
    return _request(_WRITE, number, ctypes.sizeof(argument))


def _from(number: int, argument: type = c_int) -> int:
    return _request(_READ, number, ctypes.sizeof(argument))


def _both(number: int, argument: type = c_int) -> int:
    return _request(_READ | _WRITE, number, ctypes.sizeof(argument))


class Request(IntEnum):
    """Every ioctl we use, by the driver's name without its prefix."""

    FLUSH = _to(3)
    SYNC = _plain(4)
    GET_PARAMS = _both(5, ChannelParameters)
    SET_PARAMS = _to(5, ChannelParameters)
    HOOK = _to(7)
    GETEVENT = _from(8)
    SPANSTAT = _both(10, SpanInformation)
    MAINT = _to(11, MaintenanceInformation)
    SETCONF = _both(13, ConferenceInformation)
    SETGAINS = _to(16, Gains)
    SPANCONFIG = _to(18, LineConfiguration)
    CHANCONFIG = _to(19, ChannelConfiguration)
    SETTONEZONE = _to(22)
    DEFAULTZONE = _to(24)
    LOADZONE = _to(25, ToneZoneHeader)
    FREEZONE = _to(26)
    GET_BUFINFO = _from(27, BufferInformation)
    SET_BUFINFO = _to(27, BufferInformation)
    SET_DIALPARAMS = _to(29, DialParameters)
    DIAL = _to(31, DialOperation)
    AUDIOMODE = _to(32)
    ECHOCANCEL = _to(33)
    CHANNO = _from(34)
    DIALING = _from(35)
    HDLCFCSMODE = _to(37)
    SPECIFY = _to(38)
    SETLAW = _to(39)
    SETCADENCE = _to(42, RingCadence)
    GETRXBITS = _from(43)
    SETTXBITS = _to(43)
    ONHOOKTRANSFER = _to(51)
    GETVERSION = _from(57, VersionInformation)
    LOOPBACK = _to(58)
    ATTACH_ECHOCAN = _to(59, AttachEchoCanceller)
    DYNAMIC_CREATE = _both(80, DynamicSpan)
    DYNAMIC_DESTROY = _to(81, DynamicSpan)
    SET_HWGAIN = _to(86, HardwareGain)
    SETPOLARITY = _to(92)
    VMWI = _both(94)
    VMWI_CONFIG = _to(95, MessageWaitingInformation)
    STARTUP = _to(99)
    SHUTDOWN = _to(100)
    BUFFER_EVENTS = _to(105)
    WCTDM_GET_STATS = _from(60, WctdmStatistics)
    WCTDM_SET_ECHOTUNE = _to(63, WctdmEchoCoefficients)


def call(descriptor: int, request: Request, argument: Structure | None = None) -> None:
    """One ioctl; what the driver fills in stands in ``argument``.

    Raises:
        OSError: as the driver says it.
    """
    fcntl.ioctl(descriptor, int(request), argument if argument is not None else 0)


def call_int(descriptor: int, request: Request, value: int = 0) -> int:
    """One ioctl whose argument is an int; returns what the driver left in it."""
    argument = c_int(value)
    fcntl.ioctl(descriptor, int(request), argument)
    return argument.value
