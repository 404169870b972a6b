"""Line events → ACD events. Pure."""

from typing import assert_never

import acd
import drivers
from firmware_host.callserver.ports import Port, PortRole

__all__ = ["acd_event"]


def acd_event(port: Port, event: drivers.LineEvent) -> acd.Event | None:
    """What this line event is to the ACD; None when it is nothing."""
    match event:
        case drivers.CallOffered(caller=caller, called=called):
            if port.role is PortRole.STATION:
                return acd.HandsetLifted(port=port.port)
            return acd.CallOffered(
                port=port.port, caller=_identity(caller), called=called or port.called
            )
        case drivers.Answered():
            return acd.Answered(port=port.port)
        case drivers.DigitReceived(digit=digit):
            return acd.DigitReceived(port=port.port, digit=digit)
        case drivers.HookFlashed():
            return acd.Flashed(port=port.port)
        case drivers.Cleared(cause=cause):
            return acd.Cleared(port=port.port, cause=_cause(port.role, cause))
        case drivers.OutOfService(alarm=alarm):
            return acd.PortOutOfService(port=port.port, alarm=alarm)
        case drivers.InService():
            return acd.PortInService(port=port.port)
        case drivers.SupervisionEnded():
            return acd.SupervisionLost(port=port.port)
        case drivers.Alerting() | drivers.CallWaiting():
            return None
        case _:
            assert_never(event)


def _identity(caller: drivers.CallerNumber) -> acd.CallerIdentity:
    absence = None
    if caller.absence is not None and caller.number is None:
        absence = (
            acd.NumberAbsence.PRIVATE
            if caller.absence == "private"
            else acd.NumberAbsence.UNAVAILABLE
        )
    return acd.CallerIdentity(number=caller.number, name=caller.name, number_absence=absence)


def _cause(role: PortRole, cause: drivers.ClearCause) -> acd.Cause:
    gone = (drivers.ClearCause.FAR_END, drivers.ClearCause.NORMAL, drivers.ClearCause.SILENCE)
    if cause in gone:
        return acd.Cause.CALLER_HUNG_UP if role is PortRole.TRUNK else acd.Cause.AGENT_HUNG_UP
    if cause is drivers.ClearCause.NO_ANSWER:
        return acd.Cause.NO_ANSWER
    return acd.Cause.LINE_FAILED
