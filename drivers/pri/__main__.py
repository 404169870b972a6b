"""The PRI worker's process: ``python -m drivers.pri SOCKET``.

With ``--stepped`` it keeps no time of its own and speaks over the socket whose descriptor is given: see
`drivers.pri.stepped`.
"""

import argparse
import contextlib
import logging
import os
import signal
import socket
import sys
from pathlib import Path

_log = logging.getLogger("drivers.pri")


def main() -> int:
    """Run until SIGTERM or SIGINT; 3 when it says why it can't."""
    parser = argparse.ArgumentParser(prog="python -m drivers.pri", description=__doc__)
    parser.add_argument("socket", type=Path, help="where call servers connect")
    parser.add_argument("--stepped", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    logging.basicConfig(
        level=logging.INFO, format="pri-worker %(levelname)s: %(message)s", stream=sys.stderr
    )
    os.umask(0o027)
    try:
        from drivers.pri.stepped import serve_steps
        from drivers.pri.worker import AnotherWorker, PriWorker
    except ImportError as error:
        _log.error(
            "the PRI worker is not built (%s): install libpri-dev, then `make native`", error
        )
        return 3
    if asked.stepped is not None:
        serve_steps(asked.stepped)
        return 0
    try:
        worker = PriWorker(asked.socket)
    except AnotherWorker as error:
        _log.error("%s: %s; stop it first", asked.socket, error)
        return 3
    except OSError as error:
        _log.error("%s: %s", asked.socket, error.strerror)
        return 3

    def stop(*_: object) -> None:
        worker.stopping = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    _log.info("the PRI worker listens at %s", asked.socket)
    _tell_ready(os.environ.pop("NOTIFY_SOCKET", ""))
    worker.run()
    return 1 if worker.worn_out else 0  # whoever started us starts us again


def _tell_ready(address: str) -> None:
    """To a service manager, if one started us (sd_notify(3))."""
    if not address:
        return
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams,
        contextlib.suppress(OSError),
    ):
        datagrams.sendto(b"READY=1", address.replace("@", "\0", 1))


if __name__ == "__main__":
    sys.exit(main())
