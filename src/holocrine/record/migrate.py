"""A store brought to the schema of this version: made when it is empty, migrated forward when it is older."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from holocrine.errors import FileError
from holocrine.record.engine import reading, writing
from holocrine.record.location import Location
from holocrine.record.schema import REVISION

MIGRATIONS = Path(__file__).parent / "migrations"


def ready(engine: Engine, location: Location, *, create: bool) -> None:
    """Make or migrate the tables, all or nothing.

    Raises FileError when there is no record and none is to be made, when the database holds something else, or when
    a newer version wrote it.
    """
    with reading(engine, location) as connection:
        if _revision(connection, location, create=create) == REVISION:
            return
    with writing(engine, location) as connection:
        # asked again: another writer may have been here first
        if _revision(connection, location, create=create) != REVISION:
            _upgrade(connection)


def _revision(connection: Connection, location: Location, *, create: bool) -> str | None:
    tables = set(inspect(connection).get_table_names())
    if not tables and not create:
        raise FileError(f"{location}: there is no record here. holocrine record add patient FILE begins one.")
    if not tables:
        return None
    found = (
        connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        if "alembic_version" in tables and "audit" in tables
        else None
    )
    if found is None:
        raise FileError(f"{location}: is a database, but no record. Allowed: a record, or a database without tables.")
    if str(found) not in _known():
        raise FileError(f"{location}: was written by a newer version (schema {found}). Install that version.")
    return str(found)


def _known() -> tuple[str, ...]:
    """Every released schema."""
    return tuple(str(number) for number in range(1, int(REVISION) + 1))


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, REVISION)
