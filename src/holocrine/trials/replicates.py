"""Trials repeated: one part of an evaluation is several trials in one world, analysed at every size asked for.

A part is told by its scenario and number alone, so parts may be worked on anywhere and in any order. The smaller
sizes are the first patients of the largest trial, and the same patients take part under every explanation of the sebum
effect: differences between sizes and explanations are not blurred by chance.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_endpoint import Endpoint
from holocrine.domain.vocabulary import HypothesisId
from holocrine.trials.analysis.analyse import analyse
from holocrine.trials.analysis.estimate import Estimate
from holocrine.trials.conduct import conduct, without_losses
from holocrine.trials.dataset import Array, TrialData
from holocrine.trials.endpoints import variable_of
from holocrine.trials.enrolment import population_of
from holocrine.trials.places import Ring
from holocrine.trials.tables import tables_of
from holocrine.trials.tracks import as_null
from holocrine.trials.worlds import Knowledge, draw_world

Scenario = Literal["no effect", "H1", "H2", "H3", "H3b"]
SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)
NO_EFFECT: Scenario = "no effect"
REPLICATES = 8
"""Trials of one part."""
REFERENCE_PATIENTS = 4000
"""Patients of the large trial without losses whose estimate counts as the truth of a world."""
FIRST_REFERENCE = 2**40
"""Number of the first of these patients, beyond those of any replicate."""
EARLY = 4.0
"""Week near which a fall of sebum is deepest; there and at the end the arms are compared to tell explanations apart."""


def part_of(
    design: TrialDesign, knowledge: Knowledge, scenario: Scenario, number: int, seed: int
) -> dict[str, NDArray[np.float64]]:
    """`value`, `se`, `p` (replicates, sizes, endpoints, contrasts), `truth` (endpoints, contrasts) and `sebum`
    (replicates, sizes, comparisons), the mean log ratios of `comparisons_of`.

    Secondary endpoints are analysed at the planned size only and are nan elsewhere.

    Without effect every arm is conducted as the reference is, in a world of some explanation; the truth is then nought.
    """
    planned = as_null(design) if scenario == NO_EFFECT else design
    hypothesis: HypothesisId = "H3" if scenario == NO_EFFECT else scenario  # type: ignore[assignment]
    tables = tables_of(planned, draw_world(knowledge, hypothesis, number, seed), knowledge)
    population = population_of(design, knowledge, seed)
    sizes = all_sizes(design)
    largest = sizes[-1]
    first = number * REPLICATES * largest
    everybody = conduct(planned, tables, population, np.arange(first, first + REPLICATES * largest))
    trials = [everybody.only(slice(r * largest, (r + 1) * largest)) for r in range(REPLICATES)]
    found = np.array([[_analysed_at(design, trial, size) for size in sizes] for trial in trials])
    sebum = np.array([[sebum_differences(design, trial.only(slice(0, size))) for size in sizes] for trial in trials])
    truth = np.zeros((len(design.endpoint), len(design.contrasts)))
    if scenario != NO_EFFECT:
        ids = np.arange(FIRST_REFERENCE, FIRST_REFERENCE + REFERENCE_PATIENTS)
        ideal = conduct(without_losses(design), tables, population, ids)
        truth = _analysed(design, ideal)[..., 0]
    return {"value": found[..., 0], "se": found[..., 1], "p": found[..., 2], "truth": truth, "sebum": sebum}


def all_sizes(design: TrialDesign) -> tuple[int, ...]:
    """Every size evaluated, the planned one included, rising."""
    return tuple(sorted({*design.evaluation.sizes, design.patients}))


def comparisons_of(design: TrialDesign) -> tuple[tuple[Ring, int, float], ...]:
    """Where, for which arm and in which week sebum is compared with the reference."""
    weeks = _looks(design)
    return tuple((ring, arm, week) for week in weeks for ring in _rings(design) for arm in design.contrasts)


def sebum_differences(design: TrialDesign, data: TrialData) -> Array:
    """Mean log ratio of sebum to baseline over that of the reference, (comparisons,); nan without patients."""
    reference = design.arm_names.index(design.reference)
    found = []
    for week in _looks(design):
        for ring in _rings(design):
            endpoint = Endpoint(
                name="sebum", measure="sebum", reading="change", week=week, analysis="ancova", ring=ring
            )
            variable = variable_of(design, endpoint, data)
            means = [
                _mean_in(variable.value, variable.observed, variable.arm, arm, variable.visit)
                for arm in range(len(design.arm))
            ]
            found += [means[arm] - means[reference] for arm in design.contrasts]
    return np.array(found)


def _mean_in(value: Array, observed: NDArray[np.bool_], arms: NDArray[np.int64], arm: int, visit: int) -> float:
    if value.shape[1] > 1:
        column, use = value[:, arm, visit], observed[:, arm, visit]
    else:
        column, use = value[:, 0, visit], observed[:, 0, visit] & (arms == arm)
    return float(column[use].mean()) if use.any() else float("nan")


def _rings(design: TrialDesign) -> tuple[Ring, ...]:
    """Where the endpoints read sebum; the whole area where none of them does."""
    return tuple(dict.fromkeys(e.ring for e in design.endpoint if e.measure == "sebum")) or (None,)


def _looks(design: TrialDesign) -> tuple[float, ...]:
    """The visit nearest to EARLY and the last one, of a period in a crossover."""
    second = design.second_period
    weeks = list(design.visits)
    if second is not None:
        later = {round(week - second, 6) for week in design.visits if week > second}
        weeks = [week for week in design.visits if week < second and week in later]
    return tuple(sorted({min(weeks, key=lambda week: abs(week - EARLY)), weeks[-1]}))


def _analysed_at(design: TrialDesign, trial: TrialData, size: int) -> Array:
    """As `_analysed`, of the first `size` patients; secondary endpoints only at the planned size, else nan."""
    data = trial.only(slice(0, size))
    if size == design.patients:
        return _analysed(design, data)
    found = np.full((len(design.endpoint), len(design.contrasts), 3), np.nan)
    found[0] = [_row(one) for one in analyse(design, design.primary, data)]
    return found


def _analysed(design: TrialDesign, data: TrialData) -> Array:
    """Value, standard error and p of every endpoint and contrast, (endpoints, contrasts, 3)."""
    return np.array([[_row(one) for one in analyse(design, endpoint, data)] for endpoint in design.endpoint])


def _row(one: Estimate) -> tuple[float, float, float]:
    return one.value, one.se, one.p
