"""Many lanes of one model: shapes, times, outputs at zero, kernels kept under a name that follows the model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from holocrine.errors import InternalError
from holocrine.modelling.cache import cache_folder
from holocrine.modelling.declaration import Constant, Model, Piece, State, compose
from holocrine.solvers import stiff


def decay(name: str = "decay", unit: str = "1/day") -> Model:
    """y' = -k y and z' = k y."""
    piece = Piece(
        states=(State("y", "1", "-k*y", 1.0, "left"), State("z", "1", "k*y", 0.0, "gone")),
        constants=(Constant("k", unit, "rate", "test"),),
    )
    return compose(name, (piece,), ("z", "y"))


RATES = np.array([[0.01], [1.0], [2500.0]])
TIMES = np.array([0.0, 0.5, 2.0, 10.0, 100.0])


def test_every_lane_has_its_own_rate_and_step() -> None:
    owners = np.array([2, 0, 1, 0], dtype=np.int64)
    starts = np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    runs = stiff.simulate(decay(), starts, RATES, owners, TIMES, rtol=1e-8, atol=1e-10)
    exact = starts[:, :1] * np.exp(-RATES[owners] * TIMES)
    assert runs.outputs.shape == (4, 5, 2)
    # 1e-8 per step over the few tens of steps of a decay.
    assert np.abs(runs.outputs[:, :, 1] - exact).max() < 1e-6
    assert np.abs(runs.outputs.sum(axis=2) - 1.0).max() < 1e-10  # linear sums are conserved to round-off
    assert np.array_equal(runs.finals[:, ::-1], runs.outputs[:, -1])
    assert np.array_equal(runs.outputs[:, 0, ::-1], starts), "outputs at time zero are the start itself"
    assert np.array_equal(starts[0], [1.0, 0.0]), "the caller's arrays stay as they were"


def test_usual_tolerance_is_enough_for_forecasts() -> None:
    runs = stiff.simulate(decay(), np.tile([1.0, 0.0], (3, 1)), RATES, np.arange(3), TIMES)
    # Default 1e-5 per step; forecasts are read to the percent.
    assert np.abs(runs.outputs[:, :, 1] - np.exp(-RATES * TIMES)).max() < 1e-4


def test_result_does_not_depend_on_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    starts, owners = np.tile([1.0, 0.0], (9, 1)), np.arange(9) % 3
    results = []
    for threads in (1, 2, 5, 9):

        def split(work: Callable[[int, int], None], count: int, *_: int, threads: int = threads) -> None:
            assert count == 9
            for first in range(threads):
                work(first, threads)

        monkeypatch.setattr(stiff, "in_threads", split)
        results.append(stiff.simulate(decay(), starts, RATES, owners, TIMES).outputs)
    assert all(np.array_equal(results[0], other) for other in results[1:])


def test_kernel_file_carries_the_hash() -> None:
    module = stiff.kernel_module(decay())
    assert module.__file__ is not None
    path = Path(module.__file__)
    assert path.parent == cache_folder()
    assert decay().hash in path.read_text()
    assert stiff.kernel_module(decay()) is module, "loaded once per process"


def test_wrong_unit_never_reaches_the_compiler() -> None:
    with pytest.raises(InternalError, match="model decay_wrong: dy/dt has unit"):
        stiff.kernel_module(decay("decay_wrong", unit="1"))
