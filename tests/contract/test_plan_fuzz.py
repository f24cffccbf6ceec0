"""Every field of a plan file is removed, misspelt and replaced by absurd values.

The rule under test is that of the case: a wrong plan is one FieldError (or FileError) that names the field,
and nothing else ever leaves the reader.
"""

from __future__ import annotations

import copy
import json
import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from holocrine.domain.plan import (
    Alternative,
    Binding,
    InjectionPoint,
    LimitCheck,
    Misplacement,
    Objective,
    Override,
    Placement,
    Plan,
    Provenance,
    Solution,
    TradeOff,
)
from holocrine.domain.reading import read_plan, write_plan
from holocrine.errors import FieldError, FileError

FEW = settings(derandomize=True, max_examples=15, deadline=None, database=None)
MANY = settings(derandomize=True, max_examples=150, deadline=None, database=None)
Path_ = tuple[str | int, ...]

COMPLETE = Plan(  # type: ignore[call-arg]  # `point` is the alias of `points`
    title="a made-up plan",
    source="nobody",
    solution=Solution(product="onabotulinumtoxinA", vial_units=100.0, diluent_volume=5.0),
    point=tuple(
        InjectionPoint(
            id=f"F{number}",
            region="forehead",
            x=-6.0 + 12.0 * number,
            y=45.5,
            depth=0.9,
            plane="intradermal",
            units=0.4,
            volume=0.02,
            syringe_marks=2.0,
        )
        for number in range(2)
    ),
    limits=(
        LimitCheck(
            rule_id="XX-01",
            statement="at most so much",
            value=0.8,
            limit=20.0,
            unit="units onabotulinumtoxinA",
            exceeded=False,
            source="nobody",
        ),
    ),
    objective=Objective(
        description="made up",
        weights={"percent per puncture": 0.02},
        value=1.5,
        upper_bound=2.0,
        gap=0.5,
        gap_by_limits=0.1,
        evaluations=12,
        status="made up",
    ),
    alternatives=(
        Alternative(
            name="balanced",
            points=2,
            units=0.8,
            volume=0.04,
            spacing=12.0,
            benefit=1.0,
            benefit_lo90=0.0,
            benefit_hi90=2.0,
            probability_meaningful=0.0,
            risks={"brow_drop": 0.1},
            utility=0.5,
            chosen=True,
            why="made up",
        ),
    ),
    trade_offs=(TradeOff(points=2, units=0.8, benefit=1.0, harm_share=0.5, chosen=True),),
    binding=(Binding(what="brow_drop", value=1.9, limit=2.0, unit="%"),),
    misplacements=(Misplacement(change="as planned", harms={"brow_drop": 1.9}),),
    placement=Placement(experience="expert", advice=("Measure from the bone.",)),
    overrides=(Override(rule_id="IV-01", reason="made up", author="Dr A. Example"),),
    provenance=Provenance(
        package_version="0",
        parameter_set="prior",
        parameter_hash="0a",
        evidence_hash="0b",
        seed=1,
        draws=2,
        solver_status="converged",
    ),
)
TEXT = write_plan(COMPLETE)
DATA = tomllib.loads(TEXT)
OPTIONAL = re.compile(
    r"title|source|point|limits|objective|alternatives|trade_offs|binding|misplacements|placement|overrides|provenance"
    r"|solution\.(diluent|syringe)"
    r"|point\[\d\]\.syringe_marks|objective\.(upper_bound|gap|gap_by_limits|weights\..*)"
    r"|alternatives\[0\]\.(spacing|target|risks\..*)|misplacements\[0\]\.harms\..*"
)
"""Fields a plan can do without, written out by hand; a hand-written plan needs only schema, solution and points."""
QUANTITIES = re.compile(r"solution\.diluent_volume|point\[\d\]\.(x|y|depth|volume)")
WORDS = re.compile(
    r"schema|solution\.(product|diluent|syringe)|point\[\d\]\.(region|plane)|alternatives\[0\]\.(name|target)"
    r"|placement\.experience"
)
NUMBERS = re.compile(
    r"solution\.vial_units|point\[\d\]\.(units|syringe_marks)|limits\[0\]\.(value|limit)"
    r"|objective\.(value|upper_bound|gap|gap_by_limits|evaluations|weights\..*)"
    r"|trade_offs\[0\]\.(points|units|benefit|harm_share)|binding\[0\]\.(value|limit)|misplacements\[0\]\.harms\..*"
    r"|alternatives\[0\]\.(points|units|volume|spacing|benefit.*|probability.*|risks\..*|utility)"
    r"|provenance\.(seed|draws)"
)


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every table, list and leaf below `value`."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield (*path, key)
        yield from places(item, (*path, key))


def written(path: Path_) -> str:
    """The path as a user reads it: a key with blanks is quoted."""
    names = [f'"{piece}"' if isinstance(piece, str) and " " in piece else piece for piece in path]
    text = "".join(f"[{piece}]" if isinstance(piece, int) else f".{piece}" for piece in names)
    return text.removeprefix(".")


def at(data: Any, path: Path_) -> Any:
    for piece in path:
        data = data[piece]
    return data


