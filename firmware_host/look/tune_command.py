"""`switchroom line tune`: the hybrid of an FXO module fitted to its line, as fxotune does."""

import time
from collections.abc import Callable
from dataclasses import asdict

import click
import numpy as np
from numpy.typing import NDArray

from drivers import CardError, CardRefused, DahdiChannel, DahdiHook, WctdmEchoCoefficients
from dsp import (
    HybridSetting,
    Law,
    TunedHybrid,
    echo_sound,
    g711_decode,
    g711_encode,
    key_sound,
    transfer_of,
    tune_hybrid,
)
from firmware_host.console import Session
from firmware_host.look.octet_loop import OctetLoop
from firmware_host.look.raw_channel import raw_channel

__all__ = ["tune"]

_PERIOD = 128
_SETTLING = 8 * _PERIOD
"""Samples after a change: the filter's, and what was under way."""
_MEASURED = 16 * _PERIOD
_QUEUED = 20 * 160
"""What is written is heard so much later, at most."""
_QUIET_S = 4.0
"""An exchange waits for more digits for so long at least; then we seize it anew."""
_ON_HOOK_S, _DIAL_TONE_S, _AFTER_DIGIT_S = 1.5, 1.2, 0.4


@click.command(epilog="\b\nExample:\n  switchroom line tune line-1")
@click.argument("name")
@click.option("--digit", default="4", show_default=True, help="The key that breaks dial tone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def tune(session: Session, *, name: str, digit: str, as_json: bool) -> None:
    """Fit an FXO module's impedance and hybrid to its line, so that less echo comes back.

    Takes half a minute, in which the trunk is out of service, seized some times, and hears a buzz. Prints
    the line that goes into the trunk's table. Only modules of the drivers wctdm and wctdm24xxp can be set so.
    """
    if len(digit) != 1 or digit not in "0123456789*#":
        raise click.ClickException(f"--digit: {digit!r} is no key; use one of 0-9 * #")
    law = Law(session.appliance.site.law)
    try:
        with raw_channel(session, name) as raw:
            meter = _Meter(raw.channel, law, digit, lambda: session.output.pause(0))
            try:
                meter.set(HybridSetting(0))
            except CardRefused as error:
                raise click.ClickException(
                    f"{name}: its module takes no hybrid settings ({error}); only FXO modules of the"
                    " drivers wctdm and wctdm24xxp do"
                ) from error
            raw.channel.set_echo_canceller(0)
            found = meter.tune()
    except CardError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        session.output.json(asdict(found) | {"hybrid": found.best.octets})
    else:
        _show(session, name, found)


def _show(session: Session, name: str, found: TunedHybrid) -> None:
    session.output.line(
        f"# echo loss {found.loss_db} dB, untuned {found.untuned_loss_db} dB; impedance"
        f" {found.best.impedance}, taps {', '.join(map(str, found.best.taps))}"
    )
    session.output.line(f"[trunk.{name}]")
    session.output.line(f"hybrid = [{', '.join(map(str, found.best.octets))}]")


class _Meter:
    """Measures the echo at one setting after the other, without ever losing count of samples."""

    def __init__(
        self, channel: DahdiChannel, law: Law, digit: str, look: Callable[[], None]
    ) -> None:
        self._channel = channel
        self._law = law
        self._look = look
        self._buzz = g711_encode(echo_sound(_PERIOD / 8000), law)
        self._idle = bytes([law.idle_octet])
        self._digit = g711_encode(key_sound(digit, 100), law)
        self._sounds = self._buzz
        self._sent = self._begun = 0
        self._received = bytearray()
        self._count = 0
        self._quiet_until = 0.0
        self._loop = OctetLoop()
        self._loop.add(channel, send=self._send, receive=self._receive)

    def set(self, setting: HybridSetting) -> None:
        """Set the module."""
        octets = setting.octets
        names = ("acim", *(f"coef{number}" for number in range(1, 9)))
        self._channel.tune_hybrid(WctdmEchoCoefficients(**dict(zip(names, octets, strict=True))))

    def tune(self) -> TunedHybrid:
        """Measure, choose, set the best and hang up."""
        try:
            found = tune_hybrid(self._measure)
            self.set(found.best)
            return found
        finally:
            self._channel.hook(DahdiHook.ONHOOK)

    def _measure(self, setting: HybridSetting) -> NDArray[np.complex128]:
        self._look()
        if time.monotonic() > self._quiet_until:
            self._seize()
        self.set(setting)
        self._play(self._buzz, _SETTLING)
        # All measures begin at a whole number of periods, or their phases would not compare.
        begin = self._count + -self._count % _PERIOD
        self._play(self._buzz, begin - self._count + _MEASURED)
        if self._loop.overruns:
            raise CardRefused(
                f"channel {self._channel.number}: this computer was too slow; try again when it is idle"
            )
        kept = len(self._received) - (self._count - begin)
        octets = bytes(self._received[kept : kept + _MEASURED])
        return transfer_of(g711_decode(octets, self._law))

    def _seize(self) -> None:
        self._channel.hook(DahdiHook.ONHOOK)
        self._play(self._idle, round(_ON_HOOK_S * 8000))
        self._channel.hook(DahdiHook.OFFHOOK)
        self._play(self._idle, round(_DIAL_TONE_S * 8000))
        self._play(self._digit, len(self._digit))
        self._play(self._idle, round(_AFTER_DIGIT_S * 8000))
        self._play(self._buzz, _QUEUED)
        self._quiet_until = time.monotonic() + _QUIET_S

    def _play(self, sound: bytes, samples: int) -> None:
        """Send this until so much more has been received."""
        self._sounds, self._begun = sound, self._sent
        if sound is self._buzz:
            self._begun = 0
        until = self._count + samples
        self._received = self._received[-2 * _MEASURED :]
        self._loop.run(lambda: self._count < until)

    def _send(self, count: int) -> bytes:
        place = (self._sent - self._begun) % len(self._sounds)
        self._sent += count
        repeated = self._sounds * (count // len(self._sounds) + 2)
        return repeated[place : place + count]

    def _receive(self, octets: bytes) -> None:
        self._received += octets
        self._count += len(octets)
