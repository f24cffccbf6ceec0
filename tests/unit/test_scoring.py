"""Scores of predictions: known answers, calibrated and wrong models told apart, the table of averages, the verdict."""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import binomtest
from tests.evidence import readings_of

from holocrine.domain.schemas import schema_of
from holocrine.domain.validation import Validation, ValidationProvenance
from holocrine.inference.scores.baseline import DEFAULT_BETWEEN, TAIL90, Reading, between_studies, table_of_averages
from holocrine.inference.scores.clustering import clustered_interval, effective_size, intraclass_correlation
from holocrine.inference.scores.predicted import Predicted
from holocrine.inference.scores.row_scores import interval_score, normal_score
from holocrine.inference.scores.scoring import score

PROVENANCE = ValidationProvenance(
    package_version="0", parameter_hash="p", evidence_hash="e", posterior="none (priors)", seed=1
)
EVEN = np.asarray(ndtri((np.arange(999) + 0.5) / 999))
"""Draws whose quantiles are those of a standard normal."""


def row(number: int = 1, **changes: Any) -> Predicted:
    values: dict[str, Any] = {
        "observation_id": f"S-{number}",
        "study_id": f"S{number}",
        "arm_label": "10 units",
        "citation": "Someone 2020",
        "outcome": "area without sweat",
        "outcome_class": "halo",
        "scale": "identity",
        "role": "held_out",
        "unit": "mm2",
        "day": 14.0,
        "observed": 0.0,
        "sampling_se": 0.5,
        "predictive": EVEN,
        "model": EVEN,
        "probability": None,
        "direction": "",
        "reason": "",
        "product_arm": "10 units onabotulinumtoxinA",
    }
    return Predicted(**{**values, **changes})


def reading(study: str, observed: float, se: float | None = None, scale: Any = "identity") -> Reading:
    return Reading("halo", study, observed, se, False, scale)


def scored(rows: list[Predicted]) -> Validation:
    return score(rows, readings_of(rows), PROVENANCE)


# --- one row -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "expected"), [(0.0, 4.0), (-2.0, 4.0), (3.0, 4.0 + 20.0), (-2.5, 4.0 + 10.0)])
def test_interval_score_is_width_plus_twenty_times_the_miss(value: float, expected: float) -> None:
    assert interval_score(-2.0, 2.0, value) == pytest.approx(expected)


def test_interval_score_is_smallest_for_the_true_interval() -> None:
    values = np.random.default_rng(1).normal(size=20_000)
    mean = [np.mean([interval_score(-c * TAIL90, c * TAIL90, v) for v in values]) for c in (0.8, 1.0, 1.25)]
    assert mean[1] < min(mean[0], mean[2])


@given(st.floats(-3.0, 3.0))
def test_normal_score_of_normal_draws_is_the_value(value: float) -> None:
    assert normal_score(value, EVEN) == pytest.approx(value, abs=0.25)  # spacing of 999 draws at three SDs


def test_normal_score_stays_finite_and_treats_ties_evenly() -> None:
    assert 3.0 < normal_score(1e9, EVEN) <= 4.0
    assert normal_score(5.0, np.full(100, 5.0)) == pytest.approx(0.0, abs=1e-9)


def test_a_row_carries_the_quantiles_of_its_draws() -> None:
    (made,) = scored([row(observed=1.0)]).observations
    assert made.predicted == pytest.approx(0.0, abs=1e-9)
    assert [made.lo90, made.lo50, made.hi50, made.hi90] == pytest.approx([-1.6449, -0.6745, 0.6745, 1.6449], abs=0.01)
    assert made.inside90 is True
    assert made.z == pytest.approx(1.0, abs=0.01)


def test_bounds_words_and_unsupported_rows_stay_out_of_the_coverage_but_not_out_of_the_list() -> None:
    word = {"predictive": None, "model": None, "observed": None, "direction": "decrease"}
    rows = [
        row(1, observed=1.0, bound=">"),
        row(2, **word, probability=0.5, likeliest="decrease"),
        row(3, **word, probability=0.25, likeliest="increase"),
        row(4, predictive=None, model=None, reason="dose not reported"),
        row(5, observed=None),
    ]
    made = scored(rows)
    assert [one.observation_id for one in made.observations] == [one.observation_id for one in rows]
    assert all(one.inside90 is None and one.z is None for one in made.observations)
    assert made.observations[0].probability == pytest.approx(0.159, abs=0.002)
    held_out = made.summary.held_out
    assert (held_out.n, held_out.n_supported, held_out.n_compared) == (5, 4, 0)
    assert held_out.coverage90 is None
    assert held_out.direction_rows.n == 2
    assert held_out.direction_rows.mean_log_score == pytest.approx(math.log(0.5 * 0.25) / 2)
    assert held_out.direction_rows.share_most_probable == 0.5
    assert made.verdict == "not enough held-out observations"


