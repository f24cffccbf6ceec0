"""Bundles of other software: what can be read is read, and every rest is told with its reason."""

from __future__ import annotations

import copy
import datetime as dt
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from exchange_samples import NOW, ROOT, manual_person

from holocrine.domain.record_reading import plan_entry
from holocrine.domain.writing import write_plan
from holocrine.errors import FileError
from holocrine.exchange.fhir.extensions import EXTENSIONS, OWN, structure_definition
from holocrine.exchange.fhir.json_text import MAX_DEPTH
from holocrine.exchange.fhir.reading import read_bundle
from holocrine.exchange.fhir.writing import bundle_text, write_bundle
from holocrine.exchange.person import Kept, PersonRecord

FOREIGN = json.loads((ROOT / "examples" / "exchange" / "foreign-bundle.json").read_text(encoding="utf-8"))


def read(bundle: Any, pseudonym: str | None = "cedar-41") -> Any:
    return read_bundle(json.dumps(bundle).encode(), "f.json", today=dt.date(2026, 6, 14), pseudonym=pseudonym)


def test_a_foreign_bundle_is_read_as_far_as_it_can_be() -> None:
    person, _ = read(FOREIGN)
    described = person.patient.entry
    assert (described.person.pseudonym, described.person.age, described.person.sex) == ("cedar-41", 35, "female")
    assert described.described_on == dt.date(2026, 6, 14)
    sessions = [kept.entry.elsewhere for kept in person.treatments]
    assert [(one.date, one.product, one.total_units, one.regions) for one in sessions] == [
        (dt.date(2025, 10, 6), "onabotulinumtoxinA", 8, ()),
        (dt.date(2025, 10, 6), "onabotulinumtoxinA", 12, ("forehead",)),
    ]
    [event] = [kept.entry for kept in person.events]
    assert (event.event, event.grade, event.outcome, event.relation) == ("Headache", 1, "recovered", "unassessable")


def test_what_was_not_understood_is_listed_with_place_and_reason() -> None:
    _, unread = read(FOREIGN)
    assert [(one.resource, one.path) for one in unread] == [
        ("entry[0] Patient", "Patient.name"),
        ("entry[2] MedicationAdministration", "MedicationAdministration.effectivePeriod.start"),
        ("entry[3] Medication", "Medication.manufacturer"),
        ("entry[4] MedicationStatement", "MedicationStatement"),
        ("entry[5] Observation", "Observation"),
        ("entry[6] AdverseEvent", "AdverseEvent.suspectEntity[0].instance"),
        ("entry[7] Observation", "Observation"),
        ("entry[8] MedicationAdministration", "MedicationAdministration"),
        ("entry[9] Condition", "Condition"),
    ]
    reasons = {one.resource: one.reason for one in unread}
    assert "modifier" in reasons["entry[8] MedicationAdministration"]
    assert "entered in error" in reasons["entry[7] Observation"]


def test_no_name_becomes_a_pseudonym() -> None:
    with pytest.raises(FileError, match=r"names are not kept\. Give --pseudonym"):
        read(FOREIGN, pseudonym=None)


@pytest.mark.parametrize(
    "dose",
    [
        {"value": 12, "unit": "mg"},
        {"value": 12, "unit": "units abobotulinumtoxinA"},
        {"value": 12},
        {"unit": "U"},
        {"value": 12, "unit": "U", "comparator": "<"},
    ],
)
def test_a_dose_in_anything_but_units_of_its_product_is_not_taken_for_one(dose: dict[str, Any]) -> None:
    bundle = copy.deepcopy(FOREIGN)
    bundle["entry"][1]["resource"]["dosage"]["dose"] = dose
    person, unread = read(bundle)
    assert [kept.entry.elsewhere.total_units for kept in person.treatments] == [8]
    assert ("entry[1] MedicationAdministration", "MedicationAdministration") in {
        (one.resource, one.path) for one in unread
    }


def test_a_modifier_deep_inside_keeps_the_whole_resource_out() -> None:
    bundle = copy.deepcopy(FOREIGN)
    bundle["entry"][1]["resource"]["dosage"]["modifierExtension"] = [{"url": "urn:x:not-given", "valueBoolean": True}]
    person, _ = read(bundle)
    assert [kept.entry.elsewhere.total_units for kept in person.treatments] == [8]


