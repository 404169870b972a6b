"""ACD actions → line commands. Pure. Actions about sound are `media`'s."""

import acd
import drivers

__all__ = ["line_command"]


def line_command(action: acd.Action) -> tuple[acd.PortId, drivers.LineCommand] | None:
    """The command and the port it is for; None when the action is not about signalling."""
    match action:
        case acd.AnswerCall(port=port):
            return port, drivers.Answer()
        case acd.RingStation(port=port, caller=caller):
            absence = caller.number_absence.value if caller.number_absence else None
            return port, drivers.Ring(
                caller=drivers.CallerNumber(number=caller.number, name=caller.name, absence=absence)
            )
        case acd.ClearLine(port=port):
            return port, drivers.Clear()
        case _:
            return None
