"""Plans and treatments as resources: what was planned, what was given at which place, out of which vial."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from holocrine.domain.plan import InjectionPoint
from holocrine.domain.reading import read_plan
from holocrine.domain.record import PlanEntry
from holocrine.domain.record_treatment import Omission, Treatment, Vial
from holocrine.domain.session import GivenPoint, Session
from holocrine.domain.vocabulary import Region
from holocrine.exchange.fhir import codes
from holocrine.exchange.fhir.codes import Json, concept, dose, product_concept, quantity, region_concept, route_concept
from holocrine.exchange.fhir.entries import Entries
from holocrine.exchange.fhir.extensions import compound, simple
from holocrine.exchange.person import Kept


@dataclass(frozen=True)
class PlanReferences:
    """A plan in the bundle: the reference to it, to each of its points, and the product they are of."""

    plan: Json
    points: Mapping[str, Json]
    product: str


def add_plan(entries: Entries, kept: Kept[PlanEntry], patient: Json) -> PlanReferences:
    """The files to the letter as a DocumentReference, each point as a MedicationRequest, and a CarePlan over both."""
    plan = read_plan(kept.entry.plan_toml, kept.name)
    product = plan.solution.product
    files = [_attachment("plan.toml", "application/toml", kept.entry.plan_toml)]
    if kept.entry.forecast_json is not None:
        files.append(_attachment("forecast.json", "application/json", kept.entry.forecast_json))
    document = entries.add(
        kept,
        "document",
        {
            "resourceType": "DocumentReference",
            "status": "current",
            "type": concept((codes.ACT, codes.PLAN, None)),
            "subject": patient,
            "content": files,
        },
    )
    points = {
        point.id: entries.add(kept, f"point-{point.id}", _request(point, product, patient)) for point in plan.points
    }
    care_plan = {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "category": [concept((codes.ACT, codes.PLAN, None), text="Injection plan")],
        "subject": patient,
        "supportingInfo": [document],
        **({"activity": [{"reference": reference} for reference in points.values()]} if points else {}),
    }
    return PlanReferences(entries.add(kept, "plan", care_plan), points, product)


def add_treatment(entries: Entries, kept: Kept[Treatment], patient: Json, plans: Mapping[str, PlanReferences]) -> Json:
    """A Procedure with its vials (Medication) and points (MedicationAdministration at a BodyStructure)."""
    treatment = kept.entry
    plan = plans[treatment.plan] if treatment.plan else None
    vials = {vial.id: entries.add(kept, f"vial-{vial.id}", _medication(vial)) for vial in treatment.vials}
    procedure = entries.add(kept, "treatment", _procedure(treatment, patient, plan, list(vials.values())))
    common = {"subject": patient, "effectiveDateTime": treatment.date.isoformat(), "partOf": [procedure]}
    requests = plan.points if plan else {}
    for point in treatment.points:
        product = treatment.vial_of(point).product
        place = entries.add(kept, f"place-{point.id}", _place(point, point.region, patient))
        given = {
            "resourceType": "MedicationAdministration",
            **({"extension": [simple("deviation", point.deviation)]} if point.deviation else {}),
            "identifier": [{"system": codes.POINT, "value": point.id}],
            "status": "completed",
            "medicationReference": vials[point.vial],
            **common,
            **({"request": requests[point.planned]} if point.planned else {}),
            "dosage": _dosage(point, point.region, product, place),
        }
        entries.add(kept, f"point-{point.id}", given)
    for omission in treatment.omissions:
        planned = plan.product if plan else "unknown"
        entries.add(kept, f"omitted-{omission.planned}", _not_done(omission, planned, requests, common))
    if treatment.elsewhere is not None:
        _add_elsewhere(entries, kept, treatment.elsewhere, common)
    return procedure


def _procedure(treatment: Treatment, patient: Json, plan: PlanReferences | None, vials: list[Json]) -> Json:
    elsewhere = treatment.elsewhere
    listed = elsewhere.regions if elsewhere else tuple(dict.fromkeys(p.region for p in treatment.points if p.region))
    return {
        "resourceType": "Procedure",
        **({"extension": [simple("elsewhere", elsewhere.indication)]} if elsewhere else {}),
        **({"basedOn": [plan.plan]} if plan else {}),
        "status": "completed",
        "code": concept((codes.ACT, codes.INJECTION, None), text="Injection of botulinum toxin"),
        "subject": patient,
        "performedDateTime": treatment.date.isoformat(),
        **({"performer": [{"actor": {"display": treatment.injector}}]} if treatment.injector else {}),
        "reasonCode": [concept(text=treatment.indication)],
        **({"bodySite": [region_concept(region) for region in listed]} if listed else {}),
        **({"usedReference": vials} if vials else {}),
    }


def _medication(vial: Vial) -> Json:
    made_up = compound(
        "reconstitution",
        vial=vial.id,
        diluent=vial.diluent,
        day=vial.reconstituted.date().isoformat(),
        time=vial.reconstituted.time().isoformat(),
    )
    return {
        "resourceType": "Medication",
        "extension": [made_up, *([simple("deviation", vial.deviation)] if vial.deviation else [])],
        "code": product_concept(vial.product),
        "amount": {
            "numerator": dose(vial.vial_units, vial.product),
            "denominator": quantity(vial.diluent_volume, "mL"),
        },
        "batch": {"lotNumber": vial.lot, "expirationDate": vial.expiry.isoformat()},
    }


def _position(point: GivenPoint | InjectionPoint) -> Json:
    return compound(
        "position",
        x=quantity(point.x, "mm"),
        y=quantity(point.y, "mm"),
        depth=quantity(point.depth, "mm"),
        plane=point.plane,
    )


def _place(point: GivenPoint, region: Region | None, patient: Json) -> Json:
    return {
        "resourceType": "BodyStructure",
        "extension": [_position(point)],
        **({"location": region_concept(region)} if region else {}),
        "patient": patient,
    }


def _dosage(point: GivenPoint, region: Region | None, product: str, place: Json) -> Json:
    return {
        "extension": [simple("volume", quantity(point.volume, "mL"))],
        "site": {
            "extension": [{"url": codes.BODY_SITE, "valueReference": place}],
            **(region_concept(region) if region else {}),
        },
        "route": route_concept(point.plane),
        "dose": dose(point.units, product),
    }


def _not_done(omission: Omission, product: str, requests: Mapping[str, Json], common: Json) -> Json:
    return {
        "resourceType": "MedicationAdministration",
        "status": "not-done",
        "statusReason": [concept(text=omission.deviation)],
        "medicationCodeableConcept": product_concept(product),
        **common,
        "request": requests[omission.planned],
    }


def _add_elsewhere(entries: Entries, kept: Kept[Treatment], session: Session, common: Json) -> None:
    """A total is a statement of the person; points, where known, are administrations without vial."""
    product = product_concept(session.product)
    if session.total_units is not None:
        told = {
            "resourceType": "MedicationStatement",
            "status": "completed",
            "medicationCodeableConcept": product,
            **common,
            "informationSource": common["subject"],
            "dosage": [{"doseAndRate": [{"doseQuantity": dose(session.total_units, session.product)}]}],
        }
        entries.add(kept, "total", told)
    for number, point in enumerate(session.points):
        place = entries.add(kept, f"place-{number}", _place(point, None, common["subject"]))
        given = {
            "resourceType": "MedicationAdministration",
            "status": "completed",
            "medicationCodeableConcept": product,
            **common,
            "dosage": _dosage(point, None, session.product, place),
        }
        entries.add(kept, f"point-{number}", given)


def _request(point: InjectionPoint, product: str, patient: Json) -> Json:
    """A point as planned; its place stands in the dosage, where a given point has a BodyStructure."""
    return {
        "resourceType": "MedicationRequest",
        "identifier": [{"system": codes.PLANNED_POINT, "value": point.id}],
        "status": "active",
        "intent": "plan",
        "medicationCodeableConcept": product_concept(product),
        "subject": patient,
        "dosageInstruction": [
            {
                "extension": [simple("volume", quantity(point.volume, "mL"))],
                "site": {"extension": [_position(point)], **region_concept(point.region)},
                "route": route_concept(point.plane),
                "doseAndRate": [{"doseQuantity": dose(point.units, product)}],
            }
        ],
    }


def _attachment(title: str, kind: str, text: str) -> Json:
    data = base64.b64encode(text.encode()).decode("ascii")
    return {"attachment": {"contentType": kind, "data": data, "title": title}}
