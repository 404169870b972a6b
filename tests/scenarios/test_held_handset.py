"""A handset in somebody's hand, in lockstep: orders one after the other, what is noticed and when."""

import numpy as np
import pytest
from office import Office, calls_and_presses
from sound_checks import heard_at, speech_like

from drivers import BatteryChanged, RingBurstEnded, RingBurstStarted
from dsp import Direction, Tap, g711_encode
from firmware_host.live.messages import Order
from firmware_host.town import HangUp, Lift, Play, Wait
from firmware_host.town.held_handset import HeldHandset


class Held:
    """One held handset of an office."""

    def __init__(self, state, station: str = "desk-1") -> None:
        self.office = Office(state)
        self.town = self.office.lockstep.town
        self.notices: list[dict] = []
        self.handset = HeldHandset(station, self.town.telephones, self.notices.append)
        self.town.seat(station, self.handset, self.office.now)
        self.town.lines.wire_told = self._on_the_wire

    def _on_the_wire(self, now, station, event) -> None:
        if station == self.handset.name and isinstance(event, RingBurstStarted | RingBurstEnded):
            self.handset.bell(isinstance(event, RingBurstStarted), now)

    def does(self, keys: str, seconds: float) -> None:
        self.handset.order(keys)
        self.office.run(seconds)

    def told(self, *kinds: str) -> list[dict]:
        return [notice for notice in self.notices if notice["notice"] in kinds]

    def logs_in(self) -> None:
        self.does("l,*111001#4711#,,,,d", 8)


@pytest.fixture
def held(tmp_path):
    held = Held(tmp_path)
    yield held
    held.office.crash()


def a_caller(held: Held, *, stays_s: float = 60.0) -> None:
    def stays():
        yield Wait(stays_s)
        yield HangUp()

    held.office.caller(calls_and_presses("1", then=stays()))


def test_keys_typed_at_once_are_pressed_one_after_the_other_and_log_in(held):
    held.logs_in()
    assert [notice["key"] for notice in held.told("key")] == list("*111001#4711#")
    assert held.office.view_of_agent("1001").is_offerable
    assert [notice["off_hook"] for notice in held.told("hook")] == [True, False]


def test_the_bell_is_heard_the_display_is_seen_and_lifting_is_answering(held):
    held.logs_in()
    a_caller(held)
    held.office.lockstep.run_until(lambda: bool(held.told("display")), 40)
    assert [notice["count"] for notice in held.told("ring")] == [1]
    assert held.told("display") == [
        {"notice": "display", "number": "0212345678", "name": "ANN", "absence": None}
    ]
    held.does("l", 2)
    assert held.told("hook")[-1] == {"notice": "hook", "off_hook": True, "answers": True}
    assert held.office.view_of_agent("1001").state == "talking"


def test_who_lifts_during_the_first_ring_has_answered_before_the_display_knew(held):
    held.logs_in()
    a_caller(held)
    held.office.lockstep.run_until(lambda: bool(held.told("ring")), 40)
    held.does("l", 5)
    assert held.told("display") == []
    assert held.told("hook")[-1]["answers"]
    assert held.office.view_of_agent("1001").state == "talking"


def test_a_flash_is_no_hang_up_and_busy_tone_tells_that_the_caller_went(held):
    held.logs_in()
    a_caller(held, stays_s=12)
    held.office.lockstep.run_until(lambda: bool(held.told("ring")), 40)
    held.does("l,,f", 3)
    assert held.told("flash")
    assert held.office.view_of_agent("1001").state == "holding"
    held.office.run(20)
    assert held.told("tone")[-1] == {"notice": "tone", "tone": "busy"}
    held.does("q", 1)
    assert held.handset.left
    assert not held.town.telephones.is_off_hook(held.handset)


def test_a_caller_who_gives_up_is_noticed(held):
    held.logs_in()
    a_caller(held, stays_s=1)
    held.office.lockstep.run_until(lambda: bool(held.told("display")), 40)
    held.office.run(15)
    assert held.told("ringing over")
    assert not held.told("ringing over")[1:]


def test_live_speech_goes_into_the_line_and_whoever_held_it_before_falls_silent(held):
    def talks():
        yield Lift()
        yield Play(speech_like(41, 20.0))

    office, town = held.office, held.town
    town.staff("desk-2", talks(), office.now)
    office.run(2)
    exchange, heard = office.lockstep.exchange, []
    slot = next(port.slot for port in exchange.ports.all if port.port == "desk-2")
    record_id = exchange.taps.claim(heard.extend)
    office.lockstep.plane.record(record_id, Tap(slot, Direction.FROM_LINE), None)

    successor = HeldHandset("desk-2", town, lambda _notice: None)
    town.seat("desk-2", successor, office.now)
    assert town.telephones.is_off_hook(successor)
    office.run(0.2)
    feed = town.telephones.speak_live(successor)
    voice = speech_like(42, 1.0)
    octets = g711_encode(voice, office.law)
    for start in range(0, len(octets), 160):
        feed.put(octets[start : start + 160])
        office.run(0.02)
    office.run(0.1)
    town.telephones.fall_silent(successor)
    office.run(0.2)
    sound = np.concatenate([block.samples[:, 0] for block in heard])
    assert np.abs(sound[:300]).max() > 1000
    assert heard_at(sound, voice)[1] > 0.98
    assert not sound[-800:].any()


def test_a_dead_line_is_noticed_after_some_tries(held):
    line = held.town.lines.by_name["desk-1"]
    held.town.lines._hardware_tells(line, BatteryChanged(present=False))
    held.office.run(4)
    held.does("l", 2)
    assert [notice["notice"] for notice in held.notices] == ["dead"]


@pytest.mark.parametrize("keys", ["x", "1" * 201, "\n"])
def test_what_no_telephone_has_is_refused(held, keys):
    with pytest.raises(ValueError, match=r"no such key|too many"):
        held.handset.order(keys)


def test_on_hook_keys_and_flash_do_nothing(held):
    held.does("12f" + Order.HANG_UP, 1)
    assert held.notices == []
