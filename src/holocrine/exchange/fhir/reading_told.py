"""Botulinum toxin in the words of other software: doses without a place, read as sessions given elsewhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

from holocrine.domain.record_treatment import Treatment
from holocrine.exchange.fhir.bundle import Resource
from holocrine.exchange.fhir.element import Element
from holocrine.exchange.fhir.reader import Reader, product_of, region_of, units_of
from holocrine.exchange.person import Kept

_UNCLEAR = "not a completed dose, in units, of one named toxin product on one day"


def read_sessions_told(reader: Reader) -> list[Kept[Treatment]]:
    """Doses that belong to no Procedure of ours: one treatment elsewhere for each day, product and region."""
    sessions: dict[tuple[dt.date, str, str], list[tuple[Resource, float]]] = {}
    for resource in reader.fresh("MedicationAdministration", "MedicationStatement"):
        told = _dose(reader, resource)
        if told is None:
            reader.pass_over(resource, _UNCLEAR)
            continue
        day, product, units, region = told
        sessions.setdefault((day, product, region or ""), []).append((resource, units))
        reader.done(resource)
    found = []
    for number, ((day, product, where), doses) in enumerate(sorted(sessions.items(), key=_group), start=1):
        session: dict[str, Any] = {
            "date": day,
            "product": product,
            "regions": (where,) if where else (),
            "total_units": sum(units for _, units in doses),
        }
        data = {"patient": reader.pseudonym, "date": day, "elsewhere": session}
        entry = reader.build(Treatment, "holocrine.treatment/1", data, doses[0][0])
        found.append(Kept(f"told-{number}", entry))
    return found


def _group(item: tuple[tuple[dt.date, str, str], object]) -> tuple[dt.date, str, str]:
    return item[0]


def _dose(reader: Reader, resource: Resource) -> tuple[dt.date, str, float, str | None] | None:
    """Day, product, units and region."""
    element = resource.element
    product = product_of(element, "medicationCodeableConcept") or _referred_product(reader, element)
    period = element.one("effectivePeriod") if element.has("effectivePeriod") else None
    day = element.day("effectiveDateTime") or (period.day("start") if period else None)
    if product is None or day is None or not element.word("status", "completed"):
        return None
    holders = [element.one("dosage")] if resource.type == "MedicationAdministration" else element.many("dosage")
    dosage = holders[0] if len(holders) == 1 else None
    amounts = dosage.many("doseAndRate") if dosage and dosage.has("doseAndRate") else [dosage]
    if dosage is None or len(amounts) != 1 or amounts[0] is None:
        return None
    units = units_of(amounts[0], "doseQuantity" if amounts[0].has("doseQuantity") else "dose", product)
    return (day, product, units, region_of(dosage, "site")) if units is not None else None


def _referred_product(reader: Reader, element: Element) -> str | None:
    """The product of a Medication, to which several doses may refer."""
    medications = reader.known("Medication")
    address = element.reference("medicationReference", medications)
    if address is None:
        return None
    resource = medications[address]
    reader.done(resource)
    product_of(resource.element, "code")
    return product_of(Element(resource.raw, resource.type, resource.element.where), "code")
