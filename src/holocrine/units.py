"""The border between text with a unit ("0.05 mL") and floats in canonical units.

Inside Holocrine every number is a float in one of `CANONICAL`; text is read and written only here. The
text is checked against a closed grammar (one number, one unit from a closed list) before pint sees it,
so a file cannot smuggle in an expression. pint is imported on the first conversion, never at import time.

Each toxin product's unit is a dimension of its own: adding or converting units of two products raises.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from holocrine.errors import nearest_match

if TYPE_CHECKING:
    import pint

PRODUCTS = (
    "onabotulinumtoxinA",
    "abobotulinumtoxinA",
    "incobotulinumtoxinA",
    "prabotulinumtoxinA",
    "letibotulinumtoxinA",
    "daxibotulinumtoxinA",
)
"""Every product with a unit of its own; the same words as `domain.vocabulary.Product` (a test compares them)."""

MAX_TEXT = 64
"""Characters; a longer text cannot be one number and one unit."""

_MASSES = {
    "pg": "picogram",
    "ng": "nanogram",
    "ug": "microgram",
    "µg": "microgram",
    "mcg": "microgram",
    "mg": "milligram",
}
_PER_AREA = "microgram / centimeter ** 2"
# canonical unit -> (what it measures, an example number, spelling in a file -> name in pint)
_UNITS: dict[str, tuple[str, str, dict[str, str]]] = {
    "mm": (
        "length",
        "5",
        {"mm": "millimeter", "cm": "centimeter", "m": "meter", "um": "micrometer", "µm": "micrometer"},
    ),
    "mL": (
        "volume",
        "0.05",
        {
            "mL": "milliliter",
            "ml": "milliliter",
            "uL": "microliter",
            "ul": "microliter",
            "µL": "microliter",
            "µl": "microliter",
            "L": "liter",
        },
    ),
    "day": (
        "time",
        "14",
        {
            "day": "day",
            "days": "day",
            "d": "day",
            "week": "week",
            "weeks": "week",
            "month": "month",  # pint's month is a twelfth of a Julian year: 30.4375 days
            "months": "month",
            "year": "year",
            "years": "year",
        },
    ),
    "ug/cm2": (
        "mass per area",
        "180",
        {"ug/cm2": _PER_AREA, "µg/cm2": _PER_AREA, "mcg/cm2": _PER_AREA, "g/m2": "gram / meter ** 2"},
    ),
    "%": ("share", "20", {"%": "percent", "percent": "percent"}),
    "pg": ("mass", "60", _MASSES),
    "ug": ("mass", "60", _MASSES),
    **{
        f"units_{product}": (f"dose of {product}", "4", {f"units {product}": f"units_{product}"})
        for product in PRODUCTS
    },
}
CANONICAL = tuple(_UNITS)
"""The units in which floats are held."""

_NUMBER = r"[+\-−]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+\-]?[0-9]{1,3})?"
_QUANTITY = re.compile(rf"({_NUMBER}) *([A-Za-zµμ%][A-Za-zµμ0-9²/]*(?: [A-Za-z]+)?)")
_BARE_NUMBER = re.compile(_NUMBER)
_DECIMAL_COMMA = re.compile(r"[+\-−]?[0-9]+,[0-9]+.*")


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry[Any]:
    """The one pint registry, built on first use, with a separate dimension for each product's unit."""
    import pint

    made: pint.UnitRegistry[Any] = pint.UnitRegistry()
    for product in PRODUCTS:
        made.define(f"units_{product} = [units_{product}]")
    return made


def dose(number: float, product: str) -> Any:
    """`number` units of `product` as a pint quantity; raises ValueError for an unknown product."""
    if product not in PRODUCTS:
        raise ValueError(f"'{product}' is not a product with a unit of its own; known: {', '.join(PRODUCTS)}")
    return registry().Quantity(number, f"units_{product}")


def spellings(unit: str) -> tuple[str, ...]:
    """The ways the canonical `unit` and its multiples may be written in a file."""
    return tuple(_UNITS[unit][2])


def pattern(unit: str) -> str:
    """A regular expression (for a JSON Schema) matched by every text that `from_text` accepts for `unit`."""
    words = sorted({re.escape(word).replace("µ", "[µμ]").replace("cm2", "cm[2²]") for word in spellings(unit)})
    return rf"^ *{_NUMBER} *(?:{'|'.join(words).replace('/m2', '/m[2²]')}) *$"


