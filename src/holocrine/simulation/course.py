"""One plan for one person, all draws: sebum, sweat, muscles and harms over the weeks.

The order of a simulation:
 1. let the needle land (placement error), 2. superpose spread kernels into bound dose, 3. turn it into
 loading, 4. share the cells of each region out over the nodes of the response surface, 5. average.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Harm, Region
from holocrine.models.harms import EVERY_HARM
from holocrine.models.junction import Terminal
from holocrine.simulation.binding import Shots, bound_dose, half_dose
from holocrine.simulation.draws import stream
from holocrine.simulation.harms import harm_probability, lost_force, shift
from holocrine.simulation.muscle_course import muscle_courses, muscle_forces
from holocrine.simulation.placement import placed
from holocrine.simulation.response import CORNER, NEW_NODES
from holocrine.simulation.simulator import Simulator
from holocrine.solvers.superposition import bin_doses

Array = NDArray[np.float64]

Harms = Mapping[Harm, tuple[Array, Array]]
"""Per harm its probability (replicates*draws,) 0..1 and its course (draws, weeks) in its own measure."""
REPLICATES = 4
"""Pairings of every draw with landings and spatial draws in the risk figures."""


@dataclass(frozen=True)
class Simulation:
    """All draws of one plan; every array is relative to the untreated state.

    `sebum`, `sweat` per region and the same without a new session, (draws, weeks); `sebum_reading` adds the signed
    shift of H3b; `force` and `bulk` per muscle area likewise;
    `harm_probability` per harm (REPLICATES*draws,) 0..1, in the order of `draws.repaired`; `harm_course`
    (draws, weeks) in the harm's own measure.
    """

    weeks: Array
    sebum: Mapping[Region, Array]
    sebum_untreated: Mapping[Region, Array]
    sebum_reading: Mapping[Region, Array]
    sweat: Mapping[Region, Array]
    sweat_untreated: Mapping[Region, Array]
    force: Mapping[str, Array]
    force_untreated: Mapping[str, Array]
    bulk: Mapping[str, Array]
    bulk_untreated: Mapping[str, Array]
    harm_probability: Mapping[Harm, Array]
    harm_course: Mapping[Harm, Array]


def run(simulator: Simulator, shots: Shots, harms: Harms | None = None) -> Simulation:
    """Simulate one plan. Deterministic for the simulator's seed; `harms` of these shots are taken where known."""
    if shots.units.size == 0 and not simulator.person.sessions:
        return _untouched(simulator)
    glands = _gland_courses(simulator, shots)
    muscles = muscle_courses(simulator, shots)
    harms = harms or harms_of(simulator, shots)
    return Simulation(
        weeks=simulator.weeks,
        sebum=glands["sebum"],
        sebum_untreated=glands["sebum untreated"],
        sebum_reading=_with_artefact(simulator, glands["sebum"], treated=shots.units.size > 0),
        sweat=glands["sweat"],
        sweat_untreated=glands["sweat untreated"],
        force=muscles.force,
        force_untreated=muscles.force_untreated,
        bulk=muscles.bulk,
        bulk_untreated=muscles.bulk_untreated,
        harm_probability={harm: probability for harm, (probability, _) in harms.items()},
        harm_course={harm: course for harm, (_, course) in harms.items()},
    )


def _untouched(simulator: Simulator) -> Simulation:
    """Nothing now, nothing before: everything stays as it is."""
    n, weeks, scene = simulator.draws.n, simulator.weeks, simulator.person.scene
    full, still = np.ones((n, weeks.size)), np.zeros((n, weeks.size))
    same = dict.fromkeys(scene.regions, full)
    strong = dict.fromkeys(scene.muscles, full)
    return Simulation(
        weeks=weeks,
        sebum=same,
        sebum_untreated=same,
        sebum_reading=same,
        sweat=same,
        sweat_untreated=same,
        force=strong,
        force_untreated=strong,
        bulk=strong,
        bulk_untreated=strong,
        harm_probability=dict.fromkeys(simulator.harm_muscles, np.zeros(REPLICATES * n)),
        harm_course=dict.fromkeys(simulator.harm_muscles, still),
    )


def _gland_courses(simulator: Simulator, shots: Shots) -> dict[str, dict[Region, Array]]:
    person, draws = simulator.person, simulator.draws
    cells, places = person.scene.all_regions()
    landed = placed(shots.xy, shots.depth, draws, person.experience)
    glands: tuple[Terminal, ...] = ("sebaceous", "sudomotor")
    bound = bound_dose(shots, landed, cells, draws, simulator.library, glands)
    names = ("sebum", "sebum untreated", "sweat", "sweat untreated")
    courses: dict[str, dict[Region, Array]] = {name: {} for name in names}
    for terminal in glands:
        name = "sebum" if terminal == "sebaceous" else "sweat"
        dose, half = np.ascontiguousarray(bound[terminal]), half_dose(terminal, shots.product, draws)
        past = simulator.past_positions(simulator.residual.get(terminal), dose.shape)
        surface = simulator.responses[terminal]
        for region, where in places.items():
            weights = bin_doses(past, dose, half, CORNER, where, simulator.past_nodes, NEW_NODES)
            courses[name][region] = np.einsum("dij,dijw->dw", weights, surface.values)
            courses[f"{name} untreated"][region] = np.einsum("di,diw->dw", weights.sum(axis=2), surface.untreated)
    return courses


def harms_of(simulator: Simulator, shots: Shots, replicates: int = REPLICATES) -> Harms:
    """Every harm of one plan, `replicates` landings for every draw."""
    harms, n = simulator.harm_muscles, simulator.draws.n
    names = tuple(dict.fromkeys(name for sides in harms.values() for side in sides for name in side))
    force = muscle_forces(simulator, shots, names, replicates)
    local = simulator.draws.repaired(replicates).local
    found: dict[Harm, tuple[Array, Array]] = {}
    for harm, sides in harms.items():
        readout = EVERY_HARM[harm]
        loss = lost_force(readout, sides, force)
        found[harm] = harm_probability(readout, loss.max(axis=1), local), shift(readout, loss, local)[:n]
    return found


def _with_artefact(simulator: Simulator, sebum: Mapping[Region, Array], *, treated: bool) -> dict[Region, Array]:
    """Readings: under H3b treated skin reads off by a signed share, mean zero, that fades like the toxin's effect."""
    draws = simulator.draws
    which = draws.hypothesis_ids
    shift = np.where(which == "H3b", draws.local["artefact_sd"], 0.0) * stream(draws.seed, "reading").standard_normal(
        draws.n
    )
    fade = np.minimum(simulator.weeks / 2.0, 1.0) * np.exp(-np.maximum(simulator.weeks - 8.0, 0.0) / 6.0)
    extra = shift[:, None] * fade if treated else np.zeros((draws.n, simulator.weeks.size))
    return {region: np.maximum(values + extra, 0.0) for region, values in sebum.items()}
