"""Sweat read-outs: rates per region, the severity scale, and the grip that weak thumb muscles cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from holocrine.domain.case import Case
from holocrine.domain.vocabulary import Region
from holocrine.knowledge.parameters import load_block
from holocrine.models.grip import HAND_HARMS
from holocrine.models.hdss import severity, untreated_severity
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.harms import harm_probability, shift
from holocrine.simulation.systems.outcome import Outcome
from holocrine.simulation.systems.sweat import glandular_share, hdss_courses, sweat_outcomes

Array = NDArray[np.float64]

N, WEEKS = 2000, 27
BLOCK: Mapping[str, Array] = block_draws(load_block("sweat"), "sweat", seed=5, n=N)
DRY = np.linspace(1.0, 0.1, WEEKS) * np.ones((N, 1))
WET = np.ones((N, WEEKS))
ONE = np.ones(1)


def case(targets: list[str], regions: list[str], **findings: Any) -> Case:
    return Case.model_validate(
        {
            "schema": "holocrine.case/1",
            "assessed_on": dt.date(2026, 11, 3),
            "jurisdiction": "EU",
            "patient": {"pseudonym": "P-1", "age": 27, "sex": "female", "pregnancy": "no", "lactation": "no"},
            "findings": findings,
            "goals": {"targets": targets, "regions": regions, "acknowledge_off_label": "yes"},
            "product": {"name": "onabotulinumtoxinA", "vial_units": 100, "diluent_volumes": ["2.5 mL"]},
        }
    )


def test_convention_of_the_scale() -> None:
    # One grade for half the sweat, two for a fifth of it, within the interval of the parameter.
    per_halving = BLOCK["hdss_per_halving"]
    for share, fall in ((0.5, 1.0), (0.2, 2.0)):
        falls = 4.0 - severity(np.full(N, 4.0), np.full(N, share), per_halving)
        low, high = np.quantile(falls, [0.05, 0.95])
        assert low < fall < high


@given(st.floats(1.0, 4.0), st.floats(0.01, 1.5), st.floats(0.5, 1.6))
def test_severity_without_treatment_is_found_again(start: float, sweat: float, per_halving: float) -> None:
    rated = severity(start * ONE, sweat * ONE, per_halving * ONE)
    found = untreated_severity(rated, sweat * ONE, per_halving * ONE)
    unclipped = start + per_halving * np.log2(sweat)
    if 1.0 <= unclipped <= 4.0:
        assert found == pytest.approx([start])
    else:  # The scale ends: what lies beyond cannot be told, only on which side it is.
        assert (found[0] >= start) == (unclipped < 1.0) or found[0] == pytest.approx(start)


@given(st.floats(1.0, 4.5), st.floats(0.5, 1.6), st.lists(st.floats(0.0, 2.0), min_size=2, max_size=9))
def test_less_sweat_is_never_worse(start: float, per_halving: float, sweat: list[float]) -> None:
    grades = severity(start * ONE, np.sort(sweat), per_halving * ONE)
    assert np.all(np.diff(grades) >= 0.0)
    assert np.all((grades >= 1.0) & (grades <= 4.0))


def test_rating_of_this_person_is_where_the_course_starts() -> None:
    for rated in (1, 2, 3, 4):
        _, without, _ = hdss_courses(rated, DRY, WET, BLOCK, seed=1)
        # Truth within half a grade, ratings stray: the mean is the grade itself, less at the ends of the scale.
        assert without.mean() == pytest.approx(np.clip(rated, 1.15, 3.85), abs=0.15)
        assert np.ptp(without, axis=1).max() == 0.0


def test_remaining_effect_of_earlier_sessions_is_counted_out() -> None:
    recovering = np.linspace(0.25, 1.0, WEEKS) * np.ones((N, 1))
    _, without, _ = hdss_courses(2, recovering, recovering, BLOCK, seed=1)
    assert without[:, 0].mean() == pytest.approx(2.0, abs=0.2)
    assert without[:, -1].mean() > 3.3


def test_unrated_person_is_uncertain() -> None:
    spread = {
        rated: float(np.ptp(np.quantile(hdss_courses(rated, WET, WET, BLOCK, 1)[1][:, 0], [0.05, 0.95])))
        for rated in (None, 3)
    }
    assert spread[None] > 1.5 * spread[3]


def test_readings_are_whole_grades_of_a_noisy_rating() -> None:
    with_session, _, read = hdss_courses(4, DRY, WET, BLOCK, seed=1)
    assert set(np.unique(read)) <= {1.0, 2.0, 3.0, 4.0}
    # Rounding alone has an SD of 0.29 grades.
    assert 0.35 < (read - with_session)[:, 5:15].std() < 0.8
    assert np.array_equal(read, hdss_courses(4, DRY, WET, BLOCK, seed=1)[2])
    assert not np.array_equal(read, hdss_courses(4, DRY, WET, BLOCK, seed=2)[2])


def test_regions_count_by_their_glands() -> None:
    areas: dict[Region, float] = {"palm_left": 100.0, "palm_right": 100.0, "axilla_left": 50.0}
    share = glandular_share(tuple(areas), areas)
    assert sum(share.values()) == pytest.approx(1.0)
    assert share["palm_left"] == share["palm_right"]
    assert share["palm_left"] / share["axilla_left"] == pytest.approx(2.0 * 518.0 / 84.0)


def outcomes(about: Case, treated: Mapping[Region, Array], before: Mapping[Region, Array]) -> tuple[Outcome, ...]:
    """The system's answer for courses made by hand, regions of 100 cm2 each."""
    areas = dict.fromkeys(treated, 100.0)
    simulator = SimpleNamespace(
        person=SimpleNamespace(scene=SimpleNamespace(areas=areas)),
        draws=SimpleNamespace(seed=1, local=BLOCK),
    )
    return sweat_outcomes(about, simulator, SimpleNamespace(sweat=treated, sweat_untreated=before))  # type: ignore[arg-type]


