"""Every state of a center, met by every event on every port: it never raises, and stays consistent."""

import pytest
from acd_appliance import (
    ANA,
    BEN,
    OUTSIDE,
    STATIONS,
    TRUNKS,
    UTC_MINUS_NOW_S,
    Appliance,
    settings,
)

from acd import (
    Alerting,
    Answered,
    CallerIdentity,
    CallId,
    CallOffered,
    Cause,
    Cleared,
    ClockSet,
    DigitReceived,
    FactStored,
    Flashed,
    HandsetLifted,
    HangUpRequested,
    PortId,
    PortInService,
    PortOutOfService,
    Proceeding,
    ShutdownRequested,
    SoundFinished,
)
from acd.calls import CallInput
from acd.handset import HandsetInput, HandsetState
from acd.handsets import Handsets
from acd.ivr import Walk, WalkInput, WalkState
from acd.records import Stage
from acd.stations import Register


def off(appliance):
    for port in (*TRUNKS, *STATIONS):
        appliance.fail(port)


def walking(appliance):
    appliance.offer("trunk-1")


def dismissed(appliance):
    appliance.offer("trunk-1")
    appliance.press("trunk-1", "999")


def queued(appliance):
    appliance.queue("trunk-1")


def announced(appliance):
    appliance.queue("trunk-1")
    appliance.pass_time(31)


def offering(appliance):
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")


def talking(appliance):
    offering(appliance)
    appliance.lift("station-1")


def dropped(appliance):
    talking(appliance)
    appliance.caller_hangs_up("trunk-1")


def released(appliance):
    offering(appliance)
    appliance.off_hook.add("station-1")
    appliance.caller_hangs_up("trunk-1")


def wrapping_up(appliance):
    talking(appliance)
    appliance.put_down("station-1")


def paused(appliance):
    appliance.log_in(ANA, "station-1")
    appliance.dial("station-1", "*131")


def dialling(appliance):
    appliance.lift("station-1")
    appliance.press("station-1", "*11")


def storing(appliance):
    appliance.disk_hangs = True
    appliance.lift("station-1")
    appliance.press("station-1", "*111001#4711#")


def confirmed(appliance):
    appliance.lift("station-1")
    appliance.press("station-1", "*111001#4711#")


def refused(appliance):
    appliance.lift("station-1")
    appliance.press("station-1", "*10")


def dialling_outside(appliance):
    appliance.lift("station-1")
    appliance.press("station-1", "0721")


def calling(appliance):
    dialling_outside(appliance)
    appliance.press("station-1", "#")


def ringing_there(appliance):
    calling(appliance)
    appliance.tell(Alerting(port=PortId("trunk-1"), in_band=False))


def heard_before_the_answer(appliance):
    calling(appliance)
    appliance.tell(Proceeding(port=PortId("trunk-1"), in_band=True))


def called(appliance):
    calling(appliance)
    appliance.tell(Answered(port=PortId("trunk-1")))


def failed(appliance):
    calling(appliance)
    appliance.tell(Cleared(port=PortId("trunk-1"), cause=Cause.CALLED_BUSY))


def going_through(appliance):
    appliance.offer("trunk-4", called="0721")


def gone_through(appliance):
    going_through(appliance)
    appliance.tell(Answered(port=PortId("trunk-1")))


def forgotten(appliance):
    appliance.lift("station-1")
    appliance.pass_time(31)


def howling(appliance):
    appliance.lift("station-1")
    appliance.pass_time(61)


def given_up(appliance):
    appliance.lift("station-1")
    appliance.pass_time(121)


def stopped(appliance):
    talking(appliance)
    appliance.tell(ShutdownRequested())


def restarted(appliance):
    appliance.log_in(ANA, "station-1")
    appliance.log_in(BEN, "station-2")


SITUATIONS = (
    off,
    walking,
    dismissed,
    queued,
    announced,
    offering,
    talking,
    dropped,
    released,
    wrapping_up,
    paused,
    dialling,
    storing,
    confirmed,
    refused,
    dialling_outside,
    calling,
    ringing_there,
    heard_before_the_answer,
    called,
    failed,
    going_through,
    gone_through,
    forgotten,
    howling,
    given_up,
    stopped,
    restarted,
)

PORTS = (*TRUNKS[:2], *STATIONS[:2], PortId("nowhere"))


def events():
    for port in PORTS:
        yield CallOffered(port=port, caller=CallerIdentity(), called="")
        yield HandsetLifted(port=port)
        yield Answered(port=port)
        yield from (Proceeding(port=port, in_band=each) for each in (False, True))
        yield from (Alerting(port=port, in_band=each) for each in (False, True))
        yield from (DigitReceived(port=port, digit=key) for key in "0123456789*#ABCD?")
        yield Flashed(port=port)
        yield from (Cleared(port=port, cause=cause) for cause in Cause)
        yield PortOutOfService(port=port, alarm="")
        yield PortInService(port=port)
        yield from (SoundFinished(port=port, sound_id=n) for n in range(-1, 6))
    yield from (FactStored(ticket=ticket) for ticket in range(-1, 4))
    yield from (HangUpRequested(call=CallId(call)) for call in ("00000001", "", "x"))
    yield from (ClockSet(utc_minus_now_s=s, trusted=True) for s in (0.0, UTC_MINUS_NOW_S, -1e9))
    yield ShutdownRequested()


EVENTS = tuple(events())


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_event_is_taken_in_every_situation(situation):
    for event in EVENTS:
        appliance = Appliance(settings(number_plan=OUTSIDE)).switch_on()
        situation(appliance)
        appliance.tell(event)
        due = appliance.center.next_timer()
        assert due is None or due > appliance.now
        # Whatever it was: within a day nothing of it is left hanging.
        for port in list(appliance.off_hook):
            appliance.put_down(port)
        appliance.sounds_end = False
        for _ in range(30):
            appliance.now += 4 * 3600.0
            appliance.perform(appliance.center.handle_timer(appliance.now))
        assert appliance.center.calls(appliance.now) == (), event
        assert (appliance.connected, appliance.recorded) == (set(), set())


def test_every_table_knows_every_input_in_every_state():
    center = Appliance().center
    for table, states, inputs in (
        (center._calls._table, Stage, CallInput),
        (Handsets._TABLE, HandsetState, HandsetInput),
        (Walk._TABLE, WalkState, WalkInput),
    ):
        assert set(table) == set(states)
        for state in states:
            assert set(table[state]) == set(inputs), state
    assert len(Register._TABLE) == 6


def test_time_that_steps_back_is_taken_to_stand_still():
    appliance = Appliance().switch_on()
    appliance.pass_time(100)
    appliance.queue("trunk-1")
    before = appliance.center.next_timer()
    appliance.center.handle_timer(3.0)
    appliance.center.receive(DigitReceived(port=TRUNKS[0], digit="1"), 5.0)
    assert appliance.center.next_timer() == before
    assert appliance.center.queues(5.0)[0].longest_wait_s == 0


def test_the_same_events_lead_to_the_same_actions():
    def run():
        appliance = Appliance().switch_on()
        for agent, station in ((ANA, "station-1"), (BEN, "station-2")):
            appliance.log_in(agent, station)
        for port, key in (("trunk-1", "1"), ("trunk-2", "2"), ("trunk-3", "1")):
            appliance.queue(port, key)
        appliance.lift("station-2")
        appliance.pass_time(200)
        return appliance.actions

    assert run() == run()
