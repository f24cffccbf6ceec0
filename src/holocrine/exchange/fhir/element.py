"""A JSON object of a bundle, taken apart: what was taken out counts as understood, and what is left can be told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Iterator, Mapping
from typing import Any, TypeVar

from holocrine.domain.toml_text import shown
from holocrine.errors import FieldError
from holocrine.exchange.fhir.codes import OWN, UCUM
from holocrine.units import from_text

_Kind = TypeVar("_Kind")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TECHNICAL = ("id", "meta", "resourceType")
"""Fields that say nothing about the person."""


class Element:
    """One object. Every reader below takes its field out; `left` names the fields that nobody took.

    A field of the wrong JSON type is a fault of the whole bundle: FieldError with file and path. A value that only
    cannot be understood stays where it is, and the reader answers None.
    """

    def __init__(self, data: Mapping[str, Any], path: str, where: str) -> None:
        self._data = {name: value for name, value in data.items() if name not in _TECHNICAL}
        self._children: list[Element] = []
        self.path, self.where = path, where

    def left(self) -> Iterator[str]:
        """Paths of everything that was not taken, in the order of the file."""
        yield from (f"{self.path}.{name}" for name in self._data)
        for child in self._children:
            yield from child.left()

    def text(self, name: str) -> str | None:
        """A text."""
        return self._take(name, str, "a text")

    def flag(self, name: str) -> bool | None:
        """true or false."""
        return self._take(name, bool, "true or false")

    def whole(self, name: str) -> int | None:
        """A whole number."""
        return self._take(name, int, "a whole number")

    def number(self, name: str) -> float | None:
        """A number."""
        whole = self._data.get(name)
        return self._take(name, int if isinstance(whole, int) else float, "a number")

    def day(self, name: str) -> dt.date | None:
        """The day of a date or time, whose time stays to be told; None for a year or month alone."""
        value = self._look(name, str, "a text")
        if value is None or not _DAY.match(value):
            return None
        try:
            day = dt.date.fromisoformat(value[:10])
        except ValueError as error:
            raise self.fault(name, f"{shown(value)} is no day of the calendar") from error
        if len(value) == len("2026-01-31"):
            del self._data[name]
        return day

    def one(self, name: str) -> Element | None:
        """An object."""
        value = self._take(name, dict, "an object")
        return self._child(value, name) if value is not None else None

    def many(self, name: str) -> list[Element]:
        """A list of objects."""
        values = self._take(name, list, "a list") or []
        if not all(isinstance(value, dict) for value in values):
            raise self.fault(name, "is not a list of objects")
        return [self._child(value, f"{name}[{number}]") for number, value in enumerate(values)]

    def texts(self, name: str) -> tuple[str, ...]:
        """The repeated part of an extension: one text or several."""
        value = self._data.pop(name, None)
        found = value if isinstance(value, list) else [value] if value is not None else []
        if not all(isinstance(one, str) for one in found):
            raise self.fault(name, "is not a text or several")
        return tuple(found)

    def reference(self, name: str, known: Container[str]) -> str | None:
        """Where a Reference leads to, if that is a known address."""
        found = (self._look(name, dict, "an object") or {}).get("reference")
        if not isinstance(found, str) or found not in known:
            return None
        del self._data[name]
        return found

    def references(self, name: str, known: Container[str]) -> list[str]:
        """Where each of a list of References leads to, if all are known addresses."""
        values = self._look(name, list, "a list") or []
        found = [one.get("reference") for one in _objects(values)]
        if len(found) < len(values) or not all(isinstance(one, str) and one in known for one in found):
            return []
        self.drop(name)
        return [one for one in found if isinstance(one, str)]

    def word(self, name: str, *allowed: str) -> bool:
        """Whether the field is one of some words; taken if so."""
        if self._look(name, str, "a text") not in allowed:
            return False
        del self._data[name]
        return True

    def drop(self, *names: str) -> None:
        """Fields that only repeat what other fields say."""
        for name in names:
            self._data.pop(name, None)

    def clear(self) -> None:
        """Nothing of this has to be told: another place of the bundle says it."""
        self._data.clear()
        self._children.clear()

    def name_alone(self, name: str) -> str | None:
        """The display of a Reference that leads nowhere."""
        given = self._look(name, dict, "an object") or {}
        told = given.get("display") if set(given) == {"display"} else None
        return told if isinstance(told, str) else None

    def has(self, name: str) -> bool:
        """Whether the field is (still) there."""
        return name in self._data

    def code(self, name: str, system: str) -> str | None:
        """The code of one system in a CodeableConcept. The concept stays: drop it when it is understood."""
        concept = self._look(name, dict, "an object") or {}
        codes = (one.get("code") for one in _objects(concept.get("coding")) if one.get("system") == system)
        return next((code for code in codes if isinstance(code, str)), None)

    def words(self, name: str) -> str | None:
        """A CodeableConcept in words, its text or the first display. The concept stays."""
        concept = self._look(name, dict, "an object") or {}
        told = [concept.get("text"), *(one.get("display") for one in _objects(concept.get("coding")))]
        return next((text for text in told if isinstance(text, str)), None)

    def measure(self, name: str, unit: str) -> float | None:
        """A Quantity in a canonical unit or a multiple of it in UCUM; left where it is in any other unit."""
        given = self._look(name, dict, "an object")
        if given is None or given.get("comparator") or given.get("system", UCUM) != UCUM:
            return None
        number, written = given.get("value"), given.get("code", given.get("unit"))
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            return None
        try:
            value = from_text(f"{number!r} {written}", unit)
        except ValueError:
            return None
        del self._data[name]
        return value

    def extension(self, name: str) -> Element | None:
        """One of our extensions: its parts become fields (a list, where there are several of a name)."""
        listed = self._look("extension", list, "a list") or []
        for number, one in enumerate(_objects(listed)):
            if one.get("url") == OWN + name:
                rest = [other for other in listed if other is not one]
                self._data.pop("extension")
                if rest:
                    self._data["extension"] = rest
                return self._child(_unfolded(one), f"extension[{number}]")
        return None

    def fault(self, name: str, problem: str, allowed: str = "what FHIR R4 allows here") -> FieldError:
        """The complaint that a field is wrong, ready to be raised."""
        place = f"{self.path}.{name}" if name else self.path
        return FieldError(problem, where=self.where, field=place, allowed=allowed, remedy="Correct the bundle.")

    def _look(self, name: str, kind: type[_Kind], words: str) -> _Kind | None:
        value = self._data.get(name)
        if value is None:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fault(name, f"{shown(value)} is not {words}", words)
        return value

    def _take(self, name: str, kind: type[_Kind], words: str) -> _Kind | None:
        value = self._look(name, kind, words)
        self._data.pop(name, None)
        return value

    def _child(self, data: Mapping[str, Any], name: str) -> Element:
        child = Element(data, f"{self.path}.{name}", self.where)
        self._children.append(child)
        return child


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _unfolded(extension: Mapping[str, Any]) -> dict[str, Any]:
    """An extension as an object: its value under "value", its parts under their names."""
    fields: dict[str, Any] = {}
    for part in _objects(extension.get("extension")):
        name, value = part.get("url"), _value(part)
        if not isinstance(name, str) or value is None:
            fields.setdefault("extension", []).append(part)
        elif name in fields:
            held = fields[name]
            fields[name] = [*held, value] if isinstance(held, list) else [held, value]
        else:
            fields[name] = value
    own = _value(extension)
    return {**fields, **({"value": own} if own is not None else {})}


def _value(extension: Mapping[str, Any]) -> object:
    return next((value for name, value in extension.items() if name.startswith("value")), None)
