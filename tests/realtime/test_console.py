"""A technician at a terminal: what the screen shows, on a pseudo-terminal and on a serial line."""

import os
import re
import signal
import subprocess
import tty
from pathlib import Path

import pytest
from running_appliance import COMMAND, RunningAppliance, wait_until
from terminal_program import TerminalProgram

from firmware_host.explained import EXPLAINED

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def appliance(tmp_path_factory):
    appliance = RunningAppliance(tmp_path_factory.mktemp("console"))
    appliance.start()
    yield appliance
    appliance.stop()


@pytest.fixture
def console(appliance, request):
    """A console process; its pseudo-terminal, or the far end of the serial line it opened."""
    options = getattr(request, "param", [])
    ours, theirs = os.openpty()
    tty.setraw(ours), tty.setraw(theirs)
    words = ["--config", str(appliance.file), "console", "--device", os.ttyname(theirs), *options]
    log = appliance.state.parent / "console-log"
    with log.open("wb") as file:
        process = subprocess.Popen([*COMMAND, *words], stdout=file, stderr=file)
    os.set_blocking(ours, False)
    yield TerminalProgram(ours)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    assert "Traceback" not in log.read_text()
    os.close(ours), os.close(theirs)


def test_a_person_logs_in_completes_a_command_pages_a_table_and_logs_out(console):
    console.logs_in()
    console.sees(r"hello admin")
    assert "2580" not in console.look()
    console.types("ag\t")
    console.sees(r"> agents")
    console.types("\r")
    screen = console.sees(r"Agent three")
    assert max(len(line.rstrip()) for line in screen.splitlines()) <= 80
    console.types("journal show --last 0 --json\r")
    console.sees(r"--More--")
    console.types(" ")
    console.sees(r"--More--")
    console.types("q")
    console.sees(r"> *$")
    console.types("exit\r")
    console.sees(r"Good-bye[\s\S]*login:")


def test_a_call_is_watched_as_it_comes_and_goes_and_control_c_ends_the_watch(console, appliance):
    wait_until(lambda: appliance.agents_ready(3), 40, "agents")
    console.logs_in()
    console.sees(r"hello admin")
    console.types("watch --every 0.2\r")
    console.sees(r"No call is up")
    caller = appliance.dial("40211234", stay_s=60)
    screen = console.sees(r"talking", 40)
    assert "line-" in screen
    (call,) = appliance.calls("talking")
    appliance.command("hangup", call["call"])
    console.sees(r"No call is up", 20)
    caller.communicate(timeout=30)
    console.types("\x03")
    console.sees(r"\^C")
    console.types("lines\r")
    console.sees(r"desk-3")


def test_a_console_that_is_stopped_or_killed_holds_nobody_up_and_the_next_one_asks_for_a_pin(
    appliance,
):
    ours, theirs = os.openpty()
    tty.setraw(ours), tty.setraw(theirs)
    os.set_blocking(ours, False)
    words = ["--config", str(appliance.file), "console", "--device", os.ttyname(theirs)]
    for fault in (signal.SIGSTOP, signal.SIGKILL):
        terminal = TerminalProgram(ours)
        process = subprocess.Popen([*COMMAND, *words], stderr=subprocess.DEVNULL)
        try:
            terminal.logs_in()
            terminal.sees("example>")
            terminal.types("watch --every 0.2\r")
            terminal.sees("No call is up")
            process.send_signal(fault)
            caller = appliance.dial("4401", press="", stay_s=1)
            wait_until(lambda: appliance.calls(), 20, "a call comes in as ever")
            assert appliance.ask("callserver", "status")["longest_pause_s"] < 0.5
            assert "answered" in caller.communicate(timeout=20)[0]
            if fault == signal.SIGSTOP:
                process.send_signal(signal.SIGCONT)
                terminal.types("\x03")
                terminal.sees("example> *$|example> *\n")
        finally:
            process.kill()
            process.wait(timeout=10)
    terminal = TerminalProgram(ours)
    process = subprocess.Popen([*COMMAND, *words], stderr=subprocess.DEVNULL)
    terminal.sees("login:")
    process.terminate()
    assert process.wait(timeout=10) == 0
    os.close(ours), os.close(theirs)


