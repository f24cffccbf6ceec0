"""Code systems and fixed codes. Foreign codes stand here only where their meaning is beyond doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holocrine.domain.vocabulary import Plane, Region
from holocrine.units import to_text

Json = dict[str, Any]

OWN = "urn:holocrine:fhir:1:"
"""Code systems, identifier systems and extensions of Holocrine begin with this."""
PSEUDONYM, POINT, PLANNED_POINT = OWN + "pseudonym", OWN + "point", OWN + "planned-point"
"""Systems of identifiers."""
PRODUCT, DOSE_UNIT, REGION, INSTRUMENT, LESION, HARM, VIEW, ACT = (
    OWN + name for name in ("product", "dose-unit", "region", "instrument", "lesion", "harm", "view", "act")
)
"""Code systems; their codes are the words of `holocrine schema`, those of `act` are the constants below."""
INJECTION, PLAN = "botulinum-toxin-injection", "injection-plan"

UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
ATC, BOTULINUM_TOXIN = "http://www.whocc.no/atc", "M03AX01"
DATA_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_ADVERSE_EVENT = "http://terminology.hl7.org/CodeSystem/adverse-event-"
SEVERITY, OUTCOME, SERIOUSNESS, CAUSALITY = (
    _ADVERSE_EVENT + name for name in ("severity", "outcome", "seriousness", "causality-assess")
)
BODY_SITE = "http://hl7.org/fhir/StructureDefinition/bodySite"
"""FHIR's own extension: which BodyStructure a coded site is."""

UCUM_CODES: Mapping[str, str] = {"mm": "mm", "mL": "mL", "ug/cm2": "ug/cm2"}
"""Canonical unit -> code of UCUM."""
COUNTED: Mapping[str, str] = {"lesion_count": "{lesions}"}
"""Instrument -> UCUM annotation of its whole numbers; every other scale counts scores."""
SCORE = "{score}"
MEASURED: Mapping[str, str] = {"Sebumeter": "ug/cm2", "brow_height": "mm"}
"""Instrument -> canonical unit of its readings."""

REGION_SNOMED: Mapping[Region, tuple[str, str]] = {
    "forehead": ("52795006", "Forehead structure"),
    "nose": ("45206002", "Nasal structure"),
    "chin": ("30291003", "Chin structure"),
    "axilla_left": ("91470000", "Axillary region structure"),
    "axilla_right": ("91470000", "Axillary region structure"),
    "bladder": ("89837001", "Urinary bladder structure"),
}
ROUTE_SNOMED: Mapping[Plane, tuple[str, str]] = {
    "intradermal": ("372464004", "Intradermal route"),
    "subcutaneous": ("34206005", "Subcutaneous route"),
    "intramuscular": ("78421000", "Intramuscular route"),
}
OUTCOMES: Mapping[str, str] = {
    "recovered": "resolved",
    "recovering": "recovering",
    "not_recovered": "ongoing",
    "recovered_with_sequelae": "resolvedWithSequelae",
    "fatal": "fatal",
    "unknown": "unknown",
}
RELATIONS: Mapping[str, str] = {
    "certain": "Certain",
    "probable": "Probably-Likely",
    "possible": "Possible",
    "unlikely": "Unlikely",
    "conditional": "Conditional-Classified",
    "unassessable": "Unassessable-Unclassifiable",
}
SEVERITIES = ("mild", "moderate", "severe")
"""Of grade 1, 2, and 3 or more."""


def concept(*codings: tuple[str, str, str | None], text: str | None = None) -> Json:
    """A CodeableConcept of (system, code, display) and free text."""
    coded = [
        {"system": system, "code": code, **({"display": display} if display else {})}
        for system, code, display in codings
    ]
    return {**({"coding": coded} if coded else {}), **({"text": text} if text else {})}


def region_concept(region: Region) -> Json:
    """A region of the face map or a sheet off the face, with SNOMED CT's code where that is beyond doubt."""
    known = REGION_SNOMED.get(region)
    return concept((REGION, region, None), *([(SNOMED, *known)] if known else []), text=region.replace("_", " "))


def product_concept(product: str) -> Json:
    """A toxin product: our code tells which, the code of the ATC that it is one at all."""
    name = "botulinum toxin, product unknown" if product == "unknown" else product
    return concept((PRODUCT, product, None), (ATC, BOTULINUM_TOXIN, "botulinum toxin"), text=name)


def route_concept(plane: Plane) -> Json:
    """The route that leads into a plane."""
    return concept((SNOMED, *ROUTE_SNOMED[plane]), text=plane)


def quantity(value: float, unit: str) -> Json:
    """A Quantity in one of our canonical units, coded in UCUM."""
    return {"value": plain(value), "unit": unit, "system": UCUM, "code": UCUM_CODES[unit]}


def dose(units: float, product: str) -> Json:
    """A Quantity of units of one product: a code of its own for each, so that nobody adds up units of two."""
    return {"value": plain(units), "unit": f"units {product}", "system": DOSE_UNIT, "code": product}


def counted(value: int, instrument: str) -> Json:
    """A whole number read on a scale, as a Quantity without dimension."""
    code = COUNTED.get(instrument, SCORE)
    return {"value": value, "unit": code.strip("{}"), "system": UCUM, "code": code}


def reading_text(value: float, unit: str) -> str:
    """A reading as the record writes it, such as "140 ug/cm2"."""
    return to_text(value, unit)


def plain(value: float) -> float | int:
    """4.0 as 4: a trailing zero in a dose can be misread tenfold."""
    return int(value) if float(value).is_integer() and abs(value) < 2.0**53 else value


UNNAMED_TREATMENT = "botulinum toxin treatment, not named"
"""What an adverse event suspects where the record names no treatment."""
