"""Everything about one person that does not change while the posterior is sought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Region, Target
from holocrine.inference.person.deposits import Deposits
from holocrine.inference.person.kinetics import Courses, courses_of
from holocrine.inference.person.lesion_courses import relative_counts
from holocrine.inference.person.traits import Anchors, Layout
from holocrine.knowledge.parameters import ParameterSet
from holocrine.population.baseline import SebumSpread, site_of

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Body:
    """One person: possible populations, columns of the scores, where the toxin lies, and what readings start from.

    `session_days` (sessions,) rise from 0, one per session of `deposits`. `sebum` and `sebum_shift` say how untreated
    casual sebum spreads between people of this age and sex and how far it lies from the middle (log);
    `between_sites` is the correlation between two sites of a face. `areas` (cm2) are those of the regions, `sizes` the
    weights of the muscle areas; `goals` the regions wanted; `organs` the parameters of the blocks "sweat" and "organs".
    `measured_brow`: brow heights are distances, not changes.
    """

    anchors: Anchors
    layout: Layout
    deposits: Deposits
    session_days: tuple[float, ...]
    sebum: Mapping[Region, SebumSpread]
    sebum_shift: float
    between_sites: float
    areas: Mapping[Region, float]
    sizes: Mapping[str, float]
    goals: tuple[Region, ...]
    targets: tuple[Target, ...]
    organs: ParameterSet
    measured_brow: bool = False

    @cached_property
    def mixing(self) -> Array:
        """What turns independent scores into correlated ones, (columns, columns)."""
        return self.layout.mixing(self.anchors.variability)

    @property
    def lesions_followed(self) -> bool:
        """Whether acne is a target or was read."""
        return "inflamed" in self.layout.column

    def correlated(self, z: Array) -> Array:
        """Correlated scores of independent ones, both (n, columns)."""
        return np.asarray(np.einsum("ij,nj->ni", self.mixing, z))

    def courses(self, times: Array, anchor: Index, scores: Array) -> Courses:
        """Courses of people with these anchors (n,) and correlated scores (n, columns) at `times` (nt,), in days."""
        found = courses_of(self.anchors, self.layout, self.deposits, self.session_days, times, anchor, scores)
        if not self.lesions_followed:
            return found
        facial = {region: course for region, course in found.sebum.items() if region in self.sebum}
        return replace(found, lesions=relative_counts(self.anchors.draws, anchor, facial, times))

    def treated_again(self, day: float, scale: float = 1.0) -> Body:
        """The same person with the last session given once more on `day`, its doses times `scale`."""
        return replace(self, deposits=self.deposits.followed_by(scale), session_days=(*self.session_days, float(day)))

    def log_moments(self, name: str) -> tuple[float, float]:
        """Weighted mean and SD over the anchors of the logarithm of a positive parameter."""
        return self._log_moments[name]

    @cached_property
    def _log_moments(self) -> Mapping[str, tuple[float, float]]:
        draws, weight = self.anchors.draws, self.anchors.weight
        found = {}
        for name in (*draws.spatial, *draws.local):
            values = draws.value(name)
            if values.min() > 0.0:
                mean = float(np.sum(weight * np.log(values)))
                found[name] = mean, float(np.sqrt(np.sum(weight * (np.log(values) - mean) ** 2)))
        return found

    def middle(self, name: str) -> float:
        """The middle (geometric mean) over the anchors of a positive parameter.

        For what only shapes how something is read: were it drawn with the anchors, a few readings of one instrument
        would choose among the few anchors there are, and with them among all that the anchors stand for.
        """
        return float(np.exp(self.log_moments(name)[0]))

    def local(self, name: str, anchor: Index) -> Array:
        """A parameter that readings do not move, (n,)."""
        return np.asarray(self.anchors.draws.value(name)[anchor])


def score(body: Body, scores: Array, name: str) -> Array:
    """The column `name` of `scores` (n, columns), or zeros where this person has no such column."""
    column = body.layout.column.get(name)
    return np.zeros(scores.shape[0]) if column is None else scores[:, column]


def organ_columns(
    regions: Sequence[Region], lines: Sequence[str], counted: Sequence[str], visits: Sequence[dt.date], *, acne: bool
) -> tuple[str, ...]:
    """Columns of what readings start from: levels, grades and numbers of this person, and the days of visits."""
    sites = dict.fromkeys(site_of(region) for region in regions)
    return (
        "sebum",
        *(f"sebum {site}" for site in sites),
        "artefact",
        "hdss",
        "hdss slope",
        "brow",
        *(f"lines {kind}" for kind in lines),
        *(("inflamed", "comedones", "grader") if acne else ()),
        *(f"lesions {place}" for place in counted),
        *(f"visit {day}" for day in visits),
        *(f"season {day}" for day in visits if acne),
    )
