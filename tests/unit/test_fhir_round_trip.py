"""What goes out as FHIR comes back as the same entries, and goes out again as the same bundle."""

from __future__ import annotations

import json
from typing import Any

import pytest
from exchange_samples import NOW, manual_person, owned, persons
from hypothesis import HealthCheck, given, settings

from holocrine.domain.observation import Observation
from holocrine.domain.patient import FaceMeasurements, Patient
from holocrine.domain.record import Consent, PatientEntry, PhotoEntry
from holocrine.domain.record_event import AdverseEvent
from holocrine.domain.record_treatment import Omission, Treatment, TreatmentPoint, Vial
from holocrine.domain.session import Session
from holocrine.exchange.fhir.codes import OUTCOMES, RELATIONS, ROUTE_SNOMED, Json
from holocrine.exchange.fhir.reading import read_bundle
from holocrine.exchange.fhir.writing import bundle_text, write_bundle
from holocrine.exchange.person import PersonRecord


def there_and_back(person: PersonRecord) -> tuple[PersonRecord, list[str]]:
    text = bundle_text(write_bundle(person, at=NOW))
    back, unread = read_bundle(text.encode(), "bundle.json", today=NOW.date())
    return back, [one.path for one in unread]


def without_addresses(bundle: Json) -> Any:
    """The bundle with its addresses counted instead, and without who wrote what into which record."""
    entries = [one for one in bundle["entry"] if one["resource"]["resourceType"] != "Provenance"]
    text = json.dumps(entries)
    for number, one in enumerate(entries):
        text = text.replace(one["fullUrl"], f"entry-{number}")
    return json.loads(text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(person=persons())
def test_every_entry_comes_back_as_it_was(person: PersonRecord) -> None:
    back, unread = there_and_back(person)
    assert back == person
    assert unread == []
    assert without_addresses(write_bundle(back, at=NOW)) == without_addresses(write_bundle(person, at=NOW))


def test_the_person_of_the_manual_comes_back_and_only_the_authors_are_not_taken_over() -> None:
    person = manual_person()
    back, unread = there_and_back(person)
    assert back == owned(person, "amber-29")
    assert unread == ["Provenance"] * 8
    assert without_addresses(write_bundle(back, at=NOW)) == without_addresses(write_bundle(person, at=NOW))


def test_the_same_record_gives_the_same_text() -> None:
    first, second = (bundle_text(write_bundle(manual_person(), at=NOW)) for _ in range(2))
    assert first == second


def test_no_field_of_an_entry_was_forgotten() -> None:
    """A new field in the domain is not in a bundle until somebody puts it there: then it belongs in this list."""
    carried = {
        PatientEntry: {"schema_name", "described_on", "person"},
        Patient: {"pseudonym", "age", "sex", "skin_type", "pregnancy", "lactation", "face"},
        Observation: {"date", "instrument", "region", "lesion", "value", "rater"},
        Treatment: {
            *("patient", "schema_name", "date", "indication", "injector", "plan", "plan_version", "as_planned"),
            *("vials", "points", "omissions", "elsewhere"),
        },
        Vial: {
            *(
                "id",
                "product",
                "lot",
                "expiry",
                "vial_units",
                "diluent",
                "diluent_volume",
                "reconstituted",
                "deviation",
            ),
        },
        TreatmentPoint: {
            *("id", "region", "vial", "planned", "deviation", "x", "y", "depth", "units", "volume", "plane"),
        },
        Omission: {"planned", "deviation"},
        Session: {"date", "product", "indication", "regions", "total_units", "points"},
        AdverseEvent: {
            *("patient", "schema_name", "event", "harm", "onset", "ended", "grade", "serious_because", "outcome"),
            *("relation", "treatment", "lot", "action", "description"),
        },
        PhotoEntry: {
            *("patient", "schema_name", "taken_on", "view", "expression", "consent", "media_type", "width", "height"),
            *("orientation", "size", "sha256"),
        },
        Consent: {"given", "date", "purposes"},
    }
    assert {model: set(model.model_fields) for model in carried} == carried
    assert len(FaceMeasurements.model_fields) == 6


@pytest.mark.parametrize("codes", [OUTCOMES, RELATIONS, ROUTE_SNOMED])
def test_no_two_words_share_a_code(codes: dict[str, Any]) -> None:
    assert len(set(codes.values())) == len(codes)


def test_a_dose_names_its_product_and_never_a_bare_unit() -> None:
    doses = [
        one["resource"]["dosage"]["dose"]
        for one in write_bundle(manual_person(), at=NOW)["entry"]
        if "dosage" in one["resource"] and isinstance(one["resource"]["dosage"], dict)
    ]
    assert doses == [
        {
            "value": 1,
            "unit": "units onabotulinumtoxinA",
            "system": "urn:holocrine:fhir:1:dose-unit",
            "code": "onabotulinumtoxinA",
        }
    ]


def test_a_transaction_asks_the_server_to_create_each_resource() -> None:
    bundle = write_bundle(manual_person(), at=NOW, transaction=True)
    assert bundle["type"] == "transaction"
    assert all(one["request"] == {"method": "POST", "url": one["resource"]["resourceType"]} for one in bundle["entry"])
    back, _ = read_bundle(bundle_text(bundle).encode(), "bundle.json", today=NOW.date())
    assert back == owned(manual_person(), "amber-29")
