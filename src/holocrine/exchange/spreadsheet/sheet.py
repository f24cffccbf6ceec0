"""A spreadsheet under its mapping: the fields of each row, and entries built from them, with every faulty cell."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from holocrine.domain.base import FROM_FILE
from holocrine.domain.csv_mapping import Block, CsvMapping
from holocrine.domain.record import Entry
from holocrine.domain.toml_text import shown
from holocrine.errors import FieldError, FileError, nearest_match
from holocrine.exchange.spreadsheet.cells import CellError, value_of
from holocrine.exchange.spreadsheet.faults import Faults
from holocrine.exchange.spreadsheet.table import Row, read_table
from holocrine.record.writer import refuse_future

Fields = dict[str, Any]
Rows = Mapping[str, Sequence[int]]
_Kind = TypeVar("_Kind", bound=Entry)


@dataclass(frozen=True)
class Drawn:
    """An entry and the (first) row it was drawn from."""

    row: int
    entry: Entry


class Sheet:
    """The rows of one file. `known` are the patients that rows may name; faults gather in `faults`."""

    def __init__(self, data: bytes, mapping: CsvMapping, where: str, at: dt.datetime) -> None:
        """Raises FileError when the file is no table, or lacks a column that the mapping names."""
        self.rows = read_table(data, mapping.file, where)
        self.faults = Faults()
        self.known: Collection[str] = ()
        self._form, self._at = mapping.file, at
        _check_columns(mapping, self.rows, where)

    def fields(self, block: Block) -> Iterator[tuple[int, Fields]]:
        """Row and fields for each row that holds an entry; rows with a faulty cell only add to the faults."""
        for row in self.rows:
            read: Fields = {}
            sound = True
            for name, source in block.sources:
                try:
                    read[name] = value_of(name, source, row, self._form)
                except CellError as error:
                    self.faults.add(row.number, block, name, f"{error}")
                    sound = False
            if sound and _holds_something(block, read):
                present = {name: value for name, value in read.items() if value is not None}
                if self._knows_patient(row.number, block, present):
                    yield row.number, present

    def build(
        self, model: type[_Kind], schema: str, block: Block, row: int, data: Fields, rows: Rows | None = None
    ) -> _Kind | None:
        """The entry, or None when it is impossible; then the cells to blame are among the faults."""
        try:
            entry = model.model_validate(data, strict=True, context=FROM_FILE)
            refuse_future(entry, self._at)
        except ValidationError as error:
            self.faults.add_invalid(error, schema, block, row, rows)
        except FieldError as error:
            self.faults.add(row, block, re.findall("[a-z_]+", error.field)[-1], error.problem)
        else:
            return entry
        return None

    def _knows_patient(self, row: int, block: Block, fields: Fields) -> bool:
        name = fields.get("patient")
        if name is None or name in self.known:
            return True
        problem = "is no patient of the record, nor of a [patient] block of the mapping"
        self.faults.add(row, block, "patient", f"{shown(name)} {problem}")
        return False


def _holds_something(block: Block, read: Fields) -> bool:
    """Whether a cell of the block's keys is filled; a constant of the mapping says nothing about the row."""
    return any(read[name] is not None for name, source in block.sources if name in block.keys and source.column)


def _check_columns(mapping: CsvMapping, rows: Sequence[Row], where: str) -> None:
    there = list(rows[0].cells) if rows else []
    named = {source.column for block in mapping.blocks for _, source in block.sources if source.column}
    missing = sorted(named - set(there))
    if rows and missing:
        near = nearest_match(missing[0], there)
        raise FileError(
            f"{where}: lacks {', '.join(map(shown, missing))} of the mapping. Allowed: {', '.join(map(shown, there))}. "
            + (f"Did you mean {shown(near)}?" if near else "Correct the mapping, its heading_row or its delimiter.")
        )