def test_hostile_keys_cost_neither_memory_nor_time_and_a_log_in_still_works(appliance):
    ours, theirs = os.openpty()
    tty.setraw(ours), tty.setraw(theirs)
    words = ["--config", str(appliance.file), "console", "--device", os.ttyname(theirs)]
    process = subprocess.Popen(
        [*COMMAND, *words], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.set_blocking(ours, False)
    terminal = TerminalProgram(ours)
    hostile = [b"\x1b[<5M", b"\x1b[M\x14MH", b"\x1b9" * 6 + b"x\x01\x0b" + b"\x1b9" * 4 + b"\x19"]
    try:
        terminal.sees("login:")
        for keys in (*hostile, b"x" * 60_000, bytes(range(14, 256)) * 20):
            for start in range(0, len(keys), 1000):
                os.write(ours, keys[start : start + 1000])
                terminal.look(0.01)
        terminal.types("\r\x03")
        terminal.sees("login: *$|login: *\\n")
        terminal.types("admin\r")
        terminal.sees("PIN:")
        terminal.types("2580\r")
        terminal.sees("example>")
        for keys in (*hostile, b"x" * 60_000):
            for start in range(0, len(keys), 1000):
                os.write(ours, keys[start : start + 1000])
                terminal.look(0.01)
        terminal.types("\x03")
        terminal.types("queues\r")
        terminal.sees("support")
        status = Path(f"/proc/{process.pid}/status").read_text()
        (resident_kb,) = re.findall(r"VmRSS:\s+(\d+) kB", status)
        assert int(resident_kb) < 120_000
        process.terminate()
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours), os.close(theirs)


def test_a_half_typed_line_is_thrown_away_by_control_c_and_history_comes_back(console):
    console.logs_in()
    console.sees(r"hello admin")
    console.types("queues\r")
    console.sees(r"support")
    console.types("half typed")
    console.sees(r"> half typed")
    console.types("\x03")
    console.sees(r"half typed[\s\S]*> ")
    console.types("lines\r")
    console.sees(r"desk-3[\s\S]*> ")
    console.types("\x1b[A\x1b[A")
    console.sees(r"desk-3[\s\S]*> queues")


def test_a_wrong_pin_is_refused_and_three_close_the_door(console):
    for tries in range(3):
        console.sees(r"login:[\s\S]*Wrong name or PIN[\s\S]*" * tries + "login:")
        console.types("admin\r")
        console.sees(r"PIN:[\s\S]*Wrong name or PIN[\s\S]*" * tries + "PIN:")
        console.types("0000\r")
    console.sees(r"Too many wrong PINs")


def test_mistakes_are_told_in_words(console):
    console.logs_in()
    console.sees(r"hello admin")
    console.types("agnets\r")
    console.sees(r"No such command")
    console.types("hangup\r")
    console.sees(r"Missing argument")
    console.types("hangup nowhere\r")
    console.sees(r'no call or line "nowhere"')
    console.types("help hangup\r")
    console.sees(r"TARGET is a call's number")
    console.types("lines 'unclosed\r")
    console.sees(r"No closing quotation")
    console.types("help\r")
    console.sees(r"--More--|Commands:")


def test_a_terminal_that_does_not_tell_its_size_is_taken_as_80_by_24(appliance):
    ours, theirs = os.openpty()
    tty.setraw(ours), tty.setraw(theirs)
    words = ["--config", str(appliance.file), "console", "--device", os.ttyname(theirs)]
    process = subprocess.Popen([*COMMAND, *words], stderr=subprocess.DEVNULL)
    terminal = TerminalProgram(ours, answers=False)
    terminal.logs_in()
    terminal.sees(r"hello admin")
    terminal.types("journal show --last 0 --json\r")
    terminal.sees(r"--More--")
    process.terminate()
    assert process.wait(timeout=10) == 0
    os.close(ours), os.close(theirs)


@pytest.mark.parametrize("console", [["--idle", "1.5"]], indirect=True)
def test_nobody_at_the_keys_is_logged_out(console):
    console.logs_in()
    console.sees(r"hello admin")
    console.sees(r"Logged out[\s\S]*login:", 10)


def test_a_line_that_is_not_there_is_told(appliance):
    done = appliance.command("console", "--device", "/dev/no-such-line", check=False)
    assert done.returncode == EXPLAINED
    assert "/dev/no-such-line" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_local_socket_gives_a_console_each_and_ends_with_the_log_out(console, appliance):
    import socket

    console.sees(r"login:")
    people = []
    for _ in range(3):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(appliance.state / "console.sock"))
        people.append((connection, TerminalProgram(connection.fileno(), rows=40, columns=100)))
    for _, person in people:
        person.logs_in()
    for connection, person in people:
        person.sees(r"hello admin")
        person.types("lines\r")
        person.sees(r"line-6")
        connection.shutdown(socket.SHUT_WR)
        wait_until(lambda c=connection: c.recv(65536) == b"", 5, "the end")
        connection.close()


def test_the_serial_line_is_set_raw_at_its_speed(console):
    import termios

    console.sees(r"login:")
    flags = termios.tcgetattr(console.descriptor)
    assert not flags[3] & (termios.ECHO | termios.ICANON | termios.ISIG)
