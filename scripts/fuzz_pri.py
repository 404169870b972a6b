"""Spoiled frames into a live PRI worker on one span, while calls on its other spans go on.

    python scripts/fuzz_pri.py [--frames N] [--seed N]

Two workers are joined by two spans, on which call follows call; the third span of the one that is tried
ends here. Half of the frames are I frames in their right places, the others UI frames; a few break layer 2
itself. At the end the third span is joined to the other worker, and calls go over it.

A failure is: a call on another span that takes longer than 10 s, a worker that ends otherwise than by its
own watch for leaks, memory that grows after the first tenth by more than the bound, no calls afterwards.
Exits with 1 after a failure.
"""

import argparse
import random
import select
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests/drivers/pri"))

from lapd_peer import K, LapdPeer, LinkState

from drivers.pri import SwitchType
from drivers.pri.messages import (
    AcceptCall,
    AlertCaller,
    CallArrived,
    ChannelState,
    DChannelPlace,
    PlaceCall,
    ReleaseCall,
    SetService,
)
from scripts.d_channel_mutations import Mutations
from scripts.pri_ends import CallsInTurn, End, Failure, Worker, place_of, span_order

MOST_GROWN_OCTETS = 8 * 1024 * 1024
LONGEST_PACKET = 4096
BATCH = 16
"""Frames between two looks at what has come: few enough that I frames are acknowledged in time."""
LONGEST_WAIT_S = 0.02
PATIENCE_S = 0.1
RAW_SHARE, NUMBERED_SHARE = 0.004, 0.5
CALLS_AFTERWARDS = 20
AFTERWARDS_S = 90.0
"""Until channels that are restarted one by one, and locked ones, are idle."""
DIALECTS = (SwitchType.EUROISDN_E1, SwitchType.NI2)


@dataclass
class Outcome:
    """What was seen."""

    frames: int = 0
    numbered: int = 0
    "I frames that layer 2 has acknowledged or still holds."
    establishments: int = 0
    seconds: float = 0.0
    calls: int = 0
    "On the other spans, while frames came."
    longest_call_s: float = 0.0
    arrived: int = 0
    "Calls that spoiled SETUPs began."
    memory: list[tuple[int, int]] = field(default_factory=list)
    "Frames sent so far, octets of the worker; since its last start."
    restarts: int = 0
    calls_afterwards: int = 0

    @property
    def grown_octets(self) -> int:
        """From the first tenth on, or from the last restart on."""
        return self.memory[-1][1] - self.memory[0][1]


