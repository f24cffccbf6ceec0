"""Arms of bladder studies: what was injected into the wall, and how strongly the wall then contracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.bladder_wall import DEPTH_MM, PointCount, standard_points, wall_cells
from holocrine.anatomy.sites import layer_stack
from holocrine.domain.urology import Cause
from holocrine.domain.vocabulary import Product
from holocrine.inference.arms.given import NotModelledError
from holocrine.inference.blocks.world import BlockWorld
from holocrine.knowledge.evidence import Arm
from holocrine.knowledge.evidence.reported import reported
from holocrine.knowledge.parameters import load_parameters
from holocrine.models.junction import TERMINALS
from holocrine.simulation.binding import nominal_volume
from holocrine.simulation.constants import POTENCY
from holocrine.simulation.draws import SPATIAL, Draws
from holocrine.simulation.spread import RADIUS_STEP, spread_of
from holocrine.simulation.systems.bladder import contraction_surface, wall_contraction
from holocrine.solvers.superposition import superpose

Array = NDArray[np.float64]

WEEKS: Array = np.array([*range(13), *range(14, 27, 2), *range(30, 107, 4)], dtype=np.float64)
"""When courses are read, weeks; in between they are straight."""
LABELLED: Mapping[Cause, tuple[float, PointCount, float]] = {
    "idiopathic": (100.0, 20, 0.5),
    "neurogenic": (200.0, 30, 1.0),
}
"""Units of onabotulinumtoxinA, points, and mL a point on the label."""
_PRODUCTS: tuple[str, ...] = get_args(Product)


@dataclass(frozen=True)
class Injected:
    """`units` of `product` into every one of `points` of `volume` mL; no product: saline."""

    cause: Cause
    product: str
    units: float
    points: PointCount
    volume: float


def injected(arm: Arm) -> Injected:
    """What an arm was given; as on the label where it is not printed. Raises NotModelledError."""
    if arm.has_toxin and arm.product not in _PRODUCTS:
        raise NotModelledError(f"product not modelled: {arm.product}")
    why = cause(arm)
    usual, points, volume = LABELLED[why]
    total = reported(arm.facts["total_units"].split()[0]).mid if "total_units" in arm.facts else usual
    return Injected(why, arm.product if arm.has_toxin else "", total / points if arm.has_toxin else 0.0, points, volume)


def cause(arm: Arm) -> Cause:
    """Why the bladders of an arm are overactive; where no word says it, more points than 20 mean a neurogenic cause."""
    if arm.selected_for:
        return "neurogenic" if "neurogenic" in arm.selected_for else "idiopathic"
    return "neurogenic" if arm.points is not None and arm.points.mid > LABELLED["idiopathic"][1] else "idiopathic"


def contraction(world: BlockWorld, given: Injected) -> Array:
    """Contraction of the whole wall over its own before, (people, weeks)."""
    surface = world.once("bladder surface", lambda: contraction_surface(_draws(world), world.values, WEEKS))
    if not given.product:
        return np.ones((surface.shape[0], WEEKS.size))

    def course() -> Array:
        dose = _usual(f"{POTENCY['motor']}_{given.product}") * given.units * _bound(given.points, given.volume)
        half = world.persons("half_loading_detrusor")[:, None]
        return wall_contraction(dose / (dose + half), surface)

    return world.once(("contraction", given), course)


def _draws(world: BlockWorld) -> Draws:
    """The main table's parameters that a terminal of the detrusor shares, at the table's values, one per person."""
    people = world.persons("half_loading_detrusor").size
    names = ("depot_release", "snap25_half_life", "release_hill")
    local = {name: np.full(people, _usual(name)) for name in names}
    index = np.zeros(people, dtype=np.int64)
    return Draws(seed=0, spatial={}, local=local, spatial_of=index, hypothesis=index, hypotheses=())


@cache
def _usual(name: str) -> float:
    return load_parameters()[name].value


@cache
def _bound(points: PointCount, volume_ml: float) -> Array:
    """Bound dose at the cells of the wall per unit at every labelled point, (1, cells), 1/mm3; needles as planned."""
    spatial = {name: _usual(name) for name in SPATIAL}
    stack = layer_stack("bladder", "female")
    table = spread_of(stack, nominal_volume(volume_ml), spatial, np.array([DEPTH_MM]))[0]
    places = standard_points(points)[None]
    levels = np.zeros(places.shape[:2])
    first = np.zeros(1, dtype=np.int64)
    kernel_of = np.zeros(places.shape[1], dtype=np.int64)
    kernels = np.ascontiguousarray(table[None, None])
    bound = superpose(kernels, RADIUS_STEP, kernel_of, first, np.ones_like(levels), places, levels, wall_cells())
    return bound[:, TERMINALS.index("motor")]
