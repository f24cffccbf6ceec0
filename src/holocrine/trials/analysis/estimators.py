"""Estimators of the effect of one arm over another: what statisticians call each, with statsmodels behind it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.trials.analysis.estimate import NONE, Estimate
from holocrine.trials.analysis.library import statsmodels

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]
LARGEST_EFFECT = 8.0
"""A log odds, rate or hazard ratio beyond this means that the data separate the arms; no estimate then."""


def ancova(change: Array, treated: Array, start: Array) -> Estimate:
    """Difference of `change` (n,) between the treated (1) and the others (0), given `start` (n,), least squares."""
    design = np.column_stack([treated, np.ones_like(treated), start])
    return _linear(change, design)


def paired(difference: Array, period: Array, start: Array) -> Estimate:
    """Within-patient `difference` (n,) to be expected where there is none at the `start`, and over both orders of a
    crossover (`period`), least squares."""
    columns = [np.ones_like(difference), *(column for column in (period, start) if np.ptp(column) > 0.0)]
    return _linear(difference, np.column_stack(columns))


def mixed_model(change: Array, treated: Array, start: Array, visit: Array, patient: Index) -> Estimate:
    """Effect at the last visit in a linear mixed model: treatment by visit, baseline, an intercept for each patient.

    All arrays (rows,), one row for each reading; `visit` numbers the visits.
    """
    visits = np.unique(visit)
    at = (visit[:, None] == visits[None, :]).astype(np.float64)
    design = np.column_stack([at[:, -1] * treated, at, at[:, :-1] * treated[:, None], start])
    model = statsmodels("regression.mixed_linear_model").MixedLM(change, design, groups=patient)
    found = _guarded(lambda: model.fit(reml=True, method="bfgs"))
    return found if found is not NONE else _guarded(lambda: model.fit(reml=True, method="powell"))


def negative_binomial(count: Array, treated: Array, start: Array) -> Estimate:
    """Log rate ratio of counts (n,), given the logarithm of the counts at the `start`, negative binomial regression.

    Lesion counts scatter more widely than the model's gamma, which would make its own standard errors too small; these
    are sandwich ones with HC3 weights, and the test goes by the t distribution.
    """
    design = np.column_stack([treated, np.ones_like(treated), np.log(start + 0.5)])
    model = statsmodels("discrete.discrete_model").NegativeBinomial(count, design)
    fitted: list[Array] = []

    def fit() -> object:
        found = model.fit(disp=0, method="bfgs", maxiter=200)
        fitted.append(np.asarray(found.params))
        return found

    plain = _guarded(fit, needs="converged")
    if plain is NONE:
        return NONE
    se = _sandwich(count, design, fitted[0])
    freedom = count.size - design.shape[1]
    return Estimate(plain.value, se, 2.0 * float(scipy.special.stdtr(freedom, -abs(plain.value) / se)))


def _sandwich(count: Array, design: Array, fitted: Array) -> float:
    """HC3 standard error of the first coefficient of a negative binomial regression, its dispersion `fitted` last."""
    mean, dispersion = np.exp(design @ fitted[:-1]), max(float(fitted[-1]), 0.0)
    weight = mean / (1.0 + dispersion * mean)
    bread = np.linalg.inv(design.T @ (weight[:, None] * design))
    leverage = weight * np.einsum("ij,jk,ik->i", design, bread, design)
    score = (count - mean) / (1.0 + dispersion * mean) / (1.0 - leverage)
    return float(np.sqrt((bread @ (design.T @ (score[:, None] ** 2 * design)) @ bread)[0, 0]))


def logistic(success: Array, treated: Array, start: Array) -> Estimate:
    """Log odds ratio of success (n,), given the `start`, logistic regression."""
    if min(success[treated == 1.0].sum(), success[treated == 0.0].sum()) < 1.0:
        return NONE
    columns = [treated, np.ones_like(treated), *([start] if np.ptp(start) > 0.0 else [])]
    model = statsmodels("discrete.discrete_model").Logit
    return _guarded(lambda: model(success, np.column_stack(columns)).fit(disp=0, maxiter=50))


def risk_difference(event: Array, treated: Array) -> Estimate:
    """Difference of shares with an event (n,): Agresti and Caffo's interval and test, fit for rare events."""
    one, other = event[treated == 1.0], event[treated == 0.0]
    difference = float(one.mean() - other.mean())
    shares = [(part.sum() + 1.0) / (part.size + 2.0) for part in (one, other)]
    parts = zip(shares, (one.size, other.size), strict=True)
    se = math.sqrt(sum(share * (1.0 - share) / (size + 2.0) for share, size in parts))
    test = statsmodels("stats.proportion").test_proportions_2indep
    counts = (float(one.sum()), one.size, float(other.sum()), other.size)
    with _quiet():
        return Estimate(difference, se, float(test(*counts, compare="diff", method="agresti-caffo").pvalue))


def cox(weeks: Array, seen: Flags, treated: Array) -> Estimate:
    """Log hazard ratio of an event at `weeks` (n,), where `seen` (n,) is false for those lost before, by Cox."""
    if not seen.any():
        return NONE
    model = statsmodels("duration.hazard_regression").PHReg
    return _guarded(lambda: model(weeks, treated[:, None], status=seen.astype(np.float64), ties="efron").fit(disp=0))


def log_rank(weeks: Array, seen: Flags, treated: Array) -> Estimate:
    """As `cox`, with the p-value of the log-rank test."""
    found = cox(weeks, seen, treated)
    if found is NONE:
        return NONE
    _, p = statsmodels("duration.survfunc").survdiff(weeks, seen.astype(np.float64), treated)
    return Estimate(found.value, found.se, float(p))


def _linear(outcome: Array, design: Array) -> Estimate:
    if outcome.size <= design.shape[1]:
        return NONE
    return _guarded(lambda: statsmodels("api").OLS(outcome, design).fit())


def _guarded(fit: Callable[[], object], needs: str = "") -> Estimate:
    """The first coefficient of a fit; none where the fit fails, does not converge, or the data separate the arms."""
    with _quiet():
        try:
            found = fit()
            value, se, p = (float(np.asarray(getattr(found, name))[0]) for name in ("params", "bse", "pvalues"))
            converged = not needs or bool(getattr(found, "mle_retvals", {needs: True})[needs])
        except (ValueError, np.linalg.LinAlgError, FloatingPointError, ZeroDivisionError, RuntimeError):
            return NONE
    usable = converged and math.isfinite(se) and se > 0.0 and math.isfinite(p) and abs(value) < LARGEST_EFFECT
    return Estimate(value, se, p) if usable else NONE


@contextmanager
def _quiet() -> Iterator[None]:
    """Fits that do not converge are counted as such; their warnings tell nothing more."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
