"""The exact reduction that plans rest on: response surfaces over loading against integrating every cell.

A plan reaches thousands of cells of skin with a loading each; all cells of a person share one surface. Direct: every
cell of every person is a lane of the engine. Reduced: the surface is integrated at its nodes and cells are
interpolated. Error: of single cells, and of the mean over a person's cells (what forecasts show), as shares of the
baseline. Processor time, one thread, interleaved.
"""

from __future__ import annotations

import os

os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

import timing
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.models.site import SITE
from holocrine.simulation import response
from holocrine.simulation.draws import draw
from holocrine.solvers.stiff import simulate
from holocrine.solvers.superposition import bin_pairs

Array = NDArray[np.float64]

PEOPLE, CELLS, ROUNDS, SEED = 64, 400, 5, 20261122
WEEKS = np.arange(27.0)
OUTPUTS = [SITE.outputs.index(name) for name in response.OUTPUT.values()]


def direct(draws: response.Draws, loading: Array, rtol: float) -> Array:
    """Every cell integrated, (people, cells, weeks, 3)."""
    owner = np.repeat(np.arange(draws.n), loading.shape[1])
    starts = np.tile(np.array([state.initial for state in SITE.states]), (owner.size, 1))
    second = draws.hypothesis_ids[owner] == "H2"
    response.inject(starts, loading.ravel(), second, draws.local["direct_half_effect"][owner])
    runs = simulate(SITE, starts, response.site_constants(draws), 7.0 * WEEKS, owner=owner, rtol=rtol)
    return runs.checked().outputs[:, :, OUTPUTS].reshape(*loading.shape, WEEKS.size, 3)


def surfaces(draws: response.Draws) -> Array:
    """The surfaces, (people, nodes, weeks, 3), without the cache."""
    found = response._integrate(draws, WEEKS, None)  # the public function would answer from the cache
    return np.stack([found[terminal][:, 0] for terminal in response.OUTPUT], axis=-1)


def reduced(values: Array, loading: Array) -> Array:
    """Mean over every person's cells, (people, weeks, 3)."""
    positions = response.node_positions(loading, response.NEW_NODES)
    weights = bin_pairs(np.zeros(positions.shape), positions, 1, response.NEW_NODES)[:, 0]
    return np.asarray(np.einsum("dn,dnwo->dwo", weights, values))


def interpolated(values: Array, loading: Array) -> Array:
    """Every cell by itself, (people, cells, weeks, 3)."""
    positions = response.node_positions(loading, response.NEW_NODES)
    low = np.minimum(positions.astype(np.int64), response.NEW_NODES - 2)
    share = (positions - low)[:, :, None, None]
    who = np.arange(loading.shape[0])[:, None]
    return np.asarray((1.0 - share) * values[who, low] + share * values[who, low + 1])


def main() -> None:
    """Measure, print, save."""
    draws = draw(load_parameters(), load_hypotheses(), seed=SEED, n=PEOPLE, n_spatial=32)
    rng = np.random.default_rng(SEED)
    bound = np.exp(rng.normal(0.0, 2.0, (PEOPLE, CELLS)))  # bound dose over half loading: most of the range is met
    loading = bound / (1.0 + bound)
    truth = direct(draws, loading, 1e-7)
    values = surfaces(draws)
    cells = np.abs(interpolated(values, loading) - truth)
    means = np.abs(reduced(values, loading) - truth.mean(axis=1))
    direct(draws, loading[:, :8], response.RTOL)  # warm
    ratios = []
    for _ in range(ROUNDS):
        whole = timing.processor_seconds(lambda: direct(draws, loading, response.RTOL))
        ratios.append(whole / timing.processor_seconds(lambda: reduced(surfaces(draws), loading)))
    at_hand = timing.processor_seconds(lambda: reduced(values, loading))
    result = {
        "people": PEOPLE,
        "cells": CELLS,
        "nodes": response.NEW_NODES,
        "ratio": timing.spread_of(ratios),
        "at_hand_ratio": timing.processor_seconds(lambda: direct(draws, loading, response.RTOL)) / at_hand,
        "error_cell_max": float(cells.max()),
        "error_cell_p99": float(np.quantile(cells.max(axis=(2, 3)), 0.99)),
        "error_mean_max": float(means.max()),
        "error_mean_typical": float(np.median(means.max(axis=(1, 2)))),
        "integration_error": float(np.abs(direct(draws, loading, response.RTOL) - truth).max()),
    }
    for name, value in result.items():
        print(f"{name}: {value}")
    timing.save("surfaces", result)


if __name__ == "__main__":
    main()
