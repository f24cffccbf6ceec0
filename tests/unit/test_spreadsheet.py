"""A clinic's spreadsheet: what is read out of its cells, and every faulty one named at once."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from exchange_samples import NOW, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.domain.csv_mapping import CsvMapping
from holocrine.domain.reading import read_file
from holocrine.errors import FieldError, FileError, InputError
from holocrine.exchange.csv_cells import csv_text
from holocrine.exchange.spreadsheet import table
from holocrine.exchange.spreadsheet.faults import MOST_LISTED
from holocrine.exchange.spreadsheet.reading import read_spreadsheet
from holocrine.exchange.spreadsheet.table import read_table

EXAMPLES = ROOT / "examples" / "exchange"
READINGS = (EXAMPLES / "readings.csv").read_text(encoding="utf-8")
POINTS = (EXAMPLES / "points.csv").read_text(encoding="utf-8")


DEPTH = '"depth (mm)"'


def mapping(text: str) -> CsvMapping:
    return read_file(CsvMapping, "holocrine.csv-mapping/1", 'schema = "holocrine.csv-mapping/1"\n' + text, "m.toml")


def example(name: str) -> CsvMapping:
    return read_file(CsvMapping, "holocrine.csv-mapping/1", (EXAMPLES / name).read_text(encoding="utf-8"), name)


def read(
    data: str | bytes, rules: CsvMapping, known: tuple[str, ...] = ()
) -> tuple[list[Any], list[tuple[int, str, str]]]:
    raw = data.encode() if isinstance(data, str) else data
    drawn, faults = read_spreadsheet(raw, rules, "s.csv", known=known, at=NOW)
    return [one.entry for one in drawn], [(one.row, one.column, one.problem) for one in faults.listed]


def simple(file: str = "", value: str = 'column = "v", unit = "ug/cm2"') -> CsvMapping:
    """Sebumeter readings of one person on the forehead."""
    return mapping(
        f"""
        [file]
        {file}
        [[observation]]
        patient = {{ value = "amber" }}
        date = {{ column = "d" }}
        instrument = {{ value = "Sebumeter" }}
        region = {{ value = "forehead" }}
        value = {{ {value} }}
        """
    )


def readings(data: str | bytes, rules: CsvMapping) -> list[tuple[dt.date, object]]:
    entries, faults = read(data, rules, ("amber",))
    assert faults == []
    return [(one.observations[0].date, one.observations[0].value) for one in entries]


def test_the_example_becomes_patients_sessions_and_readings() -> None:
    entries, faults = read(READINGS, example("mapping.toml"))
    assert faults == []
    kinds = [one.kind for one in entries]
    assert (kinds.count("patient"), kinds.count("treatment"), kinds.count("observation")) == (2, 2, 14)
    first = next(one for one in entries if one.kind == "treatment").elsewhere
    assert (first.date, first.product, first.total_units) == (dt.date(2026, 3, 2), "onabotulinumtoxinA", 12)
    values = [one.observations[0].value for one in entries if one.kind == "observation"]
    assert values == [
        *("210.5 ug/cm2", "176 ug/cm2", "140 ug/cm2", "195 ug/cm2", "150.25 ug/cm2", "128 ug/cm2"),
        *(3, 2, 1, 12, 7, 0, "no", "no"),
    ]


def test_the_mapping_of_the_manual_is_one() -> None:
    text = (ROOT / "docs" / "exchange.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(list(read_file(CsvMapping, "holocrine.csv-mapping/1", block, "exchange.md").blocks)) == 2


def test_rows_of_points_become_one_treatment_with_its_vials() -> None:
    [patient, treatment], faults = read(POINTS, example("points.toml"))
    assert faults == []
    assert patient.person.pseudonym == treatment.patient == "cedar-42"
    assert [(vial.id, vial.lot, vial.diluent_volume) for vial in treatment.vials] == [
        ("V1", "C1234 A", 5.0),
        ("V2", "C9999", 2.5),
    ]
    assert [(point.id, point.vial, point.x, point.units) for point in treatment.points] == [
        ("F1", "V1", -20, 0.6),
        ("F2", "V1", 20, 0.6),
        ("G1", "V2", 0, 4),
    ]
    assert treatment.vials[0].reconstituted == dt.datetime(2026, 3, 2, 9, 30)


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        ("d,v\n2026-03-02,210.5\n", simple()),
        ("\ufeffd,v\r\n2026-03-02,210.5\r\n", simple()),
        ("d;v\n2026-03-02;210,5\n", simple('delimiter = ";"\ndecimal = ","')),
        ("d\tv\n02.03.2026\t210.5", simple('delimiter = "\\t"\ndates = "DD.MM.YYYY"')),
        ("d,v\n2/3/2026,210.5\n", simple('dates = "DD/MM/YYYY"')),
        ("d,v\n03/02/2026,210.5\n", simple('dates = "MM/DD/YYYY"')),
        ("d,v\n46083,210.5\n", simple('dates = "excel-1900"')),
        ("d,v\n44621.0,210.5\n", simple('dates = "excel-1904"')),
        ("Clinic of Dr Example,\nd,v\n2026-03-02,210.5\n", simple("heading_row = 2")),
        ('d,v,note\n2026-03-02,210.5,"two\nlines, and a ""quote"""\n', simple()),
        ("d,v\n\n,\n2026-03-02, 210.5 \n", simple()),
        ("d,v\n2026-03-02,210.5 ug/cm2\n", simple(value='column = "v"')),
        ("d,v\n2026-03-02,n/a\n2026-03-02,210.5\n", simple('blank = ["n/a"]')),
    ],
)
def test_the_same_reading_however_it_is_written(data: str, rules: CsvMapping) -> None:
    assert readings(data, rules) == [(dt.date(2026, 3, 2), "210.5 ug/cm2")]


