"""The estimators of trials against what they must give, and the variables they are given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
from tests.trial_designs import SALINE, SEBUM, TREATED, carried_out, design_of

from holocrine.domain.trial_endpoint import Endpoint
from holocrine.trials.analysis import estimators
from holocrine.trials.analysis.analyse import analyse
from holocrine.trials.analysis.estimate import NONE
from holocrine.trials.endpoints import survival_of, variable_of

N = 400
RANDOM = np.random.Generator(np.random.Philox(4))
ARM = np.repeat([0.0, 1.0], N // 2)
START = RANDOM.normal(3.0, 0.5, N)


def endpoint_of(**changes: object) -> Endpoint:
    return Endpoint.model_validate(SEBUM | changes)


def test_ancova_is_least_squares() -> None:
    outcome = 0.3 * ARM - 0.4 * START + RANDOM.normal(0.0, 0.5, N)
    design = np.column_stack([ARM, np.ones(N), START])
    wanted, rest, *_ = np.linalg.lstsq(design, outcome, rcond=None)
    se = np.sqrt(rest[0] / (N - 3) * np.linalg.inv(design.T @ design)[0, 0])
    found = estimators.ancova(outcome, ARM, START)
    assert found.value == pytest.approx(wanted[0])
    assert found.se == pytest.approx(se)
    assert found.p == pytest.approx(2.0 * scipy.stats.t.sf(abs(wanted[0] / se), N - 3))


def test_paired_without_baseline_is_the_paired_t_test() -> None:
    difference = RANDOM.normal(0.2, 1.0, 50)
    found = estimators.paired(difference, np.zeros(50), np.zeros(50))
    assert found.p == pytest.approx(scipy.stats.ttest_1samp(difference, 0.0).pvalue)


def test_the_mixed_model_agrees_with_ancova_on_one_visit() -> None:
    outcome = 0.3 * ARM - 0.4 * START + RANDOM.normal(0.0, 0.5, N)
    one = estimators.ancova(outcome, ARM, START)
    rows = np.repeat(np.arange(N), 2)
    noise = RANDOM.normal(0.0, 0.3, N)
    both = np.stack([outcome + noise, outcome - noise], axis=1).ravel()
    visits = np.tile([0.0, 1.0], N)
    found = estimators.mixed_model(both, ARM[rows], START[rows], visits, rows)
    assert found.value == pytest.approx(one.value, abs=3.0 * found.se)
    assert 0.04 < found.se < 0.09


def test_negative_binomial_finds_a_rate_ratio() -> None:
    mean = np.exp(2.0 + 0.4 * np.log(np.exp(START) + 0.5) - 0.5 * ARM)
    count = RANDOM.poisson(mean * RANDOM.gamma(4.0, 0.25, N)).astype(float)
    found = estimators.negative_binomial(count, ARM, np.exp(START))
    assert found.value == pytest.approx(-0.5, abs=3.0 * found.se)
    assert 0.03 < found.se < 0.1


def test_logistic_without_baseline_is_the_log_odds_ratio() -> None:
    success = np.concatenate([np.arange(200) < 60, np.arange(200) < 100]).astype(float)
    found = estimators.logistic(success, ARM, np.ones(N))
    assert found.value == pytest.approx(np.log((100 / 100) / (60 / 140)), abs=1e-4)
    assert found.se == pytest.approx(np.sqrt(1 / 60 + 1 / 140 + 1 / 100 + 1 / 100), rel=1e-3)


def test_rare_events_have_a_difference_and_no_odds() -> None:
    events = np.zeros(N)
    events[-3:] = 1.0
    assert estimators.logistic(events, ARM, np.ones(N)) is NONE
    found = estimators.risk_difference(events, ARM)
    assert found.value == pytest.approx(0.015)
    assert 0.0 < found.p < 1.0
    assert estimators.risk_difference(np.zeros(N), ARM).p == pytest.approx(1.0)


def test_cox_finds_a_hazard_ratio_and_log_rank_agrees() -> None:
    weeks = np.ceil(RANDOM.exponential(8.0 / np.exp(0.7 * ARM)))
    seen = weeks <= 20
    weeks = np.minimum(weeks, 20.0)
    cox, rank = estimators.cox(weeks, seen, ARM), estimators.log_rank(weeks, seen, ARM)
    assert cox.value == pytest.approx(0.7, abs=0.35)
    assert rank.value == cox.value
    assert rank.p == pytest.approx(cox.p, abs=1e-3)
    assert estimators.log_rank(weeks, np.zeros(N, dtype=bool), ARM) is NONE


def test_drop_out_counts_as_the_estimand_says() -> None:
    design = design_of(conduct={"drop_out": 50.0, "missed_visits": 20.0})
    data = carried_out(design, np.arange(300))
    seen = {}
    for strategy in ("treatment_policy", "composite", "while_on_study"):
        endpoint = endpoint_of(reading="responder", fall=20.0, analysis="logistic", drop_out_counts=strategy)
        variable = variable_of(design, endpoint, data)
        seen[strategy] = variable.observed[:, 0, 0]
        if strategy == "composite":
            assert not variable.value[data.gone[:, 0], 0, 0].any()
    assert np.array_equal(seen["treatment_policy"], ~data.missed[:, 0])
    assert np.array_equal(seen["while_on_study"], ~(data.missed | data.gone)[:, 0])
    assert np.array_equal(seen["composite"], ~data.missed[:, 0] | data.gone[:, 0])


def test_relapse_is_the_first_visit_without_the_fall() -> None:
    design = design_of(visits=(4.0, 8.0, 12.0))
    data = carried_out(design, np.arange(4))
    sebum = np.array([[100, 50, 50, 90], [100, 90, 50, 50], [100, 50, 50, 50], [100, 50, 50, 99]], dtype=float)
    gone = np.zeros((4, 3), dtype=bool)
    gone[3, 2] = True
    fixed = replace(data, sebum={None: sebum[:, None]}, gone=gone, missed=np.zeros_like(gone))
    endpoint = endpoint_of(reading="relapse", fall=30.0, week=12.0, analysis="cox")
    found = survival_of(design, endpoint, fixed)
    assert found.weeks.tolist() == [12.0, 4.0, 12.0, 8.0]
    assert found.seen.tolist() == [True, True, False, False]


def test_every_arm_is_compared_with_the_reference() -> None:
    half = TREATED | {"name": "half", "toxin": TREATED["toxin"] | {"units_per_point": 0.5}}
    design = design_of(arm=(TREATED, SALINE, half))
    found = analyse(design, design.primary, carried_out(design, np.arange(1200)))
    assert len(found) == 2
    assert found[0].value < found[1].value < 0.0
    assert design.level == pytest.approx(0.025)


def test_too_few_patients_give_no_estimate() -> None:
    design = design_of()
    assert analyse(design, design.primary, carried_out(design, np.arange(6))) == (NONE,)
