"""What follows from a posterior: the smallest dose that helps and may be given, the visit, the touch-up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from individual_world import World, planned, world

from holocrine.domain.session import Session
from holocrine.inference.person import advice
from holocrine.inference.person.doses import Tried, tried
from holocrine.inference.person.posterior import Posterior, prior
from holocrine.inference.person.problem import Problem, times_for
from holocrine.inference.person.readings import Reading
from holocrine.inference.person.visits import Option, candidates, worth

SCALES = (0.5, 1.0, 2.0)
LAST = dt.date(2026, 1, 5)
EARLIEST = dt.date(2026, 4, 5)
SESSION = Session(date=LAST, product="onabotulinumtoxinA", regions=("forehead",), total_units=10)
READING = Reading("Sebumeter", 28.0, 1.0, dt.date(2026, 2, 2), 0.0, "forehead")


def rules(largest: float = 9.0, refusal: str = "") -> advice.Rules:
    """Rules that allow scales up to `largest`, unless there is a `refusal`."""
    return advice.Rules(EARLIEST, ("IV-01",), lambda scale: ("DL-01",) if scale > largest else (), lambda _: refusal)


def response(*falls: float, people: int = 100) -> Tried:
    """Everyone alike: falls at each scale."""
    return Tried(SCALES, {"sebum": np.repeat(np.array(falls)[:, None], people, axis=1)})


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.floats(1.0, 60.0), st.floats(0.0, 40.0))
def test_the_scale_that_is_needed_reaches_the_fall_and_no_smaller_one_does(steep: float, start: float) -> None:
    falls = np.array([[start + steep * scale] for scale in SCALES])
    needed = float(Tried(SCALES, {"sebum": falls}).needed("sebum", 20.0)[0])
    if start + steep * SCALES[-1] < 20.0:
        assert needed == np.inf
    elif start + steep * SCALES[0] >= 20.0:
        assert needed == SCALES[0]
    else:
        assert start + steep * needed == pytest.approx(20.0)


def test_the_smallest_dose_that_helps_is_suggested() -> None:
    found = advice.next_dose(response(10.0, 25.0, 40.0), "sebum", 20.0, SESSION, EARLIEST, None, rules())
    assert (found.scale, found.units) == (1.0, 10.0)
    assert found.reachable == 100.0
    assert found.limits == ()


def test_a_dose_beyond_a_limit_is_never_suggested() -> None:
    found = advice.next_dose(response(5.0, 10.0, 40.0), "sebum", 20.0, SESSION, EARLIEST, None, rules(largest=1.0))
    assert (found.scale, found.units) == (None, None)
    assert found.limits == ("DL-01",)
    assert [option.within_limits for option in found.options] == [True, True, False]


def test_no_dose_is_suggested_to_somebody_who_must_not_be_treated() -> None:
    no = rules(refusal="Pregnancy.")
    found = advice.next_dose(response(30.0, 35.0, 40.0), "sebum", 20.0, SESSION, EARLIEST, None, no)
    assert (found.scale, found.units, found.reason) == (None, None, "Pregnancy.")


def test_units_of_an_unknown_product_are_never_suggested() -> None:
    unknown = SESSION.model_copy(update={"product": "unknown"})
    found = advice.next_dose(response(30.0, 35.0, 40.0), "sebum", 20.0, unknown, EARLIEST, None, rules())
    assert found.units is None
    assert "units of two products do not compare" in found.reason


def test_the_probability_of_no_response_counts_people_below_a_meaningful_fall() -> None:
    found = advice.responds("sebum", 20.0, np.full(10, 30.0), np.array([10.0, 19.9, 20.0, 40.0]))
    assert (found.does_not_respond_before, found.does_not_respond) == (0.0, 50.0)


@pytest.mark.parametrize(
    ("today", "check"), [(LAST + dt.timedelta(days=3), True), (LAST + dt.timedelta(days=20), False)]
)
def test_lid_and_brow_come_first(today: dt.date, check: bool) -> None:
    found = advice.next_visit([Option(READING, 0.4)], LAST, today, EARLIEST, facial=True)
    assert (found.safety_check is not None) == check
    assert found.date == (LAST + dt.timedelta(days=14) if check else READING.visit)
    off_the_face = advice.next_visit([Option(READING, 0.4)], LAST, today, EARLIEST, facial=False)
    assert off_the_face.safety_check is None


def test_a_visit_that_would_teach_nothing_is_not_asked_for() -> None:
    found = advice.next_visit([Option(READING, 0.01)], LAST, LAST + dt.timedelta(days=20), EARLIEST, facial=True)
    assert (found.date, found.measure) == (EARLIEST, ())


@pytest.fixture(scope="module")
def small() -> World:
    return world((0,), planned((0,), ("Sebumeter", "HDSS")), anchors=12)


@pytest.fixture(scope="module")
def population(small: World) -> Posterior:
    times = np.union1d(times_for(small.readings, 200.0), [28.0, 30.0])
    return prior(Problem(small.body, ()), times, 512, 1)


def test_more_toxin_does_more(small: World, population: Posterior) -> None:
    found = tried(population.problem, ("sebum", "sweat"), population.equally_likely(64), 140.0, SCALES)
    for falls in found.falls.values():
        assert np.all(np.diff(falls, axis=0) > -0.1)
    assert found.at("sweat", 2.0).mean() > found.at("sweat", 0.5).mean() + 3.0


def test_a_reading_of_the_effect_is_worth_more_than_one_after_it(small: World, population: Posterior) -> None:
    """Of an effect that a reading shows directly, the reading removes much of the doubt; later it removes less."""
    days = [LAST + dt.timedelta(days=28), LAST + dt.timedelta(days=196)]
    options = [each for each in candidates(small.body, LAST, days) if each.instrument == "HDSS"]
    people = population.people
    problem = replace(population.problem, readings=())
    decision = population.courses.sweat["forehead"][:, population.courses.at(28.0)]
    removed = {
        each.reading.day: each.removed for each in worth(problem, population.courses, people, options, decision, 3)
    }
    assert removed[28.0] > removed[196.0]
    assert all(0.0 <= share <= 1.0 for share in removed.values())


@pytest.mark.parametrize(
    ("days", "meaningful", "advised"),
    [(60, 20.0, "this is day 60"), (30, 0.0, "fallen short"), (30, 99.0, "not a gap")],
)
def test_a_touch_up_needs_the_right_day_and_a_gap(
    small: World, population: Posterior, days: int, meaningful: float, advised: str
) -> None:
    times = np.union1d(population.courses.times, [float(days)])
    there = prior(Problem(small.body, ()), times, 256, 1)
    found = advice.touch_up(there, "sweat", meaningful, LAST, LAST + dt.timedelta(days=days))
    assert found.advice == "none"
    assert advised in found.reason


def test_a_gap_beside_regions_that_respond_is_named(small: World, population: Posterior) -> None:
    body = replace(
        small.body,
        goals=("forehead", "chin"),
        deposits=replace(
            small.body.deposits,
            regions={**small.body.deposits.regions, "chin": small.body.deposits.regions["forehead"]},
        ),
    )
    there = prior(Problem(body, ()), population.courses.times, 256, 1)
    untouched = {**there.courses.sweat, "chin": np.ones_like(there.courses.sweat["forehead"])}
    there = replace(there, courses=replace(there.courses, sweat=untouched))
    found = advice.touch_up(there, "sweat", 20.0, LAST, LAST + dt.timedelta(days=30))
    assert (found.advice, found.regions) == ("regions_at_the_next_session", ("chin",))
