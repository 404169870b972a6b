"""A person takes part: a handset on the keyboard of a terminal, in a real call."""

import os
import re
import signal
import subprocess
import termios

import pytest
import soundfile
from hand import Hand
from running_appliance import COMMAND, wait_until
from sound_checks import heard_at, speech_like

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(120)]


@pytest.fixture
def hand(empty_office):
    hands = []

    def taken(*words: str) -> Hand:
        hands.append(Hand(empty_office, *words))
        return hands[-1]

    yield taken
    for each in hands:
        each.close()


@pytest.fixture
def start(empty_office):
    """Starts commands that go on beside the test."""
    started = []

    def start(*words: str) -> subprocess.Popen:
        command = [*COMMAND, "--config", str(empty_office.file), *words]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_person_logs_in_is_rung_sees_who_calls_talks_flashes_and_hangs_up(
    empty_office, hand, start
):
    folder = empty_office.state.parent
    greeting, question = speech_like(21, 0.8), speech_like(22, 1.2)
    soundfile.write(folder / "greeting.wav", greeting, 8000)
    soundfile.write(folder / "question.wav", question, 8000)
    heard_file, listened = folder / "heard.wav", folder / "desk.wav"
    caller = start(
        "dial", "--from", "4021", "--to", "5550100", "--say", str(folder / "question.wav"),
        "--stay", "30",
    )  # fmt: skip
    listener = start("listen", "desk-1", "--to", str(listened), "--no-sound", "--json")

    person = hand("desk-1", "--record", str(heard_file), "--say", str(folder / "greeting.wav"))
    assert not person.modes[3] & (termios.ICANON | termios.ECHO)
    person.screen.types(" ")
    person.screen.sees("hears dial tone")
    person.screen.types("*111001#4711#")
    wait_until(lambda: "desk-1" in str(empty_office.ask("callserver", "agents")), 10, "logged in")
    person.screen.types("l")
    # The caller waits in the queue.
    person.screen.sees(r"rings \(1\)")
    refused = empty_office.command("handset", "desk-1", "--no-sound", check=False)
    assert refused.returncode == 1
    assert f"process {person.process.pid}" in refused.stderr
    person.screen.sees(r"display: 4021")
    person.screen.types("l")
    person.screen.sees("off-hook: answered")
    (call,) = wait_until(lambda: empty_office.calls("talking"), 5, "a talk")
    wait_until(lambda: voice_in(heard_file, 0, question) > 0.9, 10, "the caller's question")
    wait_until(lambda: voice_in(heard_file, 1, greeting) > 0.9, 5, "our own greeting")
    person.screen.types("5f")
    person.screen.sees("key 5[\\s\\S]*flashes")
    wait_until(lambda: line_state(empty_office, "desk-1") == "on-hook in call", 3, "the flash")
    wait_until(lambda: line_state(empty_office, "desk-1") == "up", 3, "after the flash")
    wait_until(lambda: agent_one(empty_office) == "holding", 3, "on hold")
    person.screen.types("f")
    wait_until(lambda: agent_one(empty_office) == "talking", 5, "on the line again")
    assert [up["call"] for up in empty_office.calls("talking")] == [call["call"]]
    person.screen.types("q")
    assert person.ends() == 0
    assert person.modes == person.before
    assert "other side has hung up" in caller.communicate(timeout=10)[0]

    listener.send_signal(signal.SIGINT)
    assert '"dropped": 0' in listener.communicate(timeout=10)[0]
    assert listener.returncode == 0
    assert voice_in(heard_file, 0, question) > 0.95
    assert voice_in(heard_file, 1, greeting) > 0.95
    # The call server heard on the line what the hand said, and sent it what the caller said.
    assert voice_in(listened, 0, greeting) > 0.95
    assert voice_in(listened, 1, question) > 0.95
    log = empty_office.log.read_text()
    assert f"process {listener.pid} of user {os.getuid()} begins to listen to desk-1" in log
    assert f"process {listener.pid} of user {os.getuid()} no longer listens to desk-1" in log


def voice_in(file, channel: int, voice) -> float:
    sound, _ = soundfile.read(file, dtype="int16")
    return heard_at(sound[:, channel], voice)[1] if len(sound) > len(voice) else 0.0


def agent_one(appliance) -> str:
    return next(each["state"] for each in appliance.ask("callserver", "agents"))


def line_state(appliance, name: str) -> str:
    lines = appliance.ask("callserver", "lines")
    return next(line["state"] for line in lines if line["line"] == name)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_puts_the_handset_down_and_gives_the_terminal_back(empty_office, hand, number):
    person = hand("desk-2")
    person.screen.types("l")
    person.screen.sees("off-hook")
    if number == signal.SIGINT:
        # As a terminal does for Control-C.
        os.killpg(person.process.pid, signal.SIGINT)
    else:
        person.process.send_signal(number)
    assert person.ends() == 128 + number
    assert person.modes == person.before
    wait_until(lambda: line_state(empty_office, "desk-2") != "up", 3, "the handset is down")


def test_keys_come_from_a_pipe_and_its_end_puts_the_handset_down(empty_office):
    done = subprocess.run(
        [*COMMAND, "--config", str(empty_office.file), "handset", "desk-3"],
        input="l\n1\nx\n*\n",
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    told = [line.strip() for line in done.stdout.splitlines()]
    assert [line for line in told if "hook" in line or "key" in line] == [
        "no such key: 'x'; ? lists them",
        "on-hook",
        "off-hook",
        "key 1",
        "key *",
        "on-hook",
    ]
    assert told[-1] == "desk-3 is down."
    assert line_state(empty_office, "desk-3") != "up"


def test_a_handset_that_does_not_exist_is_told_with_those_that_do(empty_office):
    done = empty_office.command("handset", "line-1", check=False)
    assert done.returncode == 1
    assert 'no handset "line-1"; there are desk-1, desk-2, desk-3' in done.stderr


def test_the_end_of_the_town_is_told_and_the_terminal_given_back(empty_office, hand):
    person = hand("desk-2")
    os.kill(empty_office.process_id("town"), signal.SIGKILL)
    assert person.ends() == 1
    assert re.search("the town is gone", person.screen.look())
    assert person.modes == person.before
