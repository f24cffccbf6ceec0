"""Doses and readings as an NM-TRAN data set, with a data dictionary and a control stream that reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from holocrine.domain.observation import Observation
from holocrine.domain.record_treatment import Treatment
from holocrine.domain.vocabulary import Instrument, LesionType, Region
from holocrine.exchange.csv_cells import csv_text
from holocrine.exchange.nmtran_control import control_stream
from holocrine.exchange.person import PersonRecord
from holocrine.units import PRODUCTS

Cell = str | int | float | None
MISSING = "."
COLUMNS = {
    "ID": "number of the patient in the record",
    "TIME": "days since the person's first session or reading",
    "AMT": "units of PRODUCT given into REGION in one session",
    "VOL": "mL given with AMT",
    "NPOINT": "injections that make up AMT",
    "DV": "the reading",
    "MDV": "1 on a dose, 0 on a reading",
    "EVID": "1 on a dose, 0 on a reading",
    "CMT": "1 on a dose, 2 on a reading",
    "DVID": "what was read",
    "CENS": "-1 where the true value is DV or larger (right-censored), else 0",
    "REGION": "where it was given or read",
    "PRODUCT": "whose units AMT is in; units of two products never add up",
    "AGE": "years when last described",
    "SEX": "as described",
    "SKIN": "Fitzpatrick skin type as last described",
}
"""Column -> meaning, in their order in the data set."""

PRODUCT_CODES = {product: number for number, product in enumerate(PRODUCTS, start=1)}
REGION_CODES = {region: number for number, region in enumerate(get_args(Region), start=1)}
SEX_CODES = {"female": 1, "male": 2}
LESION_BASE = 100
DVID_CODES = {
    **{instrument: number for number, instrument in enumerate(get_args(Instrument), start=1)},
    **{f"lesion_count {lesion}": LESION_BASE + number for number, lesion in enumerate(get_args(LesionType), start=1)},
}
"""Words -> codes. Words are only ever added at the end, so that a code keeps its meaning."""
_UNITS = {"AMT": "units", "VOL": "mL", "TIME": "day", "AGE": "year"}
_DV_UNITS = {"Sebumeter": "ug/cm2", "brow_height": "mm"} | dict.fromkeys(
    (name for name in DVID_CODES if name.endswith("_return")), "day since the last session"
)


@dataclass(frozen=True)
class Dataset:
    """Three texts that belong together; `left_out` names what the data set cannot express."""

    data: str
    dictionary: str
    control: str
    rows: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    """One record; a dose has `amount`, a reading `value`."""

    day: dt.date
    region: str | None = None
    product: str | None = None
    amount: float | None = None
    volume: float | None = None
    points: int | None = None
    reading: str | None = None
    value: float | None = None
    censored: bool = False


def dataset(persons: Sequence[PersonRecord], numbers: Sequence[int], file_name: str) -> Dataset:
    """The data set of some persons under their `numbers`; `file_name` is where the control stream looks for it.

    Within a day readings stand before doses. Nothing is invented: what was not written down is ".".
    """
    lines: list[list[Cell]] = []
    left_out: list[str] = []
    for number, person in zip(numbers, persons, strict=True):
        rows = [*_readings(person, left_out), *_doses(person)]
        left_out += _not_expressed(person)
        if rows:
            start = min(row.day for row in rows)
            about = _covariates(person)
            lines += [[number, *_cells(row, start), *about] for row in sorted(rows, key=_order)]
    return Dataset(
        data="\n".join([",".join(COLUMNS), *(",".join(map(_cell, line)) for line in lines), ""]),
        dictionary=csv_text(_dictionary()),
        control=control_stream(file_name, [dict(zip(COLUMNS, line, strict=True)) for line in lines]),
        rows=len(lines),
        left_out=tuple(left_out),
    )


def _order(row: _Row) -> tuple[dt.date, bool]:
    return row.day, row.amount is not None


def _readings(person: PersonRecord, left_out: list[str]) -> Iterator[_Row]:
    sessions = sorted(kept.entry.date for kept in person.treatments)
    for kept in person.observations:
        for reading in kept.entry.observations:
            value: float | None = reading.number
            if reading.censored:
                value = next(((reading.date - day).days for day in reversed(sessions) if day <= reading.date), None)
            if value is None:
                left_out.append(f"{kept.name}: not yet over, but no session before it is in the record")
                continue
            yield _Row(reading.date, reading.region, reading=_dvid(reading), value=value, censored=reading.censored)


def _dvid(reading: Observation) -> str:
    return f"{reading.instrument} {reading.lesion}" if reading.lesion else reading.instrument


def _doses(person: PersonRecord) -> Iterator[_Row]:
    for kept in person.treatments:
        yield from _told(kept.entry) if kept.entry.elsewhere else _given(kept.entry)


def _given(treatment: Treatment) -> Iterator[_Row]:
    """One dose per product and region."""
    groups: dict[tuple[str, str | None], list[tuple[float, float]]] = {}
    for point in treatment.points:
        key = treatment.vial_of(point).product, point.region
        groups.setdefault(key, []).append((point.units, point.volume))
    for (product, region), given in groups.items():
        units, volume = (sum(amounts) for amounts in zip(*given, strict=True))
        yield _Row(treatment.date, region, product, units, volume, len(given))


def _told(treatment: Treatment) -> Iterator[_Row]:
    """The total of a session elsewhere; its region where it names a single one."""
    session = treatment.elsewhere
    assert session is not None
    region = session.regions[0] if len(session.regions) == 1 else None
    volume = sum(point.volume for point in session.points) if session.points else None
    yield _Row(session.date, region, session.product, session.units, volume, len(session.points) or None)


def _not_expressed(person: PersonRecord) -> Iterator[str]:
    kinds = {"plan": person.plans, "adverse event": person.events}
    for kind, entries in kinds.items():
        if entries:
            yield f"{person.patient.name}: {len(entries)} of kind {kind}"


def _covariates(person: PersonRecord) -> list[Cell]:
    about = person.patient.entry.person
    return [about.age, SEX_CODES.get(about.sex or ""), about.skin_type]


def _cells(row: _Row, start: dt.date) -> list[Cell]:
    dose = row.amount is not None
    return [
        (row.day - start).days,
        row.amount,
        row.volume,
        row.points,
        row.value,
        int(dose),
        int(dose),
        1 if dose else 2,
        DVID_CODES[row.reading] if row.reading else None,
        -int(row.censored),
        REGION_CODES[row.region] if row.region else None,
        PRODUCT_CODES.get(row.product or ""),
    ]


def _cell(value: Cell) -> str:
    if value is None:
        return MISSING
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _dictionary() -> Iterator[tuple[object, ...]]:
    yield "column", "code", "meaning", "unit"
    codes = {"DVID": DVID_CODES, "REGION": REGION_CODES, "PRODUCT": PRODUCT_CODES, "SEX": SEX_CODES}
    for column, meaning in COLUMNS.items():
        yield column, "", meaning, _UNITS.get(column, "")
        for word, code in codes.get(column, {}).items():
            unit = {"DVID": _DV_UNITS.get(word, "count or grade"), "PRODUCT": f"units {word}"}.get(column, "")
            yield column, code, word, unit