def test_an_old_encoding_is_read_where_the_mapping_names_it() -> None:
    rules = mapping(
        """
        [file]
        encoding = "cp1252"
        [[observation]]
        patient = { column = "Straße" }
        date = { value = "2026-03-02" }
        instrument = { value = "lid_ptosis" }
        value = { column = "hängt", codes = { "ja €" = "yes" } }
        """
    )
    text = "Straße,hängt\nmüller-1,ja €\n"
    entries, faults = read(text.encode("cp1252"), rules, ("müller-1",))
    assert faults == []
    assert (entries[0].patient, entries[0].observations[0].value) == ("müller-1", "yes")
    with pytest.raises(FileError, match="UTF-8"):
        read(text.encode("cp1252"), simple())


def test_every_faulty_cell_is_named_at_once() -> None:
    bad = READINGS
    for old, new in (
        ("210,5", "2105"),
        (";Botox", ";Botx"),
        ("30.03.2026", "31.02.2026"),
        (";41;m;03.03", ";41,5;x;03.03"),
        ("150,25", "150.25"),
        ("128", "12 8"),
    ):
        assert old in bad
        bad = bad.replace(old, new)
    _, faults = read(bad, example("mapping.toml"))
    assert [(row, column) for row, column, _ in faults] == [
        (2, '"Präparat"'),
        (2, '"Sebum Stirn"'),
        (3, '"Datum"'),
        (4, '"Alter"'),
        (4, '"Geschlecht"'),
        (4, '"Sebum Nase"'),
        (5, '"Sebum Nase"'),
    ]
    problems = {(row, column): problem for row, column, problem in faults}
    assert "outside the possible range" in problems[2, '"Sebum Stirn"']
    assert '"Botox", "Xeomin"' in problems[2, '"Präparat"']
    assert "decimal comma" in problems[4, '"Sebum Nase"']


@pytest.mark.parametrize(
    ("old", "new", "row", "column"),
    [
        ("2027-06-30,100,5,9:30,F1", "2020-06-30,100,5,9:30,F1", 2, '"expiry"'),
        ("9:30,F2", "25:30,F2", 3, '"made up"'),
        (",4,4,0.1", ",4,8,0.1", 4, '"units"'),
        ("F2,forehead", "F1,forehead", 3, '"point"'),
        ("F2,forehead", "F2,fourhead", 3, '"region"'),
        ("0.8,0.6,0.03\ncedar-42,2026-03-02,onabotulinumtoxinA,C9", ",0.6,0.03\ncedar-42,2026-03-02,x,C9", 3, DEPTH),
    ],
)
def test_a_fault_of_a_treatment_is_found_in_its_row(old: str, new: str, row: int, column: str) -> None:
    assert old in POINTS
    _, faults = read(POINTS.replace(old, new, 1), example("points.toml"))
    assert (row, column) in [(one, name) for one, name, _ in faults]


def test_rows_that_contradict_one_another_about_a_person_are_faults() -> None:
    _, faults = read(READINGS.replace("amber-30;;30;w;30", "amber-30;;31;w;30"), example("mapping.toml"))
    assert [(row, column) for row, column, _ in faults] == [(3, '"Alter"')]
    assert "row 2" in faults[0][2]


