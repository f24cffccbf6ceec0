"""Grades of lines at full effort from the force of the muscles that fold them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.anatomy.standard_points import TARGET_MUSCLES
from holocrine.knowledge.parameters import load_block, load_readings
from holocrine.models.lines import never_treated, severity
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.systems.lines import LINES, exponent, line_force, line_grades, lines_outcomes

N, WEEKS = 64, 27
ORGANS = block_draws(load_block("organs"), "organs", seed=5, n=N)
PARTS = ("frontalis_lower", "middle_frontalis", "frontalis_upper")
FRONTALIS = [f"{part}_{side}" for part in PARTS for side in ("left", "right")]
FULL = np.ones((N, WEEKS))
WEAK = np.full((N, WEEKS), 0.3)
share = st.floats(0.0, 1.0)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(grade=st.floats(0.0, 3.0), force=share, power=st.floats(0.1, 6.0))
def test_grade_seen_is_grade_predicted_unless_it_would_exceed_the_scale(
    grade: float, force: float, power: float
) -> None:
    seen, left, exponents = np.array([grade]), np.array([force]), np.array([power])
    before = never_treated(seen, left, exponents)
    assert 0.0 <= before[0] <= 3.0
    again = severity(before, left, exponents)[0]
    assert again <= grade + 1e-12
    if 3.0 * force**power >= grade:
        assert again == pytest.approx(grade, rel=1e-9, abs=1e-12)
    assert severity(before, np.ones(1), exponents)[0] == before[0]


def test_priors_of_exponents_are_those_of_the_readings() -> None:
    organs, readings = load_block("organs"), load_readings()
    for name in ("line_exponent", "line_exponent_forehead", "line_exponent_canthus"):
        own, fitted = organs[name], readings[name]
        assert (own.distribution, own.value, own.low90, own.high90) == (
            fitted.distribution,
            fitted.value,
            fitted.low90,
            fitted.high90,
        )


def test_exponent_is_the_product_of_its_factors() -> None:
    assert np.array_equal(exponent("glabellar_lines", ORGANS), ORGANS["line_exponent"])
    product = ORGANS["line_exponent"] * ORGANS["line_exponent_canthus"]
    assert exponent("crows_feet", ORGANS) == pytest.approx(product)


def test_forehead_pulls_no_harder_than_its_weakest_part() -> None:
    for weak in ("frontalis_lower_left", "middle_frontalis_right"):
        force = dict.fromkeys(FRONTALIS, FULL) | {weak: WEAK}
        assert line_force("forehead_lines", force, {}) == pytest.approx(0.5 * (1.0 + WEAK))


def test_glabella_is_weighted_by_size() -> None:
    sizes = {"corrugator_left": 3.0, "corrugator_right": 3.0, "procerus": 4.0}
    force = dict.fromkeys(sizes, FULL) | {"procerus": WEAK}
    assert line_force("glabellar_lines", force, sizes) == pytest.approx(np.full((N, WEEKS), 0.6 + 0.4 * 0.3))


def test_a_weaker_muscle_folds_less_and_a_missing_grade_is_wider() -> None:
    power = exponent("glabellar_lines", ORGANS)
    treated, untreated = line_grades(2, (WEAK, FULL), power, ORGANS)
    assert np.all(treated < untreated)
    assert treated / untreated == pytest.approx(np.broadcast_to(0.3 ** power[:, None], treated.shape))
    _, unknown = line_grades(None, (WEAK, FULL), power, ORGANS)
    assert 2.0 < unknown[:, 0].mean() < 3.0
    assert unknown[:, 0].std() > 0.2
    assert unknown.max() <= 3.0


def test_a_face_without_lines_gets_none() -> None:
    treated, untreated = line_grades(0, (WEAK, FULL), exponent("forehead_lines", ORGANS), ORGANS)
    assert not treated.any()
    assert not untreated.any()


def test_what_an_earlier_session_still_does_is_not_counted_twice() -> None:
    power = exponent("glabellar_lines", ORGANS)
    fading = np.broadcast_to(np.linspace(0.8, 1.0, WEEKS), (N, WEEKS))
    no_error = ORGANS | {"line_grade_error": np.zeros(N)}
    _, untreated = line_grades(1, (fading, fading), power, no_error)
    assert untreated[:, 0] == pytest.approx(np.ones(N))
    assert np.all(untreated[:, -1] > 1.0)


def outcomes(findings: dict[str, int | None], targets: tuple[str, ...]) -> Any:
    muscles = {name: np.zeros((7, 2)) for kind in LINES for name in TARGET_MUSCLES[kind]}
    case: Any = SimpleNamespace(
        findings=SimpleNamespace(**(dict.fromkeys(LINES, None) | findings)), goals=SimpleNamespace(targets=targets)
    )
    simulator: Any = SimpleNamespace(
        draws=SimpleNamespace(local=ORGANS), person=SimpleNamespace(scene=SimpleNamespace(muscles=muscles))
    )
    names = [*muscles, *FRONTALIS]
    simulation: Any = SimpleNamespace(force=dict.fromkeys(names, WEAK), force_untreated=dict.fromkeys(names, FULL))
    return lines_outcomes(case, simulator, simulation)


def test_outcomes_are_what_was_graded_or_wanted() -> None:
    found = outcomes({"forehead_lines": 2}, ("crows_feet", "sebum"))
    assert [outcome.quantity for outcome in found] == ["forehead_lines", "crows_feet"]
    assert all(np.all(outcome.improvement > 0.0) for outcome in found)
    assert "graded on this person" in found[0].basis
    assert "not graded" in found[1].basis
    assert outcomes({}, ("sebum",)) == ()
