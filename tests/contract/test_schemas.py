"""The published JSON Schemas accept what the reader accepts, and the manual names every field."""

from __future__ import annotations

import copy
import datetime as dt
import re
import tomllib
import types
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import jsonschema
import pytest
from pydantic import BaseModel

from holocrine.domain.case import Case
from holocrine.domain.reading import read_case
from holocrine.domain.schemas import NAMES, schema_of
from holocrine.errors import InputError

DOCUMENT = (Path(__file__).parents[2] / "docs" / "case-format.md").read_text(encoding="utf-8")
_BLOCK = re.search(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
assert _BLOCK is not None
CASE_TEXT = _BLOCK[1]


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


CASE = as_json(tomllib.loads(CASE_TEXT))
CHECK = jsonschema.Draft202012Validator(schema_of("holocrine.case/1"))


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_is_valid_and_carries_its_name(name: str) -> None:
    schema = schema_of(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == name
    assert schema["properties"]["schema"]["const"] == name


def test_every_file_and_answer_of_the_contract_has_a_schema() -> None:
    expected = {"holocrine.case/1", "holocrine.plan/1", "holocrine.forecast/1", "holocrine.assessment/1"}
    assert expected <= set(NAMES)


def test_a_schema_handed_out_can_be_changed_without_harm() -> None:
    schema_of("holocrine.case/1").clear()
    assert schema_of("holocrine.case/1")["$id"] == "holocrine.case/1"


def test_an_unknown_name_gets_the_list_and_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        schema_of("holocrine.cas/1")
    assert all(name in str(caught.value) for name in NAMES)
    assert "Did you mean holocrine.case/1?" in str(caught.value)


def test_the_case_of_the_manual_validates() -> None:
    read_case(CASE_TEXT, "case-format.md")
    CHECK.validate(CASE)


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ((), "schema"),
        ((), "goals"),
        (("patient",), "pseudonym"),
        (("patient", "face"), "nasal_width"),
        (("findings",), "iga"),
        (("findings", "sebum"), "nose"),
        (("goals", "harm_limits"), "brow_drop"),
        (("session", 0, "points", 0), "depth"),
        (("observation", 0), "value"),
    ],
)
def test_a_misspelt_field_does_not_validate(table: tuple[str | int, ...], name: str) -> None:
    changed = copy.deepcopy(CASE)
    place = changed
    for piece in table:
        place = place[piece]
    place[name + "q"] = place.pop(name)
    assert not CHECK.is_valid(changed)


@pytest.mark.parametrize("value", [58, "58", "58 mL", "58 mm mm", True, None])
def test_a_quantity_needs_its_unit(value: object) -> None:
    changed = copy.deepcopy(CASE)
    changed["patient"]["face"]["forehead_height"] = value
    assert CHECK.is_valid(changed) is (value is None)  # null, unlike TOML, can say "unknown"


def model_paths(model: type[BaseModel], before: str = "") -> list[str]:
    """Every field path of a model, lists marked by []."""
    paths = []
    for name, field in model.model_fields.items():
        path = f"{before}{field.alias or name}"
        paths.append(path)
        for inner, is_list in records_in(field.annotation):
            paths += model_paths(inner, f"{path}{'[]' if is_list else ''}.")
    return paths


def records_in(annotation: Any, is_list: bool = False) -> list[tuple[type[BaseModel], bool]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [(annotation, is_list)]
    origin = get_origin(annotation)
    if origin is tuple:
        return [found for inner in get_args(annotation) for found in records_in(inner, True)]
    if origin in (Union, types.UnionType, Annotated):
        return [found for inner in get_args(annotation) for found in records_in(inner, is_list)]
    return []


def test_the_manual_lists_every_field_and_no_other() -> None:
    paths = model_paths(Case)
    assert "session[].points[].volume" in paths
    documented = re.findall(r"^\| `([^`]+)` \| .+ \| .+ \|$", DOCUMENT, re.MULTILINE)
    assert sorted(documented) == sorted(paths)


def test_the_example_of_the_manual_uses_every_field() -> None:
    used = set()

    def walk(value: Any, path: str) -> None:
        used.add(path)
        if isinstance(value, dict):
            for key, item in value.items():
                walk(item, f"{path}.{key}" if path else key)
        elif isinstance(value, list):
            for item in value:
                walk(item, f"{path}[]")

    walk(CASE, "")
    assert not set(model_paths(Case)) - used


def test_the_manual_spells_out_every_word() -> None:
    def words(node: Any) -> set[str]:
        if isinstance(node, dict):
            found = {str(word) for word in node.get("enum", ())}
            return found.union(*(words(item) for item in node.values()))
        return set().union(*(words(item) for item in node)) if isinstance(node, list) else set()

    missing = {
        word
        for word in words(schema_of("holocrine.case/1"))
        if f"`{word}`" not in DOCUMENT and f'"{word}"' not in DOCUMENT
    }
    assert not missing
