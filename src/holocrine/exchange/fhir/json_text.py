"""JSON from outside, within limits: refused as a whole before anybody looks at what it says."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

from holocrine.domain.toml_text import shown
from holocrine.errors import FileError

MAX_BYTES = 64_000_000
"""A person's record has some 100 kB; photos make it larger."""
MAX_DEPTH = 40
"""Objects and lists inside one another; a bundle of ours has 12."""
MAX_VALUES = 1_000_000
"""Objects, lists and values together, counted by their commas and brackets."""

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_LONGEST_NUMBER = 40


def parse_json(data: bytes, where: str) -> dict[str, Any]:
    """The JSON object in the bytes of the file named `where`.

    Raises FileError, naming what is wrong, when it is too large or too deep, not UTF-8, XML, not JSON, when an object
    names a field twice, or when it holds NaN, an endless number, a NUL or half a surrogate pair.
    """
    text = _decoded(data, where)
    _check_shape(text, where)
    try:
        found = json.loads(
            text,
            object_pairs_hook=_object(where),
            parse_constant=_no_number(where),
            parse_float=_number(where, float),
            parse_int=_number(where, int),
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FileError(f"{where}: not JSON: {error.msg} at {place}. Allowed: a FHIR bundle in JSON.") from error
    if not isinstance(found, dict):
        raise FileError(f"{where}: is JSON, but no object. Allowed: a FHIR bundle in JSON.")
    _check_texts(found, where)
    return found


def _decoded(data: bytes, where: str) -> str:
    if len(data) > MAX_BYTES:
        raise FileError(f"{where}: is larger than {MAX_BYTES:,} bytes, the limit. Check that it is the right file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(f"{where}: not UTF-8 text. Allowed: a FHIR bundle in JSON, saved as UTF-8.") from error
    if "\0" in text:
        raise FileError(f"{where}: holds a NUL character, as no text does. Check that it is the right file.")
    if text.lstrip().startswith("<"):
        raise FileError(f"{where}: is XML. Allowed: a FHIR bundle in JSON. Ask for application/fhir+json.")
    return text


def _check_shape(text: str, where: str) -> None:
    """Before the parser recurses and fills the memory."""
    if sum(map(text.count, ",[{")) > MAX_VALUES:
        raise FileError(f"{where}: holds more than {MAX_VALUES:,} values, the limit. Check that it is the right file.")
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        bracket = found[0]
        depth += (bracket in "[{") - (bracket in "]}")
        if depth > MAX_DEPTH:
            raise FileError(
                f"{where}: is nested more than {MAX_DEPTH} deep, the limit. Check that it is the right file."
            )


def _object(where: str) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = dict(pairs)
        if len(whole) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise FileError(f"{where}: an object names the field {shown(twice)} twice. Allowed: each field once.")
        return whole

    return made


def _no_number(where: str) -> Callable[[str], NoReturn]:
    def refuse(name: str) -> NoReturn:
        raise FileError(f"{where}: {name} is no number in JSON. Allowed: finite numbers. Correct the file.")

    return refuse


def _number(where: str, kind: type[float] | type[int]) -> Callable[[str], float]:
    def read(text: str) -> float:
        if len(text) > _LONGEST_NUMBER or not math.isfinite(number := kind(text)):
            raise FileError(
                f"{where}: {shown(text)} is too large or too long for a number. "
                f"Allowed: finite numbers of at most {_LONGEST_NUMBER} characters. Correct the file."
            )
        return number

    return read


def _check_texts(whole: dict[str, Any], where: str) -> None:
    """Half a surrogate pair or a NUL can be written as an escape, but no database keeps it."""
    waiting: list[Any] = [whole]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and ("\0" in one or not _is_unicode(one)):
            raise FileError(f"{where}: {shown(one)} holds a character that no text has. Correct the file.")


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
