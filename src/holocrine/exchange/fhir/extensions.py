"""The extensions of Holocrine: declared once, written into resources and described as StructureDefinitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from holocrine.exchange.fhir.codes import OWN, Json

VERSION, FHIR_VERSION = "1.0.0", "4.0.1"


@dataclass(frozen=True)
class Part:
    """One value: its FHIR type, its meaning, and whether it may be there several times."""

    type: str
    meaning: str
    repeats: bool = False


@dataclass(frozen=True)
class Extension:
    """An extension: where it may stand, what it means, and its value or its named parts."""

    contexts: tuple[str, ...]
    meaning: str
    value: Part | None = None
    parts: Mapping[str, Part] | None = None


_FACE_DISTANCES = (
    "forehead_height",
    "bitemporal_width",
    "bizygomatic_width",
    "intercanthal_distance",
    "nasal_width",
    "face_height",
)

EXTENSIONS: Mapping[str, Extension] = {
    "description": Extension(
        ("Patient",),
        "The person as described on one day, without a date of birth.",
        parts={
            "described_on": Part("date", "Day of the description."),
            "age": Part("Age", "Completed years on that day."),
            "skin_type": Part("integer", "Fitzpatrick skin type, 1 to 6."),
            "pregnancy": Part("code", "yes, no or unknown."),
            "lactation": Part("code", "yes, no or unknown."),
            **{name: Part("Quantity", f"Measured {name.replace('_', ' ')}, mm.") for name in _FACE_DISTANCES},
        },
    ),
    "position": Extension(
        ("BodyStructure", "Dosage.site"),
        "Place of one injection in millimetres. On the face: origin mid-glabella, x to the patient's left, y up, as on "
        "the flat face map. Off the face: from the centre of the region's own sheet.",
        parts={
            "x": Part("Quantity", "mm, positive to the patient's left."),
            "y": Part("Quantity", "mm, positive upwards."),
            "depth": Part("Quantity", "mm below the skin surface."),
            "plane": Part("code", "intradermal, subcutaneous or intramuscular."),
        },
    ),
    "volume": Extension(
        ("MedicationAdministration.dosage", "Dosage"), "Volume injected.", value=Part("Quantity", "mL.")
    ),
    "reconstitution": Extension(
        ("Medication",),
        "How the vial was made up; its units and the volume of diluent are Medication.amount.",
        parts={
            "vial": Part("string", "Name of the vial within the treatment."),
            "diluent": Part("code", "preservative-free saline, bacteriostatic saline or lidocaine."),
            "day": Part("date", "Day of reconstitution."),
            "time": Part("time", "Time of reconstitution on the clinic's clock, whose time zone is not known."),
        },
    ),
    "deviation": Extension(
        ("MedicationAdministration", "Medication"),
        "Why this departs from the plan, or why an expired vial was used.",
        value=Part("string", "The reason."),
    ),
    "elsewhere": Extension(
        ("Procedure",),
        "The treatment was given in another clinic and is told by the person.",
        value=Part("string", "What it was given for, as told; unknown if not told."),
    ),
    "adverse-event": Extension(
        ("AdverseEvent",),
        "What FHIR R4 has no element for.",
        parts={
            "grade": Part("integer", "1 mild ... 5 death, as in CTCAE."),
            "serious_because": Part("code", "A criterion of ICH E2A.", repeats=True),
            "ended": Part("date", "Last day."),
            "action": Part("string", "What was done about it."),
            "description": Part("string", "In more words."),
        },
    ),
    "photo": Extension(
        ("Media",),
        "How a photo was taken, and the consent to keep it.",
        parts={
            "expression": Part("code", "rest, frown, brow_raise, smile or other."),
            "orientation": Part("integer", "How the camera was held, 1 upright ... 8, as in EXIF."),
            "consent_date": Part("date", "Day of the consent."),
            "consent_purpose": Part("code", "A purpose the person agreed to.", repeats=True),
        },
    ),
}


def url(name: str) -> str:
    """The address of an extension; parts of an extension have their bare name."""
    return OWN + name


def simple(name: str, value: object) -> Json:
    """An extension with one value."""
    part = EXTENSIONS[name].value
    assert part is not None
    return {"url": url(name), _value_of(part): value}


def compound(name: str, **values: object) -> Json:
    """An extension with parts; those that are None or empty are left out, a tuple stands for several."""
    parts = EXTENSIONS[name].parts
    assert parts is not None
    inner = [
        {"url": key, _value_of(parts[key]): one}
        for key, value in values.items()
        for one in (value if isinstance(value, tuple) else (value,))
        if one is not None
    ]
    return {"url": url(name), "extension": inner}


def structure_definition(name: str) -> Json:
    """The StructureDefinition (FHIR R4, differential) of an extension."""
    extension = EXTENSIONS[name]
    return {
        "resourceType": "StructureDefinition",
        "url": url(name),
        "version": VERSION,
        "name": "Holocrine" + "".join(word.capitalize() for word in name.split("-")),
        "status": "active",
        "description": extension.meaning,
        "fhirVersion": FHIR_VERSION,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": place} for place in extension.contexts],
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "differential": {
            "element": [
                {"id": "Extension", "path": "Extension", "short": name, "definition": extension.meaning},
                *_elements("Extension", extension),
                {"id": "Extension.url", "path": "Extension.url", "fixedUri": url(name)},
                *_value_elements("Extension", extension.value),
            ]
        },
    }


def _elements(root: str, extension: Extension) -> list[Json]:
    """One slice for each part, or the word that there are none."""
    path = f"{root}.extension"
    if extension.parts is None:
        return [{"id": path, "path": path, "max": "0"}]
    found: list[Json] = []
    for name, part in extension.parts.items():
        inner = f"{path}:{name}"
        found += [
            {
                "id": inner,
                "path": path,
                "sliceName": name,
                "min": 0,
                "max": "*" if part.repeats else "1",
                "definition": part.meaning,
            },
            {"id": f"{inner}.url", "path": f"{path}.url", "fixedUri": name},
            {"id": f"{inner}.value[x]", "path": f"{path}.value[x]", "min": 1, "type": [{"code": part.type}]},
        ]
    return found


def _value_elements(root: str, part: Part | None) -> list[Json]:
    place = {"id": f"{root}.value[x]", "path": f"{root}.value[x]"}
    if part is None:
        return [{**place, "max": "0"}]
    return [{**place, "min": 1, "type": [{"code": part.type}], "definition": part.meaning}]


def _value_of(part: Part) -> str:
    return "value" + part.type[0].upper() + part.type[1:]
