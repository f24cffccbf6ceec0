"""A plan against a habit: as both are, at the plan's harm, and at the plan's dose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.optimize
from benchmarks.planner.habits import CLINIC_MM, HINDSIGHT_MM, Habit, grids, protocols
from benchmarks.planner.judging import Estimate, Judged, Jury, lead

from holocrine.planning.setting import DERMAL_DEPTHS
from holocrine.simulation.binding import Shots

SMALLEST, LARGEST = 0.02, 50.0
"""Factors on a habit's dose that are tried."""
SAME = 0.01
"""Harm shares this close, on the log scale, are the same."""


@dataclass(frozen=True)
class Duel:
    """Leads are the plan's over the habit, in percent of fall; positive where the plan is better.

    `factor` on the habit's dose gives it the plan's harm; None when no allowed dose does: `why` says so, and
    `at_harm` and `lead_at_harm` are those of the nearest.
    """

    habit: Habit
    as_is: Judged
    lead_as_is: Estimate
    at_harm: Judged
    lead_at_harm: Estimate
    factor: float
    why: str
    at_dose: Judged
    lead_at_dose: Estimate


def duel(jury: Jury, plan: Judged, habit: Habit) -> Duel:
    """The plan against a habit in front of a jury."""
    as_is = jury.judge(habit.shots)
    factor, why = factor_for_harm(jury, habit, plan.harm_share)
    at_harm = jury.judge(habit.times(factor).shots)
    same_dose = abs(as_is.units - plan.units) < 1e-6 or plan.units == 0.0
    at_dose = as_is if same_dose else jury.judge(habit.times(plan.units / as_is.units).shots)
    return Duel(
        habit, as_is, lead(plan, as_is), at_harm, lead(plan, at_harm), factor, why, at_dose, lead(plan, at_dose)
    )


def factor_for_harm(jury: Jury, habit: Habit, share: float) -> tuple[float, str]:
    """The factor on the habit's dose at which its worst harm share is `share`, and what stopped short of it."""

    def excess(log_factor: float) -> float:
        found = jury.harm_share(habit.times(float(np.exp(log_factor))).shots)
        return float(np.log(max(found, 1e-9) / max(share, 1e-9)))

    low, high = np.log(SMALLEST), np.log(min(LARGEST, max(habit.room(jury.task), SMALLEST)))
    if excess(high) <= 0.0:
        return float(np.exp(high)), "dose limit reached first"
    if excess(low) >= 0.0:
        return SMALLEST, "more harm at any dose"
    return float(np.exp(scipy.optimize.brentq(excess, low, high, xtol=SAME))), ""


def rivals(jury: Jury, plan: Shots, judged: Judged) -> list[Habit]:
    """Protocols that fit, the clinics' grids, and the grid that does best at the plan's harm."""
    task, units = jury.task, float(plan.units.sum())
    found = list(protocols(task))
    if units == 0.0:
        return found
    found += grids(task, units, CLINIC_MM, DERMAL_DEPTHS[:1])
    every = list(grids(task, units, HINDSIGHT_MM, DERMAL_DEPTHS))
    if every:
        found.append(best_in_hindsight(jury, every, judged.harm_share))
    return found


def best_in_hindsight(jury: Jury, every: Sequence[Habit], share: float) -> Habit:
    """The grid with the largest benefit once its dose is such that it does as much harm."""

    def benefit(habit: Habit) -> float:
        return float(jury.judge(habit.times(factor_for_harm(jury, habit, share)[0]).shots).benefit.mean())

    best = max(every, key=benefit)
    return Habit(f"best in hindsight: {best.name}", best.shots, best.regions)
