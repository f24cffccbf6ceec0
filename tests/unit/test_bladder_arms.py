"""Bladder studies: what an arm was given, and what is read from it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.evidence import GLABELLA, observation, write_tables

from holocrine.inference.blocks.problem import BlockProblem, block_problem
from holocrine.inference.blocks.world import BlockWorld, block_unknowns
from holocrine.knowledge.evidence import read_evidence

BARE = {"units_per_point": "", "points": "", "pattern": ""}
TOXIN = (
    GLABELLA
    | BARE
    | {
        "study_id": "S1",
        "arm_id": "T",
        "route": "intradetrusor",
        "site": "bladder",
        "label": "100 units, female",
        "selected_for": "overactive bladder",
        "note": "total_units=100",
        "baseline": "incontinence_episodes=35 per week",
    }
)
SALINE = TOXIN | {"arm_id": "P", "product": "placebo", "note": "", "label": "placebo, female"}
DOUBLE = TOXIN | {"arm_id": "D", "note": "total_units=200"}
MEN = TOXIN | {"arm_id": "M", "label": "100 units, male"}
SPINAL = TOXIN | {"arm_id": "N", "selected_for": "", "points": "30", "note": ""}
OTHER = TOXIN | {"arm_id": "B", "product": "rimabotulinumtoxinB"}
ARMS = [TOXIN, SALINE, DOUBLE, MEN, SPINAL, OTHER]
SHARE = {"unit": "% subjects", "statistic": "responder_percent", "value": "10", "day": "84", "target": "bladder"}
FALL = {
    "outcome": "change in incontinence episodes per week",
    "unit": "episodes/week",
    "statistic": "mean",
    "value": "-10",
    "day": "42",
    "target": "bladder",
}
LEAKS = FALL | {"outcome": "daily incontinence episodes", "unit": "episodes/day", "value": "3"}
PRESSURE = FALL | {
    "outcome": "maximum detrusor pressure",
    "unit": "%",
    "statistic": "mean_change_percent",
    "value": "-30",
}
AGAIN = {
    "outcome": "time until retreatment",
    "unit": "weeks",
    "statistic": "median",
    "value": "40",
    "target": "bladder",
}
SIGNS = {
    "dry": SHARE | {"outcome": "completely continent"},
    "retention": SHARE | {"outcome": "urinary retention"},
    "infection": SHARE | {"outcome": "urinary tract infection"},
    "dysuria": SHARE | {"outcome": "dysuria"},
    "fall": FALL,
    "leaks": LEAKS,
    "pressure": PRESSURE,
}
ROWS = {
    **{f"{name}, {arm}": (arm, cells) for name, cells in SIGNS.items() for arm in "TPD"},
    "retention, M": ("M", SIGNS["retention"]),
    "infection, M": ("M", SIGNS["infection"]),
    "again": ("T", AGAIN),
    "spinal": ("N", LEAKS),
    "other product": ("B", LEAKS),
    "stones": ("T", SHARE | {"outcome": "bladder stones"}),
}


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> BlockProblem:
    rows = [observation(i, arm, **cells) for i, (arm, cells) in enumerate(ROWS.values())]
    tables = read_evidence(write_tables(tmp_path_factory.mktemp("tables"), ARMS, rows))
    return block_problem(tables, "bladder", block_unknowns("bladder"))


@pytest.fixture(scope="module")
def world(problem: BlockProblem) -> BlockWorld:
    return problem.world(np.zeros(len(problem.unknowns.names)))


@pytest.fixture(scope="module")
def told(problem: BlockProblem, world: BlockWorld) -> dict[str, float]:
    names = list(ROWS)
    return {names[int(q.observation.observation_id[1:])]: q.answer(world) for q in problem.common.questions}


def test_what_cannot_be_read_says_why(problem: BlockProblem) -> None:
    reasons = dict(problem.unmodelled)
    names = [list(ROWS)[int(row[1:])] for row in reasons]
    assert names == ["other product", "stones"]
    assert [reason.partition(":")[0] for reason in reasons.values()] == [
        "product not modelled",
        "outcome without a read-out",
    ]


@pytest.mark.parametrize("sign", SIGNS)
def test_the_second_hundred_units_do_more_of_the_same(told: dict[str, float], sign: str) -> None:
    saline, single, double = (told[f"{sign}, {arm}"] for arm in "PTD")
    if sign in ("infection", "dysuria"):
        assert saline < single == double
    else:
        assert abs(double - saline) > abs(single - saline) > 0.0
        assert (double - saline) * (single - saline) > 0.0


def test_saline_does_nothing_but_what_time_does(told: dict[str, float]) -> None:
    assert told["pressure, P"] == pytest.approx(0.0)
    assert 0.0 < told["leaks, P"] < 35.0 / 7.0
    assert told["fall, P"] == pytest.approx(35.0 - 7.0 * told["leaks, P"])


def test_a_fall_that_was_printed_as_a_negative_change_compares_with_a_fall(
    problem: BlockProblem, world: BlockWorld, told: dict[str, float]
) -> None:
    (question,) = [
        q for q in problem.common.questions if q.observation.observation_id == f"O{list(ROWS).index('fall, T')}"
    ]
    assert question.observed_working == pytest.approx(np.log(10.0))
    assert question.expected(world) == pytest.approx(np.log(told["fall, T"]))


def test_men_have_their_own_rates(told: dict[str, float]) -> None:
    assert told["retention, M"] > told["retention, T"]
    assert told["infection, M"] < told["infection, T"]


def test_treatment_is_asked_for_again_after_the_effect(told: dict[str, float]) -> None:
    assert 8.0 < told["again"] < 104.0


def test_many_points_mean_a_neurogenic_cause(problem: BlockProblem, told: dict[str, float]) -> None:
    assert 0.0 < told["spinal"] < told["leaks, T"]
    given = [q.answer.keywords["given"] for q in problem.common.questions if q.observation.arm_id == "N"]  # type: ignore[attr-defined]
    assert [(arm.cause, arm.points, arm.points * arm.units) for arm in given] == [("neurogenic", 30, 200.0)]
