"""A block's posterior as a file, and forecasts drawn from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from holocrine.errors import FileError
from holocrine.knowledge.block_posterior import BlockPosterior, read_block_posterior, status_of_blocks
from holocrine.knowledge.fitted_blocks import block_variability, fitted_block
from holocrine.knowledge.parameters import load_block, load_hypotheses, load_parameters
from holocrine.knowledge.variability import lumped_spread, typical_spread
from holocrine.simulation.block_draws import block_draws, with_blocks
from holocrine.simulation.draws import Draws, draw

N = 256
NAMES = ("vehicle_days", "peroxide_killing")


def posterior(scores: np.ndarray) -> BlockPosterior:
    return BlockPosterior("acne", NAMES, np.ones(2), np.ones(2), scores, {"fitted_rows": 3})


@pytest.fixture(scope="module")
def draws() -> Draws:
    return draw(load_parameters(), load_hypotheses(), seed=3, n=N, n_spatial=16)


def test_a_file_gives_the_same_posterior_back(tmp_path: Path) -> None:
    made = posterior(np.arange(8.0).reshape(4, 2))
    file = tmp_path / "made.npz"
    file.write_bytes(made.to_bytes())
    again = read_block_posterior(file)
    assert again.identifier == made.identifier
    assert np.array_equal(again.scores, made.scores)
    assert again.column("vehicle_days") is not None
    assert again.column("absent") is None
    file.write_bytes(b"damaged")
    with pytest.raises(FileError, match=r"made\.npz: not a block's posterior"):
        read_block_posterior(file)


def test_the_status_says_where_the_prior_stands_in() -> None:
    words = status_of_blocks({"acne": posterior(np.zeros((2, 2)))})
    assert "3 results" in words
    assert "bladder: prior" in words


def test_half_of_the_variance_lies_between_people() -> None:
    parameters = fitted_block("acne")
    spreads = block_variability(parameters).spreads
    person, population = parameters["peroxide_killing"], parameters["vehicle_days"]
    assert "vehicle_days" not in spreads
    assert typical_spread(population, None) == pytest.approx(lumped_spread(population))
    between = spreads["peroxide_killing"].between_subject
    assert typical_spread(person, spreads["peroxide_killing"]) == pytest.approx(between)
    assert np.hypot(between, between) == pytest.approx(lumped_spread(person))


def test_a_fitted_value_moves_the_draws_and_keeps_the_person(draws: Draws) -> None:
    certain = with_blocks(draws, {"acne": posterior(np.tile([1.0, 1.0], (32, 1)))}).local
    table = fitted_block("acne")
    population = table["vehicle_days"]
    assert np.ptp(certain["vehicle_days"]) == pytest.approx(0.0, abs=1e-9)
    assert np.log(certain["vehicle_days"][0] / population.value) == pytest.approx(lumped_spread(population))
    person = np.log(certain["peroxide_killing"] / table["peroxide_killing"].value)
    spread = lumped_spread(table["peroxide_killing"]) * np.sqrt(0.5)
    assert person.mean() == pytest.approx(spread, rel=0.02)
    assert person.std() == pytest.approx(spread, rel=0.05)


def test_values_of_two_tables_come_from_the_same_row(draws: Draws) -> None:
    z = np.linspace(-2.0, 2.0, 64)
    local = with_blocks(draws, {"acne": posterior(np.stack([z, -z], axis=1))}).local
    together = np.corrcoef(np.log(local["vehicle_days"]), np.log(local["peroxide_killing"]))[0, 1]
    assert together == pytest.approx(-np.sqrt(0.5), abs=0.12)  # the person's half is independent


def test_what_was_not_fitted_keeps_its_prior_to_the_byte(draws: Draws) -> None:
    before, after = with_blocks(draws).local, with_blocks(draws, {"acne": posterior(np.zeros((4, 2)))}).local
    assert {name for name in before if not np.array_equal(before[name], after[name])} == set(NAMES)
    own = block_draws(load_block("acne"), "acne", seed=3, n=N)
    assert all(np.array_equal(own[name], before[name]) for name in own)
