"""One open channel of the driver: its descriptor carries speech, this class everything else.

A request that takes its time answers EINPROGRESS on a channel that never blocks: it has begun.
"""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from drivers.dahdi.abi import (
    CADENCE_PARTS,
    EVENT_PENDING,
    BufferInformation,
    BufferPolicy,
    ChannelParameters,
    DialAction,
    DialOperation,
    DigitEvent,
    Event,
    Flush,
    Gains,
    Hook,
    Law,
    MessageWaitingInformation,
    MessageWaitingLamp,
    Request,
    RingCadence,
    WctdmEchoCoefficients,
    WctdmStatistics,
    call,
    call_int,
)
from drivers.dahdi.control import DEVICES, TONE_ZONE
from drivers.dahdi.span_status import ChannelStatus, channel_status
from drivers.errors import CardLost, CardRefused, ChannelMissing, ChannelTaken, DriverMissing

__all__ = ["BLOCK_OCTETS", "Channel", "event_name"]

BLOCK_OCTETS = 160
_GONE = frozenset({errno.ENODEV, errno.EBADF})


class Channel:
    """An open channel; closing it idles the line.

    Runs in: event loop. No request waits.
    """

    def __init__(self, number: int, devices: Path = DEVICES) -> None:
        """Open it.

        Raises:
            DriverMissing: No driver, or we may not open its devices.
            ChannelTaken: Another program has it open.
            ChannelMissing: There is none of this number, or nobody has set it up.
        """
        self.number = number
        device = devices / "channel"
        try:
            self.descriptor = os.open(device, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise DriverMissing(
                f"{device}: {error.strerror}; is the DAHDI driver loaded?"
            ) from error
        try:
            call_int(self.descriptor, Request.SPECIFY, number)
        except OSError as error:
            os.close(self.descriptor)
            self.descriptor = -1
            if error.errno == errno.EBUSY:
                raise ChannelTaken(f"channel {number} is held by another program") from error
            reason = "it is not set up" if error.errno == errno.ENXIO else "there is none"
            raise ChannelMissing(f"channel {number}: {reason}") from error

    def close(self) -> None:
        """Let it go; twice is harmless."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    # ------------------------------------------------------------ how it stands

    def parameters(self) -> ChannelParameters:
        """Everything the driver tells of it; times in milliseconds."""
        parameters = ChannelParameters(channo=self.number)
        self._call(Request.GET_PARAMS, parameters)
        return parameters

    def status(self) -> ChannelStatus:
        """How it stands."""
        return channel_status(self.parameters())

    def next_event(self) -> int:
        """The oldest event that waits; `Event.NONE` when there is none."""
        return self._call_int(Request.GETEVENT)

    def received_bits(self) -> int:
        """The four bits A B C D that the far end sends; A is the highest."""
        # A driver of dynamic spans hands on the neighbour's bits, too.
        return self._call_int(Request.GETRXBITS) & 0xF

    def voltages(self) -> WctdmStatistics:
        """Voltages on the line, in millivolts, where the card measures them.

        Raises:
            CardRefused: It does not.
        """
        statistics = WctdmStatistics()
        self._call(Request.WCTDM_GET_STATS, statistics)
        return statistics

    # ------------------------------------------------------------ how it behaves

    def set_times(self, **times_ms: int) -> None:
        """Change times, by the names of `ChannelParameters`; the others stay."""
        parameters = self.parameters()
        for name, value in times_ms.items():
            setattr(parameters, name, value)
        self._call(Request.SET_PARAMS, parameters)

    def set_buffers(
        self,
        blocks: int,
        octets: int = BLOCK_OCTETS,
        policy: BufferPolicy = BufferPolicy.IMMEDIATE,
    ) -> None:
        """How many blocks may wait each way, and how long one is; what waits is lost."""
        self._call(
            Request.SET_BUFINFO,
            BufferInformation(
                txbufpolicy=int(policy),
                rxbufpolicy=int(BufferPolicy.IMMEDIATE),
                numbufs=blocks,
                bufsize=octets,
            ),
        )

    def tell_overruns(self, wanted: bool = True) -> None:
        """Blocks that nobody fetched in time, and that nothing was left to send, are told as events."""
        self._call_int(Request.BUFFER_EVENTS, int(wanted))

    def set_law(self, law: Law) -> None:
        """Companding of what is read and written."""
        self._call_int(Request.SETLAW, int(law))

    def set_gains(self, receive: Sequence[int], transmit: Sequence[int]) -> None:
        """What each of the 256 companded octets becomes on its way in and out."""
        gains = Gains(chan=self.number)
        gains.rxgain[:] = receive
        gains.txgain[:] = transmit
        self._call(Request.SETGAINS, gains)

    def use_our_tone_zone(self) -> None:
        """The driver rings and dials only with a zone; `Control.ensure_tone_zone` has made ours."""
        self._call_int(Request.SETTONEZONE, TONE_ZONE)

    def set_ring_cadence(self, parts_ms: Sequence[int]) -> None:
        """On and off in turn, for as long as it rings."""
        cadence = RingCadence()
        cadence.ringcadence[: len(parts_ms)] = list(parts_ms)[:CADENCE_PARTS]
        self._call(Request.SETCADENCE, cadence)

    def set_audio_mode(self, wanted: bool = True) -> None:
        """A clear channel carries speech."""
        self._call_int(Request.AUDIOMODE, int(wanted))

    def set_echo_canceller(self, taps: int) -> None:
        """On with so many taps (8 a millisecond), or off with 0. Which one is `Control`'s business."""
        self._call_int(Request.ECHOCANCEL, taps)

    def set_loopback(self, wanted: bool) -> None:
        """What the line sends comes back to it."""
        self._call_int(Request.LOOPBACK, int(wanted))

    def tune_hybrid(self, coefficients: WctdmEchoCoefficients) -> None:
        """Line impedance and balance of an FXO module.

        Raises:
            CardRefused: The card has no such thing.
        """
        self._call(Request.WCTDM_SET_ECHOTUNE, coefficients)

    # ------------------------------------------------------------ what it does

    def hook(self, action: Hook) -> bool:
        """Hook, ring, wink, flash, start. False: it can't be done just now (EBUSY), or no zone (ENODATA)."""
        try:
            call_int(self.descriptor, Request.HOOK, int(action))
        except OSError as error:
            match error.errno:
                case errno.EINPROGRESS:
                    return True
                case errno.EBUSY | errno.ENODATA:
                    return False
                case _:
                    raise self._explained(Request.HOOK, error) from error
        return True

    def dial_pulses(self, digits: str) -> None:
        """The card opens and closes the loop by itself; writing to it stops that. DIALCOMPLETE follows."""
        operation = DialOperation(op=int(DialAction.REPLACE), dialstr=f"P{digits}".encode("ascii"))
        self._call(Request.DIAL, operation)

    def reverse_polarity(self, reversed_: bool) -> None:
        """Swap tip and ring, or restore them."""
        self._call_int(Request.SETPOLARITY, int(reversed_))

    def transmit_on_hook(self, milliseconds: int) -> None:
        """Let sound pass to a telephone that lies on-hook."""
        self._call_int(Request.ONHOOKTRANSFER, milliseconds)

    def set_message_waiting(self, waiting: bool) -> None:
        """Light the telephone's lamp."""
        self._call(
            Request.VMWI_CONFIG, MessageWaitingInformation(vmwi_type=int(MessageWaitingLamp.HVAC))
        )
        self._call_int(Request.VMWI, int(waiting))

    def send_bits(self, bits: int) -> None:
        """The four bits A B C D that the far end receives."""
        self._call_int(Request.SETTXBITS, bits)

    def flush(self, what: Flush = Flush.READ | Flush.WRITE | Flush.EVENT) -> None:
        """Throw away what waits."""
        self._call_int(Request.FLUSH, int(what))

    # ------------------------------------------------------------ frames of a D-channel

    def send_frame(self, frame: bytes) -> bool:
        """One HDLC frame without its checksum. False: there is no room just now."""
        try:
            os.write(self.descriptor, frame + bytes(2))  # where the driver puts the checksum
        except BlockingIOError:
            return False
        except OSError as error:
            raise self._explained("write", error) from error
        return True

    def receive_frame(self) -> bytes | None:
        """The next HDLC frame without its checksum; None when there is none, or events wait."""
        try:
            return os.read(self.descriptor, 8192)[:-2]
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno == EVENT_PENDING:
                return None
            raise self._explained("read", error) from error

    def _call(self, request: Request, argument: object) -> None:
        try:
            call(self.descriptor, request, argument)  # type: ignore[arg-type]
        except OSError as error:
            raise self._explained(request, error) from error

    def _call_int(self, request: Request, value: int = 0) -> int:
        try:
            return call_int(self.descriptor, request, value)
        except OSError as error:
            raise self._explained(request, error) from error

    def _explained(self, request: Request | str, error: OSError) -> CardLost | CardRefused:
        what = request.name if isinstance(request, Request) else request
        message = f"channel {self.number}, {what}: {error.strerror}"
        if error.errno in _GONE:
            return CardLost(f"the span of channel {self.number} is gone ({what}: {error.strerror})")
        return CardRefused(message)


def event_name(value: int) -> str:
    """An event in words, for traces."""
    for kind in DigitEvent:
        if value & kind:
            return f"{kind.name} {chr(value & 0xFF)}"
    try:
        return Event(value).name
    except ValueError:
        return f"event {value}"
