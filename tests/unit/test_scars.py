"""Scars: the declaration, what fades and what lasts, pull of the muscles, and what a finding means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.integrate
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.domain.case import Case
from holocrine.domain.reading import read_case
from holocrine.knowledge.parameters import load_block
from holocrine.modelling.codegen import expressions
from holocrine.modelling.dimensions import check_units
from holocrine.models.needle_reactions import LN2
from holocrine.models.scars import SCARS, WORST_GRADE, present_of, severity, structure
from holocrine.simulation.acne_course import AcneCourses, AcneForecast
from holocrine.simulation.binding import Shots
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.course import run
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.scars import grade_now, pull_on, scars_outcomes, seen_severity

N = 256
WEEKS = np.arange(27.0)
DAYS = 7.0 * WEEKS
BLOCK = block_draws(load_block("skin"), "skin", seed=12, n=N)
NONE_MADE, FULL_PULL = np.zeros((N, WEEKS.size)), np.ones((N, WEEKS.size))
SHARES = st.floats(0.01, 0.99)


@pytest.fixture(scope="module")
def case(examples: Path) -> Case:
    return read_case((examples / "jawline-acne.toml").read_text(encoding="utf-8"), "jawline-acne.toml")


def test_units_of_the_declaration() -> None:
    check_units(SCARS)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.fixed_dictionaries(
        dict.fromkeys(("p_r", "p_m", "w_m", "pull"), SHARES)
        | {
            "F_s": st.floats(0.0, 50.0),
            "P_s": st.floats(0.0, 50.0),
            "G_s": st.floats(0.0, 3.0),
            "n_G": st.floats(1, 40),
        }
    )
)
def test_functions_compute_what_is_declared(values: dict[str, float]) -> None:
    _, outputs, _ = expressions(SCARS)
    declared = [float(o.subs({symbol: values[symbol.name] for symbol in o.free_symbols})) for o in outputs]
    a = {name: np.array([value]) for name, value in values.items()}
    weight = (1.0 - a["w_m"]) * a["p_r"] + a["w_m"] * a["p_m"]
    found = severity(structure(a["F_s"] + a["P_s"], a["G_s"], a["n_G"]), a["pull"], weight)
    assert found[0] == pytest.approx(declared[0], rel=1e-12)  # same formula
    assert 0.0 <= found[0] <= WORST_GRADE


def test_new_scars_present_solve_the_declared_rates() -> None:
    made = np.cumsum(np.concatenate([[0.0], np.linspace(0.3, 0.05, WEEKS.size - 1)]))
    lasting, rate = 0.54, LN2 / 95.0

    def change(day: float, states: np.ndarray) -> list[float]:
        week = min(int(day // 7.0), WEEKS.size - 2)
        fresh = (made[week + 1] - made[week]) / 7.0
        return [fresh * (1.0 - lasting) - rate * states[0], fresh * lasting]

    solution = scipy.integrate.solve_ivp(
        change, (0.0, DAYS[-1]), [0.0, 0.0], t_eval=DAYS, rtol=1e-9, atol=1e-11, max_step=0.5
    )
    found = present_of(made[None], DAYS, np.array([lasting]), np.array([rate]))[0]
    # The reference steps over the corners between weeks, which costs it some digits.
    assert found == pytest.approx(solution.y.sum(axis=0), abs=1e-4)


def test_persistence_is_that_of_the_followed_cohort() -> None:
    """66.2% of new scars after 6 months, 81.7% of those after 2 years, inside the drawn 90% intervals."""
    lasting, rate = BLOCK["scar_lasting_share"], LN2 / BLOCK["scar_fading_half_life"]
    for days, published in ((182.0, 0.662), (730.0, 0.662 * 0.817)):
        low, high = np.quantile(lasting + (1.0 - lasting) * np.exp(-rate * days), (0.05, 0.95))
        assert low < published < high


def test_nothing_made_and_full_pull_leave_the_grade() -> None:
    grade = np.linspace(0.0, 3.0, N)
    seen = seen_severity(BLOCK, grade, NONE_MADE, FULL_PULL, DAYS)
    assert seen == pytest.approx(np.tile(grade[:, None], WEEKS.size), abs=1e-12)


def test_slack_muscles_and_fewer_new_scars_look_better() -> None:
    grade = np.full(N, 2.0)
    made = np.tile(np.linspace(0.0, 5.0, WEEKS.size), (N, 1))
    both = seen_severity(BLOCK, grade, made, FULL_PULL, DAYS)
    assert np.all(seen_severity(BLOCK, grade, made, 0.5 * FULL_PULL, DAYS) < both)
    assert np.all(seen_severity(BLOCK, grade, 0.5 * made, FULL_PULL, DAYS)[:, 1:] < both[:, 1:])
    assert np.all(both <= WORST_GRADE)


def test_pull_is_the_mean_of_the_muscles_beneath() -> None:
    force = {
        name: np.full((1, 2), value)
        for name, value in {
            "corrugator_left": 0.2,
            "corrugator_right": 0.4,
            "procerus": 0.9,
            "masseter_left": 0.5,
            "masseter_right": 0.1,
            "orbicularis_oris_upper": 0.7,
        }.items()
    }
    like = np.ones((1, 2))
    assert pull_on("glabella", force, like) == pytest.approx(np.full((1, 2), 0.5))
    assert pull_on("jawline_left", force, like)[0, 0] == 0.5
    assert pull_on("jawline_right", force, like)[0, 0] == 0.1
    assert pull_on("upper_lip", force, like)[0, 0] == 0.7
    for region in ("nose", "chin", "forehead"):
        assert np.array_equal(pull_on(region, force, like), like), "no muscle of the model beneath"


def test_a_finding_sets_the_grade_and_its_absence_widens_it(case: Case) -> None:
    def graded(**scars: str) -> tuple[np.ndarray, str]:
        findings = case.findings.model_copy(update={"scars": scars})
        return grade_now(case.model_copy(update={"findings": findings}), "cheek_left", BLOCK)

    none, mild, severe = (graded(cheek_left=word)[0] for word in ("none", "mild", "severe"))
    assert np.all(none == 0.0)
    assert np.median(mild) == pytest.approx(1.0, abs=0.05)  # median of 256 draws with an error of 0.36
    assert np.all(severe <= WORST_GRADE)
    unseen, why = graded()
    assert "not recorded" in why
    assert np.ptp(np.quantile(unseen, (0.05, 0.95))) > np.ptp(np.quantile(mild, (0.05, 0.95)))


def test_read_outs_per_region_with_and_without_the_plan(small_simulator: Simulator, case: Case) -> None:
    n = small_simulator.draws.n
    own = block_draws(load_block("skin"), "skin", seed=3, n=n)
    simulator = replace(
        small_simulator, draws=replace(small_simulator.draws, local={**small_simulator.draws.local, **own})
    )
    none = Shots("onabotulinumtoxinA", np.zeros((0, 2)), np.zeros(0), np.zeros(0), np.zeros(0), [])
    untouched = run(simulator, none)
    weaker = {name: 0.5 * course for name, course in untouched.force.items()}
    made = np.tile(np.linspace(0.0, 4.0, WEEKS.size), (n, 1))
    acne = AcneForecast(AcneCourses({}, {"forehead": 0.5 * made}, {}), AcneCourses({}, {"forehead": made}, {}))
    new, severe = scars_outcomes(case, simulator, replace(untouched, force=weaker), acne)
    assert (new.quantity, severe.quantity) == ("new_scars", "scar_severity")
    assert new.improvement[:, 1:] == pytest.approx(np.full((n, WEEKS.size - 1), 50.0))
    assert np.all(severe.improvement[:, 1:] > 0.0)
    assert np.all(severe.treated <= severe.untreated)
