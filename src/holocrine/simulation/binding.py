"""From injections to the bound dose and loading at cells, for every draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sites import layer_stack
from holocrine.domain.vocabulary import Product, Region, Sex
from holocrine.models.junction import TERMINALS, Terminal
from holocrine.simulation.constants import POTENCY, periglandular_uptake, tissue_loss_rate
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.spread import DEPTHS, RADIUS_STEP
from holocrine.solvers.superposition import superpose

Array = NDArray[np.float64]

PICOMOLAR_PER_PG_MM3 = 1e3 / 150.0
"""pM per pg/mm3 of 150-kDa toxin: 1 pg/mm3 is 1e-6 g/L, and 150,000 g/mol makes that 6.67e-12 mol/L."""
VOLUME_GRID = 1.25
"""Volumes are rounded to steps of this factor when kernels are looked up (bleb radius moves by under 5%)."""


@dataclass(frozen=True)
class Shots:
    """Injections of one product: `xy` (p, 2) mm, `depth` (p,) mm, `units` (p,), `volume` (p,) mL, `regions` (p,)."""

    product: Product | Literal["unknown"]
    xy: Array
    depth: Array
    units: Array
    volume: Array
    regions: Sequence[Region]


def potency(product: Product | Literal["unknown"], terminal: Terminal, draws: Draws) -> Array:
    """Effect per unit relative to onabotulinumtoxinA (draws,); an unknown product is spread over all of them."""
    return _per_product(POTENCY[terminal], product, draws)


def mass_per_unit(product: Product | Literal["unknown"], draws: Draws) -> Array:
    """150-kDa toxin per unit (draws,), pg."""
    return _per_product("mass", product, draws)


def _per_product(prefix: str, product: Product | Literal["unknown"], draws: Draws) -> Array:
    if product != "unknown":
        return draws.local[f"{prefix}_{product}"]
    every = np.stack([draws.local[f"{prefix}_{name}"] for name in get_args(Product)])
    return np.asarray(every[np.arange(draws.n) % every.shape[0], np.arange(draws.n)])


def nominal_volume(volume_ml: float) -> float:
    """The volume (mL) whose kernels stand for `volume_ml`."""
    return float(0.01 * VOLUME_GRID ** np.round(np.log(volume_ml / 0.01) / np.log(VOLUME_GRID)))


def bound_dose(
    shots: Shots,
    landed: tuple[Array, Array],
    cells: Array,
    draws: Draws,
    library: KernelLibrary,
    sex: Sex,
    terminals: Sequence[Terminal] = TERMINALS,
) -> dict[Terminal, Array]:
    """Bound dose of each terminal type at cells, (landings, cells) in units of `shots.product` per mm3.

    `landed` comes from `placement`: places (landings, p, 2) and depths (landings, p), where landings is a
    whole multiple of the number of draws.
    """
    places, depths = landed
    if shots.units.size == 0:
        return {terminal: np.zeros((places.shape[0], cells.shape[0])) for terminal in terminals}
    keys = [
        (layer_stack(region, sex), nominal_volume(float(volume)))
        for region, volume in zip(shots.regions, shots.volume, strict=True)
    ]
    tables, kernel_of = library.tables(keys, tuple(terminals))
    row_of = np.resize(draws.spatial_of, depths.shape[0])
    levels = np.interp(depths, DEPTHS, np.arange(DEPTHS.size))
    weights = np.broadcast_to(shots.units, depths.shape)
    bound = superpose(tables, RADIUS_STEP, kernel_of, row_of, weights, places, levels, cells)
    return {terminal: bound[:, number] for number, terminal in enumerate(terminals)}


def septum(draws: Draws, places: Mapping[str, slice], count: int) -> Array:
    """Share of the bound dose that gets to each of `count` muscle cells, (draws, count).

    One everywhere but behind the orbital septum, at the levator of the lid. `places` says where in the cells
    each muscle sits.
    """
    passage = np.ones((draws.n, count))
    for name, where in places.items():
        if name.startswith("levator_palpebrae"):
            passage[:, where] = draws.local["septum_transmission"][:, None]
    return passage


def loading(terminal: Terminal, bound: Array, product: Product | Literal["unknown"], draws: Draws) -> Array:
    """Loading 0..1 of `terminal` at cells, (draws, cells), from its bound dose (draws, cells).

    For sebum draws under H2 the loading is that of the direct effect: c/(c + EC50) with the local
    concentration taken as exposure times the tissue's loss rate.
    """
    dose = potency(product, terminal, draws)[:, None] * bound
    loads = dose / (dose + draws.local[f"half_loading_{terminal}"][:, None])
    direct = np.flatnonzero(draws.hypothesis_ids == "H2") if terminal == "sebaceous" else np.empty(0, dtype=np.int64)
    if direct.size:
        own = draws.subset(direct)
        exposure = mass_per_unit(product, own)[:, None] * bound[direct] / periglandular_uptake(own.value)[:, None]
        concentration = PICOMOLAR_PER_PG_MM3 * exposure * tissue_loss_rate(own.value)[:, None]
        loads[direct] = concentration / (concentration + own.local["direct_half_effect"][:, None])
    return np.asarray(loads)
