"""Connections to a store: reading sees one moment, writing stands in line, and no failure shows a traceback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from holocrine.errors import FileError, InputError
from holocrine.record.location import Location, key_statement

PATIENCE_SECONDS = 60
"""How long a writer waits for the others."""
_RETRY_SECONDS = 0.02
_WRITING = "holocrine_writing"
_LOCK = 0x486F6C6F63
"""The number of the advisory lock under which PostgreSQL lets one writer in at a time."""


def engine_of(location: Location) -> Engine:
    """An engine for the store; nothing is opened yet. Raises InputError when a library is not installed."""
    if location.is_file:
        return _sqlite(location)
    _library("psycopg", "postgres")
    engine = create_engine(location.url, connect_args={"connect_timeout": 10}, isolation_level="REPEATABLE READ")
    event.listen(engine, "begin", _one_writer)
    return engine


@contextmanager
def reading(engine: Engine, location: Location) -> Iterator[Connection]:
    """A connection that sees the store as it was at one moment. Raises FileError when it cannot be read."""
    with _told(location, ""), engine.connect() as connection:
        yield connection


@contextmanager
def cleaning(engine: Engine, location: Location) -> Iterator[Connection]:
    """A connection outside any transaction, for what is done after an erasure. Raises FileError when it fails."""
    outcome = "The person was erased, but traces may be left in the files of the database: clean them as its owner."
    with _told(location, outcome), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@contextmanager
def writing(engine: Engine, location: Location) -> Iterator[Connection]:
    """The one writing transaction: committed at the end, undone when anything is raised.

    Raises FileError when the store cannot be written or another writer does not finish in time.
    """
    with _told(location, "Nothing was written."):
        options: dict[str, Any] = {_WRITING: True}
        if not location.is_file:
            # the head of the chain must be read as the writer before has left it, not as it was at the start
            options["isolation_level"] = "READ COMMITTED"
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection


@contextmanager
def _told(location: Location, outcome: str) -> Iterator[None]:
    """Failures of the database in words a user can act on; `outcome` says what was done in spite of it."""
    try:
        yield
    except DBAPIError as error:
        cause = str(error.orig).strip().partition("\n")[0][:300]
        if "not a database" in cause:
            locked = "the key is wrong, or it" if location.key else "it is encrypted (give --key-file), or"
            raise FileError(f"{location}: cannot be opened: {locked} is no record. Check file and key.") from error
        if "locked" in cause:
            raise FileError(
                f"{location}: another program keeps it locked. Try again when that has finished."
            ) from error
        raise FileError(f"{location}: the database says: {cause}. {outcome}".rstrip()) from error
    except SQLAlchemyError as error:
        raise FileError(f"{location}: the database cannot be used: {str(error)[:300]}") from error


def _sqlite(location: Location) -> Engine:
    driver = _library("sqlcipher3.dbapi2", "encrypt") if location.key else import_module("sqlite3")

    def connect() -> Any:
        # isolation_level None: the driver begins nothing by itself, `_one_writer` does
        made = driver.connect(
            str(location.path), timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            if location.key:
                made.execute(key_statement(location.key))
            _ahead_logged(made, driver)
            for pragma in (
                "synchronous = FULL",
                "foreign_keys = ON",
                "secure_delete = ON",
                "trusted_schema = OFF",
            ):
                made.execute(f"PRAGMA {pragma}")
        except BaseException:
            made.close()
            raise
        return made

    engine = create_engine("sqlite://", creator=connect, module=driver, poolclass=QueuePool)
    event.listen(engine, "begin", _one_writer)
    return engine


def _ahead_logged(made: Any, driver: Any) -> None:
    """Switch the file to write-ahead logging. SQLite does not wait by itself when two try that at once."""
    given_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            made.execute("PRAGMA journal_mode = WAL")
            return
        except driver.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > given_up:
                raise
            time.sleep(_RETRY_SECONDS)


def _one_writer(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITING, False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def _library(name: str, extra: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(
            f"--store: this kind of store needs an extra that is not installed. Install holocrine[{extra}]."
        ) from error
