"""Virtual patients: who they are, what they start from, and the parameters of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sites import LayerName, layer_stack
from holocrine.domain.vocabulary import Region, Sex
from holocrine.errors import InputError
from holocrine.knowledge.parameters import Hypothesis, ParameterSet
from holocrine.knowledge.people import LesionKind, PeopleTables
from holocrine.knowledge.variability import SPREAD_FACTOR, Variability, shifted
from holocrine.population import baseline
from holocrine.population.covariates import Covariates, draw_covariates
from holocrine.population.criteria import Criterion, Screening, screen
from holocrine.population.scores import Scores
from holocrine.population.streams import Ids, uniforms
from holocrine.population.typical import table_values

Array = NDArray[np.float64]

HypothesisChoice = Literal["H1", "H2", "H3", "H3b", "weighted"]
LIMIT = 10_000
"""Candidates for one place after which the criteria count as impossible."""


@dataclass(frozen=True)
class VirtualPopulation:
    """A population from which patients are asked for by number.

    `typical` holds the typical value of every parameter (`typical.table_values`, `typical.drawn_values`).
    `hypothesis` is the explanation of the sebum effect that holds in everyone; "weighted" gives each patient one
    in proportion to the weights of `hypotheses`, which describes our doubt, not a difference between people.
    """

    parameters: ParameterSet
    variability: Variability
    people: PeopleTables
    hypotheses: tuple[Hypothesis, ...]
    typical: Mapping[str, float]
    hypothesis: HypothesisChoice
    criteria: tuple[Criterion, ...]
    seed: int
    limit: int = LIMIT

    def patients(self, ids: Ids) -> VirtualPatients:
        """The patients numbered `ids` (n,), each the first candidate for that number who meets all criteria.

        Any order and any split of the numbers gives the same bytes. Raises InputError when the numbers are not
        whole and at least 0, or when a place stays empty.
        """
        numbers = np.asarray(ids)
        if numbers.ndim != 1 or numbers.dtype.kind not in "iu" or (numbers.size and int(numbers.min()) < 0):
            raise InputError("patient numbers must be a list of whole numbers of at least 0")
        places = np.ascontiguousarray(numbers, dtype=np.int64)

        def candidates(ids: Ids, attempts: Ids) -> VirtualPatients:
            return VirtualPatients(self, ids, Screening(attempts, np.zeros((ids.size, len(self.criteria)), np.int64)))

        return VirtualPatients(self, places, screen(places, candidates, self.criteria, self.limit))

    def sebum_spread(self, region: Region) -> baseline.SebumSpread:
        """How casual sebum of a region spreads in this population before any criterion."""
        return baseline.sebum_spread(region, self.people, self.typical["sebumeter_cv"])


def virtual_population(
    parameters: ParameterSet,
    variability: Variability,
    people: PeopleTables,
    hypotheses: tuple[Hypothesis, ...],
    *,
    seed: int,
    hypothesis: HypothesisChoice,
    criteria: tuple[Criterion, ...] = (),
    typical: Mapping[str, float] | None = None,
) -> VirtualPopulation:
    """A population; typical values are the parameter table's unless given. Raises InputError on a wrong argument."""
    if hypothesis not in get_args(HypothesisChoice):
        allowed = ", ".join(get_args(HypothesisChoice))
        raise InputError(f"hypothesis {hypothesis!r} is not known. Allowed: {allowed}.")
    values = table_values(parameters) if typical is None else typical
    if missing := sorted(set(parameters) - set(values)):
        raise InputError(f"typical values are missing: {', '.join(missing)}")
    return VirtualPopulation(parameters, variability, people, hypotheses, values, hypothesis, tuple(criteria), seed)


