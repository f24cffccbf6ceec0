"""What toxin does on one track in one world: sebum left over the days, and how likely a lid droops."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.inference.arms.people import SENSITIVITIES, SPATIAL_SPREAD
from holocrine.inference.arms.scenes import LANDINGS
from holocrine.inference.arms.world import DAYS, RTOL, Effect, World
from holocrine.models.readout import HARMS, shift_mm
from holocrine.models.site import SITE
from holocrine.simulation.constants import constant_values, constants_of
from holocrine.simulation.response import NEW_NODES, inject, node_loadings
from holocrine.solvers.stiff import Events, simulate, target_of
from holocrine.trials.places import Ring, cells_read
from holocrine.trials.tracks import Toxin
from holocrine.trials.worlds import Knowledge, TypicalWorld

Array = NDArray[np.float64]
SCORES: Array = np.linspace(-3.5, 3.5, 15)
"""Sensitivities to a dose at which courses are tabulated, in SDs between people; between them they are interpolated."""
OUTPUTS = ("force", "M", "sweat", "R")
"""The site's read-outs in the order of the organs of `World`."""
DEPOTS = ("A_m", "A_s", "A_g")


@dataclass(frozen=True)
class CycledWorld(World):
    """A world in which the same session is given on each of `days`; it lands as the first one does (assumption)."""

    days: tuple[float, ...] = (0.0,)

    def _integrate(self, effect: Effect) -> Array:
        kinds = self.sample.scores.shape[0]
        direct = effect == "H2"

        def value(name: str) -> Array:
            if name in ("cholinergic_share", "direct_share"):
                return np.ones(kinds)
            return self.sample.values(name, self.typical, self.unknowns.parameters, self.unknowns.variability)

        constants = constants_of(SITE, constant_values(value, np.full(kinds, effect)), kinds)
        loads = np.tile(node_loadings(NEW_NODES), kinds)
        starts = np.tile(np.array([state.initial for state in SITE.states]), (loads.size, 1))
        if self.days[0] == 0.0:
            half = np.full(loads.size, self.typical["direct_half_effect"])
            inject(starts, loads, np.full(loads.size, direct), half)
        events = self._later(loads, direct)
        owner = np.repeat(np.arange(kinds), NEW_NODES)
        runs = simulate(SITE, starts, constants, DAYS, owner=owner, events=events, rtol=RTOL, threads=1).checked()
        outputs = runs.outputs.reshape(kinds, NEW_NODES, DAYS.size, -1)
        return np.stack([outputs[..., SITE.outputs.index(name)] for name in OUTPUTS])

    def _later(self, loads: Array, direct: bool) -> Events | None:
        """The sessions after day 0 as doses to the depots; the gland takes the direct effect as a concentration."""
        days = [day for day in self.days if day > 0.0]
        if not days:
            return None
        concentration = self.typical["direct_half_effect"] * loads / np.maximum(1.0 - loads, 1e-9)
        gland = np.zeros_like(loads) if direct else loads
        doses = np.stack([loads, loads, gland, concentration if direct else np.zeros_like(loads)], axis=1)
        targets = np.array([target_of(SITE, symbol) for symbol in (*DEPOTS, "C")])
        shape = (loads.size, 1)
        return Events(
            np.tile(np.repeat(days, targets.size), shape),
            np.tile(np.tile(targets, len(days)), shape),
            np.tile(doses, (1, len(days))),
        )


