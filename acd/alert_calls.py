"""Calls that tell of alerts: a telephone rings, a voice says what is the matter, key 1 acknowledges.

Such a call has no caller and no agent; it stands beside the others and shares trunks and handsets with them.
About one alert there is one call at a time, and to one telephone one; the others wait. Nobody who answers, or
nobody who presses 1, means that it is tried again after a pause, so many times.
"""

from collections.abc import Callable
from typing import ClassVar

from acd import facts
from acd.actions import DialOut
from acd.alert_call import AlertCall, AlertCallInput, AlertCallState
from acd.alert_facts import AlertAcknowledged, AlertCleared, AlertFact
from acd.alert_prompts import ACKNOWLEDGED, alert_prompts
from acd.alert_settings import ReceiverSettings
from acd.configured import Configured
from acd.handset import Outcome
from acd.handsets import Handsets
from acd.ids import CallerIdentity, Cause, PortId, QueueName
from acd.number_plan import Attempt, NumberPlan
from acd.orders import Orders
from acd.timers import Purpose
from acd.trunks import Trunks

__all__ = ["AlertCalls"]

BUSY_S = 2.0
"When a call waits for another one to end, it is looked again after this."
RESUME_S = 10.0
"After a restart lines need some seconds."
PROMPT_LIMIT_S = 40.0
"Prompts of which the end is never reported are taken to be over after this."
KEY_S = 4.0
"So long a key is waited for after the prompts; then they are said again,"
MOST_TIMES = 3
"so many times in all."
ACKNOWLEDGE_KEY = "1"


