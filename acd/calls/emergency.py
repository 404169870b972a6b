"""Which call gives its line up when every line is taken and somebody must reach an emergency number."""

from collections.abc import Collection, Iterable

from acd.calls.call import Call
from acd.ids import PortId
from acd.numbers import NumberKind
from acd.records import Stage

__all__ = ["call_to_end"]

_FIRST_TO_END = (
    Stage.DIALLING,
    Stage.OFFERED,
    Stage.WALKING,
    Stage.QUEUED,
    Stage.OFFERING,
    Stage.THROUGH,
    Stage.TALKING,
)


def call_to_end(calls: Iterable[Call], ports: Collection[PortId], but: Call) -> Call | None:
    """The call on one of these lines that costs least to end; of equals the youngest; none of emergency."""
    candidates = [call for call in calls if call is not but and _line_of(call, ports)]
    return min(
        candidates,
        key=lambda call: (_FIRST_TO_END.index(call.record.stage), -call.record.since),
        default=None,
    )


def _line_of(call: Call, ports: Collection[PortId]) -> bool:
    leg = call.outgoing
    if leg is not None and leg.number.kind is NumberKind.EMERGENCY:
        return False
    return call.port in ports or (leg is not None and leg.port in ports)
