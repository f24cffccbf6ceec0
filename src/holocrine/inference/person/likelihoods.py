"""How likely each reading is, on the scale on which it is read, given what there is to be seen.

Sebumeter: log-normal; counts: negative binomial; grades: ordinal, a normal error before rounding; global assessment:
ordinal with drawn thresholds; lid: yes or no; brow: normal; returns: interval- or right-censored, log-normal in time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Instrument
from holocrine.inference.person.readings import Reading
from holocrine.inference.person.spreads import BROW, GLOBAL_ASSESSMENT, LID, RETURN
from holocrine.models.hdss import HIGHEST, LOWEST
from holocrine.models.lines import MOST_SEVERE

Array = NDArray[np.float64]
Index = NDArray[np.int64]

DARKEST = 1.0
"""ug/cm2: a Sebumeter that reads 0 says "less than this"."""
HALF_WEEK = 0.5
"""A return told in weeks lies within half a week of them."""
EARLIEST = 0.1
"""Weeks before which nothing returns."""
STEP = 1e-3


class Errors(NamedTuple):
    """The instruments: log SD of one Sebumeter reading, size of the negative binomial of counts, SD of a rated grade of
    sweating and of lines, the four log thresholds of the global assessment."""

    sebumeter: float
    count_size: float
    sweat_grade: float
    line_grade: float
    thresholds: tuple[float, ...]


class Slopes(NamedTuple):
    """Log-likelihood of each reading with its slope and curvature (minus the second derivative, at least 0); (n, m)."""

    value: Array
    slope: Array
    curvature: Array


def log_likelihoods(readings: Sequence[Reading], signals: Array, errors: Errors) -> Array:
    """Log-likelihood in nats, (n, readings), given `signals` (n, readings) as `signals.signals` gives them."""
    found = [log_likelihood(r, r.value, signals[:, number], errors) for number, r in enumerate(readings)]
    return np.stack(found, axis=1) if found else np.zeros_like(signals)


def log_likelihood(reading: Reading, value: Array | float, signal: Array, errors: Errors) -> Array:
    """Log-likelihood (n,), nats, of `value` (a number or (n,)) in place of the reading's, given its `signal` (n,)."""
    values = np.broadcast_to(np.asarray(value, dtype=np.float64), signal.shape)
    if reading.censored:
        return _censored(values, signal)
    return _LIKELIHOOD[reading.instrument](values, signal, errors)


def slopes(readings: Sequence[Reading], signals: Array, errors: Errors) -> Slopes:
    """Log-likelihoods with their slopes in each reading's own signal, by central differences."""
    low, value, high = (log_likelihoods(readings, signals + step, errors) for step in (-STEP, 0.0, STEP))
    curvature = np.maximum(-(high - 2.0 * value + low) / STEP**2, 0.0)
    return Slopes(value, (high - low) / (2.0 * STEP), curvature)


def simulated(readings: Sequence[Reading], signals: Array, errors: Errors, random: np.random.Generator) -> Array:
    """What the instruments would read, (n, readings), in the units of `Reading.value`; a censored return is not
    censored here."""
    found = [_SIMULATED[r.instrument](signals[:, number], errors, random) for number, r in enumerate(readings)]
    return np.stack(found, axis=1) if found else np.zeros_like(signals)


