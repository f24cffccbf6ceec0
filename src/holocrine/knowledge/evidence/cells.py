"""The cells of one line as typed values. A cell that cannot be read becomes a fault and an empty value."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice

from holocrine.domain.faults import closest
from holocrine.domain.toml_text import shown
from holocrine.knowledge.evidence.records import facts_in
from holocrine.knowledge.evidence.reported import ALLOWED, Reported, reported

HINTS = 100
"""Faults after which the nearest id is no longer looked for: the search is slow and the first ones tell enough."""
IDS_COMPARED = 5_000


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell of one line, what is allowed there, and the nearest allowed word if there is one."""

    file: str
    line: int
    row_id: str
    column: str
    problem: str
    allowed: str
    near: str | None = None

    def __str__(self) -> str:
        place = f"{self.file} line {self.line}{f' ({self.row_id})' if self.row_id else ''}"
        hint = f" Did you mean {self.near}?" if self.near else ""
        return f"{place}: {self.column}: {self.problem}. Allowed: {self.allowed}.{hint}"


@dataclass(frozen=True)
class Row:
    """One line of a table. `cells` are stripped texts by column; faults found go to the shared list `faults`."""

    file: str
    line: int
    id_column: str
    cells: Mapping[str, str]
    faults: list[Fault]

    @property
    def id(self) -> str:
        """The cell that names this row."""
        return self.cells[self.id_column]

    def fault(self, column: str, problem: str, allowed: str, near: str | None = None) -> None:
        """Note a fault in `column` of this row."""
        row_id = shown(self.id, 60).strip('"') if self.id else ""
        self.faults.append(Fault(self.file, self.line, row_id, column, problem, allowed, near))

    def text(self, column: str) -> str:
        """The cell as it is."""
        return self.cells[column]

    def required(self, column: str) -> str:
        """The cell, which must not be empty."""
        if not self.cells[column]:
            self.fault(column, "is empty", "a text")
        return self.cells[column]

    def word(self, column: str, allowed: Collection[str], *, optional: bool = False) -> str:
        """One of the words `allowed`, or nothing where that is `optional`; "" when the cell is faulty."""
        cell = self.cells[column]
        if cell in allowed or (optional and not cell):
            return cell
        problem = f"{shown(cell)} is not a known word" if cell else "is empty"
        self.fault(column, problem, ", ".join(allowed), closest(cell, allowed))
        return ""

    def reference(self, column: str, ids: Collection[str] | None, table: str) -> str:
        """An id of `table`, or nothing; `ids` is None when that table could not be read."""
        self._check_known(column, self.cells[column], ids, table)
        return self.cells[column]

    def references(self, column: str, ids: Collection[str] | None, table: str) -> tuple[str, ...]:
        """Ids of `table` separated by ";"; `ids` is None when that table could not be read."""
        given = _parts(self.cells[column])
        for name in given:
            self._check_known(column, name, ids, table)
        return given

    def reported(self, column: str, low: float = -math.inf, high: float = math.inf) -> Reported | None:
        """A number, range or bound from `low` to `high`; None when empty or faulty."""
        cell = self.cells[column]
        if not cell:
            return None
        try:
            value = reported(cell)
        except ValueError:
            self.fault(column, f"{shown(cell)} cannot be read", ALLOWED)
            return None
        return value if self._within(column, value.low, value.high, low, high) else None

    def number(self, column: str, low: float = -math.inf, high: float = math.inf) -> float | None:
        """One number from `low` to `high`; None when empty or faulty."""
        cell = self.cells[column]
        value = _exact(cell)
        if value is None:
            if cell:
                self.fault(column, f"{shown(cell)} is not a number", f"one number{_limits(low, high)}")
            return None
        return value if self._within(column, value, value, low, high) else None

    def whole(self, column: str, low: int, high: int | None = None) -> int | None:
        """A whole number from `low` to `high`; None when empty or faulty."""
        value = self.number(column, low, math.inf if high is None else high)
        if value is not None and not value.is_integer():
            self.fault(column, f"{shown(self.cells[column])} is not a whole number", "a whole number")
            return None
        return None if value is None else int(value)

    def numbers(self, column: str) -> tuple[float, ...]:
        """Numbers separated by ";"; none when empty or faulty."""
        parts = _parts(self.cells[column])
        values = [value for value in map(_exact, parts) if value is not None]
        if len(values) < len(parts):
            self.fault(column, f"{shown(self.cells[column])} cannot be read", "numbers separated by ; (0;90)")
            return ()
        return tuple(values)

    def facts(self, column: str) -> Mapping[str, str]:
        """Parts "key=value" separated by ";", each key once."""
        found = facts_in(self.cells[column])
        if len(found) < len(_parts(self.cells[column])):
            self.fault(column, f"{shown(self.cells[column])} cannot be read", "key=value unit; key=value unit; ...")
        return found

    def _check_known(self, column: str, name: str, ids: Collection[str] | None, table: str) -> None:
        if name and ids is not None and name not in ids:
            near = closest(name, islice(ids, IDS_COMPARED)) if len(self.faults) < HINTS else None
            self.fault(column, f"{shown(name)} does not occur in {table}", f"an id of {table}", near)

    def _within(self, column: str, first: float, last: float, low: float, high: float) -> bool:
        inside = low <= first and last <= high
        if not inside:
            self.fault(column, f"{self.cells[column]} is out of range", f"values{_limits(low, high)}")
        return inside


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _exact(cell: str) -> float | None:
    try:
        value = reported(cell)
    except ValueError:
        return None
    return None if value.bound or value.is_pair else value.low


def _limits(low: float, high: float) -> str:
    at_least = f" from {low:g}" if math.isfinite(low) else ""
    return at_least + (f" to {high:g}" if math.isfinite(high) else "")
