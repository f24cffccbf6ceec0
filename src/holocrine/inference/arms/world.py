"""One way the world might be: everything the model says at one set of typical values, worked out when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sites import LayerStack
from holocrine.anatomy.stacks import is_deep
from holocrine.inference.arms.people import SENSITIVITY_SCORES, SENSITIVITY_WEIGHTS, Sample, sensitivity_spread
from holocrine.inference.arms.scenes import LANDINGS, Scene
from holocrine.inference.unknowns import Unknowns
from holocrine.models.junction import TERMINALS, Terminal
from holocrine.models.site import SITE
from holocrine.simulation.binding import DEEP_MUSCLES, PICOMOLAR_PER_PG_MM3, nominal_volume
from holocrine.simulation.constants import (
    POTENCY,
    constant_values,
    constants_of,
    periglandular_uptake,
    tissue_loss_rate,
)
from holocrine.simulation.draws import SPATIAL
from holocrine.simulation.placement import landed
from holocrine.simulation.response import NEW_NODES, inject, node_loadings, node_positions
from holocrine.simulation.spread import RADIUS_STEP, spread_of
from holocrine.solvers.stiff import simulate
from holocrine.solvers.superposition import bin_pairs, superpose

Array = NDArray[np.float64]
Effect = Literal["H1", "H2"]
Organ = Literal["force", "bulk", "sweat", "sebum"]

DAYS: Array = np.array([0, 1, 2, 3, 4, 5, 7, 10, *range(14, 183, 7), *range(196, 420, 14)], dtype=np.float64)
"""When courses are read, days; in between they are interpolated."""
RTOL = 1e-4
TERMINAL: Mapping[Organ, Terminal] = {"force": "motor", "bulk": "motor", "sweat": "sudomotor", "sebum": "sebaceous"}
_COLUMN: Mapping[Organ, int] = {
    "force": SITE.outputs.index("force"),
    "bulk": SITE.outputs.index("M"),
    "sweat": SITE.outputs.index("sweat"),
    "sebum": SITE.outputs.index("R"),
}
_NODES = node_loadings(NEW_NODES)


@dataclass(frozen=True)
class World:
    """The model at typical values `typical`; `sample` are the people of every arm.

    Courses run over DAYS. Arrays of people are (people, others) with `weights` (others,): others are
    landings of the needle times dose sensitivities.
    """

    typical: Mapping[str, float]
    unknowns: Unknowns
    sample: Sample
    errors: Array
    _surfaces: dict[Effect, Array] = field(default_factory=dict)
    _kernels: dict[tuple[LayerStack, float, str], Array] = field(default_factory=dict)
    _bound: dict[tuple[int, Terminal], Array] = field(default_factory=dict)
    _courses: dict[tuple[object, ...], Array] = field(default_factory=dict)

    @property
    def weights(self) -> Array:
        """Weight of every landing and sensitivity (others,), summing to one."""
        return np.tile(SENSITIVITY_WEIGHTS, LANDINGS) / LANDINGS

    def courses(
        self,
        organ: Organ,
        scene: Scene,
        product: str,
        units: float,
        cells: NDArray[np.int64],
        scores: Array = SENSITIVITY_SCORES,
        more_spread: float = 0.0,
    ) -> Array:
        """Mean read-out over `cells` relative to untreated, (people, others, days), at `units` per dose share.

        Sebum is what full dependence on acetylcholine would give (H1); scale its loss by the share. `scores` are
        the dose sensitivities among the others, whose log SD grows by `more_spread` in quadrature.
        """
        key = (organ, id(scene), product, units, cells.tobytes(), scores.size, more_spread)
        if key not in self._courses:
            positions = self._positions(organ, scene, product, units, cells, scores, more_spread)
            weights = bin_pairs(np.zeros_like(positions), positions, 1, NEW_NODES)[:, 0]
            self._courses[key] = weights @ self._surface("H1")[organ_index(organ)]
        return self._courses[key]

    def levels(self, organ: Organ, scene: Scene, product: str, units: float, day: float) -> Array:
        """Read-out at every cell of a scene on one day, (people, others, cells)."""
        positions = self._positions(organ, scene, product, units, np.arange(len(scene.cells)), SENSITIVITY_SCORES)
        low = np.minimum(positions.astype(np.int64), NEW_NODES - 2)
        share = (positions - low)[None]
        surface = on_day(self._surface("H1")[organ_index(organ)], day)
        return np.asarray((1.0 - share) * surface[:, low] + share * surface[:, low + 1])

    def direct_courses(self, scene: Scene, product: str, units: float, cells: NDArray[np.int64]) -> Array:
        """Sebum over untreated if the toxin itself removed all production it can (H2), as `courses`."""
        mass = self.typical[f"mass_{product}"] * units * self.bound(scene, "sebaceous")[:, cells]
        value = self._scalar
        exposure = mass / float(periglandular_uptake(value))
        concentration = PICOMOLAR_PER_PG_MM3 * exposure * float(tissue_loss_rate(value))
        loads = concentration / (concentration + self.typical["direct_half_effect"])
        positions = node_positions(np.repeat(loads, SENSITIVITY_SCORES.size, axis=0), NEW_NODES)
        weights = bin_pairs(np.zeros_like(positions), positions, 1, NEW_NODES)[:, 0]
        return np.asarray(weights @ self._surface("H2")[organ_index("sebum")])

    def bound(self, scene: Scene, terminal: Terminal) -> Array:
        """Bound dose per dose share at every cell, (landings, cells), 1/mm3."""
        key = (id(scene), terminal)
        if key not in self._bound:
            self._superpose(scene)
        return self._bound[key]

    def _superpose(self, scene: Scene) -> None:
        keys = list(dict.fromkeys(scene.stacks))
        tables = np.stack([self._kernel(stack, scene)[None] for stack in keys])
        kernel_of = np.array([keys.index(stack) for stack in scene.stacks], dtype=np.int64)
        errors = self.errors[:, : len(scene.xy) + 1]
        places, depths = landed(
            scene.xy,
            scene.depth,
            errors[:, :1],
            errors[:, 1:],
            spread=0.0 if scene.aimed else self.typical["placement_sd_expert"],
            below=self.typical["depth_sd_expert"],
            shared=self.typical["shared_placement_share"],
        )
        solved = scene.needle_depths
        levels = np.interp(depths, solved, np.arange(solved.size))
        weights = np.broadcast_to(scene.doses, levels.shape)
        rows = np.zeros(LANDINGS, dtype=np.int64)
        bound = superpose(tables, RADIUS_STEP, kernel_of, rows, weights, places, levels, scene.cells)
        for number, terminal in enumerate(TERMINALS):
            self._bound[(id(scene), terminal)] = bound[:, number]

    def _kernel(self, stack: LayerStack, scene: Scene) -> Array:
        key = (stack, nominal_volume(scene.volume_ml), scene.plane)
        if key not in self._kernels:
            spatial = {name: self.typical[name] for name in SPATIAL}
            self._kernels[key] = np.ascontiguousarray(spread_of(stack, key[1], spatial, scene.needle_depths)[0])
        return self._kernels[key]

    def _positions(
        self,
        organ: Organ,
        scene: Scene,
        product: str,
        units: float,
        cells: NDArray[np.int64],
        scores: Array,
        more_spread: float = 0.0,
    ) -> Array:
        """Node positions (others, cells) of the loading, others being landings times sensitivities."""
        terminal = TERMINAL[organ]
        dose = self.typical[f"{POTENCY[terminal]}_{product}"] * units * self._passage(scene, terminal)[:, cells]
        spread = np.hypot(sensitivity_spread(terminal, self.typical, self.unknowns.variability), more_spread)
        half = self.typical[f"half_loading_{terminal}"] * np.exp(spread * scores)
        loads = dose[:, None, :] / (dose[:, None, :] + half[None, :, None])
        return node_positions(loads.reshape(-1, cells.size), NEW_NODES)

    def _passage(self, scene: Scene, terminal: Terminal) -> Array:
        """Bound dose less what does not get there: past the orbital septum, and out of the masseter's plane."""
        bound = self.bound(scene, terminal)
        if terminal != "motor":
            return bound
        passing = np.ones(bound.shape[1])
        for name, cells in scene.groups.items():
            if name.startswith("levator"):
                passing[cells] = self.typical["septum_transmission"]
            if is_deep(scene.stacks[0]) and not name.startswith(DEEP_MUSCLES):
                passing[cells] = self.typical["plane_crossing"]
        return bound * passing

    def _scalar(self, name: str) -> Array:
        return np.asarray(self.typical[name])

    def _surface(self, effect: Effect) -> Array:
        """Response surfaces (organs, people, nodes, days); sebum as if all of it depended on the explained effect."""
        if effect not in self._surfaces:
            self._surfaces[effect] = self._integrate(effect)
        return self._surfaces[effect]

    def _integrate(self, effect: Effect) -> Array:
        people = self.sample.scores.shape[0]
        full = {"cholinergic_share", "direct_share"}

        def value(name: str) -> Array:
            if name in full:
                return np.ones(people)
            return self.sample.values(name, self.typical, self.unknowns.parameters, self.unknowns.variability)

        constants = constants_of(SITE, constant_values(value, np.full(people, effect)), people)
        owner = np.repeat(np.arange(people), NEW_NODES)
        starts = np.tile(np.array([state.initial for state in SITE.states]), (owner.size, 1))
        direct = np.full(owner.size, effect == "H2")
        inject(starts, np.tile(_NODES, people), direct, np.full(owner.size, self.typical["direct_half_effect"]))
        runs = simulate(SITE, starts, constants, DAYS, owner=owner, rtol=RTOL, threads=1).checked()
        outputs = runs.outputs.reshape(people, NEW_NODES, DAYS.size, -1)
        return np.stack([outputs[..., _COLUMN[organ]] for organ in _COLUMN])


def on_day(courses: Array, day: float) -> Array:
    """The last axis, over DAYS, interpolated to one day (the ends hold beyond it)."""
    position = float(np.interp(day, DAYS, np.arange(DAYS.size)))
    low = min(int(position), DAYS.size - 2)
    return np.asarray(courses[..., low] + (position - low) * (courses[..., low + 1] - courses[..., low]))


def organ_index(organ: Organ) -> int:
    """Where an organ sits among the surfaces."""
    return list(_COLUMN).index(organ)


def landing_errors(seed: int, points: int = 40) -> Array:
    """Standard-normal errors (LANDINGS, points + 1, 3) of the needle, the first shared by all points; mean zero."""
    errors = np.random.Generator(np.random.Philox(seed)).standard_normal((LANDINGS, points + 1, 3))
    return np.asarray((errors - errors.mean(axis=0)) / errors.std(axis=0))
