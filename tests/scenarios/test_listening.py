"""Those who listen to a line: they change nothing of it, and hold up nobody when they stand still."""

import asyncio
import logging
import os

import pytest
from office import Office, answers, calls_and_presses
from sound_checks import speech_like

from dsp import TICK_S
from firmware_host.callserver.listening import Listening
from firmware_host.control_socket import ControlError
from firmware_host.live.client import LiveClient, LiveEnded
from firmware_host.live.messages import HeardBlock
from firmware_host.town import HangUp, Play, Wait

VOICE = speech_like(31, 2.0)


class Listened:
    """An office whose lines people can listen to; a task ticks it."""

    def __init__(self, state) -> None:
        self.office = Office(state)
        self.path = state / "listen.sock"
        lockstep = self.office.lockstep
        exchange = lockstep.exchange
        self.listening = Listening(self.path, exchange.ports, lockstep.plane, exchange.taps)
        self.sent: list[bytes] = []

    async def tick(self, seconds: float) -> None:
        lockstep = self.office.lockstep
        for _ in range(round(seconds / TICK_S)):
            lockstep.tick()
            self.sent.append(lockstep.plane.tx.tobytes())
            await asyncio.sleep(0)

    async def listen(self, line: str) -> LiveClient:
        return await asyncio.to_thread(LiveClient, self.path, {"line": line})


def in_an_office(tmp_path, scene) -> Listened:
    """Run a scene with the socket open."""
    listened = Listened(tmp_path)

    async def run() -> None:
        listened.listening.start()
        try:
            await scene(listened)
        finally:
            listened.listening.stop()
            listened.office.crash()

    asyncio.run(run())
    return listened


def blocks_of(client: LiveClient) -> list[HeardBlock]:
    return [each for each in client.receive() if isinstance(each, HeardBlock)]


def a_talk(listened: Listened) -> None:
    office = listened.office
    office.agent("desk-1", answers("*111001#4711#", says=VOICE))
    office.run(8)

    def speaks():
        yield Wait(8)
        yield Play(VOICE)
        yield Wait(1)
        yield HangUp()

    office.caller(calls_and_presses("1", then=speaks()))


def test_every_octet_of_every_line_is_the_same_with_and_without_listeners(tmp_path):
    async def alone(listened):
        a_talk(listened)
        await listened.tick(28)

    async def with_listeners(listened):
        a_talk(listened)
        clients = [await listened.listen(line) for line in ("line-1", "desk-1", "desk-1")]
        for _ in range(70):
            await listened.tick(0.2)
            heard.extend(blocks_of(clients[0]))  # the others stand still
        clients[2].close()
        await listened.tick(14)
        clients[0].close(), clients[1].close()

    heard: list[HeardBlock] = []
    plain = in_an_office(tmp_path / "plain", alone)
    listened = in_an_office(tmp_path / "listened", with_listeners)
    assert listened.sent == plain.sent
    assert plain.office.facts == listened.office.facts
    assert any(abs(block.samples[:, 0]).max() > 1000 for block in heard)
    assert [block.tick for block in heard] == list(range(heard[0].tick, heard[0].tick + len(heard)))


def test_who_stands_still_loses_the_oldest_sound_and_holds_up_nobody_else(tmp_path):
    async def scene(listened):
        stopped, awake = [await listened.listen("line-1") for _ in range(2)]
        heard = []
        for _ in range(10):
            await listened.tick(0.5)
            heard += blocks_of(awake)
        assert len(heard) == 250
        assert heard[-1].dropped == 0
        late = blocks_of(stopped)
        for _ in range(20):
            await asyncio.sleep(0)  # what waits in the queue comes after what the kernel held
            late += blocks_of(stopped)
        assert late[-1].tick == heard[-1].tick
        assert 50 <= len(late) < 250
        missing = heard[-1].tick - heard[0].tick + 1 - len(late)
        assert late[-1].dropped == missing > 0
        for client in (stopped, awake):
            client.close()

    in_an_office(tmp_path, scene)


def test_the_log_tells_who_listens_to_what_and_the_tap_goes_with_the_last_of_them(tmp_path, caplog):
    caplog.set_level(logging.INFO)

    async def scene(listened):
        one, other = [await listened.listen("desk-2") for _ in range(2)]
        who = f"process {os.getpid()} of user {os.getuid()}"
        assert caplog.messages.count(f"{who} begins to listen to desk-2") == 2
        plane = listened.office.lockstep.plane
        one.close()
        await listened.tick(0.2)
        assert caplog.messages.count(f"{who} no longer listens to desk-2") == 1
        assert len(blocks_of(other)) > 5
        other.close()
        await listened.tick(0.2)
        assert caplog.messages.count(f"{who} no longer listens to desk-2") == 2
        plane.tick()
        assert plane.recorded() == []

    in_an_office(tmp_path, scene)


@pytest.mark.parametrize(
    ("hello", "told"),
    [
        ({"line": "line-77"}, "no line"),
        ({"lane": "line-1"}, "unusable"),
        ({"line": 5}, "unusable"),
    ],
)
def test_who_asks_for_nonsense_is_refused_in_words(tmp_path, hello, told):
    async def scene(listened):
        with pytest.raises(ControlError, match=told):
            await asyncio.to_thread(LiveClient, listened.path, hello)

    in_an_office(tmp_path, scene)


def test_a_seventeenth_listener_is_refused_and_the_end_of_the_server_is_seen(tmp_path):
    async def scene(listened):
        clients.extend([await listened.listen("line-1") for _ in range(16)])
        with pytest.raises(ControlError, match="16 are connected"):
            await listened.listen("line-2")

    clients: list[LiveClient] = []
    in_an_office(tmp_path, scene)
    for client in clients:
        with pytest.raises(LiveEnded):
            _ = [client.receive() for _ in range(200)]
        client.close()
