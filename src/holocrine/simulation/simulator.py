"""What does not depend on the plan: person, draws, kernels, response surfaces, what earlier sessions left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.session import Session
from holocrine.domain.vocabulary import Experience, Harm
from holocrine.models.harms import EVERY_HARM
from holocrine.models.junction import Terminal
from holocrine.simulation.draws import Draws
from holocrine.simulation.history import residual_loading
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.response import PAST_NODES, Organ, Response, node_positions
from holocrine.simulation.scene import SIDES, Scene

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Person:
    """What a simulation needs to know of a person: places, injector, earlier sessions (oldest first)."""

    scene: Scene
    experience: Experience
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True)
class Simulator:
    """Ready for any plan. `residual` (draws, cells) is the loading at the glands that earlier sessions left,
    `muscle_residual` the same at the muscles, both in the order of the scene."""

    person: Person
    draws: Draws
    library: KernelLibrary
    weeks: Array
    responses: Mapping[Organ, Response]
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

    @property
    def harm_muscles(self) -> Mapping[Harm, tuple[tuple[str, ...], ...]]:
        """Per harm and side the muscle areas whose weakness causes it; only harms and sides of this scene."""
        return harm_muscles(self.person.scene)


def harm_muscles(scene: Scene) -> dict[Harm, tuple[tuple[str, ...], ...]]:
    """Per harm and side the muscle areas whose weakness causes it; only harms and sides that the scene shows."""
    found: dict[Harm, tuple[tuple[str, ...], ...]] = {}
    for harm, readout in EVERY_HARM.items():
        sides = [tuple(f"{muscle}_{side}" for muscle in readout.muscles) for side in SIDES]
        if present := tuple(side for side in sides if all(name in scene.muscles for name in side)):
            found[harm] = present
    return found


def simulator(person: Person, draws: Draws, library: KernelLibrary, surfaces: Mapping[Organ, Response]) -> Simulator:
    """Everything ready for plans: surfaces, and what earlier sessions left where."""
    residual: dict[Terminal, Array] = {}
    muscles = None
    if person.sessions:
        scene = person.scene
        cells, _ = scene.all_regions()
        for terminal in ("sudomotor", "sebaceous"):
            residual[terminal] = residual_loading(
                terminal, person.sessions, scene.face, person.experience, cells, draws, library
            )
        cells, places = scene.muscle_cells(tuple(scene.muscles))
        muscles = residual_loading(
            "motor", person.sessions, scene.face, person.experience, cells, draws, library, places
        )
    return Simulator(person, draws, library, surfaces["motor"].weeks, surfaces, residual, muscles)
