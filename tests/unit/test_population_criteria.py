"""Inclusion criteria: they hold for everyone, fill each place by itself, and say which of them lets nobody in."""

from __future__ import annotations

import numpy as np
import pytest

from holocrine.errors import InputError
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.knowledge.people import load_people
from holocrine.knowledge.variability import load_variability
from holocrine.population.criteria import Criterion, Screening, only, within
from holocrine.population.virtual import VirtualPatients, VirtualPopulation, virtual_population

PARAMETERS, HYPOTHESES, PEOPLE = load_parameters(), load_hypotheses(), load_people()
VARIABILITY = load_variability(PARAMETERS)
TRIAL = (
    within("casual_sebum", 80.0, region="forehead"),
    within("age", 18, 40),
    within("inflammatory_lesions", 10, 50),
    within("skin_type", high=4),
    only("female"),
)


def population(*criteria: Criterion, limit: int = 10_000) -> VirtualPopulation:
    made = virtual_population(
        PARAMETERS, VARIABILITY, PEOPLE, HYPOTHESES, seed=21, hypothesis="H1", criteria=tuple(criteria)
    )
    return VirtualPopulation(**{**vars(made), "limit": limit})


def test_criteria_hold_for_everyone() -> None:
    patients = population(*TRIAL).patients(np.arange(500))
    who = patients.covariates
    assert patients.sebum_reading("forehead").min() >= 80.0
    assert who.age.min() == 18, "the bound itself is let in; 500 patients with a median age near 20 reach it"
    assert who.age.max() <= 40
    counts = patients.lesion_count("inflammatory_lesions")
    assert counts.min() >= 10
    assert counts.max() <= 50
    assert who.skin_type.max() == 4
    assert set(who.sex) == {"female"}
    assert all(criterion.met(patients).all() for criterion in TRIAL)


def test_total_lesions_are_both_kinds() -> None:
    patients = population(within("lesions", 100, 120)).patients(np.arange(100))
    total = patients.lesion_count("inflammatory_lesions") + patients.lesion_count("noninflammatory_lesions")
    assert total.min() >= 100
    assert total.max() <= 120


def test_who_fits_at_once_is_the_same_person_without_criteria() -> None:
    free, chosen = population().patients(np.arange(400)), population(*TRIAL).patients(np.arange(400))
    first = chosen.screening.attempts == 0
    assert 0 < first.sum() < 400
    for values in ("half_loading_motor", "gland_transit"):
        assert np.array_equal(free.value(values)[first], chosen.value(values)[first])
        assert not np.any(free.value(values)[~first] == chosen.value(values)[~first])


def test_the_first_candidate_who_fits_is_taken() -> None:
    """Followed by hand: candidate after candidate of one place, until the criterion holds."""
    bar = within("casual_sebum", 120.0, region="forehead")
    choosy = population(bar)
    patients = choosy.patients(np.arange(50))
    assert patients.screening.attempts.max() > 3
    assert np.array_equal(patients.screening.failed[:, 0], patients.screening.attempts)
    for place, attempts in zip(patients.ids, patients.screening.attempts, strict=True):
        one = np.full(attempts + 1, place)
        trail = VirtualPatients(choosy, one, Screening(np.arange(attempts + 1), np.zeros((attempts + 1, 1), np.int64)))
        assert bar.met(trail).tolist() == [False] * attempts + [True]


def test_acceptance_is_the_share_of_people_who_fit() -> None:
    free = population().patients(np.arange(20_000))
    expected = np.all([criterion.met(free) for criterion in TRIAL], axis=0).mean()
    screening = population(*TRIAL).patients(np.arange(2000)).screening
    screened = 2000.0 / expected
    # 4.5 standard errors of both shares.
    error = 4.5 * np.sqrt(expected * (1.0 - expected) * (1.0 / 20_000 + 1.0 / screened))
    assert abs(screening.acceptance - expected) < error
    rejected = screening.failed.sum(axis=0)
    assert np.all(rejected > 0)
    assert np.all(screening.failed <= screening.attempts[:, None])
    assert rejected.sum() >= screening.attempts.sum()


def test_without_criteria_everyone_is_let_in() -> None:
    screening = population().patients(np.arange(10)).screening
    assert screening.acceptance == 1.0
    assert screening.failed.shape == (10, 0)


def test_those_chosen_for_a_high_reading_fall_back() -> None:
    """Regression to the mean: selected on one reading, patients read lower at the next visit."""
    patients = population(within("casual_sebum", 150.0, region="forehead")).patients(np.arange(1000))
    first, second = patients.sebum_reading("forehead"), patients.sebum_reading("forehead", 1)
    assert second.mean() < 0.95 * first.mean()
    assert np.mean(second < 150.0) > 0.1
    # The second reading knows nothing of the selection but through the usual level: its log error has mean 0.
    spread = population().sebum_spread("forehead")
    noise = np.log(second / patients.usual_sebum("forehead"))
    assert abs(noise.mean()) < 4.5 * np.hypot(spread.occasion, spread.reading) / np.sqrt(1000)


def test_impossible_criteria_name_the_worst() -> None:
    criteria = (within("age", 18), within("casual_sebum", 5000.0, region="nose"))
    message = (
        r"none of 50 candidates for patient 3 meets all inclusion criteria; "
        r"50 of them fail: casual sebum of the nose at least 5000"
    )
    for ids in ([3], [9, 3, 12]):
        with pytest.raises(InputError, match=message):
            population(*criteria, limit=50).patients(np.array(ids))


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        (within("casual_sebum", 180.0, region="cheek_left"), "casual sebum of the cheek left at least 180"),
        (within("age", 18, 40), "age 18 to 40"),
        (within("inflammatory_lesions", high=50), "inflammatory lesions at most 50"),
        (only("male"), "sex male"),
    ],
)
def test_criteria_read_as_a_clinic_writes_them(criterion: Criterion, words: str) -> None:
    assert str(criterion) == words


@pytest.mark.parametrize(
    ("quantity", "low", "high", "region", "message"),
    [
        ("ages", 18, 40, None, "Did you mean age"),
        ("age", 40, 18, None, "40 to 18 is not a range"),
        ("age", float("nan"), 18, None, "is not a range"),
        ("age", -np.inf, np.inf, None, "is not a range"),
        ("age", 18, 40, "chin", "region 'chin' is not possible. Allowed: none"),
        ("casual_sebum", 18, 40, None, "region None is not possible. Allowed: one of forehead"),
        ("casual_sebum", 18, 40, "knee", "region 'knee' is not possible"),
    ],
)
def test_wrong_criteria_are_refused(quantity: str, low: float, high: float, region: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        within(quantity, low, high, region=region)  # type: ignore[arg-type]


def test_unknown_sex_is_refused() -> None:
    with pytest.raises(InputError, match="Allowed: female, male"):
        only("women")  # type: ignore[arg-type]
