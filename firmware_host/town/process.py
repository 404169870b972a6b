"""The town as its own process: the far end of the virtual card, in real time.

Killing the call server leaves its lines hanging here as it would in life.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

import drivers
from drivers import CallerNumber
from dsp import Law, Plane, g711_decode
from firmware_host.card_bay import CardBay
from firmware_host.config import (
    Appliance,
    DahdiCardTable,
    dahdi_town_settings,
    line_places,
    slot_count,
    span_settings,
)
from firmware_host.control_socket import ControlServer, Refused, Result
from firmware_host.instance_lock import InstanceLock
from firmware_host.line_media import ThreadCallerIdReader
from firmware_host.media_figures import media_figures
from firmware_host.prompts import SpeechMaker, default_cache
from firmware_host.service_notify import ServiceNotifier
from firmware_host.sound_files import SoundFileError, read_sound
from firmware_host.state_files import TOWN_PRI_WORKER_SOCKET, cable_socket
from firmware_host.step_loop import StepLoop
from firmware_host.town.cables import town_cables
from firmware_host.town.habits import agent_at_desk, called_subscriber, caller_from_command
from firmware_host.town.handsets import Handsets
from firmware_host.town.person import Person
from firmware_host.town.script import Script
from firmware_host.town.town import Town

__all__ = ["run_town"]

_log = logging.getLogger(__name__)

_BABBLE_AT_ONCE = 100
_BABBLE_PAUSE_S = 0.001
_BURSTS_KEPT = 10_000
"""Ring bursts that are remembered with their times: the far end's witness of how soon we ring."""


def run_town(appliance: Appliance, state: Path, *, staffed: bool) -> None:
    """Run until SIGTERM or SIGINT. ``staffed`` puts somebody who answers at every handset.

    Raises:
        SecondInstance: when another town runs on the same state folder.
    """
    lock = InstanceLock(state, "town")
    try:
        asyncio.run(_TownProcess(appliance, state, staffed=staffed).run())
    finally:
        lock.release()


