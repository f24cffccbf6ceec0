"""The files of the record: the manual's are read, a wrong field is named, what is stored reads back equal."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holocrine.domain.plan import Plan
from holocrine.domain.reading import read_plan, write_plan
from holocrine.domain.record import Entry, RecordKind
from holocrine.domain.record_deviation import deviations, refuse_unexplained, written_out
from holocrine.domain.record_reading import plan_entry, read_entry, read_head, read_photo
from holocrine.domain.record_treatment import Treatment
from holocrine.domain.schemas import schema_of
from holocrine.errors import FieldError, FileError, InputError
from holocrine.record.audit import canonical, content_digest
from holocrine.record.location import key_statement, locate
from holocrine.record.lots import lot_key

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
PATIENT, READINGS, TREATMENT, ELSEWHERE, EVENT, PHOTO = re.findall(r"```toml\n(.*?)```", MANUAL, re.DOTALL)
FILES: dict[str, tuple[RecordKind, str]] = {
    "patient": ("patient", PATIENT),
    "readings": ("observation", READINGS),
    "treatment": ("treatment", TREATMENT),
    "elsewhere": ("treatment", ELSEWHERE),
    "event": ("event", EVENT),
}
PLAN_TEXT = (ROOT / "examples" / "protocols" / "forehead-intramuscular-5x2.toml").read_text(encoding="utf-8")


def entry(name: str, old: str = "", new: str = "") -> Entry:
    kind, text = FILES[name]
    assert old in text
    return read_entry(kind, text.replace(old, new, 1) if old else text, f"{name}.toml")


def plan() -> Plan:
    return read_plan(PLAN_TEXT, "plan.toml")


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_the_manual_reads_and_what_is_stored_reads_back(name: str) -> None:
    read = entry(name)
    stored = canonical(json.loads(read.model_dump_json(by_alias=True, exclude_none=True)))
    assert type(read).model_validate_json(stored) == read
    jsonschema.validate(json.loads(stored), schema_of(json.loads(stored)["schema"]))


@pytest.mark.parametrize("name", FILES)
def test_a_misspelt_field_is_named(name: str) -> None:
    kind, text = FILES[name]
    with pytest.raises(FieldError) as caught:
        read_entry(kind, text + "\n[nonsense]\na = 1\n", f"{name}.toml")
    assert (caught.value.where, caught.value.field) == (f"{name}.toml", "nonsense")


@pytest.mark.parametrize(
    ("name", "old", "new", "field"),
    [
        ("treatment", 'lot = "C1234 A"\n', "", "vial[0].lot"),
        ("treatment", "expiry = 2027-06-30", "expiry = 2026-03-01", "vial[0].expiry"),
        ("treatment", "2026-03-02T09:30:00", "2026-03-03T09:30:00", "vial[0].reconstituted"),
        ("treatment", "2026-03-02T09:30:00", "2026-03-02T09:30:00Z", "vial[0].reconstituted"),
        ("treatment", "units = 1\n", "units = 10\n", "point[0].units"),
        ("treatment", 'volume = "0.025 mL"', 'volume = "0.25 mL"', "point[0].units"),
        ("treatment", 'planned = "P1"\n', 'planned = "P1"\nvial = "B"\n', "point[0].vial"),
        ("treatment", 'planned = "P5"', 'planned = "P1"', "point.planned"),
        ("treatment", 'plan = "plan-2"\n', "", "plan"),
        ("treatment", "[[vial]]", '[elsewhere]\ndate = 2026-03-02\nproduct = "unknown"\n[[vial]]', "elsewhere.total"),
        ("elsewhere", "[elsewhere]\ndate = 2025-10-06", "[elsewhere]\ndate = 2025-10-05", "elsewhere.date"),
        ("elsewhere", '[elsewhere]\ndate = 2025-10-06\nproduct = "onabotulinumtoxinA"\ntotal_units = 20', "", "vial"),
        ("event", "grade = 2", "grade = 5", "outcome"),
        ("event", "grade = 2", "grade = 6", "grade"),
        ("event", 'outcome = "recovered"', 'outcome = "fatal"', "outcome"),
        ("event", "ended = 2026-04-13", "ended = 2026-03-08", "ended"),
        ("event", "serious_because = []", 'serious_because = ["bad"]', "serious_because[0]"),
        ("readings", 'value = "210 ug/cm2"', "value = 210", "observation[0].value"),
        ("patient", '"amber-29"', '"patient-29"', "patient.pseudonym"),
        ("patient", "described_on = 2026-03-02\n", "", "described_on"),
    ],
)
def test_a_wrong_field_is_named(name: str, old: str, new: str, field: str) -> None:
    with pytest.raises(FieldError) as caught:
        entry(name, old, new)
    assert caught.value.field.startswith(field)
    assert caught.value.allowed
    assert caught.value.remedy


def test_an_expired_vial_can_be_told() -> None:
    told = 'expiry = 2026-03-01\ndeviation = "no other vial, patient agreed"'
    assert isinstance(entry("treatment", "expiry = 2027-06-30", told), Treatment)


@pytest.mark.parametrize("name", ["../front.jpg", "a/b.jpg", "a\\\\b.jpg", ".."])
def test_a_photo_lies_beside_its_description(name: str) -> None:
    with pytest.raises(FieldError) as caught:
        read_photo(PHOTO.replace("front.jpg", name), "photo.toml")
    assert caught.value.field == "file"


@pytest.mark.parametrize("old", ['[consent]\ngiven = "yes"', 'purposes = ["treatment_record"]', 'given = "yes"\n'])
def test_without_consent_no_photo(old: str) -> None:
    assert old in PHOTO
    with pytest.raises(FieldError) as caught:
        read_photo(PHOTO.replace(old, old.replace('"yes"', '"no"').replace('"treatment_record"', "")), "photo.toml")
    assert caught.value.field.startswith("consent")


def test_points_as_planned_equal_the_plan() -> None:
    given = entry("treatment")
    assert isinstance(given, Treatment)
    complete = written_out(given, plan())
    assert {point.planned for point in complete.points} == {"P1", "P2", "P3", "P4"}
    assert {each.point for each in deviations(complete, plan())} == {"P1", "P5"}
    assert written_out(complete, plan()) is complete


def test_what_was_not_done_as_planned_needs_a_reason() -> None:
    given = entry("treatment", '\n[[omitted]]\nplanned = "P5"\ndeviation = "papule at the point"', "")
    assert isinstance(given, Treatment)
    all_given = deviations(written_out(given, plan()), plan())
    assert {each.point for each in all_given} == {"P1"}
    refuse_unexplained(all_given)
    with pytest.raises(FieldError, match=r"point P2 \(omitted\), and 3 more like it"):
        refuse_unexplained(deviations(given, plan()))


def test_small_differences_are_how_a_plan_is_read_off() -> None:
    near = plan().points[0].model_copy(update={"x": plan().points[0].x + 1.0, "depth": 3.5, "units": 2.02})
    given = entry("treatment")
    assert isinstance(given, Treatment)
    changed = plan().model_copy(update={"points": (near, *plan().points[1:])})
    reference = written_out(given.model_copy(update={"points": (), "omissions": ()}), plan())
    assert deviations(reference, changed) == ()
    farther = near.model_copy(update={"x": near.x + 0.2, "units": 2.05})
    far = plan().model_copy(update={"points": (farther, *plan().points[1:])})
    assert {each.what for each in deviations(reference, far)} == {"x", "units"}


def test_two_products_become_two_sessions() -> None:
    second = TREATMENT.replace('plan = "plan-2"\nas_planned = "yes"\n', "").partition("[[omitted]]")[0]
    second = second.replace('planned = "P1"\n', "") + (
        '[[vial]]\nid = "B"\nproduct = "incobotulinumtoxinA"\nlot = "Z"\nexpiry = 2027-01-01\nvial_units = 100\n'
        'diluent = "preservative-free saline"\ndiluent_volume = "2.5 mL"\nreconstituted = 2026-03-02T09:00:00\n'
        '[[point]]\nid = "P2"\nvial = "B"\nx = "0 mm"\ny = "40 mm"\ndepth = "1 mm"\nunits = 2\nvolume = "0.05 mL"\n'
    )
    given = read_entry("treatment", second, "two.toml")
    assert isinstance(given, Treatment)
    assert [(each.product, each.units) for each in given.sessions()] == [
        ("onabotulinumtoxinA", 1.0),
        ("incobotulinumtoxinA", 2.0),
    ]


def test_a_plan_is_kept_to_the_letter_and_a_wrong_forecast_refused() -> None:
    assert plan_entry("amber-29", (PLAN_TEXT, "plan.toml"), None).plan_toml == PLAN_TEXT
    with pytest.raises(FieldError, match=r"plan\.toml"):
        plan_entry("amber-29", (PLAN_TEXT.replace("units = 2", "units = -2", 1), "plan.toml"), None)
    for text in ("", "{}", "[]", "[" * 100_000, '{"schema": "holocrine.plan/1"}'):
        with pytest.raises(FileError, match=r"forecast\.json"):
            plan_entry("amber-29", (PLAN_TEXT, "plan.toml"), (text, "forecast.json"))


def test_a_forecast_is_kept_with_the_plan_it_was_made_for() -> None:
    spec = importlib.util.spec_from_file_location("report_fixture", Path(__file__).with_name("report_fixture.py"))
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    forecast, text = made.forecast(), write_plan(made.plan(provenance=made.provenance()))
    told = forecast.model_dump_json(by_alias=True)
    assert plan_entry("P-014", (text, "plan.toml"), (told, "forecast.json")).forecast_json == told
    other = forecast.provenance.model_copy(update={"parameter_hash": "another"})
    told = forecast.model_copy(update={"provenance": other}).model_dump_json(by_alias=True)
    with pytest.raises(FileError, match="other parameters"):
        plan_entry("P-014", (text, "plan.toml"), (told, "forecast.json"))


@given(st.text(max_size=200))
def test_a_head_is_one_or_refused(text: str) -> None:
    with pytest.raises(FileError, match=r"head\.json"):
        read_head(text, "head.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_canonical_json_is_one_text_per_value(value: Any) -> None:
    text = canonical(value)
    assert text.isascii()
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(st.text(), st.none() | st.text(), st.none() | st.text(), st.text(min_size=1))
def test_a_digest_covers_every_part(salt: str, reason: str | None, content: str | None, more: str) -> None:
    one = content_digest(salt, reason, content)
    assert one != content_digest(salt + more, reason, content)
    assert one != content_digest(salt, (reason or "") + more, content)
    assert one != content_digest(salt, reason, (content or "") + more)


@pytest.mark.parametrize("lot", ["C1234A", "c1234a", " C-1234 A ", "C 1234-a"])
def test_a_lot_is_found_however_it_is_typed(lot: str) -> None:
    assert lot_key(lot) == "c1234a"


@given(st.text(min_size=1, max_size=80))
def test_a_lot_has_a_key_that_fits(lot: str) -> None:
    assert 1 <= len(lot_key(lot)) <= 80


@given(st.text(max_size=60))
def test_a_place_is_one_or_refused(text: str) -> None:
    try:
        place = locate(text)
    except InputError:
        return
    assert place.is_file or place.url.database


def test_a_key_is_no_statement() -> None:
    assert key_statement("it's; DROP TABLE a --") == "PRAGMA key = 'it''s; DROP TABLE a --'"
    assert key_statement("ab" * 32) == f"PRAGMA key = \"x'{'ab' * 32}'\""
    assert "secret" not in repr(locate("r.db", "a secret pass phrase"))
