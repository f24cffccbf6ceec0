"""A block's fit on readings so simple that its answer is known in closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.evidence import observation, write_tables

from holocrine.execution.fitting import assembled_block
from holocrine.inference.arms.questions import OutcomeClass
from holocrine.inference.blocks.fitting import collect_block, fit_block
from holocrine.inference.blocks.problem import BlockProblem
from holocrine.inference.blocks.rows import BlockQuestion
from holocrine.inference.blocks.world import BlockWorld, block_people, block_unknowns
from holocrine.inference.calibration import Arrays, Size
from holocrine.inference.problem import Rows
from holocrine.knowledge.evidence import read_evidence
from holocrine.knowledge.parameters import WIDTH_90

OBSERVED, ERROR = 70.0, 0.2
SIZE = Size(runs=2, particles=64)


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> BlockProblem:
    """One study that reads the time constant of the vehicle effect itself, on the log scale."""
    arm = {"study_id": "V", "arm_id": "V-A", "n": "1", "product": "vehicle", "site": "face"}
    row = observation(1, "V-A", outcome="time", value=str(OBSERVED), target="acne", unit="", statistic="mean")
    evidence = read_evidence(write_tables(tmp_path_factory.mktemp("block"), [arm], [row]))
    unknowns = block_unknowns("acne", ("vehicle_days", "study_sd_time", "arm_sd"))

    def reading(world: BlockWorld) -> float:
        return world.typical["vehicle_days"]

    question = BlockQuestion(
        observation=next(iter(evidence.observations.values())),
        study_id="V",
        outcome=OutcomeClass("time", "positive", "study_sd_time", ERROR),
        place="face",
        n=1,
        answer=reading,
    )
    return BlockProblem(
        unknowns=unknowns,
        common=Rows((question,)),
        sebum=Rows(()),
        unmodelled=(),
        sample=block_people(block_unknowns("acne")),
    )


def carried_out(problem: BlockProblem, seed: int, kept: dict[str, Arrays] | None = None) -> dict[str, Arrays]:
    def predict(scores: NDArray[np.float64], hypotheses: object) -> NDArray[np.float64]:
        return np.array([problem.predict(row) for row in scores])

    parts = dict(kept or {})
    for part, arrays, _ in fit_block(problem, predict, seed=seed, size=SIZE, kept=dict(parts)):
        parts[part] = arrays
    return parts


def test_the_fit_finds_the_closed_form(problem: BlockProblem) -> None:
    done = collect_block(carried_out(problem, 1), SIZE)
    scores = done.scores.reshape(-1, 3)
    names = problem.unknowns.names
    table = problem.unknowns.table["vehicle_days"]
    prior_sd = np.log(table.high90 / table.low90) / WIDTH_90
    ways = scores[:, [names.index("study_sd_time"), names.index("arm_sd")]]
    between = problem.unknowns.at("study_sd_time", ways[:, 0])
    noise = np.hypot(ERROR, between * np.hypot(1.0, problem.unknowns.at("arm_sd", ways[:, 1])))
    shrunk = np.log(OBSERVED / table.value) * (prior_sd**2 / (prior_sd**2 + noise**2))
    found = scores[:, names.index("vehicle_days")] * prior_sd
    assert found.mean() == pytest.approx(shrunk.mean(), abs=0.06)
    assert found.std() == pytest.approx(np.sqrt(1.0 / (1.0 / prior_sd**2 + 1.0 / (noise**2).mean())), rel=0.25)


def test_a_fit_goes_on_where_it_was_to_the_same_numbers(problem: BlockProblem) -> None:
    whole = carried_out(problem, 2)
    resumed = carried_out(problem, 2, {part: whole[part] for part in ("centre", "run 1")})
    for part, arrays in whole.items():
        assert all(np.array_equal(arrays[name], resumed[part][name]) for name in arrays)


def test_the_posterior_says_how_it_came_to_be(problem: BlockProblem) -> None:
    done = collect_block(carried_out(problem, 3), SIZE)
    made = assembled_block("acne", problem, done, evidence_hash="0" * 16, seed=3, size=SIZE)
    assert made.about["fitted_rows"] == 1
    assert made.about["diagnosed"]["worst_r_hat"][1] < 1.3
    assert replace(made, about={}).identifier != made.identifier
    assert made.scores.shape == (128, 3)
