"""Line events → ACD events. Pure."""

from collections.abc import Callable
from typing import assert_never

import acd
import drivers
from firmware_host.callserver.ports import Port, PortRole

__all__ = ["acd_event"]

_CALLED = {
    drivers.ClearCause.BUSY: acd.Cause.CALLED_BUSY,
    drivers.ClearCause.NO_ANSWER: acd.Cause.CALLED_NO_ANSWER,
    drivers.ClearCause.REJECTED: acd.Cause.CALLED_REJECTED,
    drivers.ClearCause.WRONG_NUMBER: acd.Cause.WRONG_NUMBER,
    drivers.ClearCause.CONGESTION: acd.Cause.CONGESTION,
    drivers.ClearCause.GLARE: acd.Cause.GLARE,
}
"""What became of a call that we made."""


def acd_event(
    port: Port,
    event: drivers.LineEvent,
    normal: Callable[[str], str | None] = lambda _number: None,
) -> acd.Event | None:
    """What this line event is to the ACD; None when it is nothing.

    Args:
        port: Where it happened.
        event: What.
        normal: Gives a caller's number in E.164, or None.
    """
    match event:
        case drivers.CallOffered(caller=caller, called=called):
            if port.role is PortRole.STATION:
                return acd.HandsetLifted(port=port.port)
            return acd.CallOffered(
                port=port.port, caller=_identity(caller, normal), called=called or port.called
            )
        case drivers.Proceeding(in_band=in_band):
            return acd.Proceeding(port=port.port, in_band=in_band)
        case drivers.Alerting(in_band=in_band):
            return acd.Alerting(port=port.port, in_band=in_band)
        case drivers.Answered(connected=connected):
            return acd.Answered(
                port=port.port,
                connected=None if connected is None else _identity(connected, normal),
            )
        case drivers.DigitReceived(digit=digit):
            return acd.DigitReceived(port=port.port, digit=digit)
        case drivers.HookFlashed():
            return acd.Flashed(port=port.port)
        case drivers.Cleared(cause=cause, q850=q850):
            return acd.Cleared(port=port.port, cause=_cause(port.role, cause), q850=q850)
        case drivers.OutOfService(alarm=alarm):
            return acd.PortOutOfService(port=port.port, alarm=alarm)
        case drivers.InService():
            return acd.PortInService(port=port.port)
        case drivers.SupervisionEnded():
            return acd.SupervisionLost(port=port.port)
        case drivers.CallWaiting():
            return None
        case _:
            assert_never(event)


def _identity(
    caller: drivers.CallerNumber, normal: Callable[[str], str | None]
) -> acd.CallerIdentity:
    absence = None
    if caller.absence is not None and caller.number is None:
        absence = (
            acd.NumberAbsence.PRIVATE
            if caller.absence == "private"
            else acd.NumberAbsence.UNAVAILABLE
        )
    return acd.CallerIdentity(
        number=caller.number,
        name=caller.name,
        number_absence=absence,
        normal_number=None if caller.number is None else normal(caller.number),
        redirecting=caller.redirecting,
        redirecting_reason=caller.redirecting_reason,
    )


def _cause(role: PortRole, cause: drivers.ClearCause) -> acd.Cause:
    gone = (drivers.ClearCause.FAR_END, drivers.ClearCause.NORMAL, drivers.ClearCause.SILENCE)
    if cause in gone:
        return acd.Cause.CALLER_HUNG_UP if role is PortRole.TRUNK else acd.Cause.AGENT_HUNG_UP
    if role is PortRole.TRUNK and cause in _CALLED:
        return _CALLED[cause]
    if cause is drivers.ClearCause.NO_ANSWER:
        return acd.Cause.NO_ANSWER
    return acd.Cause.LINE_FAILED
