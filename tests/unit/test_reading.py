"""Cases and plans from TOML and back: limits, messages, exact round trips."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from holocrine.domain.observation import Observation
from holocrine.domain.plan import (
    Alternative,
    InjectionPoint,
    LimitCheck,
    Objective,
    Override,
    Plan,
    Provenance,
    Solution,
)
from holocrine.domain.reading import read_case, read_plan, write_plan
from holocrine.domain.vocabulary import Plane, Product, Region
from holocrine.errors import FieldError, FileError

DOCUMENT = (Path(__file__).parents[2] / "docs" / "case-format.md").read_text(encoding="utf-8")
_BLOCK = re.search(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
assert _BLOCK is not None
CASE = _BLOCK[1]


def fault_of(text: str) -> FieldError:
    with pytest.raises(FieldError) as caught:
        read_case(text, "case.toml")
    message = str(caught.value)
    assert message.startswith(f"case.toml: {caught.value.field}: ")
    assert "\n" not in message
    assert len(message) < 1500
    return caught.value


def edited(old: str, new: str) -> str:
    assert old in CASE, old
    return CASE.replace(old, new, 1)


def test_reads_the_case_of_the_manual() -> None:
    case = read_case(CASE, "case.toml")
    assert case.assessed_on == dt.date(2026, 3, 2)
    assert case.patient.face.bitemporal_width == 124.0  # "12.4 cm"
    assert case.findings.sebum == {"forehead": 210.0, "nose": 180.0}
    assert case.history.acne_treatments[0].duration == 5 * 30.4375
    assert case.sessions[0].points[1].volume == 0.05  # "50 uL"
    assert case.observations[0].number == 140.0
    assert case.observations[3].number == 0.0


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("pseudonym", "pseudonim", "patient.pseudonim", "Did you mean pseudonym?"),
        ("age = 27", "age = true", "patient.age", "a whole number from 0 to 120"),
        ("age = 27", 'age = "27"', "patient.age", "without quotes"),
        ("age = 27", "age = nan", "patient.age", "not a finite number"),
        ("age = 27", "age = 99999999999999999999", "patient.age", "64 bits"),
        ('"female"', '"Femal"', "patient.sex", 'Did you mean "female"?'),
        ('pregnancy = "no"', "pregnancy = false", "patient.pregnancy", 'Write "yes" or "no"'),
        ('"58 mm"', "58", "patient.face.forehead_height", '"58 mm"'),
        ('"58 mm"', '"58 mL"', "patient.face.forehead_height", "a unit of volume"),
        ("nose = ", "noes = ", "findings.sebum.noes", "Did you mean nose?"),
        ("total_units = 6", "total_units = 7", "session[0].total_units", "the points add up to 6"),
        ("[[session]]", "[session]", "session", "[[session]]"),
        ("assessed_on = 2026-03-02", "assessed_on = 2026-03-02T09:30:00", "assessed_on", "without a time"),
        ("assessed_on = 2026-03-02", 'assessed_on = "2026-03-02"', "assessed_on", "without quotes"),
        ('"P-017"', "2026-03-02", "patient.pseudonym", "text in quotes"),
        ("assessed_on = 2026-03-02", "assessed_on = 2025-10-10", "observation[0].date", "lies after assessed_on"),
        ("assessed_on = 2026-03-02", "assessed_on = 0026-03-02", "assessed_on", "plausible"),
        ('earlier_toxin = "yes"', 'earlier_toxin = "no"', "history.earlier_toxin", "sessions are listed"),
        ('targets = ["sebum"]', 'targets = ["sebum", "sebum"]', "goals.targets", "twice"),
        ('targets = ["sebum"]', 'targets = "sebum"', "goals.targets", "square brackets"),
        ('name = "onabotulinumtoxinA"', 'name = "Botox"', "product.name", '"unknown"'),
        ("holocrine.case/1", "holocrine.case/2", "schema", "holocrine.case/1"),
        ("holocrine.case/1", "holocrine.plan/1", "schema", "right file"),
        ("schema = ", "shcema = ", "shcema", "Did you mean schema?"),
        ("P-017", "a\\u0000b", "patient.pseudonym", "U+0000"),
        ("P-017", "x" * 300, "patient.pseudonym", "300 characters"),
        ("P-017", "   ", "patient.pseudonym", "blank"),
        ('"1.6 nmol/L"', '"1.6"', "hormones.serum.total_testosterone", "with its unit"),
        ('lesion = "papules"', "", "observation[1].lesion", "closed_comedones"),
    ],
)
def test_names_the_field_and_what_to_do(old: str, new: str, field: str, said: str) -> None:
    fault = fault_of(edited(old, new))
    assert fault.field == field
    assert said in str(fault)


def test_an_allowed_list_is_spelled_out() -> None:
    fault = fault_of(edited('regions = ["forehead"]', 'regions = ["brow"]'))
    assert fault.field == "goals.regions[0]"
    assert all(f'"{region}"' in fault.allowed for region in get_args(Region))


def test_several_faults_name_the_first_and_list_the_others() -> None:
    fault = fault_of(edited("age = 27", "age = -1\nshoe_size = 41").replace("vial_units = 100", "vial_units = 1"))
    assert fault.field == "patient.shoe_size"
    assert "There are 2 more faults: patient.age, product.vial_units." in str(fault)


def test_a_misspelt_field_is_not_also_counted_as_missing() -> None:
    assert "more fault" not in str(fault_of(edited("vial_units", "vial_unit")))


def test_what_the_user_wrote_is_shortened_and_printable() -> None:
    fault = fault_of(edited('"female"', '"' + "\\u202e" + "z" * 5000 + '"'))
    assert "z" * 100 not in str(fault)
    assert str(fault).isprintable()
    key = fault_of(edited("age = 27", '"' + "\\u0007" + "k" * 5000 + '" = 27'))
    assert "k" * 100 not in str(key)
    assert str(key).isprintable()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = [\n" + "[\n" * 5000, "nested"),
        ("a" + ".a" * 13 + " = 1", "nested"),
        ("a" + ".a" * 4000 + " = 1", "nested"),
        ("#" * 20 + "\n" + ("# padding\n" * 110_000), "bytes"),
        ("# " + "x" * 20_000, "line 1 has"),
        ("x = 1" + "0" * 5000, "thousands of digits at line 1, column 5"),
        ("schema = \n", "line 1, column"),
        ("x = 1\ny = yes\n", 'line 2, column 5 in "y = yes"'),
        ("x = 2026-02-30\n", 'line 1, column 5 in "x = 2026-02-30"'),
        ("x = 1\nx = 2\n", "line 2"),
        ('x = "open', "line 1"),
        ("x = '\ud800'", "not valid Unicode"),
        ("\x00", "line 1"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(text: str, said: str) -> None:
    with pytest.raises(FileError) as caught:
        read_case(text, "case.toml")
    assert str(caught.value).startswith("case.toml: ")
    assert said in str(caught.value)
    assert len(str(caught.value)) < 600


def test_twelve_levels_are_within_the_limit() -> None:
    with pytest.raises(FieldError, match="schema"):
        read_case("a" + ".a" * 11 + " = 1", "case.toml")


def test_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert read_case("\ufeff" + CASE.replace("\n", "\r\n"), "c") == read_case(CASE, "c")


def test_bare_numbers_are_refused_in_files_but_taken_from_code() -> None:
    assert (
        InjectionPoint(
            id="1", region="forehead", x=12.0, y=40, depth="1.5 mm", plane="intradermal", units=2, volume=0.05
        ).x
        == 12.0
    )
    with pytest.raises(ValidationError):
        Solution(product="onabotulinumtoxinA", vial_units=100, diluent_volume=True)
    with pytest.raises(ValidationError):
        Solution(product="onabotulinumtoxinA", vial_units=100, diluent_volume=float("nan"))


# --- observations -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instrument", "good", "bad"),
    [
        ("Sebumeter", ["0 ug/cm2", "1000 ug/cm2"], [140, "140", "140 mm", "-1 ug/cm2", "1001 ug/cm2", True]),
        ("brow_height", ["-2 mm", "2 mm"], [2, "2", "2 mL", "51 mm"]),
        ("HDSS", [1, 4], [0, 5, 2.5, "2", True]),
        ("IGA", [0, 4], [-1, 5, "2", False]),
        ("lesion_count", [0, 999], [-1, 1000, 2.5, "2"]),
        ("line_severity", [0, 3], [-1, 4, "mild"]),
        ("lid_ptosis", ["yes", "no"], ["unknown", 1, True, "Yes"]),
    ],
)
def test_value_fits_its_instrument(instrument: str, good: list[object], bad: list[object]) -> None:
    place = {"region": "forehead", **({"lesion": "papules"} if instrument == "lesion_count" else {})}
    fields = {"date": dt.date(2026, 1, 5), "instrument": instrument, **place}
    for value in good:
        assert Observation.model_validate({**fields, "value": value}).value == value
    for value in bad:
        with pytest.raises(ValidationError):
            Observation.model_validate({**fields, "value": value})


def test_a_reading_names_its_place() -> None:
    day = dt.date(2026, 1, 5)
    with pytest.raises(ValidationError, match="region"):
        Observation(date=day, instrument="Sebumeter", value="140 ug/cm2")
    with pytest.raises(ValidationError, match="lesion"):
        Observation(date=day, instrument="lesion_count", region="nose", value=2)
    with pytest.raises(ValidationError, match="does not belong"):
        Observation(date=day, instrument="IGA", lesion="papules", value=2)


# --- plans ------------------------------------------------------------------------------------------------

finite = st.floats(allow_nan=False, allow_infinity=False)
# TOML text is Unicode without surrogates
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
line = st.text("abcdefghijklmnop ÄÖ-'\"\\#=[]", min_size=1, max_size=15).filter(lambda text: bool(text.strip()))
points = st.builds(
    InjectionPoint,
    id=st.uuids().map(lambda value: value.hex[:20]),
    region=st.sampled_from(get_args(Region)),
    x=st.floats(-300, 300),
    y=st.floats(-300, 300),
    depth=st.floats(0.1, 25),
    plane=st.sampled_from(get_args(Plane)),
    units=st.floats(0, 5000, exclude_min=True),
    volume=st.floats(0.001, 20),
    syringe_marks=st.none() | st.floats(0, 100),
)
alternatives = st.builds(
    Alternative,
    name=st.sampled_from(["no_injection", "sparing", "balanced", "thorough"]),
    points=st.integers(0, 200),
    units=finite,
    volume=finite,
    spacing=st.none() | finite,
    benefit=finite,
    benefit_lo90=finite,
    benefit_hi90=finite,
    probability_meaningful=finite,
    risks=st.dictionaries(words, finite, max_size=3),
    utility=finite,
    why=words,
)
limits = st.builds(LimitCheck, rule_id=words, statement=words, value=finite, limit=finite, unit=words, source=words)
objectives = st.builds(
    Objective,
    description=words,
    weights=st.dictionaries(words, finite, max_size=3),
    value=finite,
    upper_bound=st.none() | finite,
    gap=st.none() | finite,
    evaluations=st.integers(0, 10**9),
    status=words,
)
provenances = st.builds(Provenance, seed=st.integers(0, 2**63 - 1), draws=st.integers(0, 10**6))
plans = st.builds(
    Plan,
    schema=st.just("holocrine.plan/1"),
    title=words,
    source=words,
    solution=st.builds(
        Solution,
        product=st.sampled_from(get_args(Product)),
        vial_units=st.floats(10, 1000),
        diluent_volume=st.floats(0.001, 20),
    ),
    point=st.lists(points, max_size=4, unique_by=lambda point: point.id),
    limits=st.lists(limits, max_size=2),
    objective=st.none() | objectives,
    alternatives=st.lists(alternatives, max_size=2),
    overrides=st.lists(
        st.builds(Override, rule_id=words, reason=line.map(lambda t: t + "..."), author=line), max_size=2
    ),
    provenance=st.none() | provenances,
)


@given(plans)
@settings(derandomize=True, max_examples=60, deadline=None)
def test_plan_round_trip_is_exact(plan: Plan) -> None:
    text = write_plan(plan)
    assert read_plan(text, "plan.toml") == plan
    assert write_plan(plan) == text


def test_a_written_plan_is_readable() -> None:
    plan = Plan.model_validate(
        {
            "title": "Forehead",
            "solution": {"product": "onabotulinumtoxinA", "vial_units": 100, "diluent_volume": "2.5 mL"},
            "point": [
                {
                    "id": "F1",
                    "region": "forehead",
                    "x": "-12.5 mm",
                    "y": "40 mm",
                    "depth": "1.5 mm",
                    "plane": "intradermal",
                    "units": 4,
                    "volume": "0.05 mL",
                }
            ],
        }
    )
    text = write_plan(plan)
    assert "# 1 point, 4 units onabotulinumtoxinA, 0.05 mL" in text
    assert 'x = "-12.5 mm"' in text
    assert re.search(r"^units = 4$", text, re.MULTILINE)
    assert text.index("schema") < text.index("[solution]") < text.index("[[point]]")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "schema"),
        ('schema = "holocrine.plan/1"', "solution"),
        ('schema = "holocrine.case/1"', "schema"),
        (
            'schema = "holocrine.plan/1"\n'
            'solution = { product = "onabotulinumtoxinA", vial_units = 100, diluent_volume = 2 }',
            "solution.diluent_volume",
        ),
    ],
)
def test_a_faulty_plan_names_its_field(text: str, field: str) -> None:
    with pytest.raises(FieldError) as caught:
        read_plan(text, "plan.toml")
    assert caught.value.field == field


def test_two_points_with_one_id_are_refused() -> None:
    point = (
        '[[point]]\nid = "1"\nregion = "nose"\nx = "0 mm"\ny = "-40 mm"\ndepth = "1 mm"\nplane = "intradermal"\n'
        'units = 1\nvolume = "0.02 mL"\n'
    )
    head = (
        'schema = "holocrine.plan/1"\n[solution]\nproduct = "onabotulinumtoxinA"\n'
        'vial_units = 100\ndiluent_volume = "2 mL"\n'
    )
    assert len(read_plan(head + point, "plan.toml").points) == 1
    with pytest.raises(FieldError) as caught:
        read_plan(head + point + point, "plan.toml")
    assert caught.value.field == "point[1].id"
