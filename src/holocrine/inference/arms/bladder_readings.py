"""What bladder studies report: leaks, dry diaries, detrusor pressure, benefit, time to retreatment, what goes wrong."""

from __future__ import annotations

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.domain.urology import Urology
from holocrine.inference.arms.bladder_arms import WEEKS, Injected, contraction
from holocrine.inference.blocks.world import BlockWorld
from holocrine.simulation.systems.bladder import BladderCourse, bladder_course
from holocrine.simulation.systems.retreatment import fallen_to

Array = NDArray[np.float64]


def leaks(world: BlockWorld, *, given: Injected, day: float, before: float | None, per_days: float) -> float:
    """Mean leak episodes in `per_days` days; `before` is their printed number per day before treatment."""
    return per_days * float(_on(_course(world, given, before).leaks, day).mean())


def fall_of_leaks(world: BlockWorld, *, given: Injected, day: float, before: float | None, per_days: float) -> float:
    """Mean fall of leak episodes in `per_days` days; positive where there are fewer."""
    course = _course(world, given, before)
    return per_days * float((course.leaks_untreated[:, 0] - _on(course.leaks, day)).mean())


def dry(world: BlockWorld, *, given: Injected, day: float) -> float:
    """Percent of people without a leak in their diary."""
    return 100.0 * float(_on(_course(world, given).dry, day).mean())


def benefit(world: BlockWorld, *, given: Injected, day: float) -> float:
    """Percent of people who state a benefit: the logit of the share rises with the fall of leaks."""
    course = _course(world, given)
    gone = 1.0 - _on(course.leaks, day) / course.leaks_untreated[:, 0]
    start = scipy.special.logit(world.typical["benefit_untreated"])
    return 100.0 * float(scipy.special.expit(start + world.typical["benefit_gain"] * gone).mean())


def pressure_change(world: BlockWorld, *, given: Injected, day: float) -> float:
    """Mean change (percent) of the largest detrusor pressure."""
    left = _on(contraction(world, given), day) ** world.typical["pressure_exponent"]
    return 100.0 * float(left.mean() - 1.0)


def retreated_after(world: BlockWorld, *, given: Injected, median: bool, days_per_unit: float) -> float:
    """When treatment is asked for again: mean or median, in units of `days_per_unit` days."""
    course = _course(world, given)
    weeks = fallen_to(world.typical["leak_retreatment_share"], course.leaks_untreated - course.leaks, WEEKS)
    return 7.0 / days_per_unit * float(np.median(weeks) if median else weeks.mean())


def retention(world: BlockWorld, *, given: Injected, men: bool) -> float:
    """Percent of people who need a catheter, after saline too."""
    saline = _odds_times(world.typical["retention_saline"], world.typical["retention_men"] if men else 1.0)
    caused = float(_course(world, given).retention.mean()) if given.product else 0.0
    return 100.0 * (saline + (1.0 - saline) * caused)


def infection(world: BlockWorld, *, given: Injected, men: bool) -> float:
    """Percent of people with a urinary infection."""
    return _more_with_toxin(world, given, "infection_men" if men else "infection_women")


def painful_voiding(world: BlockWorld, *, given: Injected) -> float:
    """Percent of people to whom voiding is painful."""
    return _more_with_toxin(world, given, "dysuria_saline")


def _more_with_toxin(world: BlockWorld, given: Injected, saline: str) -> float:
    return 100.0 * _odds_times(world.typical[saline], world.typical["infection_toxin"] if given.product else 1.0)


def _odds_times(share: float, factor: float) -> float:
    odds = factor * share / (1.0 - share)
    return odds / (1.0 + odds)


def _course(world: BlockWorld, given: Injected, before: float | None = None) -> BladderCourse:
    """All read-outs of an arm, (people, weeks)."""
    urology = Urology(cause=given.cause, leak_episodes=before)
    return world.once(
        ("bladder", given, before), lambda: bladder_course(contraction(world, given), WEEKS, world.values, urology)
    )


def _on(courses: Array, day: float) -> Array:
    """Courses (people, weeks) on a day, (people,)."""
    return np.array([np.interp(day / 7.0, WEEKS, course) for course in courses])
