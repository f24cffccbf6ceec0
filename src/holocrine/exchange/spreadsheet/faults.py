"""Every faulty cell of a spreadsheet, collected instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from holocrine.domain.csv_mapping import Block
from holocrine.domain.exchange import FaultyCell
from holocrine.domain.faults import field_error
from holocrine.domain.schemas import schema_of

MOST_LISTED = 1000
_NAME = re.compile(r"[a-z_]+")
_NUMBERED = re.compile(r"^(vial|point)\[(\d+)\]")
# the field of the record -> the field of the block it comes from, where they differ
_COMES_FROM = {"reconstituted": "reconstituted_on", "regions": "region"}


class Faults:
    """Faulty cells in the order of the file: the first ones in full, the others counted."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str], str] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    @property
    def listed(self) -> tuple[FaultyCell, ...]:
        """At most MOST_LISTED of them, by row."""
        first = sorted(self._found.items(), key=lambda item: item[0][0])[:MOST_LISTED]
        return tuple(FaultyCell(row=row, column=column, problem=problem) for (row, column), problem in first)

    @property
    def not_listed(self) -> int:
        """How many there are beyond those."""
        return max(0, len(self._found) - MOST_LISTED)

    def add(self, row: int, block: Block, field: str, problem: str) -> None:
        """A fault of the cell that `field` of the block comes from; the first fault of a cell is the one told."""
        source = getattr(block, _COMES_FROM.get(field, field), None)
        column = f'"{source.column}"' if source is not None and source.column else f"({field} in the mapping)"
        self._found.setdefault((row, column), problem)

    def add_invalid(
        self,
        error: ValidationError,
        schema: str,
        block: Block,
        row: int,
        rows_of: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        """Every complaint of a validator; `rows_of` has the rows of numbered parts, such as {"point": (7, 8)}."""
        details = error.errors(include_url=False)
        # a list is also "too short" once its one faulty item is gone
        for detail in [one for one in details if one["type"] != "too_short"] or details:
            told = field_error([detail], schema_of(schema), "")
            part = _NUMBERED.match(told.field)
            place = rows_of[part[1]][int(part[2])] if part and rows_of else row
            names = _NAME.findall(told.field)
            self.add(place, block, names[-1] if names else "", f"{told.problem}. Allowed: {told.allowed}")
