"""Summaries against courses written by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from holocrine.anatomy.face import Face
from holocrine.domain.vocabulary import Region
from holocrine.simulation.course import Simulation
from holocrine.simulation.scene import Scene
from holocrine.simulation.summary import (
    BENEFIT_WEEKS,
    benefit_weeks,
    effect_duration,
    fall_course,
    interval,
    mean_fall,
    onset_and_duration,
)

WEEKS = np.arange(27.0)
ROUNDING = 1e-12


def simulated(
    sebum: Mapping[Region, np.ndarray], untreated: float = 1.0, sweat: Mapping[Region, np.ndarray] | None = None
) -> Simulation:
    """A simulation of which only the glands matter."""
    flat = {region: np.full_like(course, untreated) for region, course in sebum.items()}
    still = {region: np.ones_like(course) for region, course in sebum.items()}
    nothing = np.zeros((1, WEEKS.size))
    return Simulation(
        weeks=WEEKS,
        sebum=sebum,
        sebum_untreated=flat,
        sebum_reading=sebum,
        sweat=sweat or still,
        sweat_untreated=still,
        frontalis=nothing,
        brow=nothing,
        harm_probability={},
        harm_course={},
    )


def place(face: Face, **areas: float) -> Scene:
    return Scene(face, {}, areas, {})  # type: ignore[arg-type]


def box(start: int, end: int, depth: float) -> np.ndarray:
    """A course of 1 that is 1 - depth in weeks start..end."""
    return np.where((start <= WEEKS) & (end >= WEEKS), 1.0 - depth, 1.0)


def test_fall_is_weighted_by_area_and_counts_against_no_new_session(female_face: Face) -> None:
    ones = np.ones((3, WEEKS.size))
    simulation = simulated({"forehead": 0.4 * ones, "nose": 0.6 * ones}, untreated=0.8)
    course = fall_course(simulation, place(female_face, forehead=30.0, nose=10.0))
    assert course == pytest.approx(np.full((3, WEEKS.size), 0.75 * 40.0 + 0.25 * 20.0), rel=ROUNDING)
    assert mean_fall(simulation, place(female_face, forehead=30.0, nose=10.0)) == pytest.approx(np.full(3, 35.0))


def test_benefit_counts_weeks_two_to_sixteen_alone(female_face: Face) -> None:
    assert WEEKS[benefit_weeks(WEEKS)].tolist() == list(range(2, 17))
    assert BENEFIT_WEEKS == (2.0, 16.0)
    outside = np.stack([np.minimum(box(0, 1, 0.5), box(17, 26, 0.5)), box(2, 16, 0.5), box(2, 4, 0.5)])
    falls = mean_fall(simulated({"forehead": outside}), place(female_face, forehead=5.0))
    assert falls == pytest.approx([0.0, 50.0, 10.0], abs=1e-9)  # three of fifteen weeks


def test_the_integrator_s_noise_is_no_effect(female_face: Face) -> None:
    noise = 1.0 - 5e-5 * np.sin(WEEKS)[None, :]
    assert not fall_course(simulated({"forehead": noise}), place(female_face, forehead=5.0)).any()


def test_sweat_is_summed_up_like_sebum(female_face: Face) -> None:
    still = np.ones((1, WEEKS.size))
    simulation = simulated({"forehead": still}, sweat={"forehead": 0.3 * still})
    scene = place(female_face, forehead=5.0)
    assert mean_fall(simulation, scene, "sweat") == pytest.approx([70.0])
    assert mean_fall(simulation, scene, "sebum") == pytest.approx([0.0])


def test_duration_ends_at_half_of_the_peak_among_those_with_an_effect(female_face: Face) -> None:
    scene = place(female_face, forehead=5.0)
    peaked = np.minimum(box(1, 12, 0.3), box(2, 4, 0.5))  # half of 50% is 25%: above it until week 12
    small = np.minimum(box(1, 12, 0.2), box(2, 4, 0.5))  # half of 50% is 25%: above it until week 4
    none = box(1, 12, 0.005)
    found = effect_duration(simulated({"forehead": np.stack([peaked, none])}), scene)
    assert found is not None
    assert (found.median, found.lo90, found.hi90) == (12.0, 12.0, 12.0)
    found = effect_duration(simulated({"forehead": np.stack([small, box(1, 26, 0.5)])}), scene)
    assert found is not None
    assert found.median == 15.0  # half way between 4 and the end of the forecast, 26
    assert effect_duration(simulated({"forehead": none[None]}), scene) is None


def test_interval_is_made_of_quantiles() -> None:
    found = interval(np.arange(101.0))
    assert (found.lo90, found.lo50, found.median, found.hi50, found.hi90) == pytest.approx((5, 25, 50, 75, 95))


def test_onset_and_duration_of_those_in_whom_it_would_be_seen() -> None:
    course = np.zeros((20, WEEKS.size))
    course[:2, 2:9] = 3.0  # the two highest of twenty: from week 2 for 7 weeks
    course[2:, 5:7] = 0.5
    assert onset_and_duration(course, WEEKS) == ((14.0, 14.0), (7.0, 7.0))
    assert onset_and_duration(np.zeros((20, WEEKS.size)), WEEKS) == ((0.0, 0.0), (0.0, 0.0))
    assert onset_and_duration(np.full((20, WEEKS.size), 0.009), WEEKS) == ((0.0, 0.0), (0.0, 0.0))
