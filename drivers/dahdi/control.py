"""The driver's control device: which spans and channels there are, and how they are set up.

This is what `dahdi_cfg` does, without it: dynamic spans are made, spans get clock, framing and coding,
channels their signalling, law and echo canceller, a tone zone is there so that the driver can ring and
dial, and spans are started.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.dahdi.abi import (
    RESET_COUNTERS,
    AttachEchoCanceller,
    ChannelConfiguration,
    ChannelParameters,
    DynamicSpan,
    Law,
    LineConfiguration,
    LineFlag,
    Maintenance,
    MaintenanceInformation,
    Request,
    Signalling,
    SpanInformation,
    ToneZoneHeader,
    VersionInformation,
    call,
    call_int,
)
from drivers.dahdi.span_status import ChannelStatus, SpanStatus, channel_status, span_status
from drivers.errors import CardRefused, ChannelMissing, DriverMissing, SpanMissing, WrongSignalling

__all__ = ["DEVICES", "TONE_ZONE", "Control"]

DEVICES = Path("/dev/dahdi")
_MAXIMUM_SPANS = 128
_MAXIMUM_CHANNELS = 1024
TONE_ZONE = 127
"""A number that no country's zone has."""
_RING_MS = (2000, 4000)
"""Lines bring ringing patterns of their own; the zone only has to be there."""


