"""Anatomical tables with their one rule: a row without source or assumption does not load."""

from __future__ import annotations

import math
from collections.abc import Sequence

from holocrine.errors import KnowledgeError
from holocrine.knowledge.load import read_table

Row = dict[str, str]


def check_rows(
    name: str, rows: Sequence[Row], *, text: Sequence[str], numbers: Sequence[str], optional: Sequence[str] = ()
) -> list[Row]:
    """The rows, unchanged, when all are complete.

    `text` columns must be filled, `numbers` columns must hold a finite number of at least zero, `optional`
    columns may be empty or such a number. Raises KnowledgeError listing every fault of the table.
    """
    faults: list[str] = [] if rows else ["the table is empty"]
    for line, row in enumerate(rows, start=2):
        faults += [f"row {line}: {fault}" for fault in _faults(row, text, numbers, optional)]
    if faults:
        raise KnowledgeError(f"{name}: " + "; ".join(faults))
    return list(rows)


def read_rows(name: str, *, text: Sequence[str], numbers: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """The checked rows of a packaged table. Raises KnowledgeError as `check_rows` does."""
    return check_rows(name, read_table(name), text=text, numbers=numbers, optional=optional)


def provenance(row: Row) -> str:
    """Where a row's number comes from, in one line: citation, DOI or address, then assumption and note."""
    parts = []
    if row["source"]:
        locator = f"doi:{row['doi']}" if row.get("doi") else row.get("url", "")
        parts.append(f"{row['source']} ({locator})" if locator else row["source"])
    if row["assumption"]:
        parts.append(f"assumption: {row['assumption']}")
    if row.get("note"):
        parts.append(row["note"])
    return "; ".join(parts)


def _faults(row: Row, text: Sequence[str], numbers: Sequence[str], optional: Sequence[str]) -> list[str]:
    absent = [column for column in (*text, *numbers, *optional, "source", "assumption") if column not in row]
    if absent:
        return [f"column {column} is missing" for column in absent]
    faults = [f"{column} is empty" for column in text if not row[column]]
    filled = [*numbers, *(column for column in optional if row[column])]
    faults += [
        f"{column} is {row[column]!r}, not a number of at least 0" for column in filled if not _is_size(row[column])
    ]
    if not row["source"] and not row["assumption"]:
        faults.append("neither source nor assumption")
    return faults


def _is_size(cell: str) -> bool:
    try:
        number = float(cell)
    except ValueError:
        return False
    return math.isfinite(number) and number >= 0.0
