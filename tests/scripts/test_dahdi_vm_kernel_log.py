"""What in the guest's kernel log makes a run fail, and what belongs there."""

import pytest

from scripts.dahdi_vm.kernel_log import faults_in

HARMLESS = """\
[    0.000000] Command line: console=ttyS0 quiet loglevel=4 panic=-1 oops=panic nosoftlockup
[    0.004770] e820: remove [mem 0x000a0000-0x000fffff] usable
[    3.611484] dahdi: loading out-of-tree module taints kernel.
[    3.613046] dahdi: module verification failed: signature and/or required key missing - tainting kernel
[    8.160594] TDMoX: No master.
[    8.175341] Span DYN/loc/f:1: Expected seq no 0, but received 8 instead
[    9.000000] WARNING: This is not about the processor
[    9.100000] dahdi: debugging is off
"""
FAULTS = [
    "BUG: kernel NULL pointer dereference, address: 0000000000000010",
    "kernel BUG at /source/drivers/dahdi/dahdi-base.c:1234!",
    "Oops: 0000 [#1] PREEMPT SMP PTI",
    "general protection fault, probably for non-canonical address 0xdead000000000108: 0000 [#1]",
    "BUG: scheduling while atomic: python3/217/0x00000002",
    "WARNING: CPU: 0 PID: 217 at drivers/dahdi/dahdi_dynamic.c:343 dahdi_dynamic_receive+0x1/0x2",
    "Kernel panic - not syncing: Fatal exception in interrupt",
    "INFO: task python3:217 blocked for more than 120 seconds.",
]


def test_what_the_driver_says_in_health_is_no_fault():
    assert faults_in(HARMLESS) == []


@pytest.mark.parametrize("line", FAULTS)
def test_a_fault_is_found_among_harmless_lines(line):
    assert faults_in(f"{HARMLESS}[   12.345678] {line}\n[   13.000000] sysrq: Power Off") == [line]


def test_a_fault_in_console_and_log_is_told_once():
    line = FAULTS[0]
    assert faults_in(f"[   12.345678] {line}\n.....F\n[   12.345678] {line}\n{line}\n") == [line]