class _DialRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `switchroom dial` asks for."""

    calling: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,20}$")] | None
    called: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,20}$")]
    name: Annotated[str, msgspec.Meta(max_length=80)] | None = None
    press: Annotated[str, msgspec.Meta(pattern="^[0-9*#A-D,]{0,80}$")] = ""
    say: str | None = None
    to_machine: bool = False
    stay_s: Annotated[float, msgspec.Meta(ge=0, le=7200)] = 20.0


def _script_failed(person: Person, error: Exception) -> None:
    _log.error("%s's script failed and is over", person.name, exc_info=error)


class _TownProcess:
    def __init__(self, appliance: Appliance, state: Path, *, staffed: bool) -> None:
        self._appliance = appliance
        self._state = state
        self._staffed = staffed
        self._law = Law(appliance.site.law)
        self._plane = Plane(slot_count(appliance), law=self._law)
        self._cables = town_cables(appliance, state, self._plane)
        self._bays: dict[str, CardBay] = {}
        self._bursts: deque[tuple[float, str]] = deque(maxlen=_BURSTS_KEPT)
        self._listeners: dict[str, asyncio.Queue[str]] = {}
        self._habits: dict[str, Callable[[], Script]] = {}
        self._bell: Callable[[str, bool, float], None] = lambda *_: None

    async def run(self) -> None:
        loop = StepLoop()
        notifier = ServiceNotifier()
        reader = ThreadCallerIdReader(loop.wake_from_thread)
        cards = {name: cable.card for name, cable in self._cables.items()}
        town = Town(self._appliance, cards, self._plane, reader, told=self._told)
        self._bays = self._bays_of_real_spans(loop)
        self._plane.start()
        loop.watch(self._plane.detection_fd)
        for name, cable in self._cables.items():
            cable.listen(self._state / cable_socket(name), loop)
        town.script_failed = _script_failed
        town.lines.wire_told = self._on_the_wire
        town.start(time.monotonic())
        greeting = self._greeting()
        town.exchange.called_party = lambda number: called_subscriber(number, greeting)
        if self._staffed:
            self._habits = self._people_of_the_house(greeting)
        for station in self._habits:
            self._staff(town, station)
        handsets = Handsets(
            self._state / "handset.sock",
            town,
            self._plane,
            tuple(self._appliance.station),
            wake=loop.wake,
            give_back=lambda station: self._staff(town, station),
        )
        handsets.start()
        self._bell = handsets.bell
        control = ControlServer(
            self._state / "town.sock",
            {
                "dial": lambda **arguments: self._dial(town, loop, arguments),
                "bursts": lambda since_s=0.0: [each for each in self._bursts if each[0] > since_s],
                "media": lambda: media_figures(self._plane),
                "babble": self._babble,
            },
        )
        await control.start()
        _log.info("the town waits for the appliance to plug in")
        notifier.ready("the far end of the virtual card", lambda: None)
        try:
            while not loop.stopping:
                loop.begin_step()
                for cable in self._cables.values():
                    cable.attend(time.monotonic(), loop)
                self._step(town, loop)
                await loop.wait(self._next_timer(town))
        finally:
            notifier.stopping()
            handsets.stop()
            await control.stop()
            for cable in self._cables.values():
                cable.close(loop)
            for bay in self._bays.values():
                bay.unplug(time.monotonic())
            loop.unwatch(self._plane.detection_fd)
            self._plane.close()
            reader.close()

    def _bays_of_real_spans(self, loop: StepLoop) -> dict[str, CardBay]:
        """Spans that are joined back to back with the appliance's."""
        bays: dict[str, CardBay] = {}
        for name, card in self._appliance.card.items():
            far = (
                dahdi_town_settings(self._appliance, name)
                if isinstance(card, DahdiCardTable)
                else None
            )
            if far is not None:
                connect = partial(self._far_span, name, far)
                bays[name] = CardBay(
                    name, connect, self._slots(name), self._plane, loop, clock=True
                )
        return bays

    def _far_span(self, name: str, far: drivers.DahdiCardSettings) -> drivers.PluggedCard:
        speech = drivers.DahdiCard(far)
        if not speech.d_channel_number:
            return speech
        place = drivers.DChannelPlace(dahdi_channel=speech.d_channel_number)
        settings = span_settings(self._appliance, name, place, far_end=True)
        worker = self._state / TOWN_PRI_WORKER_SOCKET
        return drivers.PrimaryRateCard(settings, speech, partial(drivers.WorkerLink, worker))

    def _slots(self, card: str) -> dict[int, int]:
        places = line_places(self._appliance).values()
        return {place.port: place.slot for place in places if place.card == card}

    def _next_timer(self, town: Town) -> float | None:
        times = [town.next_timer(), *(bay.next_timer() for bay in self._bays.values())]
        times += [cable.next_timer() for cable in self._cables.values()]
        return min((time_s for time_s in times if time_s is not None), default=None)

    def _step(self, town: Town, loop: StepLoop) -> None:
        now = time.monotonic()
        for name, bay in self._bays.items():
            card = bay.attend(now)
            if card is not None:
                _log.info("the town has taken span %s", name)
                town.plug_in(name, card, now)
        for name in town.step(now):
            if name in self._bays:
                _log.warning("span %s is gone", name)
                self._bays[name].unplug(now)
                town.unplug(name, now)
            else:
                _log.warning("the appliance is gone; its lines hang until it plugs in again")
                self._cables[name].unplug(loop)

    def _greeting(self) -> NDArray[np.int16]:
        maker = SpeechMaker(self._law, default_cache())
        return g711_decode(
            maker.make("Good day. How may I help you?", "en", voice="en-gb+f3"), self._law
        )

    def _people_of_the_house(self, speech: NDArray[np.int16]) -> dict[str, Callable[[], Script]]:
        """By station: what whoever sits there does, from the log-in on."""
        chance = random.Random()
        codes = self._appliance.star_codes
        return {
            station: partial(agent_at_desk, chance, f"{codes.log_in}{number}#{agent.pin}#", speech)
            for station, (number, agent) in zip(
                self._appliance.station, self._appliance.agent.items(), strict=False
            )
        }

    def _staff(self, town: Town, station: str) -> None:
        habit = self._habits.get(station)
        if habit is not None:
            town.staff(station, habit(), time.monotonic())

    def _on_the_wire(self, now: float, port: str, event: drivers.HardwareEvent) -> None:
        if isinstance(event, drivers.RingBurstStarted | drivers.RingBurstEnded):
            ringing = isinstance(event, drivers.RingBurstStarted)
            self._bell(port, ringing, now)
            if ringing:
                self._bursts.append((now, port))

    async def _babble(self, line: str, changes: int) -> dict[str, int]:
        """A loose wire: this line's hook or battery chatters as fast as the cable carries it."""
        place = line_places(self._appliance).get(line)
        cable = self._cables.get(place.card) if place is not None else None
        if place is None or cable is None:
            raise Refused(f"no line {line} on the virtual card")
        for count in range(changes):
            command: drivers.HardwareCommand = (
                drivers.SetHook(off_hook=count % 2 == 0)
                if place.kind is drivers.PortKind.FXS
                else drivers.SetBattery(present=count % 2 == 1)
            )
            cable.end.perform(place.port, command)
            if count % _BABBLE_AT_ONCE == 0:
                await asyncio.sleep(0)
            # The other lines' changes use the same cable.
            while cable.end.unsent > _BABBLE_AT_ONCE:  # noqa: ASYNC110 - a cable tells nobody
                await asyncio.sleep(_BABBLE_PAUSE_S)
        return {"changes": changes}

    # ------------------------------------------------------------ dial

    def _told(self, _now: float, who: str, what: str) -> None:
        queue = self._listeners.get(who)
        if queue is not None:
            queue.put_nowait(what)

    async def _dial(self, town: Town, loop: StepLoop, arguments: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - JSON
        """One subscriber's call; yields what the caller does and hears."""
        try:
            asked = msgspec.convert(arguments, _DialRequest)
        except msgspec.ValidationError as error:
            raise Refused(f"can't dial so: {error}") from error
        called = asked.called
        numbers = town.exchange.numbers()
        if called not in numbers and "" not in numbers:
            known = ", ".join(sorted(numbers))
            raise Refused(f"nobody has the number {called}; the appliance's lines have {known}")
        samples = await asyncio.to_thread(_sound, asked.say)
        identity = CallerNumber(
            number=asked.calling, name=asked.name, absence=None if asked.calling else "private"
        )
        who = f"caller-{time.monotonic_ns()}"
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._listeners[who] = queue
        outcome = {"answered": False, "pressed": "", "spoke": False, "ended_by": ""}
        script = caller_from_command(
            called, asked.press, samples, asked.stay_s, outcome, to_machine=asked.to_machine
        )
        person = town.subscriber(who, identity, script, time.monotonic())
        loop.wake()
        try:
            while not (person.done and queue.empty()):
                what = await _next_or_done(queue, person)
                if what is not None:
                    yield what
            yield Result(outcome)
        finally:
            del self._listeners[who]
            person.stop()  # whoever asked for the call has gone: the caller hangs up
            loop.wake()


async def _next_or_done(queue: asyncio.Queue[str], person: Person) -> str | None:
    try:
        async with asyncio.timeout(0.1):
            return await queue.get()
    except TimeoutError:
        return None if not person.done or queue.empty() else queue.get_nowait()


def _sound(file: str | None) -> NDArray[np.int16] | None:
    if file is None:
        return None
    try:
        return read_sound(Path(file))
    except SoundFileError as error:
        raise Refused(str(error)) from error
