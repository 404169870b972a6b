"""``python -m firmware_host.callserver --config FILE``: the call server, and nothing that it does not need.

`switchroom callserver` is the same for people; but after a crash every command that is loaded, and not
used, is time in which nobody is served.
"""

import argparse
import logging
import sys
from pathlib import Path

from firmware_host.callserver.journal import JournalError
from firmware_host.callserver.loop import run_call_server
from firmware_host.config import ConfigurationError, read_appliance
from firmware_host.explained import EXPLAINED
from firmware_host.instance_lock import SecondInstance
from firmware_host.process_beginning import begin_process

_log = logging.getLogger(__name__)


def main() -> int:
    """Run the call server; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("appliance.toml"))
    file = parser.parse_args().config
    begin_process("callserver", may_wait=False)
    try:
        run_call_server(read_appliance(file), file)
    except ConfigurationError as error:
        return explained(f"{error}\nCorrect the file, then try `switchroom check {error.file}`.")
    except (SecondInstance, JournalError) as error:
        return explained(str(error))
    return 0


def explained(text: str) -> int:
    """Tell in the log why it can't run; the exit code that says so."""
    for line in text.splitlines():
        _log.error("%s", line)
    return EXPLAINED


if __name__ == "__main__":
    sys.exit(main())