def test_a_person_nobody_knows_is_a_fault_and_so_is_the_future() -> None:
    rules = simple()
    _, faults = read("d,v\n2026-03-02,1\n", rules)
    assert faults[0][:2] == (2, "(patient in the mapping)")
    _, faults = read("d,v\n2027-03-02,1\n", rules, ("amber",))
    assert [(row, column) for row, column, _ in faults] == [(2, '"d"')]
    assert "future" in faults[0][2]


def test_of_very_many_faults_the_rest_is_counted() -> None:
    data = "d,v\n" + "yesterday,1\n" * (MOST_LISTED + 7)
    _, faults = read_spreadsheet(data.encode(), simple(), "s.csv", known=("amber",), at=NOW)
    assert (len(faults.listed), faults.not_listed) == (MOST_LISTED, 7)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "has 0 rows"),
        (b"d,v\n2026-01-01,\x00\n", "NUL"),
        (b"\xff\xfed\x00", "no utf-8 text"),
        (b"PK\x03\x04\xff", "no utf-8 text"),
        (b"d,d\n1,2\n", "twice"),
        (b",\n1,2\n", "no headings"),
        (b"d,w\n2026-01-01,1\n", '"v"'),
        (b'd,v\n2026-01-01,"1\n', "no CSV"),
        (b'd,v\n2026-01-01,"1"2\n', "no CSV"),
        (b"d,v\n2026-01-01,1,2\n", "3 cells under 2 headings"),
        (b"d,v\n2026-01-01," + b"1" * (table.MAX_CELL + 1), "characters"),
        (b"," * table.MAX_COLUMNS, "cells"),
        (b"d,v\n" + b"1,1\n" * (table.MAX_ROWS + 1), "5,000 rows"),
        (b"x" * (table.MAX_BYTES + 1), "20,000,000 bytes"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_file_that_is_no_table_is_refused_with_one_message(data: bytes, told: str) -> None:
    with pytest.raises(FileError, match=r"^s\.csv: ") as caught:
        read(data, simple())
    assert told in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "observation"),
        ('[patient]\npseudonym = { column = "a" }', "patient.described_on"),
        ('[patient]\npseudonym = { colum = "a" }\ndescribed_on = { value = "2026-01-01" }', "patient.pseudonym.colum"),
        ('[patient]\npseudonym = { column = "a", value = 1 }\ndescribed_on = {}', "patient.pseudonym.column"),
        ('[file]\ndelimiter = "|"\n[patient]\n', "file.delimiter"),
        ('[file]\ndates = "DD.MM.YY"\n[patient]\n', "file.dates"),
    ],
)
def test_a_faulty_mapping_is_told_by_its_field(text: str, field: str) -> None:
    with pytest.raises(FieldError) as caught:
        mapping(text)
    assert caught.value.field == field


@settings(max_examples=200, deadline=None)
@given(
    data=st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=5), max_size=5).map(
        lambda rows: csv_text(rows).encode()
    )
)
def test_any_file_is_read_or_refused_in_words(data: bytes) -> None:
    told = "s.csv"
    try:
        read(b"d,v\n" + data, simple())
    except InputError as error:
        told = str(error)
    assert told.startswith("s.csv")
    assert told.isprintable()


CELLS = st.sampled_from(
    ["", "=1+1", "-", "12", "1,5", "1.5", "1e5", "nan", "inf", "\u0661", "9" * 400, "\u202e", "=cmd|'/c'!A1"]
)


@settings(max_examples=200, deadline=None)
@given(cells=st.lists(CELLS, min_size=15, max_size=15))
def test_any_cells_are_read_or_named(cells: list[str]) -> None:
    heading = POINTS.splitlines()[0]
    _, faults = read(heading + "\n" + csv_text([cells]).replace("'=", "="), example("points.toml"))
    assert all(row == 2 and problem.isprintable() for row, _, problem in faults)


@given(
    cells=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12), min_size=2, max_size=5
    )
)
def test_no_text_that_is_written_starts_a_formula(cells: list[str]) -> None:
    text = csv_text([cells])
    [back] = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t")) for cell in back)
    assert [cell.removeprefix("'") for cell in back] == [cell.removeprefix("'") for cell in cells]


def test_numbers_keep_their_sign() -> None:
    assert csv_text([[-1, -2.5, "-1", "a;b"]]) == "-1,-2.5,'-1,a;b\n"


def test_blank_rows_do_not_shift_the_numbers() -> None:
    rows = read_table(b"d,v\n\n1,2\n", simple().file, "s.csv")
    assert [(row.number, row.cells) for row in rows] == [(3, {"d": "1", "v": "2"})]