class AlertCalls:
    """All calls of this kind.

    Args:
        configured: Receivers, queues, the language of stations.
        orders: What is asked for.
        handsets: Stations that may be rung.
        trunks: Lines that may be seized.
        plan: Where numbers go.
        acknowledge: Told the alert's number and the receiver's name when somebody presses the key.
    """

    def __init__(
        self,
        configured: Configured,
        orders: Orders,
        handsets: Handsets,
        trunks: Trunks,
        plan: NumberPlan,
        acknowledge: Callable[[int, str], bool],
    ) -> None:
        self._configured = configured
        self._is_stopping = False
        self._orders = orders
        self._handsets = handsets
        self._trunks = trunks
        self._plan = plan
        self._acknowledge = acknowledge
        self._calls: dict[str, AlertCall] = {}
        self._on_port: dict[PortId, AlertCall] = {}

    def notice(self, fact: AlertFact) -> None:
        """Something about an alert has become true: call whoever is to be told, or need no longer."""
        if isinstance(fact, AlertAcknowledged | AlertCleared):
            for call in tuple(self._calls.values()):
                if call.number == fact.number and call.state is not AlertCallState.THANKING:
                    self._end(call, "no longer needed")
            return
        for name in fact.receivers:
            receiver = self._receiver(name)
            if receiver is not None and f"{fact.number} {name}" not in self._calls:
                call = AlertCall(fact.number, receiver)
                self._calls[call.owner] = call
                self._wait(call, 0.0)

    def resume(self) -> None:
        """After a restart: go on where calls were, once lines may be in service."""
        for record in self._orders.ledger.alerts:
            for name, attempt in record.unreached.items():
                receiver = self._receiver(name)
                if receiver is not None and attempt < receiver.attempts:
                    call = AlertCall(record.number, receiver, attempt=attempt)
                    self._calls[call.owner] = call
                    self._wait(call, RESUME_S)

    def _receiver(self, name: str) -> ReceiverSettings | None:
        for each in () if self._is_stopping else self._configured.settings.receivers:
            if each.name == name and each.is_telephone:
                return each
        return None

    def _said_as(self, queue: str) -> tuple[str, ...]:
        known = self._configured.queues.get(QueueName(queue))
        return () if known is None else known.said_as

    def pass_deadline(self, owner: str) -> None:
        """What a call waited for has come, or has not come in time."""
        call = self._calls.get(owner)
        if call is not None:
            self._receive(call, AlertCallInput.DUE)

    def hear_key(self, port: PortId, key: str) -> None:
        """Somebody pressed a key; only one means anything."""
        call = self._on_port.get(port)
        if call is not None and key == ACKNOWLEDGE_KEY:
            self._receive(call, AlertCallInput.KEYED)

    def finish_sound(self, port: PortId, sound_id: int) -> None:
        """Prompts were heard to their end."""
        call = self._on_port.get(port)
        if call is not None and call.sound_id == sound_id:
            self._receive(call, AlertCallInput.SOUND_FINISHED)

    def meet(self, station: PortId, outcome: Outcome) -> None:
        """What became of the call at a station."""
        call = self._on_port.get(station)
        if call is None:
            return
        if outcome is Outcome.ANSWERED:
            self._receive(call, AlertCallInput.ANSWERED)
            return
        self._handsets.release(station, Cause.NO_ANSWER)  # it may still ring
        self._receive(call, AlertCallInput.CLEARED)

    def tell_of_trunk(self, port: PortId, *, is_answered: bool) -> None:
        """The far end answered on a trunk; or the trunk was cleared, or failed."""
        call = self._on_port.get(port)
        if call is not None and call.receiver.station is None:
            given = AlertCallInput.ANSWERED if is_answered else AlertCallInput.CLEARED
            self._receive(call, given)

    def make_way(self) -> None:
        """Somebody needs a line urgently: trunks are let go, and tried again after the pause."""
        for call in tuple(self._on_port.values()):
            if call.receiver.station is None:
                self._hang_up(call, Cause.PREEMPTED)
                if call.state is AlertCallState.THANKING:
                    self._end(call, "acknowledged")
                else:
                    self._wait(call, call.receiver.pause_s)

    def stop(self) -> None:
        """The appliance stops: nobody is called any more. What is left to do is done after its start."""
        self._is_stopping = True
        for call in self._calls.values():
            self._hang_up(call, Cause.SHUTDOWN)
            self._orders.timers.stop(Purpose.ALERT_CALL, call.owner)
        self._calls = {}

    def _receive(self, call: AlertCall, given: AlertCallInput) -> None:
        handler = self._TABLE.get((call.state, given))
        if handler is not None:
            handler(self, call)

    # Waiting.

    def _begin(self, call: AlertCall) -> None:
        others = self._on_port.values()
        if any(each.number == call.number or each.receiver is call.receiver for each in others):
            self._wait(call, BUSY_S)
            return
        call.said, call.tried = 0, set()
        if call.receiver.station is not None:
            self._ring(call, call.receiver.station)
        else:
            self._dial(call)
        if call.port is None:
            self._try_again(call)

    def _ring(self, call: AlertCall, station: PortId) -> None:
        if not self._handsets.is_on_hook(station):
            return
        self._take(call, station)
        caller = CallerIdentity(name="ALERT")
        # This call's own deadline comes first: the handset would take another for a missed offer.
        self._handsets.ring(station, call.call, caller, call.receiver.ring_s + BUSY_S)

    def _dial(self, call: AlertCall) -> None:
        number = self._plan.reader.read(call.receiver.number)
        for attempt in [] if number is None else self._plan.attempts(number):
            port = self._trunks.choose(attempt.group, call.tried)
            if port is not None:
                self._seize(call, port, attempt)
                return

    def _seize(self, call: AlertCall, port: PortId, attempt: Attempt) -> None:
        group = attempt.group
        self._trunks.take(port, call.call)
        self._orders.write(
            facts.TrunkSeized(
                call=call.call,
                port=port,
                group=group.name,
                carrier=group.accounted_to,
                number=call.receiver.number,
                sent=attempt.sent,
            )
        )
        self._take(call, port)
        caller = CallerIdentity(number=group.caller_number)
        self._orders.ask(DialOut(port=port, number=attempt.sent, caller=caller))

    def _take(self, call: AlertCall, port: PortId) -> None:
        call.port, call.state = port, AlertCallState.RINGING
        self._on_port[port] = call
        self._orders.write(
            facts.AlertCallPlaced(
                number=call.number,
                receiver=call.receiver.name,
                port=port,
                attempt=call.attempt + 1,
            )
        )
        self._time(call, call.receiver.ring_s)

    # Answered.

    def _answer(self, call: AlertCall) -> None:
        call.answered_at = self._orders.now
        self._speak(call)

    def _speak(self, call: AlertCall) -> None:
        record = self._orders.ledger.alerts.records[call.number]
        said_as = self._said_as(record.subject.name)
        call.state = AlertCallState.SPEAKING
        call.said += 1
        self._play(
            call,
            alert_prompts(
                record.kind, record.subject, said_as, self._configured.settings.station_language
            ),
        )

    def _listen(self, call: AlertCall) -> None:
        call.state = AlertCallState.LISTENING
        self._time(call, KEY_S)

    def _say_again(self, call: AlertCall) -> None:
        if call.said < MOST_TIMES:
            self._speak(call)
        else:
            self._give_up(call)

    def _thank(self, call: AlertCall) -> None:
        call.state = AlertCallState.THANKING
        self._acknowledge(call.number, f"telephone {call.receiver.name}")
        self._play(call, ACKNOWLEDGED)

    def _play(self, call: AlertCall, prompts: tuple[str, ...]) -> None:
        assert call.port is not None
        call.sound_id = self._orders.play(
            call.port, prompts, self._configured.settings.station_language
        )
        self._time(call, PROMPT_LIMIT_S)

    # Over.

    def _give_up(self, call: AlertCall) -> None:
        self._hang_up(call, Cause.NO_ANSWER)
        self._try_again(call)

    def _lose(self, call: AlertCall) -> None:
        self._let_go(call, Cause.CALLED_HUNG_UP, is_free=True)
        self._try_again(call)

    def _try_again(self, call: AlertCall) -> None:
        call.attempt += 1
        if call.attempt >= call.receiver.attempts:
            self._end(call, "nobody acknowledged")
        else:
            self._wait(call, call.receiver.pause_s)

    def _finish(self, call: AlertCall) -> None:
        self._end(call, "acknowledged")

    def _leave(self, call: AlertCall) -> None:
        self._let_go(call, Cause.CALLED_HUNG_UP, is_free=True)
        self._end(call, "acknowledged")

    def _end(self, call: AlertCall, how: str) -> None:
        self._hang_up(call, Cause.FLOW_ENDED)
        self._orders.timers.stop(Purpose.ALERT_CALL, call.owner)
        del self._calls[call.owner]
        self._orders.write(
            facts.AlertCallEnded(number=call.number, receiver=call.receiver.name, how=how)
        )

    def _hang_up(self, call: AlertCall, cause: Cause) -> None:
        if call.port is not None:
            self._let_go(call, cause, is_free=False)

    def _let_go(self, call: AlertCall, cause: Cause, *, is_free: bool) -> None:
        port, orders = call.port, self._orders
        assert port is not None
        del self._on_port[port]
        if call.receiver.station is not None:
            if not is_free:
                self._handsets.release(port, cause)
        else:
            if is_free:
                self._trunks.release(port)
            else:
                self._trunks.clear(port, cause)
            answered_s = 0.0 if call.answered_at is None else orders.now - call.answered_at
            orders.write(
                facts.TrunkReleased(
                    call=call.call,
                    port=port,
                    carrier=self._plan.carrier_of(port),
                    month=f"{orders.clock.utc(orders.now):%Y-%m}",
                    cause=cause.value,
                    answered_s=round(answered_s, 3),
                )
            )
        call.port = call.sound_id = call.answered_at = None

    def _wait(self, call: AlertCall, seconds: float) -> None:
        call.state = AlertCallState.WAITING
        self._time(call, seconds)

    def _time(self, call: AlertCall, seconds: float) -> None:
        self._orders.timers.start(Purpose.ALERT_CALL, call.owner, self._orders.now + seconds)

    _TABLE: ClassVar[
        dict[tuple[AlertCallState, AlertCallInput], Callable[["AlertCalls", AlertCall], None]]
    ] = {
        (AlertCallState.WAITING, AlertCallInput.DUE): _begin,
        (AlertCallState.RINGING, AlertCallInput.DUE): _give_up,
        (AlertCallState.RINGING, AlertCallInput.ANSWERED): _answer,
        (AlertCallState.RINGING, AlertCallInput.CLEARED): _lose,
        (AlertCallState.SPEAKING, AlertCallInput.SOUND_FINISHED): _listen,
        (AlertCallState.SPEAKING, AlertCallInput.DUE): _listen,
        (AlertCallState.SPEAKING, AlertCallInput.KEYED): _thank,
        (AlertCallState.SPEAKING, AlertCallInput.CLEARED): _lose,
        (AlertCallState.LISTENING, AlertCallInput.DUE): _say_again,
        (AlertCallState.LISTENING, AlertCallInput.KEYED): _thank,
        (AlertCallState.LISTENING, AlertCallInput.CLEARED): _lose,
        (AlertCallState.THANKING, AlertCallInput.SOUND_FINISHED): _finish,
        (AlertCallState.THANKING, AlertCallInput.DUE): _finish,
        (AlertCallState.THANKING, AlertCallInput.CLEARED): _leave,
    }
    """State and input: what is done; what is not there means nothing."""