@pytest.mark.parametrize(
    "changes",
    [
        {"predictive": None, "model": None},
        {"predictive": np.array([1.0, np.nan])},
        {"predictive": np.zeros((2, 2))},
        {"direction": "decrease", "probability": None},
        {"direction": "decrease", "probability": 1.2, "likeliest": "decrease"},
    ],
)
def test_a_contradictory_row_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="S-1"):
        row(1, **changes)


# --- the share inside, with studies as clusters ------------------------------------------------------------


@given(st.integers(1, 60), st.data())
def test_one_row_a_study_gives_clopper_pearson(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    exact = binomtest(hits, n).proportion_ci(method="exact")
    made = clustered_interval([i < hits for i in range(n)], [f"S{i}" for i in range(n)])
    assert made == pytest.approx((exact.low, exact.high), abs=1e-9)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcde")), min_size=1, max_size=40))
def test_the_interval_holds_the_share_and_clusters_never_add_information(rows: list[tuple[bool, str]]) -> None:
    inside, studies = [one for one, _ in rows], [study for _, study in rows]
    low, high = clustered_interval(inside, studies)
    assert 0.0 <= low <= np.mean(inside) <= high <= 1.0
    exact = binomtest(sum(inside), len(inside)).proportion_ci(method="exact")
    assert low <= exact.low + 1e-9
    assert high >= exact.high - 1e-9


def test_studies_that_agree_with_themselves_count_once() -> None:
    inside = [True] * 12 + [False] * 4
    studies = [f"S{i // 4}" for i in range(16)]
    values, group = np.array(inside, dtype=float), np.arange(16) // 4
    assert intraclass_correlation(values, group) == pytest.approx(1.0)
    assert effective_size(values, group) == pytest.approx(4.0)
    exact = binomtest(3, 4).proportion_ci(method="exact")
    assert clustered_interval(inside, studies) == pytest.approx((exact.low, exact.high))


def test_where_all_are_inside_the_studies_are_counted() -> None:
    exact = binomtest(5, 5).proportion_ci(method="exact")
    assert clustered_interval([True] * 30, [f"S{i % 5}" for i in range(30)]) == pytest.approx((exact.low, exact.high))


def test_the_intraclass_correlation_is_recovered() -> None:
    rng = np.random.default_rng(2)
    shares = rng.beta(2.0, 2.0, size=4000)  # correlation within a study 1 / (2 + 2 + 1)
    group = np.repeat(np.arange(4000), rng.integers(2, 9, size=4000))
    values = (rng.random(group.size) < shares[group]).astype(float)
    assert intraclass_correlation(values, group) == pytest.approx(0.2, abs=0.03)


# --- the table of averages ---------------------------------------------------------------------------------


def test_dersimonian_laird_on_a_worked_example() -> None:
    means, variances = np.array([0.0, 1.0, 3.0]), np.array([0.5, 0.25, 1.0])
    # weights 2, 4, 1; fixed mean 1; Q = 2 + 0 + 4 = 6; c = 7 - 21/7 = 4; (6 - 2) / 4 = 1
    assert between_studies(means, variances) == pytest.approx(1.0)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=12), st.floats(0.01, 100.0))
def test_equal_variances_give_the_excess_of_the_sample_variance(values: list[float], variance: float) -> None:
    means = np.array(values)
    expected = max(0.0, float(means.var(ddof=1)) - variance)
    assert between_studies(means, np.full(means.size, variance)) == pytest.approx(expected, abs=1e-6)


def test_one_study_gets_the_declared_spread() -> None:
    average = table_of_averages([reading("A", -50.0, 3.0)])["halo"]
    between = (DEFAULT_BETWEEN["identity"] * 50.0) ** 2
    assert average.studies == 1
    middle, low, high = average.interval(4.0)
    assert middle == pytest.approx(-50.0)
    assert (high - low) / (2 * TAIL90) == pytest.approx(math.sqrt(9.0 + 2 * between + 16.0))


