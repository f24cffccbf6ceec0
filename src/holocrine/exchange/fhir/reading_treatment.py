"""Procedures of Holocrine as treatments: vials, points with their places, omissions, treatments given elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from holocrine.domain.record import PlanEntry
from holocrine.domain.record_treatment import Treatment
from holocrine.exchange.fhir import codes
from holocrine.exchange.fhir.bundle import Resource
from holocrine.exchange.fhir.element import Element
from holocrine.exchange.fhir.reader import Reader, product_of, region_of, units_of
from holocrine.exchange.person import Kept

_Fields = dict[str, Any]


def read_treatments(reader: Reader, plans: Mapping[str, Kept[PlanEntry]]) -> dict[str, Kept[Treatment]]:
    """Name of the Procedure in the bundle -> treatment; `plans` by the name of their CarePlan.

    Raises FieldError when a treatment is not complete or contradicts itself.
    """
    found: dict[str, Kept[Treatment]] = {}
    ours = {key: one for key, one in reader.known("Procedure").items() if _is_ours(one)}
    parts = _parts(reader, ours)
    for resource in reader.fresh("Procedure"):
        element = resource.element
        if not _is_ours(resource):
            reader.pass_over(resource, "not a finished injection of botulinum toxin as Holocrine writes it")
            continue
        element.drop("code", "status")
        data = _treatment(reader, resource, parts.get(resource.name, []), plans)
        entry = reader.build(Treatment, "holocrine.treatment/1", data, resource)
        found[resource.name] = Kept(f"treatment-{len(found) + 1}", entry)
        reader.done(resource)
    return found


def _is_ours(procedure: Resource) -> bool:
    """Whether it is a finished injection as Holocrine writes it."""
    finished = procedure.raw.get("status") == "completed"
    return finished and procedure.element.code("code", codes.ACT) == codes.INJECTION


def _parts(reader: Reader, procedures: Mapping[str, Resource]) -> dict[str, list[Resource]]:
    """Name of a Procedure of ours -> what was given in it."""
    found: dict[str, list[Resource]] = {}
    for resource in reader.fresh("MedicationAdministration", "MedicationStatement"):
        for address in resource.element.references("partOf", procedures):
            found.setdefault(procedures[address].name, []).append(resource)
    return found


def _treatment(
    reader: Reader, resource: Resource, parts: list[Resource], plans: Mapping[str, Kept[PlanEntry]]
) -> _Fields:
    element = resource.element
    reader.done(*parts)
    date, elsewhere = element.day("performedDateTime"), element.extension("elsewhere")
    performers, regions = element.many("performer"), _regions(element)
    told: _Fields = {
        "patient": reader.pseudonym,
        "date": date,
        "indication": _reason(element),
        "injector": _name_of(performers[0]) if performers else None,
    }
    for part in parts:
        if part.element.day("effectiveDateTime") != date:
            raise part.element.fault("effectiveDateTime", "is not the day of its Procedure", str(date))
    if elsewhere is not None:
        return told | {"elsewhere": _elsewhere(reader, parts, date, elsewhere.text("value"), regions)}
    care_plans = {key: one for key, one in reader.known("CarePlan").items() if one.name in plans}
    followed = element.references("basedOn", care_plans)
    vials = _vials(reader, element)
    given = [part for part in parts if part.element.word("status", "completed")]
    omitted = [part for part in parts if part.element.word("status", "not-done")]
    return told | {
        "plan": plans[care_plans[followed[0]].name].name if followed else None,
        "vial": tuple(vials.values()),
        "point": tuple(_point(reader, part, vials) for part in given),
        "omitted": tuple(_omission(reader, part) for part in omitted),
    }


def _vials(reader: Reader, procedure: Element) -> dict[str, _Fields]:
    """Address of a Medication -> the vial it describes, in the order of use."""
    medications = reader.known("Medication")
    found = {}
    for address in procedure.references("usedReference", medications):
        found[address] = _vial(medications[address].element)
        reader.done(medications[address])
    return found


def _vial(medication: Element) -> _Fields:
    product = product_of(medication, "code")
    made_up, amount, batch = medication.extension("reconstitution"), medication.one("amount"), medication.one("batch")
    deviation = medication.extension("deviation")
    if made_up is None or amount is None or batch is None:
        raise medication.fault("", "lacks reconstitution, amount or batch", "a vial with all three")
    day, time = made_up.day("day"), made_up.text("time")
    return {
        "id": made_up.text("vial"),
        "product": product,
        "lot": batch.text("lotNumber"),
        "expiry": batch.day("expirationDate"),
        "vial_units": units_of(amount, "numerator", product),
        "diluent": made_up.text("diluent"),
        "diluent_volume": amount.measure("denominator", "mL"),
        "reconstituted": dt.datetime.combine(day, _clock(made_up, time)) if day and time else None,
        "deviation": deviation.text("value") if deviation else None,
    }


def _clock(made_up: Element, time: str) -> dt.time:
    try:
        return dt.time.fromisoformat(time)
    except ValueError as error:
        raise made_up.fault("time", "is no time of day", "a time such as 09:30:00") from error


def _point(reader: Reader, part: Resource, vials: Mapping[str, _Fields]) -> _Fields:
    element = part.element
    vial, deviation = element.reference("medicationReference", vials), element.extension("deviation")
    if vial is None:
        raise element.fault("medicationReference", "leads to none of the vials of its Procedure", "one of them")
    identifiers = [one.text("value") for one in element.many("identifier") if one.word("system", codes.POINT)]
    return {
        "id": identifiers[0] if identifiers else None,
        "vial": vials[vial]["id"],
        "planned": _planned(reader, element),
        "deviation": deviation.text("value") if deviation else None,
        **_place_and_dose(reader, part, vials[vial]["product"]),
    }


def _place_and_dose(reader: Reader, part: Resource, product: str | None, *, with_region: bool = True) -> _Fields:
    """Where an injection went and how much it was."""
    dosage, places = part.element.one("dosage"), reader.known("BodyStructure")
    site = dosage.one("site") if dosage else None
    extension = next(iter(site.many("extension")), None) if site else None
    address = (
        extension.reference("valueReference", places) if extension and extension.word("url", codes.BODY_SITE) else None
    )
    position = places[address].element.extension("position") if address else None
    if dosage is None or site is None or address is None or position is None:
        raise part.element.fault(
            "dosage", "has no place in millimetres", "a site with a BodyStructure and its position"
        )
    volume = dosage.extension("volume")
    region = region_of(places[address].element, "location")
    dosage.drop("route")
    site.drop("coding", "text")
    reader.done(places[address])
    return {
        **({"region": region} if with_region else {}),
        "x": position.measure("x", "mm"),
        "y": position.measure("y", "mm"),
        "depth": position.measure("depth", "mm"),
        "plane": position.text("plane"),
        "volume": volume.measure("value", "mL") if volume else None,
        "units": units_of(dosage, "dose", product),
    }


def _omission(reader: Reader, part: Resource) -> _Fields:
    reasons = part.element.many("statusReason")
    part.element.drop("medicationCodeableConcept")
    return {"planned": _planned(reader, part.element), "deviation": reasons[0].text("text") if reasons else None}


def _planned(reader: Reader, element: Element) -> str | None:
    """The id of the planned point that a MedicationRequest stands for."""
    requests = reader.known("MedicationRequest")
    address = element.reference("request", requests)
    if address is None:
        return None
    request = Element(requests[address].raw, requests[address].type, requests[address].element.where)
    told = [one.text("value") for one in request.many("identifier") if one.word("system", codes.PLANNED_POINT)]
    return told[0] if told else None


def _elsewhere(
    reader: Reader, parts: list[Resource], date: dt.date | None, indication: str | None, regions: tuple[str, ...]
) -> _Fields:
    session: _Fields = {"date": date, "indication": indication, "regions": regions}
    points = []
    for part in parts:
        part.element.word("status", "completed")
        product = product_of(part.element, "medicationCodeableConcept")
        if session.setdefault("product", product) != product:
            raise part.element.fault("medicationCodeableConcept", "is another product than before", "one product")
        if part.type == "MedicationStatement":
            part.element.drop("informationSource")
            session["total_units"] = _stated_units(part.element, product)
        else:
            points.append(_place_and_dose(reader, part, product, with_region=False))
    return session | {"points": tuple(points)}


def _stated_units(statement: Element, product: str | None) -> float | None:
    """The dose of a MedicationStatement."""
    amounts = [amount for dosage in statement.many("dosage") for amount in dosage.many("doseAndRate")]
    return units_of(amounts[0], "doseQuantity", product) if len(amounts) == 1 else None


def _regions(procedure: Element) -> tuple[str, ...]:
    """Regions of a treatment given elsewhere; of one given here they follow from its points."""
    sites = procedure.many("bodySite")
    found = []
    for site in sites:
        coded = next((one for one in site.many("coding") if one.word("system", codes.REGION)), None)
        if coded and (region := coded.text("code")):
            found.append(region)
            site.clear()
    return tuple(found)


def _reason(procedure: Element) -> str | None:
    reasons = procedure.many("reasonCode")
    return reasons[0].text("text") if reasons else None


def _name_of(performer: Element) -> str | None:
    actor = performer.one("actor")
    return actor.text("display") if actor else None
