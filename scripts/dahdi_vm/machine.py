"""One start of the machine: QEMU, its console, and what came of it."""

import fcntl
import os
import re
import select
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from scripts.dahdi_vm.cache import Machine
from scripts.dahdi_vm.failures import TIME_LIMIT, NotJudged
from scripts.dahdi_vm.kernel_log import faults_in

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TEMPORARY = Path("/tmp")
"""The guest has one of its own there."""
MEMORY_MB = 2048
KERNEL_ARGUMENTS = (
    "console=ttyS0",
    "quiet",
    "loglevel=4",
    "log_buf_len=4M",  # all of it is looked through for faults at the end
    "panic=-1",  # with -no-reboot a panic ends QEMU
    "oops=panic",  # a process that dies in the kernel may hold locks: end at once, not at the time limit
    "nosoftlockup",  # see kernel_log.py
    "mitigations=off",
    "nokaslr",
    "tsc=reliable",
)


_UPTIME = re.compile(rb"kernel up after ([0-9.]+) s")
CLOCK_RATIO = 2.0
"""A guest whose clock is so much faster than ours measures nothing."""


@dataclass(frozen=True)
class Job:
    """What the machine does before it goes out."""

    command: Sequence[str]
    """Run as root; its exit status is the job's."""
    output: Path
    """The guest's /out: console.log, kernel.log, status, and whatever the command leaves there."""
    folder: Path = PROJECT
    """Where the command starts."""
    environment: Mapping[str, str] = field(default_factory=dict)
    limit_s: float = 2400.0
    silence_s: float = 20.0
    """The console's first line comes after 2 s. A machine that has said nothing for so long never will."""
    visible: Sequence[Path] = ()
    """Folders that must be seen in the guest even where they lie in the temporary folder."""


