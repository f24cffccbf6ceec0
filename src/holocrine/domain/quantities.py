"""Quantities written as text with their unit ("180 ug/cm2"), stored as floats in the clinical unit.

Each annotated type names the unit in which the validated float is held. A file must write the unit; Python
code may also pass a plain number, which is then taken to be in the unit of the type.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from holocrine.domain.base import FROM_FILE, fault
from holocrine.units import from_text, pattern, to_text


def read_quantity(value: object, unit: str, low: float, high: float, *, from_file: bool = True) -> float:
    """The float in `unit`; raises a `fault` for a missing or wrong unit or a value outside [low, high]."""
    allowed = f"text with its unit, {low:g} to {high:g} {unit}"
    if not from_file and isinstance(value, (int, float)) and not isinstance(value, bool):
        number = float(value)
    else:
        try:
            number = from_text(value, unit)
        except ValueError as error:
            problem, _, remedy = str(error).partition("; ")
            remedy = remedy or "correct the number"
            raise fault(problem, allowed=allowed, remedy=f"{remedy[0].upper()}{remedy[1:]}.") from error
    if not math.isfinite(number) or not low <= number <= high:
        written = to_text(number, unit) if math.isfinite(number) else str(number)
        raise fault(
            f"{written} is outside the possible range", allowed=allowed, remedy="Check the number and its unit."
        )
    return number


def _quantity(unit: str, low: float, high: float, example: float) -> tuple[Any, Any, Any]:
    def read(value: object, info: ValidationInfo) -> float:
        return read_quantity(value, unit, low, high, from_file=info.mode == "json" or info.context == FROM_FILE)

    sample = to_text(example, unit)
    return (
        BeforeValidator(read),
        PlainSerializer(lambda number: to_text(number, unit), return_type=str),
        WithJsonSchema(
            {
                "type": "string",
                "pattern": pattern(unit),
                "description": f'text with its unit, {low:g} to {high:g} {unit}, such as "{sample}"',
                "examples": [sample],
            }
        ),
    )


Length = Annotated[float, *_quantity("mm", -300.0, 300.0, -12.5)]
"""mm; a signed coordinate or a distance."""
Distance = Annotated[float, *_quantity("mm", 0.1, 400.0, 55.0)]
"""mm; a positive distance."""
Depth = Annotated[float, *_quantity("mm", 0.1, 25.0, 1.5)]
"""mm below the skin surface."""
Volume = Annotated[float, *_quantity("mL", 0.001, 20.0, 0.05)]
"""mL."""
AreaMassDensity = Annotated[float, *_quantity("ug/cm2", 0.0, 1000.0, 180.0)]
"""ug/cm2, a casual sebum level."""
TimeSpan = Annotated[float, *_quantity("day", 0.0, 36525.0, 90.0)]
"""day; weeks, months (30.4375 days) and years are accepted."""
Fraction = Annotated[float, *_quantity("%", 0.0, 100.0, 20.0)]
"""percent."""
