"""Backups: one file for every kind of store, a line that says what follows and its SHA-256, then a SQLite database."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection, insert, select

from holocrine.domain.record_answer import Backup
from holocrine.errors import FileError, InputError
from holocrine.record.files import chunks, write_new
from holocrine.record.schema import audit, content, image, lot_use
from holocrine.record.store import Store, open_store
from holocrine.record.verify import verify

LONGEST_HEADER = 10_000


def backup(store: Store, file: Path, *, at: dt.datetime) -> Backup:
    """Write one moment of the store to a new `file`, encrypted with the key of an encrypted store.

    Writers are not held up. Raises FileError when the file exists or cannot be written.
    """
    with _scratch(file.parent) as folder:
        copy = folder / "copy.db"
        _copy_to(store, copy)
        with open_store(copy, key=store.location.key) as made:
            head = made.head()
        header = Backup(
            made_at=at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            encrypted=store.location.key is not None,
            bytes=copy.stat().st_size,
            sha256=_sha256(chunks(copy)),
            head=head,
        )
        write_new(file, chain([header.model_dump_json(by_alias=True).encode() + b"\n"], chunks(copy)))
    return header


def check(file: Path) -> Backup:
    """What a backup says of itself. Raises FileError when it is damaged or no backup."""
    with _scratch() as folder:
        return _unpack(file, folder / "copy.db")


def restore(store: Store, file: Path, *, key: str | None = None) -> Backup:
    """Fill the empty `store` from a backup, all or nothing; `key` opens an encrypted one. Checks everything first.

    Raises FileError when the file is damaged or no backup, InputError when the store is not empty.
    """
    if store.head().number:
        raise _not_empty(store)
    with _scratch() as folder:
        copy = folder / "copy.db"
        header = _unpack(file, copy)
        if header.encrypted and key is None:
            raise InputError(f"{file}: is encrypted. Give its key with --key-file.")
        with open_store(copy, key=key if header.encrypted else None) as source, source.reading() as rows:
            checked = verify(rows, header.head)
            if not checked.valid:
                first = checked.findings[0]
                raise FileError(f"{file}: the record in it is not whole: {first.row} {first.problem}. Use another.")
            with store.transaction() as target:
                if target.execute(select(audit.c.seq).limit(1)).first():
                    raise _not_empty(store)
                _copy_rows(rows, target)
    return header


def _copy_to(store: Store, copy: Path) -> None:
    """A SQLite database with the rows of one moment: by SQLite's own online backup, or row by row from a server."""
    if store.location.is_file:
        store.copy_file(copy)
        return
    with open_store(copy, create=True) as target, store.reading() as rows, target.transaction() as made:
        _copy_rows(rows, made)


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in (audit, content, image, lot_use):
        # in the order of the audit, which grows at its end only; never more photos than one in memory
        size = 1 if table is image else 100
        found = source.execute(select(table).order_by(*table.primary_key), execution_options={"yield_per": size})
        for batch in found.mappings().partitions():
            target.execute(insert(table), [dict(row) for row in batch])


def _unpack(file: Path, copy: Path) -> Backup:
    """The database in a backup as a file of its own; raises FileError when a single byte is not as it was written."""
    remedy = "Allowed: a file as holocrine record backup wrote it. Use another backup."
    try:
        with file.open("rb") as source:
            header = Backup.model_validate_json(source.readline(LONGEST_HEADER))
            if os.fstat(source.fileno()).st_size - source.tell() != header.bytes:
                raise FileError(f"{file}: is damaged: it is shorter or longer than its first line says. {remedy}")
            with copy.open("wb") as target:
                shutil.copyfileobj(source, target)
    except OSError as error:
        raise FileError(f"{file}: cannot be read ({error.strerror}). Give the path of a backup.") from error
    except ValidationError as error:
        raise FileError(f"{file}: is no backup, or its first line is damaged. {remedy}") from error
    if _sha256(chunks(copy)) != header.sha256:
        raise FileError(f"{file}: is damaged: its content does not have the checksum of its first line. {remedy}")
    return header


def _sha256(parts: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


@contextmanager
def _scratch(where: Path | None = None) -> Iterator[Path]:
    """A folder that only the user can enter, gone afterwards. Raises FileError when it cannot be made."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=".holocrine-", dir=where)
    except OSError as error:
        raise FileError(f"{where}: cannot be written ({error.strerror}). Choose another folder.") from error
    with folder as name:
        yield Path(name)


def _not_empty(store: Store) -> InputError:
    return InputError(
        f"{store.location}: is not empty, and a restore never overwrites. Allowed: a new file or an empty database. "
        "Choose one with --store."
    )
