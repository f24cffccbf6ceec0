"""Every field of a case is removed, misspelt and replaced by absurd values.

The rule under test: an unknown field, an impossible value or a missing identity, product or goal is one
FieldError (or FileError) that names the field; a missing safety field or finding reads as unknown. No
other exception ever leaves the reader.
"""

from __future__ import annotations

import copy
import datetime as dt
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

from holocrine.domain.reading import read_case
from holocrine.errors import FieldError, FileError

COMPLETE = (Path(__file__).parent / "complete_case.toml").read_text(encoding="utf-8")
DATA = tomllib.loads(COMPLETE)
MANUAL = (Path(__file__).parents[2] / "docs" / "case-format.md").read_text(encoding="utf-8")
FEW = settings(derandomize=True, max_examples=12, deadline=None, database=None)
MANY = settings(derandomize=True, max_examples=200, deadline=None, database=None)

Path_ = tuple[str | int, ...]

# --- what the contract says, written out by hand ----------------------------------------------------------

REQUIRED = {
    "schema",
    "assessed_on",
    "patient",
    "patient.pseudonym",
    "goals",
    "goals.targets",
    "goals.regions",
    "product",
    "product.name",
    "product.vial_units",
    "product.diluent_volumes",
    "findings.inflamed_lesions[].x",
    "findings.inflamed_lesions[].y",
    "history.acne_treatments[].drug",
    "history.acne_treatments[].drug_class",
    "history.acne_treatments[].duration",
    "safety.drugs[].name",
    "session[].date",
    "session[].product",
    "session[].points[].x",
    "session[].points[].y",
    "session[].points[].depth",
    "session[].points[].units",
    "session[].points[].volume",
    "observation[].date",
    "observation[].instrument",
    "observation[].value",
}
REQUIRED_HERE = {"observation[0].region", "observation[1].region", "observation[1].lesion"}
"""Needed by the instrument of this very observation."""

UNKNOWN = {
    "patient.pregnancy": "unknown",
    "patient.lactation": "unknown",
    "patient.age": None,
    "patient.sex": None,
    "history.earlier_toxin": "unknown",
    "safety.conditions": None,
    "safety.drugs": None,
    "safety.allergies": None,
    "safety.eyelid_findings": None,
    "safety.infection_at_site": "unknown",
    "safety.inflammation_at_site": "unknown",
    "jurisdiction": "unknown",
    "outlook.expects_cure": "unknown",
    "outlook.expects_no_risk": "unknown",
    "outlook.body_image_screen": "unknown",
    "outlook.psychosocial_burden": "unknown",
    "findings.iga": None,
    "findings.sweat_hdss": None,
    "goals.acknowledge_off_label": "unknown",
}
"""What a removed safety field or finding reads as: never "no", never an empty list."""

