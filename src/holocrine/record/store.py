"""A store opened: read what is in it, write in one transaction, all or nothing."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, select

from holocrine.domain.observation import Observation
from holocrine.domain.patient import Patient
from holocrine.domain.reading import read_plan
from holocrine.domain.record import Entry, ObservationEntry, PatientEntry, PhotoEntry, RecordKind
from holocrine.domain.record_answer import Head, LotUse, Version
from holocrine.domain.record_deviation import Deviation, deviations
from holocrine.domain.record_treatment import Treatment
from holocrine.domain.session import Session
from holocrine.domain.toml_text import shown
from holocrine.errors import FileError, InputError
from holocrine.record.engine import cleaning, engine_of, reading, writing
from holocrine.record.location import Location, locate, make_private
from holocrine.record.lots import uses_of
from holocrine.record.migrate import ready
from holocrine.record.rows import current, entry_of, find_patient, head_of, history, versions
from holocrine.record.schema import image
from holocrine.record.writer import Writer

_Kind = TypeVar("_Kind", bound=Entry)


@dataclass(frozen=True)
class CaseHistory:
    """What a person has had and what was seen, in the types of a case file, each in the order of the days."""

    sessions: tuple[Session, ...]
    observations: tuple[Observation, ...]


class Store:
    """One record. Made by `open_store`; use it in a `with` statement, or close it."""

    def __init__(self, location: Location, engine: Engine) -> None:
        self.location = location
        self._engine = engine

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the store."""
        with reading(self._engine, self.location) as connection:
            yield connection

    @contextmanager
    def writing(self, *, author: str, at: dt.datetime) -> Iterator[Writer]:
        """A writer for one author at one time (with time zone). Committed at the end; all or nothing.

        Raises InputError for whatever cannot be written, FileError when the database fails.
        """
        with writing(self._engine, self.location) as connection:
            writer = Writer(connection, author, at)
            yield writer
        if writer.removed:
            self._forget()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """The one writing transaction without a writer, for restoring."""
        with writing(self._engine, self.location) as connection:
            yield connection

    def copy_file(self, target: Path) -> None:
        """A copy of a SQLite store as of one moment, by SQLite's online backup, under the same key."""
        other = Location(URL.create("sqlite", database=str(target)), self.location.key)
        make_private(target)
        engine = engine_of(other)
        try:
            with closing(self._engine.raw_connection()) as origin, closing(engine.raw_connection()) as goal:
                cast(Any, origin.driver_connection).backup(goal.driver_connection)
        finally:
            engine.dispose()

    def find(self, patient: str) -> str:
        """The id of a patient given by id or pseudonym. Raises InputError when there is no such patient."""
        with self.reading() as connection:
            return find_patient(connection, patient)

    def patient(self, patient: str) -> Patient:
        """The person as last described. Raises InputError when there is no such patient."""
        name = self.find(patient)
        return self.current(PatientEntry, name)[name].person

    def current(self, model: type[_Kind], patient: str | None = None) -> dict[str, _Kind]:
        """id -> the last version of every entry of one kind, deleted ones left out; of one patient or of all."""
        with self.reading() as connection:
            owner = find_patient(connection, patient) if patient is not None else None
            found = {row["entity"]: entry_of(row) for row in current(connection, kind=model.kind, patient=owner)}
        return {name: entry for name, entry in found.items() if isinstance(entry, model)}

    def case_history(self, patient: str) -> CaseHistory:
        """Sessions and observations of a person. Raises InputError when there is no such patient."""
        treatments = self.current(Treatment, patient).values()
        readings = self.current(ObservationEntry, patient).values()
        return CaseHistory(
            tuple(sorted((each for one in treatments for each in one.sessions()), key=lambda each: each.date)),
            tuple(sorted((each for one in readings for each in one.observations), key=lambda each: each.date)),
        )

    def deviations(self, treatment: str) -> tuple[Deviation, ...]:
        """How a treatment departed from its plan; nothing when it had none. Raises InputError as `history`."""
        given = self.current(Treatment).get(treatment)
        if given is None:
            raise InputError(f"{shown(treatment)} is no treatment of this record.")
        if given.plan is None:
            return ()
        plan = next(each for each in self.history(given.plan) if each.version == given.plan_version)
        return deviations(given, read_plan((plan.content or {})["plan_toml"], given.plan))

    def versions(self, kind: RecordKind | None = None, patient: str | None = None) -> tuple[Version, ...]:
        """The current version of every entry, of one kind or patient where that is named."""
        with self.reading() as connection:
            owner = find_patient(connection, patient) if patient is not None else None
            rows = current(connection, kind=kind, patient=owner)
        return versions(rows, {row["entity"]: row["version"] for row in rows})

    def history(self, entity: str) -> tuple[Version, ...]:
        """Every version of one entry, the first one first. Raises InputError when there is no such entry."""
        with self.reading() as connection:
            rows = history(connection, entity)
        return versions(rows, {entity: rows[-1]["version"]})

    def photo(self, entity: str) -> bytes:
        """The image of a photo in its current version, without metadata. Raises InputError when there is none."""
        with self.reading() as connection:
            rows = {row["entity"]: row for row in current(connection, kind=PhotoEntry.kind)}
            if entity not in rows:
                raise InputError(f"{shown(entity)} is no photo of this record. holocrine record list shows what is.")
            return bytes(
                connection.execute(select(image.c.bytes).where(image.c.seq == rows[entity]["seq"])).scalar_one()
            )

    def recall(self, lot: str, product: str | None = None) -> tuple[LotUse, ...]:
        """Who got a lot, capitals, spaces and hyphens aside; of one product where it is named."""
        with self.reading() as connection:
            return uses_of(connection, lot, product)

    def head(self) -> Head:
        """Where the chain ends now."""
        with self.reading() as connection:
            return head_of(connection)

    def _forget(self) -> None:
        """After an erasure: nothing of the old content stays in the write-ahead log or in dead rows."""
        statement = "PRAGMA wal_checkpoint(TRUNCATE)" if self.location.is_file else "VACUUM content, image, lot_use"
        with cleaning(self._engine, self.location) as connection:
            connection.exec_driver_sql(statement)


def open_store(store: str | Path | None = None, *, key: str | None = None, create: bool = False) -> Store:
    """Open the record at a path or URL (None: the file in the user's data folder), migrating it if it is older.

    `key` opens an encrypted file; with `create` a record is begun where there is none. Raises InputError or FileError
    with one clear message.
    """
    location = locate(store, key)
    engine = engine_of(location)
    try:
        if location.is_file:
            _find_file(location, create=create)
        ready(engine, location, create=create)
    except BaseException:
        engine.dispose()
        raise
    return Store(location, engine)


def _find_file(location: Location, *, create: bool) -> None:
    # os.path: a folder that may not be entered, or an impossible name, counts as nothing there
    if not os.path.exists(location.path):
        if not create:
            raise FileError(f"{location}: there is no record here. holocrine record add patient FILE begins one.")
        make_private(location.path)
    elif not os.path.isfile(location.path):
        raise FileError(f"{location}: is no file. Give the file of a record with --store.")
