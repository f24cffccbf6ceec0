"""All that the record holds of one person, in the record's own types: what an exchange format writes out and reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from holocrine.domain.record import Entry, ObservationEntry, PatientEntry, PhotoEntry, PlanEntry
from holocrine.domain.record_event import AdverseEvent
from holocrine.domain.record_treatment import Treatment

Kind = TypeVar("Kind", bound=Entry, covariant=True)


@dataclass(frozen=True)
class Written:
    """Who wrote a version of an entry, when (ISO 8601 with time zone) and, for an amendment, why."""

    author: str
    at: str
    version: int = 1
    reason: str | None = None


@dataclass(frozen=True)
class Kept(Generic[Kind]):
    """An entry under the name by which others refer to it; `written` is empty when the entry comes from outside."""

    name: str
    entry: Kind
    written: Written | None = None


@dataclass(frozen=True)
class PersonRecord:
    """One person: the description, and the entries of each kind in the order they were first written.

    Treatments name their plan, and adverse events their treatment, by the `name` used here. A plan that was amended
    after a treatment had followed it stands here in both versions, each under a name of its own.
    """

    patient: Kept[PatientEntry]
    plans: tuple[Kept[PlanEntry], ...] = ()
    treatments: tuple[Kept[Treatment], ...] = ()
    observations: tuple[Kept[ObservationEntry], ...] = ()
    events: tuple[Kept[AdverseEvent], ...] = ()
    photos: tuple[tuple[Kept[PhotoEntry], bytes], ...] = ()
