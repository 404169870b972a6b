"""The telephones on stations: one machine each, from on-hook over dialling and talking to on-hook.

A handset knows no callers and no agents. What its user wants or does is returned as an `Outcome` or a
`Request`; whoever holds the calls acts on it and tells the handset with `ring`, `release`, `refuse`, ...
Every state but on-hook and out of service has a deadline, and a station is offered calls on-hook only.
"""

from collections.abc import Callable, Collection
from typing import ClassVar

from acd.actions import ClearLine, PlaySignal, RingStation, Signal, StopSound
from acd.configured import Configured
from acd.handset import Handset, HandsetInput, HandsetState, Outcome
from acd.ids import CallerIdentity, CallId, Cause, PortId
from acd.number_plan import NumberPlan
from acd.numbers import NumberReader
from acd.orders import Orders
from acd.settings import StarCodes
from acd.stations import (
    AskNumber,
    AskPin,
    CallNumber,
    CodeCall,
    Collecting,
    LogOut,
    Misdialled,
    Pause,
    Register,
    Request,
    Resume,
)
from acd.timers import Purpose

__all__ = ["Handsets"]

DIAL_TONE_S = 30.0
"Dial tone, or the silence after a confirmation, turns to busy tone after this"
FORGOTTEN_S = 30.0
"and busy tone, after this, to howler tone: a minute without a key in all."
HOWLER_S = 60.0
"Nobody is near, or the handset is broken: leave it to its line."
ERROR_TONE_S = 2.0
"Then dial tone invites to try again."
DROPPED_S = 120.0
"The line of a handset that we dropped gives busy tone by itself; told again, it says if it is free."
RELEASE_S = 5.0
"A line that we stopped ringing says so sooner; else it is told again."
PROMPT_LIMIT_S = 30.0
"A prompt of which the end is never reported is taken to be over after this."
STORE_LIMIT_S = 2.0
"A log-in, log-out or pause that is not safe on disk by then gets error tone, though it holds."


_SOUNDING = frozenset(
    {
        HandsetState.DIALLING,
        HandsetState.CONFIRMED,
        HandsetState.REFUSED,
        HandsetState.FORGOTTEN,
        HandsetState.HOWLING,
    }
)
"States in which we may be playing something that nobody hears once it is put down."


_NOT_LIFTED = frozenset(
    {
        HandsetState.WITHDRAWN,
        HandsetState.IDLE,
        HandsetState.RINGING,
        HandsetState.RELEASED,
    }
)


