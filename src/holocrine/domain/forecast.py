"""A forecast: courses with intervals, risks, and their basis (`holocrine.forecast/1`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from holocrine.domain.acne import AcneArm
from holocrine.domain.aftermath import NeedleReaction, Retreatment
from holocrine.domain.base import Record
from holocrine.domain.interval import Interval
from holocrine.domain.plan import Provenance
from holocrine.domain.tables import course_dataset, course_rows, frame
from holocrine.domain.vocabulary import Harm, Region, Target

if TYPE_CHECKING:
    import pandas
    import xarray

EvidenceGrade = Literal["A", "B", "C", "D"]
"""A replicated human measurements; B one adequate human study; C indirect or animal; D assumption."""


Quantity = Literal[
    "sebum",
    "sebum_level",
    "sweat",
    "sweat_hdss",
    "pore_area",
    "lesions",
    "closed_comedones",
    "open_comedones",
    "papules",
    "pustules",
    "nodules",
    "macules",
    "iga",
    "new_scars",
    "scar_severity",
    "forehead_lines",
    "glabellar_lines",
    "crows_feet",
    "masseter_force",
    "masseter_thickness",
    "septi_pull",
    "nasolabial_angle",
    "lip_pull",
    "upper_lip_show",
    "leak_episodes",
    "residual_volume",
    "frontalis_force",
    "brow_height",
]


class Course(Record):
    """One quantity over time, weeks counted from the planned session.

    `untreated_median` is the median without that session, everything else the same; empty where it is not known.
    """

    quantity: Quantity
    label: str
    region: Region | None
    unit: str
    weeks: tuple[float, ...]
    mean: tuple[float, ...]
    median: tuple[float, ...]
    lo50: tuple[float, ...]
    hi50: tuple[float, ...]
    lo90: tuple[float, ...]
    hi90: tuple[float, ...]
    untreated_median: tuple[float, ...] = ()
    grade: EvidenceGrade
    basis: str


HARM_LABELS: Mapping[str, str] = {
    "lid_ptosis": "drooping upper lid",
    "brow_drop": "lower brow",
    "smile_change": "changed smile",
    "lip_weakness": "weak upper lip",
    "bite_weakness": "weak bite",
    "grip_weakness": "weak grip",
    "urinary_retention": "urinary retention",
}
"""A harm in two or three words."""


class Risk(Record):
    """The probability (percent) of one harm, with its own uncertainty and the limit it is held against."""

    harm: Harm
    label: str
    definition: str
    probability: float
    lo90: float
    hi90: float
    limit: float
    within_limit: bool
    onset_days: tuple[float, float]
    duration_weeks: tuple[float, float]
    grade: EvidenceGrade
    basis: str


class Benefit(Record):
    """What the plan is for: mean fall (percent) of one target over the goal area in weeks 2-16."""

    target: Target = "sebum"
    description: str
    mean: float
    interval: Interval
    meaningful_fall: float
    probability_meaningful: float
    probability_no_effect: float
    duration_weeks: Interval | None


class HypothesisWeight(Record):
    """One explanation of the sebum effect with its weight and what it alone would forecast (percent fall)."""

    id: Literal["H1", "H2", "H3", "H3b"]
    label: str
    weight: float
    mean_fall: float
    basis: str


class MassBalance(Record):
    """Where the toxin went, in units of the product; the parts add up to what was injected."""

    injected: float
    bound: float
    bound_by_terminal: dict[str, float]
    cleared: float
    edge_flux_fraction: float
    relative_error: float


class AreaShare(Record):
    """How much of a region falls by at least 10, 20, ... percent in sebum at week 4 (expected shares, 0-1)."""

    region: Region
    area_cm2: float
    share_by_fall: dict[str, float]


class Forecast(Record):
    """Everything forecast for one plan and one person."""

    schema_name: Annotated[Literal["holocrine.forecast/1"], Field(alias="schema")] = "holocrine.forecast/1"
    status: str
    pseudonym: str
    start: str
    courses: tuple[Course, ...]
    benefit: Benefit
    further_benefits: tuple[Benefit, ...] = ()
    risks: tuple[Risk, ...]
    acne_arms: tuple[AcneArm, ...] = ()
    needle_reactions: tuple[NeedleReaction, ...] = ()
    retreatment: Retreatment | None = None
    hypotheses: tuple[HypothesisWeight, ...]
    areas: tuple[AreaShare, ...]
    mass_balance: MassBalance
    limits_of_evidence: tuple[str, ...]
    provenance: Provenance

    def to_frame(self) -> pandas.DataFrame:
        """The courses as a table, one row per course and week (extra `science`)."""
        return frame(course_rows(self.courses))

    def to_xarray(self) -> xarray.Dataset:
        """The courses as labelled arrays (extra `science`)."""
        return course_dataset(self.courses)
