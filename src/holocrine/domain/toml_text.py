"""TOML text to plain data, within limits of size and depth, before any field is looked at."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import tomllib
from typing import Any

from holocrine.errors import FieldError, FileError

MAX_BYTES = 1_000_000
"""A case or plan has a few kilobytes; a larger file is another file."""
MAX_LINE = 10_000
"""Characters; longer lines are not written by people."""
MAX_DEPTH = 12
"""Tables and lists inside one another; the formats need five."""

_POSITION = re.compile(r"\(at line (\d+), column (\d+)\)")
_MANY_DIGITS = re.compile(r"[0-9](?:_?[0-9]){1000}")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# a dotted key of more parts than MAX_DEPTH, found before parsing because the parser's time grows with the
# square of the parts; looked for only in lines with many points, as a sentence might look alike
_KEY_PART = r"""(?:[\w-]++|"[^"]*+"|'[^']*+')[ \t]*+\.[ \t]*+"""
_LONG_KEY = re.compile(rf"(?<![\w-])(?:{_KEY_PART}){{{MAX_DEPTH}}}")
_MANY_POINTS = 50

Path = tuple[str | int, ...]


def parse(text: str, where: str) -> dict[str, Any]:
    """Parse the TOML `text` of the file named `where` into tables (dict), lists (tuple), texts, numbers and dates.

    Raises FileError when the text is too large, too deep or not TOML, FieldError for a number that is not
    finite or has more than 64 bits.
    """
    _check_size(text, where)
    try:
        # editors on Windows put a byte-order mark in front
        data = tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError as error:
        raise _too_deep(where) from error
    except tomllib.TOMLDecodeError as error:
        raise _broken(error, text, where) from error
    except ValueError as error:  # Python refuses to convert integers of thousands of digits
        raise _endless_number(text, where) from error
    plain: dict[str, Any] = _plain(data, (), where)
    return plain


def path_text(path: Path) -> str:
    """A path as the user reads it: `session[0].total_units`; odd or long keys are quoted and shortened."""
    written = ""
    for piece in path:
        if isinstance(piece, int):
            written += f"[{piece}]"
        else:
            name = piece if len(piece) <= 80 and _BARE_KEY.fullmatch(piece) else shown(piece)
            written += f".{name}" if written else name
    return written


def shown(value: object, limit: int = 80) -> str:
    """What the user wrote, in printable characters and at most about `limit` of them."""
    if isinstance(value, str):
        # escapes lengthen, so cut before and after
        written = json.dumps(value[:limit]) if not value[:limit].isprintable() else f'"{value[:limit]}"'
        return f'{written[:limit].rstrip(chr(34))}..."' if len(value) > limit or len(written) > limit + 2 else written
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "an empty list" if not value else "a list"
    return ascii(value)[:limit]


def _check_size(text: str, where: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise FileError(f"{where}: the text is not valid Unicode. Save the file as UTF-8.") from error
    if size > MAX_BYTES:
        raise FileError(
            f"{where}: the file has {size:,} bytes; allowed are {MAX_BYTES:,}. Check that it is the right one."
        )
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > MAX_LINE:
            raise FileError(
                f"{where}: line {number} has {len(line):,} characters; allowed are {MAX_LINE:,}. "
                "Check that it is the right file, or break the line."
            )
        if line.count(".") > _MANY_POINTS and _LONG_KEY.search(line):
            raise _too_deep(where)


def _too_deep(where: str) -> FileError:
    return FileError(
        f"{where}: tables or lists are nested more than {MAX_DEPTH} deep. Allowed: {MAX_DEPTH}. "
        "Check the brackets and the dots in the field names."
    )


def _endless_number(text: str, where: str) -> FileError:
    found = _MANY_DIGITS.search(text)
    before = text[: found.start()] if found else text
    number, line = before.count("\n") + 1, before.rsplit("\n", 1)[-1]
    return FileError(
        f"{where}: a number has thousands of digits at line {number}, column {len(line) + 1} in {shown(line)}. "
        "Allowed: a finite number of ordinary size. Correct the number."
    )


def _broken(error: tomllib.TOMLDecodeError, text: str, where: str) -> FileError:
    """A FileError with line and column, quoting the line, so that the field is named."""
    found = _POSITION.search(str(error))
    reason = str(error)[: found.start()].strip() if found else str(error)[:120]
    lines = text.splitlines()
    if found is None:
        place, line = f"line {max(len(lines), 1)}, column {len(lines[-1]) + 1 if lines else 1}", ""
    else:
        place = f"line {found[1]}, column {found[2]}"
        line = lines[int(found[1]) - 1].strip() if int(found[1]) <= len(lines) else ""
    quoted = f" in {shown(line)}" if line else ""
    return FileError(
        f"{where}: not valid TOML: {reason} at {place}{quoted}. Allowed: lines such as field = value. "
        'Write words and quantities in double quotes ("yes", "5 mm"), dates as 2026-01-31 without quotes, '
        "numbers without quotes; name each field and table once."
    )


def _plain(value: Any, path: Path, where: str) -> Any:
    if len(path) > MAX_DEPTH and isinstance(value, (dict, list)):
        raise _too_deep(where)
    if isinstance(value, dict):
        return {key: _plain(item, (*path, key), where) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_plain(item, (*path, index), where) for index, item in enumerate(value))
    if isinstance(value, float) and not math.isfinite(value):
        raise _bad_number(f"{value} is not a finite number", path, where)
    if isinstance(value, int) and value.bit_length() > 63:
        raise _bad_number("the number has more than 64 bits", path, where)
    return value


def _bad_number(problem: str, path: Path, where: str) -> FieldError:
    return FieldError(
        problem,
        where=where,
        field=path_text(path),
        allowed="a finite number of ordinary size",
        remedy="Correct the number, or leave the field out where it is not required.",
    )
