"""Lines of a kernel's log that say that something in it broke."""

import re

# A soft lock-up is not among them: an emulator that was held up looks the same (and the machine's kernel
# is told not to look for it). A driver that hangs runs into the time limit.
FAULTS = re.compile(
    r"\bBUG\b[: ]"
    r"|\bOops\b"
    r"|general protection"
    r"|Kernel panic"
    r"|WARNING: CPU"
    r"|unable to handle"
    r"|Call Trace:"
    r"|refcount_t:"
    r"|blocked for more than \d+ seconds"
)
AT_BOOT_S = re.compile(r"^\[ *(\d+\.\d+)\] ")


def faults_in(log: str) -> list[str]:
    """The lines that tell of a fault, without their time stamps and each once, in order."""
    found: dict[str, None] = {}
    for line in log.splitlines():
        if FAULTS.search(line):
            found[AT_BOOT_S.sub("", line).strip()] = None
    return list(found)
