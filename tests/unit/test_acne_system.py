"""The acne system: numbers now from findings, courses per region, outcomes, drugs alongside."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pytest

from holocrine.domain.case import AcneTreatment, Case, Findings
from holocrine.domain.reading import read_case
from holocrine.domain.vocabulary import FaceRegion
from holocrine.knowledge.parameters import load_block
from holocrine.simulation.acne_baseline import COMEDONES, INFLAMED, lesions_now, region_shares
from holocrine.simulation.acne_course import OWN, Surroundings, flare, forecast_of, knot_days, relative_states
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.systems.acne import (
    COUNTED,
    acne_forecast,
    acne_outcomes,
    face_grade,
    predicted_fall,
    vehicle_effect,
)

N, WEEKS = 128, np.arange(27.0)
VALUES = block_draws(load_block("acne"), "acne", seed=4, n=N)
BLOCKS = {"acne": VALUES, "drugs": block_draws(load_block("drugs"), "drugs", seed=4, n=N)}
LOCAL = {**BLOCKS["acne"], **BLOCKS["drugs"]}
STILL = np.ones((N, WEEKS.size))
DIP = STILL - 0.5 * np.minimum(WEEKS / 2.0, 1.0) * np.exp(-np.maximum(WEEKS - 8.0, 0.0) / 6.0)


@pytest.fixture(scope="module")
def case(examples: Path) -> Case:
    return read_case((examples / "jawline-acne.toml").read_text(encoding="utf-8"), "jawline-acne.toml")


def simulated(treated: dict[str, np.ndarray]) -> tuple[Any, Any]:
    """Simulator and simulation as far as the acne system looks at them."""
    simulator = SimpleNamespace(draws=SimpleNamespace(seed=4, n=N, local=LOCAL), weeks=WEEKS)
    untreated = dict.fromkeys(treated, STILL)
    return simulator, SimpleNamespace(sebum=treated, sebum_untreated=untreated, weeks=WEEKS)


def without_drugs(case: Case) -> Case:
    safety = case.safety.model_copy(update={"drugs": ()})
    hormones = case.hormones.model_copy(update={"premenstrual_flare": "no"})
    return case.model_copy(update={"safety": safety, "hormones": hormones})


def total(numbers: dict[Any, dict[Any, np.ndarray]], types: tuple[str, ...] = COUNTED) -> np.ndarray:
    return np.sum([region[lesion] for region in numbers.values() for lesion in types], axis=0)


def test_regions_share_the_face() -> None:
    shares = region_shares(VALUES)
    assert set(shares) == set(get_args(FaceRegion))
    assert np.sum(list(shares.values()), axis=0) == pytest.approx(1.0)
    assert np.array_equal(shares["cheek_left"], shares["cheek_right"])


def test_without_findings_the_population_stands_in_with_its_spread() -> None:
    numbers = lesions_now(Findings(), VALUES, seed=4)
    inflamed, comedones = total(numbers, INFLAMED), total(numbers, COMEDONES)
    assert 20.0 < np.median(inflamed) < 36.0
    assert 33.0 < np.median(comedones) < 58.0
    assert inflamed.std() / inflamed.mean() > 0.6


@pytest.mark.parametrize("grade", range(5))
def test_a_grade_alone_gives_numbers_of_that_grade(grade: int) -> None:
    """But for the scatter of regions, which the face's grade does not see."""
    values = {**VALUES, "region_spread": np.full(N, 1e-3)}
    numbers = lesions_now(Findings(iga=grade), values, seed=4)
    course = forecast_of(numbers, values, ({"forehead": STILL}, {"forehead": STILL}), calm())
    grades = face_grade(course.untreated, values)[:, 0]
    assert (grades == grade).mean() > 0.97


def calm() -> Surroundings:
    return Surroundings(None, np.ones((N, knot_days(26).size)))


def test_counts_move_their_own_region_most_and_the_others_along() -> None:
    few, many = (
        lesions_now(Findings(lesions={"forehead": {"papules": n, "closed_comedones": 10}}), VALUES, seed=4)
        for n in (0, 30)
    )
    assert np.median(many["forehead"]["papules"]) > 15.0
    assert np.median(few["forehead"]["papules"]) < 1.5
    assert np.median(many["chin"]["papules"]) > np.median(few["chin"]["papules"])
    assert np.array_equal(many["chin"]["open_comedones"], few["chin"]["open_comedones"])


def test_a_count_narrows_what_is_not_known() -> None:
    unknown, counted = (
        lesions_now(findings, VALUES, seed=4)["chin"]["papules"]
        for findings in (Findings(), Findings(lesions={"chin": {"papules": 8}}))
    )
    assert counted.std() / counted.mean() < unknown.std() / unknown.mean()
    assert 4.0 < np.median(counted) < 9.0


def test_untreated_lesions_stay_as_they_were_counted(case: Case) -> None:
    values = {**VALUES, "season_swing": np.zeros(N)}
    simulator, simulation = simulated({"chin": STILL})
    simulator.draws.local = {**LOCAL, **values}
    forecast = acne_forecast(without_drugs(case), simulator, simulation)
    numbers = lesions_now(case.findings, values, 4)["chin"]
    for lesion, course in forecast.untreated.stocks["chin"].items():
        assert np.allclose(course, numbers[lesion][:, None], rtol=1e-6)
        assert np.array_equal(course, forecast.treated.stocks["chin"][lesion])