def test_a_code_of_another_product_changes_the_meaning_of_the_units() -> None:
    """Units of one product inside a point of another are no dose."""
    bundle = write_bundle(manual_person(), at=NOW)
    text = bundle_text(bundle).replace(
        '"system": "urn:holocrine:fhir:1:dose-unit",\n      "code": "onabotulinumtoxinA"',
        '"system": "urn:holocrine:fhir:1:dose-unit",\n      "code": "abobotulinumtoxinA"',
    )
    assert text != bundle_text(bundle)
    with pytest.raises(Exception, match="units"):
        read_bundle(text.encode(), "f.json", today=NOW.date())


def test_a_field_added_to_a_bundle_of_ours_is_told() -> None:
    bundle = write_bundle(manual_person(), at=NOW)
    observation = next(one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == "Observation")
    observation["note"] = [{"text": "measured twice"}]
    observation["effectiveDateTime"] += "T10:00:00Z"
    _, unread = read_bundle(bundle_text(bundle).encode(), "f.json", today=NOW.date())
    told = [one.path for one in unread if one.path != "Provenance"]
    assert sorted(told) == ["Observation.effectiveDateTime", "Observation.note"]


def test_a_person_can_come_in_under_another_pseudonym() -> None:
    person, unread = read(json.loads(bundle_text(write_bundle(manual_person(), at=NOW))), pseudonym="birch-7")
    assert person.patient.entry.person.pseudonym == "birch-7"
    assert {kept.entry.patient for kept in (*person.treatments, *person.observations)} == {"birch-7"}
    assert {one.path for one in unread} == {"Provenance", "Patient.identifier"}


def test_a_forecast_goes_along_with_its_plan_under_its_own_pseudonym_only() -> None:
    spec = importlib.util.spec_from_file_location("report_fixture", Path(__file__).with_name("report_fixture.py"))
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    forecast = made.forecast().model_dump_json(by_alias=True)
    plan = write_plan(made.plan(provenance=made.provenance()))
    entry = plan_entry("P-014", (plan, "plan.toml"), (forecast, "forecast.json"))
    described = manual_person().patient.entry
    person = described.person.model_copy(update={"pseudonym": "P-014"})
    whole = PersonRecord(
        Kept("patient-1", described.model_copy(update={"person": person})), plans=(Kept("plan-1", entry),)
    )
    bundle = write_bundle(whole, at=NOW)
    back, unread = read(bundle, pseudonym=None)
    assert ([kept.entry for kept in back.plans], unread) == ([entry], ())
    back, unread = read(bundle, pseudonym="birch-7")
    assert [(kept.entry.plan_toml, kept.entry.forecast_json) for kept in back.plans] == [(plan, None)]
    assert "DocumentReference.forecast.json" in {one.path for one in unread}


@pytest.mark.parametrize("name", EXTENSIONS)
def test_the_published_definition_of_an_extension_is_the_one_in_use(name: str) -> None:
    """After a change: write json.dumps(structure_definition(name), indent=1) into the file."""
    file = ROOT / "examples" / "exchange" / "fhir" / f"StructureDefinition-{name}.json"
    assert json.loads(file.read_text(encoding="utf-8")) == structure_definition(name)
    manual = (ROOT / "docs" / "exchange.md").read_text(encoding="utf-8")
    assert f"`{name}`" in manual
    parts = EXTENSIONS[name].parts or {}
    assert not [part for part in parts if f"`{part}`" not in manual and not part.endswith(("_width", "_height"))]


def test_a_bundle_uses_no_extension_that_is_not_defined() -> None:
    text = bundle_text(write_bundle(manual_person(), at=NOW))
    used = {line.split('"')[3].removeprefix(OWN) for line in text.splitlines() if f'"url": "{OWN}' in line}
    assert used == set(EXTENSIONS)


def test_a_bundle_of_ours_is_far_from_the_limit_of_depth() -> None:
    lines = bundle_text(write_bundle(manual_person(), at=NOW)).splitlines()
    assert max(len(line) - len(line.lstrip(" ")) for line in lines) <= MAX_DEPTH // 2
