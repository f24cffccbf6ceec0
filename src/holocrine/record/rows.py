"""Rows of the tables as versions, and the questions that reading and writing share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, Select, func, select

from holocrine.domain.record import Entry, RecordKind
from holocrine.domain.record_answer import Head, Version
from holocrine.domain.record_reading import STORED
from holocrine.domain.toml_text import shown
from holocrine.errors import FileError, InputError
from holocrine.record.audit import START
from holocrine.record.schema import audit, content

Row = Mapping[str, Any]


def head_of(connection: Connection) -> Head:
    """The last entry of the chain; number 0 when there is none."""
    row = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).one_or_none()
    # not validated: a hash altered by hand must not keep anybody from verifying
    return Head.model_construct(number=row.seq, hash=str(row.hash)) if row else Head(number=0, hash=START)


def history(connection: Connection, entity: str) -> list[Row]:
    """All versions of one entry, the first one first; raises InputError when there is none."""
    rows = list(connection.execute(_rows().where(audit.c.entity == entity).order_by(audit.c.seq)).mappings())
    if not rows:
        raise InputError(f"{shown(entity)} is not in the record. holocrine record list shows what is.")
    return cast(list[Row], rows)


def current(connection: Connection, *, kind: str | None = None, patient: str | None = None) -> list[Row]:
    """The last version of every entry that was neither deleted nor erased, in the order they were first written."""
    last = select(func.max(audit.c.seq)).group_by(audit.c.entity)
    if kind is not None:
        last = last.where(audit.c.kind == kind)
    if patient is not None:
        last = last.where(audit.c.patient == patient)
    question = _rows().where(audit.c.seq.in_(last), content.c.content.is_not(None))
    found = connection.execute(question).mappings()
    return cast(list[Row], sorted(found, key=lambda row: (row["kind"], int(row["entity"].rpartition("-")[2]))))


def entry_of(row: Row) -> Entry:
    """The entry a row holds; its content must not be gone. Raises FileError when it is not as a writer left it."""
    with _as_written(row):
        return STORED[cast(RecordKind, row["kind"])].model_validate_json(row["content"])


def pseudonyms(connection: Connection) -> dict[str, str]:
    """Pseudonym -> id of every patient in the record."""
    found = {}
    for row in current(connection, kind="patient"):
        with _as_written(row):
            found[str(json.loads(row["content"])["patient"]["pseudonym"])] = str(row["entity"])
    return found


def find_patient(connection: Connection, name: str) -> str:
    """The id of the patient with that pseudonym or id.

    Raises InputError when nobody has it, and when the person was deleted or erased.
    """
    known = pseudonyms(connection)
    if name in known.values():
        return name
    if name in known:
        return known[name]
    gone = connection.execute(
        select(audit.c.action).where(audit.c.entity == name, audit.c.kind == "patient").order_by(audit.c.seq.desc())
    ).first()
    if gone is not None:
        raise InputError(f"{shown(name)} was {gone.action}d. Allowed: a patient who is in the record.")
    raise InputError(
        f"{shown(name)} is no patient of this record. Allowed: a pseudonym or an id that "
        "holocrine record list --kind patient shows. Add the patient first."
    )


def versions(rows: Iterable[Row], last: Mapping[str, int]) -> tuple[Version, ...]:
    """Rows as answers; `last` has the number of the last version of each entry."""
    return tuple(_version(row, last[row["entity"]]) for row in rows)


def _version(row: Row, last: int) -> Version:
    with _as_written(row):
        return Version(
            id=row["entity"],
            version=row["version"],
            replaced_by=row["version"] + 1 if row["version"] < last else None,
            kind=row["kind"],
            patient=row["patient"],
            action=row["action"],
            written_at=row["at"],
            author=row["author"],
            reason=row["reason"],
            erased=row["salt"] is None,
            content=json.loads(row["content"]) if row["content"] is not None else None,
        )


@contextmanager
def _as_written(row: Row) -> Iterator[None]:
    """A row that cannot be read was changed by hand or damaged: say so, rather than fail."""
    try:
        yield
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise FileError(
            f"{row['entity']}, version {row['version']}: is not as it was written and cannot be read. "
            "holocrine record verify names every such row; restore a backup."
        ) from error


def _rows() -> Select[Any]:
    """Audit with its content, where that is still there."""
    return select(audit, content.c.salt, content.c.reason, content.c.content).outerjoin(
        content, content.c.seq == audit.c.seq
    )