def test_rates_per_region_and_one_grade() -> None:
    courses: dict[Region, Array] = {"palm_left": DRY, "palm_right": WET, "forehead": WET, "bladder": DRY}
    same = dict.fromkeys(courses, WET)
    found = outcomes(case(["sweat"], ["palm_left", "palm_right"], sweat_hdss=4), courses, same)
    assert [(o.quantity, o.region) for o in found] == [
        ("sweat", "palm_left"),
        ("sweat", "palm_right"),
        ("sweat", "forehead"),
        ("sweat_hdss", None),
    ]
    assert found[0].improvement[:, -1] == pytest.approx(90.0)
    assert np.all(found[2].improvement == 0.0)
    # One dry hand of two leaves 55% of the sweat: 0.86 halvings.
    falls = found[3].untreated[:, -1] - found[3].treated[:, -1]
    assert np.median(falls) == pytest.approx(0.86 * np.median(BLOCK["hdss_per_halving"]), abs=0.15)
    assert found[3].reading is not None


def test_no_grade_for_whom_sweat_does_not_matter() -> None:
    courses: dict[Region, Array] = {"forehead": DRY}
    for about, expected in (
        (case(["sebum"], ["forehead"]), {"sweat"}),
        (case(["sebum"], ["forehead"], sweat_hdss=2), {"sweat", "sweat_hdss"}),
        (case(["sweat"], ["forehead"]), {"sweat", "sweat_hdss"}),
        (case(["sweat"], ["axilla_left"]), {"sweat"}),
    ):
        assert {outcome.quantity for outcome in outcomes(about, courses, {"forehead": WET})} == expected


def test_grip_weakens_with_the_thumb_muscles() -> None:
    readout = HAND_HARMS["grip_weakness"]
    parameters = {**BLOCK, "harm_threshold_sd": np.full(N, 0.5)}
    assert np.all(shift(readout, np.zeros(N), parameters) == 0.0)
    assert shift(readout, np.ones(N), parameters) == pytest.approx(100.0 * BLOCK["grip_thenar_share"])
    likely = [harm_probability(readout, np.full(N, loss), parameters).mean() for loss in (0.0, 0.1, 0.4, 1.0)]
    assert likely[0] == 0.0
    assert likely[1] < 0.05
    assert np.all(np.diff(likely) > 0.0)
    assert likely[3] > 0.9