class Control:
    """An open ``/dev/dahdi/ctl``.

    Runs in: event loop; no request of it waits but `start_span` on some cards.
    """

    def __init__(self, devices: Path = DEVICES) -> None:
        """Open it.

        Raises:
            DriverMissing: The driver is not loaded, or we may not open it.
        """
        device = devices / "ctl"
        try:
            self._descriptor = os.open(device, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError as error:
            advice = "`modprobe dahdi`, and the card's own module such as wctdm24xxp"
            raise DriverMissing(f"no DAHDI driver is loaded: {advice}") from error
        except PermissionError as error:
            advice = "add this user to the group that owns it, usually `dialout`"
            raise DriverMissing(f"{device}: not permitted; {advice}") from error
        except OSError as error:
            raise DriverMissing(f"{device}: {error.strerror}") from error

    def __enter__(self) -> Self:
        """Used with ``with``."""
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close it; twice is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    # ------------------------------------------------------------ what there is

    def version(self) -> str:
        """The driver's version."""
        answer = VersionInformation()
        call(self._descriptor, Request.GETVERSION, answer)
        return str(answer.version.decode("ascii", "replace"))

    def spans(self) -> list[SpanStatus]:
        """Every span, by number; one whose channels are not listed yet is not there yet."""
        found: dict[int, SpanInformation] = {}
        for number in range(1, _MAXIMUM_SPANS + 1):
            information = self._span_information(number)
            if information is not None:
                found[number] = information
                if len(found) == information.totalspans:
                    break
        first_channels = {
            channel.span: channel.number for channel in self.channels() if channel.position == 1
        }
        return [
            span_status(information, first_channels[number])
            for number, information in found.items()
            if number in first_channels
        ]

    def span(self, which: int | str) -> SpanStatus:
        """The span of this number, or with this name of the driver's (``WCTDM/0``).

        Raises:
            SpanMissing: There is none.
        """
        spans = self.spans()
        for span in spans:
            if which in (span.number, span.name, str(span.number)):
                return span
        known = ", ".join(f"{span.number} ({span.name})" for span in spans) or "none"
        raise SpanMissing(f"no span {which}; the driver has: {known}")

    def channels(self) -> Iterator[ChannelStatus]:
        """Every channel of every span, by number."""
        total = sum(
            information.totalchans
            for number in range(1, _MAXIMUM_SPANS + 1)
            if (information := self._span_information(number)) is not None
        )
        for number in range(1, _MAXIMUM_CHANNELS + 1):
            if total <= 0:
                return
            try:
                yield self.channel(number)
            except ChannelMissing:
                continue
            total -= 1

    def channel(self, number: int) -> ChannelStatus:
        """How one channel stands.

        Raises:
            ChannelMissing: There is none of this number.
        """
        parameters = ChannelParameters(channo=number)
        try:
            call(self._descriptor, Request.GET_PARAMS, parameters)
        except OSError as error:
            raise ChannelMissing(f"no channel {number}") from error
        return channel_status(parameters)

    def _span_information(self, number: int) -> SpanInformation | None:
        information = SpanInformation(spanno=number)
        try:
            call(self._descriptor, Request.SPANSTAT, information)
        except OSError:
            return None
        return information

    # ------------------------------------------------------------ setting up

    def create_dynamic_span(self, driver: str, address: str, channels: int, timing: int) -> int:
        """Make a span that has no card, such as TDM over Ethernet; returns its number.

        Raises:
            CardRefused: The driver would not.
        """
        span = DynamicSpan(
            driver=driver.encode(), addr=address.encode(), numchans=channels, timing=timing
        )
        self._ask(
            Request.DYNAMIC_CREATE,
            span,
            f"dynamic span {driver}/{address}",
            {errno.EINVAL: "no such driver (is its module loaded?), or the address is taken"},
        )
        return int(span.spanno)

    def destroy_dynamic_span(self, driver: str, address: str) -> None:
        """Unmake it.

        Raises:
            CardRefused: The driver would not: a channel is open, or there is none.
        """
        self._ask(
            Request.DYNAMIC_DESTROY,
            DynamicSpan(driver=driver.encode(), addr=address.encode()),
            f"dynamic span {driver}/{address}",
            {errno.EBUSY: "a channel of it is open", errno.EINVAL: "there is none"},
        )

    def configure_span(self, number: int, *, flags: LineFlag, build_out: int, timing: int) -> None:
        """Framing, coding and clock of a digital span.

        Raises:
            CardRefused: The card can't do that.
        """
        line = LineConfiguration(span=number, lbo=build_out, lineconfig=int(flags), sync=timing)
        self._ask(
            Request.SPANCONFIG,
            line,
            f"span {number}",
            {errno.EINVAL: "the card can't have this framing, coding or line build-out"},
        )

    def start_span(self, number: int) -> None:
        """Let the span run; one that runs goes on."""
        self._ask(Request.STARTUP, number, f"span {number}", {})

    def shut_down_span(self, number: int) -> None:
        """Stop the span."""
        self._ask(Request.SHUTDOWN, number, f"span {number}", {})

    def configure_channel(
        self,
        number: int,
        signalling: Signalling,
        *,
        law: Law = Law.DEFAULT,
        idle_bits: int = 0,
    ) -> None:
        """Give a channel its signalling; one that signals so already is left alone.

        Raises:
            ChannelMissing: There is none of this number.
            WrongSignalling: Its module can't.
        """
        channel = self.channel(number)
        if channel.signalling == signalling and signalling is not Signalling.CAS:
            return
        wanted = ChannelConfiguration(
            chan=number, sigtype=int(signalling), deflaw=int(law), master=number, idlebits=idle_bits
        )
        try:
            call(self._descriptor, Request.CHANCONFIG, wanted)
        except OSError as error:
            if error.errno == errno.EINVAL:
                raise WrongSignalling(
                    f"channel {number} ({channel.name}) can't signal as {signalling.name}"
                ) from error
            raise CardRefused(f"channel {number}: {error.strerror}") from error

    def attach_echo_canceller(self, number: int, name: str) -> None:
        """Which echo canceller a channel uses (``oslec``, ``mg2`` …); an empty name: none.

        Raises:
            CardRefused: Its module is not loaded, or another program has the channel open.
        """
        self._ask(
            Request.ATTACH_ECHOCAN,
            AttachEchoCanceller(chan=number, echocan=name.encode()),
            f"channel {number}, echo canceller {name or 'none'}",
            {
                errno.EINVAL: f"is its module loaded? `modprobe dahdi_echocan_{name}`",
                errno.EBUSY: "the channel is open",
            },
        )

    def ensure_tone_zone(self) -> None:
        """Without a zone the driver neither rings nor dials: ours is there beside those of others.

        Raises:
            CardRefused: The driver takes none.
        """
        zone = ToneZoneHeader(count=0, zone=TONE_ZONE, name=b"switchroom")
        zone.ringcadence[: len(_RING_MS)] = _RING_MS
        try:
            call(self._descriptor, Request.LOADZONE, zone)
        except OSError as error:
            if error.errno != errno.EINVAL:  # which says: there already
                raise CardRefused(f"tone zone: {error.strerror}") from error

    # ------------------------------------------------------------ looking after digital spans

    def maintain(self, number: int, what: Maintenance) -> None:
        """Loops and tests of a digital span.

        Raises:
            CardRefused: The card has no such loop or test.
        """
        self._maintenance(number, int(what), what.name.lower())

    def reset_counters(self, number: int) -> None:
        """Begin to count errors anew.

        Raises:
            CardRefused: The card does not count.
        """
        self._maintenance(number, RESET_COUNTERS, "resetting counters")

    def _maintenance(self, number: int, command: int, name: str) -> None:
        self._ask(
            Request.MAINT,
            MaintenanceInformation(spanno=number, command=command),
            f"span {number}, {name}",
            dict.fromkeys((errno.ENOSYS, errno.ENOTTY, errno.EINVAL), "the card can't"),
        )

    def _ask(self, request: Request, argument: object, what: str, reasons: dict[int, str]) -> None:
        try:
            if isinstance(argument, int):
                call_int(self._descriptor, request, argument)
            else:
                call(self._descriptor, request, argument)  # type: ignore[arg-type]
        except OSError as error:
            reason = reasons.get(error.errno or 0, error.strerror)
            raise CardRefused(f"{what}: {reason}") from error
