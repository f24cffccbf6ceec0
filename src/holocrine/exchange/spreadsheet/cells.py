"""One cell of a spreadsheet as the value of one field."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from holocrine.domain.csv_mapping import FileFormat, Source
from holocrine.domain.toml_text import shown
from holocrine.exchange.spreadsheet.table import Row

_DATES: Mapping[str, re.Pattern[str]] = {
    "YYYY-MM-DD": re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII),
    "DD.MM.YYYY": re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII),
    "DD/MM/YYYY": re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})", re.ASCII),
    "MM/DD/YYYY": re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})", re.ASCII),
}
# Excel for Windows takes 1900 for a leap year; days before March 1900 are of no use here
_SERIAL_ZERO = {"excel-1900": dt.date(1899, 12, 30), "excel-1904": dt.date(1904, 1, 1)}
_SERIAL = re.compile(r"(\d{1,6})(?:[.,]0+)?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_NUMBERS = {
    ".": re.compile(r"[+-]?\d{1,9}(?:\.\d{1,12})?", re.ASCII),
    ",": re.compile(r"[+-]?\d{1,9}(?:,\d{1,12})?", re.ASCII),
}


class CellError(ValueError):
    """What is wrong with a cell, in words."""


@dataclass(frozen=True)
class _Cell:
    """A text with how to read it: its decimal mark, its date format, and the unit of a bare number."""

    text: str
    unit: str | None
    decimal: str
    dates: str


def value_of(field: str, source: Source, row: Row, form: FileFormat) -> Any:
    """The value of a field in a row; None where the cell is blank. Raises CellError."""
    if source.column is None:
        cell = _Cell(str(source.value), source.unit, ".", "YYYY-MM-DD")
    else:
        text = row.cells.get(source.column, "")
        if not text or text in form.blank:
            return None
        cell = _Cell(_coded(text, source.codes), source.unit, form.decimal, form.dates)
    return _READERS.get(field, _text)(cell)


def _coded(text: str, codes: Mapping[str, str]) -> str:
    if not codes:
        return text
    folded = {code.casefold(): word for code, word in codes.items()}
    if text.casefold() not in folded:
        raise CellError(f"{shown(text)} is not among the codes of the mapping ({', '.join(map(shown, codes))})")
    return folded[text.casefold()]


def _text(cell: _Cell) -> str:
    return cell.text


def _day(cell: _Cell) -> dt.date:
    try:
        if cell.dates in _SERIAL_ZERO:
            serial = _SERIAL.fullmatch(cell.text)
            return _SERIAL_ZERO[cell.dates] + dt.timedelta(days=int(serial[1])) if serial else dt.date(0, 0, 0)
        found = _DATES[cell.dates].fullmatch(cell.text)
        return dt.date(*(int(found[part]) if found else 0 for part in ("year", "month", "day")))
    except ValueError as error:
        raise CellError(f"{shown(cell.text)} is no date written as {cell.dates}") from error


def _clock(cell: _Cell) -> dt.time:
    found = _TIME.fullmatch(cell.text)
    hour, minute, second = (int(part or 0) for part in found.groups()) if found else (24, 0, 0)
    try:
        return dt.time(hour, minute, second)
    except ValueError as error:
        raise CellError(f"{shown(cell.text)} is no time of day written as 9:30") from error


def _number(cell: _Cell) -> float:
    if not _NUMBERS[cell.decimal].fullmatch(cell.text):
        mark = "comma" if cell.decimal == "," else "point"
        raise CellError(f"{shown(cell.text)} is no number written with a decimal {mark} and no thousands separator")
    return float(cell.text.replace(",", "."))


def _whole(cell: _Cell) -> int:
    number = _number(cell)
    if not number.is_integer():
        raise CellError(f"{shown(cell.text)} is no whole number")
    return int(number)


def _quantity(cell: _Cell) -> str:
    """A number with its unit, out of the cell or out of the mapping."""
    if cell.unit is None:
        return cell.text.replace(",", ".", 1) if cell.decimal == "," else cell.text
    number = _number(cell)
    return f"{int(number) if number.is_integer() else number} {cell.unit}"


def _reading(cell: _Cell) -> str | int:
    """What an instrument gave: a quantity, a whole number, or a word."""
    if cell.unit is None and _NUMBERS[cell.decimal].fullmatch(cell.text):
        return _whole(cell)
    return _quantity(cell) if cell.unit or cell.text[0] in "+-0123456789" else cell.text


_READERS: Mapping[str, Callable[[_Cell], Any]] = {
    **dict.fromkeys(("date", "described_on", "expiry", "onset", "ended", "reconstituted_on"), _day),
    "reconstituted_at": _clock,
    **dict.fromkeys(("age", "skin_type", "grade"), _whole),
    **dict.fromkeys(("units", "total_units", "vial_units"), _number),
    **dict.fromkeys(("x", "y", "depth", "volume", "diluent_volume"), _quantity),
    "value": _reading,
}
"""Field -> reader; all others are texts."""
