"""Opens the records database and brings its tables to this release's shape."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

__all__ = ["DatabaseError", "open_database"]


class DatabaseError(Exception):
    """The records database can't be used; the message says why and what to do."""


def open_database(url: str) -> Engine:
    """An engine whose tables are current.

    Raises:
        DatabaseError: when the database can't be opened or migrated.
    """
    try:
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (DBAPIError, SQLAlchemyError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        raise DatabaseError(
            f"{url}: the records database can't be used: {reason}; records are kept in the journal,"
            " so this file may be moved away and will be made anew"
        ) from error
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:  # noqa: ANN401 - DBAPI objects
    # WAL lets readers go on while the projector writes; after a power cut the journal fills gaps.
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
