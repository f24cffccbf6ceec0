"""Totals of a plan against every dose limit that applies, earlier sessions included.

Only units of one product are ever added. Whether a limit may be passed is the clinician's decision: a check
states both numbers and says whether it is exceeded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from holocrine.assessment.assess import standing
from holocrine.domain.case import Case
from holocrine.domain.plan import LimitCheck, Plan
from holocrine.domain.session import Session
from holocrine.domain.vocabulary import FaceRegion, Product, Region, Target
from holocrine.knowledge.rules import Rule, rules

FACE = frozenset(get_args(FaceRegion))


@dataclass(frozen=True)
class _Planned:
    """What is to be given on `on`: units of `product` by region, and the parts of them meant for muscle or target."""

    product: Product
    units: Mapping[Region, float]
    muscle: Mapping[str, float]
    targets: Mapping[str, float]
    on: dt.date


def limit_checks(
    case: Case,
    product: Product,
    planned_units_by_region: Mapping[Region, float],
    intramuscular_units_by_region: Mapping[Region, float] | None = None,
    on: dt.date | None = None,
    units_by_target: Mapping[Target, float] | None = None,
) -> tuple[LimitCheck, ...]:
    """Every dose limit that applies to the planned units (units of `product`) on day `on` (default: assessed_on).

    Earlier sessions of the same product count towards facial and cumulative totals when they lie within the
    rule's window in days; each other product in the window gets a check of its own and is never added.
    `intramuscular_units_by_region` is the part of the planned units that is meant for muscle, `units_by_target` the
    part that belongs to the pattern of a target. Raises ValueError for negative units.
    """
    muscle = {str(region): units for region, units in (intramuscular_units_by_region or {}).items()}
    targets = {str(target): units for target, units in (units_by_target or {}).items()}
    if any(units < 0 for part in (planned_units_by_region, muscle, targets) for units in part.values()):
        raise ValueError("planned units must not be negative")
    planned = _Planned(product, planned_units_by_region, muscle, targets, on or case.assessed_on)
    limits = [rule for rule in rules() if rule.decided_by == "plan" and rule.applies(product, case.jurisdiction)]
    return tuple(check for rule in limits for check in _KINDS[rule.predicate](rule, case, planned))


def plan_limit_checks(case: Case, plan: Plan) -> tuple[LimitCheck, ...]:
    """`limit_checks` for the points of a plan."""
    units: dict[Region, float] = {}
    muscle: dict[Region, float] = {}
    targets: dict[Target, float] = {}
    for point in plan.points:
        region = point.labelled_region
        units[region] = units.get(region, 0.0) + point.units
        if point.plane == "intramuscular":
            muscle[region] = muscle.get(region, 0.0) + point.units
        if point.target is not None:
            targets[point.target] = targets.get(point.target, 0.0) + point.units
    return limit_checks(case, plan.solution.product, units, muscle, units_by_target=targets)


def _check(rule: Rule, value: float, detail: str, product: str) -> LimitCheck:
    return LimitCheck(
        rule_id=rule.rule_id,
        statement=f"{rule.statement} {detail} ({standing(rule)})",
        value=value,
        limit=rule.setting.limit,
        unit=f"units {product}",
        # A hair above the limit is rounding of sums of tenths, not a dose.
        exceeded=value > rule.setting.limit * (1.0 + 1e-9),
        source=rule.source,
    )


def _region_total(rule: Rule, _case: Case, planned: _Planned) -> Iterator[LimitCheck]:
    used = {region: units for region, units in planned.units.items() if region in rule.setting.argument and units > 0}
    if used:
        total = sum(used.values())
        yield _check(rule, total, f"Planned: {total:g}.", planned.product)


def _target_total(rule: Rule, _case: Case, planned: _Planned) -> Iterator[LimitCheck]:
    total = sum(planned.targets.get(target, 0.0) for target in rule.setting.argument)
    if total > 0:
        yield _check(rule, total, f"Planned: {total:g}.", planned.product)


def _facial_total(rule: Rule, case: Case, planned: _Planned) -> Iterator[LimitCheck]:
    facial = {region: units for region, units in planned.units.items() if region in FACE}
    if facial:
        # A session whose place is not recorded may have been facial, so it counts too.
        sessions = [s for s in _within(rule, case, planned) if not s.regions or FACE & set(s.regions)]
        yield _total(rule, planned, sessions, sum(facial.values()))


def _cumulative_total(rule: Rule, case: Case, planned: _Planned) -> Iterator[LimitCheck]:
    yield _total(rule, planned, _within(rule, case, planned), sum(planned.units.values()))


def _total(rule: Rule, planned: _Planned, sessions: Sequence[Session], now: float) -> LimitCheck:
    earlier = sum(session.units for session in sessions if session.product == planned.product)
    detail = f"Planned {now:g}, given in the last {rule.setting.argument[0]} days {earlier:g}."
    return _check(rule, now + earlier, detail, planned.product)


def _bladder_total(rule: Rule, case: Case, planned: _Planned) -> Iterator[LimitCheck]:
    cause = (case.urology and case.urology.cause) or "idiopathic"  # the stricter limit where the cause is unknown
    if cause in rule.setting.argument and planned.units.get("bladder", 0.0) > 0:
        total = planned.units["bladder"]
        yield _check(rule, total, f"Planned: {total:g}.", planned.product)


def _other_product_total(rule: Rule, case: Case, planned: _Planned) -> Iterator[LimitCheck]:
    given: dict[str, float] = {}
    for session in _within(rule, case, planned):
        if session.product != planned.product:
            name: str = "of an unnamed product" if session.product == "unknown" else session.product
            given[name] = given.get(name, 0.0) + session.units
    for name, units in sorted(given.items()):
        yield _check(rule, units, f"Units are not comparable: {units:g} units {name} stand by themselves.", name)


def _forehead_muscle_alone(rule: Rule, _case: Case, planned: _Planned) -> Iterator[LimitCheck]:
    forehead, partner = (planned.muscle.get(region, 0.0) for region in rule.setting.argument)
    if forehead > 0:
        alone = forehead if partner == 0 else 0.0
        yield _check(
            rule, alone, f"Planned for the forehead's muscle without the glabella: {alone:g}.", planned.product
        )


def _within(rule: Rule, case: Case, planned: _Planned) -> list[Session]:
    window = int(rule.setting.argument[0])
    return [session for session in case.sessions if 0 <= (planned.on - session.date).days <= window]


_KINDS: Mapping[str, Callable[[Rule, Case, _Planned], Iterator[LimitCheck]]] = {
    "region_total": _region_total,
    "target_total": _target_total,
    "facial_total": _facial_total,
    "cumulative_total": _cumulative_total,
    "bladder_total": _bladder_total,
    "other_product_total": _other_product_total,
    "forehead_muscle_alone": _forehead_muscle_alone,
}
