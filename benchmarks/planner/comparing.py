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
SAME = 0.02
"""How exactly the factor is found, on the log scale."""
SAME_UNITS = 1e-6


@dataclass(frozen=True)
class Duel:
    """Leads are the plan's over the habit, in percent of fall; positive where the plan is better.

    At equal harm the habit's doses are `factor` times as large, or, where a dose limit comes before the plan's harm,
    as large as the limit allows, and the doses of the plan (`plan_at_harm`) are reduced to that harm instead.
    """

    habit: Habit
    as_is: Judged
    lead_as_is: Estimate
    factor: float
    at_harm: Judged
    plan_at_harm: Judged
    lead_at_harm: Estimate
    at_dose: Judged
    lead_at_dose: Estimate


def duel(jury: Jury, plan: Habit, judged: Judged, habit: Habit) -> Duel:
    """The plan, already judged, against a habit in front of a jury."""
    as_is = jury.judge(habit.shots)
    factor, short = factor_for_harm(jury, habit, judged.harms.share)
    at_harm = jury.judge(habit.times(factor).shots)
    reduced = judged
    if short:
        reduced = jury.judge(plan.times(factor_for_harm(jury, plan, at_harm.harms.share)[0]).shots)
    at_dose = as_is
    if judged.units > 0.0 and abs(as_is.units - judged.units) > SAME_UNITS:
        at_dose = jury.judge(habit.times(judged.units / as_is.units).shots)
    return Duel(
        habit,
        as_is,
        lead(judged, as_is),
        factor,
        at_harm,
        reduced,
        lead(reduced, at_harm),
        at_dose,
        lead(judged, at_dose),
    )


def factor_for_harm(jury: Jury, habit: Habit, share: float) -> tuple[float, bool]:
    """The factor on the habit's dose at which its worst harm share is `share`, and whether a dose limit came first."""

    def excess(log_factor: float) -> float:
        found = jury.harm_share(habit.times(float(np.exp(log_factor))).shots)
        return float(np.log(max(found, 1e-9) / max(share, 1e-9)))

    low, high = np.log(SMALLEST), np.log(min(LARGEST, max(habit.room(jury.task), SMALLEST)))
    if excess(high) <= 0.0:
        return float(np.exp(high)), True
    if excess(low) >= 0.0:
        return SMALLEST, False
    return float(np.exp(scipy.optimize.brentq(excess, low, high, xtol=SAME))), False


def rivals(jury: Jury, plan: Shots) -> list[Habit]:
    """Protocols that fit, the clinics' grids, and the grid that does best at the plan's harm on the first seed."""
    task, units = jury.task, float(plan.units.sum())
    found = list(protocols(task))
    if units == 0.0:
        return found
    found += grids(task, units, CLINIC_MM, DERMAL_DEPTHS[:1])
    every = list(grids(task, units, HINDSIGHT_MM, DERMAL_DEPTHS))
    if every:
        first = Jury(task, jury.simulators[:1])
        found.append(best_in_hindsight(first, every, first.harm_share(plan)))
    return found


def best_in_hindsight(jury: Jury, every: Sequence[Habit], share: float) -> Habit:
    """The grid with the largest benefit once its dose is such that it does as much harm."""

    def benefit(habit: Habit) -> float:
        return float(jury.judge(habit.times(factor_for_harm(jury, habit, share)[0]).shots).benefit.mean())

    best = max(every, key=benefit)
    return Habit(f"best in hindsight: {best.name}", best.shots, best.regions)
