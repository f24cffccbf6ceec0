"""One plan for one person, all draws: sebum, sweat, forehead force, brow height and harms over the weeks.

The order of a simulation:
 1. let the needle land (placement error), 2. superpose spread kernels into bound dose, 3. turn it into
 loading, 4. share the cells of each region out over the nodes of the response surface, 5. average.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.plan import Plan
from holocrine.domain.session import Session
from holocrine.domain.vocabulary import Experience, Region
from holocrine.models.junction import Terminal
from holocrine.models.readout import HARMS, Harm
from holocrine.simulation.binding import Shots, bound_dose, loading, septum
from holocrine.simulation.draws import Draws, stream
from holocrine.simulation.harms import harm_probability, shift
from holocrine.simulation.history import residual_loading
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.placement import placed
from holocrine.simulation.response import NEW_NODES, PAST_NODES, Response, node_positions
from holocrine.simulation.scene import SIDES, Scene
from holocrine.solvers.superposition import bin_pairs

Array = NDArray[np.float64]

REPLICATES = 4
"""Pairings of every draw with landings and spatial draws in the risk figures."""
MUSCLES = tuple(
    f"{muscle}_{side}"
    for muscle in ("frontalis_upper", *(muscle for readout in HARMS.values() for muscle in readout.muscles))
    for side in SIDES
)


@dataclass(frozen=True)
class Person:
    """What a simulation needs to know of a person: places, injector, earlier sessions (oldest first)."""

    scene: Scene
    experience: Experience
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True)
class Simulation:
    """All draws of one plan; every array is relative to the untreated state.

    `sebum`, `sweat` per region and the same without a new session, (draws, weeks); `sebum_reading` adds the signed
    shift of H3b; `frontalis` (draws, weeks) force; `brow` (draws, weeks) mm, negative is down;
    `harm_probability` per harm (REPLICATES*draws,) 0..1, in the order of `draws.repaired`; `harm_course`
    (draws, weeks) mm.
    """

    weeks: Array
    sebum: Mapping[Region, Array]
    sebum_untreated: Mapping[Region, Array]
    sebum_reading: Mapping[Region, Array]
    sweat: Mapping[Region, Array]
    sweat_untreated: Mapping[Region, Array]
    frontalis: Array
    brow: Array
    harm_probability: Mapping[Harm, Array]
    harm_course: Mapping[Harm, Array]


def shots_of_points(plan: Plan) -> Shots:
    """The plan's injections as arrays."""
    table = np.array([(p.x, p.y, p.depth, p.units, p.volume) for p in plan.points], dtype=np.float64).reshape(-1, 5)
    regions = [point.region for point in plan.points]
    return Shots(plan.solution.product, table[:, :2], table[:, 2], table[:, 3], table[:, 4], regions)


@dataclass(frozen=True)
class Simulator:
    """Everything that does not depend on the plan: draws, kernels, response surfaces, what earlier sessions left."""

    person: Person
    draws: Draws
    library: KernelLibrary
    weeks: Array
    responses: Mapping[Terminal, Response]
    residual: Mapping[Terminal, Array]
    muscle_residual: Array | None

    @property
    def past_nodes(self) -> int:
        """Number of nodes for earlier sessions."""
        return PAST_NODES if self.person.sessions else 1

    def past_positions(self, residual: Array | None, shape: tuple[int, int]) -> Array:
        """Node positions of the residual loading; zeros when nothing was ever given."""
        if residual is None:
            return np.zeros(shape)
        return node_positions(np.resize(residual, shape), PAST_NODES)


def simulator(person: Person, draws: Draws, library: KernelLibrary, surfaces: Mapping[Terminal, Response]) -> Simulator:
    """Everything ready for plans: surfaces, and what earlier sessions left where."""
    residual: dict[Terminal, Array] = {}
    muscles = None
    if person.sessions:
        face = person.scene.face
        cells, _ = person.scene.all_regions()
        for terminal in ("sudomotor", "sebaceous"):
            residual[terminal] = residual_loading(
                terminal, person.sessions, face, person.experience, cells, draws, library
            )
        cells, places = person.scene.muscle_cells(MUSCLES)
        muscles = residual_loading(
            "motor", person.sessions, face, person.experience, cells, draws, library, septum(draws, places, len(cells))
        )
    weeks = surfaces["motor"].weeks
    return Simulator(person, draws, library, weeks, surfaces, residual, muscles)


