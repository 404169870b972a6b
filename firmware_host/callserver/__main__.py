"""``python -m firmware_host.callserver --config FILE``: the call server, and nothing that it does not need.

`switchroom callserver` is the same for people; but after a crash every command that is loaded, and not
used, is time in which nobody is served.
"""

import argparse
import logging
import os
import sys
from pathlib import Path

from firmware_host.callserver.journal import JournalError
from firmware_host.callserver.loop import run_call_server
from firmware_host.config import ConfigurationError, read_appliance
from firmware_host.descriptor_limit import raise_descriptor_limit
from firmware_host.explained import EXPLAINED
from firmware_host.instance_lock import SecondInstance
from firmware_host.log_lines import log_as

_log = logging.getLogger(__name__)


def main() -> int:
    """Run the call server; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("appliance.toml"))
    file = parser.parse_args().config
    os.umask(0o027)  # callers' numbers are nobody else's
    log_as("callserver", may_wait=False)
    raise_descriptor_limit()
    try:
        run_call_server(read_appliance(file), file)
    except (ConfigurationError, SecondInstance, JournalError) as error:
        for line in str(error).splitlines():
            _log.error("%s", line)
        return EXPLAINED
    return 0


if __name__ == "__main__":
    sys.exit(main())
