"""What sebum and drugs do to lesions on one track in one world: the share left of each kind over the weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import FaceRegion
from holocrine.inference.arms.acne_trials import LESIONS
from holocrine.models.acne import ACNE
from holocrine.models.lesion_counts import vehicle_factor
from holocrine.simulation.acne_baseline import INFLAMED, SHARE, region_shares
from holocrine.simulation.acne_course import AT_REST, LEAST_SEBUM, OWN, STOCKS
from holocrine.simulation.systems.drugs import DrugCourse, DrugEffects, drug_effects
from holocrine.solvers.relaxation import relax
from holocrine.trials.worlds import Knowledge, TypicalWorld

Array = NDArray[np.float64]
Kind = Literal["inflammatory", "noninflammatory"]
STEP = 7.0
"""Step of the integrator, days, as in the fit to acne trials."""


@dataclass(frozen=True)
class AcneWorld:
    """Acne in one world for every kind of people; `weeks` is how long trials are followed."""

    typical: Mapping[str, float]
    values: Mapping[str, Array]
    weeks: int

    @classmethod
    def of(cls, typical: TypicalWorld, knowledge: Knowledge, weeks: int) -> AcneWorld:
        """The acne of a world."""
        table = knowledge.acne_unknowns
        values = {
            name: knowledge.acne_kinds.values(name, typical.acne, table.parameters, table.variability)
            for name in table.parameters
        }
        return cls(typical.acne, values, weeks)

    @property
    def days(self) -> Array:
        """Days at which courses are worked out, (weeks + 1,)."""
        return np.asarray(STEP * np.arange(self.weeks + 1, dtype=np.float64))

    def drugs(self, courses: tuple[DrugCourse, ...]) -> DrugEffects:
        """What drugs do in every kind of people, (kinds, days)."""
        return drug_effects(courses, self.values, self.days)

    def left(self, sebum: Array, drugs: DrugEffects) -> dict[Kind, Array]:
        """Lesions of each kind over those at rest, (lanes, kinds, days), under `sebum` (lanes, kinds, days)."""

        def lined_up(course: Array) -> Array:
            return course.T[:, None, :]

        inputs = {
            "R": np.maximum(np.moveaxis(sebum, -1, 0) * lined_up(drugs.sebum), LEAST_SEBUM),
            "E_K": lined_up(drugs.keratin),
            "kill": lined_up(drugs.killing),
            "E_I": lined_up(drugs.inflammation),
            "f": np.ones((self.days.size, 1, 1)),
        }
        constants = {c.symbol: self.values[c.source] for c in ACNE.constants if c.source in self.values}
        starts = np.broadcast_to(AT_REST[:, None, None], (AT_REST.size, *sebum.shape[:2]))
        states = relax(ACNE, starts, constants, inputs, STEP, 1)
        return {kind: np.moveaxis(self._weighed(states, kind), 0, -1) for kind in LESIONS}

    def on_vehicle(self, kind: Kind, days: Array) -> Array:
        """Count of a trial's vehicle arm over that at its start, (days,): what happens in every arm that gets care."""
        share, pace = np.array([self.typical[f"vehicle_{kind}"]]), np.array([self.typical["vehicle_days"]])
        return np.asarray(vehicle_factor(share, days, pace)[0])

    def regional_share(self, regions: tuple[FaceRegion, ...]) -> Array:
        """Share (kinds,) of the face's lesions in these regions."""
        shares = region_shares(self.values)
        return np.asarray(sum(shares[region] for region in regions))

    @cached_property
    def nodules(self) -> Array:
        """Nodules among inflamed lesions, (kinds,)."""
        return np.asarray(self.values["nodule_share"] / sum(self.values[SHARE[lesion]] for lesion in INFLAMED))

    @property
    def thresholds(self) -> Array:
        """Severities from which the global grade is 1 to 4, (4,), rising."""
        return np.maximum.accumulate([self.typical[f"iga_threshold_{grade}"] for grade in range(1, 5)])

    def _weighed(self, states: Array, kind: Kind) -> Array:
        parts = LESIONS[kind]
        now = sum(self.values[SHARE[lesion]] * states[:, OWN.index(STOCKS[lesion])] for lesion in parts)
        return np.asarray(now / sum(self.values[SHARE[lesion]] for lesion in parts))
