"""Studies of pores: read from the courses of sebum and sweat."""

from __future__ import annotations

import numpy as np
import pytest
from tests.evidence import HALO, observation, write_tables

from holocrine.execution.workers import load_unknowns
from holocrine.inference.arms.world import World
from holocrine.inference.problem import Problem, problem_of
from holocrine.knowledge.evidence import read_evidence

FACE = HALO | {"arm_id": "T", "points": "20", "pattern": "grid", "spacing_mm": "10", "units_per_point": "1"}
SALINE = FACE | {"arm_id": "P", "product": "saline", "units_per_point": ""}
MEAN = {"statistic": "mean", "value": "1", "target": "pores", "day": "56"}
SIGNS = {
    "size": MEAN | {"outcome": "pore size", "unit": "mm", "note": "baseline=0.4 SD 0.1"},
    "rated": MEAN | {"outcome": "pore improvement", "unit": "%"},
    "score": MEAN | {"outcome": "pore improvement score", "unit": "points", "note": "scale=0-4"},
    "noted": MEAN | {"outcome": "patient-noted pore decrease", "unit": "% subjects", "statistic": "responder_percent"},
}
ROWS = {
    **{f"{name}, {arm}": (arm, cells) for name, cells in SIGNS.items() for arm in "TP"},
    "count": ("T", MEAN | {"outcome": "number of pores", "unit": "1"}),
    "score of what": ("T", MEAN | {"outcome": "pore improvement score", "unit": "points"}),
}


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    rows = [observation(i, arm, **cells) for i, (arm, cells) in enumerate(ROWS.values())]
    tables = read_evidence(write_tables(tmp_path_factory.mktemp("tables"), [FACE, SALINE], rows))
    return problem_of(tables, load_unknowns())


@pytest.fixture(scope="module")
def world(problem: Problem) -> World:
    return problem.world(np.zeros(len(problem.unknowns.names)))


def told(problem: Problem, world: World, hypothesis: str) -> dict[str, float]:
    names = list(ROWS)
    return {
        names[int(q.observation.observation_id[1:])]: q.predict(world, 0, hypothesis)  # type: ignore[arg-type]
        for q in problem.sebum.questions
    }


def test_what_cannot_be_read_says_why(problem: Problem) -> None:
    assert [list(ROWS)[int(row[1:])] for row, _ in problem.unmodelled] == ["count", "score of what"]
    assert all("no read-out says it" in reason for _, reason in problem.unmodelled)


def test_toxin_makes_pores_smaller_and_more_people_note_it(problem: Problem, world: World) -> None:
    found = told(problem, world, "H1")
    assert found["size, T"] < found["size, P"] < 0.4
    for sign in ("rated", "score", "noted"):
        assert found[f"{sign}, T"] > found[f"{sign}, P"] > 0.0


def test_a_width_goes_with_the_root_of_the_area(problem: Problem, world: World) -> None:
    found = told(problem, world, "H1")
    assert found["size, T"] == pytest.approx(0.4 * (1.0 - found["rated, T"] / 100.0) ** 0.5)
    assert found["score, T"] == pytest.approx(0.04 * found["rated, T"])


def test_without_an_effect_on_sebum_only_tone_is_left(problem: Problem, world: World) -> None:
    none, some = told(problem, world, "H3"), told(problem, world, "H1")
    assert some["rated, T"] > none["rated, T"] > none["rated, P"] == some["rated, P"]
