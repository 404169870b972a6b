"""The machine itself fails: its disk, its event loop, its call server. What callers, agents, records get."""

import errno
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import soundfile
from faulty_disk import FaultyDisk
from frozen_thread import freeze, stop_for
from running_appliance import RunningAppliance, wait_until
from sound_checks import heard_at, speech_like

from firmware_host.control_socket import ask

pytestmark = [pytest.mark.realtime, pytest.mark.faults, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    disk = FaultyDisk(tmp_path_factory.mktemp("disk"))
    yield disk
    disk.close()


@pytest.fixture(scope="module")
def appliance(tmp_path_factory, disk):
    appliance = RunningAppliance(tmp_path_factory.mktemp("machine"), disk.environment)
    appliance.start()
    wait_until(lambda: appliance.agents_ready(3), 30, "three agents logged in")
    yield appliance
    disk.is_sound()
    if appliance.process.poll() is None:
        appliance.stop()


@pytest.fixture(autouse=True)
def calls_are_over(appliance, disk):
    """One test's calls are not the next one's."""
    yield
    disk.is_sound()
    for call in appliance.calls():
        appliance.command("hangup", call["call"], check=False)
    wait_until(lambda: not appliance.calls(), 20, "no call is up")


def lost(appliance) -> dict[str, int]:
    """What the media plane has had to go without, so far."""
    media = appliance.ask("callserver", "media")
    names = ("lost_blocks", "lost_recorded_blocks", "lost_detections", "skipped_ticks")
    return {name: media[name] for name in names}


def line_of(appliance, name: str) -> dict:
    return next(each for each in appliance.ask("callserver", "lines") if each["line"] == name)


def record_of(appliance, call: str) -> dict:
    records = wait_until(
        lambda: [
            each
            for each in appliance.ask("oam", "records")
            if each["call"] == call and each["ended_utc"]
        ],
        15,
        "the record",
    )
    return records[0]


def recorded_s(appliance, call: str) -> tuple[float, float]:
    """How long the recording is, and how long it should be by the journal."""
    times = {
        fact["fact"]: fact
        for fact in appliance.facts()
        if fact["data"].get("call") == call and fact["fact"].startswith("Recording")
    }
    file = appliance.state / "recordings" / times["RecordingStarted"]["data"]["file"]
    began, ended = (
        datetime.fromisoformat(times[name]["utc"])
        for name in ("RecordingStarted", "RecordingStopped")
    )
    return soundfile.info(file).frames / 8000, (ended - began).total_seconds()


def test_an_event_loop_that_stands_still_loses_no_block_on_any_line(appliance):
    call, caller = appliance.talk("4101")
    process = appliance.process_id("callserver")
    before = lost(appliance)
    stop_for(process, 0.1)  # all of it, the media plane too: the blocks wait in the card
    assert lost(appliance) == before
    freeze(process, 0.5)
    assert appliance.ask("callserver", "status")["longest_pause_s"] >= 0.4
    assert lost(appliance) == before
    freeze(process, 3.0)
    assert lost(appliance) == before
    assert appliance.process_id("callserver") == process
    assert "went on" in appliance.log.read_text()
    appliance.hang_up(call, caller)
    recorded, should = recorded_s(appliance, call)
    # Facts carry the loop's time, which is late on a busy machine; a frozen loop would lose 0.5 s or 3 s.
    assert recorded == pytest.approx(should, abs=0.3)


def test_a_storm_of_changes_on_one_line_costs_no_other_line_a_block_or_a_call(appliance):
    wait_until(lambda: appliance.agents_ready(3), 60, "all agents ready")
    first, caller = appliance.talk("4111")
    stormy = "desk-3"  # its agent serves the other queue
    before = lost(appliance)
    unsent = appliance.ask("callserver", "media")["write_overruns"]
    process = appliance.process_id("callserver")
    with ThreadPoolExecutor(1) as far_end:
        storm = far_end.submit(
            ask, appliance.state / "town.sock", "babble",
            timeout_s=60, line=stormy, changes=60_000,
        )  # fmt: skip
        wait_until(lambda: line_of(appliance, stormy)["alarm"] == "babbling", 10, "locked out")
        other = appliance.dial("4112", stay_s=60)
        wait_until(lambda: len(appliance.calls()) == 2, 20, "another call")
        wait_until(lambda: len(appliance.calls("talking")) == 2, 40, "it is served")
        assert storm.result()["changes"] == 60_000
    assert lost(appliance) == before
    assert appliance.ask("callserver", "media")["write_overruns"] == unsent
    assert appliance.process_id("callserver") == process
    wait_until(lambda: line_of(appliance, stormy)["in_service"], 15, "the line is back")
    (second,) = {call["call"] for call in appliance.calls()} - {first}
    appliance.hang_up(first, caller)
    appliance.hang_up(second, other)


def test_a_disk_that_stalls_every_write_for_half_a_second_holds_nobody_up(appliance, disk):
    voice = appliance.state.parent / "voice.wav"
    spoken = speech_like(11, 1.5)
    soundfile.write(voice, spoken, 8000)
    wait_until(lambda: appliance.agents_ready(3), 60, "all agents ready")
    before = lost(appliance)
    pause_s = appliance.ask("callserver", "status")["longest_pause_s"]
    with disk.every_write_takes(500):
        done = appliance.command(
            "dial", "--from", "4102", "--to", "5550100", "--press", "1",
            "--say", str(voice), "--stay", "3",
        )  # fmt: skip
        assert "answered" in done.stdout
        assert "speaks" in done.stdout
    assert lost(appliance) == before
    assert appliance.ask("callserver", "status")["longest_pause_s"] <= max(pause_s, 0.3)
    call = max(fact["data"].get("call", "") for fact in appliance.facts())
    record = record_of(appliance, call)
    assert (record["keys"], record["stage"]) == ("1", "talking")
    sound, _ = soundfile.read(appliance.state / "recordings" / record["recording"], dtype="int16")
    _, on_the_left = heard_at(sound[:, 0], spoken)
    assert on_the_left > 0.95


def test_calls_go_on_and_no_fact_is_lost_while_the_disk_is_full_and_then_read_only(appliance, disk):
    first, caller = appliance.talk("4228")
    with disk.every_write_fails(errno.ENOSPC):
        appliance.hang_up(first, caller)
        wait_until(
            lambda: appliance.ask("callserver", "status")["journal_stands_still"], 10, "an alarm"
        )
    with disk.every_write_fails(errno.EROFS):
        second, caller = appliance.talk("4230", press="2")
        status = appliance.ask("callserver", "status")
        assert status["unwritten_facts"] > 0
        assert status["journal_stands_still"]
        assert "other side has hung up" in appliance.hang_up(second, caller)
    wait_until(
        lambda: appliance.ask("callserver", "status")["unwritten_facts"] == 0, 10, "all is written"
    )
    assert record_of(appliance, first)["stage"] == "talking"
    assert record_of(appliance, second)["stage"] == "talking"
    facts = [fact for fact in appliance.facts() if fact["data"].get("call") in (first, second)]
    assert {fact["data"]["call"] for fact in facts if fact["fact"] == "RecordingLost"} >= {second}
    log = appliance.log.read_text()
    assert "the journal can't be written" in log
    assert "the journal is written again; no fact was lost" in log
    assert "Traceback" not in log


def test_a_call_server_that_does_not_run_any_more_is_ended_and_started_again(appliance):

    call, caller = appliance.talk("4105")
    process = appliance.process_id("callserver")
    os.kill(process, signal.SIGSTOP)
    began = time.monotonic()
    wait_until(lambda: appliance.process_id("callserver") != process, 20, "another call server")
    wait_until(lambda: appliance.in_service(9), 15, "every line is back")
    assert time.monotonic() - began > 4.0
    assert "has given no sign of life" in appliance.log.read_text()
    assert "other side has hung up" in caller.communicate(timeout=30)[0]
    assert record_of(appliance, call)["cause"] == "call server restarted"