@dataclass(frozen=True)
class ToxinCourses:
    """One track's toxin in one world. Tables are (kinds of people, landings, SCORES, ...)."""

    world: CycledWorld
    toxin: Toxin
    typical: TypicalWorld

    @classmethod
    def of(cls, toxin: Toxin, typical: TypicalWorld, knowledge: Knowledge) -> ToxinCourses:
        """The courses of `toxin` in the world `typical`."""
        world = CycledWorld(typical.toxin, knowledge.unknowns, knowledge.kinds, knowledge.errors, days=toxin.days)
        return cls(world, toxin, typical)

    def sebum(self, ring: Ring, days: Array) -> Array:
        """True sebum over untreated, (..., days); nothing is lost under H3 and H3b."""
        if self.typical.hypothesis == "H1":
            share, left = self.typical.toxin["cholinergic_share"], self._explained(ring)
        elif self.typical.hypothesis == "H2":
            share, left = self.typical.toxin["direct_share"], self._direct(ring)
        else:
            return np.ones((*self._shape, days.size))
        return 1.0 - share * (1.0 - at_days(left, days))

    def artefact(self, ring: Ring, days: Array) -> Array:
        """Factor on readings of treated skin, (..., days): a signed shift that fades like the toxin's effect (H3b)."""
        if self.typical.artefact == 0.0:
            return np.ones((*self._shape, days.size))
        return np.exp(self.typical.artefact * (1.0 - at_days(self._explained(ring), days)))

    @cached_property
    def lid_droop(self) -> Array:
        """Probability of a drooping lid at any time, the background without toxin left out, (...)."""
        values, readout = self.typical.toxin, HARMS["lid_ptosis"]
        losses = [1.0 - self._force(muscle).min(axis=-1) for muscle in self.toxin.lids]
        unknowns = self.world.unknowns
        full = self.world.sample.values(readout.full, values, unknowns.parameters, unknowns.variability)
        shift = shift_mm(np.max(losses, axis=0), full[:, None], 0.0)
        score = np.log(np.maximum(shift, 1e-12) / readout.threshold) / values["harm_threshold_sd"]
        return np.asarray(scipy.special.ndtr(score).reshape(self._shape))

    @property
    def _shape(self) -> tuple[int, int, int]:
        return (self.world.sample.scores.shape[0], LANDINGS, SCORES.size)

    def _explained(self, ring: Ring) -> Array:
        """Sebum over untreated if all of it depended on acetylcholine, (..., DAYS)."""
        toxin = self.toxin
        cells = cells_read(toxin.scene, toxin.group, ring)
        course = self.world.courses("sebum", toxin.scene, toxin.product, toxin.units, cells, SCORES)
        return course.reshape(*self._shape, -1)

    def _direct(self, ring: Ring) -> Array:
        """The same if the toxin removed all it can by itself; dose sensitivity plays no part."""
        toxin = self.toxin
        cells = cells_read(toxin.scene, toxin.group, ring)
        course = self.world.direct_courses(toxin.scene, toxin.product, toxin.units, cells)[:, ::SENSITIVITIES]
        return np.broadcast_to(course[:, :, None], (*self._shape, course.shape[-1]))

    def _force(self, muscle: str) -> Array:
        """Force of a lid's muscle over its own, (kinds, landings times SCORES, DAYS)."""
        toxin, values = self.toxin, self.typical.toxin
        cells = toxin.scene.groups[muscle]
        spreads = self.world.unknowns.variability.spreads
        along = float(toxin.scene.nearest_point[cells].mean()) / values["tail_length"]
        parts = (
            along * spreads["tail_length"].between_subject,
            spreads["tail_fraction"].between_subject,
            spreads["septum_transmission"].between_subject,
        )
        more = float(np.sqrt(max(sum(part**2 for part in parts) - SPATIAL_SPREAD**2, 0.0)))
        return self.world.courses("force", toxin.scene, toxin.product, toxin.units, cells, SCORES, more)


def at_days(courses: Array, days: Array) -> Array:
    """Courses (..., DAYS) interpolated to `days` (n,), (..., n)."""
    position = np.interp(days, DAYS, np.arange(DAYS.size))
    low = np.minimum(position.astype(np.int64), DAYS.size - 2)
    return np.asarray(courses[..., low] + (position - low) * (courses[..., low + 1] - courses[..., low]))