def main() -> int:
    """Parses the arguments, tries, prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            outcome = fuzz(Path(folder), asked.frames, asked.seed, print)
    except Failure as failure:
        print(f"failed: {failure}")
        return 1
    print(
        f"{outcome.frames} frames in {outcome.seconds:.0f} s, {outcome.numbered} of them I frames; layer 2"
        f" came up {outcome.establishments} times; they began {outcome.arrived} calls"
    )
    print(
        f"{outcome.calls} calls on other spans meanwhile, the longest set-up and clearing"
        f" {outcome.longest_call_s:.2f} s; {outcome.calls_afterwards} on this one afterwards"
    )
    print(
        f"memory {outcome.memory[0][1] / 1e6:.1f} MB after the first tenth,"
        f" {outcome.memory[-1][1] / 1e6:.1f} MB at the end; restarted {outcome.restarts} times"
    )
    return 0


def fuzz(folder: Path, frames: int, seed: int, tell: Callable[[str], None]) -> Outcome:
    """Tries it.

    Raises:
        Failure: Something did not stay as it should.
    """
    outcome = Outcome()
    mutations = Mutations(seed)
    with Worker(folder, "far") as far, Worker(folder, "near") as near:
        clean = []
        for number, switch in enumerate(DIALECTS):
            joined = str(folder / f"joined-{number}")
            network = far.begin(
                span_order(f"far-{number}", DChannelPlace(listen_at=joined), switch)
            )
            user = near.begin(span_order(f"near-{number}", place_of(joined), switch))
            clean.append(CallsInTurn(network, user))
        spoiled_at = str(folder / "spoiled")
        with _Spoiler(spoiled_at, mutations, outcome) as spoiler:
            victim = near.begin(span_order("spoiled", place_of(spoiled_at), DIALECTS[0]))
            callee = _Careless(victim, seed, outcome)
            spoiler.accept()
            _until(lambda: all(each.is_ready for each in clean), 30, near, far, clean)
            before = sum(each.done for each in clean)
            begun = time.monotonic()
            tenths = 0
            while outcome.frames < frames:
                spoiler.turn(frames, near.descriptors + far.descriptors)
                if near.look():
                    outcome.memory.clear()
                far.look()
                for each in clean:
                    each.turn()
                callee.turn()
                if outcome.frames * 10 // frames > tenths:
                    tenths = outcome.frames * 10 // frames
                    outcome.memory.append((outcome.frames, near.memory_octets()))
                    outcome.seconds = time.monotonic() - begun
                    tell(
                        f"{outcome.frames} frames, {outcome.frames / outcome.seconds:.0f} a second;"
                        f" {outcome.memory[-1][1] / 1e6:.1f} MB;"
                        f" {sum(each.done for each in clean) - before} calls on other spans"
                    )
            outcome.establishments = spoiler.link.establishments
        outcome.calls = sum(each.done for each in clean) - before
        outcome.longest_call_s = max(each.longest_s for each in clean)
        if outcome.calls == 0:
            raise Failure("no call on another span was tried; send more frames")
        if outcome.grown_octets > MOST_GROWN_OCTETS:
            raise Failure(f"the worker grew by {outcome.grown_octets / 1e6:.1f} MB")
        network = far.begin(
            span_order("far-spoiled", DChannelPlace(listen_at=spoiled_at), DIALECTS[0])
        )
        afterwards = CallsInTurn(network, victim)
        calls = [*clean, afterwards]

        def enough() -> bool:
            for end in (network, victim):
                for channel in end.channels_in(ChannelState.OUT_OF_SERVICE):  # by a spoiled SERVICE
                    end.order(SetService(channel=channel, in_service=True))
            return afterwards.done >= CALLS_AFTERWARDS

        _until(enough, AFTERWARDS_S, near, far, calls)
        outcome.calls_afterwards = afterwards.done
        outcome.restarts = near.restarts
    return outcome


def _until(
    reached: Callable[[], bool], limit_s: float, near: Worker, far: Worker, calls: list[CallsInTurn]
) -> None:
    end = time.monotonic() + limit_s
    while not reached():
        if time.monotonic() > end:
            raise Failure(f"not within {limit_s:.0f} s: " + "; ".join(map(str, calls)))
        select.select(near.descriptors + far.descriptors, [], [], LONGEST_WAIT_S)
        near.look()
        far.look()
        for each in calls:
            each.turn()


class _Spoiler:
    """The far end of the span that is tried."""

    def __init__(self, path: str, mutations: Mutations, outcome: Outcome) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(path)
        self._listener.listen(1)
        self._listener.settimeout(10)
        self._path = Path(path)
        self._connection: socket.socket | None = None
        self._mutations = mutations
        self._outcome = outcome
        self.link = LapdPeer(network_side=True)
        self._up_at = 0.0

    def __enter__(self) -> "_Spoiler":
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
        self._listener.close()
        self._path.unlink()

    def accept(self) -> None:
        """The worker connects."""
        self._connection, _ = self._listener.accept()
        self._connection.setblocking(False)
        self.link.establish(time.monotonic())

    def turn(self, most: int, others: list[int]) -> None:
        """Some frames, then what came meanwhile."""
        assert self._connection is not None
        now = time.monotonic()
        outcome, mutations = self._outcome, self._mutations
        for _ in range(min(BATCH, most - outcome.frames)):
            kind = mutations.chance()
            if kind < RAW_SHARE:
                sent = self._put(mutations.frame())
            elif (
                kind < NUMBERED_SHARE and self.link.state is LinkState.UP and self.link.waiting < K
            ):
                self.link.send(mutations.message(), now)
                outcome.numbered += 1
                sent = self._flush()
            else:
                sent = self._put(b"\x02\x01\x03" + mutations.message())
            if not sent:
                break
            outcome.frames += 1
        end = time.monotonic() + LONGEST_WAIT_S
        while True:
            now = time.monotonic()
            self._hear(now)
            if self.link.state is LinkState.UP:
                self._up_at = now
            elif now > self._up_at + PATIENCE_S:
                self._up_at = now
                self.link.establish(now)  # T200 would be long here
                self._flush()
            if now >= end or (self.link.state is LinkState.UP and not self.link.waiting):
                return
            select.select([self._connection, *others], [], [], end - now)

    def _hear(self, now: float) -> None:
        assert self._connection is not None
        while True:
            try:
                frame = self._connection.recv(LONGEST_PACKET)
            except BlockingIOError:
                break
            except OSError:
                frame = b""
            if not frame:  # the worker has started anew
                self._connection.close()
                self.accept()
                return
            self.link.receive_frame(frame, now)
            while self.link.messages:
                self._learn(self.link.messages.popleft())
        self.link.handle_timer(now)
        self._flush()

    def _learn(self, message: bytes) -> None:
        if len(message) >= 5 and message[:2] == b"\x08\x02":
            reference = int.from_bytes(message[2:4])
            self._mutations.references.append((reference & 0x7FFF, not reference >> 15))

    def _flush(self) -> bool:
        sent = [self._put(frame) for frame in self.link.frames_to_send()]
        return all(sent)

    def _put(self, frame: bytes) -> bool:
        assert self._connection is not None
        try:
            self._connection.send(frame)
        except BlockingIOError:
            select.select([], [self._connection], [], LONGEST_WAIT_S)
            return False
        except OSError:
            return False  # heard of in `_hear`
        return True


class _Careless:
    """Takes what calls the spoiled frames make, in every way, and places some into them."""

    def __init__(self, end: End, seed: int, outcome: Outcome) -> None:
        self._end = end
        self._chance = random.Random(seed)
        self._outcome = outcome
        self._next = 2
        self._place_at = 0.0
        self._held: list[int] = []

    def turn(self) -> None:
        """Answer, refuse, leave alone; hang up what has been held for a while."""
        chance = self._chance
        for report in self._end.take():
            if isinstance(report, CallArrived):
                self._outcome.arrived += 1
                if chance.random() < 0.5:
                    self._end.order(AlertCaller(call=report.call))
                if chance.random() < 0.5:
                    self._end.order(AcceptCall(call=report.call))
                self._held.append(report.call)
        while len(self._held) > 12:
            self._end.order(
                ReleaseCall(call=self._held.pop(0), cause=chance.choice((1, 16, 17, 34)))
            )
        now = time.monotonic()
        if now >= self._place_at:
            self._place_at = now + 0.05
            idle = self._end.channels_in(ChannelState.IDLE)
            if idle:
                self._end.order(
                    PlaceCall(call=self._next, channel=chance.choice(idle), called="55")
                )
                self._held.append(self._next)
                self._next += 2


if __name__ == "__main__":
    sys.exit(main())
