"""Use cases with other software: a person of the record out and in as FHIR, as an NM-TRAN data set, in from CSV."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from holocrine import __version__
from holocrine.domain.csv_mapping import CsvMapping
from holocrine.domain.exchange import FhirExport, Imported, NmtranExport, Unread
from holocrine.domain.reading import read_file
from holocrine.domain.record import Entry, PatientEntry, PatientsEntry
from holocrine.domain.record_answer import Head, Version
from holocrine.errors import FieldError, InputError
from holocrine.exchange.fhir.reading import read_bundle
from holocrine.exchange.fhir.writing import bundle_text, write_bundle
from holocrine.exchange.nmtran import dataset
from holocrine.exchange.person_store import read_person, write_person
from holocrine.exchange.spreadsheet.reading import read_spreadsheet
from holocrine.exchange.spreadsheet.sheet import Drawn
from holocrine.record.location import locate
from holocrine.record.store import Store, open_store
from holocrine.record.writer import Writer


def export_fhir(
    store: Store, patient: str, *, at: dt.datetime, photos: bool = False, transaction: bool = False
) -> FhirExport:
    """Everything the record holds of a patient as a FHIR R4 bundle, as of `at` (with time zone).

    Raises InputError when there is no such patient.
    """
    person, left_out = read_person(store, patient, photos=photos)
    bundle = write_bundle(person, at=at, transaction=transaction)
    return FhirExport(
        package_version=__version__,
        patient=person.patient.name,
        resources=dict(Counter(entry["resource"]["resourceType"] for entry in bundle["entry"])),
        left_out=left_out,
        bundle=bundle_text(bundle),
    )


def export_nmtran(store: Store, patients: Sequence[str], *, file_name: str) -> NmtranExport:
    """Doses and readings of some patients as an NM-TRAN data set called `file_name`, with its dictionary.

    Raises InputError when there is no such patient, one is named twice, or nobody has a dose or reading.
    """
    ids = [store.find(patient) for patient in patients]
    if len(set(ids)) < len(ids):
        raise InputError("export nmtran: a patient is named twice. Allowed: each once.")
    persons = [read_person(store, name, photos=False)[0] for name in ids]
    made = dataset(persons, [int(name.rpartition("-")[2]) for name in ids], file_name)
    if not made.rows:
        raise InputError(f"{', '.join(patients)}: no dose and no reading in the record. Name patients who have some.")
    return NmtranExport(
        package_version=__version__,
        patients=tuple(ids),
        rows=made.rows,
        left_out=made.left_out,
        data=made.data,
        dictionary=made.dictionary,
        control=made.control,
    )


def import_fhir(
    data: bytes,
    where: str,
    store: str | Path | None = None,
    *,
    author: str,
    at: dt.datetime,
    pseudonym: str | None = None,
    key: str | None = None,
    dry_run: bool = False,
) -> Imported:
    """Add the person of a FHIR R4 bundle to the record, begun where there is none: everything, or nothing.

    `where` names the file in messages; a dry run undoes what it wrote. Raises InputError, and nothing is written.
    """
    person, unread = read_bundle(data, where, today=at.date(), pseudonym=pseudonym)
    place = _Place(store, key)
    try:
        written, head = place.write(lambda writer: write_person(writer, person), author, at, dry_run=dry_run)
    except FieldError as error:
        if error.field != "patient.pseudonym":
            raise
        raise FieldError(
            error.problem,
            where=where,
            field=error.field,
            allowed=error.allowed,
            remedy="Give another with --pseudonym, if this is another person.",
        ) from error
    return Imported(dry_run=dry_run, written=written, unread=unread, head=head)


def import_csv(
    data: bytes,
    where: str,
    mapping: str,
    mapping_name: str,
    store: str | Path | None = None,
    *,
    author: str,
    at: dt.datetime,
    key: str | None = None,
    dry_run: bool = False,
) -> Imported:
    """Add what the rows of a spreadsheet hold, as the text of a `mapping` says: everything, or nothing.

    An entry that the record has already is passed over and told. With faulty cells the answer lists them and nothing
    is written. Raises InputError for whatever concerns the file as a whole.
    """
    rules = read_file(CsvMapping, "holocrine.csv-mapping/1", mapping, mapping_name)
    place = _Place(store, key)
    held = place.held()
    ids = {pseudonym: version.id for version in held if (pseudonym := _pseudonym(version))}
    known = {*ids, *ids.values()}
    drawn, faults = read_spreadsheet(data, rules, where, known=known, at=at)
    if faults:
        return Imported(dry_run=dry_run, faults=faults.listed, faults_not_listed=faults.not_listed)
    new, there = _sorted_out(drawn, held, ids)

    def write(writer: Writer) -> None:
        for entry in new:
            writer.add(entry)

    written, head = place.write(write, author, at, dry_run=dry_run) if new else ((), None)
    return Imported(dry_run=dry_run, written=written, unread=there, head=head)


class _UndoError(Exception):
    """Ends the transaction of a dry run."""


class _Place:
    """The store an import goes to. What a failed import or a dry run leaves behind is nothing, not even a new file."""

    def __init__(self, store: str | Path | None, key: str | None) -> None:
        self._store, self._key = store, key
        location = locate(store, key)
        self._is_new = location.is_file and not os.path.exists(location.path)

    def held(self) -> tuple[Version, ...]:
        """Every entry that is in the record now."""
        if self._is_new:
            return ()
        with open_store(self._store, key=self._key) as store:
            return store.versions()

    def write(
        self, write: Callable[[Writer], None], author: str, at: dt.datetime, *, dry_run: bool
    ) -> tuple[tuple[Version, ...], Head | None]:
        """The versions written and the head after them; a dry run has no head."""
        if self._is_new:
            with tempfile.TemporaryDirectory(prefix="holocrine-") as folder:
                rehearsed = self._write(Path(folder) / "record.db", write, author, at, dry_run=dry_run)
            if dry_run:
                return rehearsed
        return self._write(self._store, write, author, at, dry_run=dry_run)

    def _write(
        self, place: str | Path | None, write: Callable[[Writer], None], author: str, at: dt.datetime, *, dry_run: bool
    ) -> tuple[tuple[Version, ...], Head | None]:
        written: tuple[Version, ...] = ()
        with open_store(place, key=self._key, create=True) as store:
            with suppress(_UndoError), store.writing(author=author, at=at) as writer:
                write(writer)
                written = tuple(writer.written)
                if dry_run:
                    raise _UndoError
            return written, None if dry_run else store.head()


def _pseudonym(version: Version) -> str | None:
    return version.content["patient"]["pseudonym"] if version.kind == "patient" and version.content else None


def _sorted_out(
    drawn: Sequence[Drawn], held: Sequence[Version], ids: dict[str, str]
) -> tuple[list[Entry], tuple[Unread, ...]]:
    """Entries that are new, and those that the record has already; `ids` of the patients there by pseudonym."""
    there = {_canonical(version.content or {}): version.id for version in held}
    new: list[Entry] = []
    passed_over = []
    for one in drawn:
        entry = one.entry
        name = ids.get(entry.person.pseudonym) if isinstance(entry, PatientEntry) else None
        if isinstance(entry, PatientsEntry):
            entry = entry.model_copy(update={"patient": ids.get(entry.patient, entry.patient)})
            name = there.get(_canonical(json.loads(entry.model_dump_json(by_alias=True, exclude_none=True))))
        if name is None:
            new.append(entry)
        else:
            reason = f"already in the record as {name}, which stays as it is"
            passed_over.append(Unread(resource=f"row {one.row}", path=entry.kind, reason=reason))
    return new, tuple(passed_over)


def _canonical(content: dict[str, object]) -> str:
    return json.dumps(content, sort_keys=True)
