"""One person between the record and an exchange format: everything current read out, everything read written in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TypeVar

from holocrine.domain.record import Entry, ForecastEntry, ObservationEntry, PatientEntry, PhotoEntry, PlanEntry
from holocrine.domain.record_answer import Version
from holocrine.domain.record_event import AdverseEvent
from holocrine.domain.record_reading import STORED
from holocrine.domain.record_treatment import Treatment
from holocrine.exchange.person import Kept, PersonRecord, Written
from holocrine.record.store import Store
from holocrine.record.writer import Writer

_Kind = TypeVar("_Kind", bound=Entry)


def read_person(store: Store, patient: str, *, photos: bool) -> tuple[PersonRecord, tuple[str, ...]]:
    """A patient, by pseudonym or id, with every current entry, and what of that is left out.

    Raises InputError when there is no such patient.
    """
    kept = [_kept(version) for version in store.versions(patient=patient)]
    left_out: list[str] = []
    plans = {one.name: one for one in _of(kept, PlanEntry)}
    treatments = [_with_plan(one, plans, store) for one in _of(kept, Treatment)]
    events = [_with_treatment(one, treatments, left_out) for one in _of(kept, AdverseEvent)]
    left_out += [f"{one.name}: a forecast can be made again from what goes along" for one in _of(kept, ForecastEntry)]
    images = list(_of(kept, PhotoEntry))
    if not photos:
        left_out += [f"{one.name}: photos go along only when they are asked for" for one in images]
    [person] = _of(kept, PatientEntry)
    record = PersonRecord(
        patient=person,
        plans=tuple(plans.values()),
        treatments=tuple(treatments),
        observations=tuple(_of(kept, ObservationEntry)),
        events=tuple(events),
        photos=tuple((one, store.photo(one.name)) for one in images) if photos else (),
    )
    return record, tuple(left_out)


def write_person(writer: Writer, person: PersonRecord) -> None:
    """Add a new patient with all entries, which refer to one another by their new ids. Raises InputError."""
    writer.add(person.patient.entry)
    ids: dict[str, str] = {}
    for plan in person.plans:
        [ids[plan.name]] = writer.add(plan.entry)
    for treatment in person.treatments:
        followed = {"plan": ids[treatment.entry.plan], "plan_version": None} if treatment.entry.plan else {}
        [ids[treatment.name]] = writer.add(treatment.entry.model_copy(update=followed))
    for reading in person.observations:
        writer.add(reading.entry)
    for event in person.events:
        suspected = {"treatment": ids[event.entry.treatment]} if event.entry.treatment else {}
        writer.add(event.entry.model_copy(update=suspected))
    for photo, image in person.photos:
        writer.add(photo.entry, image)


def _kept(version: Version, name: str | None = None) -> Kept[Entry]:
    entry = STORED[version.kind].model_validate_json(json.dumps(version.content))
    written = Written(version.author, version.written_at, version.version, version.reason)
    return Kept(name or version.id, entry, written)


def _of(kept: Sequence[Kept[Entry]], model: type[_Kind]) -> Iterator[Kept[_Kind]]:
    for one in kept:
        if isinstance(one.entry, model):
            yield Kept(one.name, one.entry, one.written)


def _with_plan(treatment: Kept[Treatment], plans: dict[str, Kept[PlanEntry]], store: Store) -> Kept[Treatment]:
    """The treatment under the plan it followed; a version that was amended or deleted since is taken along too."""
    plan, number = treatment.entry.plan, treatment.entry.plan_version
    if plan is None or (plan in plans and (known := plans[plan].written) and known.version == number):
        return treatment
    name = f"{plan}.{number}"
    if name not in plans:
        followed = next(version for version in store.history(plan) if version.version == number)
        [plans[name]] = _of([_kept(followed, name)], PlanEntry)
    return Kept(treatment.name, treatment.entry.model_copy(update={"plan": name}), treatment.written)


def _with_treatment(
    event: Kept[AdverseEvent], treatments: Sequence[Kept[Treatment]], left_out: list[str]
) -> Kept[AdverseEvent]:
    suspected = event.entry.treatment
    if suspected is None or suspected in {one.name for one in treatments}:
        return event
    left_out.append(f"{event.name}: refers to {suspected}, which was deleted")
    return Kept(event.name, event.entry.model_copy(update={"treatment": None}), event.written)
