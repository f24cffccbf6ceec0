"""What the search adds up for each target: where a terminal type is read, and what its loading is worth there.

Sebum and sweat are read in the skin of the goal regions. Pores, acne and scars follow the sebum: what they gain is the
fall of the sebum times a slope, one per draw, from the whole model with all sebum treated alike. Muscle targets are
read in their muscles. The finished plan is always judged by the whole model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.bladder_wall import wall_cells
from holocrine.anatomy.sheets import to_plane
from holocrine.anatomy.standard_points import TARGET_MUSCLES
from holocrine.domain.vocabulary import Target
from holocrine.models.junction import Terminal
from holocrine.simulation.binding import no_shots
from holocrine.simulation.course import Simulation, run
from holocrine.simulation.response import NEW_NODES, Organ, node_loadings, node_positions
from holocrine.simulation.scene import Scene
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.summary import benefit_weeks, mean_fall
from holocrine.simulation.systems.bladder import contraction_surface

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Falls = Callable[[Simulation], Mapping[Target, Array]]
"""From a simulation to the fall (draws, weeks), percent, of every target, by the whole model."""

TERMINAL: Mapping[Target, Terminal] = {
    "sebum": "sebaceous",
    "sweat": "sudomotor",
    "pores": "sebaceous",
    "acne": "sebaceous",
    "scars": "sebaceous",
}
"""What the skin targets are reached through; all others are muscles."""
THROUGH_SEBUM: tuple[Target, ...] = ("pores", "acne", "scars")
SLOPE_NODE = NEW_NODES // 2
"""Loading at which the slopes of pores, acne and scars on sebum are taken."""
SMALLEST_FALL = 0.5
"""Percent of sebum below which a slope is not taken: there is nothing to divide by."""


@dataclass(frozen=True)
class Aim:
    """One target on the planning draws.

    Loading of `terminal` at `cells` (c, 2) is worth `gains` (draws, nodes) percent; `place` tells sets of cells
    apart; `share` is how likely it is to respond at all.
    """

    target: Target
    terminal: Terminal
    place: str
    cells: Array
    gains: Array
    share: float
    muscle: str = ""
    """One of the muscle areas that are read, for muscle targets."""


def aims_of(
    simulator: Simulator, targets: Sequence[Target], coarse: Scene, index: Index, share: float, falls: Falls
) -> tuple[Aim, ...]:
    """The aims for `targets` on the planning draws `index`, on which sebum responds with probability `share`."""
    skin, _ = coarse.all_regions()
    slopes = _slopes(simulator, targets, falls)
    found = []
    for target in targets:
        if target in TERMINAL:
            terminal = TERMINAL[target]
            gains = _gains(simulator, terminal, index)
            if target in slopes:
                gains = gains * slopes[target][index, None]
            found.append(Aim(target, terminal, "skin", skin, gains, share if terminal == "sebaceous" else 1.0))
        elif target in TARGET_MUSCLES:
            cells, _ = coarse.muscle_cells(TARGET_MUSCLES[target])
            organ: Organ = "bulk" if target == "jaw" else "motor"
            gains, muscle = _gains(simulator, organ, index), TARGET_MUSCLES[target][0]
            found.append(Aim(target, "motor", target, cells, gains, 1.0, muscle))
        else:
            wall = to_plane("bladder", wall_cells())
            found.append(Aim(target, "motor", target, wall, _wall_gains(simulator, index), 1.0, target))
    return tuple(found)


def _gains(simulator: Simulator, organ: Organ, index: Index) -> Array:
    """Mean fall (percent) over the benefit weeks against no new session, by draw and node of the new loading."""
    values = simulator.responses[organ].values[index][..., benefit_weeks(simulator.weeks)].mean(axis=(1, 3))
    return np.asarray(100.0 * (values[:, :1] - values))


def _wall_gains(simulator: Simulator, index: Index) -> Array:
    """Loss of contraction (percent) of the bladder's wall over the benefit weeks, by draw and node as in `_gains`.

    The nodes are loadings of motor terminals; the same bound dose loads the detrusor's by their own half loading.
    """
    draws = simulator.draws
    surface = contraction_surface(draws, draws.local, simulator.weeks)[index][..., benefit_weeks(simulator.weeks)]
    loss = 100.0 * (1.0 - surface.mean(axis=2))
    free = 1.0 - np.minimum(node_loadings(NEW_NODES), 1.0 - 1e-9)
    dose = draws.local["half_loading_motor"][index, None] * (1.0 / free - 1.0)
    positions = node_positions(dose / (dose + draws.local["half_loading_detrusor"][index, None]), loss.shape[1])
    nodes = np.arange(loss.shape[1])
    return np.stack([np.interp(at, nodes, of) for at, of in zip(positions, loss, strict=True)])


def _slopes(simulator: Simulator, targets: Sequence[Target], falls: Falls) -> dict[Target, Array]:
    """Fall of each target that follows the sebum over the fall of the sebum itself, (draws,)."""
    wanted = [target for target in targets if target in THROUGH_SEBUM]
    if not wanted:
        return {}
    still = run(simulator, no_shots())
    surface = simulator.responses["sebaceous"].values.mean(axis=1)
    course = surface[:, SLOPE_NODE]
    alike = replace(
        still, sebum=dict.fromkeys(still.sebum, course), sebum_untreated=dict.fromkeys(still.sebum, surface[:, 0])
    )
    found = falls(alike)
    fall = mean_fall(100.0 * (surface[:, 0] - course), simulator.weeks)
    enough = fall > SMALLEST_FALL
    return {
        target: np.where(enough, mean_fall(found[target], simulator.weeks) / np.where(enough, fall, 1.0), 0.0)
        for target in wanted
    }
