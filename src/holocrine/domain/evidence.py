"""What `evidence` answers: one record per parameter, study, claim or rule, each with where it comes from."""

from __future__ import annotations

from typing import Literal

from holocrine.domain.assessment import Effect
from holocrine.domain.base import Record

EvidenceKind = Literal["parameters", "studies", "claims", "rules"]
"""The four lists that `evidence` prints."""
ClaimGrade = Literal["supported", "contested", "unsupported"]
"""How a public statement stands against the evidence; `docs/claims.md` says what each word asks for."""


class SourceEntry(Record):
    """One source of a claim: its `id` in our tables, what it is in words, and an address where one is known."""

    id: str
    text: str
    link: str = ""


class ParameterEntry(Record):
    """One number of the model before and after the fit, in `unit`; `low90` and `high90` bound the central 90%.

    The posterior fields are null until the parameter has been fitted. `contraction` is 1 - posterior variance /
    prior variance: 0 where the evidence taught nothing, near 1 where it decided. `grade` runs from A (best) to D
    (assumption); `level` says whether the interval spans persons or what is known of one common value.
    """

    name: str
    symbol: str
    meaning: str
    unit: str
    distribution: str
    value: float
    low90: float
    high90: float
    posterior_median: float | None
    posterior_low90: float | None
    posterior_high90: float | None
    contraction: float | None
    level: Literal["population", "person"]
    grade: Literal["A", "B", "C", "D"]
    source: str
    doi: str
    assumption: str


class StudyEntry(Record):
    """One study of the evidence tables, with how many arms and observations of it we hold.

    `observations` counts by role: fit, held_out, context. `outcomes` names what was observed.
    """

    study_id: str
    citation: str
    doi: str
    year: int | None
    design: str
    blinding: str
    access: str
    url: str
    overlaps: tuple[str, ...]
    note: str
    arms: int
    observations: dict[str, int]
    outcomes: tuple[str, ...]


class ClaimEntry(Record):
    """A statement about this treatment as the public hears it, graded; `model_says` is the model's own answer.

    `system` is the number of the system it belongs to, `system_name` its name.
    """

    claim_id: str
    statement: str
    grade: ClaimGrade
    because: str
    sources: tuple[SourceEntry, ...]
    model_says: str
    limits: str
    system: int
    system_name: str


class RuleEntry(Record):
    """One rule of the assessment as it stands in the table of rules; empty `products` or `jurisdictions` mean any."""

    rule_id: str
    kind: str
    products: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    effect: Effect
    predicate: str
    argument: tuple[str, ...]
    threshold: float | None
    unit: str
    statement: str
    source: str
    source_url: str
    grade: str
    label_version: str
    reverified: bool
    overridable: bool
    note: str


class OverviewEntry(Record):
    """One of the four lists: how many entries it has, how they divide, and the command that prints it."""

    kind: EvidenceKind
    entries: int
    summary: str
    command: str
