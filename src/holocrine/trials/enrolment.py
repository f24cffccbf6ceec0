"""Who takes part: virtual patients by number, and the arm that permuted blocks give to each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.trial import TrialDesign
from holocrine.inference.arms.people import SPATIAL_SPREAD
from holocrine.population.criteria import Criterion, only, within
from holocrine.population.streams import uniforms
from holocrine.population.virtual import VirtualPatients, VirtualPopulation, virtual_population
from holocrine.trials.worlds import KINDS, Knowledge

Array = NDArray[np.float64]
Index = NDArray[np.int64]
MOST_SCREENED = 1000
"""A trial that screens more people than this for one patient counts as impossible."""
BLOCK = 2
"""Each arm comes up so often, times its share, in a block of the randomisation list."""


@dataclass(frozen=True, eq=False)
class Enrolled:
    """Patients `ids` (n,) with the number of the arm of each, (n,); split face: the arm on the left, crossover: first.

    `kind` (n,) says which kind of people each is, `landing` (n,) how the needle lands.
    """

    patients: VirtualPatients
    arm: Index
    kind: Index
    landing: Index

    @property
    def n(self) -> int:
        """Number of patients."""
        return self.patients.n

    def uniform(self, purpose: str, occasion: int = 0) -> Array:
        """Uniform numbers (n,) of a purpose of the trial, each patient's own."""
        screening = self.patients.screening
        seed = self.patients.population.seed
        return uniforms(seed, f"trial {purpose}", self.patients.ids, attempt=screening.attempts, occasion=occasion)

    def normal(self, purpose: str, occasion: int = 0) -> Array:
        """The same, standard normal."""
        return self.patients.scores.alone(f"trial {purpose}", occasion)


def population_of(design: TrialDesign, knowledge: Knowledge, seed: int) -> VirtualPopulation:
    """The people from whom the trial recruits: those of the tables, let in by the design's criteria.

    What they are like before treatment does not depend on the explanation of the sebum effect.
    """
    unknowns = knowledge.unknowns
    whole = virtual_population(
        unknowns.parameters,
        unknowns.variability,
        knowledge.people,
        knowledge.hypotheses,
        seed=seed,
        hypothesis="H3",
        criteria=tuple(_criterion(design, number) for number in range(len(design.inclusion))),
    )
    return replace(whole, limit=MOST_SCREENED)


def enrol(design: TrialDesign, population: VirtualPopulation, ids: Index, *, landings: int) -> Enrolled:
    """Patients `ids` (n,), the same whoever else is enrolled. Raises InputError when criteria cannot be met."""
    patients = population.patients(ids)
    arm = randomised(design, population.seed, ids)
    who = Enrolled(patients, arm, arm, arm)
    kind = _among(who.uniform, "kind of people", KINDS)
    return Enrolled(patients, arm, kind, _among(who.uniform, "landing", landings))


def randomised(design: TrialDesign, seed: int, ids: Index) -> Index:
    """Number of the arm of every patient (n,), by a list of permuted blocks that goes by the patients' numbers."""
    shares = [arm.share if design.layout == "parallel" else 1 for arm in design.arm]
    block = np.repeat(np.arange(len(shares)), BLOCK * np.array(shares))
    numbers = ids // block.size
    keys = np.stack([uniforms(seed, "trial randomisation", numbers, occasion=place) for place in range(block.size)])
    order = np.argsort(keys, axis=0, kind="stable")
    return np.asarray(block[order[ids % block.size, np.arange(ids.size)]])


def _criterion(design: TrialDesign, number: int) -> Criterion:
    one = design.inclusion[number]
    if one.sex is not None:
        return only(one.sex)
    region = design.regions[0] if one.quantity == "casual_sebum" else None
    return within(str(one.quantity), one.low, one.high, region=region)


def _among(uniform: Callable[[str], Array], purpose: str, count: int) -> Index:
    return np.asarray(np.floor(count * uniform(purpose)), dtype=np.int64)


def sensitivity(who: Enrolled, terminal: str) -> Array:
    """How far each patient's half loading lies from the typical one, in SDs of session and spread together, (n,)."""
    patients = who.patients
    name = f"half_loading_{terminal}"
    spread = patients.population.variability.spreads[name]
    own = patients.scores.subject(name)
    parts = (
        (spread.between_subject, own),
        (spread.between_occasion, patients.scores.occasion(name, 0)),
        (SPATIAL_SPREAD, who.normal("spread of the toxin")),
    )
    total = sum((weight * score for weight, score in parts), np.zeros(who.n))
    return np.asarray(total / math.hypot(*(weight for weight, _ in parts)))
