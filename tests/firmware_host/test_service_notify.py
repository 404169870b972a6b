"""What is told to a service manager, who is a real datagram socket here."""

import asyncio
import os
import select
import socket
import time

import pytest

from firmware_host.service_notify import ServiceNotifier


class Manager:
    """Listens as systemd does."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)

    def environment(self, watchdog_s: float | None = None, process: int | None = None):
        environment = {"NOTIFY_SOCKET": self.address, "PATH": "/bin"}
        if watchdog_s is not None:
            environment["WATCHDOG_USEC"] = str(round(watchdog_s * 1e6))
            environment["WATCHDOG_PID"] = str(os.getpid() if process is None else process)
        return environment

    def told(self) -> list[dict[str, str]]:
        messages = []
        while select.select([self._socket], [], [], 0)[0]:
            lines = self._socket.recv(4096).decode().split("\n")
            messages.append(dict(line.split("=", 1) for line in lines))
        return messages

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    name = f"@switchroom-test-{os.getpid()}" if request.param == "abstract" else tmp_path / "notify"
    manager = Manager(str(name))
    yield manager
    manager.close()


def lives(notifier: ServiceNotifier, alive, for_s: float) -> None:
    """Runs an event loop that does nothing but live for a while."""

    async def run():
        notifier.ready("all is well", alive)
        try:
            async with asyncio.timeout(for_s):
                await asyncio.Event().wait()
        except TimeoutError:
            notifier.stopping()

    asyncio.run(run())


def test_ready_and_stopping_are_told_and_nothing_else_where_no_watchdog_is_asked_for(manager):
    lives(ServiceNotifier(manager.environment()), lambda: None, 0.3)
    assert manager.told() == [
        {"READY": "1", "STATUS": "all is well"},
        {"STOPPING": "1", "STATUS": "stopping"},
    ]


def test_life_is_told_several_times_per_watchdog(manager):
    lives(ServiceNotifier(manager.environment(watchdog_s=0.3)), lambda: None, 0.6)
    told = manager.told()  # a socket keeps ten datagrams for who does not read
    assert "READY" in told[0]
    assert "STOPPING" in told[-1]
    beats = [message for message in told if message.get("WATCHDOG") == "1"]
    assert 3 <= len(beats) <= 7


def test_no_life_is_told_while_something_stands_still_but_what_it_is(manager, caplog):
    until = time.monotonic() + 0.3
    notifier = ServiceNotifier(manager.environment(watchdog_s=0.15))
    lives(notifier, lambda: "the tick\nstands" if time.monotonic() < until else None, 0.6)
    told = manager.told()
    first_beat = next(i for i, message in enumerate(told) if "WATCHDOG" in message)
    assert first_beat >= 4
    assert {m["STATUS"] for m in told[1:first_beat]} == {"stands still: the tick?stands"}
    assert told[first_beat]["STATUS"] == "all is well"
    assert caplog.text.count("no sign of life") == 1
    assert "alive again" in caplog.text


def test_a_loop_that_is_held_up_gives_no_sign_of_life(manager):
    async def run():
        notifier.ready("all is well", lambda: None)
        await asyncio.to_thread(lambda: None)
        manager.told()
        until = time.monotonic() + 0.4
        while time.monotonic() < until:
            pass
        return manager.told()

    notifier = ServiceNotifier(manager.environment(watchdog_s=0.15))
    assert asyncio.run(run()) == []


def test_the_watchdog_of_another_process_is_none_of_ours(manager):
    environment = manager.environment(watchdog_s=0.15, process=os.getpid() + 1)
    lives(ServiceNotifier(environment), lambda: None, 0.3)
    assert not any("WATCHDOG" in message for message in manager.told())


@pytest.mark.parametrize("value", ["", "soon", "-5", "0.5"])
def test_a_watchdog_that_is_no_number_is_none(manager, value):
    environment = {**manager.environment(), "WATCHDOG_USEC": value}
    lives(ServiceNotifier(environment), lambda: None, 0.1)
    assert len(manager.told()) == 2


def test_children_do_not_inherit_the_right_to_speak(manager):
    environment = manager.environment(watchdog_s=1)
    ServiceNotifier(environment)
    assert environment == {"PATH": "/bin"}


def test_without_a_manager_or_after_its_death_nothing_happens(tmp_path):
    lives(ServiceNotifier({}), lambda: None, 0.05)
    manager = Manager(str(tmp_path / "notify"))
    environment = manager.environment(watchdog_s=0.1)
    manager.close()
    lives(ServiceNotifier(environment), lambda: None, 0.2)


def test_a_manager_who_does_not_read_holds_nobody_up(manager):
    notifier = ServiceNotifier(manager.environment(watchdog_s=0.0003))
    started = time.monotonic()
    lives(notifier, lambda: None, 0.5)
    assert time.monotonic() - started < 2
