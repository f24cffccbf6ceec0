"""Draws for the behaviour every declared model must show."""

from __future__ import annotations

import pytest

from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.simulation.draws import Draws, draw


@pytest.fixture(scope="session")
def draws() -> Draws:
    return draw(load_parameters(), load_hypotheses(), seed=7, n=64, n_spatial=64)
