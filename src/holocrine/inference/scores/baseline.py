"""The baseline a model must beat: per outcome class, a random-effects mean of the fit studies. A table of averages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from holocrine.domain.validation import class_key

Array = NDArray[np.float64]
Scale = Literal["log", "logit", "identity"]
"""Where a class is averaged: positive quantities, percentages of subjects (0-100), signed changes."""

DEFAULT_BETWEEN: Mapping[Scale, float] = {"log": 0.4, "logit": 0.6, "identity": 0.4}
"""Between-study SD where a class has one fit study, on its working scale; on "identity" a share of the study's mean.

Assumption: one study cannot show how far the next will fall from it. Trials of one outcome of botulinum toxin commonly
differ by about 40% of its size, a responder rate of 50% by about 15 percentage points.
"""
EDGE = 0.005
"""Share of subjects nearest to none (or all) that the logit scale can hold: a reported 0% is read as 0.5%."""
TAIL90 = float(ndtri(0.95))
"""Half-width of a central 90% interval in standard deviations."""


@dataclass(frozen=True)
class Reading:
    """A numeric observation of a fit study, value and standard error (None when unknown) as reported."""

    outcome_class: str
    study_id: str
    observed: float
    sampling_se: float | None
    control: bool
    scale: Scale


@dataclass(frozen=True)
class Average:
    """The random-effects mean of one class; `centre` and all variances on the working scale."""

    scale: Scale
    centre: float
    centre_variance: float
    between: float
    within: float
    typical_se: float
    studies: int

    def interval(self, sampling_se: float | None) -> tuple[float, float, float]:
        """Median and 90% limits, in the reported unit, of an observation in a new study.

        The observation's own `sampling_se` (reported unit; None: that of a typical reading) is brought to the working
        scale at the centre, so that its outcome does not leak into its prediction.
        """
        own = self.typical_se
        if sampling_se is not None:
            own = _working_se(_reported(self.centre, self.scale), sampling_se, self.scale)
        reach = TAIL90 * math.sqrt(self.centre_variance + self.between + self.within + own**2)
        low, high = (_reported(self.centre + side * reach, self.scale) for side in (-1.0, 1.0))
        return _reported(self.centre, self.scale), low, high

    @property
    def spread(self) -> float:
        """The size of the class in the reported unit: SD of the normal whose 90% interval is as wide as a typical one.

        Interval scores are divided by it before classes are pooled, so that a class in square millimetres does not
        outvote one in percent. It comes from the fit studies alone: neither the model nor a held-out value moves it.
        """
        _, low, high = self.interval(None)
        return (high - low) / (2.0 * TAIL90)


def table_of_averages(readings: Iterable[Reading]) -> dict[str, Average]:
    """The average of every class, by `class_key`.

    Readings that are not positive have no logarithm and are left out of a "log" class; a class whose readings show no
    spread at all has no average. Raises ValueError when a class mixes scales.
    """
    classes: dict[str, list[Reading]] = {}
    for reading in readings:
        if reading.scale != "log" or reading.observed > 0.0:
            classes.setdefault(class_key(reading.outcome_class, reading.control), []).append(reading)
    averages = {}
    for key, members in classes.items():
        if len({reading.scale for reading in members}) > 1:
            raise ValueError(f"outcome class {key!r} mixes working scales")
        average = _average(members)
        if average.spread > 0.0:
            averages[key] = average
    return averages


def between_studies(means: Array, variances: Array) -> float:
    """Between-study variance of study means (k,) with sampling variances (k,), k >= 2.

    The moment estimator of DerSimonian and Laird, Control Clin Trials 1986;7:177-188.
    """
    weights = _weights(variances)
    scatter = float(np.sum(weights * (means - np.sum(weights * means)) ** 2))
    expected = float(np.sum(weights * (1.0 - weights) * variances))  # scatter from sampling alone
    return max(0.0, (scatter - expected) / (1.0 - float(np.sum(weights**2))))


def _weights(variances: Array) -> Array:
    """Inverse variances (k,) that sum to one; all alike where no variance is known."""
    inverse = 1.0 / variances if variances.all() else np.ones_like(variances)
    return np.asarray(inverse / inverse.sum())


def _average(readings: list[Reading]) -> Average:
    """Rows of one study scatter around its mean (one-way layout), the study means around the centre."""
    scale = readings[0].scale
    studies = sorted({reading.study_id for reading in readings})
    group = np.array([studies.index(reading.study_id) for reading in readings])
    values = np.array([_working(reading.observed, scale) for reading in readings])
    errors = _standard_errors(readings)
    size = np.bincount(group).astype(np.float64)
    means = np.bincount(group, values) / size
    within = _within_studies(values - means[group], errors, size[group])
    variances = np.bincount(group, errors**2 + within) / size**2
    between = between_studies(means, variances) if len(studies) > 1 else 0.0
    if len(studies) == 1 or not (between or within or errors.any()):
        reference = abs(float(means.mean())) if scale == "identity" else 1.0
        between = (DEFAULT_BETWEEN[scale] * reference) ** 2
    weights = _weights(variances + between)
    return Average(
        scale=scale,
        centre=float(np.sum(weights * means)),
        centre_variance=float(np.sum(weights**2 * (variances + between))),
        between=between,
        within=within,
        typical_se=float(np.median(errors)),
        studies=len(studies),
    )


def _within_studies(residuals: Array, errors: Array, size: Array) -> float:
    """Variance of a study's rows (doses, days) around its mean beyond their sampling error; all arguments (rows,)."""
    several = size > 1
    freedom = float(np.sum((size[several] - 1.0) / size[several]))
    if freedom == 0.0:
        return 0.0
    return max(0.0, float(np.sum(residuals[several] ** 2) / freedom - np.mean(errors[several] ** 2)))


def _standard_errors(readings: list[Reading]) -> Array:
    """On the working scale, (rows,); one that is unknown or 0 becomes the median of the known, or 0 without any."""
    errors = np.array(
        [_working_se(reading.observed, reading.sampling_se or 0.0, reading.scale) for reading in readings]
    )
    known = errors[errors > 0.0]
    return np.where(errors > 0.0, errors, np.median(known) if known.size else 0.0)


def _working(value: float, scale: Scale) -> float:
    if scale == "log":
        return math.log(value)
    return float(logit(_share(value))) if scale == "logit" else value


def _reported(value: float, scale: Scale) -> float:
    if scale == "log":
        return math.exp(value)
    return float(100.0 * expit(value)) if scale == "logit" else value


def _working_se(value: float, se: float, scale: Scale) -> float:
    """A standard error at `value` brought to the working scale: moments of the log-normal, else the delta method."""
    if scale == "log":
        return math.sqrt(math.log1p((se / value) ** 2))
    share = _share(value)
    return se / (100.0 * share * (1.0 - share)) if scale == "logit" else se


def _share(percent: float) -> float:
    return min(max(percent / 100.0, EDGE), 1.0 - EDGE)
