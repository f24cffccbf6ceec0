"""When each target returns, when the next session is allowed, and what repeated sessions add up to.

Repeated sessions follow from the first by superposition. Light chain adds up, so in a settled cycle of interval T
there is g = 1/(1 - exp(-lambda T)) times as much of it as after one session. While an effect fades, that much more
is the same as being ln(g)/lambda earlier in its course, so the settled course is the first one, later by that time.
Held against surfaces integrated from the summed light chain (a test does), what is left after 16 weeks is right to a
point for sebum and to a few points for muscles; for sweat it is a lower bound, because glands regain their
responsiveness slowly. The peak is that of the first session: small doses can reach more, full ones less (sprouts).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.aftermath import Range, RepeatedPlan, Retreatment, TargetReturn
from holocrine.domain.case import Case
from holocrine.domain.vocabulary import Product, Region, Target
from holocrine.knowledge.products import products
from holocrine.knowledge.rules import rules
from holocrine.models.antibodies import probability, session_hazard
from holocrine.models.junction import Terminal
from holocrine.simulation.constants import LN2
from holocrine.simulation.response import fading_rate
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.benefit import fall_course
from holocrine.simulation.systems.outcome import Outcome

Array = NDArray[np.float64]

BEHIND: Mapping[Target, Terminal] = {
    "sebum": "sebaceous",
    "pores": "sebaceous",
    "acne": "sebaceous",
    "sweat": "sudomotor",
    "scars": "motor",
    "forehead_lines": "motor",
    "glabellar_lines": "motor",
    "crows_feet": "motor",
    "jaw": "motor",
    "nose_tip": "motor",
    "upper_lip": "motor",
}
"""Terminals whose light chain makes a target last; the bladder has its own, of the detrusor."""
INTERVALS = (12.0, 16.0, 24.0)
"""Weeks between sessions for which the plan is repeated."""
HALF, GONE = 0.5, 0.1
"""Shares of the peak at which an effect counts as half gone and as gone."""
SMALLEST_PEAK = 1.0
"""Percent of improvement below which a course has nothing to return from."""
DAYS_OF_YEAR = 365
SHORTEST_INTERVAL = 30.0
"""Days; sessions closer together (touch-ups) count as this far apart (assumption: no numbers on haste were found)."""
UNKNOWN_DOSE = 1.0
"""Relative dose of a session whose product is unknown: the labelled maximum."""
BASIS = (
    "return read off the forecast; repetition by superposition of light chain, a lower bound for sweat; dates from "
    "label intervals; antibodies from pooled studies of all uses, hazard per session assumed"
)


@dataclass(frozen=True)
class Effect:
    """What the plan does for one target: `improvement` in percent (draws, weeks) and how fast it fades, (draws,) in
    1/day: the loss of light chain in the terminals behind it."""

    improvement: Array
    fading_rate: Array


def effects_of(
    targets: Sequence[Target], outcomes: Sequence[Outcome], areas: Mapping[Region, float], simulator: Simulator
) -> dict[Target, Effect]:
    """The effect on every target that is read out; `areas` (cm2) weigh its regions."""
    draws = simulator.draws
    found = {}
    for target in targets:
        if target == "bladder":
            rate = LN2 / simulator.draws.local["light_chain_half_life_detrusor"]
        else:
            rate = fading_rate(BEHIND[target], draws)
        found[target] = Effect(fall_course(outcomes, target, areas), rate)
    return found


def retreatment(
    case: Case,
    product: Product,
    units: float,
    effects: Mapping[Target, Effect],
    weeks: Array,
    block: Mapping[str, Array],
) -> Retreatment:
    """Everything about the next session after one of `units` of `product` on the day of the assessment.

    `weeks` (weeks,) of the effects' courses, `block` draws of the block "reactions".
    """
    earliest, rule_ids = earliest_next(case, product)
    risk = {interval: antibodies(case, product, units, interval, block) for interval in INTERVALS}
    returns = tuple(
        target_return(target, effect.improvement, weeks, case.assessed_on, earliest)
        for target, effect in effects.items()
    )
    return Retreatment(
        earliest=earliest,
        rule_ids=rule_ids,
        returns=returns,
        repeated=tuple(_repeated(effects, weeks, case.assessed_on, earliest, risk)),
        units_in_12_months=units_in_12_months(case, product, units),
        antibodies=_range(100.0 * antibodies(case, product, units, None, block)),
        grade="D",
        basis=BASIS,
    )


def earliest_next(case: Case, product: Product) -> tuple[dt.date, tuple[str, ...]]:
    """First day on which every interval rule for the product allows a session after one on the day of the assessment,
    and the rules that decide it."""
    intervals = {
        rule.rule_id: rule.setting.limit
        for rule in rules()
        if rule.predicate == "toxin_within" and rule.applies(product, case.jurisdiction)
    }
    longest = max(intervals.values())
    deciding = tuple(rule_id for rule_id, days in intervals.items() if days == longest)
    return case.assessed_on + dt.timedelta(days=int(np.ceil(longest))), deciding


def target_return(
    target: Target, improvement: Array, weeks: Array, session: dt.date, earliest: dt.date
) -> TargetReturn:
    """When one target's `improvement` (draws, weeks) has half gone and gone after the `session`."""
    seen = improvement[improvement.max(axis=1) >= SMALLEST_PEAK]
    with_effect = float(100.0 * seen.shape[0] / improvement.shape[0])
    if seen.shape[0] == 0:
        return TargetReturn(
            target=target, with_effect=0.0, peak=None, half=None, gone=None, still_there=0.0, suggested=None
        )
    half, gone = (fallen_to(share, seen, weeks) for share in (HALF, GONE))
    return TargetReturn(
        target=target,
        with_effect=with_effect,
        peak=_range(seen.max(axis=1)),
        half=_range(half),
        gone=_range(gone),
        still_there=float(100.0 * (seen[:, -1] > GONE * seen.max(axis=1)).mean()),
        suggested=max(earliest, session + dt.timedelta(days=round(7.0 * float(np.median(half))))),
    )


