"""The call server's process: asyncio waits for descriptors or the next timer, then steps.

The card (here: the far end of the virtual card's cable) may come and go; lines are withdrawn while it
is gone and brought to a known state when it is back.
"""

import asyncio
import logging
import time
import uuid
from pathlib import Path

import drivers
from dsp import Plane
from firmware_host.callserver.compose import (
    compose_exchange,
    compose_plane,
    compose_prompts,
    state_folder,
)
from firmware_host.callserver.control import control_handlers
from firmware_host.callserver.exchange import Exchange
from firmware_host.callserver.journal import Journal
from firmware_host.callserver.listening import Listening
from firmware_host.callserver.recorder import Recorder
from firmware_host.callserver.watchdog import Watchdog
from firmware_host.config import Appliance, card_kinds
from firmware_host.control_socket import ControlServer
from firmware_host.instance_lock import InstanceLock
from firmware_host.line_media import ThreadCallerIdReader
from firmware_host.service_notify import ServiceNotifier
from firmware_host.step_loop import StepLoop
from firmware_host.version import VERSION
from firmware_host.worker import ThreadWorker

__all__ = ["run_call_server"]

_log = logging.getLogger(__name__)

_RECONNECT_S = 0.1
_PATIENCE_S = 3.0
"""The far end may start after us; only then is its absence worth a warning."""
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
        asyncio.run(_CallServer(appliance, state).run())
    finally:
        lock.release()


class _NoCard:
    """What call control talks to while the card is gone."""

    kinds: tuple[drivers.PortKind, ...] = ()

    def poll(self) -> list[tuple[int, drivers.HardwareEvent]]:
        return []

    def perform(self, port: int, command: drivers.HardwareCommand) -> None:
        """Nothing is there to perform it; lines are started anew when the card is back."""

    def take_event(self, port: int, value: int) -> list[drivers.HardwareEvent]:
        return []


class _CallServer:
    def __init__(self, appliance: Appliance, state: Path) -> None:
        self._appliance = appliance
        self._state = state
        self._cable: drivers.SocketCableEnd | None = None
        self._next_connect = 0.0
        self._next_clock_check = 0.0
        self._complained = False
        self._cardless_since = time.monotonic()
        self._watchdog = Watchdog()
        self._next_look = 0.0

    async def run(self) -> None:
        loop = StepLoop()
        notifier = ServiceNotifier()
        prompts = compose_prompts(self._appliance)
        plane = compose_plane(self._appliance, len(card_kinds(self._appliance)))
        reader = ThreadCallerIdReader(loop.wake_from_thread)
        exchange = compose_exchange(
            self._appliance,
            card=_NoCard(),
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
        self._start_pump(plane)
        loop.watch(plane.detection_fd)
        exchange.start(time.monotonic(), time.time(), version=VERSION)
        control = ControlServer(
            self._state / "callserver.sock",
            control_handlers(exchange, plane, self._appliance, self._watchdog),
        )
        await control.start()
        listening = Listening(self._state / "listen.sock", exchange.ports, plane, exchange.taps)
        listening.start()
        _log.info("call server %s is up; state in %s", VERSION, self._state)
        self._watchdog.begin(time.monotonic())
        notifier.ready(f"call server {VERSION}", self._alive)
        try:
            while not loop.stopping:
                loop.begin_step()
                self._step(exchange, plane, loop)
                await loop.wait(exchange.next_timer())
        finally:
            notifier.stopping()
            listening.stop()
            await control.stop()
            exchange.shut_down(time.monotonic())
            self._unplug(plane, loop)
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

    def _step(self, exchange: Exchange, plane: Plane, loop: StepLoop) -> None:
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
        if self._cable is None and now >= self._next_connect:
            self._next_connect = now + _RECONNECT_S
            self._plug_in(exchange, plane, loop, now)
        try:
            exchange.step(now)
        except drivers.CardLost as error:
            _log.error("%s; lines are out of service until it is back", error)
            self._unplug(plane, loop)
            self._cardless_since = now
            exchange.replace_card(_NoCard(), now, alarm="card lost")

    def _plug_in(self, exchange: Exchange, plane: Plane, loop: StepLoop, now: float) -> None:
        try:
            cable = drivers.connect_cable(self._state / "cable.sock")
        except drivers.CardError as error:
            if not self._complained and now - self._cardless_since > _PATIENCE_S:
                _log.warning("%s; trying on", error)
                self._complained = True
            return
        wanted = card_kinds(self._appliance)
        if cable.kinds != wanted:
            _log.error("the card has other ports than the configuration: %s", cable.kinds)
            cable.unplug()
            return
        self._complained = False
        _log.info("the card is there; lines are brought to a known state")
        self._cable = cable
        for slot, speech in enumerate(cable.speech_descriptors):
            plane.attach(slot, speech.read, write_descriptor=speech.write, clock=True)
        if cable.signalling_descriptor is not None:
            loop.watch(cable.signalling_descriptor)
        exchange.replace_card(cable, now)

    def _unplug(self, plane: Plane, loop: StepLoop) -> None:
        if self._cable is None:
            return
        if self._cable.signalling_descriptor is not None:
            loop.unwatch(self._cable.signalling_descriptor)
        for slot in range(len(self._cable.kinds)):
            plane.detach(slot)
        self._cable.unplug()
        self._cable = None