def from_text(value: object, unit: str) -> float:
    """Read "0.05 mL" as a float in the canonical `unit`.

    Raises ValueError, saying what to write, for anything but one finite number and one unit that
    measures the same as `unit`: a bare number, a boolean, an expression, text over 64 characters.
    """
    measures, example, names = _UNITS[unit]
    number, word = _split(value, unit, f'write it as text with its unit, such as "{example} {_spelt(unit)}"')
    if word not in names:
        raise ValueError(_wrong_unit(word, unit, measures))
    converted = number if names[word] == names[_spelt(unit)] else _convert(number, names[word], unit)
    if not math.isfinite(converted):
        raise ValueError(f"{_shown(value)} is too large for a number")
    return converted


def to_text(number: float, unit: str) -> str:
    """Write a float in the canonical `unit` as text: "0.05 mL", no trailing zero; `from_text` gives it back exactly.

    Raises ValueError for nan, infinity or an unknown unit.
    """
    if unit not in _UNITS:
        raise ValueError(f"'{unit}' is not a canonical unit; known: {', '.join(CANONICAL)}")
    if not math.isfinite(number):
        raise ValueError(f"{number} is not a finite number and cannot be written with the unit {unit}")
    shortest = repr(float(number))  # the shortest digits that give the same float back
    # outside this range positional digits would run to hundreds of characters
    if number == 0 or 1e-9 <= abs(number) < 1e16:
        shortest = format(Decimal(shortest), "f")
        shortest = shortest.rstrip("0").rstrip(".") if "." in shortest else shortest
    return f"{'0' if number == 0 else shortest} {_spelt(unit)}"


def _split(value: object, unit: str, remedy: str) -> tuple[float, str]:
    """The number and the unit word of a text."""
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is not a quantity; {remedy}")
    if isinstance(value, (int, float)):
        raise ValueError(_no_unit(f"{value}", unit))
    if not isinstance(value, str):
        raise ValueError(f"a {type(value).__name__} is not a quantity; {remedy}")
    text = value.strip(" ")
    if not text:
        raise ValueError(f"the text is empty; {remedy}")
    if len(text) > MAX_TEXT:
        raise ValueError(f"the text has {len(text)} characters, a quantity at most {MAX_TEXT}; {remedy}")
    found = _QUANTITY.fullmatch(text)
    if found is None:
        raise ValueError(_no_quantity(text, unit, remedy))
    word = found[2].replace("μ", "µ").replace("²", "2")
    return float(found[1].replace("−", "-")), word


def _no_unit(number: str, unit: str) -> str:
    """Why a bare number is refused, with the text to write; only a sane number is echoed in it."""
    if not _BARE_NUMBER.fullmatch(number) or len(number) > 20:
        number = _UNITS[unit][1]
    return f'a number without a unit; write it with its unit, such as "{number} {_spelt(unit)}"'


def _no_quantity(text: str, unit: str, remedy: str) -> str:
    if _BARE_NUMBER.fullmatch(text):
        return _no_unit(text, unit)
    if _DECIMAL_COMMA.fullmatch(text):
        return f"{_shown(text)} has a comma; write a decimal point and no thousands separator"
    return f"{_shown(text)} is not one number followed by one unit; {remedy}"


def _wrong_unit(word: str, unit: str, measures: str) -> str:
    allowed = ", ".join(spellings(unit))
    for other, names, kind in ((other, names, kind) for other, (kind, _, names) in _UNITS.items()):
        if word in names and kind != measures and other != unit:
            return f"'{word}' is a unit of {kind}, not of {measures}; use one of {allowed}"
    # a guess among units of one or two letters would be a guess at the power of ten
    near = nearest_match(word, [name for name in spellings(unit) if len(name) > 2])
    hint = f"did you mean '{near}'? " if near else ""
    return f"'{word}' is not a known unit of {measures}; {hint}use one of {allowed}"


def _convert(number: float, source: str, unit: str) -> float:
    """`number` of pint's `source` in `unit`, to 12 significant digits so that "1.1 cm" is 11 mm exactly."""
    target = _UNITS[unit][2][_spelt(unit)]
    return float(f"{registry().Quantity(number, source).to(target).magnitude:.12g}")


def _spelt(unit: str) -> str:
    """How the canonical unit is spelt in a file."""
    return unit.replace("_", " ")


def _shown(value: object) -> str:
    """A short printable form of what the user wrote."""
    return ascii(value)[:40]
