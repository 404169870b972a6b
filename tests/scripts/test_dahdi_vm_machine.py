"""How a start of the machine is judged, over a QEMU of a few lines of shell, and what the guest is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.dahdi_vm.cache import Machine
from scripts.dahdi_vm.failures import TIME_LIMIT, NotJudged
from scripts.dahdi_vm.machine import PROJECT, Job, qemu_command, run, start_script

ODD = 'it\'s a "test" of $HOME; and `so` on'


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path / "machine", "6.1.0-56-amd64")


@pytest.fixture
def judged(tmp_path, machine, monkeypatch, capfd):
    """Runs the machine with lines of shell in QEMU's place; $OUT is the guest's /out."""

    def judge(shell: str, *, limit_s: float = 20.0, silence_s: float = 20.0) -> tuple[int, str]:
        program = tmp_path / "bin/qemu-system-x86_64"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{shell}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent), prepend=":")
        monkeypatch.setenv("OUT", str(tmp_path / "out"))
        job = Job(["true"], tmp_path / "out", limit_s=limit_s, silence_s=silence_s)
        code = run(machine, job)
        shown = capfd.readouterr()
        return code, shown.out + shown.err

    return judge


@pytest.mark.parametrize("status", [0, 1, 5])
def test_the_commands_status_is_the_runs(judged, status):
    code, shown = judged(f"echo guest: up; echo {status} > $OUT/status")
    assert code == status
    assert "guest: up" in shown


def test_the_console_is_kept_without_carriage_returns(judged, tmp_path):
    judged("printf 'one\\r\\ntwo\\r\\n'; echo 0 > $OUT/status")
    assert (tmp_path / "out/console.log").read_text() == "one\ntwo\n"


def test_a_fault_of_the_guests_kernel_fails_a_run_whose_tests_passed(judged):
    log = "echo '[    5.1] BUG: unable to handle page fault' > $OUT/kernel.log"
    code, shown = judged(f"echo up; {log}; echo 0 > $OUT/status")
    assert code == 1
    assert "BUG: unable to handle page fault" in shown


def test_a_panic_fails_a_run_that_left_no_status(judged):
    assert judged("echo 'Kernel panic - not syncing: Fatal exception'")[0] == 1


def test_an_end_without_a_result_is_not_judged(judged):
    with pytest.raises(NotJudged, match="without a result"):
        judged("echo up")


def test_a_status_of_an_earlier_run_counts_for_nothing(judged):
    judged("echo up; echo 0 > $OUT/status")
    with pytest.raises(NotJudged):
        judged("echo up")


def test_a_silent_machine_is_tried_once_more(judged, tmp_path):
    first = tmp_path / "first"
    code, shown = judged(
        f"[ -e {first} ] || {{ touch {first}; exec sleep 60; }}; echo up; echo 0 > $OUT/status",
        silence_s=0.5,
    )
    assert code == 0
    assert "trying once more" in shown


def test_a_machine_that_stays_silent_is_not_judged(judged, tmp_path):
    with pytest.raises(NotJudged, match="says nothing"):
        judged("echo x >> $OUT/starts; exec sleep 60", silence_s=0.3)
    assert (tmp_path / "out/starts").read_text() == "x\n" * 2


def test_a_machine_whose_clock_runs_wild_is_tried_once_more(judged, tmp_path):
    first = tmp_path / "first"
    code, shown = judged(
        f"[ -e {first} ] || {{ touch {first}; echo guest: kernel up after 18.96 s; exec sleep 60; }};"
        "echo guest: kernel up after 0.10 s; echo 0 > $OUT/status"
    )
    assert code == 0
    assert "its clock wrong: trying once more" in shown


def test_a_machine_that_never_ends_is_stopped_at_the_time_limit(judged):
    code, shown = judged("echo up; exec sleep 60", limit_s=0.5)
    assert code == TIME_LIMIT
    assert "time limit" in shown


def test_two_machines_do_not_share_an_output_folder(judged, machine, tmp_path):
    program = (
        "import fcntl,sys; f=open(sys.argv[1],'a'); fcntl.flock(f,fcntl.LOCK_EX);"
        "print(flush=True); sys.stdin.read()"
    )
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-c", program, str(tmp_path / "out/console.log")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(NotJudged, match="another machine"):
            judged("echo up")
        other.stdin.close()


def test_the_guest_gets_the_command_word_by_word(machine, tmp_path):
    folder = tmp_path / "a folder"
    job = Job(["printf", "%s\n", ODD, ""], tmp_path, folder=folder, environment={"TOLD": ODD})
    settings = start_script(machine, job).partition("\n# In the guest")[0]
    asked = '"${COMMAND[@]}"; printf "%s\\n" "$TOLD" "$FOLDER" "${KEPT[@]}"'
    result = subprocess.run(["bash", "-c", f"{settings}\n{asked}"], capture_output=True, text=True)
    said = result.stdout.splitlines()
    assert said[:4] == [ODD, "", ODD, str(folder)]


def test_what_lies_in_the_temporary_folder_is_carried_into_the_guests(machine):
    lost = Path("/tmp/somewhere/scripts")
    script = start_script(machine, Job(["true"], lost / "out", folder=lost))
    [kept] = [line for line in script.splitlines() if line.startswith("KEPT=")]
    assert str(lost) in kept
    assert "/usr" not in kept


def test_the_guests_scripts_are_shell():
    for script in (PROJECT / "scripts/dahdi_vm/guest").iterdir():
        subprocess.run(["bash", "-n", script], check=True)


def test_a_comma_in_the_output_folders_name_stays_in_it(machine, tmp_path):
    shared = [word for word in qemu_command(machine, tmp_path / "a,b") if "mount_tag=out" in word]
    assert [f"path={tmp_path}/a,,b,mount_tag=out" in word for word in shared] == [True]
