"""What a person wants, where, and what must not happen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self, get_args

from pydantic import Field, model_validator

from holocrine.domain.base import Record, fault
from holocrine.domain.quantities import Fraction
from holocrine.domain.vocabulary import Avoidance, DrugClass, FaceRegion, Region, Target, YesNo

OILY_SKIN: frozenset[Target] = frozenset({"sebum", "pores", "acne", "scars"})
"""Targets for which acne and its treatment come first."""
MEANINGFUL_FALL: Mapping[Target, float] = {
    "sweat": 50.0,
    "pores": 20.0,
    "acne": 20.0,
    "scars": 25.0,
    "forehead_lines": 33.0,
    "glabellar_lines": 33.0,
    "crows_feet": 33.0,
    "jaw": 10.0,
    "nose_tip": 50.0,
    "upper_lip": 25.0,
    "bladder": 50.0,
}
"""Percent by which a person would notice a target to be better; all assumptions.

Half the sweat is about one grade of the hyperhidrosis severity scale, a third of severe lines is one grade of three,
half the leaks is the responder rule of trials, and a tenth of the masseter's thickness is about a millimetre.
"""


class HarmLimits(Record):
    """Largest accepted upper end of the 90% interval of each harm's probability, in percent.

    The first three are the defaults of clinical safety; the rest are assumptions, wider because these harms are common,
    mild and part of the wanted effect (lip, bite), pass (grip after palms), or have a pathway of their own (retention).
    """

    lid_ptosis: Fraction = 1.0
    brow_drop: Fraction = 2.0
    smile_change: Fraction = 1.0
    lip_weakness: Fraction = 25.0
    bite_weakness: Fraction = 30.0
    grip_weakness: Fraction = 30.0
    urinary_retention: Fraction = 20.0


class Goals(Record):
    """What the person wants, where, and what must not happen."""

    targets: Annotated[tuple[Target, ...], Field(min_length=1)]
    regions: Annotated[tuple[Region, ...], Field(min_length=1)]
    avoid: tuple[Avoidance, ...] = ()
    drugs_alongside: tuple[DrugClass, ...] = ()
    meaningful_sebum_fall: Fraction = 20.0
    harm_limits: HarmLimits = HarmLimits()
    acknowledge_off_label: YesNo = "unknown"

    @property
    def main_target(self) -> Target:
        """The target that headlines show: sebum where it is one, otherwise the first."""
        return "sebum" if "sebum" in self.targets else self.targets[0]

    def meaningful_fall(self, target: Target) -> float:
        """Percent of mean fall that this person would notice."""
        return self.meaningful_sebum_fall if target == "sebum" else MEANINGFUL_FALL[target]

    @model_validator(mode="after")
    def _targets_have_a_place(self) -> Self:
        apart = "bladder" in self.targets or "bladder" in self.regions
        if apart and (self.targets != ("bladder",) or self.regions != ("bladder",)):
            raise fault(
                "joins the bladder with something else, or names it as target or region only",
                allowed='targets = ["bladder"] and regions = ["bladder"], or neither',
                remedy="Plan the bladder in a case of its own.",
                field="targets",
            )
        facial = set(self.targets) - {"sweat", "bladder"}
        if facial and not set(self.regions) & set(get_args(FaceRegion)):
            raise fault(
                f"names {', '.join(sorted(facial))} without a region of the face",
                allowed="at least one region of the face for these targets",
                remedy="Add the region or remove the target.",
                field="targets",
            )
        return self

    @model_validator(mode="after")
    def _no_repeats(self) -> Self:
        for name, values in (("targets", self.targets), ("regions", self.regions)):
            if len(set(values)) != len(values):
                raise fault(
                    "names the same entry twice",
                    allowed="each entry once",
                    remedy="Remove the repeated entry.",
                    field=name,
                )
        return self
