"""Backups travel between the databases whole or not at all; older stores are migrated; encrypted ones stay closed."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from holocrine.errors import FileError, InputError
from holocrine.record.backup import backup, restore
from holocrine.record.migrate import MIGRATIONS
from holocrine.record.schema import REVISION, metadata
from holocrine.record.store import Store, open_store
from holocrine.record.verify import verify

Samples = Any
NOW = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
KEY, OTHER_KEY = "correct horse battery staple", "0123456789abcdef" * 4
FIXTURE = Path(__file__).with_name("record_schema_1.sql")


def rows_of(store: Store) -> list[list[tuple[Any, ...]]]:
    with store.reading() as rows:
        return [
            [tuple(row) for row in rows.execute(table.select().order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        ]


def valid(store: Store) -> bool:
    with store.reading() as rows:
        return verify(rows).valid


# --- backup and restore -------------------------------------------------------------------------------------


def test_a_backup_restores_to_an_equal_record(store: Store, new_place: Callable[[], str], tmp_path: Path) -> None:
    made = backup(store, tmp_path / "b", at=NOW)
    assert made.head == store.head()
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    with open_store(new_place(), create=True) as other:
        assert restore(other, tmp_path / "b") == made
        assert rows_of(other) == rows_of(store)
        assert valid(other)
    assert not list(tmp_path.glob(".holocrine*"))


def test_a_backup_goes_from_one_database_to_the_other(
    tmp_path: Path, samples: Samples, request: pytest.FixtureRequest
) -> None:
    places = {"sqlite": str(tmp_path / "a.db"), "postgresql": request.getfixturevalue("new_schema")()}
    with open_store(places["sqlite"], create=True) as one, open_store(places["postgresql"], create=True) as other:
        samples.fill(one)
        backup(one, tmp_path / "b", at=NOW)
        restore(other, tmp_path / "b")
        assert rows_of(one) == rows_of(other)
        backup(other, tmp_path / "c", at=NOW)
        with open_store(tmp_path / "again.db", create=True) as again:
            restore(again, tmp_path / "c")
            assert rows_of(again) == rows_of(one)


def test_an_erased_person_is_not_in_a_new_backup(store: Store, samples: Samples, tmp_path: Path) -> None:
    with store.writing(author="A", at=samples.now) as writer:
        writer.erase("patient-1", "request")
    backup(store, tmp_path / "b", at=NOW)
    data = (tmp_path / "b").read_bytes()
    assert b"amber" not in data
    assert b"apraclonidine" not in data


def test_erased_text_leaves_the_files_of_sqlite(tmp_path: Path, samples: Samples) -> None:
    with open_store(tmp_path / "r.db", create=True) as store:
        samples.fill(store)
        assert b"apraclonidine" in b"".join(path.read_bytes() for path in tmp_path.glob("r.db*"))
        with store.writing(author="A", at=samples.now) as writer:
            writer.erase("patient-1", "request")
        assert b"apraclonidine" not in b"".join(path.read_bytes() for path in tmp_path.glob("r.db*"))


@pytest.mark.parametrize("place_of", ["first line", "checksum", "middle", "end", "cut", "longer", "empty", "other"])
def test_a_damaged_backup_is_refused(tmp_path: Path, samples: Samples, place_of: str) -> None:
    with open_store(tmp_path / "r.db", create=True) as store:
        samples.fill(store)
        backup(store, tmp_path / "b", at=NOW)
    data = bytearray((tmp_path / "b").read_bytes())
    if place_of in ("first line", "middle", "end"):
        data[{"first line": 4, "middle": len(data) // 2, "end": len(data) - 1}[place_of]] ^= 1
    changed = {
        "checksum": bytes(data).replace(b'"sha256":"', b'"sha256":"0', 1),
        "cut": data[:-10],
        "longer": data + b"x",
        "empty": b"",
        "other": b"\x00" * 5000,
    }
    (tmp_path / "b").write_bytes(changed.get(place_of, bytes(data)))
    with open_store(tmp_path / "new.db", create=True) as target:
        with pytest.raises(FileError, match=r"damaged|no backup"):
            restore(target, tmp_path / "b")
        assert target.head().number == 0


def test_a_backup_whose_chain_does_not_hold_is_refused(tmp_path: Path, samples: Samples) -> None:
    with open_store(tmp_path / "r.db", create=True) as store:
        samples.fill(store)
        with store.transaction() as rows:
            rows.execute(text("DROP TRIGGER content_no_update"))
            rows.execute(text("UPDATE content SET content = '{}' WHERE seq = 4"))
        backup(store, tmp_path / "b", at=NOW)
    with open_store(tmp_path / "new.db", create=True) as target:
        with pytest.raises(FileError, match="content 4"):
            restore(target, tmp_path / "b")
        assert target.head().number == 0


def test_nothing_is_overwritten(store: Store, tmp_path: Path) -> None:
    backup(store, tmp_path / "b", at=NOW)
    before = (tmp_path / "b").read_bytes()
    with pytest.raises(FileError, match="not overwritten"):
        backup(store, tmp_path / "b", at=NOW)
    assert (tmp_path / "b").read_bytes() == before
    head = store.head()
    with pytest.raises(InputError, match="not empty"):
        restore(store, tmp_path / "b")
    assert store.head() == head


# --- encryption ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [KEY, OTHER_KEY, 'it\'s "quoted"; --'])
def test_an_encrypted_record_opens_with_its_key_only(tmp_path: Path, samples: Samples, key: str) -> None:
    pytest.importorskip("sqlcipher3")
    with open_store(tmp_path / "r.db", key=key, create=True) as store:
        samples.fill(store)
        data = b"".join(path.read_bytes() for path in tmp_path.glob("r.db*"))
    assert b"amber" not in data
    assert b"CREATE TABLE" not in data
    for wrong in (None, key + "x" if key != OTHER_KEY else KEY):
        with pytest.raises(FileError, match="encrypted" if wrong is None else "key is wrong"):
            open_store(tmp_path / "r.db", key=wrong)
    with open_store(tmp_path / "r.db", key=key) as store:
        assert store.patient("amber-29").age == 29
        assert valid(store)


def test_a_backup_of_an_encrypted_record_is_encrypted_and_can_change_its_key(tmp_path: Path, samples: Samples) -> None:
    pytest.importorskip("sqlcipher3")
    with open_store(tmp_path / "r.db", key=KEY, create=True) as store:
        samples.fill(store)
        before = rows_of(store)
        assert backup(store, tmp_path / "b", at=NOW).encrypted
    assert b"amber" not in (tmp_path / "b").read_bytes()
    for name, new_key in (("plain.db", None), ("new.db", OTHER_KEY)):
        with open_store(tmp_path / name, key=new_key, create=True) as target:
            with pytest.raises(InputError, match="--key-file"):
                restore(target, tmp_path / "b")
            restore(target, tmp_path / "b", key=KEY)
            assert rows_of(target) == before


@pytest.mark.parametrize("key", ["short", "", "two\nlines of a key"])
def test_a_poor_key_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(InputError, match="key is shorter"):
        open_store(tmp_path / "r.db", key=key, create=True)
    assert list(tmp_path.iterdir()) == []


# --- migration ----------------------------------------------------------------------------------------------


def schema_of(file: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(file) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {(name, " ".join(sql.split())) for name, sql in found}


def test_a_store_of_schema_1_is_migrated_and_goes_on(tmp_path: Path, samples: Samples) -> None:
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.executescript(FIXTURE.read_text(encoding="utf-8"))
    connection.close()
    with open_store(tmp_path / "new.db", create=True) as fresh, open_store(tmp_path / "old.db") as old:
        assert valid(old)
        assert old.patient("amber-29").age == 29
        assert [session.units for session in old.case_history("amber-29").sessions] == [20.0, 7.0]
        with old.writing(author="A", at=samples.now) as writer:
            writer.add(samples.person("blue-31"))
        assert valid(old)
        fresh.close()
    assert schema_of(tmp_path / "old.db") == schema_of(tmp_path / "new.db")


def test_the_migrations_end_at_the_tables_of_this_version(store: Store) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION
    with store.reading() as rows:
        assert compare_metadata(MigrationContext.configure(rows), metadata) == []


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE alembic_version SET version_num = '99'", "newer version"),
        ("DELETE FROM alembic_version", "no record"),
        ("DROP TABLE alembic_version", "no record"),
    ],
)
def test_a_foreign_or_newer_database_is_left_alone(place: str, samples: Samples, statement: str, message: str) -> None:
    with open_store(place, create=True) as store:
        samples.fill(store)
        with store.transaction() as rows:
            rows.execute(text(statement))
    with pytest.raises(FileError, match=message):
        open_store(place, create=True)


def test_a_backup_says_what_it_is(store: Store, tmp_path: Path) -> None:
    backup(store, tmp_path / "b", at=NOW)
    with (tmp_path / "b").open("rb") as file:
        header = json.loads(file.readline())
        assert file.read(16) == b"SQLite format 3\x00"
    assert header["schema"] == "holocrine.record-backup/1"
    assert header["head"]["number"] == 9
