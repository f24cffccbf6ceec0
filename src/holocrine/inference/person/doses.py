"""How much this person needs: the fall after the last session's doses given again, times several factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Target
from holocrine.inference.person.outlook import WEEK, benefit
from holocrine.inference.person.problem import People, Problem
from holocrine.simulation.summary import BENEFIT_WEEKS

Array = NDArray[np.float64]

SCALES = (0.5, 0.75, 1.0, 1.5, 2.0)
"""Factors on the doses of the last session that are tried."""


@dataclass(frozen=True)
class Tried:
    """Another session with the doses of the last one times `scales`: `falls[target]` (scales, n), percent."""

    scales: tuple[float, ...]
    falls: Mapping[Target, Array]

    def at(self, target: Target, scale: float) -> Array:
        """The falls (n,) of a target at one of the scales."""
        return np.asarray(self.falls[target][self.scales.index(scale)])

    def needed(self, target: Target, meaningful: float) -> Array:
        """The scale (n,) at which the fall reaches `meaningful`, straight between the scales; infinite where none does,
        the smallest one where it does already."""
        falls, scales = self.falls[target], np.asarray(self.scales)
        reached = falls >= meaningful
        first, people = np.argmax(reached, axis=0), np.arange(falls.shape[1])
        before = np.maximum(first - 1, 0)
        low, high = falls[before, people], falls[first, people]
        share = np.where(high > low, (meaningful - low) / np.where(high > low, high - low, 1.0), 0.0)
        between = scales[before] + np.clip(share, 0.0, 1.0) * (scales[first] - scales[before])
        return np.where(reached.any(axis=0), between, np.inf)


def tried(problem: Problem, targets: Sequence[Target], people: People, day: float, scales: Sequence[float]) -> Tried:
    """What the last session given again on `day` with its doses times `scales` would do for `people`."""
    body, scores = problem.body, problem.body.correlated(people.z)
    first = WEEK * np.floor(day / WEEK)
    until = day + WEEK * (BENEFIT_WEEKS[1] + 1.0)
    # Only what the benefit is read at; lesions need every week from the start.
    times = np.unique([0.0, *np.arange(0.0 if body.lesions_followed else first, until, WEEK)])
    nothing = body.courses(times, people.anchor, scores)
    falls: dict[Target, list[Array]] = {target: [] for target in targets}
    for scale in scales:
        treated = body.treated_again(day, scale).courses(times, people.anchor, scores)
        for target in targets:
            falls[target].append(benefit(body, treated, nothing, target, people, day))
    return Tried(tuple(scales), {target: np.stack(own) for target, own in falls.items()})