def run(simulator: Simulator, shots: Shots) -> Simulation:
    """Simulate one plan. Deterministic for the simulator's seed."""
    if shots.units.size == 0 and not simulator.person.sessions:
        return _untouched(simulator)
    glands = _gland_courses(simulator, shots)
    force = muscle_forces(simulator, shots)
    local, n = simulator.draws.local, simulator.draws.n
    drop = [shift(HARMS["brow_drop"], 1.0 - _own(force[f"frontalis_lower_{side}"], n), local) for side in SIDES]
    upper = [_own(force[f"frontalis_{part}_{side}"], n) for part in ("lower", "upper") for side in SIDES]
    harms = {harm: harm_of(simulator, force, harm) for harm in HARMS}
    return Simulation(
        weeks=simulator.weeks,
        sebum=glands["sebum"],
        sebum_untreated=glands["sebum untreated"],
        sebum_reading=_with_artefact(simulator, glands["sebum"], treated=shots.units.size > 0),
        sweat=glands["sweat"],
        sweat_untreated=glands["sweat untreated"],
        frontalis=np.mean(upper, axis=0),
        brow=-np.mean(drop, axis=0),
        harm_probability={harm: probability for harm, (probability, _) in harms.items()},
        harm_course={harm: course for harm, (_, course) in harms.items()},
    )


def _untouched(simulator: Simulator) -> Simulation:
    """Nothing now, nothing before: everything stays as it is."""
    n, weeks = simulator.draws.n, simulator.weeks
    same = dict.fromkeys(simulator.person.scene.regions, np.ones((n, weeks.size)))
    still = np.zeros((n, weeks.size))
    return Simulation(
        weeks=weeks,
        sebum=same,
        sebum_untreated=same,
        sebum_reading=same,
        sweat=same,
        sweat_untreated=same,
        frontalis=np.ones((n, weeks.size)),
        brow=still,
        harm_probability=dict.fromkeys(HARMS, np.zeros(REPLICATES * n)),
        harm_course=dict.fromkeys(HARMS, still),
    )


def _own(values: Array, n: int) -> Array:
    """The first landing of every draw."""
    return values[:n]


def _gland_courses(simulator: Simulator, shots: Shots) -> dict[str, dict[Region, Array]]:
    person, draws = simulator.person, simulator.draws
    cells, places = person.scene.all_regions()
    landed = placed(shots.xy, shots.depth, draws, person.experience)
    glands: tuple[Terminal, ...] = ("sebaceous", "sudomotor")
    bound = bound_dose(shots, landed, cells, draws, simulator.library, person.scene.face.sex, glands)
    names = ("sebum", "sebum untreated", "sweat", "sweat untreated")
    courses: dict[str, dict[Region, Array]] = {name: {} for name in names}
    for terminal in glands:
        name = "sebum" if terminal == "sebaceous" else "sweat"
        new = node_positions(loading(terminal, bound[terminal], shots.product, draws), NEW_NODES)
        past = simulator.past_positions(simulator.residual.get(terminal), new.shape)
        surface = simulator.responses[terminal]
        for region, where in places.items():
            weights = bin_pairs(past[:, where], new[:, where], simulator.past_nodes, NEW_NODES)
            courses[name][region] = np.einsum("dij,dijw->dw", weights, surface.values)
            courses[f"{name} untreated"][region] = np.einsum("di,diw->dw", weights.sum(axis=2), surface.untreated)
    return courses


def muscle_forces(simulator: Simulator, shots: Shots) -> dict[str, Array]:
    """Mean force per muscle area, (REPLICATES*draws, weeks); the copies differ in landing and spatial draw."""
    person, draws = simulator.person, simulator.draws
    many = draws.repaired(REPLICATES)
    cells, places = person.scene.muscle_cells(MUSCLES)
    landed = placed(shots.xy, shots.depth, many, person.experience)
    bound = bound_dose(shots, landed, cells, many, simulator.library, person.scene.face.sex, ("motor",))["motor"]
    reaching = bound * septum(many, places, len(cells))
    new = node_positions(loading("motor", reaching, shots.product, many), NEW_NODES)
    past = simulator.past_positions(simulator.muscle_residual, new.shape)
    values = simulator.responses["motor"].values
    forces = {}
    for name, where in places.items():
        weights = bin_pairs(past[:, where], new[:, where], simulator.past_nodes, NEW_NODES)
        weights = weights.reshape(REPLICATES, draws.n, *weights.shape[1:])
        forces[name] = np.einsum("rdij,dijw->rdw", weights, values).reshape(REPLICATES * draws.n, -1)
    return forces


def harm_of(simulator: Simulator, force: Mapping[str, Array], harm: Harm) -> tuple[Array, Array]:
    """Probability (REPLICATES*draws,) that the harm is seen, and its course (draws, weeks) in mm, on the worse side."""
    readout, n = HARMS[harm], simulator.draws.n
    many = simulator.draws.repaired(REPLICATES).local
    weakest = [[force[f"{muscle}_{side}"] for muscle in readout.muscles] for side in SIDES]
    loss = 1.0 - np.min(weakest, axis=(0, 1))
    return harm_probability(readout, loss.max(axis=1), many), _own(shift(readout, loss, many), n)


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
