"""Holocrine: one axisymmetric kernel per needle depth, summed over the blebs on the map.

Modes: `kernels` solves a kernel at every bleb's own depth and sums them; `sum` only sums, with kernels at hand,
as any plan after the first does; `tabulated` solves and sums kernels at the product's fixed depths and
interpolates between them. Mesh, spheroid, solver and sum are the product's; the tissue is the benchmark's.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np

from spread_peers import problem
from spread_peers.worker import Array, Prepared, serve

if TYPE_CHECKING:
    from holocrine.models.exposure import SkinColumn


def tissue() -> tuple[SkinColumn, Array]:
    """The benchmark's layers on the product's cells of depth, and what turns exposure into both maps (nz, 2)."""
    from holocrine.models.exposure import CELL_MM, SkinColumn

    parts = [
        np.linspace(top, bottom, max(2, int(np.ceil((bottom - top) / CELL_MM))) + 1)[1:]
        for top, bottom in zip(problem.BOUNDS[:-1], problem.BOUNDS[1:], strict=True)
    ]
    edges = np.concatenate([[0.0], *parts])
    layer = np.searchsorted(problem.BOUNDS, 0.5 * (edges[1:] + edges[:-1])) - 1
    uptake, band = np.zeros((3, layer.size)), np.zeros((3, layer.size))
    for row, place in zip((2, 0), problem.BANDS, strict=True):
        uptake[row, layer == place] = problem.UPTAKE[place]
        band[row] = np.diff(edges) * (layer == place)
        band[row] /= band[row].sum()
    column = SkinColumn(
        edges=edges,
        along=problem.ALONG[layer],
        across=problem.ACROSS[layer],
        clearance=problem.CLEARANCE,
        uptake=uptake,
        band=band,
        layer_bounds=problem.BOUNDS,
        plane=(3.7, 4.3),
        absorbing_bottom=False,
    )
    return column, (band * uptake)[[2, 0]].T


def kernels(levels: Array, column: SkinColumn, weights: Array) -> Array:
    """Kernels (1, 1, levels, 2, radii) of a bleb at each depth, tabulated as the product does."""
    from holocrine.models.exposure import Bolus
    from holocrine.simulation.spread import RADIUS_COUNT, RADIUS_STEP, medium, mesh_for
    from holocrine.solvers.diffusion import solve_axisymmetric_each, spheroid_share

    drop = Bolus(problem.BLEB_RADIUS, problem.BLEB_HALF_HEIGHT)
    mesh = mesh_for(column, drop, tail_length=0.0)
    layers = medium(column)
    radii = RADIUS_STEP * np.arange(RADIUS_COUNT)
    sources = np.stack(
        [
            spheroid_share(
                mesh.edges,
                layers.edges,
                depth=float(depth),
                radius=drop.radius,
                half_height=drop.half_height,
                top=0.0,
                bottom=problem.SIZE[2],
            )
            for depth in levels
        ]
    )
    tables = np.empty((1, 1, levels.size, 2, radii.size))
    for i, solution in enumerate(solve_axisymmetric_each(mesh, layers, sources)):
        held = solution.exposure @ weights
        for kind in range(2):
            tables[0, 0, i, kind] = np.interp(radii, mesh.centres, held[:, kind])
    return tables


def prepare(arguments: argparse.Namespace) -> Prepared:
    """Places of blebs and cells once; a run is kernels (unless they are at hand) and their sum."""
    import holocrine
    from holocrine.simulation.spread import DEPTHS, RADIUS_STEP
    from holocrine.solvers.superposition import superpose

    spots = problem.blebs()
    levels = DEPTHS if arguments.mode == "tabulated" else np.sort(spots.depths)
    levels_of = np.interp(spots.depths, levels, np.arange(levels.size))[None]
    cells = np.stack(np.meshgrid(*problem.map_places(), indexing="ij"), axis=-1).reshape(-1, 2)
    table_of, row_of = np.zeros(spots.depths.size, dtype=np.int64), np.zeros(1, dtype=np.int64)
    doses = np.ones((1, spots.depths.size))
    column, weights = tissue()
    at_hand = kernels(levels, column, weights)

    def solve() -> Array:
        tables = at_hand if arguments.mode == "sum" else kernels(levels, column, weights)
        maps = superpose(tables, RADIUS_STEP, table_of, row_of, doses, spots.places[None], levels_of, cells)
        return np.asarray(maps[0]).reshape(2, 100, 60)

    return Prepared(solve, None, holocrine.__version__, {"kernels": int(levels.size)})


if __name__ == "__main__":
    serve(prepare)
