"""AdverseEvent resources as adverse events of the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holocrine.domain.record_event import AdverseEvent
from holocrine.domain.record_treatment import Treatment
from holocrine.exchange.fhir import codes
from holocrine.exchange.fhir.bundle import Resource
from holocrine.exchange.fhir.element import Element
from holocrine.exchange.fhir.reader import Reader
from holocrine.exchange.person import Kept

_OUTCOMES = {code: word for word, code in codes.OUTCOMES.items()}
_RELATIONS = {code: word for word, code in codes.RELATIONS.items()}


def read_events(reader: Reader, treatments: Mapping[str, Kept[Treatment]]) -> list[Kept[AdverseEvent]]:
    """Events that happened; `treatments` are those read, by the name of their Procedure in the bundle.

    Without a grade the severity stands for it (mild 1, moderate 2, severe 3), without outcome it is unknown, without
    causality unassessable.
    """
    found: list[Kept[AdverseEvent]] = []
    procedures = reader.known("Procedure")
    names = {key: treatments[one.name].name for key, one in procedures.items() if one.name in treatments}
    for resource in reader.fresh("AdverseEvent"):
        data = _event(reader, resource, names)
        if data is None:
            reader.pass_over(resource, "not an adverse event that happened, with its name, day of onset and severity")
            continue
        entry = reader.build(AdverseEvent, "holocrine.event/1", data, resource)
        found.append(Kept(f"event-{len(found) + 1}", entry))
        reader.done(resource)
    return found


def _event(reader: Reader, resource: Resource, treatments: Mapping[str, str]) -> dict[str, Any] | None:
    """The fields; `treatments` are names by the address of the Procedure. None when it is no such event."""
    element = resource.element
    details = element.extension("adverse-event")
    told: dict[str, Any] = {
        "patient": reader.pseudonym,
        "event": element.words("event"),
        "harm": element.code("event", codes.HARM),
        "onset": element.day("date"),
        "grade": _grade(element, details),
        "outcome": _OUTCOMES.get(element.code("outcome", codes.OUTCOME) or ""),
        "relation": "unassessable",
    }
    actual = element.word("actuality", "actual")
    if not (actual and told["event"] and told["onset"] and told["grade"]):
        return None
    element.drop("event", "severity", "seriousness", *(["outcome"] if told["outcome"] else []))
    told["outcome"] = told["outcome"] or "unknown"
    if details:
        told["serious_because"] = details.texts("serious_because")
        told["ended"] = details.day("ended")
        told |= {name: details.text(name) for name in ("action", "description")}
    return told | _suspected(resource, treatments)


def _grade(event: Element, details: Element | None) -> int | None:
    if details and (grade := details.whole("grade")):
        return grade
    severity = event.code("severity", codes.SEVERITY)
    return codes.SEVERITIES.index(severity) + 1 if severity in codes.SEVERITIES else None


def _suspected(resource: Resource, treatments: Mapping[str, str]) -> dict[str, str]:
    """Which treatment, how surely it is the cause, and which lot."""
    lots = _contained(resource)
    told: dict[str, str] = {}
    for entity in resource.element.many("suspectEntity"):
        for cause in entity.many("causality"):
            if relation := _RELATIONS.get(cause.code("assessment", codes.CAUSALITY) or ""):
                cause.drop("assessment")
                told["relation"] = relation
        if address := entity.reference("instance", treatments):
            told["treatment"] = treatments[address]
        elif address := entity.reference("instance", lots):
            told["lot"] = lots[address]
        elif entity.name_alone("instance") == codes.UNNAMED_TREATMENT:
            entity.drop("instance")
    return told


def _contained(resource: Resource) -> dict[str, str]:
    """Address -> lot number of every contained Medication; contained resources never refer further here."""
    found = {}
    raw = resource.raw.get("contained") or []
    for held, element in zip(raw, resource.element.many("contained"), strict=True):
        batch = element.one("batch") if held.get("resourceType") == "Medication" else None
        if batch and (lot := batch.text("lotNumber")):
            element.drop("code")
            found[f"#{held.get('id')}"] = lot
    return found
