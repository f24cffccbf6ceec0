"""Likelihoods of readings: they add up to one, their slopes are slopes, and what they draw is what they expect."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import scipy.stats

from holocrine.domain.vocabulary import Instrument
from holocrine.inference.person.likelihoods import Errors, log_likelihood, log_likelihoods, simulated, slopes
from holocrine.inference.person.readings import Reading

ERRORS = Errors(
    sebumeter=0.2,
    count_size=8.0,
    sweat_grade=0.35,
    line_grade=0.45,
    thresholds=tuple(float(edge) for edge in np.log([0.7, 4.0, 14.0, 48.0])),
)
WHOLE: dict[Instrument, tuple[int, int, float]] = {
    "HDSS": (1, 4, 2.6),
    "IGA": (0, 4, 2.0),
    "line_severity": (0, 3, 1.4),
    "lid_ptosis": (0, 1, -0.1),
    "lesion_count": (0, 400, 1.7),
    "sweat_return": (1, 400, 2.7),
}
"""Lowest and highest reading, and a signal."""


def reading(instrument: Instrument, value: float, *, censored: bool = False) -> Reading:
    return Reading(instrument, 10.0, value, dt.date(2026, 1, 15), censored=censored)


@pytest.mark.parametrize("instrument", WHOLE)
def test_probabilities_of_whole_readings_add_up_to_one(instrument: Instrument) -> None:
    low, high, signal = WHOLE[instrument]
    values = np.arange(low, high + 1.0)
    logs = log_likelihood(reading(instrument, 0.0), values, np.full(values.size, signal), ERRORS)
    assert np.exp(logs).sum() == pytest.approx(1.0, abs=1e-6)


def test_a_sebumeter_reading_is_log_normal_and_zero_is_a_bound() -> None:
    levels = np.linspace(1.01, 400.0, 200_000)
    density = np.exp(log_likelihood(reading("Sebumeter", 0.0), levels, np.full(levels.size, 3.0), ERRORS)) / levels
    assert np.trapezoid(density, levels) == pytest.approx(1.0, abs=1e-3)
    dark = log_likelihoods([reading("Sebumeter", 0.0)], np.array([[0.1]]), ERRORS)
    assert dark[0, 0] == pytest.approx(scipy.stats.norm.logcdf(-0.1 / 0.2))


def test_counts_are_negative_binomial() -> None:
    mean, size = np.exp(1.7), ERRORS.count_size
    found = log_likelihoods([reading("lesion_count", 7.0)], np.array([[1.7]]), ERRORS)[0, 0]
    assert found == pytest.approx(scipy.stats.nbinom.logpmf(7, size, size / (size + mean)))


def test_not_yet_is_the_probability_of_later() -> None:
    later = reading("sweat_return", 12.0, censored=True)
    logs = log_likelihoods([later], np.log([[6.0], [12.0], [24.0]]), ERRORS)[:, 0]
    assert logs[1] == pytest.approx(np.log(0.5))
    assert logs[0] < np.log(0.01)
    assert logs[2] > np.log(0.99)


def test_tails_stay_finite() -> None:
    signals = np.array([[-60.0], [60.0]])
    for instrument, (low, high, _) in WHOLE.items():
        if instrument != "lesion_count":
            for value in (low, high):
                assert np.isfinite(log_likelihoods([reading(instrument, value)], signals, ERRORS)).all(), instrument


@pytest.mark.parametrize("instrument", [*WHOLE, "Sebumeter", "brow_height"])
def test_slopes_and_curvatures_are_those_of_a_parabola_through_near_points(instrument: Instrument) -> None:
    low, high, signal = WHOLE.get(instrument, (1, 3, 1.0))
    one = [reading(instrument, 0.5 * (low + high) if instrument == "Sebumeter" else float(low + 1))]
    at = np.array([[signal]])
    found, step = slopes(one, at, ERRORS), 0.02
    below, middle, above = (log_likelihoods(one, at + side, ERRORS)[0, 0] for side in (-step, 0.0, step))
    assert found.slope[0, 0] == pytest.approx((above - below) / (2 * step), rel=0.02, abs=1e-3)
    assert found.curvature[0, 0] == pytest.approx(-(above - 2 * middle + below) / step**2, rel=0.05, abs=1e-2)


@pytest.mark.parametrize("instrument", WHOLE)
def test_simulated_readings_follow_the_likelihood(instrument: Instrument) -> None:
    low, high, signal = WHOLE[instrument]
    n = 20_000
    drawn = simulated([reading(instrument, 1.0)], np.full((n, 1), signal), ERRORS, np.random.default_rng(3))[:, 0]
    values = np.arange(low, high + 1.0)
    share = np.exp(log_likelihood(reading(instrument, 0.0), values, np.full(values.size, signal), ERRORS))
    seen = np.array([np.mean(drawn == value) for value in values])
    # A told week is the rounded one, and the interval that the likelihood reads is that of rounding.
    assert np.abs(np.cumsum(seen) - np.cumsum(share)).max() < 1.63 / np.sqrt(n)
