"""Trials against closed forms: power and bias of ANCOVA and the paired t-test, type I errors, information, Sobol."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
from tests.trial_designs import IDEAL, SALINE, SEBUM, SEED, TREATED, UNTREATED, carried_out, design_of, world

from holocrine.domain.trial import TrialDesign
from holocrine.execution.trial_work import load_knowledge
from holocrine.trials.analysis.analyse import analyse
from holocrine.trials.conduct import conduct
from holocrine.trials.dataset import TrialData
from holocrine.trials.enrolment import population_of
from holocrine.trials.evaluation import needed, powers, qualities
from holocrine.trials.information import information
from holocrine.trials.parts import Evaluated, Stack, stacked
from holocrine.trials.replicates import comparisons_of
from holocrine.trials.sensitivity import INPUTS, influences, points
from holocrine.trials.tables import tables_of
from holocrine.trials.tracks import as_null
from holocrine.trials.worlds import draw_world

SIZE, TRIALS = 60, 500
EFFECT = -0.2
NEEDLE = design_of(
    arm=(SALINE, UNTREATED), reference="nothing", patients=SIZE, conduct=IDEAL, evaluation={"sizes": (SIZE,)}
)
"""Nothing but the needle's own effect on a reading differs, so the effect and its spread are known exactly."""
FEWEST_STANDARD_ERRORS = 3.5
"""Monte-Carlo standard errors by which a share may lie off."""


def trials_of(design: TrialDesign, hypothesis: str = "H3") -> list[TrialData]:
    whole = carried_out(design, np.arange(SIZE * TRIALS), hypothesis)  # type: ignore[arg-type]
    return [whole.only(slice(first, first + SIZE)) for first in range(0, SIZE * TRIALS, SIZE)]


def with_needle() -> list[TrialData]:
    """Trials in a world in which the needle changes readings by EFFECT."""
    knowledge = load_knowledge()
    typical = draw_world(knowledge, "H3", 0, SEED)
    known = replace(typical, toxin={**typical.toxin, "sebum_needle": EFFECT})
    people = population_of(NEEDLE, knowledge, SEED)
    whole = conduct(NEEDLE, tables_of(NEEDLE, known, knowledge), people, np.arange(SIZE * TRIALS))
    return [whole.only(slice(first, first + SIZE)) for first in range(0, SIZE * TRIALS, SIZE)]


def residual_sd() -> float:
    """SD of the change of a log reading given the first: both share the person, not the day or the reading's error."""
    people = population_of(NEEDLE, load_knowledge(), SEED)
    spread = people.sebum_spread("forehead")
    moves = spread.occasion**2 + spread.reading**2
    total = np.log(carried_out(NEEDLE, np.arange(20_000), "H3").sebum[None][:, 0, 0]).var()
    return math.sqrt(2.0 * moves - moves**2 / total)


def close(share: float, wanted: float, trials: int = TRIALS) -> bool:
    return abs(share - wanted) < FEWEST_STANDARD_ERRORS * math.sqrt(wanted * (1.0 - wanted) / trials)


def test_power_of_ancova_is_the_closed_form() -> None:
    """A needle that changes readings by a known factor, measured with known errors: the noncentral t distribution."""
    effect, error = EFFECT, residual_sd() * math.sqrt(4.0 / SIZE)
    found = [analyse(NEEDLE, NEEDLE.primary, trial)[0] for trial in with_needle()]
    threshold = scipy.stats.t.ppf(0.975, SIZE - 3)
    # one degree is lost to the baseline, whose imbalance adds 1 / (n - 3) to the variance on average
    centre = effect / (error * math.sqrt(1.0 + 1.0 / (SIZE - 3)))
    wanted = 1.0 - scipy.stats.nct.cdf(threshold, SIZE - 3, centre) + scipy.stats.nct.cdf(-threshold, SIZE - 3, centre)
    assert 0.2 < wanted < 0.9
    assert close(float(np.mean([one.p < 0.05 for one in found])), wanted)
    values = np.array([one.value for one in found])
    assert abs(values.mean() - effect) < 4.0 * values.std() / math.sqrt(TRIALS)
    assert np.mean([one.se for one in found]) == pytest.approx(error, rel=0.03)
    low, high = np.array([one.interval(0.05) for one in found]).T
    assert close(float(np.mean((low <= effect) & (effect <= high))), 0.95)


NULLS = {
    "ancova": SEBUM,
    "mixed model": SEBUM | {"analysis": "mixed_model", "week": 8.0},
    "responder": SEBUM | {"reading": "responder", "fall": 10.0, "analysis": "risk_difference"},
    "relapse": SEBUM | {"reading": "relapse", "fall": 5.0, "analysis": "log_rank", "week": 8.0},
    "count": SEBUM | {"measure": "inflammatory_lesions", "reading": "count", "analysis": "negative_binomial"},
}


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", NULLS.values(), ids=NULLS)
def test_type_one_error_is_five_percent(endpoint: dict[str, object]) -> None:
    """Also with drop-out that depends on the readings, since no arm is then different from another."""
    design = as_null(design_of(endpoint=(endpoint,), conduct={"drop_out": 15.0, "drop_out_ratio": 3.0}, patients=SIZE))
    trials = trials_of(design)[: 60 if endpoint["analysis"] == "mixed_model" else TRIALS]
    rejected = float(np.mean([analyse(design, design.primary, trial)[0].p < 0.05 for trial in trials]))
    assert close(rejected, 0.05, len(trials))


