"""A person as a bundle: description, readings, adverse events, photos, and who wrote each."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping

from holocrine.domain.record import ObservationEntry, PatientEntry, PhotoEntry
from holocrine.domain.record_event import AdverseEvent
from holocrine.exchange.fhir import codes
from holocrine.exchange.fhir.codes import Json, concept, counted, quantity, region_concept
from holocrine.exchange.fhir.entries import Entries
from holocrine.exchange.fhir.extensions import compound
from holocrine.exchange.fhir.writing_treatment import add_plan, add_treatment
from holocrine.exchange.person import PersonRecord


def write_bundle(person: PersonRecord, *, at: dt.datetime, transaction: bool = False) -> Json:
    """The FHIR R4 bundle of one person as of `at` (with time zone): a collection, or a transaction for a server."""
    entries = Entries()
    patient = entries.add(person.patient, "patient", _patient(person.patient.entry))
    plans = {kept.name: add_plan(entries, kept, patient) for kept in person.plans}
    treatments = {kept.name: add_treatment(entries, kept, patient, plans) for kept in person.treatments}
    for reading in person.observations:
        for number, one in enumerate(reading.entry.single):
            entries.add(reading, f"reading-{number}", _observation(one, patient))
    for event in person.events:
        entries.add(event, "event", _adverse_event(event.entry, patient, treatments))
    for photo, image in person.photos:
        entries.add(photo, "photo", _media(photo.entry, image, patient))
    for kept, resource in list(entries.provenance()):
        entries.add(kept, "provenance", resource)
    return {
        "resourceType": "Bundle",
        "type": "transaction" if transaction else "collection",
        "timestamp": at.isoformat(timespec="seconds"),
        "entry": entries.listed(transaction=transaction),
    }


def bundle_text(bundle: Json) -> str:
    """A bundle as JSON text."""
    return json.dumps(bundle, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _patient(entry: PatientEntry) -> Json:
    person = entry.person
    face = {
        name: quantity(value, "mm") if value is not None else None
        for name, value in ((name, getattr(person.face, name)) for name in type(person.face).model_fields)
    }
    age = {"value": person.age, "unit": "years", "system": codes.UCUM, "code": "a"} if person.age is not None else None
    described = compound(
        "description",
        described_on=entry.described_on.isoformat(),
        age=age,
        skin_type=person.skin_type,
        pregnancy=person.pregnancy,
        lactation=person.lactation,
        **face,
    )
    return {
        "resourceType": "Patient",
        "extension": [described],
        "identifier": [{"system": codes.PSEUDONYM, "value": person.pseudonym}],
        **({"gender": person.sex} if person.sex else {}),
    }


def _observation(entry: ObservationEntry, patient: Json) -> Json:
    [reading] = entry.observations
    lesion = [(codes.LESION, reading.lesion, None)] if reading.lesion else []
    words = (reading.lesion or reading.instrument).replace("_", " ")
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": concept((codes.INSTRUMENT, reading.instrument, None), *lesion, text=words),
        "subject": patient,
        "effectiveDateTime": reading.date.isoformat(),
        **({"performer": [{"display": reading.rater}]} if reading.rater else {}),
        **_value(reading.instrument, reading.value, reading.number),
        **({"bodySite": region_concept(reading.region)} if reading.region else {}),
    }


def _value(instrument: str, value: object, number: float) -> Json:
    if instrument in codes.MEASURED:
        return {"valueQuantity": quantity(number, codes.MEASURED[instrument])}
    if value in ("yes", "no"):
        return {"valueBoolean": value == "yes"}
    if isinstance(value, int):
        return {"valueQuantity": counted(value, instrument)}
    return {"valueString": str(value)}


def _adverse_event(event: AdverseEvent, patient: Json, treatments: Mapping[str, Json]) -> Json:
    """The treatment, or the word that none is named, is suspected; the lot is a medication of its own beside it."""
    treatment = treatments[event.treatment] if event.treatment else {"display": codes.UNNAMED_TREATMENT}
    relation = concept((codes.CAUSALITY, codes.RELATIONS[event.relation], None))
    lot = {
        "resourceType": "Medication",
        "id": "lot",
        "code": concept((codes.ATC, codes.BOTULINUM_TOXIN, "botulinum toxin")),
        "batch": {"lotNumber": event.lot},
    }
    details = compound(
        "adverse-event",
        grade=event.grade,
        serious_because=event.serious_because,
        ended=event.ended.isoformat() if event.ended else None,
        action=event.action,
        description=event.description,
    )
    harm = [(codes.HARM, event.harm, None)] if event.harm else []
    severity = codes.SEVERITIES[min(event.grade, len(codes.SEVERITIES)) - 1]
    serious = "Serious" if event.serious_because else "Non-serious"
    return {
        "resourceType": "AdverseEvent",
        **({"contained": [lot]} if event.lot else {}),
        "extension": [details],
        "actuality": "actual",
        "event": concept(*harm, text=event.event),
        "subject": patient,
        "date": event.onset.isoformat(),
        "seriousness": concept((codes.SERIOUSNESS, serious, None)),
        "severity": concept((codes.SEVERITY, severity, None)),
        "outcome": concept((codes.OUTCOME, codes.OUTCOMES[event.outcome], None)),
        "suspectEntity": [
            {"instance": treatment, "causality": [{"assessment": relation}]},
            *([{"instance": {"reference": "#lot"}}] if event.lot else []),
        ],
    }


def _media(photo: PhotoEntry, image: bytes, patient: Json) -> Json:
    details = compound(
        "photo",
        expression=photo.expression,
        orientation=photo.orientation,
        consent_date=photo.consent.date.isoformat(),
        consent_purpose=photo.consent.purposes,
    )
    return {
        "resourceType": "Media",
        "extension": [details],
        "status": "completed",
        "view": concept((codes.VIEW, photo.view, None)),
        "subject": patient,
        "createdDateTime": photo.taken_on.isoformat(),
        "height": photo.height,
        "width": photo.width,
        "content": {
            "contentType": photo.media_type,
            "data": base64.b64encode(image).decode("ascii"),
            "size": len(image),
        },
    }
