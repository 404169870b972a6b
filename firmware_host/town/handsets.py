"""Handsets that real people hold: `switchroom handset`. The town's end of its live socket.

Whoever takes a handset sits down in place of the town's own person, who comes back when they leave. One
person to a handset. When they go away without a word, the handset is put down.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from dsp import BLOCK_SAMPLES, TICK_S, Direction, LiveFeed, Plane, RecordedBlock, Tap
from firmware_host.control_socket import Refused
from firmware_host.live.messages import KEYS, SOUND
from firmware_host.live.server import LiveConnection, LiveServer
from firmware_host.taps import Taps
from firmware_host.town.held_handset import HeldHandset
from firmware_host.town.town import Town

__all__ = ["Handsets"]

_log = logging.getLogger(__name__)


class _Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client asks for."""

    station: str
    give_back: bool = True


class _Held:
    """One handset in somebody's hand."""

    def __init__(self, station: str, town: Town, connection: LiveConnection) -> None:
        self.handset = HeldHandset(station, town.telephones, self._notices)
        self.connection = connection
        self.record_id = 0
        self._town = town
        self._feed: LiveFeed | None = None

    def _notices(self, notice: dict[str, Any]) -> None:
        if notice["notice"] == "hook":
            self.mind_the_mouthpiece()
        self.connection.note(**notice)

    def mind_the_mouthpiece(self) -> None:
        """It is connected while the handset is lifted."""
        off_hook = self._town.telephones.is_off_hook(self.handset)
        if off_hook and self._feed is None:
            self._feed = self._town.telephones.speak_live(self.handset)
        elif not off_hook and self._feed is not None:
            self._feed = None
            self._town.telephones.fall_silent(self.handset)

    def says(self, octets: bytes) -> None:
        """A block from the microphone."""
        if len(octets) != BLOCK_SAMPLES:
            raise ValueError(f"{len(octets)} octets are no block of {BLOCK_SAMPLES}")
        if self._feed is not None and not self.handset.keys_sound:
            self._feed.put(octets)

    def hears(self, blocks: list[RecordedBlock]) -> None:
        """Blocks for the earpiece, and for the person's own recording."""
        if not self._town.telephones.is_off_hook(self.handset):
            return
        waiting = self._feed.waiting if self._feed is not None else 0
        for block in blocks:
            self.connection.hear(block.tick, block.samples, waiting=waiting)


class Handsets:
    """All handsets that real people hold.

    Runs in: event loop of the town.
    """

    def __init__(
        self,
        path: Path,
        town: Town,
        plane: Plane,
        stations: tuple[str, ...],
        *,
        wake: Callable[[], None],
        give_back: Callable[[str], None],
    ) -> None:
        self._town = town
        self._plane = plane
        self._taps = Taps(plane)
        self._stations = stations
        self._wake = wake
        self._give_back = give_back
        self._held: dict[str, _Held] = {}
        self._server = LiveServer(path, self._accept)
        self._next_look: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Let people in."""
        self._server.start()

    def stop(self) -> None:
        """The town ends: let everybody go, and put nobody back."""
        self._give_back = lambda _station: None
        self._server.stop()
        if self._next_look is not None:
            self._next_look.cancel()

    def bell(self, station: str, ringing: bool, now: float) -> None:
        """A handset's bell rings, or pauses."""
        held = self._held.get(station)
        if held is not None:
            held.handset.bell(ringing, now)

    def _accept(self, hello: dict[str, Any], connection: LiveConnection) -> None:
        asked = msgspec.convert(hello, _Hello)
        station = asked.station
        if station not in self._stations:
            raise Refused(f'no handset "{station}"; there are {", ".join(self._stations)}')
        if station in self._held:
            holder = self._held[station].connection.peer
            raise Refused(f"{station} is in somebody's hand already: {holder}")
        held = self._held[station] = _Held(station, self._town, connection)
        self._town.seat(station, held.handset, time.monotonic())
        connection.welcome({"station": station})
        held.handset.hook()
        held.record_id = self._taps.claim(held.hears)
        slot = held.handset.slot
        if slot is not None:
            self._plane.record(
                held.record_id, Tap(slot, Direction.FROM_LINE), Tap(slot, Direction.TO_LINE)
            )
        connection.on_message = lambda kind, content: self._message(held, kind, content)
        connection.on_gone = lambda: self._gone(held, give_back=asked.give_back)
        _log.info("%s takes the handset %s", connection.peer, station)
        if self._next_look is None:
            self._look()

    def _message(self, held: _Held, kind: bytes, content: bytes) -> None:
        if kind == SOUND:
            held.says(content)
        elif kind == KEYS:
            held.handset.order(content.decode("ascii"))
            self._wake()
        else:
            raise ValueError(f"kind {kind!r}")

    def _gone(self, held: _Held, *, give_back: bool) -> None:
        handset = held.handset
        _log.info("%s lets go of the handset %s", held.connection.peer, handset.name)
        del self._held[handset.name]
        self._town.telephones.hang_up(handset)
        held.mind_the_mouthpiece()
        self._taps.release(held.record_id)
        handset.stop()
        if give_back:
            self._give_back(handset.name)
        self._wake()

    def _look(self) -> None:
        """Blocks wake nobody: as long as somebody holds a handset, look every tick."""
        self._next_look = None
        self._taps.deal()
        for held in list(self._held.values()):
            if held.handset.left:
                held.connection.note(notice="ended")
                held.connection.end()
        if self._held:
            self._next_look = asyncio.get_running_loop().call_later(TICK_S, self._look)
