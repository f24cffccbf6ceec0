"""From a row of the evidence to a predicted statistic: what is understood, what is refused, which way it moves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.evidence import AXILLA, AXILLA_PLACEBO, GLABELLA, HALO, observation, write_tables

from holocrine.execution.workers import load_unknowns
from holocrine.inference.arms.asking import ask
from holocrine.inference.arms.given import NotModelledError, product_of
from holocrine.inference.arms.questions import Question
from holocrine.inference.problem import Problem, problem_of
from holocrine.inference.scores.readings_of_fit import fitted_readings
from holocrine.knowledge.evidence import read_evidence

SHARE = {"unit": "% subjects", "statistic": "responder_percent"}
ARMS = [AXILLA, AXILLA_PLACEBO, GLABELLA, HALO]
ROWS = [
    observation(1, "S1-A", outcome="responders (>=50% sweat reduction)", target="sweat", day="28", value="90", **SHARE),
    observation(2, "S1-P", outcome="responders (>=50% sweat reduction)", target="sweat", day="28", value="30", **SHARE),
    observation(3, "S2-A", outcome="responders none/mild", target="line severity", day="30", value="80", **SHARE),
    observation(4, "S2-A", outcome="eyelid ptosis", target="eyelid", value="3", **SHARE),
    observation(
        5, "S3-A", outcome="anhidrotic halo area", unit="cm2", target="sweat", day="14", statistic="mean", value="2"
    ),
    observation(
        6, "S1-A", outcome="gravimetric reduction", unit="%", target="sweat", day="28", statistic="mean", value="85"
    ),
    observation(7, "S1-A", outcome="duration", unit="months", target="sweat", statistic="mean", value="6"),
    observation(8, "S2-A", outcome="relapse", target="line severity", day="120", value="40", **SHARE),
    observation(
        9,
        "S3-A",
        outcome="smallest dose",
        unit="units",
        target="sweat",
        day="14",
        statistic="threshold_units",
        value="1",
    ),
]


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    folder = write_tables(tmp_path_factory.mktemp("tables"), ARMS, ROWS)
    return problem_of(read_evidence(folder), load_unknowns())


def question(problem: Problem, number: int) -> Question:
    return next(q for q in problem.common.questions if q.observation.observation_id == f"O{number}")


def predicted(problem: Problem, number: int, dose: float = 1.0, **typical: float) -> float:
    world = problem.world(np.zeros(len(problem.unknowns.names)))
    world.typical.update(typical)  # type: ignore[attr-defined]
    return question(problem, number).predict(world, 0, "H1", dose)


def test_every_row_is_understood(problem: Problem) -> None:
    assert problem.unmodelled == ()
    assert [q.outcome.name for q in problem.common.questions] == [
        "sweat responders",
        "sweat responders",
        "line responders",
        "lid droop",
        "halo area",
        "sweat level",
        "sweat duration",
        "line responders",
        "threshold dose",
    ]


@pytest.mark.parametrize(("number", "sign"), [(1, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, -1)])
def test_four_times_the_dose_does_more(problem: Problem, number: int, sign: int) -> None:
    assert sign * (predicted(problem, number, 4.0) - predicted(problem, number)) > 0.0


def test_a_placebo_arm_feels_no_toxin_but_its_own_effect(problem: Problem) -> None:
    before = predicted(problem, 2)
    assert predicted(problem, 2, half_loading_sudomotor=1e-6) == before
    assert predicted(problem, 2, sweat_placebo=-0.6) > before


def test_a_reported_reduction_is_a_positive_number(problem: Problem) -> None:
    assert question(problem, 6).flip
    assert 0.0 < predicted(problem, 6) < 100.0


def test_the_threshold_dose_falls_when_terminals_need_less(problem: Problem) -> None:
    ratio = predicted(problem, 9, half_loading_sudomotor=0.001) / predicted(problem, 9, half_loading_sudomotor=0.002)
    assert ratio == pytest.approx(0.5, rel=0.05)  # the dose scales with the half loading


def test_a_halo_of_the_same_product_ratio_is_the_same_halo(problem: Problem) -> None:
    world = problem.world(np.zeros(len(problem.unknowns.names)))
    reading = question(problem, 5)
    weak = world.typical["skin_potency_abobotulinumtoxinA"]
    other = replace(reading, given=replace(reading.given, product="abobotulinumtoxinA"), n=12)
    assert other.predict(world, 0, "H1", 1.0 / weak) == pytest.approx(reading.predict(world, 0, "H1"), rel=1e-9)


REFUSED = [
    ({"target": "bladder"}, {}, "not modelled yet: bladder"),
    ({}, {"site": "calf"}, "site not modelled: calf"),
    ({}, {"route": "topical"}, "route not modelled: topical"),
    ({}, {"product": "rimabotulinumtoxinB"}, "product not modelled: rimabotulinumtoxinB"),
    ({"value": ""}, {}, "no value reported"),
    ({"role": "context", "note": "reason=review;"}, {}, "context: review"),
    ({"outcome": "satisfaction"}, {}, "outcome without a read-out: satisfaction"),
]


@pytest.mark.parametrize(("row", "arm", "reason"), REFUSED)
def test_what_the_model_cannot_say_it_says_so(
    tmp_path: Path, row: dict[str, str], arm: dict[str, str], reason: str
) -> None:
    base = observation(1, "S1-A", outcome="responders", target="sweat", day="28", value="90", **SHARE)
    evidence = read_evidence(write_tables(tmp_path, [AXILLA | arm], [base | row]))
    with pytest.raises(NotModelledError, match=f"^{reason}"):
        ask(evidence.observations["O1"], evidence)


def test_an_unidentified_product_goes_round_all_of_them(tmp_path: Path) -> None:
    arms = [AXILLA | {"product": "botulinum toxin A"}]
    rows = [observation(1, "S1-A", outcome="responders", target="sweat", day="28", value="90", **SHARE)]
    evidence = read_evidence(write_tables(tmp_path, arms, rows))
    given = ask(evidence.observations["O1"], evidence).given
    assert len({product_of(given, number) for number in range(6)}) == 6


def test_an_unprinted_dose_is_taken_from_the_label_and_widens_the_prediction(tmp_path: Path) -> None:
    arms = [AXILLA | {"units_per_point": "", "points": ""}]
    evidence = read_evidence(write_tables(tmp_path, arms, [ROWS[0]]))
    problem = problem_of(evidence, load_unknowns())
    given = problem.common.questions[0].given
    assert given.units * len(given.scene.xy) == pytest.approx(50.0)
    assert given.assumed
    assert problem.predict(np.zeros(len(problem.unknowns.names)), ())[0, 1] > 0.0


def test_sebum_is_read_as_a_change_a_level_or_a_share_of_responders(tmp_path: Path) -> None:
    sebum = {"target": "sebum", "outcome": "sebum", "day": "28"}
    arms = [HALO | {"baseline": "sebum=150 ug/cm2", "points": "20", "pattern": "grid", "spacing_mm": "10"}]
    rows = [
        observation(1, "S3-A", unit="%", statistic="mean_change_percent", value="-20", **sebum),
        observation(2, "S3-A", unit="ug/cm2", statistic="mean", value="120", **sebum),
        observation(3, "S3-A", **(sebum | {"outcome": ">=30% less sebum"}), **SHARE, value="40"),
    ]
    problem = problem_of(read_evidence(write_tables(tmp_path, arms, rows)), load_unknowns())
    world = problem.world(np.zeros(len(problem.unknowns.names)))
    change, level, share = (q.predict(world, 0, "H1") for q in problem.sebum.questions)
    assert change < problem.sebum.questions[0].predict(world, 0, "H3") < 0.0  # needle alone under H3
    assert level == pytest.approx(150.0 * (1.0 + change / 100.0))
    assert 0.0 < problem.sebum.questions[2].predict(world, 0, "H3") < share < 100.0


def test_the_table_of_averages_is_made_of_fitted_numbers_with_a_sign(tmp_path: Path) -> None:
    sebum = {"target": "sebum", "outcome": "sebum", "unit": "%", "statistic": "mean_change_percent", "day": "28"}
    rows = [
        ROWS[0],
        ROWS[5],
        observation(10, "S1-A", outcome="duration", unit="months", target="sweat", statistic="mean", value=">6"),
        observation(11, "S3-A", value="12", note="sign=unknown", **sebum),
        observation(12, "S3-A", value="-20", **sebum),
    ]
    readings = fitted_readings(problem_of(read_evidence(write_tables(tmp_path, ARMS, rows)), load_unknowns()))
    assert [(r.outcome_class, r.observed) for r in readings] == [
        ("sweat responders", 90.0),
        ("sweat level", -85.0),
        ("sebum change", -20.0),
    ]
