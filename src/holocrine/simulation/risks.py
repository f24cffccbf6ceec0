"""The harms of a plan as a clinician reads them: probability with its uncertainty, limit, onset and duration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.case import Case
from holocrine.domain.forecast import HARM_LABELS, Risk
from holocrine.domain.vocabulary import Harm
from holocrine.models.bladder import RETENTION, retention_probability
from holocrine.models.harms import EVERY_HARM
from holocrine.simulation.course import REPLICATES, Simulation
from holocrine.simulation.harms import probability_interval
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.summary import onset_and_duration
from holocrine.simulation.systems.outcome import Outcome

Array = NDArray[np.float64]

BASIS = (
    "simulated bound dose at the muscle with placement error; the share that runs along tissue planes and the "
    "threshold are assumptions; {extra}"
)
EXTRA: Mapping[Harm, str] = {
    "lid_ptosis": "for intradermal plans extrapolated from intramuscular glabellar treatment",
    "brow_drop": "the relaxation of the muscles that pull the brow down is not set against a drop",
    "smile_change": "extrapolated: course of the smile muscles on the map is an assumption",
    "lip_weakness": "extrapolated: no adequate number found for small doses at the lip's edge",
    "bite_weakness": "chewing uses other muscles too, whose share is an assumption",
    "grip_weakness": "only the muscles of the thumb's ball are modelled",
    "urinary_retention": "threshold on the bladder's remaining force, spread between people assumed",
}


def risks_of(case: Case, simulator: Simulator, simulation: Simulation, outcomes: Sequence[Outcome]) -> tuple[Risk, ...]:
    """Every harm that the plan could bring here, in the order of the vocabulary."""
    residual = [outcome.treated for outcome in outcomes if outcome.quantity == "residual_volume"]
    found = []
    for harm in get_args(Harm):
        if harm in simulation.harm_probability:
            probability, course = simulation.harm_probability[harm], simulation.harm_course[harm]
            found.append(_risk(case, simulator, harm, EVERY_HARM[harm].definition, probability, course))
        elif harm == RETENTION.harm and residual:
            alone = retention_probability(residual[0].max(axis=1), simulator.draws.local[RETENTION.spread])
            every = np.tile(alone, REPLICATES)
            found.append(_risk(case, simulator, harm, RETENTION.definition, every, residual[0]))
    return tuple(found)


def _risk(case: Case, simulator: Simulator, harm: Harm, definition: str, probability: Array, course: Array) -> Risk:
    spatial_of = simulator.draws.repaired(REPLICATES).spatial_of
    mean, low, high = probability_interval(probability, spatial_of)
    limit = getattr(case.goals.harm_limits, harm)
    onset, duration = onset_and_duration(course, simulator.weeks)
    return Risk(
        harm=harm,
        label=HARM_LABELS[harm],
        definition=definition,
        probability=100.0 * mean,
        lo90=100.0 * low,
        hi90=100.0 * high,
        limit=limit,
        within_limit=100.0 * high <= limit,
        onset_days=onset,
        duration_weeks=duration,
        grade="D",
        basis=BASIS.format(extra=EXTRA[harm]),
    )
