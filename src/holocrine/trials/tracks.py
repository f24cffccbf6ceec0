"""What a piece of skin goes through in a trial: one track for each arm, side of a face, or order of treatments."""

from __future__ import annotations

import math
from dataclasses import dataclass

from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_arm import TrialArm
from holocrine.inference.arms.scenes import Scene
from holocrine.simulation.systems.drugs import DrugCourse
from holocrine.trials.places import LIDS, two_sides, whole_area

DAYS_PER_WEEK = 7.0


@dataclass(frozen=True)
class Toxin:
    """Toxin on a track: `units` per dose share of `scene` on each of `days`, read in `group`; `lids` it may reach."""

    scene: Scene
    group: str
    lids: tuple[str, ...]
    product: str
    units: float
    days: tuple[float, ...]


@dataclass(frozen=True)
class Track:
    """One course of treatment. `injected_from` is the day of the first needle, inf without one.

    `response` is the share of a trial's fall on vehicle that is seen in these patients.
    """

    toxin: Toxin | None
    drugs: tuple[DrugCourse, ...]
    injected_from: float
    response: float


def tracks_of(design: TrialDesign) -> tuple[Track, ...]:
    """Parallel: one track for each arm. Split face: the sides of the first and second arm. Crossover: both orders."""
    if design.layout == "split_face":
        return _sides(design)
    if design.layout == "crossover":
        first, second = design.arm
        return _order(design, first, second), _order(design, second, first)
    return tuple(_alone(design, arm) for arm in design.arm)


def as_null(design: TrialDesign) -> TrialDesign:
    """The same trial without any true difference: every arm is given what the reference is given."""
    reference = design.arm[design.arm_names.index(design.reference)]
    arms = tuple(reference.model_copy(update={"name": arm.name, "share": arm.share}) for arm in design.arm)
    return design.model_copy(update={"arm": arms})


def _alone(design: TrialDesign, arm: TrialArm) -> Track:
    toxin = None
    if arm.toxin is not None:
        scene = whole_area(design.regions[0], arm.toxin)
        days = _days(arm.weeks_of("toxin"))
        toxin = Toxin(scene, "skin", LIDS, arm.toxin.product, arm.toxin.units_per_point, days)
    return Track(toxin, _drugs(arm, 0.0, None), _first_needle(arm), _response(design, arm.nothing))


def _sides(design: TrialDesign) -> tuple[Track, ...]:
    doses = [arm.toxin for arm in design.arm]
    units = [0.0 if dose is None else dose.units_per_point for dose in doses]
    given = next((dose for dose in doses if dose is not None), None)
    tracks = []
    for side, arm in zip(("left", "right"), design.arm, strict=True):
        toxin = None
        if given is not None:
            most = max(units)
            scene = two_sides(design.regions[0], given, units[0] / most, units[1] / most)
            toxin = Toxin(
                scene, f"skin_{side}", (f"levator_palpebrae_{side}",), given.product, most, _toxin_days(design)
            )
        nothing = all(one.nothing for one in design.arm)
        tracks.append(Track(toxin, _drugs(arm, 0.0, None), _first_needle(arm), _response(design, nothing)))
    return tuple(tracks)


def _order(design: TrialDesign, first: TrialArm, second: TrialArm) -> Track:
    start = DAYS_PER_WEEK * (design.second_period or 0.0)
    days = (*_days(first.weeks_of("toxin")), *(start + day for day in _days(second.weeks_of("toxin"))))
    given = first.toxin or second.toxin
    toxin = None
    if given is not None:
        scene = whole_area(design.regions[0], given)
        toxin = Toxin(scene, "skin", LIDS, given.product, given.units_per_point, days)
    drugs = (*_drugs(first, 0.0, start), *_drugs(second, start, None))
    needle = min(_first_needle(first), start + _first_needle(second))
    return Track(toxin, drugs, needle, _response(design, first.nothing and second.nothing))


def _days(weeks: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(DAYS_PER_WEEK * week for week in weeks)


def _toxin_days(design: TrialDesign) -> tuple[float, ...]:
    return _days(next(arm.weeks_of("toxin") for arm in design.arm if arm.toxin is not None))


def _first_needle(arm: TrialArm) -> float:
    needles = (*arm.weeks_of("toxin"), *arm.weeks_of("saline"))
    return DAYS_PER_WEEK * min(needles) if needles else math.inf


def _drugs(arm: TrialArm, start: float, end: float | None) -> tuple[DrugCourse, ...]:
    return tuple(DrugCourse(drug, start, end) for drug in arm.alongside)


def _response(design: TrialDesign, nothing: bool) -> float:
    return design.conduct.untreated_response / 100.0 if nothing else 1.0