# kind of every leaf: (name, lowest, highest) of a number or a quantity, longest of a text, or a word
KINDS: dict[str, tuple[Any, ...]] = {
    "schema": ("word",),
    "assessed_on": ("date",),
    "jurisdiction": ("word",),
    "patient.pseudonym": ("text", 80),
    "patient.age": ("integer", 0, 120),
    "patient.sex": ("word",),
    "patient.skin_type": ("integer", 1, 6),
    "patient.pregnancy": ("word",),
    "patient.lactation": ("word",),
    **{
        f"patient.face.{name}": ("mm", 0.1, 400)
        for name in (
            "forehead_height",
            "bitemporal_width",
            "bizygomatic_width",
            "intercanthal_distance",
            "nasal_width",
            "face_height",
        )
    },
    "findings.iga": ("integer", 0, 4),
    "findings.forehead_lines": ("integer", 0, 3),
    "findings.glabellar_lines": ("integer", 0, 3),
    "findings.crows_feet": ("integer", 0, 3),
    "findings.sweat_hdss": ("integer", 1, 4),
    "findings.inflamed_lesions[].x": ("mm", -300, 300),
    "findings.inflamed_lesions[].y": ("mm", -300, 300),
    "findings.inflamed_lesions[].radius": ("mm", 0.1, 400),
    "findings.sebum.forehead": ("ug/cm2", 0, 1000),
    "findings.sebum.nose": ("ug/cm2", 0, 1000),
    "findings.pores.nose": ("word",),
    "findings.scars.cheek_right": ("word",),
    "findings.lesions.forehead.open_comedones": ("integer", 0, 999),
    "findings.lesions.forehead.papules": ("integer", 0, 999),
    "findings.lesions.cheek_left.closed_comedones": ("integer", 0, 999),
    "history.earlier_toxin": ("word",),
    "history.acne_treatments[].drug": ("text", 120),
    "history.acne_treatments[].drug_class": ("word",),
    "history.acne_treatments[].duration": ("day", 0, 36525),
    "history.acne_treatments[].response": ("word",),
    "safety.conditions": ("words",),
    "safety.allergies": ("words",),
    "safety.allergies[]": ("word",),
    "safety.eyelid_findings": ("words",),
    "safety.infection_at_site": ("word",),
    "safety.inflammation_at_site": ("word",),
    "safety.drugs[].name": ("text", 120),
    "safety.drugs[].drug_class": ("word",),
    "safety.drugs[].dose": ("text", 80),
    "hormones.irregular_periods": ("word",),
    "hormones.hirsutism": ("word",),
    "hormones.premenstrual_flare": ("word",),
    "hormones.serum.total_testosterone": ("serum",),
    "hormones.serum.shbg": ("serum",),
    **{
        f"outlook.{name}": ("word",)
        for name in ("expects_cure", "expects_no_risk", "body_image_screen", "psychosocial_burden")
    },
    "urology.cause": ("word",),
    "urology.leak_episodes": ("number", 0, 50),
    "urology.residual_volume": ("mL", 0, 2000),
    "urology.self_catheterisation": ("word",),
    "urology.infection": ("word",),
    "urology.dysreflexia_risk": ("word",),
    "goals.targets": ("words",),
    "goals.targets[]": ("word",),
    "goals.regions": ("words",),
    "goals.regions[]": ("word",),
    "goals.avoid": ("words",),
    "goals.avoid[]": ("word",),
    "goals.drugs_alongside": ("words",),
    "goals.drugs_alongside[]": ("word",),
    "goals.meaningful_sebum_fall": ("%", 0, 100),
    "goals.acknowledge_off_label": ("word",),
    "goals.harm_limits.lid_ptosis": ("%", 0, 100),
    "goals.harm_limits.brow_drop": ("%", 0, 100),
    "goals.harm_limits.smile_change": ("%", 0, 100),
    "goals.harm_limits.lip_weakness": ("%", 0, 100),
    "goals.harm_limits.bite_weakness": ("%", 0, 100),
    "goals.harm_limits.grip_weakness": ("%", 0, 100),
    "goals.harm_limits.urinary_retention": ("%", 0, 100),
    "product.name": ("word",),
    "product.vial_units": ("number", 10, 1000),
    "product.diluent": ("word",),
    "product.diluent_volumes": ("words",),
    "product.diluent_volumes[]": ("mL", 0.001, 20),
    "product.syringe": ("word",),
    "injector.experience": ("word",),
    "session[].date": ("date",),
    "session[].product": ("word",),
    "session[].indication": ("text", 80),
    "session[].regions": ("words",),
    "session[].regions[]": ("word",),
    "session[].total_units": ("number", 0, 5000),
    "session[].points[].x": ("mm", -300, 300),
    "session[].points[].y": ("mm", -300, 300),
    "session[].points[].depth": ("mm", 0.1, 25),
    "session[].points[].units": ("number", 0, 5000),
    "session[].points[].volume": ("mL", 0.001, 20),
    "session[].points[].plane": ("word",),
    "observation[].date": ("date",),
    "observation[].instrument": ("word",),
    "observation[].region": ("word",),
    "observation[].lesion": ("word",),
    "observation[].rater": ("text", 80),
}
VALUES = {0: ("ug/cm2", 0, 1000), 1: ("integer", 0, 999), 2: ("mm", -50, 50), 3: ("word",)}
"""Kind of `observation[i].value`."""

# --- walking and changing ---------------------------------------------------------------------------------


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every table, list and leaf below `value`."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield (*path, key)
        yield from places(item, (*path, key))


def written(path: Path_) -> str:
    """The path as a user reads it."""
    text = "".join(f"[{piece}]" if isinstance(piece, int) else f".{piece}" for piece in path)
    return text.removeprefix(".")


def pattern(path: Path_) -> str:
    return re.sub(r"\[\d+\]", "[]", written(path))


def at(data: Any, path: Path_) -> Any:
    for piece in path:
        data = data[piece]
    return data


