"""One step of call control: gather what happened, run lines and ACD, perform what they ask.

The event loop, the lockstep runner and the tests all call the same `step`. Nothing in it waits.
"""

import logging
from collections import deque
from collections.abc import Callable, Collection, Mapping

import acd
import drivers
from dsp import DescriptorLost, Detection, EventFetched, RecordOverrun
from firmware_host.callserver.babbling import BABBLING, Babbling
from firmware_host.callserver.inbound import acd_event
from firmware_host.callserver.journal import Journal
from firmware_host.callserver.media import CallMedia
from firmware_host.callserver.outbound import line_command
from firmware_host.callserver.plugged_cards import PluggedCards
from firmware_host.callserver.ports import Port, PortTable
from firmware_host.callserver.recorder import Recorder
from firmware_host.callserver.reservations import Holder, LineLevels, Reservations
from firmware_host.line_media import LineMedia
from firmware_host.prompts import PromptLibrary
from firmware_host.site_numbers import SiteNumbers
from firmware_host.taps import Taps

__all__ = ["Exchange"]

_log = logging.getLogger(__name__)

_RECORDED_FOR_KEPT = 10_000


class Exchange:
    """Call control of one appliance.

    Runs in: event loop, or the lockstep thread.
    """

    def __init__(
        self,
        *,
        center: acd.Center,
        numbers: SiteNumbers,
        ports: PortTable,
        cards: Mapping[str, drivers.Card],
        line_media: LineMedia,
        media: CallMedia,
        journal: Journal,
        recorder: Recorder,
    ) -> None:
        self.center = center
        self._numbers = numbers
        self.ports = ports
        self.journal = journal
        self.cards = PluggedCards(cards, ports)
        self._line_media = line_media
        self._plane = line_media.plane
        self._media = media
        self._recorder = recorder
        self._events: deque[acd.Event] = deque()
        self._babbling = Babbling()
        self._deadlines: dict[acd.PortId, float] = {}
        self._utc_minus_now_s = 0.0
        self.now = 0.0
        "The time of the last step."
        self.taps = Taps(self._plane)
        self._record_ids: dict[acd.CallId, int] = {}
        self._message_ids: dict[acd.CallId, int] = {}
        self._recorded_for: dict[acd.CallId, str] = {}
        "Tenants of recorded calls but the main one's: a loss may be told after the call's end."
        self.observers: list[Callable[[float, acd.Event | acd.Action], None]] = []
        "Told of every ACD event and action as it happens; must neither wait nor act."
        self.line_observers: list[
            Callable[[float, Port, drivers.HardwareEvent | drivers.Heard], None]
        ] = []
        "Told of everything that a line hears or sees; must neither wait nor act."
        self.output_observers: list[Callable[[float, Port, drivers.LineOutput], None]] = []
        "Told of everything that a line says, orders and asks for; as above."
        self.levels = LineLevels()
        self._reservations = Reservations()

    # ------------------------------------------------------------ start and stop

    def start(self, now: float, utc_s: float, *, version: str, clock_trusted: bool = True) -> None:
        """Replay the journal, then bring every line to a known state."""
        self.now = now
        self.set_clock(now, utc_s, trusted=clock_trusted)
        history = self.journal.history
        self._fact(acd.SystemStarted(version=version), now)
        self._perform(self.center.restore(history, now, utc_s), now)
        self._fact(self.center.snapshot(now), now)
        for port in self.ports.all:
            port.alarm_since = now
            if port.card in self.cards:
                self._line_outputs(port, port.line.start(now), now)
        self._settle(now)

    def set_clock(self, now: float, utc_s: float, *, trusted: bool = True) -> None:
        """Tell how wall time follows from ``now``."""
        self._utc_minus_now_s = utc_s - now
        self._events.append(acd.ClockSet(utc_minus_now_s=self._utc_minus_now_s, trusted=trusted))

    def follow_clock(self, now: float, utc_s: float, *, tolerance_s: float) -> None:
        """Notice when somebody set the wall clock."""
        if abs(utc_s - now - self._utc_minus_now_s) > tolerance_s:
            _log.warning("the wall clock was set by %+.1f s", utc_s - now - self._utc_minus_now_s)
            self.set_clock(now, utc_s)

    def plug_in(self, card: str, hardware: drivers.Card, now: float) -> None:
        """Work on this hardware from now on; its lines are brought to a known state."""
        self.cards.plug_in(card, hardware)
        for port in self.ports.on(card):
            self._babbling.forget(port.slot)
            self.levels.forget(port.slot)
            self._line_outputs(port, port.line.start(now), now)
        self._settle(now)

    def unplug(self, card: str, alarm: str, now: float) -> None:
        """The card is gone until `plug_in`: its lines are out of service, their calls over."""
        self.cards.unplug(card)
        for port in self.ports.on(card):
            self._babbling.forget(port.slot)
            self._reservations.lose(port.slot, alarm)
            if port.in_service:
                self._line_event(port, drivers.OutOfService(alarm=alarm))
            if alarm != port.alarm:
                port.alarm, port.alarm_since = alarm, now
        self._settle(now)

    def shut_down(self, now: float) -> None:
        """End every call in order and say so in the journal."""
        self._events.append(acd.ShutdownRequested())
        self._settle(now)
        self._fact(acd.SystemStopped(), now)
        self._drain_recordings()
        self.journal.flush()
        self._recorder.close()
        self.journal.close()

    def hang_up(self, call: acd.CallId, now: float) -> None:
        """An operator ends a call."""
        self.request(acd.HangUpRequested(call=call), now)

    def request(self, event: acd.Event, now: float) -> None:
        """Let an operator's wish happen."""
        self._events.append(event)
        self._settle(now)

    def replace_settings(
        self,
        event: acd.SettingsReplaced,
        numbers: SiteNumbers,
        prompts: PromptLibrary,
        now: float,
    ) -> None:
        """Go by other settings from now on; `acd.Center.obstacles` has found nothing against it."""
        self._numbers = numbers
        self._media.use_prompts(prompts)
        self.request(event, now)

    # ------------------------------------------------------------ lines out of service on purpose

    def is_taken_out(self, port: Port) -> bool:
        """Whether somebody has this line out of service."""
        return self._reservations.holder(port.slot) is not None

    def take_out(self, port: Port, holder: Holder, alarm: str, now: float) -> None:
        """Take a line that carries no call out of service; what happens on it is the holder's."""
        self._babbling.forget(port.slot)
        self._deadlines.pop(port.port, None)
        self._line_event(port, drivers.OutOfService(alarm=alarm))
        self._reservations.take(port.slot, holder)
        self._settle(now)

    def put_back(self, port: Port, now: float) -> None:
        """The line is ours again; without effect when its card was lost meanwhile."""
        if not self._reservations.give_back(port.slot):
            return
        self._line_outputs(port, port.line.start(now), now)
        for event in self.levels.of(port.slot):
            self._line_receives(port, event, now)
        self._settle(now)

    def new_play_id(self) -> int:
        """An id for a sound or capture of a holder's."""
        return self._line_media.new_play_id()

    # ------------------------------------------------------------ the step

    def step(
        self, now: float, telling: Collection[str] | None = None
    ) -> dict[str, drivers.CardLost]:
        """Act on everything that has happened up to ``now``; tells which cards are gone and how.

        Their lines are out of service; close what you hold of them, and `plug_in` when they are back.

        Args:
            now: The time.
            telling: Cards that are known to have something to tell; None: any may. The others are asked
                every tenth of a second.
        """
        self.now = now
        lost = self._poll_cards(now, telling)
        for detection in self._plane.detections():
            self._detected(detection, now)
        for slot, caller_id in self._line_media.read_caller_ids():
            self._heard(slot, caller_id, now)
        for ticket in self.journal.acknowledged():
            self._events.append(acd.FactStored(ticket=ticket))
        self._timers(now)
        self._settle(now)
        self._drain_recordings()
        if self.journal.wants_snapshot:
            self._fact(self.center.snapshot(now), now)
        self.journal.flush()
        return lost

    def _poll_cards(
        self, now: float, telling: Collection[str] | None
    ) -> dict[str, drivers.CardLost]:
        lost: dict[str, drivers.CardLost] = {}
        for card, told in self.cards.poll(now, telling):
            if isinstance(told, drivers.CardLost):
                _log.error("card %s: %s; its lines are out of service until it is back", card, told)
                lost[card] = told
                self.unplug(card, "card lost", now)
                continue
            for port, event in told:
                self._line_changes(port, event, now)
        return lost

    def next_timer(self) -> float | None:
        """When `step` is due although nothing happens."""
        times = list(self._deadlines.values())
        others = (self.center, self._babbling, self._reservations)
        times += [at for each in others if (at := each.next_timer()) is not None]
        return min(times, default=None)

    def _detected(self, detection: Detection, now: float) -> None:
        holder = self._reservations.holder(detection.slot)
        if holder is not None and not isinstance(detection, DescriptorLost | EventFetched):
            holder.detected(detection, now)
            return
        finished = self._media.finished(detection)
        if finished is not None:
            self._events.append(finished)
            return
        if isinstance(detection, DescriptorLost | EventFetched):
            for port, event in self.cards.pump_met(detection, now):
                self._line_changes(port, event, now)
            return
        if isinstance(detection, RecordOverrun):
            _log.warning("recording %s lost a block: the disk is too slow", detection)
            return
        heard = self._line_media.heard(detection)
        if heard is not None:
            self._heard(*heard, now)

    def _heard(self, slot: int, heard: drivers.Heard, now: float) -> None:
        port = self.ports.by_slot(slot)
        if port is not None and not self.is_taken_out(port):
            self._line_receives(port, heard, now)

    def _line_changes(self, port: Port, event: drivers.HardwareEvent, now: float) -> None:
        self.levels.note(port.slot, event)
        holder = self._reservations.holder(port.slot)
        if holder is not None:
            for observer in self.line_observers:
                observer(now, port, event)
            holder.told(event, now)
            return
        if self._babbling.changed(port.slot, event, now):
            self._line_event(port, drivers.OutOfService(alarm=BABBLING))
        if not self._babbling.is_locked(port.slot):
            self._line_receives(port, event, now)

    def _take_back_quiet_lines(self, now: float) -> None:
        for slot, latest in self._babbling.quiet(now):
            port = self.ports.by_slot(slot)
            if port is not None:
                self._line_outputs(port, port.line.start(now), now)
                for event in latest:
                    self._line_receives(port, event, now)

    def _line_receives(
        self, port: Port, event: drivers.HardwareEvent | drivers.Heard, now: float
    ) -> None:
        for observer in self.line_observers:
            observer(now, port, event)
        self._line_outputs(port, port.line.receive(event, now), now)

    def _timers(self, now: float) -> None:
        self._take_back_quiet_lines(now)
        self._reservations.handle_timers(now)
        due = [port for port, at in self._deadlines.items() if at <= now]
        for port_id in due:
            port = self.ports.by_id(port_id)
            self._line_outputs(port, port.line.handle_timer(now), now)
        center = self.center.next_timer()
        if center is not None and center <= now:
            self._settle(now)
            self._perform(self.center.handle_timer(now), now)

    # ------------------------------------------------------------ outputs

    def _line_outputs(self, port: Port, outputs: list[drivers.LineOutput], now: float) -> None:
        for output in outputs:
            for observer in self.output_observers:
                observer(now, port, output)
            if isinstance(output, drivers.HardwareCommand):
                self.cards.perform(port, output)
            elif isinstance(output, drivers.MediaWish):
                self._line_media.perform(port.slot, output)
            else:
                self._line_event(port, output)
        deadline = port.line.next_timer()
        if deadline is None:
            self._deadlines.pop(port.port, None)
        else:
            self._deadlines[port.port] = deadline

    def _line_event(self, port: Port, event: drivers.LineEvent) -> None:
        match event:
            case drivers.InService():
                if not port.in_service:
                    _log.log(_level(port, logging.INFO), "%s is in service", port.port)
                port.in_service, port.alarm = True, ""
            case drivers.OutOfService(alarm=alarm):
                if alarm != port.alarm:
                    port.alarm_since = self.now
                port.in_service, port.alarm = False, alarm
                _log.log(
                    _level(port, logging.WARNING), "%s is out of service: %s", port.port, alarm
                )
            case _:
                pass
        translated = acd_event(port, event, self._numbers.normal)
        if translated is not None:
            self._events.append(translated)

    def _settle(self, now: float) -> None:
        """Give the ACD its events one by one, each with all that follows from it."""
        while self._events:
            event = self._events.popleft()
            for observer in self.observers:
                observer(now, event)
            self._perform(self.center.receive(event, now), now)

    def _perform(self, actions: list[acd.Action], now: float) -> None:
        for action in actions:
            for observer in self.observers:
                observer(now, action)
            match action:
                case acd.WriteFact(fact=fact, ticket=ticket, tenant=tenant):
                    self._fact(fact, now, ticket, tenant)
                case (
                    acd.AnswerCall()
                    | acd.RingStation()
                    | acd.ClearLine()
                    | acd.DialOut()
                    | acd.TellAlerting()
                    | acd.TellProgress()
                ):
                    command = line_command(action)
                    if command is not None:
                        port = self.ports.by_id(command[0])
                        self._line_outputs(port, port.line.command(command[1], now), now)
                case acd.StartRecording():
                    self._start_recording(action)
                case acd.StartMessage(call=call):
                    record_id = self.taps.claim(self._recorder.take)
                    self._message_ids[call] = record_id
                    self._recorder.start(record_id, action.file, call)
                    self._media.record(record_id, action.port)
                case acd.StopMessage(call=call):
                    record_id = self._message_ids.pop(call)
                    self.taps.release(record_id)
                    self._recorder.stop(record_id)
                case acd.StopRecording(call=call):
                    self._stop_recording(call)
                case _:
                    self._media.perform(action)

    def _fact(
        self, fact: acd.Fact, now: float, ticket: int | None = None, tenant: str = "main"
    ) -> None:
        self.journal.append(fact, now, now + self._utc_minus_now_s, ticket, tenant=tenant)

    # ------------------------------------------------------------ recordings

    def _start_recording(self, action: acd.StartRecording) -> None:
        record_id = self.taps.claim(self._recorder.take)
        self._record_ids[action.call] = record_id
        if action.tenant != "main":
            self._recorded_for[action.call] = action.tenant
            while len(self._recorded_for) > _RECORDED_FOR_KEPT:
                del self._recorded_for[next(iter(self._recorded_for))]
        self._recorder.start(record_id, action.file, action.call)
        self._media.record(record_id, action.port)

    def _stop_recording(self, call: acd.CallId) -> None:
        record_id = self._record_ids.pop(call, None)
        if record_id is not None:
            self.taps.release(record_id)
            self._recorder.stop(record_id)

    def _drain_recordings(self) -> None:
        self.taps.deal()
        for call, problem in self._recorder.losses():
            tenant = self._recorded_for.get(acd.CallId(call), "main")
            self._fact(acd.RecordingLost(call=call, problem=problem), self.now, tenant=tenant)


def _level(port: Port, of_one: int) -> int:
    """Thirty channels share one fate, which their span's card and worker tell."""
    return logging.DEBUG if isinstance(port.line, drivers.BearerLine) else of_one
