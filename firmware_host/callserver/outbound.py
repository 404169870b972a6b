"""ACD actions → line commands. Pure. Actions about sound are `media`'s."""

import acd
import drivers

__all__ = ["line_command"]

_CLEAR_CAUSES = {
    acd.Cause.CALLED_BUSY: drivers.ClearCause.BUSY,
    acd.Cause.CALLED_NO_ANSWER: drivers.ClearCause.NO_ANSWER,
    acd.Cause.CALLED_REJECTED: drivers.ClearCause.REJECTED,
    acd.Cause.WRONG_NUMBER: drivers.ClearCause.WRONG_NUMBER,
    acd.Cause.NO_ROUTE: drivers.ClearCause.WRONG_NUMBER,
    acd.Cause.CONGESTION: drivers.ClearCause.CONGESTION,
    acd.Cause.PREEMPTED: drivers.ClearCause.CONGESTION,
}
"""What an exchange is told; whatever else ends a call of ours is normal clearing."""


def line_command(action: acd.Action) -> tuple[acd.PortId, drivers.LineCommand] | None:
    """The command and the port it is for; None when the action is not about signalling."""
    match action:
        case acd.AnswerCall(port=port):
            return port, drivers.Answer()
        case acd.RingStation(port=port, caller=caller):
            return port, drivers.Ring(caller=_number(caller))
        case acd.DialOut(port=port, number=number, caller=caller):
            return port, drivers.Dial(number=number, caller=_number(caller))
        case acd.TellAlerting(port=port, in_band=in_band):
            return port, drivers.Alert(in_band=in_band)
        case acd.TellProgress(port=port):
            return port, drivers.Progress()
        case acd.ClearLine(port=port, cause=cause, q850=q850):
            return port, drivers.Clear(
                cause=_CLEAR_CAUSES.get(cause, drivers.ClearCause.NORMAL), q850=q850
            )
        case _:
            return None


def _number(caller: acd.CallerIdentity) -> drivers.CallerNumber:
    absence = caller.number_absence.value if caller.number_absence else None
    return drivers.CallerNumber(
        number=caller.number,
        name=caller.name,
        absence=absence,
        redirecting=caller.redirecting,
        redirecting_reason=caller.redirecting_reason,
    )
