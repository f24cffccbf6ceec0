"""From injections to the bound dose and loading at cells, for every draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sites import LayerStack
from holocrine.anatomy.stacks import is_deep
from holocrine.domain.vocabulary import Product
from holocrine.models.junction import TERMINALS, Terminal
from holocrine.simulation.constants import POTENCY, periglandular_uptake, tissue_loss_rate
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.spread import RADIUS_STEP, needle_depths
from holocrine.solvers.superposition import superpose

Array = NDArray[np.float64]

PICOMOLAR_PER_PG_MM3 = 1e3 / 150.0
"""pM per pg/mm3 of 150-kDa toxin: 1 pg/mm3 is 1e-6 g/L, and 150,000 g/mol makes that 6.67e-12 mol/L."""
DEEP_MUSCLES = "masseter"
"""What the names of muscle areas under the muscles of expression begin with."""
VOLUME_GRID = 1.25
"""Volumes are rounded to steps of this factor when kernels are looked up (bleb radius moves by under 5%)."""


@dataclass(frozen=True)
class Shots:
    """Injections of one product: `xy` (p, 2) and `depth` (p,) mm, `units` (p,), `volume` (p,) mL, `stacks` below."""

    product: Product | Literal["unknown"]
    xy: Array
    depth: Array
    units: Array
    volume: Array
    stacks: Sequence[LayerStack]

    def only(self, which: NDArray[np.int64]) -> Shots:
        """Some of the injections."""
        stacks = [self.stacks[number] for number in which]
        return Shots(self.product, self.xy[which], self.depth[which], self.units[which], self.volume[which], stacks)


def no_shots() -> Shots:
    """Nothing is injected."""
    nothing = np.empty(0)
    return Shots("unknown", np.empty((0, 2)), nothing, nothing, nothing, [])


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
    terminals: Sequence[Terminal] = TERMINALS,
) -> dict[Terminal, Array]:
    """Bound dose of each terminal type at cells, (landings, cells) in units of `shots.product` per mm3.

    `landed` comes from `placement`: places (landings, p, 2) and depths (landings, p), where landings is a
    whole multiple of the number of draws.
    """
    places, depths = landed
    if shots.units.size == 0:
        return {terminal: np.zeros((places.shape[0], cells.shape[0])) for terminal in terminals}
    keys = [(stack, nominal_volume(float(volume))) for stack, volume in zip(shots.stacks, shots.volume, strict=True)]
    tables, kernel_of = library.tables(keys, tuple(terminals))
    row_of = np.resize(draws.spatial_of, depths.shape[0])
    levels = np.stack([level(stack, depths[:, i]) for i, stack in enumerate(shots.stacks)], axis=1)
    weights = np.broadcast_to(shots.units, depths.shape)
    bound = superpose(tables, RADIUS_STEP, kernel_of, row_of, weights, places, levels, cells)
    return {terminal: bound[:, number] for number, terminal in enumerate(terminals)}


def level(stack: LayerStack, depth: Array) -> Array:
    """Where needle depths (mm) lie between those at which the site's kernels are solved, same shape."""
    solved = needle_depths(stack)
    return np.asarray(np.interp(depth, solved, np.arange(solved.size)))


def muscle_dose(
    shots: Shots,
    landed: tuple[Array, Array],
    cells: Array,
    places: Mapping[str, slice],
    draws: Draws,
    library: KernelLibrary,
) -> Array:
    """Bound dose of motor terminals at muscle cells, (landings, cells); `places` says where each muscle sits in them.

    As `bound_dose`, less what does not get there: past the orbital septum to the levator of the lid, and across the
    fascia between the masseter and the muscles of expression over it.
    """
    deep_shots = np.array([is_deep(stack) for stack in shots.stacks], dtype=bool)
    deep_cells = np.zeros(cells.shape[0], dtype=bool)
    for name, where in places.items():
        deep_cells[where] = name.startswith(DEEP_MUSCLES)
    total = np.zeros((landed[0].shape[0], cells.shape[0]))
    for deep in (False, True):
        own = np.flatnonzero(deep_shots == deep)
        if own.size:
            part = landed[0][:, own], landed[1][:, own]
            bound = bound_dose(shots.only(own), part, cells, draws, library, ("motor",))["motor"]
            bound[:, deep_cells != deep] *= draws.local["plane_crossing"][:, None]
            total += bound
    for name, where in places.items():
        if name.startswith("levator_palpebrae"):
            total[:, where] *= draws.local["septum_transmission"][:, None]
    return total


def loading(terminal: Terminal, bound: Array, product: Product | Literal["unknown"], draws: Draws) -> Array:
    """Loading 0..1 of `terminal` at cells, (draws, cells), from its bound dose (draws, cells)."""
    return np.asarray(bound / (bound + half_dose(terminal, product, draws)[:, None]))


def half_dose(terminal: Terminal, product: Product | Literal["unknown"], draws: Draws) -> Array:
    """Bound dose at which the loading of `terminal` is one half, (draws,), units of `product` per mm3.

    For sebum draws under H2 the loading is that of the direct effect: c/(c + EC50) with the local
    concentration taken as exposure times the tissue's loss rate.
    """
    half = draws.local[f"half_loading_{terminal}"] / potency(product, terminal, draws)
    if terminal == "sebaceous":
        direct = draws.hypothesis_ids == "H2"
        if direct.any():
            exposure = mass_per_unit(product, draws) / periglandular_uptake(draws.value)
            concentration = PICOMOLAR_PER_PG_MM3 * exposure * tissue_loss_rate(draws.value)
            half = np.where(direct, draws.local["direct_half_effect"] / concentration, half)
    return np.asarray(half)
