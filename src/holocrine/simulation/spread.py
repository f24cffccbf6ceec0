"""Spread kernels: bound dose per unit injected against distance, for every draw and needle depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sites import LayerStack
from holocrine.anatomy.stacks import is_deep
from holocrine.models.exposure import Bolus, SkinColumn, bolus, skin_column, spread_length
from holocrine.models.junction import TERMINALS
from holocrine.solvers.diffusion import (
    LayeredMedium,
    RadialMesh,
    exponential_disc_share,
    graded_edges,
    radial_mesh,
    solve_axisymmetric_each,
    spheroid_share,
)

Array = NDArray[np.float64]

RADIUS_STEP = 0.25
"""mm between the radii at which kernels are tabulated."""
RADIUS_COUNT = 261
"""Number of tabulated radii: 0 to 65 mm, forehead to lower lid."""
DEPTHS = np.array([0.3, 0.7, 1.1, 1.6, 2.2, 3.0, 4.0, 5.5])
"""Needle depths (mm) at which kernels are solved; between them kernels are interpolated."""
DEEP_DEPTHS = np.array([0.7, 1.6, 3.0, 5.5, 8.0, 11.0, 14.0, 18.0])
"""The same for sites whose muscle lies deeper than needles of the first list reach."""


@dataclass(frozen=True)
class SpreadKernels:
    """Kernels of one site and one volume.

    `bound` (draws, depths, 3, radii) is bound dose per unit injected averaged over the terminal's depth
    band, 1/mm3, in the order of TERMINALS; `shares` (draws, depths, 3) is the share of the dose bound in
    the whole tissue; `cleared`, `edge` (draws, depths) are the shares cleared and lost through the edge.
    """

    bound: Array
    shares: Array
    cleared: Array
    edge: Array

    @property
    def balance_error(self) -> float:
        """Largest departure of bound + cleared + edge from one."""
        return float(np.abs(self.shares.sum(axis=2) + self.cleared + self.edge - 1.0).max())


def needle_depths(stack: LayerStack) -> Array:
    """Needle depths (mm) at which a site's kernels are solved; as many for every site."""
    return DEEP_DEPTHS if is_deep(stack) else DEPTHS


def mesh_for(column: SkinColumn, drop: Bolus, tail_length: float) -> RadialMesh:
    """Rings fine enough for the bleb's edge and wide enough that under 1e-6 of the dose reaches the rim."""
    short, long = spread_length(column)
    step = float(np.clip(min(drop.radius / 10.0, short / 2.0), 0.04, 0.25))
    radius = max(drop.radius + 18.0 * long, 20.0 * tail_length)
    return radial_mesh(graded_edges(drop.radius + 3.0 * min(long, drop.radius), step, 1.12, radius))


def source(column: SkinColumn, mesh: RadialMesh, drop: Bolus, depth: float, spatial: Mapping[str, float]) -> Array:
    """Where one unit starts (nr, nz): bleb held back in its layer, bleb in all tissue, and the sheet in the plane."""
    tissue = float(column.layer_bounds[-1])
    depth = float(np.clip(depth, column.layer_bounds[1], tissue - 0.05))  # fluid does not stay in the epidermis
    layer = int(np.clip(np.searchsorted(column.layer_bounds, depth) - 1, 0, column.layer_bounds.size - 2))
    top, bottom = column.layer_bounds[max(layer, 1)], column.layer_bounds[max(layer, 1) + 1]

    def bleb(low: float, high: float) -> Array:
        return spheroid_share(
            mesh.edges,
            column.edges,
            depth=depth,
            radius=drop.radius,
            half_height=drop.half_height,
            top=float(low),
            bottom=float(high),
        )

    held, tail = spatial["planar_confinement"], spatial["tail_fraction"]
    sheet = exponential_disc_share(
        mesh.edges, column.edges, length=spatial["tail_length"], top=column.plane[0], bottom=column.plane[1]
    )
    return (1.0 - tail) * (held * bleb(top, bottom) + (1.0 - held) * bleb(0.0, tissue)) + tail * sheet


def medium(column: SkinColumn) -> LayeredMedium:
    """The column as the solver wants it."""
    return LayeredMedium(column.edges, column.along, column.across, column.loss_rate, column.absorbing_bottom)


def spread_of(
    stack: LayerStack, volume_ml: float, spatial: Mapping[str, float], depths: Array
) -> tuple[Array, Array, Array, Array]:
    """One set of spatial parameters: `bound` (depths, 3, radii), `shares` (depths, 3), `cleared`, `edge` (depths,).

    As the rows of SpreadKernels; `depths` in mm.
    """
    column = skin_column(stack, spatial)
    drop = bolus(volume_ml, spatial)
    mesh = mesh_for(column, drop, spatial["tail_length"])
    layers = medium(column)
    cells = np.outer(mesh.areas, layers.thickness)
    radii = RADIUS_STEP * np.arange(RADIUS_COUNT)
    bound = np.empty((depths.size, len(TERMINALS), RADIUS_COUNT))
    shares = np.empty((depths.size, len(TERMINALS)))
    cleared, edge = np.empty(depths.size), np.empty(depths.size)
    sources = np.stack([source(column, mesh, drop, float(depth), spatial) for depth in depths])
    for i, solution in enumerate(solve_axisymmetric_each(mesh, layers, sources)):
        held = solution.exposure @ (column.band * column.uptake).T
        amount = cells * solution.exposure
        shares[i] = column.uptake @ amount.sum(axis=0)
        cleared[i] = column.clearance * amount.sum()
        edge[i] = solution.edge_flux
        for j in range(len(TERMINALS)):
            bound[i, j] = np.interp(radii, mesh.centres, np.maximum(held[:, j], 0.0))
    return bound, shares, cleared, edge


def spread_kernels(stack: LayerStack, volume_ml: float, spatial: Mapping[str, Array]) -> SpreadKernels:
    """Solve every draw and depth. `spatial` holds one (draws,) array per spatial parameter."""
    count = next(iter(spatial.values())).size
    rows = [{name: float(values[i]) for name, values in spatial.items()} for i in range(count)]
    bound, shares, cleared, edge = zip(
        *(spread_of(stack, volume_ml, row, needle_depths(stack)) for row in rows), strict=True
    )
    return SpreadKernels(np.array(bound), np.array(shares), np.array(cleared), np.array(edge))
