"""The call server's process: asyncio waits for descriptors or the next timer, then steps.

Cards may come and go; their lines are withdrawn while they are gone and brought to a known state when they
are back.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Set
from pathlib import Path

from dsp import Plane
from firmware_host.callserver.alert_handlers import alert_handlers
from firmware_host.callserver.alert_log import AlertLog
from firmware_host.callserver.compose import (
    compose_bays,
    compose_exchange,
    compose_plane,
    compose_prompts,
    state_folder,
)
from firmware_host.callserver.control import control_handlers
from firmware_host.callserver.exchange import Exchange
from firmware_host.callserver.journal import Journal
from firmware_host.callserver.listening import Listening
from firmware_host.callserver.look_handlers import look_handlers
from firmware_host.callserver.recorder import Recorder
from firmware_host.callserver.reloading import Reloading
from firmware_host.callserver.watchdog import Watchdog
from firmware_host.card_bay import CardBay
from firmware_host.config import Appliance, receivers_that
from firmware_host.control_socket import ControlServer
from firmware_host.instance_lock import InstanceLock
from firmware_host.line_media import ThreadCallerIdReader
from firmware_host.service_notify import ServiceNotifier
from firmware_host.step_loop import StepLoop
from firmware_host.version import VERSION
from firmware_host.worker import ThreadWorker

__all__ = ["run_call_server"]

_log = logging.getLogger(__name__)

_CLOCK_CHECK_S = 1.0
_CLOCK_STEP_S = 0.25
_LOOK_S = 0.5


def run_call_server(appliance: Appliance, configuration_file: Path) -> None:
    """Run until SIGTERM or SIGINT; then end calls in order.

    Raises:
        SecondInstance: when another call server runs on the same state folder.
        JournalError: when the journal can't be read.
    """
    state = state_folder(appliance, configuration_file)
    lock = InstanceLock(state, "callserver")
    try:
        asyncio.run(_CallServer(appliance, state, configuration_file).run())
    finally:
        lock.release()


class _CallServer:
    def __init__(self, appliance: Appliance, state: Path, file: Path) -> None:
        self._appliance = appliance
        self._file = file
        self._state = state
        self._bays: dict[str, CardBay] = {}
        self._problems: dict[str, str] = {}
        self._next_clock_check = 0.0
        self._watchdog = Watchdog()
        self._next_look = 0.0

    async def run(self) -> None:
        loop = StepLoop()
        notifier = ServiceNotifier()
        prompts = compose_prompts(self._appliance)
        plane = compose_plane(self._appliance)
        reader = ThreadCallerIdReader(loop.wake_from_thread)
        exchange = compose_exchange(
            self._appliance,
            cards={},
            plane=plane,
            reader=reader,
            prompts=prompts,
            journal=Journal(
                self._state / "journal",
                boot=uuid.uuid4().hex,
                worker=ThreadWorker("journal"),
                wake=loop.wake_from_thread,
            ),
            recorder=Recorder(
                self._state / "recordings",
                ThreadWorker("recorder"),
                gain_control=self._appliance.recordings.gain_control,
            ),
        )
        alert_log = AlertLog(receivers_that("log", self._appliance))
        exchange.observers.append(alert_log)
        reloading = Reloading(exchange, self._appliance, self._file, compose_prompts)
        reloading.observers.append(lambda new: alert_log.follow(receivers_that("log", new)))
        self._start_pump(plane)
        loop.watch(plane.detection_fd)
        self._bays = compose_bays(self._appliance, self._state, plane, loop)
        exchange.start(time.monotonic(), time.time(), version=VERSION)
        control = ControlServer(
            self._state / "callserver.sock",
            control_handlers(exchange, plane, self._appliance, self._watchdog)
            | alert_handlers(exchange, lambda: reloading.appliance)
            | reloading.handlers
            | look_handlers(exchange, plane, self._appliance, self._bays),
        )
        await control.start()
        listening = Listening(self._state / "listen.sock", exchange.ports, plane, exchange.taps)
        listening.start()
        _log.info("call server %s is up; state in %s", VERSION, self._state)
        self._watchdog.begin(time.monotonic())
        notifier.ready(f"call server {VERSION}", self._alive)
        try:
            while not loop.stopping:
                self._step(exchange, plane, loop.begin_step())
                await loop.wait(self._next_timer(exchange))
        finally:
            notifier.stopping()
            listening.stop()
            await control.stop()
            exchange.shut_down(time.monotonic())
            for bay in self._bays.values():
                bay.unplug(time.monotonic())
            loop.unwatch(plane.detection_fd)
            plane.close()
            reader.close()
            _log.info("call server stopped in order")

    def _start_pump(self, plane: Plane) -> None:
        privileges = plane.start()
        if not privileges.real_time:
            _log.warning("the media plane runs without real-time priority; grant CAP_SYS_NICE")
        if not privileges.locked_memory:
            _log.warning("the media plane's memory may be paged out; raise RLIMIT_MEMLOCK")

    def _alive(self) -> str | None:
        return self._watchdog.beat(time.monotonic())

    def _next_timer(self, exchange: Exchange) -> float | None:
        times = [exchange.next_timer(), *(bay.next_timer() for bay in self._bays.values())]
        return min((time for time in times if time is not None), default=None)

    def _step(self, exchange: Exchange, plane: Plane, readable: Set[int]) -> None:
        now = time.monotonic()
        self._watchdog.stepped(now)
        if now >= self._next_look:
            self._next_look = now + _LOOK_S
            unwritten = exchange.journal.unwritten
            written = exchange.journal.next_sequence - 1 - unwritten
            self._watchdog.look(now, ticks=plane.ticks, written=written, unwritten=unwritten)
        if now >= self._next_clock_check:
            self._next_clock_check = now + _CLOCK_CHECK_S
            exchange.follow_clock(now, time.time(), tolerance_s=_CLOCK_STEP_S)
        for name, bay in self._bays.items():
            card = bay.attend(now)
            if card is not None:
                _log.info("card %s is there; its lines are brought to a known state", name)
                self._problems.pop(name, None)
                exchange.plug_in(name, card, now)
            elif bay.problem and bay.problem != self._problems.get(name):
                self._problems[name] = bay.problem
                exchange.unplug(name, bay.problem, now)
        telling = [name for name, bay in self._bays.items() if bay.tells(readable)]
        for name in exchange.step(now, telling):
            self._bays[name].unplug(now)
