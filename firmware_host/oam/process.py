"""The OAM process: tails the journal, answers questions about records."""

import asyncio
import logging
import signal
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from firmware_host.control_socket import ControlServer, Refused
from firmware_host.explained import Explained
from firmware_host.instance_lock import InstanceLock
from firmware_host.journal_format import Entry
from firmware_host.oam.alert_commands import AlertCommands, CommandReceiver
from firmware_host.oam.database import open_database
from firmware_host.oam.projector import Projector
from firmware_host.oam.questions import Refusal, answer_question
from firmware_host.oam.records import call_records
from firmware_host.oam.routing_steps import routing_steps
from firmware_host.service_notify import ServiceNotifier

__all__ = ["run_oam"]

_log = logging.getLogger(__name__)

_TAIL_S = 0.2
_AT_ONCE = 2000
"""Facts; half a second. Records that are made anew take minutes, in which there are beats and answers."""
_MOST_RECORDS = 100_000
ReadReceivers = Callable[[], Mapping[str, CommandReceiver]]


def run_oam(
    state: Path, *, url: str | None = None, receivers: ReadReceivers = lambda: MappingProxyType({})
) -> None:
    """Run until SIGTERM or SIGINT; receivers' programs are told of alerts.

    Args:
        state: The state folder.
        url: Of the database.
        receivers: Reads them; asked again when a changed configuration is in force.

    Raises:
        SecondInstance: when another OAM process runs on the same state folder.
        DatabaseError: when the database can't be used.
    """
    lock = InstanceLock(state, "oam")
    try:
        asyncio.run(_run(state, url or f"sqlite:///{state / 'records.sqlite'}", receivers))
    finally:
        lock.release()


async def _run(state: Path, url: str, receivers: ReadReceivers) -> None:
    notifier = ServiceNotifier()
    engine = open_database(url)
    projector = Projector(engine, state / "journal")
    commands = AlertCommands(receivers())

    def notice(entry: Entry) -> None:
        if entry.kind == "ConfigurationApplied":
            try:
                commands.follow(receivers())
            except Explained as error:  # somebody is editing it again
                _log.error("receivers of alerts stay as they were: %s", error)
        commands.receive(entry)

    projector.observers.append(notice)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)

    def bring_up_to_date() -> None:
        try:
            projector.catch_up(_AT_ONCE)
        except (SQLAlchemyError, OSError) as error:
            raise Refused(f"records can't be brought up to date: {_reason(error)}") from error

    def routing(call: str) -> list[dict[str, Any]]:
        bring_up_to_date()
        try:
            return [asdict(step) for step in routing_steps(engine, call)]
        except SQLAlchemyError as error:
            raise Refused(f"records can't be read: {_reason(error)}") from error

    def records(
        limit: int = 50,
        number: str | None = None,
        tenant: str | None = None,
        with_message: bool = False,
    ) -> list[dict[str, Any]]:
        if not 1 <= limit <= _MOST_RECORDS:
            raise Refused(f"at most {_MOST_RECORDS} records at once")
        bring_up_to_date()
        try:
            found = call_records(
                engine, limit=limit, number=number, tenant=tenant, with_message=with_message
            )
        except SQLAlchemyError as error:
            raise Refused(f"records can't be read: {_reason(error)}") from error
        return [asdict(record) for record in found]

    async def figures(question: dict[str, Any]) -> dict[str, Any]:
        bring_up_to_date()
        try:
            # A month takes seconds, in which records are to go on.
            return await asyncio.to_thread(answer_question, engine, question)
        except Refusal as error:
            raise Refused(str(error)) from error
        except SQLAlchemyError as error:
            raise Refused(f"records can't be read: {_reason(error)}") from error

    control = ControlServer(
        state / "oam.sock",
        {
            "records": records,
            "routing": routing,
            "statistics": figures,
            "position": lambda: {"sequence": projector.sequence},
        },
    )
    await control.start()
    _log.info("OAM is up; records in %s", url)
    complained = ""
    # The records are caught up in the loop that gives the beats: a loop that beats is one that works.
    notifier.ready(f"records in {url}", lambda: None)
    try:
        while not stopping.is_set():
            complained, is_behind = _catch_up(projector, complained)
            try:
                async with asyncio.timeout(0.0 if is_behind else _TAIL_S):
                    await stopping.wait()
            except TimeoutError:
                continue
    finally:
        notifier.stopping()
        await control.stop()
        commands.close()
        engine.dispose()


def _catch_up(projector: Projector, complained: str) -> tuple[str, bool]:
    """Project what is new; the complaint that stands (each is logged once), and whether there is more."""
    try:
        count = projector.catch_up(_AT_ONCE)
    except (SQLAlchemyError, OSError) as error:
        # Nothing is lost: the journal holds every fact, and the position moves with the records only.
        if _reason(error) != complained:
            _log.error("records stand still: %s; trying on", _reason(error))
        return _reason(error), False
    if complained:
        _log.warning("records are brought up to date again")
    return "", count == _AT_ONCE


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error)
