"""Text of a case or plan file to typed objects, with one clear message when something is wrong."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from holocrine.domain.base import FROM_FILE, Record
from holocrine.domain.case import Case
from holocrine.domain.faults import closest, field_error
from holocrine.domain.plan import Plan
from holocrine.domain.schemas import schema_of
from holocrine.domain.toml_text import parse, shown
from holocrine.domain.writing import write_plan
from holocrine.errors import FieldError

__all__ = ["read_case", "read_plan", "write_plan"]

_Read = TypeVar("_Read", bound=Record)


def read_case(text: str, where: str) -> Case:
    """The case in the TOML `text` of the file named `where`.

    Raises FileError when it cannot be parsed, FieldError naming the first faulty field and listing the others.
    """
    return read_file(Case, "holocrine.case/1", text, where)


def read_plan(text: str, where: str) -> Plan:
    """The plan in the TOML `text` of the file named `where`; raises as `read_case` does."""
    return read_file(Plan, "holocrine.plan/1", text, where)


def read_file(model: type[_Read], schema: str, text: str, where: str) -> _Read:
    data = parse(text, where)
    _check_schema(data, schema, where)
    try:
        # strict: "4" is no number, true is no 1 and a date is no text
        return model.model_validate(data, strict=True, context=FROM_FILE)
    except ValidationError as error:
        details = error.errors(include_url=False)
    raise field_error(details, schema_of(schema), where)


def _check_schema(data: dict[str, Any], expected: str, where: str) -> None:
    """The schema first: every other complaint about a file of another kind would mislead."""
    if "schema" not in data:
        if any(closest(name, ["schema"]) for name in data):
            return  # misspelt: reported as an unknown field
        problem = "is missing"
    elif data["schema"] != expected:
        problem = f"{shown(data['schema'])} is not a format that can be read here"
    else:
        return
    raise FieldError(
        problem,
        where=where,
        field="schema",
        allowed=f'"{expected}"',
        remedy=f'Write schema = "{expected}" at the top if this is such a file; else give the right file.',
    )
