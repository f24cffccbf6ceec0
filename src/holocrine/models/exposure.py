"""Where the toxin goes: layers, losses and the bolus as coefficients of one steady diffusion problem.

In a bleb the toxin is hundreds of times more dilute than its acceptors' dissociation constant, so uptake
is first order and the transport linear; the time integral of the concentration then obeys a steady
equation, and what binds is uptake rate times that exposure. Lengths mm, times day, per unit injected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sites import LayerStack, terminal_band
from holocrine.models.junction import TERMINALS

Array = NDArray[np.float64]

LN2 = float(np.log(2.0))
HOURS_PER_DAY = 24.0
CELL_MM = 0.08
"""Target height of a z cell; halving it moves bound doses by under 1% (verification tests)."""
SAME_DEPTH_MM = 1e-6
"""Depths closer than this are one cell edge."""
EPIDERMIS_DIFFUSIVITY_SHARE = 0.1
"""Diffusivity of the living epidermis over that of the dermis (assumption: tight cell layers, no number found)."""
DEEP_TISSUE_MM = 12.0
"""How far tissue goes on below the muscle where no bone ends it; the lower edge absorbs and is measured."""


@dataclass(frozen=True)
class SkinColumn:
    """One person's tissue under one site: cell edges (nz + 1,) mm and coefficients per cell.

    `along`, `across` (nz,) mm2/day are the spreading coefficients along and across the layers;
    `uptake` (3, nz) 1/day in the order of TERMINALS; `band` (3, nz) weights that average over each
    terminal's depth band (rows sum to one); `plane` is the depth range (mm) of the sheet along which
    a small share of the dose runs.
    """

    edges: Array
    along: Array
    across: Array
    clearance: float
    uptake: Array
    band: Array
    layer_bounds: Array
    plane: tuple[float, float]
    absorbing_bottom: bool

    @property
    def loss_rate(self) -> Array:
        """Clearance plus all uptake (nz,), 1/day."""
        return np.asarray(self.clearance + self.uptake.sum(axis=0))


@dataclass(frozen=True)
class Bolus:
    """The injected spheroid (mm): lateral and vertical semi-axis."""

    radius: float
    half_height: float


def _cuts(bounds: Array, bands: list[tuple[float, ...]]) -> Array:
    """Depths (mm) that must be cell edges: layer bounds and ends of terminal bands, so that no cell is half inside."""
    depths = np.sort(np.concatenate([bounds, np.ravel(bands)]))
    return np.asarray(depths[np.diff(depths, prepend=-np.inf) > SAME_DEPTH_MM])


def _layer_edges(bounds: Array) -> Array:
    parts = [np.array([0.0])]
    for top, bottom in pairwise(bounds):
        cells = max(2, int(np.ceil((bottom - top) / CELL_MM)))
        parts.append(np.linspace(top, bottom, cells + 1)[1:])
    return np.concatenate(parts)


def _deep_edges(start: float) -> Array:
    steps = CELL_MM * 1.25 ** np.arange(1, 40)
    depth = start + np.cumsum(steps)
    return np.asarray(depth[: int(np.searchsorted(depth, start + DEEP_TISSUE_MM)) + 1])


def _overlap(edges: Array, top: float, bottom: float) -> Array:
    return np.diff(np.clip(edges, top, bottom))


def skin_column(stack: LayerStack, spatial: Mapping[str, float]) -> SkinColumn:
    """The tissue under a site for one set of spatial parameters (values in the units of the parameter table)."""
    factor = spatial["tissue_thickness_factor"]
    bounds = factor * np.concatenate([[0.0], np.cumsum([layer.thickness_mm for layer in stack.layers])])
    bands = [tuple(factor * depth for depth in terminal_band(stack, terminal)) for terminal in TERMINALS]
    edges = _layer_edges(_cuts(bounds, bands))
    open_below = stack.bottom != "bone"
    if open_below:
        edges = np.concatenate([edges, _deep_edges(float(edges[-1]))])
    centres = 0.5 * (edges[1:] + edges[:-1])
    names = np.array([layer.name for layer in stack.layers] + ["deep"])
    name_of = names[np.searchsorted(bounds[1:], centres)]
    looseness = np.ones(centres.size)
    looseness[name_of == "epidermis"] = EPIDERMIS_DIFFUSIVITY_SHARE
    looseness[name_of == "subcutis"] = spatial["diffusivity_ratio_subcutis"]
    diffusion, dispersion = spatial["diffusivity"], spatial["convective_dispersion"]
    inside = np.array([_overlap(edges, *band) for band in bands])
    dermal = LN2 * HOURS_PER_DAY / spatial["uptake_half_life_dermis"]
    rates = {
        "motor": LN2 * HOURS_PER_DAY / spatial["uptake_half_life_muscle"],
        "sudomotor": dermal * spatial["sudomotor_share"],
        "sebaceous": dermal * (1.0 - spatial["sudomotor_share"]),
    }
    uptake = np.array([rates[terminal] for terminal in TERMINALS])[:, None] * inside / np.diff(edges)
    top_of_muscle = float(bounds[[layer.name for layer in stack.layers].index("muscle")])
    return SkinColumn(
        edges=edges,
        along=looseness * (diffusion + dispersion),
        across=looseness * (diffusion + spatial["dispersion_across"] * dispersion),
        clearance=LN2 * HOURS_PER_DAY / spatial["clearance_half_life"],
        uptake=uptake,
        band=inside / inside.sum(axis=1, keepdims=True),
        layer_bounds=bounds,
        plane=(max(0.0, top_of_muscle - 0.3 * factor), top_of_muscle + 0.3 * factor),
        absorbing_bottom=open_below,
    )


def bolus(volume_ml: float, spatial: Mapping[str, float]) -> Bolus:
    """The spheroid that a volume (mL) fills: width from measured blebs, height from the volume."""
    radius = spatial["bleb_radius"] * (volume_ml / 0.02) ** spatial["bleb_exponent"]
    half_height = 1000.0 * volume_ml / (4.0 / 3.0 * np.pi * radius**2)
    return Bolus(float(radius), float(half_height))


def spread_length(column: SkinColumn) -> tuple[float, float]:
    """Shortest and longest decay length sqrt(D/k) along the layers, mm."""
    lengths = np.sqrt(column.along / column.loss_rate)
    return float(lengths.min()), float(lengths.max())