def test_unknown_standard_errors_are_those_of_the_class_and_none_at_all_still_gives_a_spread() -> None:
    known = table_of_averages([reading("A", 1.0, 2.0), reading("B", 5.0, 2.0)])["halo"]
    assert table_of_averages([reading("A", 1.0, 2.0), reading("B", 5.0)])["halo"] == known
    bare = table_of_averages([reading("A", 1.0), reading("B", 5.0), reading("C", 9.0)])["halo"]
    assert bare.between == pytest.approx(16.0)
    agreeing = table_of_averages([reading("A", 5.0), reading("B", 5.0)])["halo"]
    assert agreeing.between == pytest.approx((0.4 * 5.0) ** 2)
    assert not table_of_averages([reading("A", 0.0)])  # a single bare zero says nothing about spread


def test_control_arms_are_a_class_of_their_own_and_scales_do_not_mix() -> None:
    control = Reading("halo", "A", 1.0, 1.0, True, "identity")
    assert list(table_of_averages([control, reading("A", 9.0, 1.0)])) == ["halo, control", "halo"]
    with pytest.raises(ValueError, match="halo"):
        table_of_averages([reading("A", 1.0), reading("B", 1.0, scale="log")])


@pytest.mark.parametrize("scale", ["log", "logit", "identity"])
def test_an_interval_stays_where_the_quantity_lives(scale: Any) -> None:
    extremes = [reading("A", 0.0, 0.0, scale), reading("B", 100.0, 60.0, scale), reading("C", 1.0, 50.0, scale)]
    middle, low, high = table_of_averages(extremes)["halo"].interval(40.0)
    assert low < middle < high
    assert math.isfinite(high - low)
    assert low > 0.0 or scale == "identity"
    assert high <= 100.0 or scale != "logit"


@pytest.mark.parametrize("rows_per_study", [1, 4])
def test_a_new_study_falls_into_the_interval_nine_times_in_ten(rows_per_study: int) -> None:
    rng = np.random.default_rng(3)
    inside = []
    for _ in range(400):
        studies = rng.normal(100.0, 8.0, size=13)
        rows = rng.normal(np.repeat(studies, rows_per_study), math.hypot(6.0, 3.0))  # doses and days, then sampling
        *fitted, new = rows.reshape(13, rows_per_study)
        readings = [reading(f"S{i}", float(v), 3.0) for i, study in enumerate(fitted) for v in study]
        _, low, high = table_of_averages(readings)["halo"].interval(3.0)
        inside.append(low <= new[0] <= high)
    # normal quantiles on 12 studies lose a point of coverage; 0.045 is three standard errors of 400 counts
    assert np.mean(inside) == pytest.approx(0.89, abs=0.045)


# --- the whole ---------------------------------------------------------------------------------------------


