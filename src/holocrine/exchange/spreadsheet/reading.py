"""Rows of a spreadsheet as entries of the record: patients, readings, sessions, points, adverse events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from holocrine.domain.csv_mapping import CsvMapping, PatientBlock, PointBlock
from holocrine.domain.record import ObservationEntry, PatientEntry
from holocrine.domain.record_event import AdverseEvent
from holocrine.domain.record_treatment import Treatment
from holocrine.exchange.spreadsheet.faults import Faults
from holocrine.exchange.spreadsheet.sheet import Drawn, Fields, Sheet

_DESCRIBED = ("described_on",)
_VIAL = ("product", "lot", "expiry", "vial_units", "diluent", "diluent_volume", "reconstituted")
_POINT = ("id", "region", "x", "y", "depth", "plane", "units", "volume")


def read_spreadsheet(
    data: bytes, mapping: CsvMapping, where: str, *, known: Collection[str], at: dt.datetime
) -> tuple[list[Drawn], Faults]:
    """The entries of all rows, patients first; with any fault they are not complete and must not be written.

    `known` are pseudonyms and ids of the patients who are in the record, `at` is the time of writing. Raises FileError
    when the file is no table, or lacks a column of the mapping.
    """
    sheet = Sheet(data, mapping, where, at)
    patients = list(_patients(sheet, mapping.patient)) if mapping.patient else []
    named = {each.entry.person.pseudonym for each in patients if isinstance(each.entry, PatientEntry)}
    sheet.known = {*known, *named}
    drawn = [*patients, *_sessions(sheet, mapping), *_observations(sheet, mapping)]
    if mapping.points:
        drawn += _treatments(sheet, mapping.points)
    return [*drawn, *_events(sheet, mapping)], sheet.faults


def _patients(sheet: Sheet, block: PatientBlock) -> Iterator[Drawn]:
    """One for each pseudonym; all rows about a person have to agree."""
    first: dict[str, tuple[int, Fields]] = {}
    for row, fields in sheet.fields(block):
        start, before = first.setdefault(fields["pseudonym"], (row, fields))
        if before == fields:
            if start == row and (entry := _patient(sheet, block, row, fields)):
                yield Drawn(row, entry)
            continue
        for name in sorted(fields.keys() | before.keys()):
            if fields.get(name) != before.get(name):
                sheet.faults.add(row, block, name, f"says something else about this person than row {start}")


def _patient(sheet: Sheet, block: PatientBlock, row: int, fields: Fields) -> PatientEntry | None:
    outer = _part(fields, *_DESCRIBED)
    person = {name: value for name, value in fields.items() if name not in _DESCRIBED}
    return sheet.build(PatientEntry, "holocrine.patient/1", block, row, {**outer, "patient": person})


def _observations(sheet: Sheet, mapping: CsvMapping) -> Iterator[Drawn]:
    for block in mapping.observations:
        for row, fields in sheet.fields(block):
            reading = {name: value for name, value in fields.items() if name != "patient"}
            data = {**_part(fields, "patient"), "observation": (reading,)}
            if entry := sheet.build(ObservationEntry, "holocrine.observation/1", block, row, data):
                yield Drawn(row, entry)


def _sessions(sheet: Sheet, mapping: CsvMapping) -> Iterator[Drawn]:
    for block in mapping.sessions:
        for row, fields in sheet.fields(block):
            session = _part(fields, "date", "product", "indication", "total_units")
            if "region" in fields:
                session["regions"] = (fields["region"],)
            data = {**_part(fields, "patient", "date", "indication"), "elsewhere": session}
            if entry := sheet.build(Treatment, "holocrine.treatment/1", block, row, data):
                yield Drawn(row, entry)


def _events(sheet: Sheet, mapping: CsvMapping) -> Iterator[Drawn]:
    for block in mapping.events:
        for row, fields in sheet.fields(block):
            if entry := sheet.build(AdverseEvent, "holocrine.event/1", block, row, fields):
                yield Drawn(row, entry)


def _treatments(sheet: Sheet, block: PointBlock) -> Iterator[Drawn]:
    """Rows of one person and day together."""
    groups: dict[tuple[object, object], list[tuple[int, Fields]]] = {}
    for row, fields in sheet.fields(block):
        day, time = fields.pop("reconstituted_on", None), fields.pop("reconstituted_at", None)
        if day is not None and time is not None:
            fields["reconstituted"] = dt.datetime.combine(day, time)
        groups.setdefault((fields.get("patient"), fields.get("date")), []).append((row, fields))
    for rows in groups.values():
        if entry := _treatment(sheet, block, rows):
            yield Drawn(rows[0][0], entry)


def _treatment(sheet: Sheet, block: PointBlock, rows: list[tuple[int, Fields]]) -> Treatment | None:
    first, shared = rows[0]
    vials: dict[tuple[object, ...], tuple[int, Fields]] = {}
    points = []
    for row, fields in rows:
        for name in ("indication", "injector"):
            if fields.get(name) != shared.get(name):
                sheet.faults.add(row, block, name, f"says something else about this treatment than row {first}")
        vial = _part(fields, *_VIAL)
        _, vial = vials.setdefault(tuple(vial.values()), (row, {**vial, "id": f"V{len(vials) + 1}"}))
        points.append({**_part(fields, *_POINT), "vial": vial["id"]})
    data = {
        **_part(shared, "patient", "date", "indication", "injector"),
        "vial": tuple(vial for _, vial in vials.values()),
        "point": tuple(points),
    }
    places = {"vial": [row for row, _ in vials.values()], "point": [row for row, _ in rows]}
    return sheet.build(Treatment, "holocrine.treatment/1", block, first, data, places)


def _part(fields: Fields, *names: str) -> Fields:
    """Some of the fields, as far as they are there."""
    return {name: fields[name] for name in names if name in fields}
