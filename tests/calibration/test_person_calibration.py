"""The update of one person on virtual persons: are its probabilities right, and does it beat the population?"""

from __future__ import annotations

import numpy as np
import pytest
from individual_world import World, planned, world

from holocrine.inference.person.posterior import Posterior, Size, posterior, prior
from holocrine.inference.person.problem import Problem, times_for
from holocrine.inference.person.virtual import VirtualPersons, predicted, score, virtual_persons

PERSONS = 40
SIZE = Size(anchors=12, people=192)
HELD_BACK = 4
"""Readings of the last visits, which no update sees."""
SEED = 7

Sample = tuple[World, VirtualPersons, list[Posterior], Posterior]


@pytest.fixture(scope="module")
def sample() -> Sample:
    """Forty persons out of the populations inferred with, read at five visits after one session, updated with three."""
    small = world((0,), planned((0, 2, 6, 12, 18), ("Sebumeter", "HDSS")), anchors=SIZE.anchors)
    persons = virtual_persons(small.body, small.readings, PERSONS, SEED)
    times = times_for(small.readings)
    updates = [
        posterior(Problem(small.body, persons.readings_of(number)[:-HELD_BACK]), times, SIZE, number)
        for number in range(PERSONS)
    ]
    return small, persons, updates, prior(Problem(small.body, ()), times, 1024, SEED)


def ranks(sample: Sample, name: str) -> np.ndarray:
    """Where the truth lies among the people of each update, 0 to 1."""
    small, persons, updates, _ = sample
    column = small.body.layout.column[name]
    truth = small.body.correlated(persons.people.z)[:, column]
    drawn = [small.body.correlated(update.people.z)[:, column] for update in updates]
    return np.array(
        [
            float(np.sum(update.answering * (scores < true)))
            for update, scores, true in zip(updates, drawn, truth, strict=True)
        ]
    )


@pytest.mark.parametrize("name", ["sebum", "hdss", "half_loading_sudomotor", "light_chain_half_life_sudomotor"])
def test_the_truth_lies_anywhere_among_the_posterior(sample: Sample, name: str) -> None:
    """Simulation-based calibration: ranks are even. Bounds hold in all but about one of a thousand right programs."""
    found = ranks(sample, name)
    assert abs(found.mean() - 0.5) < 3.3 * np.sqrt(1.0 / 12.0 / PERSONS)
    assert 29 <= np.sum((found > 0.05) & (found < 0.95)) <= 40
    assert 10 <= np.sum((found > 0.25) & (found < 0.75)) <= 30


def test_intervals_hold_the_readings_to_come(sample: Sample) -> None:
    small, persons, updates, _ = sample
    to_come = small.readings[-HELD_BACK:]
    inside = [
        score(predicted(update, to_come, number), update.answering, persons.values[number, -HELD_BACK:]).inside
        for number, update in enumerate(updates)
    ]
    # 160 readings, four of a person: between 80 and 97% inside 90% intervals (grades are whole, so rather more).
    assert 0.80 <= float(np.mean(inside)) <= 0.99


def test_an_update_predicts_better_than_the_population(sample: Sample) -> None:
    small, persons, updates, population = sample
    levels = [number for number, reading in enumerate(small.readings) if reading.instrument == "Sebumeter"][-2:]
    grades = [number for number, reading in enumerate(small.readings) if reading.instrument == "HDSS"][-2:]
    for columns, scale in ((levels, np.log), (grades, np.asarray)):
        to_come = [small.readings[number] for number in columns]
        known = scale(predicted(population, to_come, SEED))
        scores = [
            (
                score(scale(predicted(update, to_come, number)), update.answering, scale(truth)),
                score(known, population.answering, scale(truth)),
            )
            for number, (update, truth) in enumerate(zip(updates, persons.values[:, columns], strict=True))
        ]
        for own, others in ((np.mean([s.error for s, _ in scores]), np.mean([s.error for _, s in scores])),):
            assert own < 0.75 * others
        assert np.mean([s.interval for s, _ in scores]) < 0.75 * np.mean([s.interval for _, s in scores])


def test_a_wrong_likelihood_would_be_seen(sample: Sample) -> None:
    """The same ranks with posteriors of other persons' readings: far from even, so the test above can fail."""
    small, persons, updates, _ = sample
    column = small.body.layout.column["sebum"]
    truth = small.body.correlated(persons.people.z)[:, column]
    drawn = [small.body.correlated(update.people.z)[:, column] for update in (*updates[1:], updates[0])]
    found = [float(np.mean(scores < true)) for scores, true in zip(drawn, truth, strict=True)]
    assert np.sum((np.array(found) > 0.05) & (np.array(found) < 0.95)) < 29
