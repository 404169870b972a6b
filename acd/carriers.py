"""What goes over each carrier's trunks in a month: calls, and what they lasted, both ways.

A month is one of UTC. Counters are the ledger's, so they survive a restart and can be made again from the
journal; they are named by carrier and month.
"""

from collections.abc import Callable

from acd import facts
from acd.trunk_settings import TrunkGroupSettings
from acd.views import CarrierView

__all__ = ["carrier_views", "count_incoming", "count_outgoing"]

_Add = Callable[[str, int], int]


def count_outgoing(add: _Add, fact: facts.TrunkReleased) -> None:
    """A trunk was let go that had been seized: one attempt."""
    if not fact.carrier:
        return
    add(_name(fact.carrier, fact.month, "tried"), 1)
    if fact.answered_s > 0:
        add(_name(fact.carrier, fact.month, "out"), 1)
        add(_name(fact.carrier, fact.month, "out ms"), round(fact.answered_s * 1000))


def count_incoming(add: _Add, fact: facts.CallEnded) -> None:
    """A call is over; only one that came on a carrier's trunk counts."""
    if not fact.carrier:
        return
    add(_name(fact.carrier, fact.month, "in"), 1)
    add(_name(fact.carrier, fact.month, "in ms"), round(fact.answered_s * 1000))


def carrier_views(
    groups: tuple[TrunkGroupSettings, ...], count: Callable[[str], int], months: tuple[str, ...]
) -> tuple[CarrierView, ...]:
    """Every carrier in these months, in the order of the settings."""
    minimum: dict[str, float] = {}
    for group in groups:
        minimum[group.accounted_to] = minimum.get(group.accounted_to, 0.0) + group.minimum_minutes
    return tuple(
        CarrierView(
            carrier=carrier,
            month=month,
            calls_in=count(_name(carrier, month, "in")),
            minutes_in=count(_name(carrier, month, "in ms")) / 60_000,
            attempts_out=count(_name(carrier, month, "tried")),
            calls_out=count(_name(carrier, month, "out")),
            minutes_out=count(_name(carrier, month, "out ms")) / 60_000,
            minimum_minutes=agreed,
        )
        for month in months
        for carrier, agreed in minimum.items()
    )


def _name(carrier: str, month: str, what: str) -> str:
    return f"carrier {carrier} {month} {what}"
