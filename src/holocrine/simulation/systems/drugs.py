"""Acne drugs of one person: which courses run, and what they do to gland and follicle over the days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.case import AcneTreatment, Case
from holocrine.domain.vocabulary import DrugClass, Sex
from holocrine.knowledge.acne_drugs import INGREDIENTS, Ingredient, acts_on_acne, ingredients
from holocrine.knowledge.drugs import drug_classes
from holocrine.models.androgens import androgen_state, dhea_share
from holocrine.models.drugs import ACNE_DRUGS, LETTER
from holocrine.solvers.stiff import Events, simulate, target_of

Array = NDArray[np.float64]

SETTLED_DAYS = 730.0
"""How long a drug taken now is thought to have been taken, since a case does not say: its effect has settled."""
RTOL = 1e-4
"""Tolerance of the effects; their error is then below 1e-3 (tests/unit/test_drug_effects.py)."""


@dataclass(frozen=True)
class DrugCourse:
    """One course of a drug; days from the planned session, negative before it, `end_day` None while it goes on.

    `name` tells the parts of a fixed combination where it is a listed one. Raises ValueError when it ends before it
    starts.
    """

    drug_class: DrugClass
    start_day: float
    end_day: float | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if self.end_day is not None and not self.end_day > self.start_day:
            raise ValueError(f"a course of {self.drug_class} ends on day {self.end_day}, not after its start")


@dataclass(frozen=True)
class DrugEffects:
    """What all drugs together do, (draws, times): factor on sebum excretion (1 = none), share of plug formation
    removed, loss of C. acnes (1/day), share of inflammation removed."""

    sebum: Array
    keratin: Array
    killing: Array
    inflammation: Array


@dataclass(frozen=True)
class Schedules:
    """The courses of one person: what runs today anyway, and what is planned alongside the toxin."""

    running: tuple[DrugCourse, ...] = ()
    alongside: tuple[DrugCourse, ...] = ()

    @property
    def both(self) -> tuple[DrugCourse, ...]:
        """What runs when the planned drugs are added."""
        return self.running + self.alongside


def schedules(case: Case) -> Schedules:
    """The courses a case implies: acne drugs taken now have settled and go on; planned ones start with the session.

    A drug of unknown class, or of a class without a mechanism in acne, makes no course.
    """
    running = [
        DrugCourse(drug_class, -SETTLED_DAYS, None, drug.name)
        for drug in case.safety.drugs or ()
        for drug_class in sorted(drug_classes(drug) or ())
        if acts_on_acne(drug_class)
    ]
    planned = [DrugCourse(drug_class, 0.0) for drug_class in case.goals.drugs_alongside if acts_on_acne(drug_class)]
    return Schedules(tuple(running), tuple(planned))


def tried_course(treatment: AcneTreatment) -> DrugCourse:
    """An earlier treatment as a course from day 0; what the person then saw is its effect on day `duration`."""
    return DrugCourse(treatment.drug_class, 0.0, None, treatment.drug)


def drug_effects(
    schedule: Sequence[DrugCourse],
    drugs: Mapping[str, Array],
    days: Array,
    *,
    sex: Sex | None = None,
) -> DrugEffects:
    """What the courses do on `days` (times,), increasing; `drugs` holds the draws of that block by name.

    Everything is relative to the same person who never took an acne drug. Raises SolverError when the integration
    fails.
    """
    draws = drugs["topical_adherence"].size
    given = _given(schedule)
    if not given:
        nothing = np.zeros((draws, days.size))
        return DrugEffects(1.0 + nothing, nothing, nothing, nothing)
    first = min(float(days[0]), *(start for spans in given.values() for start, _ in spans))
    constants, starts = _person(drugs, sex)
    runs = simulate(ACNE_DRUGS, starts, constants, days - first, events=_switches(given, first, draws), rtol=RTOL)
    return DrugEffects(*np.maximum(np.moveaxis(runs.checked().outputs, 2, 0), 0.0))


def _given(schedule: Iterable[DrugCourse]) -> dict[Ingredient, list[tuple[float, float]]]:
    """When each ingredient is given, as spans that do not overlap; an ingredient in two drugs counts once.

    Days are taken to a minute and a half: the solver cannot step from one instant to the next double.
    """
    found: dict[Ingredient, list[tuple[float, float]]] = {}
    for course in sorted(schedule, key=lambda course: course.start_day):
        for ingredient in ingredients(course.drug_class, course.name):
            spans = found.setdefault(ingredient, [])
            start, end = round(course.start_day, 3), np.inf if course.end_day is None else round(course.end_day, 3)
            if spans and start <= spans[-1][1]:
                start, last = spans.pop()
                end = max(end, last)
            spans.append((start, end))
    return found


def _switches(given: Mapping[Ingredient, Sequence[tuple[float, float]]], first: float, draws: int) -> Events:
    """On and off, the same for all lanes, in days after `first`."""
    switches = sorted(
        (day - first, target_of(ACNE_DRUGS, f"u_{LETTER[ingredient]}"), value)
        for ingredient, spans in given.items()
        for span in spans
        for day, value in zip(span, (1.0, 0.0), strict=True)
    )
    days, targets, values = (np.tile(np.array(column), (draws, 1)) for column in zip(*switches, strict=True))
    return Events(days, targets.astype(np.int64), values)


def _person(drugs: Mapping[str, Array], sex: Sex | None) -> tuple[Array, Array]:
    """Constants (draws, constants) and states (draws, states) of persons without any drug, at rest."""
    rest = androgen_state(drugs, sex)
    off = np.zeros_like(rest.receptor)
    values = {"w_d": dhea_share(drugs, sex), "Ra_0": rest.receptor, "i_1": off, "i_2": off}
    values |= {f"u_{LETTER[ingredient]}": off for ingredient in INGREDIENTS}
    columns = [values.get(c.symbol, drugs.get(c.source, off)) for c in ACNE_DRUGS.constants]
    at_rest = {"H": rest.serum_dht, "T": rest.testosterone, "D": rest.dht, "Ra": rest.receptor}
    states = [at_rest.get(state.symbol, off + state.initial) for state in ACNE_DRUGS.states]
    return np.stack(columns, axis=1), np.stack(states, axis=1)