def test_scars_are_made_at_the_rate_of_the_lesions(case: Case) -> None:
    """With a typical mix of lesions: papules formed times scars per inflamed lesion."""
    numbers = {"chin": {lesion: 100.0 * VALUES[name] for lesion, name in SHARES.items()}}
    made = forecast_of(numbers, VALUES, ({"chin": STILL}, {"chin": STILL}), calm()).untreated.new_scars["chin"]
    formed = 15.0 / VALUES["papule_days"][:, None] * 7.0 * WEEKS
    assert np.allclose(made, VALUES["scar_probability"][:, None] * formed, rtol=1e-6)


SHARES = {
    "closed_comedones": "closed_share",
    "open_comedones": "open_share",
    "papules": "papule_share",
    "pustules": "pustule_share",
    "nodules": "nodule_share",
    "macules": "macule_share",
}


def test_outcomes_are_complete_and_only_treated_regions_change(case: Case) -> None:
    simulator, simulation = simulated({"chin": DIP, "nose": STILL, "axilla_left": DIP})
    outcomes = acne_outcomes(without_drugs(case), simulator, simulation)
    assert [o.quantity for o in outcomes if o.region == "chin"] == [*SHARES, "lesions"]
    assert {o.region for o in outcomes} == {"chin", "nose", None}
    assert all(o.treated.shape == o.untreated.shape == (N, WEEKS.size) for o in outcomes)
    assert all(np.array_equal(o.treated, o.untreated) for o in outcomes if o.region == "nose")
    chin = next(o for o in outcomes if o.region == "chin" and o.quantity == "lesions")
    assert np.median(chin.improvement[:, 14]) > 5.0
    assert chin.improvement[:, 0] == pytest.approx(0.0)
    assert chin.reading is not None
    assert np.array_equal(chin.reading, np.round(chin.reading))
    grade = outcomes[-1]
    assert grade.quantity == "iga"
    assert np.all(grade.treated >= 0.0)
    assert np.all(grade.treated.mean(axis=0) <= grade.untreated.mean(axis=0) + 0.02)


def test_no_face_no_acne(case: Case) -> None:
    assert acne_outcomes(case, *simulated({"axilla_left": DIP})) == ()


def test_toxin_drug_both_and_neither(case: Case) -> None:
    """The same person four times: drugs that kill and clear help with and without toxin, and do not change today."""
    goals = case.goals.model_copy(update={"drugs_alongside": ("benzoyl_peroxide", "topical_retinoid")})
    person = without_drugs(case).model_copy(update={"goals": goals})
    simulator, simulation = simulated({"chin": DIP})
    alone = acne_forecast(person, simulator, simulation)
    added = acne_forecast(person, simulator, simulation, drugs_alongside=True)
    week = 14
    neither, toxin, drug, both = (
        np.sum([side.stocks["chin"][lesion][:, week] for lesion in INFLAMED], axis=0)
        for side in (alone.untreated, alone.treated, added.untreated, added.treated)
    )
    assert np.all(drug < neither)
    assert np.all(both < toxin)
    # Draws whose exponents of sebum are negative get worse with toxin; they are few.
    assert (both <= drug).mean() > 0.85
    for lesion in SHARES:
        assert np.allclose(added.treated.stocks["chin"][lesion][:, 0], alone.treated.stocks["chin"][lesion][:, 0])


def test_flare_has_mean_one_and_the_papules_swing_as_reported() -> None:
    """Half swing over mean of papules: 0.19 at the middle, from 20.2 before menstruation and 13.7 at other times."""
    values = {name: np.array([parameter.value]) for name, parameter in load_block("acne").items()}
    values["season_swing"] = np.zeros(1)
    days = knot_days(26)
    course = flare(values, premenstrual=True, days=days, seed=4)
    assert course.mean() == pytest.approx(1.0, abs=0.01)
    papules = relative_states(values, np.ones((1, 1, 27)), Surroundings(None, course))[:, OWN.index("p"), 0, 0]
    swing = (papules[8:].max() - papules[8:].min()) / 2.0
    # Closed comedones rise and fall along, so papules swing somewhat more than the filter of their own life says.
    assert 0.15 < swing < 0.25
    assert np.all(flare(values, premenstrual=False, days=days, seed=4) == 1.0)


def test_a_tried_drug_predicts_a_fall_per_draw() -> None:
    treatment = AcneTreatment(drug="adapalene", drug_class="topical_retinoid", duration=112.0, response="partial")
    fall = predicted_fall(treatment, LOCAL, "female")
    assert fall.shape == (N,)
    assert np.all((fall > 0.0) & (fall < 1.0))


def test_vehicle_is_for_reading_trials() -> None:
    left = vehicle_effect(WEEKS, VALUES)
    assert left["papules"][:, 12] == pytest.approx(1.0 - VALUES["vehicle_inflammatory"])
    assert left["open_comedones"][:, 12] == pytest.approx(1.0 - VALUES["vehicle_noninflammatory"])


def test_draws_repeat_and_seeds_differ(case: Case) -> None:
    first, again, other = (lesions_now(case.findings, VALUES, seed)["chin"]["papules"] for seed in (4, 4, 5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
