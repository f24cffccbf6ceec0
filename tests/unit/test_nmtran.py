"""The NM-TRAN data set, read back by a parser that follows NM-TRAN's rules and knows nothing of how it was written."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from typing import Any

import pandas
import pytest
from exchange_samples import manual_person, persons
from hypothesis import HealthCheck, given, settings

from holocrine.domain.observation import Observation
from holocrine.domain.record import ObservationEntry
from holocrine.exchange.nmtran import COLUMNS, DVID_CODES, PRODUCT_CODES, REGION_CODES, Dataset, dataset
from holocrine.exchange.person import Kept, PersonRecord


def read(text: str) -> Any:
    """As NM-TRAN reads it: lines that begin with a letter are ignored, cells are numbers, "." is missing."""
    lines = [line for line in text.splitlines() if not line.lstrip()[:1].isalpha()]
    return pandas.read_csv(
        io.StringIO("\n".join(lines)), header=None, names=list(COLUMNS), na_values=["."], dtype=float
    )


def made(*people: PersonRecord) -> Dataset:
    return dataset(people, range(1, len(people) + 1), "data.csv")


def doses(person: PersonRecord) -> dict[tuple[dt.date, str], float]:
    """Units by day and product, straight from the entries."""
    found: dict[tuple[dt.date, str], float] = {}
    for session in (one for kept in person.treatments for one in kept.entry.sessions()):
        key = session.date, session.product
        found[key] = found.get(key, 0.0) + session.units
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(person=persons())
def test_doses_and_readings_are_those_of_the_record(person: PersonRecord) -> None:
    text = made(person)
    if not text.rows:
        assert not doses(person)
        return
    table = read(text.data)
    assert len(table) == text.rows
    given_, seen = table[table.EVID == 1], table[table.EVID == 0]
    start = min(
        [day for day, _ in doses(person)]
        + [one.date for kept in person.observations for one in kept.entry.observations if usable(person, one)]
    )
    for (day, product), units in doses(person).items():
        rows = given_[(day - start).days == given_.TIME]
        code = PRODUCT_CODES.get(product)
        rows = rows[rows.PRODUCT.isna()] if code is None else rows[code == rows.PRODUCT]
        assert math.isclose(rows.AMT.sum(), units, rel_tol=1e-9)
    readings = sorted(
        ((one.date - start).days, one.number)
        for kept in person.observations
        for one in kept.entry.observations
        if not one.censored
    )
    found = sorted(zip(seen.TIME[seen.CENS == 0], seen.DV[seen.CENS == 0], strict=True))
    assert [day for day, _ in found] == [day for day, _ in readings]
    assert all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for (_, a), (_, b) in zip(found, readings, strict=True))
    assert list(table.TIME) == sorted(table.TIME)
    assert set(table.MDV) <= {0, 1}
    assert (table.MDV == table.EVID).all()
    assert given_.DV.isna().all()
    assert seen.AMT.isna().all()


def usable(person: PersonRecord, reading: Observation) -> bool:
    return not reading.censored or any(kept.entry.date <= reading.date for kept in person.treatments)


def test_the_person_of_the_manual() -> None:
    table = read(made(manual_person()).data)
    rows = table[["TIME", "AMT", "DV", "EVID", "CMT", "DVID", "REGION", "PRODUCT"]].fillna(-9).to_numpy().tolist()
    forehead, onabotulinumtoxin = REGION_CODES["forehead"], PRODUCT_CODES["onabotulinumtoxinA"]
    assert rows == [
        [0, 20, -9, 1, 1, -9, -9, onabotulinumtoxin],
        [147, -9, 210, 0, 2, DVID_CODES["Sebumeter"], forehead, -9],
        [147, 1, -9, 1, 1, -9, forehead, onabotulinumtoxin],
        [175, -9, 0, 0, 2, DVID_CODES["lid_ptosis"], -9, -9],
    ]
    assert table[["AGE", "SEX", "SKIN"]].drop_duplicates().to_numpy().tolist() == [[29, 1, 3]]


def test_a_dose_is_one_row_for_each_product_and_region() -> None:
    person = manual_person()
    [given_, _] = person.treatments
    [point] = given_.entry.points
    more = [point.model_copy(update={"id": f"Q{n}", "region": region}) for n, region in enumerate(["nose", "forehead"])]
    entry = given_.entry.model_copy(update={"points": (point, *more)})
    table = read(made(PersonRecord(person.patient, treatments=(Kept("treatment-1", entry),))).data)
    assert table[["REGION", "AMT", "VOL", "NPOINT"]].to_numpy().tolist() == [
        [REGION_CODES["forehead"], 2, 0.05, 2],
        [REGION_CODES["nose"], 1, 0.025, 1],
    ]


def test_not_yet_over_is_a_lower_bound_since_the_last_session() -> None:
    person = manual_person()
    later = Observation(date=dt.date(2026, 4, 30), instrument="sweat_return", value="not yet")
    before = Observation(date=dt.date(2020, 1, 1), instrument="sweat_return", value="not yet")
    entries = [ObservationEntry(patient="x", observation=(one,)) for one in (later, before)]
    told = tuple(Kept(f"observation-{number}", entry) for number, entry in enumerate(entries))
    text = made(PersonRecord(person.patient, treatments=person.treatments, observations=told))
    [row] = read(text.data).query("EVID == 0")[["DV", "CENS"]].to_numpy().tolist()
    assert row == [59, -1]
    assert text.left_out == ("observation-1: not yet over, but no session before it is in the record",)


def test_every_cell_is_a_number_nm_tran_can_hold() -> None:
    for line in made(manual_person()).data.splitlines()[1:]:
        for cell in line.split(","):
            assert cell == "." or math.isfinite(float(cell))
            assert len(cell) <= 24


def test_the_heading_is_ignored_and_the_control_stream_names_the_columns_in_order() -> None:
    text = made(manual_person())
    heading = text.data.splitlines()[0]
    assert heading[0].isalpha()
    control = dict(line.split(" ", 1) for line in text.control.splitlines() if line.startswith("$") and " " in line)
    assert control["$INPUT"].split() == heading.split(",")
    assert control["$DATA"] == "'data.csv' IGNORE=@"
    assert all(len(name) <= 20 and name.isalnum() for name in control["$INPUT"].split())
    assert len(text.control.splitlines()) == len([line for line in text.control.splitlines() if len(line) <= 160])


def test_the_control_stream_keeps_one_product_and_one_kind_of_reading() -> None:
    text = made(manual_person())
    ignored = [line for line in text.control.splitlines() if line.startswith("IGNORE=(")]
    assert ignored == [f"IGNORE=(DVID.EQ.{DVID_CODES['lid_ptosis']})"]


def test_the_dictionary_explains_every_column_and_code() -> None:
    rows = list(csv.DictReader(io.StringIO(made(manual_person()).dictionary)))
    assert [row["column"] for row in rows if not row["code"]] == list(COLUMNS)
    codes = {(row["column"], int(row["code"])) for row in rows if row["code"]}
    table = read(made(manual_person()).data)
    for column in ("DVID", "REGION", "PRODUCT", "SEX"):
        assert {(column, int(code)) for code in table[column].dropna()} <= codes
    assert {row["unit"] for row in rows if row["column"] == "PRODUCT"} >= {"units onabotulinumtoxinA"}


@pytest.mark.parametrize(
    ("codes", "word", "code"),
    [
        (PRODUCT_CODES, "onabotulinumtoxinA", 1),
        (PRODUCT_CODES, "daxibotulinumtoxinA", 6),
        (REGION_CODES, "forehead", 1),
        (REGION_CODES, "axilla_left", 13),
        (DVID_CODES, "Sebumeter", 1),
        (DVID_CODES, "brow_height", 7),
        (DVID_CODES, "lesion_count closed_comedones", 101),
        (DVID_CODES, "lesion_count scars", 107),
    ],
)
def test_a_code_keeps_its_meaning_between_versions(codes: dict[str, int], word: str, code: int) -> None:
    assert codes[word] == code


def test_two_persons_keep_their_numbers() -> None:
    text = dataset([manual_person(), manual_person()], [17, 4], "data.csv")
    assert list(read(text.data).ID.drop_duplicates()) == [17, 4]
