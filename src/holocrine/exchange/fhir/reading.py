"""A bundle from outside as a person of the record, with a list of all that was not understood."""

from __future__ import annotations

import datetime as dt
from typing import Any

from holocrine.domain.exchange import Unread
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.record import ObservationEntry, PatientEntry
from holocrine.errors import FileError
from holocrine.exchange.fhir import codes
from holocrine.exchange.fhir.bundle import Bundle
from holocrine.exchange.fhir.element import Element
from holocrine.exchange.fhir.json_text import parse_json
from holocrine.exchange.fhir.reader import Reader, region_of
from holocrine.exchange.fhir.reading_event import read_events
from holocrine.exchange.fhir.reading_photo import read_photos
from holocrine.exchange.fhir.reading_plan import read_plans
from holocrine.exchange.fhir.reading_told import read_sessions_told
from holocrine.exchange.fhir.reading_treatment import read_treatments
from holocrine.exchange.person import Kept, PersonRecord

_FINISHED = ("final", "amended", "corrected")


def read_bundle(
    data: bytes, where: str, *, today: dt.date, pseudonym: str | None = None
) -> tuple[PersonRecord, tuple[Unread, ...]]:
    """The person in the bundle, and what of it was not understood.

    `today` is the day of the description where the bundle gives none; `pseudonym` goes before the one of the bundle.
    Raises FileError or FieldError when the file is no sound bundle of one person, or holds an impossible value.
    """
    reader = Reader(Bundle(parse_json(data, where), where))
    patient = _read_patient(reader, today, pseudonym)
    reader.pseudonym = patient.person.pseudonym
    plans = read_plans(reader)
    treatments = read_treatments(reader, plans)
    told = read_sessions_told(reader)
    person = PersonRecord(
        patient=Kept("patient", patient),
        plans=tuple(plans.values()),
        treatments=(*treatments.values(), *told),
        observations=tuple(_read_observations(reader)),
        events=tuple(read_events(reader, treatments)),
        photos=tuple(read_photos(reader)),
    )
    for resource in reader.fresh("Provenance"):
        reader.pass_over(resource, "the record writes its own: author and time of this import")
    return person, reader.unread()


def _read_patient(reader: Reader, today: dt.date, pseudonym: str | None) -> PatientEntry:
    element = reader.patient.element
    name = pseudonym or _pseudonym(reader)
    sex = next((sex for sex in ("female", "male") if element.word("gender", sex)), None)
    told: dict[str, Any] = {"pseudonym": name, "sex": sex}
    described = element.extension("description")
    day = (described.day("described_on") if described else None) or today
    if described:
        told |= {"age": _years(described), "skin_type": described.whole("skin_type")}
        told |= {word: described.text(word) for word in ("pregnancy", "lactation")}
        told["face"] = {distance: described.measure(distance, "mm") for distance in FaceMeasurements.model_fields}
    if told.get("age") is None and (born := element.day("birthDate")):
        told["age"] = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    reader.done(reader.patient)
    return reader.build(PatientEntry, "holocrine.patient/1", {"described_on": day, "patient": told}, reader.patient)


def _pseudonym(reader: Reader) -> str:
    for identifier in reader.patient.element.many("identifier"):
        if identifier.word("system", codes.PSEUDONYM) and (name := identifier.text("value")):
            return name
    raise FileError(
        f"{reader.bundle.where}: the patient has no pseudonym, which would be an identifier of {codes.PSEUDONYM}, and "
        "names are not kept. Give --pseudonym NAME."
    )


def _years(described: Element) -> float | None:
    age = described.one("age")
    if age is None or not age.word("code", "a"):
        return None
    age.drop("unit", "system")
    return age.number("value")


def _read_observations(reader: Reader) -> list[Kept[ObservationEntry]]:
    found: list[Kept[ObservationEntry]] = []
    for resource in reader.fresh("Observation"):
        element = resource.element
        instrument, lesion = (element.code("code", system) for system in (codes.INSTRUMENT, codes.LESION))
        if instrument is None or not element.word("status", *_FINISHED):
            reader.pass_over(resource, "not a finished reading of an instrument that Holocrine knows")
            continue
        element.drop("code")
        performers = element.many("performer")
        reading = {
            "date": element.day("effectiveDateTime"),
            "instrument": instrument,
            "region": region_of(element, "bodySite"),
            "lesion": lesion,
            "value": _read_value(element, instrument),
            "rater": performers[0].text("display") if performers else None,
        }
        data = {"patient": reader.pseudonym, "observation": (reading,)}
        entry = reader.build(ObservationEntry, "holocrine.observation/1", data, resource)
        found.append(Kept(f"observation-{len(found) + 1}", entry))
        reader.done(resource)
    return found


def _read_value(element: Element, instrument: str) -> str | int | None:
    if instrument in codes.MEASURED:
        unit = codes.MEASURED[instrument]
        value = element.measure("valueQuantity", unit)
        return codes.reading_text(value, unit) if value is not None else None
    if element.has("valueQuantity"):
        return _whole_number(element)
    if (seen := element.flag("valueBoolean")) is not None:
        return "yes" if seen else "no"
    whole = element.whole("valueInteger")
    return whole if whole is not None else element.text("valueString")


def _whole_number(element: Element) -> int | None:
    """A number without dimension: {score}, {lesions} or 1."""
    given = element.one("valueQuantity")
    plain = ("1", codes.SCORE, *codes.COUNTED.values())
    if given is None or given.has("comparator") or not given.word("code", *plain):
        return None
    given.drop("unit", "system")
    number = given.number("value")
    return int(number) if number is not None and number == int(number) else None