def run(machine: Machine, job: Job) -> int:
    """Starts the machine for a job, shows its console, and judges.

    Returns:
        The command's exit status; 1 instead of 0 when the guest's kernel tells of a fault; TIME_LIMIT.

    Raises:
        NotJudged: the machine failed, or another one uses the output folder.
    """
    job.output.mkdir(parents=True, exist_ok=True)
    with (job.output / "console.log").open("ab") as console:
        try:
            fcntl.flock(console, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotJudged(
                f"another machine writes to {job.output}: name a second --output"
            ) from None
        for name in ("kernel.log", "status"):
            (job.output / name).unlink(missing_ok=True)
        (job.output / "start.sh").write_text(start_script(machine, job))
        began = time.monotonic()
        code = _boot(machine, job, console)
        if code is None:
            print(
                "the machine is silent, or its clock wrong: trying once more",
                file=sys.stderr,
                flush=True,
            )
            code = _boot(machine, job, console)
    print(f"the machine ran for {time.monotonic() - began:.0f} s; its log is in {job.output}")
    if code is None:
        raise NotJudged("the machine says nothing, or its clock is wrong")
    return _judged(job, code)


def start_script(machine: Machine, job: Job) -> str:
    """What the guest's first process hands over to: settings, then the lines of guest/start.sh."""
    needed = [PROJECT, machine.folder, Path(sys.prefix), Path(sys.base_prefix), job.folder]
    kept = sorted({str(path) for path in (*needed, *job.visible) if path.is_relative_to(TEMPORARY)})
    environment = {
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "SWITCHROOM_DAHDI_VM": "1",
        "DAHDI_HEADERS": str(machine.headers),
        "PYTHON": sys.executable,
        "PYTHONDONTWRITEBYTECODE": "1",
        **job.environment,
    }
    settings = [
        f"KERNEL={shlex.quote(machine.kernel)}",
        f"MACHINE={shlex.quote(str(machine.folder))}",
        f"PROJECT={shlex.quote(str(PROJECT))}",
        f"FOLDER={shlex.quote(str(job.folder))}",
        f"KEPT=({shlex.join(kept)})",
        f"COMMAND=({shlex.join(job.command)})",
        *(f"export {name}={shlex.quote(value)}" for name, value in environment.items()),
    ]
    return "\n".join(settings) + "\n" + (HERE / "guest/start.sh").read_text()


def qemu_command(machine: Machine, output: Path) -> list[str]:
    """One emulated processor, no devices but a serial console and two shared folders.

    Never KVM: there are hosts where /dev/kvm opens and is far slower than emulation. One processor, because
    with two on a busy host DAHDI's ticks come late. q35, because microvm hung in one start of ten.
    """
    return [
        *(("nice", "-n", "-5") if os.geteuid() == 0 else ()),  # a machine that waits loses speech
        *("setpriv", "--pdeathsig", "KILL"),  # whatever ends us ends it
        "qemu-system-x86_64",
        *("-accel", "tcg,thread=multi", "-cpu", "max", "-M", "q35", "-smp", "1"),
        *("-m", str(MEMORY_MB), "-nodefaults", "-no-user-config", "-display", "none"),
        *("-no-reboot", "-serial", "stdio"),
        *("-kernel", str(machine.kernel_image), "-initrd", str(machine.first_root)),
        *("-append", " ".join(KERNEL_ARGUMENTS)),
        *("-virtfs", _shared("root", Path("/"), "security_model=passthrough,readonly=on")),
        *("-virtfs", _shared("out", output, "security_model=none")),
    ]


def _shared(tag: str, folder: Path, options: str) -> str:
    """One shared folder, as QEMU wants it; commas are doubled there."""
    path = str(folder.resolve()).replace(",", ",,")
    return f"local,path={path},mount_tag={tag},{options},multidevs=remap"


def _boot(machine: Machine, job: Job, console: BinaryIO) -> int | None:
    """Runs QEMU to its end.

    Returns:
        Its exit code, TIME_LIMIT, or None when it stayed silent or its clock is no clock: on a host that
        is very busy just then the kernel measures the processor's speed wrong, and all times with it.
    """
    console.truncate(0)
    began = time.monotonic()
    ends_at, speaks_by = began + job.limit_s, began + job.silence_s
    command = qemu_command(machine, job.output)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as qemu:
        try:
            assert qemu.stdout is not None
            descriptor = qemu.stdout.fileno()
            silent = True
            while True:
                now = time.monotonic()
                wait_s = (min(speaks_by, ends_at) if silent else ends_at) - now
                if wait_s <= 0:
                    return None if silent else TIME_LIMIT
                if not select.select([descriptor], [], [], wait_s)[0]:
                    continue
                octets = os.read(descriptor, 65536)
                if not octets:
                    return qemu.wait()
                silent = False
                uptime = _UPTIME.search(octets)
                if (
                    uptime is not None
                    and float(uptime[1]) > CLOCK_RATIO * (time.monotonic() - began) + 1.0
                ):
                    return None
                _show(octets.replace(b"\r", b""), console)
        finally:
            qemu.kill()


def _show(octets: bytes, console: BinaryIO) -> None:
    """To the log and to whoever looks on."""
    console.write(octets)
    console.flush()
    sys.stdout.buffer.write(octets)
    sys.stdout.buffer.flush()


def _judged(job: Job, qemu_code: int) -> int:
    """From what the machine left behind: a fault of its kernel, no end, or the command's status."""
    texts = [job.output / name for name in ("console.log", "kernel.log")]
    faults = faults_in(
        "\n".join(text.read_text(errors="replace") for text in texts if text.exists())
    )
    status_file = job.output / "status"
    status = int(status_file.read_text()) if status_file.exists() else None
    if faults:
        print("the guest's kernel tells of a fault:", *faults, sep="\n  ", file=sys.stderr)
        return status or 1
    if qemu_code == TIME_LIMIT:
        print(f"stopped at the time limit of {job.limit_s:g} s", file=sys.stderr)
        return TIME_LIMIT
    if status is None:
        raise NotJudged(f"the machine ended without a result (QEMU's exit code {qemu_code})")
    return status