@pytest.mark.slow
def test_type_one_error_of_paired_sides_is_five_percent() -> None:
    design = as_null(design_of(layout="split_face", endpoint=(SEBUM | {"analysis": "paired"},), arm=(TREATED, SALINE)))
    rejected = float(np.mean([analyse(design, design.primary, trial)[0].p < 0.05 for trial in trials_of(design)]))
    assert close(rejected, 0.05)


def made_up(effects: dict[str, float], worlds: int = 40, replicates: int = 25) -> Evaluated:
    """Trials with normal estimates of known error round known effects; sebum comparisons likewise."""
    design = design_of()
    random = np.random.Generator(np.random.Philox(5))
    sizes, looks = 2, len(comparisons_of(design))
    error = np.array([0.2, 0.1]).reshape(1, 1, sizes, 1, 1)
    stacks = {}
    for name, effect in effects.items():
        shape = (worlds, replicates, sizes, 1, 1)
        value = effect + error * random.standard_normal(shape)
        p = 2.0 * scipy.stats.norm.sf(np.abs(value) / error)
        se = np.broadcast_to(error, shape)
        sebum = effect + error[..., 0] * random.standard_normal((*shape[:3], looks))
        stacks[name] = Stack(value, se, p, np.full((worlds, 1, 1), effect), sebum)
    return Evaluated(design, stacks, {"H1": 0.5, "H3": 0.5})  # type: ignore[arg-type]


def test_power_assurance_bias_and_coverage_of_normal_estimates() -> None:
    evaluated = made_up({"no effect": 0.0, "H1": -0.3, "H3": 0.0})
    found = {(row.scenario, row.patients): row for row in powers(evaluated)}
    for size, error in ((20, 0.2), (40, 0.1)):
        wanted = float(scipy.stats.norm.cdf(0.3 / error - 1.96) + scipy.stats.norm.cdf(-0.3 / error - 1.96))
        row = found["H1", size]
        assert abs(row.power - wanted) < 4.0 * math.sqrt(wanted * (1 - wanted) / row.trials)
        assert row.error == pytest.approx(math.sqrt(wanted * (1 - wanted) / row.trials), rel=0.5)
        assert found["all", size].power == pytest.approx(0.5 * row.power + 0.5 * found["H3", size].power)
        assert abs(found["no effect", size].power - 0.05) < 0.03
    under = next(row for row in qualities(evaluated) if row.scenario == "H1")
    assert abs(under.bias) < 4.0 * under.bias_error
    assert abs(under.coverage - 0.95) < 4.0 * under.coverage_error
    assert next(row.patients for row in needed(evaluated) if row.scenario == "H1") in range(30, 41)
    assert next(row.patients for row in needed(evaluated) if row.scenario == "H3") is None


def test_a_trial_settles_what_it_can_see_and_nothing_else() -> None:
    apart = {(row.hypothesis, row.patients, row.week): row for row in information(made_up({"H1": -1.5, "H3": 0.0}))}
    assert apart["H1", 40, 8.0].believed > 0.99
    assert apart["H1", 40, 8.0].bits == pytest.approx(1.0, abs=0.02)
    assert apart["H3", 40, 8.0].settled > 0.99
    same = information(made_up({"H1": 0.0, "H3": 0.0}))
    assert all(row.believed == pytest.approx(0.5, abs=0.05) and row.bits < 0.05 for row in same)


def test_information_is_that_of_two_normal_distributions() -> None:
    """Expected weight of the truth when one reading of error s must tell effects d apart, by quadrature."""
    evaluated = made_up({"H1": -0.3, "H3": 0.0}, worlds=200)
    row = next(r for r in information(evaluated) if r.hypothesis == "H1" and r.patients == 20 and r.week == 4.0)
    x = np.linspace(-2.0, 2.0, 4001)
    one, other = scipy.stats.norm.pdf(x, -0.3, 0.2), scipy.stats.norm.pdf(x, 0.0, 0.2)
    wanted = float(np.sum(one * one / (one + other)) * (x[1] - x[0]))
    assert row.believed == pytest.approx(wanted, abs=0.02)


def test_sobol_indices_of_a_sum() -> None:
    asked = points(3)
    scaled = (asked - [one.low for one in INPUTS]) / [one.high - one.low for one in INPUTS]
    found = influences(0.5 + 0.2 * scaled[:, 0] + 0.1 * scaled[:, 1], 3)
    assert found[0].first == pytest.approx(0.8, abs=0.08)
    assert found[1].total == pytest.approx(0.2, abs=0.08)
    assert all(abs(one.total) < 0.01 for one in found[2:])
    assert influences(np.ones(len(asked)), 3) == ()


def test_parts_stand_in_the_order_of_their_numbers() -> None:
    part = {name: np.zeros((1, 1, 1, 1)) for name in ("value", "se", "p", "sebum")} | {"truth": np.zeros((1, 1))}
    found = stacked(
        design_of(), {"H1": [part | {"truth": np.full((1, 1), i)} for i in range(3)], "H2": []}, {"H1": 1.0}
    )
    assert found.stacks["H1"].truth.ravel().tolist() == [0, 1, 2]
    assert found.explanations == ("H1",)


def test_the_population_is_the_same_in_every_world() -> None:
    one, other = (carried_out(design_of(), np.arange(40), "H3", number) for number in (0, 1))
    assert world(design_of(), "H3", 0) is not world(design_of(), "H3", 1)
    assert np.array_equal(one.sebum[None][:, :, 0], other.sebum[None][:, :, 0])
    assert replace(one, arm=other.arm).n == one.n
