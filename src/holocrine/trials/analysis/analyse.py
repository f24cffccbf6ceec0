"""One endpoint of one trial's data analysed as the design says: every arm over the reference."""

from __future__ import annotations

import numpy as np

from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_endpoint import Endpoint
from holocrine.trials.analysis import estimators
from holocrine.trials.analysis.estimate import NONE, Estimate
from holocrine.trials.dataset import Array, Flags, TrialData
from holocrine.trials.endpoints import Variable, survival_of, variable_of

LEAST = 4
"""Patients in an arm below which nothing is estimated."""


def analyse(design: TrialDesign, endpoint: Endpoint, data: TrialData) -> tuple[Estimate, ...]:
    """The effect of each arm in `design.contrasts` over the reference."""
    reference = design.arm_names.index(design.reference)
    if endpoint.reading == "relapse":
        return tuple(_survival(design, endpoint, data, arm, reference) for arm in design.contrasts)
    variable = variable_of(design, endpoint, data)
    if design.paired:
        return tuple(_within(endpoint, variable, arm, reference) for arm in design.contrasts)
    return tuple(_between(endpoint, variable, arm, reference) for arm in design.contrasts)


def _between(endpoint: Endpoint, variable: Variable, arm: int, reference: int) -> Estimate:
    here = np.isin(variable.arm, (arm, reference))
    treated = (variable.arm == arm).astype(np.float64)
    value, start, visit = variable.value[:, 0], variable.start[:, 0], variable.visit
    if endpoint.analysis == "mixed_model":
        return _repeated(variable, here, treated)
    use = here & variable.observed[:, 0, visit]
    y, arms, begin = value[use, visit], treated[use], start[use]
    if min(arms.sum(), (1.0 - arms).sum()) < LEAST:
        return NONE
    if endpoint.analysis == "ancova":
        return estimators.ancova(y, arms, np.log(begin + 1.0))
    if endpoint.analysis == "negative_binomial":
        return estimators.negative_binomial(y, arms, begin)
    if endpoint.analysis == "logistic":
        return estimators.logistic(y, arms, begin)
    return estimators.risk_difference(y, arms)


def _repeated(variable: Variable, here: Flags, treated: Array) -> Estimate:
    """All visits up to that of the endpoint, patients nested in arms."""
    until = variable.visit + 1
    rows, visits = np.nonzero(variable.observed[:, 0, :until] & here[:, None])
    if np.unique(visits).size < until:
        return NONE
    start = np.log(variable.start[:, 0] + 1.0)
    y = variable.value[:, 0, :until][rows, visits]
    return estimators.mixed_model(y, treated[rows], start[rows], visits.astype(np.float64), rows)


def _within(endpoint: Endpoint, variable: Variable, arm: int, reference: int) -> Estimate:
    visit = variable.visit
    value, seen = variable.value[:, :, visit], variable.observed[:, :, visit]
    start = np.log(variable.start + 1.0)
    if endpoint.analysis == "mixed_model":
        rows, arms = np.nonzero(seen)
        treated = (arms == arm).astype(np.float64)
        nothing = np.zeros(rows.size)
        return estimators.mixed_model(value[rows, arms], treated, start[rows, arms], nothing, rows)
    both = seen.all(axis=1)
    if both.sum() < LEAST:
        return NONE
    difference = value[both, arm] - value[both, reference]
    return estimators.paired(difference, variable.period[both], start[both, arm] - start[both, reference])


def _survival(design: TrialDesign, endpoint: Endpoint, data: TrialData, arm: int, reference: int) -> Estimate:
    found = survival_of(design, endpoint, data)
    here = np.isin(found.arm, (arm, reference))
    treated = (found.arm[here] == arm).astype(np.float64)
    method = estimators.cox if endpoint.analysis == "cox" else estimators.log_rank
    return method(found.weeks[here], found.seen[here], treated)