def fallen_to(share: float, improvement: Array, weeks: Array) -> Array:
    """Week (draws,) after which the improvement stays at or below `share` of its peak, straight between weeks.

    The last week where it is still above at the end.
    """
    rows = np.arange(improvement.shape[0])
    level = share * improvement.max(axis=1)
    above = improvement > level[:, None]
    last = weeks.size - 1 - np.argmax(above[:, ::-1], axis=1)
    after = np.minimum(last + 1, weeks.size - 1)
    drop = improvement[rows, last] - improvement[rows, after]
    part = np.where(drop > 0.0, (improvement[rows, last] - level) / np.where(drop > 0.0, drop, 1.0), 0.0)
    return np.asarray(weeks[last] + part * (weeks[after] - weeks[last]))


def settled(improvement: Array, weeks: Array, fading_rate: Array, interval: float) -> tuple[Array, Array]:
    """Peak and trough (draws,) of the improvement once sessions every `interval` weeks have settled."""
    peak = improvement.max(axis=1)
    top = weeks[np.argmax(improvement, axis=1)]
    earlier = -np.log(-np.expm1(-7.0 * fading_rate * interval)) / (7.0 * fading_rate)
    when = np.maximum(interval - earlier, np.minimum(top, interval))
    trough = np.array([np.interp(week, weeks, course) for week, course in zip(when, improvement, strict=True)])
    return peak, trough


def _repeated(
    effects: Mapping[Target, Effect],
    weeks: Array,
    session: dt.date,
    earliest: dt.date,
    risk: Mapping[float, Array],
) -> Iterator[RepeatedPlan]:
    for target, effect in effects.items():
        for interval in INTERVALS:
            peak, trough = settled(effect.improvement, weeks, effect.fading_rate, interval)
            yield RepeatedPlan(
                target=target,
                interval_weeks=interval,
                allowed=session + dt.timedelta(weeks=interval) >= earliest,
                peak=_range(peak),
                trough=_range(trough),
                antibodies=_range(100.0 * risk[interval]),
            )


def units_in_12_months(case: Case, product: Product, units: float) -> dict[Product | str, float]:
    """Units by product of the planned session and of those in the 365 days before it."""
    total: dict[Product | str, float] = {product: units} if units > 0.0 else {}
    for session in case.sessions:
        if (case.assessed_on - session.date).days < DAYS_OF_YEAR:
            total[session.product] = total.get(session.product, 0.0) + session.units
    return total


def antibodies(case: Case, product: Product, units: float, interval: float | None, block: Mapping[str, Array]) -> Array:
    """Probability (draws,) of neutralising antibodies after the planned session, and after a year of repeating it
    every `interval` weeks where one is given."""
    given = [
        (float((case.assessed_on - session.date).days), session.product, session.units) for session in case.sessions
    ]
    planned = [(0.0, product, units)] if units > 0.0 else []
    again = (
        [] if interval is None else [(-7.0 * interval * k, product, units) for k in range(1, int(52.0 / interval) + 1)]
    )
    return probability(_hazard(sorted([*given, *planned, *(again if planned else [])], key=lambda s: -s[0]), block))


def _hazard(sessions: Sequence[tuple[float, str, float]], block: Mapping[str, Array]) -> Array:
    """Cumulative hazard of sessions (days ago, product, units), oldest first."""
    total = np.zeros_like(block["antibody_hazard"])
    before: float | None = None
    for days_ago, product, units in sessions:
        known = product != "unknown"
        total += session_hazard(
            units / products()[product].labelled_facial_maximum if known else UNKNOWN_DOSE,  # type: ignore[index]
            None if before is None else max(before - days_ago, SHORTEST_INTERVAL),
            hazard=block["antibody_hazard"],
            dose=block["antibody_dose_exponent"],
            interval=block["antibody_interval_exponent"],
            product=block[f"antibody_factor_{product if known else 'onabotulinumtoxinA'}"],
        )
        before = days_ago
    return total


def _range(values: Array) -> Range:
    low, median, high = (float(q) for q in np.quantile(values, (0.05, 0.5, 0.95)))
    return Range(median=median, lo90=low, hi90=high)
