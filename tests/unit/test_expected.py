"""Toxin against acne drugs in the same virtual persons, and which missing finding would narrow the forecast."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.domain.assessment import ExpectedBenefit
from holocrine.domain.case import Case, Drug
from holocrine.domain.reading import read_case
from holocrine.knowledge.parameters import load_block
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.expected import drug_choices, expected_benefits
from holocrine.simulation.informative import SHOWN_BY, variance_removed, variance_shares
from holocrine.simulation.summary import interval, mean_fall
from holocrine.simulation.systems.acne import acne_outcomes
from holocrine.simulation.systems.benefit import fall_course
from holocrine.simulation.systems.outcome import PERCENT, Outcome

N, WEEKS = 64, np.arange(27.0)
LOCAL = {
    **block_draws(load_block("acne"), "acne", seed=4, n=N),
    **block_draws(load_block("drugs"), "drugs", seed=4, n=N),
}
STILL = np.ones((N, WEEKS.size))
DIP = STILL - 0.5 * np.minimum(WEEKS / 2.0, 1.0) * np.exp(-np.maximum(WEEKS - 8.0, 0.0) / 6.0)
AREAS = {"chin": 10.0, "jawline_left": 20.0}
SIMULATOR: Any = SimpleNamespace(
    draws=SimpleNamespace(seed=4, n=N, local=LOCAL),
    weeks=WEEKS,
    person=SimpleNamespace(scene=SimpleNamespace(regions=tuple(AREAS), areas=AREAS)),
)
SIMULATION: Any = SimpleNamespace(
    sebum=dict.fromkeys(AREAS, DIP), sebum_untreated=dict.fromkeys(AREAS, STILL), weeks=WEEKS
)


@pytest.fixture(scope="module")
def case(examples: Path) -> Case:
    """Acne and oil, spironolactone planned alongside, adapalene taken now."""
    return read_case((examples / "hormonal-acne.toml").read_text(encoding="utf-8"), "hormonal-acne.toml")


@pytest.fixture(scope="module")
def expected(case: Case) -> tuple[ExpectedBenefit, ...]:
    return expected_benefits(case, SIMULATOR, SIMULATION)


def of(expected: tuple[ExpectedBenefit, ...], target: str, name: str) -> ExpectedBenefit:
    (found,) = (way for way in expected if (way.target, way.name) == (target, name))
    return found


def taking(case: Case, *names: str) -> Case:
    drugs = tuple(Drug(name=name) for name in names)
    return case.model_copy(update={"safety": case.safety.model_copy(update={"drugs": drugs})})


def test_every_choice_stands_alone_and_with_toxin(expected: tuple[ExpectedBenefit, ...]) -> None:
    names = ["no treatment", "toxin alone"]
    names += ["spironolactone alone", "toxin and spironolactone"]
    names += ["retinoid combination alone", "toxin and retinoid combination"]
    assert [(way.target, way.name) for way in expected] == [(t, n) for t in ("acne", "sebum") for n in names]


@pytest.mark.parametrize("target", ["acne", "sebum"])
def test_no_treatment_has_no_effect(expected: tuple[ExpectedBenefit, ...], target: str) -> None:
    nothing = of(expected, target, "no treatment")
    for chance in (nothing.over_weeks, nothing.at_week_12):
        assert (chance.mean, chance.probability_meaningful, chance.probability_no_effect) == (0.0, 0.0, 100.0)


def test_toxin_alone_is_the_benefit_of_the_plan(case: Case, expected: tuple[ExpectedBenefit, ...]) -> None:
    """With no drugs planned the headline benefit of the forecast is the same number."""
    outcomes = acne_outcomes(case, SIMULATOR, SIMULATION)
    falls = mean_fall(fall_course(outcomes, "acne", AREAS), WEEKS)
    toxin = of(expected, "acne", "toxin alone").over_weeks
    assert toxin.fall == interval(falls)
    assert toxin.probability_meaningful == 100.0 * (falls >= case.goals.meaningful_fall("acne")).mean()


def test_drugs_act_where_their_mechanism_does(expected: tuple[ExpectedBenefit, ...]) -> None:
    retinoid = of(expected, "sebum", "retinoid combination alone")
    assert retinoid.over_weeks.probability_no_effect == 100.0, "neither part touches the gland"
    assert of(expected, "acne", "retinoid combination alone").at_week_12.mean > 0.0
    assert of(expected, "sebum", "spironolactone alone").over_weeks.mean > 0.0


@pytest.mark.parametrize("drug", ["spironolactone", "retinoid combination"])
def test_toxin_adds_to_a_drug_when_it_lowers_sebum(expected: tuple[ExpectedBenefit, ...], drug: str) -> None:
    for target in ("acne", "sebum"):
        both, alone = (of(expected, target, name) for name in (f"toxin and {drug}", f"{drug} alone"))
        assert both.over_weeks.mean > alone.over_weeks.mean


def test_what_is_taken_already_is_no_alternative(case: Case) -> None:
    assert drug_choices(taking(case, "adapalene and benzoyl peroxide", "spironolactone")) == ()
    assert drug_choices(taking(case, "adapalene")) == (("spironolactone",), ("fixed_combination",))
    assert drug_choices(taking(case, "adapalene", "benzoyl peroxide")) == (("spironolactone",),)


def test_nothing_is_said_off_the_face_or_of_other_goals(case: Case) -> None:
    off = SimpleNamespace(
        **{**vars(SIMULATOR), "person": SimpleNamespace(scene=SimpleNamespace(regions=("palm_left",)))}
    )
    assert expected_benefits(case, off, SIMULATION) == ()  # type: ignore[arg-type]
    pores = case.model_copy(update={"goals": case.goals.model_copy(update={"targets": ("pores",)})})
    assert expected_benefits(pores, SIMULATOR, SIMULATION) == ()


# --- the most informative question ----------------------------------------------------------------------------------


def test_a_finding_removes_the_share_of_variance_that_it_explains() -> None:
    random = np.random.default_rng(1)
    known, noise = random.standard_normal((2, 4096))
    for share in (0.1, 0.5, 0.9):
        forecast = np.sqrt(share) * known + np.sqrt(1.0 - share) * noise
        # four standard errors of a squared correlation at this n, and what 128 groups cannot resolve
        assert variance_removed(known, forecast) == pytest.approx(share, abs=0.06)
        assert variance_removed(known**3, forecast) == pytest.approx(share, abs=0.06), "only the order counts"


@settings(max_examples=50, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 400))
def test_a_share_is_a_share_and_noise_tells_nothing(seed: int, n: int) -> None:
    known, forecast = np.random.default_rng(seed).standard_normal((2, n))
    assert 0.0 <= variance_removed(known, forecast) <= 1.0
    assert variance_removed(np.ones(n), forecast) == 0.0
    assert variance_removed(known, np.ones(n)) == 0.0


def outcome(quantity: Any, region: Any, unit: str, now: np.ndarray, left: float) -> Outcome:
    untreated = np.repeat(now[:, None], WEEKS.size, axis=1)
    return Outcome(quantity, quantity, region, unit, left * untreated, untreated, "D", "made up")


def test_the_forecast_hangs_on_the_reading_it_is_made_of(case: Case) -> None:
    random = np.random.default_rng(2)
    level, lesions = np.exp(random.standard_normal((2, 2048)))
    outcomes = [
        outcome("sebum_level", "forehead", "ug/cm2", 150.0 * level, 0.7),
        outcome("lesions", "forehead", "lesions", 10.0 * lesions, 0.9),
        outcome("sebum", "forehead", PERCENT, np.full(2048, 100.0), 0.7),
    ]
    bare = case.model_copy(update={"findings": type(case.findings)()})
    shares = variance_shares(bare, outcomes, WEEKS)
    assert shares["findings.sebum"] > 0.8
    assert shares["findings.lesions"] < 0.1
    assert set(shares) == {"findings.sebum", "findings.lesions"}
    read = bare.findings.model_copy(update={"sebum": {"forehead": 150.0}})
    assert "findings.sebum" not in variance_shares(bare.model_copy(update={"findings": read}), outcomes, WEEKS)


def test_every_field_that_can_narrow_a_forecast_is_a_field_of_a_case() -> None:
    from holocrine.domain.case import Findings
    from holocrine.domain.urology import Urology

    known = {f"findings.{name}" for name in Findings.model_fields} | {
        f"urology.{name}" for name in Urology.model_fields
    }
    assert set(SHOWN_BY) <= known