class Handsets:
    """All handsets, by port."""

    def __init__(self, configured: Configured, orders: Orders, plan: NumberPlan) -> None:
        self._orders = orders
        self._configured = configured
        self._plan = plan
        self._handsets = {
            port: Handset(port, Register(*self._codes())) for port in configured.settings.stations
        }
        self._by_ticket: dict[int, Handset] = {}

    def follow(self) -> None:
        """Codes, reasons and routes may be others than before."""
        for handset in self._handsets.values():
            handset.register.change(*self._codes())

    def _codes(self) -> tuple[StarCodes, dict[str, str], Collection[str], NumberReader | None]:
        settings, plan = self._configured.settings, self._plan
        reasons = {digit: reason.name for digit, reason in settings.pause_reasons.items()}
        reader = plan.reader if plan.reaches_outside else None
        return settings.star_codes, reasons, settings.wrap_up_codes, reader

    def get(self, port: PortId) -> Handset | None:
        """The handset on a port, if it is a station's."""
        return self._handsets.get(port)

    def all(self) -> tuple[Handset, ...]:
        """Every handset, in the order of the settings."""
        return tuple(self._handsets.values())

    def is_on_hook(self, port: str) -> bool:
        """Whether the handset can be rung."""
        handset = self._handsets.get(PortId(port))
        return handset is not None and handset.state is HandsetState.IDLE

    def is_in_call(self, port: str) -> bool:
        """Whether somebody at this handset talks, or calls a number outside."""
        handset = self._handsets.get(PortId(port))
        return handset is not None and handset.state is HandsetState.TALKING

    def receive(
        self, handset: Handset, given: HandsetInput, *, key: str = "", sound_id: int = 0
    ) -> Outcome | Request | None:
        """Let something happen to a handset; returns what others must act on."""
        if given is HandsetInput.SOUND_FINISHED and sound_id != handset.sound_id:
            return None  # of a prompt that was replaced or stopped at the same moment
        handler = self._TABLE[handset.state][given]
        return None if isinstance(handler, str) else handler(self, handset, key)

    def receive_stored(self, ticket: int) -> None:
        """Let a fact be safe on disk."""
        handset = self._by_ticket.get(ticket)
        if handset is not None:
            self.receive(handset, HandsetInput.STORED)

    def ring(self, port: PortId, call: CallId, caller: CallerIdentity, limit_s: float) -> None:
        """Ring an on-hook handset for a call."""
        handset = self._handsets[port]
        handset.call = call
        self._enter(handset, HandsetState.RINGING, limit_s)
        self._orders.ask(RingStation(port=port, caller=caller))

    def call_out(self, port: PortId, call: CallId) -> None:
        """Let a handset on which a number was dialled begin this call."""
        handset = self._handsets[port]
        handset.call = call
        self._enter(handset, HandsetState.TALKING, None)

    def fail(self, port: PortId, signal: Signal) -> None:
        """The call that was begun here has come to nothing: tell by a tone."""
        handset = self._handsets[port]
        if handset.state is HandsetState.TALKING:
            handset.call = None
            self._forget_ticket(handset)
            self._signal(handset, signal)
            self._enter(handset, HandsetState.FORGOTTEN, FORGOTTEN_S)

    def release(self, port: PortId, cause: Cause) -> None:
        """Take the call away from a handset that rings or talks."""
        handset = self._handsets[port]
        if handset.state in (HandsetState.RINGING, HandsetState.TALKING):
            handset.call = None
            self._forget_ticket(handset)
            if handset.state is HandsetState.RINGING:
                self._enter(handset, HandsetState.RELEASED, RELEASE_S)
            else:
                self._enter(handset, HandsetState.DROPPED, DROPPED_S)
            self._orders.ask(ClearLine(port=port, cause=cause))

    def await_stored(self, port: PortId, ticket: int) -> None:
        """Confirm the request that was made here once its fact is stored."""
        handset = self._handsets[port]
        self._forget_ticket(handset)
        handset.ticket = ticket
        self._by_ticket[ticket] = handset
        self._orders.timers.start(Purpose.STORE, port, self._orders.now + STORE_LIMIT_S)
        if handset.state is HandsetState.DIALLING:
            self._orders.timers.stop(Purpose.HANDSET, port)  # the store's deadline is this state's
            handset.state, handset.since = HandsetState.STORING, self._orders.now

    def confirm(self, port: PortId) -> None:
        """Tell that what was asked for is so."""
        self._confirm(self._handsets[port])

    def refuse(self, port: PortId) -> None:
        """Tell that what was asked for can't be."""
        self._refuse(self._handsets[port])

    # How handlers move a handset.

    def _enter(self, handset: Handset, state: HandsetState, limit_s: float | None) -> None:
        handset.state, handset.since = state, self._orders.now
        handset.register.clear()
        handset.sound_id = None
        if state in _NOT_LIFTED:
            handset.is_ring_crossed = False
        if limit_s is None:
            self._orders.timers.stop(Purpose.HANDSET, handset.port)
        else:
            self._wait(handset, limit_s)
        here = self._orders.ledger.agent_at(handset.port)
        if here is not None:
            self._orders.touch(here.agent)

    def _wait(self, handset: Handset, limit_s: float) -> None:
        self._orders.timers.start(Purpose.HANDSET, handset.port, self._orders.now + limit_s)

    def _signal(self, handset: Handset, signal: Signal) -> None:
        self._orders.ask(PlaySignal(port=handset.port, signal=signal))

    def _confirm(self, handset: Handset) -> None:
        self._signal(handset, Signal.CONFIRMATION)
        if handset.state is not HandsetState.TALKING:  # in a call the tone is all
            self._enter(handset, HandsetState.CONFIRMED, DIAL_TONE_S)

    def _refuse(self, handset: Handset) -> None:
        self._signal(handset, Signal.ERROR)
        if handset.state is not HandsetState.TALKING:
            self._enter(handset, HandsetState.REFUSED, ERROR_TONE_S)

    def _forget_ticket(self, handset: Handset) -> None:
        if handset.ticket is not None:
            del self._by_ticket[handset.ticket]
            handset.ticket = None
            self._orders.timers.stop(Purpose.STORE, handset.port)

    def _quiet(self, handset: Handset) -> None:
        self._forget_ticket(handset)
        if handset.state in _SOUNDING:
            self._orders.ask(StopSound(port=handset.port))

    # On-hook and out of service.

    def _return(self, handset: Handset, _: str) -> None:
        self._enter(handset, HandsetState.IDLE, None)

    def _withdraw(self, handset: Handset, _: str) -> None:
        self._quiet(handset)
        self._enter(handset, HandsetState.WITHDRAWN, None)

    def _lose(self, handset: Handset, _: str) -> Outcome:
        handset.call = None
        self._withdraw(handset, _)
        return Outcome.LOST

    def _put_down(self, handset: Handset, _: str) -> None:
        self._quiet(handset)
        self._enter(handset, HandsetState.IDLE, None)

    def _fail_lifted(self, handset: Handset, _: str) -> None:
        if handset.is_ring_crossed:
            # The call that was to ring is over, the handset is not down.
            handset.is_ring_crossed = False
        else:
            self._put_down(handset, _)

    # Ringing and talking.

    def _answer(self, handset: Handset, _: str) -> Outcome:
        self._enter(handset, HandsetState.TALKING, None)  # the call's talk limit is this deadline
        return Outcome.ANSWERED

    def _answer_by_chance(self, handset: Handset, _: str) -> Outcome:
        # Lifted before our ring reached the line, which will report that it can't ring it.
        outcome = self._answer(handset, _)
        handset.is_ring_crossed = True
        return outcome

    def _miss(self, _: Handset, __: str) -> Outcome:
        return Outcome.MISSED

    def _fail_to_ring(self, handset: Handset, _: str) -> Outcome:
        # The line gave up ringing. To the caller that is an agent who does not answer, and the
        # delay after a missed offer keeps a line that always fails from being rung without end.
        handset.call = None
        self._enter(handset, HandsetState.IDLE, None)
        return Outcome.MISSED

    def _fail_in_call(self, handset: Handset, _: str) -> Outcome | None:
        if handset.is_ring_crossed:
            handset.is_ring_crossed = False
            return None
        return self._hang_up(handset, _)

    def _flash(self, _: Handset, __: str) -> Outcome:
        return Outcome.FLASHED

    def _hang_up(self, handset: Handset, _: str) -> Outcome:
        handset.call = None
        self._forget_ticket(handset)
        self._enter(handset, HandsetState.IDLE, None)
        return Outcome.HUNG_UP

    def _dial_in_call(self, handset: Handset, key: str) -> Request | None:
        # Keys that are no code are meant for someone else: no tone disturbs the talk. Logging out is
        # refused by whoever acts on it, logging in makes no sense here.
        now = self._orders.now
        if now - handset.keyed_at > self._configured.settings.key_timeout_s:
            handset.register.clear()
        handset.keyed_at = now
        match handset.register.receive(key):
            case (Pause() | Resume() | LogOut() | CodeCall()) as request:
                return request
            case Collecting() if not handset.register.collects_telephone_number:
                return None
            case _:
                handset.register.clear()  # keys for whoever is at the other end
                return None

    # Dialling.

    def _invite(self, handset: Handset, _: str) -> None:
        self._forget_ticket(handset)
        self._signal(handset, Signal.DIAL)
        self._enter(handset, HandsetState.DIALLING, DIAL_TONE_S)

    def _dial(self, handset: Handset, key: str) -> Request | None:
        register = handset.register
        if register.is_empty or handset.sound_id is not None:
            self._orders.ask(StopSound(port=handset.port))
            handset.sound_id = None
        self._wait(handset, self._configured.settings.key_timeout_s)
        match register.receive(key):
            case Collecting():
                if register.may_be_complete:
                    self._wait(handset, self._configured.settings.number_plan.dialling_pause_s)
            case AskNumber():
                self._prompt(handset, "agent.number")
            case AskPin():
                self._prompt(handset, "agent.pin")
            case Misdialled():
                self._refuse(handset)
            case request:
                return request
        return None

    def _prompt(self, handset: Handset, prompt: str) -> None:
        handset.sound_id = self._orders.play(
            handset.port, (prompt,), self._configured.settings.station_language
        )
        self._wait(handset, PROMPT_LIMIT_S + self._configured.settings.key_timeout_s)

    def _await_key(self, handset: Handset, _: str) -> None:
        handset.sound_id = None
        self._wait(handset, self._configured.settings.key_timeout_s)

    def _dial_again(self, handset: Handset, key: str) -> Request | None:
        self._enter(handset, HandsetState.DIALLING, self._configured.settings.key_timeout_s)
        return self._dial(handset, key)

    def _stop_dialling(self, handset: Handset, _: str) -> Request | None:
        if handset.register.is_empty:
            self._remind(handset, _)
            return None
        understood = handset.register.end()
        if isinstance(understood, CallNumber):
            return understood
        self._refuse(handset)
        return None

    # Confirming.

    def _confirm_stored(self, handset: Handset, _: str) -> None:
        self._forget_ticket(handset)
        self._confirm(handset)

    def _doubt_stored(self, handset: Handset, _: str) -> None:
        self._forget_ticket(handset)
        self._refuse(handset)

    # Left off-hook.

    def _remind(self, handset: Handset, _: str) -> None:
        self._signal(handset, Signal.BUSY)
        self._enter(handset, HandsetState.FORGOTTEN, FORGOTTEN_S)

    def _howl(self, handset: Handset, _: str) -> None:
        self._signal(handset, Signal.HOWLER)
        self._enter(handset, HandsetState.HOWLING, HOWLER_S)

    def _drop(self, handset: Handset, _: str) -> None:
        self._orders.ask(StopSound(port=handset.port))
        self._orders.ask(ClearLine(port=handset.port, cause=Cause.NO_INPUT))
        self._enter(handset, HandsetState.DROPPED, DROPPED_S)

    # Released.

    def _release_again(self, handset: Handset, _: str) -> None:
        self._orders.ask(ClearLine(port=handset.port, cause=Cause.NO_ANSWER))
        self._enter(handset, HandsetState.DROPPED, DROPPED_S)

    def _find_lifted(self, handset: Handset, _: str) -> None:
        # The answer crossed our release; the line drops it and plays busy tone.
        self._enter(handset, HandsetState.DROPPED, DROPPED_S)

    _OFF = "the line is out of service"
    _DOWN = "a handset that is down has no keys, hook flash or sound"
    _UP = "it is in service and off-hook already"
    _NONE = "nothing plays that ends, nothing is stored"
    _BUSY = "it hears busy or howler tone and must be put down first"

    _Row = dict[HandsetInput, Callable[["Handsets", Handset, str], Outcome | Request | None] | str]

    _ON_HOOK: ClassVar[_Row] = {
        HandsetInput.RETURNED: "it is in service already",
        HandsetInput.WITHDRAWN: _withdraw,
        HandsetInput.LIFTED: _invite,
        HandsetInput.ANSWERED: _invite,  # nothing rang, but it is off-hook
        HandsetInput.KEYED: _DOWN,
        HandsetInput.FLASHED: _DOWN,
        HandsetInput.CLEARED: "it is down already",
        HandsetInput.FAILED: "it is down already",
        HandsetInput.SOUND_FINISHED: _DOWN,
        HandsetInput.STORED: _NONE,
        HandsetInput.STORE_TIMED_OUT: _NONE,
        HandsetInput.TIMED_OUT: "on-hook waits for nothing",
    }
    _OFF_HOOK: ClassVar[_Row] = {
        HandsetInput.RETURNED: _UP,
        HandsetInput.WITHDRAWN: _withdraw,
        HandsetInput.LIFTED: _invite,  # that it was put down before was not told
        HandsetInput.ANSWERED: _UP,
        HandsetInput.KEYED: _BUSY,
        HandsetInput.FLASHED: _BUSY,
        HandsetInput.CLEARED: _put_down,
        HandsetInput.FAILED: _fail_lifted,
        HandsetInput.SOUND_FINISHED: _NONE,
        HandsetInput.STORED: _NONE,
        HandsetInput.STORE_TIMED_OUT: _NONE,
        HandsetInput.TIMED_OUT: _howl,
    }
    _TABLE: ClassVar[dict[HandsetState, _Row]] = {
        HandsetState.WITHDRAWN: {
            **dict.fromkeys(HandsetInput, _OFF),
            HandsetInput.RETURNED: _return,
        },
        HandsetState.IDLE: _ON_HOOK,
        HandsetState.RINGING: {
            **_ON_HOOK,
            HandsetInput.WITHDRAWN: _lose,
            HandsetInput.LIFTED: _answer_by_chance,
            HandsetInput.ANSWERED: _answer,
            HandsetInput.CLEARED: _fail_to_ring,
            HandsetInput.FAILED: _fail_to_ring,
            HandsetInput.TIMED_OUT: _miss,
        },
        HandsetState.RELEASED: {
            **_ON_HOOK,
            HandsetInput.ANSWERED: _find_lifted,
            HandsetInput.CLEARED: _put_down,
            HandsetInput.FAILED: _put_down,
            HandsetInput.TIMED_OUT: _release_again,
        },
        HandsetState.TALKING: {
            **_OFF_HOOK,
            HandsetInput.WITHDRAWN: _lose,
            HandsetInput.LIFTED: _UP,
            HandsetInput.KEYED: _dial_in_call,
            HandsetInput.FLASHED: _flash,
            HandsetInput.CLEARED: _hang_up,
            HandsetInput.FAILED: _fail_in_call,
            HandsetInput.STORED: _confirm_stored,
            HandsetInput.STORE_TIMED_OUT: _doubt_stored,
            HandsetInput.TIMED_OUT: "the call's talk limit ends this",
        },
        HandsetState.DROPPED: {**_OFF_HOOK, HandsetInput.TIMED_OUT: _release_again},
        HandsetState.DIALLING: {
            **_OFF_HOOK,
            HandsetInput.KEYED: _dial,
            HandsetInput.FLASHED: _invite,
            HandsetInput.SOUND_FINISHED: _await_key,
            HandsetInput.TIMED_OUT: _stop_dialling,
        },
        HandsetState.STORING: {
            **_OFF_HOOK,
            HandsetInput.KEYED: "the tone comes first",
            HandsetInput.FLASHED: "the tone comes first",
            HandsetInput.STORED: _confirm_stored,
            HandsetInput.STORE_TIMED_OUT: _doubt_stored,
            HandsetInput.TIMED_OUT: "the store's deadline ends this",
        },
        HandsetState.CONFIRMED: {
            **_OFF_HOOK,
            HandsetInput.KEYED: _dial_again,
            HandsetInput.FLASHED: _invite,
            HandsetInput.TIMED_OUT: _remind,
        },
        HandsetState.REFUSED: {
            **_OFF_HOOK,
            HandsetInput.KEYED: _dial_again,
            HandsetInput.FLASHED: _invite,
            HandsetInput.TIMED_OUT: _invite,
        },
        HandsetState.FORGOTTEN: _OFF_HOOK,
        HandsetState.HOWLING: {**_OFF_HOOK, HandsetInput.TIMED_OUT: _drop},
    }
    """State by input: what is done, or why nothing is."""
