"""A plan as TOML that a clinician can read and edit, and that reads back to an equal plan."""

from __future__ import annotations

from typing import Any

import tomlkit
from tomlkit.items import AoT, Item, Table

from holocrine.domain.plan import Plan
from holocrine.units import to_text

_LARGEST_EXACT_WHOLE = 2.0**53


def write_plan(plan: Plan) -> str:
    """TOML in the order of the model, quantities as text with their unit; absent and empty fields are left out."""
    data = plan.model_dump(mode="json", by_alias=True, exclude_none=True)
    document = tomlkit.document()
    for line in _heading(plan):
        document.add(tomlkit.comment(line))
    for name, value in data.items():
        if value not in ("", []):
            document.add(name, _item(value))
    return tomlkit.dumps(document)


def _heading(plan: Plan) -> list[str]:
    product = plan.solution.product
    points = "1 point" if len(plan.points) == 1 else f"{len(plan.points)} points"
    return [
        "Plan on the face map: origin mid-glabella, x to the patient's left, y up.",
        f"{points}, {_number(round(plan.total_units, 3))} units {product}, "
        f"{to_text(round(plan.total_volume, 4), 'mL')}; each point's units are units {product}.",
    ]


def _item(value: Any) -> Item:
    """A table for an object, [[...]] for a list of objects, else the plain value."""
    if isinstance(value, dict):
        return _table(value)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        tables: AoT = tomlkit.aot()
        for entry in value:
            tables.append(_table(entry))
        return tables
    item: Item = tomlkit.item(_number(value))
    return item


def _table(entries: dict[str, Any]) -> Table:
    table = tomlkit.table()
    for name, value in entries.items():
        if isinstance(value, dict):
            inline = tomlkit.inline_table()
            for key, entry in value.items():
                inline.append(key, _number(entry))
            table.append(name, inline)
        else:
            table.append(name, tomlkit.item(_number(value)))
    return table


def _number(value: Any) -> Any:
    """4.0 as 4: a trailing zero in a dose can be misread tenfold."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _LARGEST_EXACT_WHOLE else float(value)
    return value
