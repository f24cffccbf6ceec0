"""Force and bulk of the muscles under one plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.simulation.binding import Shots, half_dose, muscle_dose
from holocrine.simulation.placement import placed
from holocrine.simulation.response import CORNER, NEW_NODES
from holocrine.simulation.simulator import Simulator
from holocrine.solvers.superposition import bin_doses, bin_pairs

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MuscleCourses:
    """Mean force and bulk per muscle area, (draws, weeks), over never treated; with and without the plan."""

    force: Mapping[str, Array]
    force_untreated: Mapping[str, Array]
    bulk: Mapping[str, Array]
    bulk_untreated: Mapping[str, Array]


def muscle_courses(simulator: Simulator, shots: Shots) -> MuscleCourses:
    """Every muscle area of the scene, one landing per draw."""
    weights = _node_weights(simulator, shots, tuple(simulator.person.scene.muscles), 1)
    force, bulk = (simulator.responses[organ] for organ in ("motor", "bulk"))
    courses: tuple[dict[str, Array], ...] = ({}, {}, {}, {})
    for name, weight in weights.items():
        before = weight[0].sum(axis=2)
        courses[0][name] = np.einsum("dij,dijw->dw", weight[0], force.values)
        courses[1][name] = np.einsum("di,diw->dw", before, force.untreated)
        courses[2][name] = np.einsum("dij,dijw->dw", weight[0], bulk.values)
        courses[3][name] = np.einsum("di,diw->dw", before, bulk.untreated)
    return MuscleCourses(*courses)


def muscle_forces(simulator: Simulator, shots: Shots, names: Sequence[str], replicates: int) -> dict[str, Array]:
    """Mean force per named muscle area, (replicates*draws, weeks); the copies differ in landing and spatial draw."""
    values = simulator.responses["motor"].values
    return {
        name: np.einsum("rdij,dijw->rdw", weights, values).reshape(-1, values.shape[-1])
        for name, weights in _node_weights(simulator, shots, names, replicates).items()
    }


def _node_weights(simulator: Simulator, shots: Shots, names: Sequence[str], replicates: int) -> dict[str, Array]:
    """Shares of each muscle's cells over the nodes of the surfaces, (replicates, draws, past nodes, new nodes)."""
    if not names:
        return {}
    person, draws = simulator.person, simulator.draws
    many = draws.repaired(replicates)
    cells, places = person.scene.muscle_cells(names)
    landed = placed(shots.xy, shots.depth, many, person.experience)
    reaching = muscle_dose(shots, landed, cells, places, many, simulator.library)
    half = half_dose("motor", shots.product, many)
    past = simulator.past_positions(_of_names(simulator, names), reaching.shape)
    found = {}
    for name, where in places.items():
        weights = bin_doses(past, reaching, half, CORNER, where, simulator.past_nodes, NEW_NODES)
        found[name] = weights.reshape(replicates, draws.n, *weights.shape[1:])
    return found


def past_shares(simulator: Simulator, names: Sequence[str]) -> Array:
    """Shares of the cells of the named muscles over the nodes of what earlier sessions left, (draws, past nodes)."""
    residual = _of_names(simulator, names) if names else None
    if residual is None:
        first = np.zeros((simulator.draws.n, simulator.past_nodes))
        first[:, 0] = 1.0
        return first
    past = simulator.past_positions(residual, (residual.shape[0], residual.shape[1]))
    return bin_pairs(past, np.zeros(past.shape), simulator.past_nodes, 2)[:, :, 0]


def _of_names(simulator: Simulator, names: Sequence[str]) -> Array | None:
    """What earlier sessions left at the cells of the named muscles, (draws, cells); None without any."""
    if simulator.muscle_residual is None:
        return None
    scene = simulator.person.scene
    _, places = scene.muscle_cells(tuple(scene.muscles))
    return np.concatenate([simulator.muscle_residual[:, places[name]] for name in names], axis=1)
