"""The second process fills the cache with what the first would compute."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from holocrine.anatomy.sites import layer_stack
from holocrine.execution import prefetch
from holocrine.execution.person_draws import person_draws
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.spread import spread_kernels

STACK = layer_stack("chin", "male")
WANTED = ((STACK, 0.01),)


@pytest.fixture
def draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Draws:
    monkeypatch.setenv("HOLOCRINE_CACHE", str(tmp_path))
    return person_draws(5, 128)


@pytest.mark.usefixtures("blas_as_at_the_start")
def test_missing_kernels_are_filled_and_equal(draws: Draws) -> None:
    library = KernelLibrary(draws.spatial)
    assert not library.cached(STACK, 0.01)
    prefetch.finish(prefetch.start(draws, library, WANTED))
    assert library.cached(STACK, 0.01)
    own = spread_kernels(STACK, 0.01, draws.spatial)
    assert np.array_equal(library.kernels(STACK, 0.01).bound, own.bound)  # to the byte, whoever computed it


def test_nothing_is_started_when_nothing_is_missing(draws: Draws) -> None:
    library = KernelLibrary(draws.spatial)
    library.kernels(STACK, 0.01)
    assert prefetch.start(draws, library, WANTED) is None


def test_a_failing_second_process_only_costs_time(draws: Draws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefetch.sys, "executable", "/nonexistent/python")
    assert prefetch.start(draws, KernelLibrary(draws.spatial), WANTED) is None
    prefetch.finish(None)
