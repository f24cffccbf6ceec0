"""Which assumptions the power of a design hangs on: Sobol indices of the power over what a protocol cannot know.

Power at one set of assumptions comes from one large trial: its estimate over the standard error that the planned number
of patients would have, by the normal approximation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.special
import scipy.stats
from scipy.stats.qmc import Sobol

from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_answer import Influence
from holocrine.trials.analysis.analyse import analyse
from holocrine.trials.conduct import conduct
from holocrine.trials.dataset import Array
from holocrine.trials.enrolment import population_of
from holocrine.trials.replicates import FIRST_REFERENCE
from holocrine.trials.tables import WorldTables, tables_of
from holocrine.trials.worlds import Knowledge, draw_world

PATIENTS = 600
"""Of the large trial at each point, the same ones at all of them."""
BASE_POINTS = 32
"""Power of two; the power is worked out at (inputs + 2) times as many points."""
RESAMPLES = 200


@dataclass(frozen=True)
class Input:
    """An assumption varied evenly from `low` to `high`."""

    name: str
    unit: str
    low: float
    high: float


INPUTS = (
    Input("true effect: quantile of the posterior under H1", "%", 0.0, 100.0),
    Input("drop-out", "%", 0.0, 40.0),
    Input("drop-out of those without benefit, times that of others", "", 1.0, 5.0),
    Input("rater error, log SD", "", 0.0, 0.5),
    Input("patients in whom the rater knows the arm", "%", 0.0, 60.0),
)
BIAS_WHEN_KNOWN = 20.0
"""Percent fewer lesions counted where the rater knows, while this is varied (assumption)."""


def points(seed: int) -> Array:
    """Where the power is asked for, (points, inputs): two independent samples and, for each input, the first sample
    with that input taken from the second (Saltelli 2010, doi 10.1016/j.cpc.2009.09.018)."""
    random = np.random.Generator(np.random.Philox(seed))
    both = Sobol(2 * len(INPUTS), scramble=True, rng=random).random(BASE_POINTS)
    low, width = np.array([one.low for one in INPUTS]), np.array([one.high - one.low for one in INPUTS])
    a, b = (low + width * part for part in np.split(both, 2, axis=1))
    mixed = [np.where(np.arange(len(INPUTS)) == i, b, a) for i in range(len(INPUTS))]
    return np.concatenate([a, b, *mixed])


def power_at(design: TrialDesign, knowledge: Knowledge, assumed: Array, effects: Sequence[int], seed: int) -> float:
    """Power of the primary endpoint at one row of `points`; `effects` numbers the worlds of H1 by rising effect."""
    quantile, drop_out, ratio, rater, known = (float(value) for value in assumed)
    world = effects[min(int(quantile / 100.0 * len(effects)), len(effects) - 1)]
    changed = design.conduct.model_copy(
        update={
            "drop_out": drop_out,
            "drop_out_ratio": ratio,
            "rater_error": rater,
            "unblinded": known,
            "unblinded_bias": BIAS_WHEN_KNOWN,
        }
    )
    varied = design.model_copy(update={"conduct": changed})
    tables = _tables(design, knowledge, world, seed)
    ids = np.arange(FIRST_REFERENCE, FIRST_REFERENCE + PATIENTS)
    found = analyse(varied, design.primary, conduct(varied, tables, population_of(design, knowledge, seed), ids))
    threshold = float(scipy.special.ndtri(1.0 - design.level / 2.0))
    missing = 1.0
    for one in found:
        if np.isfinite(one.se):
            z = one.value / (one.se * np.sqrt(PATIENTS / design.patients))
            missing *= 1.0 - float(scipy.special.ndtr(abs(z) - threshold) + scipy.special.ndtr(-abs(z) - threshold))
    return 1.0 - missing


@lru_cache(maxsize=64)
def _tables(design: TrialDesign, knowledge: Knowledge, world: int, seed: int) -> WorldTables:
    """No table depends on what is varied."""
    return tables_of(design, draw_world(knowledge, "H1", world, seed), knowledge)


def influences(powers: Array, seed: int) -> tuple[Influence, ...]:
    """Sobol indices from the power at every one of `points`, (points,), with bootstrap intervals.

    Empty when the power never changes.
    """
    if np.ptp(powers) < 1e-9:
        return ()
    lots = powers.reshape(-1, BASE_POINTS)
    random = np.random.Generator(np.random.Philox(seed))
    resampled = np.array([_indices(lots[:, random.integers(BASE_POINTS, size=BASE_POINTS)]) for _ in range(RESAMPLES)])
    low, high = np.quantile(resampled, [0.05, 0.95], axis=0)
    best = _indices(lots)
    return tuple(
        Influence(
            input=one.name,
            low=one.low,
            high=one.high,
            unit=one.unit,
            first=float(best[0, i]),
            first_lo90=float(low[0, i]),
            first_hi90=float(high[0, i]),
            total=float(best[1, i]),
            total_lo90=float(low[1, i]),
            total_hi90=float(high[1, i]),
        )
        for i, one in enumerate(INPUTS)
    )


def _indices(lots: Array) -> Array:
    """First and total order, (2, inputs), from the powers (inputs + 2, BASE_POINTS)."""
    values = {"f_A": lots[:1], "f_B": lots[1:2], "f_AB": lots[2:, None, :]}
    found = scipy.stats.sobol_indices(func=values, n=BASE_POINTS)
    return np.stack([np.ravel(found.first_order), np.ravel(found.total_order)])
