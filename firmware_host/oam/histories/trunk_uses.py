"""Facts of trunks → which carried a call, from when on, and how long."""

from collections.abc import Callable, Iterable

from firmware_host.journal_format import Entry
from firmware_host.oam.histories.rows import Moment, TrunkUse, seconds

__all__ = ["TRUNK_FACTS", "TrunkUses"]

_RESTARTED = "call server restarted"
TRUNK_FACTS = frozenset(
    {
        "CallAnswered",
        "CallEnded",
        "CallOfferedToUs",
        "FarEndAnswered",
        "TrunkReleased",
        "TrunkSeized",
    }
)


class TrunkUses:
    """Those that go on."""

    def __init__(
        self, changed: Callable[[TrunkUse], None], open_uses: Iterable[TrunkUse] = ()
    ) -> None:
        self._changed = changed
        self._of_call: dict[str, dict[str, TrunkUse]] = {}
        for use in open_uses:
            self._of_call.setdefault(use.call, {})[use.port] = use

    def receive(self, entry: Entry, now: Moment) -> None:
        """Take a fact."""
        data = entry.data
        uses = self._of_call.get(data["call"], {})
        match entry.kind:
            case "CallOfferedToUs":
                self._begin(entry, now, "in", "", data.get("carrier", ""))
            case "TrunkSeized":
                self._begin(entry, now, "out", data["group"], data["carrier"])
            case "CallAnswered":
                for use in uses.values():
                    if use.direction == "in":
                        self._answer(use)
            case "FarEndAnswered":
                if data["port"] in uses:
                    self._answer(uses[data["port"]])
            case "TrunkReleased":
                if data["port"] in uses:
                    self._end(uses[data["port"]], now, data["cause"])
            case _:
                for use in tuple(uses.values()):
                    self._end(use, now, data["cause"])

    def restart(self, last: Moment) -> None:
        """The call server came up: no trunk was in use after it was last heard of."""
        for uses in tuple(self._of_call.values()):
            for use in tuple(uses.values()):
                self._end(use, last, _RESTARTED)

    def _begin(self, entry: Entry, now: Moment, direction: str, group: str, carrier: str) -> None:
        call, port = entry.data["call"], entry.data["port"]
        before = self._of_call.get(call, {}).get(port)
        if before is not None:  # facts between are missing
            self._end(before, now, "")
        use = TrunkUse(
            sequence=entry.sequence,
            tenant=entry.tenant,
            call=call,
            boot=now.boot,
            monotonic_s=now.monotonic_s,
            port=port,
            direction=direction,
            group_name=group,
            carrier=carrier,
            begin_utc_s=now.utc_s,
        )
        self._of_call.setdefault(call, {})[port] = use
        self._changed(use)

    def _answer(self, use: TrunkUse) -> None:
        use.is_answered = True
        self._changed(use)

    def _end(self, use: TrunkUse, now: Moment, cause: str) -> None:
        use.lasts_s, use.cause = seconds(use.begin, now), cause
        self._changed(use)
        uses = self._of_call[use.call]
        del uses[use.port]
        if not uses:
            del self._of_call[use.call]
