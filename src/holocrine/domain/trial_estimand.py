"""The estimand of every endpoint in words, by the five attributes of ICH E9(R1)."""

from __future__ import annotations

from collections.abc import Mapping

from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_answer import Estimand
from holocrine.domain.trial_arm import TrialArm
from holocrine.domain.trial_conduct import Inclusion
from holocrine.domain.trial_endpoint import Analysis, Endpoint, Measure, Reading, Strategy

_MEASURES: Mapping[Measure, str] = {
    "sebum": "casual sebum",
    "inflammatory_lesions": "inflammatory lesions",
    "noninflammatory_lesions": "non-inflammatory lesions",
    "iga": "Investigator's Global Assessment",
    "ptosis": "drooping of an upper lid",
}
_READINGS: Mapping[Reading, str] = {
    "change": "{measure} in week {week} over baseline, as a log ratio",
    "count": "{measure} counted in week {week}",
    "success": "{measure} 0 or 1 and at least two grades below baseline in week {week}",
    "responder": "{measure} in week {week} at least {fall}% below baseline",
    "relapse": "weeks until {measure} are no longer {fall}% below baseline, followed to week {week}",
    "any": "{measure} at any time up to week {week}",
}
_STRATEGIES: Mapping[Strategy, str] = {
    "treatment_policy": "treatment policy: patients who drop out are followed up, and what is read then counts",
    "composite": "composite: drop-out counts as failure",
    "while_on_study": "while on study: what is read before drop-out counts, missing visits as missing at random",
}
_SUMMARIES: Mapping[Analysis, str] = {
    "ancova": "difference of means given baseline (ANCOVA)",
    "mixed_model": "difference of means at that visit given baseline (mixed model, intercept for each patient)",
    "paired": "mean of the differences within patients, given those at baseline",
    "negative_binomial": "ratio of mean counts given the logarithm of baseline (negative binomial, HC3 errors)",
    "logistic": "odds ratio given baseline (logistic regression)",
    "risk_difference": "difference of shares (Agresti and Caffo)",
    "cox": "hazard ratio (Cox)",
    "log_rank": "hazard ratio (Cox), tested by the log-rank test",
}


def estimands(design: TrialDesign) -> tuple[Estimand, ...]:
    """The estimand of every endpoint, the primary one first."""
    return tuple(_estimand(design, endpoint) for endpoint in design.endpoint)


def population(design: TrialDesign) -> str:
    """Who is let in, in words."""
    criteria = [_criterion(one) for one in design.inclusion]
    return "; ".join(criteria) if criteria else "anyone in the population tables"


def treatment(arm: TrialArm) -> str:
    """What an arm is given, in words."""
    told = []
    if arm.toxin is not None:
        dose = arm.toxin
        told.append(
            f"{dose.points} points of {_units(dose.units_per_point)} {dose.product} in {dose.volume_per_point:g} mL "
            f"({dose.plane}) in {_weeks(arm.weeks_of('toxin'))}"
        )
    told += [f"{given} in {_weeks(arm.weeks_of(given))}" for given in ("saline", "vehicle") if arm.weeks_of(given)]
    told += [drug.replace("_", " ") for drug in arm.alongside]
    return f"{arm.name}: {', '.join(told) if told else 'nothing'}"


def _estimand(design: TrialDesign, endpoint: Endpoint) -> Estimand:
    fall = "" if endpoint.fall is None else f"{endpoint.fall:g}"
    variable = _READINGS[endpoint.reading].format(
        measure=_MEASURES[endpoint.measure], week=f"{endpoint.week:g}", fall=fall
    )
    if endpoint.ring is not None:
        variable += f", {endpoint.ring[0]:g} to {endpoint.ring[1]:g} mm from the nearest point"
    return Estimand(
        endpoint=endpoint.name,
        population=population(design),
        treatments="; ".join(treatment(arm) for arm in design.arm),
        variable=variable,
        drop_out=_STRATEGIES[endpoint.drop_out_counts],
        summary=f"{_SUMMARIES[endpoint.analysis]}, each arm over {design.reference}",
    )


def _criterion(one: Inclusion) -> str:
    if one.sex is not None:
        return one.sex
    name = str(one.quantity).replace("_", " ").replace("noninflammatory", "non-inflammatory")
    if one.at_least is None:
        return f"{name} at most {one.at_most:g}"
    return f"{name} at least {one.at_least:g}" if one.at_most is None else f"{name} {one.at_least:g} to {one.at_most:g}"


def _units(value: float) -> str:
    return "1 unit" if value == 1.0 else f"{value:g} units"


def _weeks(weeks: tuple[float, ...]) -> str:
    return f"week{'s' if len(weeks) > 1 else ''} {', '.join(f'{week:g}' for week in weeks)}"
