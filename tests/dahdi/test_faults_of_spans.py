"""Spans that go and come back, a line that babbles, a loop that stalls: what is sound notices nothing."""

import threading
import time
from contextlib import ExitStack

import pytest
from dahdi_appliance import (
    DahdiAppliance,
    Witness,
    configuration,
    desk,
    trunk,
    undisturbed,
    wait_until,
)
from frozen_thread import freeze
from joined_spans import pull_out

import acd
from drivers import DahdiChannel, DahdiControl
from drivers.dahdi.abi import Hook, Signalling
from firmware_host.callserver.babbling import BABBLING

pytestmark = pytest.mark.timeout(300)
BUSY, CALM = 1, 2
CALLERS = 30
TIE_PORT = 5


class Spans:
    """Two pairs of joined spans; one of ours can be pulled out and put in again."""

    def __init__(self, control: DahdiControl) -> None:
        self.control = control
        for key, channels in ((BUSY, 31), (CALM, 24)):
            for end in (0, 1):
                control.create_dynamic_span("loc", f"{key}:{end}", channels, 0)

    def pull_out(self, key: int) -> None:
        pull_out(self.control.span(f"DYN/loc/{key}:0"))

    def put_in(self, key: int, channels: int) -> None:
        self.control.destroy_dynamic_span("loc", f"{key}:0")
        self.control.create_dynamic_span("loc", f"{key}:0", channels, 0)

    def unmake(self) -> None:
        for key in (BUSY, CALM):
            for end in (0, 1):
                self.control.destroy_dynamic_span("loc", f"{key}:{end}")


@pytest.fixture(scope="module")
def spans(control):
    spans = Spans(control)
    yield spans
    spans.unmake()


@pytest.fixture(scope="module")
def tie_line(spans):
    """The far end of one line, held before the town comes: it is ours to play with."""
    far = spans.control.span(f"DYN/loc/{CALM}:1")
    number = far.first_channel + TIE_PORT - 1
    spans.control.configure_channel(number, Signalling.EM)
    channel = DahdiChannel(number)
    yield channel
    channel.close()


@pytest.fixture(scope="module")
def appliance(spans, tie_line, tmp_path_factory):
    trunks = [trunk(f"busy-{n}", "busy", n) for n in range(1, CALLERS + 1)]
    trunks += [trunk("calm-1", "calm", 1).replace("5550100", "5550200")]
    trunks += [trunk("tie", "calm", TIE_PORT, signalling='"em_wink"').replace("5550100", "5550300")]
    desks = [desk(f"desk-{n}", "calm", 10 + n) for n in (1, 2, 3)]
    folder = tmp_path_factory.mktemp("dahdi")
    text = configuration({"busy": BUSY, "calm": CALM}, trunks, desks)
    appliance = DahdiAppliance(folder, text)
    appliance.start("town", "--no-staff")
    appliance.start("callserver")
    try:
        appliance.comes_up(60)
        yield appliance
    finally:
        codes = appliance.stop()
    assert codes == {"callserver": 0, "town": 0}


def lost(appliance, beginning: str) -> list[int]:
    lines = appliance.lines().items()
    return [line["lost_blocks"] for name, line in lines if name.startswith(beginning)]


def test_a_channel_that_another_program_holds_is_the_towns_alarm_and_no_one_elses(appliance):
    assert "held by another program" in appliance.log("town")
    assert appliance.lines()["tie"]["in_service"]


def test_a_span_is_pulled_out_in_the_middle_of_thirty_calls_and_put_in_again(
    appliance, spans, measured
):
    descriptors, threads = appliance.descriptors(), appliance.threads()
    with ExitStack() as callers:
        outcomes = [
            callers.enter_context(
                appliance.dial(calling=str(4000 + n), called="5550100", press="1", stay_s=120.0)
            )
            for n in range(CALLERS)
        ]
        calm = callers.enter_context(
            appliance.dial(calling="77", called="5550200", press="1", stay_s=120.0)
        )
        wait_until(lambda: len(appliance.calls("queued")) == CALLERS + 1, 90, "all callers wait")
        lost_before = lost(appliance, "calm")
        assert appliance.ask("callserver", "health")["clock"].startswith("busy")
        with Witness() as witness:
            pulled = threading.Thread(target=spans.pull_out, args=[BUSY])
            pulled.start()  # the driver waits for a second until everybody has noticed
            wait_until(lambda: len(appliance.calls()) == 1, 20, "the calls are over")
            pulled.join()
        assert lost(appliance, "calm") == lost_before or witness.gaps
        ended = appliance.facts(acd.CallEnded)
        assert len(ended) == CALLERS
        assert {fact.cause for fact in ended} == {"line out of service"}
        assert not any(
            line["in_service"]
            for name, line in appliance.lines().items()
            if name.startswith("busy")
        )
        wait_until(lambda: all("ended_by" in each for each in outcomes), 30, "callers notice")
        began = time.monotonic()
        spans.put_in(BUSY, 31)
        wait_until(appliance.all_in_service, 5, "every line is back")
        measured("a span pulled out in 30 calls: back in service", time.monotonic() - began)
        (left,) = appliance.calls()
        assert left["line"] == "calm-1"
        appliance.ask("callserver", "hangup", target=left["call"])
        wait_until(lambda: "ended_by" in calm, 20, "the calm caller notices")
    wait_until(lambda: appliance.descriptors() == descriptors, 10, "no descriptor is left over")
    assert appliance.threads() == threads


def test_after_it_the_same_lines_carry_calls(appliance):
    with appliance.dial(calling="4001", called="5550100", press="1", stay_s=60.0) as outcome:
        (call,) = wait_until(lambda: appliance.calls("queued"), 60, "a caller waits")
        appliance.ask("callserver", "hangup", target=call["call"])
    assert outcome["answered"]


def test_a_tie_line_that_winks_without_end_is_locked_out_and_nobody_else_notices(
    appliance, tie_line
):
    pause = threading.Event()

    def storm() -> int:
        before = sum(lost(appliance, ""))
        for _ in range(400):
            for hook in (Hook.OFFHOOK, Hook.ONHOOK):
                tie_line.hook(hook)
                pause.wait(0.006)  # the driver sends bits every 4 ms
        assert appliance.lines()["tie"]["alarm"] == BABBLING
        return sum(lost(appliance, "")) - before

    assert undisturbed(storm) == 0
    wait_until(appliance.all_in_service, 15, "the tie line is taken back")


def test_a_loop_that_stands_still_loses_no_block(appliance):
    with appliance.dial(calling="78", called="5550200", press="1", stay_s=60.0):
        (call,) = wait_until(lambda: appliance.calls("queued"), 60, "a caller waits")

        def stand_still() -> int:
            before = sum(lost(appliance, ""))
            freeze(appliance.process_id("callserver"), 0.5)
            return sum(lost(appliance, "")) - before

        assert undisturbed(stand_still) == 0
        appliance.ask("callserver", "hangup", target=call["call"])
