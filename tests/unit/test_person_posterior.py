"""The posterior of one person: exact where it can be, the same in any order, sharper with visits, honest in doubt."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from individual_world import World, planned, world

from holocrine.inference.person import posterior as module
from holocrine.inference.person.likelihoods import log_likelihoods
from holocrine.inference.person.posterior import (
    ENOUGH,
    Posterior,
    Size,
    normalised,
    posterior,
    prior,
    weighted_quantiles,
)
from holocrine.inference.person.problem import Problem, times_for
from holocrine.inference.person.readings import Reading
from holocrine.inference.person.signals import sebum_level
from holocrine.inference.person.virtual import virtual_persons

SIZE = Size(anchors=12, people=512)
SEED = 5


@pytest.fixture(scope="module")
def small() -> World:
    return world((0,), planned((0, 2, 6, 12, 16), ("Sebumeter", "HDSS")), anchors=SIZE.anchors)


@pytest.fixture(scope="module")
def read(small: World) -> tuple[Reading, ...]:
    return virtual_persons(small.body, small.readings, 3, SEED).readings_of(0)


def found(small: World, readings: tuple[Reading, ...], size: Size = SIZE) -> Posterior:
    return posterior(Problem(small.body, readings), times_for(small.readings), size, SEED)


def test_a_baseline_alone_is_conjugate_and_exact(small: World) -> None:
    """One Sebumeter reading before any session: log levels are normal, so is the posterior, and weights are even."""
    body = small.body
    baseline = replace(small.readings[1], day=0.0, value=150.0)
    assert baseline.instrument == "Sebumeter"
    update = found(small, (baseline,), Size(12, 4096))
    spread = body.sebum["forehead"]
    noise = spread.occasion**2 + np.log1p(0.2**2)
    gain = spread.usual**2 / (spread.usual**2 + noise)
    mean = np.log(spread.median) + body.sebum_shift
    expected = mean + gain * (np.log(150.0) - mean), spread.usual * np.sqrt(1.0 - gain)
    level = sebum_level(body, "forehead", body.correlated(update.people.z))
    found_mean = float(np.sum(update.weight * level))
    assert found_mean == pytest.approx(expected[0], abs=0.02)
    assert np.sqrt(np.sum(update.weight * (level - found_mean) ** 2)) == pytest.approx(expected[1], rel=0.05)
    # A fifth of the people come from an approximation that is wider on purpose.
    assert update.effective > 0.85 * update.people.n


def test_one_by_one_is_all_at_once(small: World, read: tuple[Reading, ...]) -> None:
    """Weights multiplied up visit by visit are those of all the readings, and the order of feeding does not matter."""
    whole = found(small, read)
    signals, errors = whole.signals, whole.problem.errors
    start = -0.5 * (whole.people.z**2).sum(axis=1) + np.log(small.body.anchors.weight)[whole.people.anchor]
    running = start
    for number in range(len(read)):
        running = running + log_likelihoods((read[number],), signals[:, [number]], errors)[:, 0]
    at_once = start + whole.problem.log_likelihood(whole.people)
    assert normalised(running) == pytest.approx(normalised(at_once), rel=1e-9)


def test_a_posterior_updated_with_the_rest_is_the_posterior_of_all(small: World, read: tuple[Reading, ...]) -> None:
    """People weighted to the first visits, then by the later readings' likelihood, answer as a search with all does."""
    half = len(read) // 2
    early, whole = found(small, read[:half], Size(12, 4096)), found(small, read, Size(12, 4096))
    rest = Problem(small.body, read[half:])
    sequential = normalised(np.log(early.weight) + rest.log_likelihood(early.people))
    week = early.courses.at(84.0)
    for of in ("sweat", "sebum"):
        one, two = (getattr(each.courses, of)["forehead"][:, week] for each in (early, whole))
        width = np.diff(weighted_quantiles(two, whole.weight, (0.05, 0.95)))[0]
        middle = [float(np.sum(w * v)) for w, v in ((sequential, one), (whole.weight, two))]
        assert abs(middle[0] - middle[1]) < 0.15 * width


