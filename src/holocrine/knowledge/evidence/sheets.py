"""The three files as lines of cells: their columns, their ids, and the faults of their form."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from holocrine.domain.faults import closest
from holocrine.domain.toml_text import shown
from holocrine.errors import FileError
from holocrine.knowledge.evidence.cells import Fault, Row


@dataclass(frozen=True)
class Table:
    """A file and its columns; the first column holds the id of each row."""

    file: str
    columns: tuple[str, ...]


STUDIES = Table(
    "studies.csv", ("study_id", "citation", "doi", "year", "design", "blinding", "access", "url", "overlaps", "note")
)
ARMS = Table(
    "arms.csv",
    (
        "arm_id", "study_id", "label", "n", "age_mean", "female_share", "product", "units_per_point", "points",
        "ml_per_point", "spacing_mm", "pattern", "area_cm2", "route", "site", "session_days", "drug", "selected_for",
        "baseline", "note",
    ),
)  # fmt: skip
OBSERVATIONS = Table(
    "observations.csv",
    (
        "observation_id", "arm_id", "outcome", "unit", "target", "from_mm", "to_mm", "day", "statistic", "value",
        "spread_kind", "spread", "contrast_arm_id", "role", "note",
    ),
)  # fmt: skip
TABLES = (STUDIES, ARMS, OBSERVATIONS)


@dataclass(frozen=True)
class Sheet:
    """The rows of a table that have the right number of cells, and the line of every id, faulty rows included.

    `ids` is None when the columns are wrong: then no row can be read and nothing can be said about references.
    """

    rows: tuple[Row, ...]
    ids: Mapping[str, int] | None


def read_sheet(table: Table, content: bytes, faults: list[Fault]) -> Sheet:
    """The rows of `table` in the bytes of its file; faults of form are added to `faults`.

    Raises FileError when the bytes are not UTF-8 or not CSV.
    """
    header, *lines = _lines(table, content) or [(1, [])]
    columns = header[1]
    if problems := list(_header_faults(table, columns)):
        faults += problems
        return Sheet((), None)
    rows, ids = [], {}  # type: tuple[list[Row], dict[str, int]]
    id_column = table.columns[0]
    for number, line in lines:
        cells = dict(zip(columns, line, strict=False))
        row = Row(table.file, number, id_column, {id_column: ""} | cells, faults)
        if len(line) != len(columns):
            row.fault("the line", f"has {len(line)} cells", f"{len(columns)} cells, one for each column")
        else:
            rows.append(row)
        if not row.id:
            row.fault(id_column, "is empty", "an id of its own for each row")
        elif row.id in ids:
            row.fault(id_column, f"{shown(row.id)} occurs in line {ids[row.id]} already", "an id of its own")
        ids.setdefault(row.id, number)
    return Sheet(tuple(rows), ids)


def _lines(table: Table, content: bytes) -> list[tuple[int, list[str]]]:
    """Lines with a cell or more, each with the number of its first line in the file; cells stripped."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        raise FileError(f"{table.file}: line {number} is not UTF-8 text. Save the file as UTF-8.") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found, number = [], 1
    try:
        for line in reader:
            if line:
                found.append((number, [cell.strip() for cell in line]))
            number = reader.line_num + 1
    except csv.Error as error:
        raise FileError(
            f"{table.file}: not valid CSV from line {number} on ({error}). Allowed: cells separated by commas; "
            'a cell with a comma in double quotes, a double quote inside it written twice ("").'
        ) from error
    return found


def _header_faults(table: Table, columns: list[str]) -> list[Fault]:
    allowed = ", ".join(table.columns)
    unknown = {name: closest(name, table.columns) for name in columns if name not in table.columns}
    missing = [name for name in table.columns if name not in columns and name not in unknown.values()]
    twice = {name for name in columns if columns.count(name) > 1 and name in table.columns}
    return [
        *(Fault(table.file, 1, "", shown(name), "is not a column", allowed, near) for name, near in unknown.items()),
        *(Fault(table.file, 1, "", name, "this column is missing", allowed) for name in missing),
        *(Fault(table.file, 1, "", name, "this column occurs twice", "each column once") for name in sorted(twice)),
    ]