def _between(low: Array | float, high: Array | float) -> Array:
    """Log of the normal probability between two scores, exact in both tails; same shape as their broadcast."""
    a, b = np.broadcast_arrays(np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
    mirrored = a + b > 0.0  # work in the lower tail, where nothing rounds to one
    lower, upper = np.where(mirrored, -b, a), np.where(mirrored, -a, b)
    top, bottom = scipy.special.log_ndtr(upper), scipy.special.log_ndtr(lower)
    with np.errstate(divide="ignore"):
        return np.asarray(top + np.log(-np.expm1(np.minimum(bottom - top, -1e-300))))


def _normal(away: Array, sd: float) -> Array:
    return np.asarray(-0.5 * (away / sd) ** 2 - np.log(sd * np.sqrt(2.0 * np.pi)))


def _sebumeter(value: Array, signal: Array, errors: Errors) -> Array:
    dark = scipy.special.log_ndtr((np.log(DARKEST) - signal) / errors.sebumeter)
    read = _normal(np.log(np.maximum(value, DARKEST)) - signal, errors.sebumeter)
    return np.where(value <= DARKEST, dark, read)


def _count(value: Array, signal: Array, errors: Errors) -> Array:
    size, mean = errors.count_size, np.exp(signal)
    return np.asarray(
        scipy.special.gammaln(value + size)
        - scipy.special.gammaln(size)
        - scipy.special.gammaln(value + 1.0)
        + size * np.log(size / (size + mean))
        + value * (signal - np.log(size + mean))
    )


def _grade(value: Array, signal: Array, sd: Array | float, lowest: float, highest: float) -> Array:
    low = np.where(value <= lowest, -np.inf, value - 0.5)
    high = np.where(value >= highest, np.inf, value + 0.5)
    return _between((low - signal) / sd, (high - signal) / sd)


def _hdss(value: Array, signal: Array, errors: Errors) -> Array:
    return _grade(value, signal, errors.sweat_grade, LOWEST, HIGHEST)


def _lines(value: Array, signal: Array, errors: Errors) -> Array:
    return _grade(value, signal, errors.line_grade, 0.0, MOST_SEVERE)


def _assessment(value: Array, signal: Array, errors: Errors) -> Array:
    edges = np.array([-np.inf, *errors.thresholds, np.inf])
    grade = value.astype(np.int64)
    low, high = edges[grade], edges[grade + 1]
    return _between((low - signal) / GLOBAL_ASSESSMENT.value, (high - signal) / GLOBAL_ASSESSMENT.value)


def _lid(value: Array, signal: Array, _errors: Errors) -> Array:
    return np.asarray(scipy.special.log_ndtr(np.where(value > 0.0, 1.0, -1.0) * signal / LID.value))


def _brow(value: Array, signal: Array, _errors: Errors) -> Array:
    return _normal(value - signal, BROW.value)


def _return(value: Array, signal: Array, _errors: Errors) -> Array:
    low, high = (np.log(np.maximum(value + side, EARLIEST)) for side in (-HALF_WEEK, HALF_WEEK))
    return _between((low - signal) / RETURN.value, (high - signal) / RETURN.value)


def _censored(value: Array, signal: Array) -> Array:
    return np.asarray(scipy.special.log_ndtr((signal - np.log(np.maximum(value, HALF_WEEK))) / RETURN.value))


def _noisy(sd: Array | float, signal: Array, random: np.random.Generator) -> Array:
    return np.asarray(signal + sd * random.standard_normal(signal.size))


def _simulated_count(signal: Array, errors: Errors, random: np.random.Generator) -> Array:
    size = errors.count_size
    return random.negative_binomial(size, size / (size + np.exp(signal))).astype(np.float64)


def _simulated_grade(sd: Array | float, low: float, high: float, signal: Array, random: np.random.Generator) -> Array:
    return np.asarray(np.clip(np.rint(_noisy(sd, signal, random)), low, high))


def _simulated_assessment(signal: Array, errors: Errors, random: np.random.Generator) -> Array:
    seen = _noisy(GLOBAL_ASSESSMENT.value, signal, random)
    return np.searchsorted(np.array(errors.thresholds), seen, side="right").astype(np.float64)


def _simulated_return(signal: Array, errors: Errors, random: np.random.Generator) -> Array:
    del errors
    return np.asarray(np.maximum(np.rint(np.exp(_noisy(RETURN.value, signal, random))), 1.0))


_LIKELIHOOD: Mapping[Instrument, Callable[[Array, Array, Errors], Array]] = {
    "Sebumeter": _sebumeter,
    "HDSS": _hdss,
    "IGA": _assessment,
    "lesion_count": _count,
    "line_severity": _lines,
    "lid_ptosis": _lid,
    "brow_height": _brow,
    "sebum_return": _return,
    "sweat_return": _return,
    "line_return": _return,
}
_SIMULATED: Mapping[Instrument, Callable[[Array, Errors, np.random.Generator], Array]] = {
    "Sebumeter": lambda signal, errors, random: np.exp(_noisy(errors.sebumeter, signal, random)),
    "HDSS": lambda signal, errors, random: _simulated_grade(errors.sweat_grade, LOWEST, HIGHEST, signal, random),
    "IGA": _simulated_assessment,
    "lesion_count": _simulated_count,
    "line_severity": lambda signal, errors, random: _simulated_grade(
        errors.line_grade, 0.0, MOST_SEVERE, signal, random
    ),
    "lid_ptosis": lambda signal, _, random: (_noisy(LID.value, signal, random) > 0.0).astype(float),
    "brow_height": lambda signal, _, random: _noisy(BROW.value, signal, random),
    "sebum_return": _simulated_return,
    "sweat_return": _simulated_return,
    "line_return": _simulated_return,
}
