"""Persons for the tests of exchange: drawn ones with everything a record can hold, and the one of the manual."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from hypothesis import strategies as st

from holocrine.domain.observation import Observation
from holocrine.domain.patient import FaceMeasurements, Patient
from holocrine.domain.plan import InjectionPoint, Plan, Solution
from holocrine.domain.record import Consent, Entry, ObservationEntry, PatientEntry, PhotoEntry, PlanEntry
from holocrine.domain.record_event import AdverseEvent, Seriousness
from holocrine.domain.record_reading import plan_entry, read_entry
from holocrine.domain.record_treatment import Omission, Treatment, TreatmentPoint, Vial
from holocrine.domain.session import GivenPoint, Session
from holocrine.domain.text import EARLIEST, LATEST
from holocrine.domain.vocabulary import Diluent, Harm, LesionType, Plane, Product, Region, YesNo
from holocrine.domain.writing import write_plan
from holocrine.exchange.person import Kept, PersonRecord, Written
from holocrine.units import to_text

ROOT = Path(__file__).parents[2]
NOW = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
WRITTEN = Written("Dr A. Example", "2026-05-04T12:00:00.000000+00:00")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)
"""A grey pixel as PNG."""

_CHARACTERS = st.characters(categories=("L", "N", "P", "S"), include_characters=" ")
DAYS = st.dates(EARLIEST, LATEST)


def lines(longest: int, shortest: int = 1) -> st.SearchStrategy[str]:
    """Printable lines; the ends are not blank, since whoever fills in a form strips them."""
    return st.text(_CHARACTERS, min_size=shortest, max_size=longest).filter(
        lambda text: text.strip() == text and text.isprintable() and len(text) >= shortest
    )


def words(kind: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(kind))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_subnormal=False).map(lambda number: number + 0.0)


REGIONS = st.sampled_from([region for kind in get_args(Region) for region in (get_args(kind) or (kind,))])
PLACE = {"x": numbers(-300, 300), "y": numbers(-300, 300), "depth": numbers(0.1, 25), "plane": words(Plane)}


@st.composite
def patients(draw: st.DrawFn) -> PatientEntry:
    face = FaceMeasurements(**{name: draw(maybe(numbers(0.1, 400))) for name in FaceMeasurements.model_fields})
    person = Patient(
        pseudonym=draw(lines(80).filter(lambda name: not re.fullmatch(r"patient-[0-9]+", name))),
        age=draw(maybe(st.integers(0, 120))),
        sex=draw(st.sampled_from([None, "female", "male"])),
        skin_type=draw(maybe(st.integers(1, 6))),
        pregnancy=draw(words(YesNo)),
        lactation=draw(words(YesNo)),
        face=face,
    )
    return PatientEntry(described_on=draw(DAYS), patient=person)


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    region = draw(REGIONS)
    readings = {
        "Sebumeter": numbers(0, 1000).map(lambda value: to_text(value, "ug/cm2")),
        "brow_height": numbers(-50, 50).map(lambda value: to_text(value, "mm")),
        "HDSS": st.integers(1, 4),
        "IGA": st.integers(0, 4),
        "line_severity": st.integers(0, 3),
        "lesion_count": st.integers(0, 999),
        "lid_ptosis": st.sampled_from(["yes", "no"]),
        "sweat_return": st.sampled_from(["not yet", "20 weeks", "140 days"]),
    }
    instrument = draw(st.sampled_from(sorted(readings)))
    return Observation(
        date=draw(DAYS),
        instrument=instrument,
        region=region if instrument in ("Sebumeter", "lesion_count") else draw(maybe(st.just(region))),
        lesion=draw(words(LesionType)) if instrument == "lesion_count" else None,
        value=draw(readings[instrument]),
        rater=draw(maybe(lines(80))),
    )


@st.composite
def vials(draw: st.DrawFn, name: str, date: dt.date) -> Vial:
    expiry = draw(DAYS)
    return Vial(
        id=name,
        product=draw(words(Product)),
        lot=draw(lines(80)),
        expiry=expiry,
        vial_units=draw(numbers(10, 1000)),
        diluent=draw(words(Diluent)),
        diluent_volume=draw(numbers(0.5, 20)),
        reconstituted=draw(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime.combine(date, dt.time(23, 59)))),
        deviation=draw(lines(500, 3)) if expiry < date else draw(maybe(lines(500, 3))),
    )


@st.composite
def given_treatments(draw: st.DrawFn, plan: Plan | None) -> Treatment:
    date = draw(DAYS)
    held = [draw(vials(name, date)) for name in draw(st.lists(lines(20), min_size=1, max_size=3, unique=True))]
    planned = [point.id for point in plan.points] if plan else []
    names = draw(st.lists(lines(20), min_size=1, max_size=4, unique=True))
    left = draw(st.permutations(planned))
    points = []
    for number, name in enumerate(names):
        vial, volume = draw(st.sampled_from(held)), draw(numbers(0.01, 1))
        where = {field: draw(one) for field, one in PLACE.items()}
        points.append(
            TreatmentPoint(
                id=name,
                region=draw(maybe(REGIONS)),
                vial=vial.id,
                planned=draw(maybe(st.just(left[number]))) if number < len(left) else None,
                deviation=draw(maybe(lines(500, 3))),
                units=vial.concentration * volume,
                volume=volume,
                **where,
            )
        )
    omitted = [Omission(planned=name, deviation=draw(lines(500, 3))) for name in left[len(names) :]]
    return Treatment(
        patient="someone",
        date=date,
        indication=draw(lines(80)),
        injector=draw(maybe(lines(120))),
        plan="plan-1" if plan else None,
        vial=tuple(held),
        point=tuple(points),
        omitted=tuple(omitted),
    )


@st.composite
def treatments_elsewhere(draw: st.DrawFn) -> Treatment:
    date = draw(DAYS)
    fields = {**PLACE, "units": numbers(0.1, 100), "volume": numbers(0.001, 20)}
    points = draw(st.lists(st.builds(GivenPoint, **fields), max_size=2))
    total = sum(point.units for point in points) if points else draw(numbers(0.1, 5000))
    session = Session(
        date=date,
        product=draw(words(Product) | st.just("unknown")),
        indication=draw(lines(80)),
        regions=tuple(draw(st.lists(REGIONS, max_size=3, unique=True))),
        total_units=draw(maybe(st.just(total))) if points else total,
        points=tuple(points),
    )
    return Treatment(patient="someone", date=date, indication=draw(lines(80)), elsewhere=session)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    names = draw(st.lists(lines(20), min_size=1, max_size=3, unique=True))
    fields = {**PLACE, "units": numbers(0.1, 100), "volume": numbers(0.001, 1)}
    points = [
        InjectionPoint(id=name, region=draw(REGIONS), **{field: draw(one) for field, one in fields.items()})
        for name in names
    ]
    solution = Solution(product=draw(words(Product)), vial_units=100, diluent_volume=2.5)
    return Plan(solution=solution, point=tuple(points))


@st.composite
def events(draw: st.DrawFn, treatments: int) -> AdverseEvent:
    onset, deadly = draw(DAYS), draw(st.booleans())
    serious = draw(st.lists(words(Seriousness).filter(lambda word: word != "death"), max_size=2, unique=True))
    return AdverseEvent(
        patient="someone",
        event=draw(lines(120)),
        harm=draw(maybe(words(Harm))),
        onset=onset,
        ended=draw(maybe(st.dates(onset, LATEST))),
        grade=5 if deadly else draw(st.integers(1, 4)),
        serious_because=(*serious, *(["death"] if deadly else [])),
        outcome="fatal" if deadly else draw(st.sampled_from(["recovered", "recovering", "not_recovered", "unknown"])),
        relation=draw(st.sampled_from(["certain", "probable", "possible", "unlikely", "conditional", "unassessable"])),
        treatment=f"treatment-{draw(st.integers(1, treatments))}" if treatments and draw(st.booleans()) else None,
        lot=draw(maybe(lines(80))),
        action=draw(maybe(lines(500, 3))),
        description=draw(maybe(lines(500, 3))),
    )


@st.composite
def photos(draw: st.DrawFn) -> tuple[Kept[PhotoEntry], bytes]:
    entry = PhotoEntry(
        patient="someone",
        taken_on=draw(DAYS),
        view=draw(st.sampled_from(["front", "side_left", "close_up"])),
        expression=draw(st.sampled_from(["rest", "frown"])),
        consent=Consent(
            given="yes", date=draw(DAYS), purposes=draw(st.sampled_from([("research",), ("teaching", "research")]))
        ),
        media_type="image/png",
        width=1,
        height=1,
        orientation=draw(st.integers(1, 8)),
        size=len(PIXEL),
        sha256=hashlib.sha256(PIXEL).hexdigest(),
    )
    return Kept("photo-1", entry, WRITTEN), PIXEL


@st.composite
def persons(draw: st.DrawFn) -> PersonRecord:
    """A person with a few entries of each kind."""
    patient = draw(patients())
    name, plan = patient.person.pseudonym, draw(maybe(plans()))
    given = draw(st.lists(given_treatments(plan) | treatments_elsewhere(), max_size=2))
    readings = [
        ObservationEntry(patient=name, observation=(one,)) for one in draw(st.lists(observations(), max_size=3))
    ]
    told = PlanEntry(patient=name, plan_toml=write_plan(plan)) if plan else None
    return owned(
        PersonRecord(
            patient=Kept("patient-1", patient, WRITTEN),
            plans=(Kept("plan-1", told, WRITTEN),) if told else (),
            treatments=kept("treatment", given),
            observations=kept("observation", readings),
            events=kept("event", draw(st.lists(events(len(given)), max_size=2))),
            photos=tuple(draw(st.lists(photos(), max_size=1))),
        ),
        name,
    )


def kept(kind: str, entries: list[Any]) -> tuple[Kept[Any], ...]:
    """Entries under names as the record gives them."""
    return tuple(Kept(f"{kind}-{number}", entry, WRITTEN) for number, entry in enumerate(entries, start=1))


def owned(person: PersonRecord, name: str) -> PersonRecord:
    """The same entries, all of them about the patient called `name`, and without who wrote them."""

    def of(one: Kept[Any]) -> Kept[Any]:
        return Kept(one.name, one.entry.model_copy(update={"patient": name}))

    return replace(
        person,
        patient=Kept("patient", person.patient.entry),
        plans=tuple(map(of, person.plans)),
        treatments=tuple(map(of, person.treatments)),
        observations=tuple(map(of, person.observations)),
        events=tuple(map(of, person.events)),
        photos=tuple((of(photo), image) for photo, image in person.photos),
    )


def manual_person() -> PersonRecord:
    """The person of docs/record.md with plan, treatments, readings, adverse event and photo."""
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "record.md").read_text(encoding="utf-8"), re.DOTALL)
    patient, readings, treatment, elsewhere, event, _ = blocks
    plan = (ROOT / "examples" / "protocols" / "forehead-intramuscular-5x2.toml").read_text(encoding="utf-8")
    given = entry("treatment", treatment).model_copy(update={"as_planned": "no", "plan": "plan-1"})
    suspected = entry("event", event).model_copy(update={"treatment": "treatment-1"})
    photo = PhotoEntry(
        patient="amber-29",
        taken_on=dt.date(2026, 3, 2),
        view="front",
        consent=Consent(given="yes", date=dt.date(2026, 3, 2), purposes=("treatment_record",)),
        media_type="image/png",
        width=1,
        height=1,
        size=len(PIXEL),
        sha256=hashlib.sha256(PIXEL).hexdigest(),
    )
    return PersonRecord(
        patient=Kept("patient-1", entry("patient", patient), WRITTEN),
        plans=(Kept("plan-1", plan_entry("amber-29", (plan, "plan.toml"), None), WRITTEN),),
        treatments=kept("treatment", [given, entry("treatment", elsewhere)]),
        observations=kept("observation", list(entry("observation", readings).single)),
        events=kept("event", [suspected]),
        photos=((Kept("photo-1", photo, WRITTEN), PIXEL),),
    )


def entry(kind: Any, text: str) -> Any:
    """An entry of the record out of its file."""
    found: Entry = read_entry(kind, text, f"{kind}.toml")
    return found