def toml(value: Any) -> str:
    """`value` as TOML, inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value) if isinstance(value, float) and not math.isfinite(value) else repr(value)


def document(data: dict[str, Any]) -> str:
    return "\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in data.items())


def refused(data: dict[str, Any]) -> FieldError:
    with pytest.raises(FieldError) as caught:
        read_plan(document(data), "plan.toml")
    message = str(caught.value)
    assert message.startswith(f"plan.toml: {caught.value.field}: ")
    assert "\n" not in message
    assert len(message) < 4000
    return caught.value


PLACES = list(places(DATA))
KEYS = [path for path in PLACES if isinstance(path[-1], str)]
LEAVES = [path for path in PLACES if not isinstance(at(DATA, path), dict | list)]
NAMED = [path for path in KEYS if path[-2:-1] not in (("weights",), ("risks",), ("harms",))]
"""Keys whose name is fixed; prices and harms are keyed freely."""


def test_the_complete_plan_reads_back() -> None:
    assert read_plan(TEXT, "plan.toml") == COMPLETE
    assert read_plan(document(DATA), "plan.toml") == COMPLETE
    absent = {name for name in Plan.model_fields if not getattr(COMPLETE, name)}
    assert not absent, "every part of a plan is fuzzed"


@pytest.mark.parametrize("path", KEYS, ids=written)
def test_removed(path: Path_) -> None:
    data = copy.deepcopy(DATA)
    del at(data, path[:-1])[path[-1]]
    if OPTIONAL.fullmatch(written(path)):
        read_plan(document(data), "plan.toml")
        return
    fault = refused(data)
    assert fault.field == written(path)
    assert "missing" in fault.problem


@pytest.mark.parametrize("path", NAMED, ids=written)
@given(draw=st.data())
@FEW
def test_misspelt(path: Path_, draw: st.DataObject) -> None:
    name = str(path[-1])
    spot = draw.draw(st.integers(0, len(name)))
    wrong = name[:spot] + draw.draw(st.sampled_from("abcxyz_")) + name[spot:]
    data = copy.deepcopy(DATA)
    table = at(data, path[:-1])
    assume(wrong not in table)
    table[wrong] = table.pop(name)
    fault = refused(data)
    assert fault.field == written((*path[:-1], wrong))
    assert "not a known" in fault.problem
    if len(name) >= 4:  # below four letters one more can be too much of a change
        assert f"Did you mean {name}?" in fault.remedy


ABSURD: list[Any] = [
    "",
    "\u0000",
    "\u202e",
    "x" * 5000,
    "💉",
    "%s",
    "\n",
    [],
    [[]],
    {},
    {"a": 1},
    True,
    math.nan,
    math.inf,
]
NOT_A_NUMBER: list[Any] = [*ABSURD, "4", "4 units", -math.inf, [1], 1e400]
NOT_A_WORD: list[Any] = [*ABSURD, 5, 2.5, -1, "maybe"]
NOT_A_QUANTITY: list[Any] = [*ABSURD, 5, 2.5, "5", "mm", "5 kg", "1e9 mm", "-1e9 mL", "nan mm", "2*3 mm", "5,5 mm"]


@pytest.mark.parametrize("path", LEAVES, ids=written)
def test_replaced_by_an_impossible_value(path: Path_) -> None:
    name = written(path)
    kinds = ((QUANTITIES, NOT_A_QUANTITY), (WORDS, NOT_A_WORD), (NUMBERS, NOT_A_NUMBER))
    values = next((values for kind, values in kinds if kind.fullmatch(name)), None)
    for value in values or [5, 2.5, [], {}, [[]], {"a": 1}, math.nan]:  # a text or a yes or no
        data = copy.deepcopy(DATA)
        at(data, path[:-1])[path[-1]] = value
        assert refused(data).field.startswith(name), value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("units", 0),
        ("units", -0.4),
        ("units", 5001),
        ("volume", "0 mL"),
        ("volume", "-0.02 mL"),
        ("volume", "30 mL"),
        ("depth", "0 mm"),
        ("depth", "-1 mm"),
        ("depth", "30 mm"),
        ("x", "301 mm"),
        ("y", "-301 mm"),
        ("syringe_marks", -1),
        ("region", "foreheads"),
        ("plane", "intravenous"),
        ("id", ""),
    ],
)
def test_impossible_point(field: str, value: Any) -> None:
    data = copy.deepcopy(DATA)
    data["point"][1][field] = value
    assert refused(data).field == f"point[1].{field}"


def test_two_points_of_one_name() -> None:
    data = copy.deepcopy(DATA)
    data["point"][1]["id"] = "F0"
    assert refused(data).field == "point[1].id"


def test_another_kind_of_file_is_named_first() -> None:
    data = copy.deepcopy(DATA) | {"schema": "holocrine.case/1", "nonsense": 1}
    assert refused(data).field == "schema"


def read_or_refuse(text: str) -> None:
    try:
        read_plan(text, "plan.toml")
    except (FieldError, FileError) as error:
        refusal = str(error)
    else:
        return
    assert refusal.startswith("plan.toml: ")


@given(st.integers(0, len(TEXT)), st.integers(0, 60), st.text(max_size=8))
@MANY
def test_damaged_text_never_raises_anything_else(start: int, length: int, inserted: str) -> None:
    read_or_refuse(TEXT[:start] + inserted + TEXT[start + length :])


@pytest.mark.parametrize("name", ["microbotox-forehead", "abobotulinumtoxinA-forehead-row"])
def test_published_protocols_survive_being_written_and_read(name: str, examples: Path) -> None:
    path = examples / "protocols" / f"{name}.toml"
    plan = read_plan(path.read_text(encoding="utf-8"), path.name)
    assert read_plan(write_plan(plan), "plan.toml") == plan