def test_readings_narrow_what_they_tell_of(small: World, read: tuple[Reading, ...]) -> None:
    population = prior(Problem(small.body, ()), times_for(small.readings), 512, SEED)
    widths = []
    for update in (population, found(small, read[:2]), found(small, read)):
        level = sebum_level(small.body, "forehead", small.body.correlated(update.people.z))
        low, high = weighted_quantiles(level, update.answering, (0.05, 0.95))
        widths.append(high - low)
    assert widths[0] > 1.5 * widths[1]
    assert widths[1] > widths[2]


def test_the_explanations_of_the_sebum_effect_learn(small: World) -> None:
    """Sebum that halves and comes back speaks for an effect; sebum that stays against it."""
    levels = {0: 150.0, 14: 75.0, 42: 70.0, 84: 110.0, 112: 145.0}
    sebum = tuple(reading for reading in small.readings if reading.instrument == "Sebumeter")
    falling = tuple(replace(reading, value=levels[int(reading.day)]) for reading in sebum)
    steady = tuple(replace(reading, value=150.0) for reading in sebum)
    none = [found(small, readings).hypotheses()["H3"] for readings in (falling, (), steady)]
    assert none[0] < none[1] < none[2]
    assert sum(found(small, falling).hypotheses().values()) == pytest.approx(1.0)


def test_contradicting_readings_are_flagged_and_trusted_less(small: World, read: tuple[Reading, ...]) -> None:
    visit = dt.date(2026, 2, 2)
    low, high = (Reading("Sebumeter", 14.0, value, visit, 0.0, "forehead") for value in (20.0, 300.0))
    update = found(small, (low, high, low, high))
    assert update.check.contradicts
    assert update.problem.trust < 0.5
    plain = replace(update.problem, trust=1.0)
    level = [
        sebum_level(small.body, "forehead", small.body.correlated(each.people.z)).std()
        for each in (update, posterior_without_check(plain))
    ]
    assert level[0] > 1.2 * level[1]
    assert not found(small, read).check.contradicts


def posterior_without_check(problem: Problem) -> Posterior:
    """The posterior that trusts everything."""
    return module._posterior(problem, problem.times, SIZE, SEED)


def test_doubtful_weights_widen_every_interval(small: World, read: tuple[Reading, ...]) -> None:
    update = found(small, read)
    uneven = np.full(update.people.n, 1e-9)
    uneven[:3] = 1.0
    doubtful = replace(update, weight=uneven / uneven.sum())
    assert doubtful.effective < ENOUGH
    assert doubtful.uncertain
    values = update.courses.sweat["forehead"][:, 12]
    levels = (0.05, 0.5, 0.95)
    both = [weighted_quantiles(values, weight, levels) for weight in (doubtful.even, doubtful.weight)]
    low, middle, high = doubtful.quantiles(values, levels)
    assert low == min(both[0][0], both[1][0])
    assert high == max(both[0][2], both[1][2])
    assert middle == both[0][1]


def test_the_same_seed_gives_the_same_bytes(small: World, read: tuple[Reading, ...]) -> None:
    one, two = (found(small, read) for _ in range(2))
    assert one.weight.tobytes() == two.weight.tobytes()
    assert one.people.z.tobytes() == two.people.z.tobytes()


def test_weighted_quantiles_of_even_weights_are_the_usual_ones() -> None:
    values = np.random.default_rng(1).standard_normal((4001, 2))
    found_ = weighted_quantiles(values, np.full(4001, 1.0 / 4001), (0.05, 0.5, 0.95))
    assert found_ == pytest.approx(np.quantile(values, (0.05, 0.5, 0.95), axis=0, method="hazen"), abs=1e-9)
