"""One exposure kernel: one parameter vector, one needle depth. Against a sparse LU of the same equations.

Aim: at most 20 ms with the radial mesh, its eigenmodes, the source and the solution.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse.linalg
from numpy.typing import NDArray

import timing
from holocrine.anatomy.sites import layer_stack
from holocrine.domain.vocabulary import Region
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.models.exposure import bolus, skin_column
from holocrine.population.typical import table_values
from holocrine.simulation.draws import typical
from holocrine.simulation.spread import DEPTHS, RADIUS_COUNT, medium, mesh_for, source, spread_kernels
from holocrine.solvers.diffusion import assemble_axisymmetric, radial_mesh, solve_axisymmetric

VOLUME_ML, DEPTH_MM = 0.02, 1.1
SITES: tuple[Region, ...] = ("forehead", "cheek_left")
"""Bone below the muscle, and deep tissue, whose mesh goes on."""


def one_site(site: Region) -> dict[str, Any]:
    """Timings at the typical parameters of one site."""
    draws = typical(table_values(load_parameters()), load_hypotheses())
    spatial = {name: float(values[0]) for name, values in draws.spatial.items()}
    stack = layer_stack(site, "female")
    column, drop = skin_column(stack, spatial), bolus(VOLUME_ML, spatial)
    layers, mesh = medium(column), mesh_for(column, drop, spatial["tail_length"])
    share = source(column, mesh, drop, DEPTH_MM, spatial)

    def whole() -> object:
        fresh = mesh_for(column, drop, spatial["tail_length"])
        return solve_axisymmetric(fresh, layers, source(column, fresh, drop, DEPTH_MM, spatial))

    def sparse() -> NDArray[np.float64]:
        matrix = assemble_axisymmetric(mesh, layers)
        return np.asarray(scipy.sparse.linalg.splu(matrix).solve(share.ravel())).reshape(share.shape)

    own = solve_axisymmetric(mesh, layers, share).exposure
    times = timing.interleaved(
        {
            "whole": whole,
            "solution": lambda: solve_axisymmetric(mesh, layers, share),
            "modes": lambda: radial_mesh(mesh.edges),
            "sparse_lu": sparse,
        },
        runs=50,
    )
    times["all_depths"] = timing.measure(lambda: spread_kernels(stack, VOLUME_ML, draws.spatial))
    return {
        "cells": list(share.shape),
        "depths": int(DEPTHS.size),
        "radii": RADIUS_COUNT,
        "times": times,
        "ratio_lu_to_whole": times["sparse_lu"]["median"] / times["whole"]["median"],
        "largest_difference": float(np.abs(sparse() - own).max() / own.max()),
    }


def main() -> None:
    """Measure, print, save."""
    result: dict[str, Any] = {site: one_site(site) for site in SITES}
    timing.save("kernel", result)
    for site, found in result.items():
        print(site, found["cells"], "cells; largest difference to sparse LU", f"{found['largest_difference']:.1e}")
        for name, seconds in found["times"].items():
            print(f"  {name:12s} {timing.milliseconds(seconds)} ms")
        print(f"  sparse LU / whole kernel {found['ratio_lu_to_whole']:.1f}")


if __name__ == "__main__":
    main()