def population(width: float, *, per_study: int = 2, studies: int = 40, seed: int = 4) -> list[Predicted]:
    """A model that knows every arm's dose effect and noise (SD 1) but states `width` times that noise."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(studies * per_study):
        effect = rng.normal(0.0, 3.0)
        rows.append(
            row(
                number,
                study_id=f"S{number // per_study}",
                role="fit" if number // per_study % 2 else "held_out",
                observed=effect + rng.normal(),
                sampling_se=0.5,
                predictive=effect + width * EVEN,
            )
        )
    return rows


def test_a_calibrated_model_that_knows_more_than_the_averages_passes() -> None:
    made = scored(population(1.0))
    assert made.verdict == "passed"
    assert len(made.reasons) == 2
    for role in (made.summary.fit, made.summary.held_out):
        assert (role.n, role.n_compared, role.n_scored, role.clusters) == (40, 40, 40, 20)
        assert role.coverage90 == pytest.approx(0.9, abs=0.1)
        assert role.median_abs_z == pytest.approx(0.67, abs=0.25)
        assert role.interval_score is not None
        assert role.baseline_interval_score is not None
        assert role.interval_score < role.baseline_interval_score
        assert role.median_width_ratio is not None
        assert role.median_width_ratio < 0.5


@pytest.mark.parametrize(("width", "complaint"), [(0.2, "90% intervals hold"), (8.0, "worse than")])
def test_a_model_too_sure_or_too_vague_fails_and_says_why(width: float, complaint: str) -> None:
    made = scored(population(width))
    assert made.verdict == "failed"
    assert any(complaint in reason for reason in made.reasons)


@pytest.mark.parametrize(("studies", "verdict"), [(2, "passed"), (40, "failed")])
def test_two_studies_cannot_show_a_coverage_that_forty_show(studies: int, verdict: str) -> None:
    rows = [row(i, study_id=f"S{i % studies}", observed=9.0 * (i % 2)) for i in range(40)]
    made = scored(rows)
    assert made.summary.held_out.coverage90 == 0.5
    assert made.verdict == verdict
    assert made.summary.held_out.baseline_interval_score is None


def test_the_scale_makes_the_pooled_score_free_of_units() -> None:
    rows = population(1.0)
    large = [
        row(
            100 + i,
            study_id=one.study_id,
            role=one.role,
            outcome_class="large",
            observed=1e6 * (one.observed or 0.0),
            sampling_se=1e6 * (one.sampling_se or 0.0),
            predictive=1e6 * (one.predictive if one.predictive is not None else EVEN),
        )
        for i, one in enumerate(rows)
    ]
    alone, both = scored(rows).summary.held_out, scored([*rows, *large]).summary.held_out
    assert both.interval_score == pytest.approx(alone.interval_score)
    assert both.by_class["large"].interval_score == pytest.approx(alone.interval_score)
    assert both.by_class["large"].scale == pytest.approx(1e6 * (alone.by_class["halo"].scale or 0.0))


def test_a_class_without_fit_studies_counts_for_coverage_only() -> None:
    rows = [*population(1.0), *(row(200 + i, outcome_class="new") for i in range(3))]
    held_out = scored(rows).summary.held_out
    assert held_out.n_compared == held_out.n_scored + 3
    new = held_out.by_class["new"]
    assert (new.coverage90, new.scale, new.interval_score, new.baseline_studies) == (1.0, None, None, 0)


def test_a_fall_reported_as_a_positive_number_has_its_baseline_turned_round() -> None:
    fit = [row(i, role="fit", observed=-80.0, scale="identity", outcome_class="change") for i in range(3)]
    turned = row(9, observed=80.0, scale="identity", outcome_class="change", factor=-1.0)
    found = scored([*fit, turned]).observations[-1]
    assert found.baseline_predicted == pytest.approx(80.0)
    assert found.baseline_lo90 is not None
    assert found.baseline_lo90 < 80.0


def test_months_and_days_are_one_class() -> None:
    fit = [row(i, role="fit", observed=90.0 + i, scale="log", outcome_class="time", unit="days") for i in range(3)]
    draws = np.linspace(2.5, 3.5, 999)
    months = row(
        9, observed=3.0, scale="log", outcome_class="time", unit="months", factor=30.4, class_unit="days",
        predictive=draws, model=draws,
    )  # fmt: skip
    made = scored([*fit, months])
    assert made.observations[-1].baseline_predicted == pytest.approx(3.0, rel=0.02)
    found = made.summary.held_out.by_class["time"]
    assert found.units == ("days",)
    assert found.median_width90 == pytest.approx(0.9 * 30.4, rel=0.02)


def test_context_rows_are_listed_and_not_counted() -> None:
    made = scored([row(1, role="context"), row(2, role="context", reason="opinion", predictive=None, model=None)])
    assert len(made.observations) == 2
    assert made.summary.fit.n == made.summary.held_out.n == 0


def test_the_document_is_valid_json_with_the_fields_of_the_contract() -> None:
    made = scored([*population(1.0), row(300, predictive=None, model=None, reason="site not modelled")])
    document = json.loads(made.model_dump_json(by_alias=True))
    jsonschema.validate(document, schema_of("holocrine.validation/1"))
    row_fields = {"observation_id", "study_id", "outcome", "outcome_class", "role", "predicted", "lo50", "hi50"}
    row_fields |= {"lo90", "hi90", "observed", "sampling_se", "inside90", "z", "supported", "reason"}
    assert row_fields <= document["observations"][0].keys()
    summary_fields = {"n", "n_supported", "coverage50", "coverage90", "median_abs_z", "interval_score", "by_class"}
    assert all(summary_fields <= document["summary"][role].keys() for role in ("fit", "held_out"))
    assert document["observations"][-1]["supported"] is False


def test_the_same_rows_give_the_same_document() -> None:
    assert scored(population(1.0)).model_dump_json() == scored(population(1.0)).model_dump_json()