def toml(value: Any) -> str:
    """`value` as TOML, inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else repr(value)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def document(data: dict[str, Any]) -> str:
    return "\n".join(f"{quoted(key)} = {toml(value)}" for key, value in data.items())


def refused(data: dict[str, Any]) -> FieldError:
    with pytest.raises(FieldError) as caught:
        read_case(document(data), "case.toml")
    message = str(caught.value)
    assert message.startswith(f"case.toml: {caught.value.field}: ")
    assert "\n" not in message
    assert len(message) < 4000
    return caught.value


PLACES = list(places(DATA))
KEYS = [path for path in PLACES if isinstance(path[-1], str)]
LEAVES = [path for path in PLACES if not isinstance(at(DATA, path), dict)]
TABLES = [path for path in PLACES if isinstance(at(DATA, path), dict)]


def kind_of(path: Path_) -> tuple[Any, ...] | None:
    """The kind of a leaf; None for a list of tables."""
    if pattern(path) == "observation[].value":
        return VALUES[int(path[1])]
    return KINDS.get(pattern(path))


def test_the_complete_case_reads_and_is_the_one_in_the_manual() -> None:
    case = read_case(COMPLETE, "case.toml")
    assert read_case(document(DATA), "case.toml") == case
    block = re.search(r"```toml\n(.*?)```", MANUAL, re.DOTALL)
    assert block is not None
    assert read_case(block[1], "case-format.md") == case


def test_every_leaf_has_a_kind() -> None:
    without = {pattern(path) for path in LEAVES if kind_of(path) is None}
    assert without == {
        "findings.inflamed_lesions",
        "history.acne_treatments",
        "safety.drugs",
        "session",
        "session[].points",
        "observation",
    }


# --- remove -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", KEYS, ids=written)
def test_removed(path: Path_) -> None:
    data = copy.deepcopy(DATA)
    del at(data, path[:-1])[path[-1]]
    if pattern(path) in REQUIRED or written(path) in REQUIRED_HERE:
        fault = refused(data)
        assert fault.field == written(path)
        assert "missing" in fault.problem
        return
    case = read_case(document(data), "case.toml")
    if written(path) in UNKNOWN:
        value: Any = case
        for piece in path:
            value = getattr(value, str(piece))
        assert value == UNKNOWN[written(path)]


def test_every_unknown_was_in_the_case() -> None:
    assert set(UNKNOWN) <= {written(path) for path in KEYS}


def test_removing_the_safety_table_leaves_everything_unknown() -> None:
    data = copy.deepcopy(DATA)
    del data["safety"]
    safety = read_case(document(data), "case.toml").safety
    assert set(safety.model_dump().values()) == {None, "unknown"}


# --- misspell ---------------------------------------------------------------------------------------------


def misspellings(word: str) -> st.SearchStrategy[str]:
    """One letter inserted, deleted, or two neighbours exchanged."""
    spot = st.integers(0, len(word) - 1)
    inserted = st.tuples(spot, st.sampled_from("abcdefghijklmnopqrstuvwxyz_")).map(
        lambda change: word[: change[0]] + change[1] + word[change[0] :]
    )
    deleted = spot.map(lambda index: word[:index] + word[index + 1 :])
    exchanged = spot.map(lambda index: word[:index] + word[index : index + 2][::-1] + word[index + 2 :])
    return st.one_of(inserted, deleted, exchanged).filter(lambda changed: changed != word)


@pytest.mark.parametrize("path", KEYS, ids=written)
@given(draw=st.data())
@FEW
def test_misspelt(path: Path_, draw: st.DataObject) -> None:
    name = str(path[-1])
    wrong = draw.draw(misspellings(name))
    data = copy.deepcopy(DATA)
    table = at(data, path[:-1])
    assume(wrong not in table)
    table[wrong] = table.pop(name)
    fault = refused(data)
    assert fault.field == written((*path[:-1], wrong or '""'))
    assert "not a known" in fault.problem
    assert name in fault.allowed
    # below four letters a single change can be more than half of the word
    if len(name) >= 4:
        assert f"Did you mean {name}?" in fault.remedy


# --- replace ----------------------------------------------------------------------------------------------

STRUCTURES: list[Any] = [[], [[]], [{}], ["x", 1], {}, {"a": 1}, {"value": "5 mm"}]
ODD_NUMBERS: list[Any] = [-1, 10**30, -(10**30), 1e300, -1e300, math.nan, math.inf, -math.inf]
ODD_TEXTS = [
    "",
    "   ",
    "\u0000",
    "\u202e",
    "x" * 5000,
    "💉",
    "ñandú",
    "'; DROP TABLE case",
    "${HOME}",
    "{}",
    "%s",
    "\n",
]
TIMES: list[Any] = [dt.datetime(2026, 1, 5, 9, 30), dt.time(9, 30)]
UNITS = {"mm": "5 mL", "mL": "5 mm", "day": "5 mm", "ug/cm2": "5 %", "%": "5 day"}


def no_quantity(unit: str, low: float, high: float) -> st.SearchStrategy[Any]:
    outside = st.floats(high * 1.001 + 0.001, 1e15) | st.floats(-1e15, low - abs(low) * 0.001 - 0.001)
    tricks = [f"5 {unit} {unit}", f"2*3 {unit}", f"nan {unit}", f"inf {unit}", f"1e999 {unit}", "5", unit, "5 parsec"]
    return st.one_of(
        outside.map(lambda number: f"{number!r} {unit}"),
        st.integers() | st.floats() | st.booleans(),
        st.sampled_from([UNITS[unit], *tricks, f"5,5 {unit}", *ODD_TEXTS, *STRUCTURES, *TIMES, dt.date(2026, 1, 5)]),
    )


def no_number(low: float, high: float, *, whole: bool) -> st.SearchStrategy[Any]:
    wrong = st.integers(max_value=int(low) - 1) | st.integers(min_value=int(high) + 1)
    fraction = st.just(low + 0.5) if whole else st.floats(high * 1.001, 1e300)
    others = [True, False, f"{high:g}", "", "many", *ODD_NUMBERS, *ODD_TEXTS, *STRUCTURES, *TIMES]
    return st.one_of(wrong, fraction, st.sampled_from(others))


def impossible(kind: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """Values that no field of this kind can hold."""
    name, *limits = kind
    if name in UNITS:
        return no_quantity(name, *limits)
    if name in ("integer", "number"):
        return no_number(*limits, whole=name == "integer")
    others: list[Any] = [5, 2.5, True, False, *ODD_NUMBERS, *STRUCTURES, *TIMES]
    if name == "text":
        blank = ["", " ", "\t", "a\u0000b", "\u202eabc", "a\nb", "x" * (limits[0] + 1), "é" * 5000]
        return st.sampled_from([*blank, *others, dt.date(2026, 1, 5)])
    if name == "date":
        wrong = [
            "",
            "yesterday",
            "2026-01-05",
            "2026-02-30",
            "2026-01-05T09:30:00",
            "05.01.2026",
            "💉",
            dt.date(1, 1, 1),
            dt.date.max,
        ]
        return st.sampled_from([*wrong, *others])
    if name == "serum":
        wrong = ["1.6", "-1.6 nmol/L", "1.6 mm", "1,6 nmol/L", "nmol/L", "1.6 nmol/L nmol/L", "nan nmol/L"]
        return st.sampled_from([*wrong, *ODD_TEXTS, *others])
    if name == "words":
        return st.sampled_from(
            ["x", *ODD_TEXTS, *(value for value in others if value != []), [""], ["x" * 500], [True]]
        )
    assert name == "word"
    # free text meets a listed word with a probability that does not matter: none has ten letters of this alphabet
    return st.sampled_from([*ODD_TEXTS, *others, "Yes", "maybe"]) | st.text("qxz", min_size=10)


CHANGEABLE = [path for path in LEAVES if kind_of(path) is not None]


@pytest.mark.parametrize("path", CHANGEABLE, ids=written)
@given(draw=st.data())
@settings(FEW, max_examples=25)
def test_replaced_by_an_impossible_value(path: Path_, draw: st.DataObject) -> None:
    kind = kind_of(path)
    assert kind is not None
    data = copy.deepcopy(DATA)
    at(data, path[:-1])[path[-1]] = draw.draw(impossible(kind))
    assert refused(data).field.startswith(written(path))


@pytest.mark.parametrize("path", [*TABLES, *(path for path in LEAVES if kind_of(path) is None)], ids=written)
@pytest.mark.parametrize("value", ["", "x", 5, 2.5, math.nan, True, {"a": 1}, [1], ["x"], [[]], [{"a": 1}], TIMES[0]])
def test_table_replaced(path: Path_, value: Any) -> None:
    data = copy.deepcopy(DATA)
    at(data, path[:-1])[path[-1]] = value
    assert refused(data).field.startswith(written(path))


# --- damaged text -----------------------------------------------------------------------------------------


def read_or_refuse(text: str) -> None:
    try:
        read_case(text, "case.toml")
    except (FieldError, FileError) as error:
        refusal = str(error)
    else:
        return
    assert refusal.startswith("case.toml: ")


@given(st.integers(0, len(COMPLETE)), st.integers(0, 60), st.text(max_size=8))
@MANY
def test_damaged_text_never_raises_anything_else(start: int, length: int, inserted: str) -> None:
    read_or_refuse(COMPLETE[:start] + inserted + COMPLETE[start + length :])


@given(st.text(max_size=200) | st.text("[]{}=.,\"'\n a1-:#", max_size=200))
@MANY
def test_any_text_never_raises_anything_else(text: str) -> None:
    read_or_refuse(text)
