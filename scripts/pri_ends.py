"""PRI workers as processes, the ends of their spans, and call after call from one end to the other."""

import contextlib
import itertools
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from drivers.pri import DChannelPlace, LinkLost, SpanSettings, SwitchType, WorkerLink
from drivers.pri.messages import (
    AcceptCall,
    BeginSpan,
    CallArrived,
    CallConnected,
    CallReleased,
    ChannelChanged,
    ChannelState,
    Order,
    Party,
    PlaceCall,
    ReleaseCall,
    Report,
    SpanChanged,
)

__all__ = ["CallsInTurn", "End", "Failure", "Worker", "place_of", "span_order"]

CHANNELS = tuple(range(1, 16))
LONGEST_CALL_S = 10.0
STARTED_S = 20.0
WORN_OUT = 1
"""The exit code of a worker that wants to be started anew."""


class Failure(Exception):
    """What should not have happened, in words."""


def place_of(path: str) -> DChannelPlace:
    """The connecting end."""
    return DChannelPlace(connect_to=path)


def span_order(name: str, place: DChannelPlace, switch: SwitchType) -> BeginSpan:
    """Whoever listens is the network."""
    settings = SpanSettings(
        name=name,
        d_channel=place,
        channels=CHANNELS,
        switch=switch,
        network_side=bool(place.listen_at),
    )
    return BeginSpan(span=settings)


class End:
    """A call server's end of one span."""

    def __init__(self, order: BeginSpan) -> None:
        self._order = order
        self._link: WorkerLink | None = None
        self._reports: list[Report] = []
        self.up = False
        self.states: dict[int, ChannelState] = {}
        self.connections = 0

    def __str__(self) -> str:
        """For a failure's message."""
        others = {
            channel: state.value
            for channel, state in self.states.items()
            if state is not ChannelState.IDLE
        }
        return f"{'up' if self.up else 'down'} {others}"

    def connect(self, path: Path) -> None:
        """To a worker that has just been started."""
        self._link = WorkerLink(path)
        self._link.send(self._order)
        self.up = False
        self.states.clear()
        self._reports.clear()
        self.connections += 1

    def close(self) -> None:
        """Hang up."""
        if self._link is not None:
            self._link.close()
            self._link = None

    @property
    def descriptor(self) -> int:
        """Readable when reports wait."""
        assert self._link is not None
        return self._link.fileno()

    @property
    def is_ready(self) -> bool:
        """The span is up, and every channel idle."""
        idle = [each for each in self.states.values() if each is ChannelState.IDLE]
        return self.up and len(idle) == len(CHANNELS)

    def channels_in(self, state: ChannelState) -> list[int]:
        """Those in this state."""
        return [channel for channel, each in self.states.items() if each is state]

    def order(self, order: Order) -> None:
        """Tell the worker; when it is gone, its `Worker` will notice."""
        if self._link is not None:
            with contextlib.suppress(LinkLost):
                self._link.send(order)

    def hear(self) -> None:
        """Fetch what has come."""
        if self._link is None:
            return
        with contextlib.suppress(LinkLost):
            for report in self._link.receive():
                if isinstance(report, SpanChanged):
                    self.up = report.up
                elif isinstance(report, ChannelChanged):
                    self.states[report.channel] = report.state
                else:
                    self._reports.append(report)

    def take(self) -> list[Report]:
        """What came since, of calls."""
        reports, self._reports = self._reports, []
        return reports


class Worker:
    """A worker's process, started anew as a service manager would when it wants that itself."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.sock"
        self._said = folder / f"{name}.log"
        self._name = name
        self._ends: list[End] = []
        self._process: subprocess.Popen[bytes] | None = None
        self.restarts = 0

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        for end in self._ends:
            end.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def begin(self, order: BeginSpan) -> End:
        """One more span."""
        end = End(order)
        end.connect(self._path)
        self._ends.append(end)
        return end

    @property
    def descriptors(self) -> list[int]:
        """Of all ends."""
        return [end.descriptor for end in self._ends]

    def memory_octets(self) -> int:
        """Resident (proc(5), VmRSS)."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = (each for each in status.splitlines() if each.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def look(self) -> bool:
        """Hear all ends; True: it was started anew.

        Raises:
            Failure: It ended for no reason of its own.
        """
        for end in self._ends:
            end.hear()
        assert self._process is not None
        code = self._process.poll()
        if code is None:
            return False
        said = self._said.read_text()
        if code != WORN_OUT or "starting anew" not in said:
            raise Failure(f"the worker {self._name} ended with {code}: {said[-2000:]}")
        self.restarts += 1
        for end in self._ends:
            end.close()
        self._start()
        for end in self._ends:
            end.connect(self._path)
        return True

    def _start(self) -> None:
        self._path.unlink(missing_ok=True)
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "drivers.pri", self._path], stderr=said
            )
        end = time.monotonic() + STARTED_S
        while "listens" not in self._said.read_text():
            if time.monotonic() > end or self._process.poll() is not None:
                raise Failure(f"the worker {self._name} does not start: {self._said.read_text()}")
            time.sleep(0.02)


class CallsInTurn:
    """One call after the other from the network's end to the user's, each on the next channel."""

    def __init__(self, network: End, user: End) -> None:
        self.done = 0
        self.longest_s = 0.0
        self._network, self._user = network, user
        self._channels = itertools.cycle(CHANNELS)
        self._call = 0
        self._state = "none"
        self._theirs = 0
        self._began = 0.0
        self._connections = 0

    def __str__(self) -> str:
        """For a failure's message."""
        return f"{self.done} calls, {self._state}; network {self._network}, user {self._user}"

    @property
    def is_ready(self) -> bool:
        """Both ends are up and idle."""
        return self._network.is_ready and self._user.is_ready

    def turn(self) -> None:
        """What comes next in the call at hand.

        Raises:
            Failure: It takes too long, or ends by itself.
        """
        now = time.monotonic()
        connections = self._network.connections + self._user.connections
        if connections != self._connections:
            self._connections = connections
            self._state = "none"
        for report in self._network.take():
            if isinstance(report, CallConnected) and report.call == self._call:
                self._state = "connected"
                self._user.order(ReleaseCall(call=self._theirs))
            elif isinstance(report, CallReleased) and report.call == self._call:
                if self._state not in ("connected", "none"):
                    raise Failure(f"a call on another span was lost: {report}; {self}")
                self._state = "released" if self._state == "connected" else "none"
        for report in self._user.take():
            if isinstance(report, CallArrived):
                self._theirs = report.call
                self._user.order(AcceptCall(call=report.call))
        if self._state == "released" and self.is_ready:
            self._state = "none"
            self.done += 1
            self.longest_s = max(self.longest_s, now - self._began)
        if self._state == "none" and self.is_ready:
            self._state, self._began = "set up", now
            self._call += 2
            self._network.order(
                PlaceCall(
                    call=self._call,
                    channel=next(self._channels),
                    called="5550100",
                    calling=Party(number="4711"),
                )
            )
        elif self._state != "none" and now - self._began > LONGEST_CALL_S:
            raise Failure(f"a call takes longer than {LONGEST_CALL_S:.0f} s: {self}")
