"""`switchroom listen` as a process beside a real call server."""

import json
import os
import signal
import subprocess

import pytest
import soundfile
from running_appliance import COMMAND, wait_until
from terminal_program import TerminalProgram

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(120)]


def test_a_line_is_kept_in_a_file_that_is_valid_while_one_listens(empty_office, tmp_path):
    file = tmp_path / "line.wav"
    words = ["listen", "line-2", "--to", str(file), "--json"]
    listener = subprocess.Popen(
        [*COMMAND, "--config", str(empty_office.file), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: file.exists() and len(soundfile.read(file)[0]) >= 4000, 10, "half a second")

    # A listener that stands still: calls and other listeners go on, and it finds its place again.
    before = empty_office.ask("callserver", "media")
    listener.send_signal(signal.SIGSTOP)
    other = empty_office.json("listen", "line-2", "--seconds", "0.8", "--no-sound")
    assert other["dropped"] == 0
    assert other["blocks"] > 30
    listener.send_signal(signal.SIGCONT)
    after = empty_office.ask("callserver", "media")
    assert after["lost_recorded_blocks"] == before["lost_recorded_blocks"]

    length = len(soundfile.read(file)[0])
    wait_until(lambda: len(soundfile.read(file)[0]) > length + 4000, 10, "it goes on")
    listener.send_signal(signal.SIGTERM)
    told, _ = listener.communicate(timeout=10)
    assert listener.returncode == 0
    figures = json.loads(told)
    whole = len(soundfile.read(file)[0])
    assert whole == (figures["blocks"] + figures["dropped"]) * 160
    assert figures["seconds"] == pytest.approx(figures["blocks"] * 0.02)


def test_without_a_loudspeaker_a_terminal_shows_the_levels_and_a_pipe_is_told_what_to_do(
    empty_office,
):
    done = empty_office.command("listen", "line-1", "--no-sound", check=False)
    assert done.returncode == 1
    assert "--to FILE.wav" in done.stderr
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*COMMAND, "--config", str(empty_office.file), "listen", "line-1", "--no-sound"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    screen = TerminalProgram(ours)
    shown = screen.sees(r"line-1 +[0-9.]+ s +from +- \|")
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= 80
    process.send_signal(signal.SIGINT)
    screen.sees(r"line-1: [0-9.]+ s, 0 blocks dropped; mean from the line silent")
    assert process.wait(timeout=10) == 0
    os.close(ours), os.close(theirs)


def test_a_line_that_is_not_there_is_told_and_no_file_is_left(empty_office, tmp_path):
    file = tmp_path / "no.wav"
    done = empty_office.command("listen", "line-9", "--to", str(file), check=False)
    assert done.returncode == 1
    assert "there are line-1" in done.stderr
    assert not file.exists()


def test_who_listens_is_told_that_the_call_server_has_ended(empty_office):
    listener = subprocess.Popen(
        [*COMMAND, "--config", str(empty_office.file), "listen", "line-3", "--json", "--no-sound"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: "to listen to line-3" in empty_office.log.read_text(), 10, "it listens")
    # The last of these tests: nothing is left that another would need.
    assert empty_office.stop() == 0
    told, why = listener.communicate(timeout=10)
    assert json.loads(told)["line"] == "line-3"
    assert "the call server is gone" in why
    assert listener.returncode == 1
    assert "Traceback" not in empty_office.log.read_text()
