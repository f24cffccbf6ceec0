"""Studies, arms and observations as typed rows, and the whole evidence that links them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from holocrine.knowledge.evidence.reported import Reported
from holocrine.knowledge.evidence.words import CONTROLS

_FACT = re.compile(r"([A-Za-z]\w*)\s*=\s*(.*)", re.DOTALL)


def facts_in(text: str) -> Mapping[str, str]:
    """The "key=value" parts of a text whose parts are separated by ";"; of a repeated key the first counts."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        if fact := _FACT.fullmatch(part.strip()):
            found.setdefault(fact[1], fact[2])
    return MappingProxyType(found)


@dataclass(frozen=True)
class Study:
    """One publication. `overlaps` names studies of the same patients, which must not be fitted together."""

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


@dataclass(frozen=True)
class Arm:
    """One group of patients and what was done to them. None or an empty text: not reported.

    `female_share` is from 0 to 1, `age_mean` in years, `session_days` in days. Units are those of `product`.
    """

    arm_id: str
    study_id: str
    label: str
    n: int | None
    age_mean: float | None
    female_share: float | None
    product: str
    units_per_point: Reported | None
    points: Reported | None
    ml_per_point: Reported | None
    spacing_mm: Reported | None
    pattern: str
    area_cm2: Reported | None
    route: str
    site: str
    session_days: tuple[float, ...]
    drug: str
    selected_for: str
    baseline: Mapping[str, str] = field(hash=False)
    note: str

    @property
    def facts(self) -> Mapping[str, str]:
        """The "key=value" parts of the note."""
        return facts_in(self.note)

    @property
    def has_toxin(self) -> bool:
        """Whether a toxin was given: any product but saline, vehicle, placebo or none."""
        return self.product not in ("", *CONTROLS)


@dataclass(frozen=True)
class Observation:
    """One statistic of one outcome in one arm, in `unit` as reported.

    `from_mm` and `to_mm` bound the ring round an injection point that was measured; `day` counts from the
    first session. For the statistic "direction", `direction` holds the word and `value` is None.
    """

    observation_id: str
    arm_id: str
    outcome: str
    unit: str
    target: str
    from_mm: float | None
    to_mm: float | None
    day: Reported | None
    statistic: str
    value: Reported | None
    direction: str
    spread_kind: str
    spread: Reported | None
    contrast_arm_id: str
    role: str
    note: str

    @property
    def facts(self) -> Mapping[str, str]:
        """The "key=value" parts of the note."""
        return facts_in(self.note)

    @property
    def reason(self) -> str:
        """Why a row of role `context` is not used, one of `CONTEXT_REASONS`; otherwise empty."""
        return facts_in(self.note.partition(";")[0]).get("reason", "") if self.role == "context" else ""


@dataclass(frozen=True)
class Evidence:
    """All rows by id in the order of their files; `hash` (16 hex digits) names the contents of the three files."""

    studies: Mapping[str, Study]
    arms: Mapping[str, Arm]
    observations: Mapping[str, Observation]
    hash: str

    def arm_of(self, observation: Observation) -> Arm:
        """The arm that was observed."""
        return self.arms[observation.arm_id]

    def study_of(self, row: Arm | Observation) -> Study:
        """The study of an arm or of an observation."""
        return self.studies[(row if isinstance(row, Arm) else self.arm_of(row)).study_id]

    def contrast_of(self, observation: Observation) -> Arm | None:
        """The arm the observation compares its own with; None when it stands alone."""
        return self.arms[observation.contrast_arm_id] if observation.contrast_arm_id else None
