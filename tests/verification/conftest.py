"""What several verification tests need: the packaged parameters, drawn and typical."""

from __future__ import annotations

import pytest

from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.population.typical import table_values
from holocrine.simulation.draws import Draws, draw, typical


@pytest.fixture(scope="session")
def typical_draw() -> Draws:
    return typical(table_values(load_parameters()), load_hypotheses())


@pytest.fixture(scope="session")
def typical_spatial(typical_draw: Draws) -> dict[str, float]:
    return {name: float(values[0]) for name, values in typical_draw.spatial.items()}


@pytest.fixture(scope="session")
def few_draws() -> Draws:
    return draw(load_parameters(), load_hypotheses(), seed=11, n=16, n_spatial=16)
