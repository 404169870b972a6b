"""The OAM process: tails the journal, answers questions about records."""

import asyncio
import logging
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Any

from firmware_host.control_socket import ControlServer
from firmware_host.instance_lock import InstanceLock
from firmware_host.oam.database import open_database
from firmware_host.oam.projector import Projector
from firmware_host.oam.records import call_records

__all__ = ["run_oam"]

_log = logging.getLogger(__name__)

_TAIL_S = 0.2


def run_oam(state: Path, *, url: str | None = None) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        SecondInstance: when another OAM process runs on the same state folder.
        DatabaseError: when the database can't be used.
    """
    lock = InstanceLock(state, "oam")
    try:
        asyncio.run(_run(state, url or f"sqlite:///{state / 'records.sqlite'}"))
    finally:
        lock.release()


async def _run(state: Path, url: str) -> None:
    engine = open_database(url)
    projector = Projector(engine, state / "journal")
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)

    def records(limit: int = 50, number: str | None = None) -> list[dict[str, Any]]:
        projector.catch_up()
        return [asdict(record) for record in call_records(engine, limit=limit, number=number)]

    control = ControlServer(
        state / "oam.sock",
        {"records": records, "position": lambda: {"sequence": projector.sequence}},
    )
    await control.start()
    _log.info("OAM is up; records in %s", url)
    try:
        while not stopping.is_set():
            try:
                projector.catch_up()
            except OSError as error:
                _log.error("the journal can't be read: %s; trying on", error)
            try:
                async with asyncio.timeout(_TAIL_S):
                    await stopping.wait()
            except TimeoutError:
                continue
    finally:
        await control.stop()
        engine.dispose()
