"""The text of a CSV file as headed rows, within limits; what is no such table is refused as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from holocrine.domain.csv_mapping import FileFormat
from holocrine.domain.toml_text import shown
from holocrine.errors import FileError

MAX_BYTES = 20_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 500
MAX_CELL = 5_000
"""Characters."""


@dataclass(frozen=True)
class Row:
    """Number as a spreadsheet program counts it (the first row is 1), and the cells by their heading."""

    number: int
    cells: dict[str, str]


def read_table(data: bytes, form: FileFormat, where: str) -> list[Row]:
    """Rows below the headings, blank ones left out; cells without spaces around them.

    Raises FileError when the file is too large, in another encoding, no CSV, or when its headings are not unique.
    """
    text = _decoded(data, form, where)
    rows = list(_split(text, form, where))
    if len(rows) < form.heading_row:
        raise FileError(f"{where}: has {len(rows)} rows, and heading_row is {form.heading_row}. Correct the mapping.")
    headings = [cell.strip() for cell in rows[form.heading_row - 1]]
    named = [heading for heading in headings if heading]
    twice = next((heading for heading in named if named.count(heading) > 1), None)
    if not named or twice is not None:
        problem = f"the heading {shown(twice)} is there twice" if twice else "there are no headings"
        raise FileError(f"{where}: row {form.heading_row}: {problem}. Allowed: each column under a heading of its own.")
    return [
        Row(number, _cells(row, headings, number, form, where))
        for number, row in enumerate(rows[form.heading_row :], start=form.heading_row + 1)
        if any(cell.strip() for cell in row)
    ]


def _cells(row: list[str], headings: list[str], number: int, form: FileFormat, where: str) -> dict[str, str]:
    if any(cell.strip() for cell in row[len(headings) :]):
        raise FileError(
            f"{where}: row {number} has {len(row)} cells under {len(headings)} headings. "
            f"Check that the cells are divided by {shown(form.delimiter)} and texts that hold it stand in quotes."
        )
    return {heading: cell.strip() for heading, cell in zip(headings, row, strict=False) if heading}


def _decoded(data: bytes, form: FileFormat, where: str) -> str:
    if len(data) > MAX_BYTES:
        raise FileError(f"{where}: is larger than {MAX_BYTES:,} bytes, the limit. Divide it.")
    try:
        text = data.decode("utf-8-sig" if form.encoding == "utf-8" else form.encoding)
    except UnicodeDecodeError as error:
        raise FileError(
            f"{where}: byte {error.start + 1:,} is no {form.encoding} text. Save the file as UTF-8, or set encoding in "
            "the mapping."
        ) from error
    if "\0" in text:
        raise FileError(f"{where}: holds a NUL character, as no CSV does. Save the spreadsheet as CSV.")
    return text


def _split(text: str, form: FileFormat, where: str) -> Iterator[list[str]]:
    """Rows of cells; a cell in quotes may hold line ends."""
    # newline="": the reader itself knows which line ends stand inside quotes
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if number > MAX_ROWS + form.heading_row:
                raise FileError(f"{where}: has more than {MAX_ROWS:,} rows, the limit. Divide it.")
            if len(row) > MAX_COLUMNS or any(len(cell) > MAX_CELL for cell in row):
                raise FileError(
                    f"{where}: row {number} has more than {MAX_COLUMNS} cells, or one of more than {MAX_CELL:,} "
                    "characters, the limits. Check delimiter and quotes."
                )
            yield row
    except csv.Error as error:
        raise FileError(f"{where}: row {number + 1} is no CSV ({error}). Check delimiter and quotes.") from error
