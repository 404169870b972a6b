"""An E1 by PRI through the whole appliance: calls, a dead worker, a dead call server."""

import importlib.util
import os
import re
import signal

import pytest
from hand import Hand
from running_appliance import RunningAppliance, wait_until

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.faults,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        importlib.util.find_spec("drivers.pri._native") is None, reason="libpri-dev is not there"
    ),
]

SPAN = """
[card.e1]
kind = "virtual"

[card.e1.pri]
switch = "euroisdn_e1"

[trunk_group.carrier]
cards = ["e1"]
flow = "main"
called = "5550100"
unsupervised_s = 2
caller_number = "+12125550100"

[route.world]
via = [{ group = "carrier" }]

"""


class OnSpan(RunningAppliance):
    """Three handsets on the analog card, thirty B-channels to the town's exchange."""

    lines = 33

    def __init__(self, folder) -> None:
        super().__init__(folder)
        text = self.file.read_text()
        begin, end = text.index("[trunk.line-1]"), text.index("[station.")
        self.file.write_text(text[:begin] + SPAN + text[end:])

    def worker(self) -> int:
        """The process id of the appliance's PRI worker that was started last."""
        log = self.log.read_text()
        return int(re.findall(r"the PRI worker is started as process (\d+)", log)[-1])

    def line_of(self, call: str) -> dict:
        (found,) = [each for each in self.calls() if each["call"] == call]
        (line,) = [
            each for each in self.ask("callserver", "lines") if each["line"] == found["line"]
        ]
        return line

    def ended(self, call: str) -> dict:
        return wait_until(
            lambda: next(
                (
                    fact["data"]
                    for fact in self.facts()
                    if fact["fact"] == "CallEnded" and fact["data"]["call"] == call
                ),
                None,
            ),
            20,
            "the call is over",
        )


@pytest.fixture(scope="module")
def appliance(tmp_path_factory):
    appliance = OnSpan(tmp_path_factory.mktemp("span"))
    appliance.start()
    yield appliance
    if appliance.process.poll() is None:
        assert appliance.stop() == 0


def test_a_call_over_the_span_is_served_and_on_record(appliance):
    call, caller = appliance.talk("12125550142")
    assert appliance.line_of(call)["state"] == "up"
    assert "ended by: appliance" in appliance.hang_up(call, caller)
    record = wait_until(
        lambda: next((r for r in appliance.ask("oam", "records") if r["ended_utc"]), None),
        5,
        "the record",
    )
    assert (record["number"], record["keys"], record["stage"]) == ("12125550142", "1", "talking")
    wait_until(lambda: appliance.in_service(33), 5, "the channel is free")


def test_a_number_dialled_at_a_handset_is_reached_shown_and_on_record(appliance):
    wait_until(lambda: appliance.agents_ready(3), 60, "all agents ready")
    person = Hand(appliance, "desk-1")
    try:
        person.screen.types(" ")
        person.screen.sees("hears dial tone")
        person.screen.types("2125550144")
        call = wait_until(lambda: appliance.calls("dialling"), 10, "the number is called")[0]
        assert (call["line"], call["goes_to"]) == ("desk-1", "+12125550144")
        person.screen.sees("hears ringback tone")
        wait_until(lambda: appliance.calls("through"), 20, "the subscriber lifts")
        picture = appliance.command("span", "show", "e1").stdout
        assert "layer 2 up" in picture
        assert "o call goes out" in picture
        (group,) = appliance.json("trunks")
        assert (group["outgoing"], group["free"]) == (1, 29)
        person.screen.types("q")
        person.ends()
    finally:
        person.close()
    assert appliance.ended(call["call"])["cause"] == "agent hung up"
    (carrier, _) = appliance.json("carriers")
    assert (carrier["carrier"], carrier["calls_out"]) == ("carrier", 1)
    record = wait_until(
        lambda: next((r for r in appliance.ask("oam", "records") if r["dialled"]), None),
        5,
        "the record",
    )
    assert (record["goes_to"], record["out_carrier"]) == ("+12125550144", "carrier")
    wait_until(lambda: appliance.in_service(33), 5, "the channel is free")


def test_a_talk_goes_on_without_its_worker_for_a_while_and_the_span_comes_back(appliance):
    call, caller = appliance.talk("4712")
    os.kill(appliance.worker(), signal.SIGKILL)
    line = wait_until(
        lambda: (found := appliance.line_of(call))["state"] == "unsupervised" and found,
        5,
        "the call is marked",
    )
    assert appliance.calls("talking")
    assert appliance.ended(call)["cause"] == "line out of service"
    told = [fact for fact in appliance.facts() if fact["fact"] == "CallUnsupervised"]
    assert [fact["data"]["call"] for fact in told] == [call]
    wait_until(lambda: appliance.in_service(33), 30, f"all lines serve again, {line['line']} too")
    caller.terminate()
    caller.communicate(timeout=10)


def test_a_call_server_that_is_killed_leaves_no_channel_taken(appliance):
    call, caller = appliance.talk("4714")
    os.kill(appliance.process_id("callserver"), signal.SIGKILL)
    assert "hung up" in caller.communicate(timeout=20)[0]
    wait_until(lambda: appliance.in_service(33), 30, "all lines serve again")
    assert appliance.ended(call)["cause"] == "call server restarted"