@dataclass(frozen=True)
class VirtualPatients:
    """Patients `ids` (n,) of a population. Everything asked of them is drawn from each patient's own streams."""

    population: VirtualPopulation
    ids: Ids
    screening: Screening
    _kept: dict[str, Array] = field(default_factory=dict, repr=False, compare=False)

    @property
    def n(self) -> int:
        """Number of patients."""
        return int(self.ids.size)

    @cached_property
    def scores(self) -> Scores:
        """The standard-normal scores of these patients."""
        return Scores(self.population.seed, self.ids, self.screening.attempts, self.population.variability.weights)

    @cached_property
    def covariates(self) -> Covariates:
        """Age, sex and skin type."""
        population = self.population
        return draw_covariates(population.people, population.seed, self.ids, self.screening.attempts)

    @cached_property
    def hypothesis_ids(self) -> NDArray[np.str_]:
        """Which explanation of the sebum effect holds in each patient, (n,)."""
        population = self.population
        if population.hypothesis != "weighted":
            return np.full(self.n, population.hypothesis)
        rank = uniforms(population.seed, "hypothesis", self.ids, attempt=self.screening.attempts)
        edges = np.cumsum([hypothesis.weight for hypothesis in population.hypotheses])[:-1]
        names = np.array([hypothesis.id for hypothesis in population.hypotheses])
        return names[np.searchsorted(edges, rank, side="right")]

    def value(self, name: str) -> Array:
        """A parameter's usual value in each patient, (n,), in its unit. Raises KeyError on an unknown name."""
        if name not in self._kept:
            self._kept[name] = self._shifted(name, lambda spread: spread[0] * self.scores.subject(name))
            self._kept[name].setflags(write=False)
        return self._kept[name]

    def value_in(self, session: int) -> Callable[[str], Array]:
        """Like `value`, with what is particular to each patient's session number `session` (from 0)."""

        def value(name: str) -> Array:
            return self._shifted(
                name, lambda s: s[0] * self.scores.subject(name) + s[1] * self.scores.occasion(name, session)
            )

        return value

    def usual_sebum(self, region: Region) -> Array:
        """Each patient's usual casual sebum of a region without treatment, (n,), ug/cm2."""
        people, variability = self.population.people, self.population.variability
        shift, spread = baseline.covariate_shift(people, self.covariates), self.population.sebum_spread(region)
        return baseline.draw_sebum(region, spread, variability.between_sites, self.scores, shift)

    def sebum_reading(self, region: Region, visit: int = baseline.SCREENING) -> Array:
        """What a Sebumeter reads there without treatment at `visit` (0 is screening), (n,), ug/cm2."""
        spread = self.population.sebum_spread(region)
        return baseline.read_sebum(self.usual_sebum(region), region, spread, self.scores, visit)

    def usual_lesions(self, kind: LesionKind) -> Array:
        """Each patient's usual number of lesions of a kind without treatment, (n,)."""
        return baseline.draw_lesions(kind, self.population.people, self.scores)

    def lesion_count(self, kind: LesionKind, visit: int = baseline.SCREENING) -> NDArray[np.int64]:
        """Lesions of a kind counted without treatment at `visit` (0 is screening), (n,)."""
        return baseline.count_lesions(kind, self.usual_lesions(kind), self.scores, visit)

    def thickness(self, region: Region, layer: LayerName) -> Array:
        """Thickness of a layer at the middle of a region, (n,), mm: the sex's mean times the patient's own factor."""
        sexes: tuple[Sex, ...] = get_args(Sex)
        means = {sex: layer_stack(region, sex).thickness(layer) for sex in sexes}
        mean = np.where(self.covariates.sex == "male", means["male"], means["female"])
        return np.asarray(mean * self.value("tissue_thickness_factor"))

    def screened(self, quantity: str, region: Region | None = None) -> NDArray[np.generic]:
        """A quantity of `criteria.NUMBERS`, or "sex", as the screening visit finds it, (n,)."""
        if quantity == "casual_sebum" and region is not None:
            return self.sebum_reading(region)
        if quantity == "lesions":
            return sum((self.lesion_count(kind) for kind in get_args(LesionKind)), np.zeros(self.n, np.int64))
        kind: LesionKind
        for kind in get_args(LesionKind):
            if kind == quantity:
                return self.lesion_count(kind)
        found: NDArray[np.generic] = getattr(self.covariates, quantity)
        return found

    def subset(self, index: NDArray[np.int64]) -> VirtualPatients:
        """The same patients, only those at the places `index`, in that order."""
        kept = Screening(self.screening.attempts[index], self.screening.failed[index])
        return replace(self, ids=self.ids[index], screening=kept, _kept={})

    def _shifted(self, name: str, deviation: Callable[[tuple[float, float]], Array]) -> Array:
        parameter, typical = self.population.parameters[name], self.population.typical[name]
        spread = self.population.variability.spreads.get(name)
        if spread is None:
            return np.full(self.n, typical)
        factor = self.population.typical[SPREAD_FACTOR[name]] if name in SPREAD_FACTOR else 1.0
        return shifted(
            parameter, typical, deviation((factor * spread.between_subject, factor * spread.between_occasion))
        )
