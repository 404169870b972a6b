"""A process of the appliance makes room for a full chassis by itself."""

import subprocess
import sys

SCRIPT = """
import resource
from firmware_host.descriptor_limit import raise_descriptor_limit

resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
raise_descriptor_limit()
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def limit_after(soft: int, hard: int) -> str:
    script = SCRIPT.format(soft=soft, hard=hard)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout.strip()


def test_a_small_soft_limit_is_raised():
    assert limit_after(256, 4096) == "(4096, 4096)"


def test_a_limit_that_suffices_is_left_alone():
    assert limit_after(1000, 1000) == "(1000, 1000)"
