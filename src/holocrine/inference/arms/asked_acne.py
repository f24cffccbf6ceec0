"""What a row on acne or acne drugs asks: its outcome class and reading, or the reason why no read-out says it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial

from holocrine.inference.arms import acne_readings
from holocrine.inference.arms.acne_arms import entry, regimens
from holocrine.inference.arms.acne_readings import Counted, OfTwoArms, OfVisits, Visit
from holocrine.inference.arms.given import NotModelledError
from holocrine.inference.blocks.rows import BlockAsked, BlockRow
from holocrine.inference.blocks.world import BlockWorld
from holocrine.knowledge.evidence import Arm

LATE_DAY = 84.0
"""Day of a result whose visit was not printed: 12 weeks, as most trials of acne drugs (assumption)."""


def acne(row: BlockRow) -> BlockAsked:
    """Lesions, success, own judgement, symptoms or sebum of an arm of an acne trial. Raises NotModelledError."""
    if row.observation.target == "hormones":
        raise NotModelledError("hormones of people with acne: who gets acne by their hormones is not modelled")
    if row.observation.target == "sebum":
        return "sebum under drugs", _of_arm(row, acne_readings.sebum_change)
    if row.says("qol", "quality of life"):
        return _symptoms(row)
    if row.says("follicular cast"):
        return "follicular casts", _of_arm(row, acne_readings.casts_change)
    if row.is_share and row.says("self-assessed", "reduction or clearance"):
        return "acne self-rated", _of_arm(row, partial(acne_readings.improved, well=False))
    if row.is_share and row.says("satisf"):
        return "acne self-rated", _of_arm(row, partial(acne_readings.improved, well=True))
    if row.says("success", "iga", "isga", "egss", "clear"):
        return _success(row)
    if row.says("lesion", "comedo", "papule", "pustule"):
        return _lesions(row)
    raise row.no_read_out()


def _success(row: BlockRow) -> BlockAsked:
    read = partial(acne_readings.success, by_grades=row.says("grade"))
    if row.is_share:
        return "acne success", _of_arm(row, read)
    if row.observation.statistic == "ratio" and row.contrast is not None:
        compare = acne_readings.odds_ratio if "odds" in row.observation.unit else operator.truediv
        return "acne success ratio", _of_two(row, row.contrast, read, compare)
    raise row.not_as_reported("success")


def _symptoms(row: BlockRow) -> BlockAsked:
    """Points of one domain of one questionnaire; what else quality of life holds is not modelled."""
    if not row.says("acne-qol symptoms") or row.observation.statistic != "mean":
        raise row.no_read_out()
    if row.contrast is not None and row.says("difference"):
        return "acne symptoms against an arm", _of_two(row, row.contrast, acne_readings.symptom_points, operator.sub)
    return "acne symptoms", _of_arm(row, acne_readings.symptom_points)


def _lesions(row: BlockRow) -> BlockAsked:
    observation, counted = row.observation, _counted(row)
    change = partial(acne_readings.change, counted=counted, median=row.median)
    if row.contrast is not None and not observation.direction:
        if "point" in observation.unit:
            return "lesion change against an arm", _of_two(row, row.contrast, change, operator.sub)
        if observation.statistic == "mean_change_percent":
            return "lesion change", _of_two(row, row.contrast, change, _percent_over)
    if observation.direction and row.contrast is not None and regimens(row.contrast) == regimens(row.arm):
        raise NotModelledError("strength and form of a drug are not modelled")
    if observation.direction or "%" in observation.unit:
        return "lesion change", _of_arm(row, change)
    if observation.unit != "lesions":
        raise row.not_as_reported("lesions")
    fall = row.says("change")
    name = "fall of lesions" if fall else "lesions left"
    return name, _of_arm(row, partial(acne_readings.number, counted=counted, fall=fall))


def _counted(row: BlockRow) -> Counted:
    """Which lesions a row counts; all of them unless it names one kind alone."""
    rest = row.words.replace("non-inflammatory", "noninflammatory")
    comedones = "noninflammatory" in rest or "comedo" in rest
    inflamed = "inflammatory" in rest.replace("noninflammatory", "")
    if "total" in rest or comedones == inflamed:
        return "total"
    return "noninflammatory" if comedones else "inflammatory"


def _of_arm(row: BlockRow, read: Callable[[BlockWorld, Visit], float]) -> OfVisits:
    return OfVisits(_visits(row, row.arm), read)


def _of_two(
    row: BlockRow, other: Arm, read: Callable[[BlockWorld, Visit], float], compare: Callable[[float, float], float]
) -> OfTwoArms:
    return OfTwoArms(_of_arm(row, read), OfVisits(_visits(row, other), read), compare)


def _visits(row: BlockRow, arm: Arm) -> tuple[Visit, ...]:
    day = row.observation.day.mid if row.observation.day is not None else LATE_DAY
    return tuple(Visit(regimen, entry(arm, row.design), day) for regimen in regimens(arm))


def _percent_over(one: float, other: float) -> float:
    """How much is left in one arm over the other, as a change in percent, from two changes in percent."""
    return 100.0 * ((100.0 + one) / (100.0 + other) - 1.0)
