"""Which missing finding would narrow the forecast most: how much variance an answer is expected to remove."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.case import Case
from holocrine.domain.forecast import Quantity
from holocrine.domain.vocabulary import Target
from holocrine.simulation.summary import mean_fall
from holocrine.simulation.systems.benefit import BENEFIT_OF
from holocrine.simulation.systems.outcome import Outcome

Array = NDArray[np.float64]

IN_OWN_UNIT: Mapping[Target, Quantity] = {**BENEFIT_OF, "sebum": "sebum_level", "sweat": "sweat_hdss"}
"""What a person will read or feel of each target: a forecast in these units hangs on where the person starts."""
SHOWN_BY: Mapping[str, Quantity] = {
    "findings.sebum": "sebum_level",
    "findings.lesions": "lesions",
    "findings.iga": "iga",
    "findings.pores": "pore_area",
    "findings.scars": "scar_severity",
    "findings.forehead_lines": "forehead_lines",
    "findings.glabellar_lines": "glabellar_lines",
    "findings.crows_feet": "crows_feet",
    "findings.sweat_hdss": "sweat_hdss",
    "urology.leak_episodes": "leak_episodes",
    "urology.residual_volume": "residual_volume",
}
"""The read-out whose value today is what answering the question would show."""
DRAWS_A_BIN = 32
SMALLEST_SPREAD = 1e-9
"""Variance below which there is nothing to learn or nothing to narrow."""


def variance_shares(case: Case, outcomes: Sequence[Outcome], weeks: Array) -> dict[str, float]:
    """For every finding that is missing, by field: expected share (0-1) of the variance of the main target's forecast
    (its fall in weeks 2 to 16, in its own unit) that knowing the finding removes.

    The draws tell: they are sorted by what the finding would show, and the spread left inside groups of like showing
    is held against the whole (law of total variance, corrected for the groups' number). A finding that no read-out of
    this forecast shows is left out.
    """
    own = [outcome for outcome in outcomes if outcome.quantity == IN_OWN_UNIT[case.goals.main_target]]
    if not own:
        return {}
    forecast = np.sum([mean_fall(outcome.untreated - outcome.treated, weeks) for outcome in own], axis=0)
    shares = {}
    for field, quantity in SHOWN_BY.items():
        showing = [outcome for outcome in outcomes if outcome.quantity == quantity and _MISSING[field](case, outcome)]
        if showing:
            shares[field] = variance_removed(np.sum([outcome.untreated[:, 0] for outcome in showing], axis=0), forecast)
    return shares


def variance_removed(known: Array, forecast: Array) -> float:
    """Share (0-1) of the variance of `forecast` (n,) that knowing `known` (n,) is expected to remove."""
    n, whole = forecast.size, float(forecast.var(ddof=1))
    bins = max(2, n // DRAWS_A_BIN)
    if whole < SMALLEST_SPREAD or float(known.var()) < SMALLEST_SPREAD or n <= bins:
        return 0.0
    groups = np.array_split(forecast[np.argsort(known, kind="stable")], bins)
    inside = sum(float(((group - group.mean()) ** 2).sum()) for group in groups) / (n - bins)
    return min(max(0.0, 1.0 - inside / whole), 1.0)


def _not_read(name: str) -> Callable[[Case, Outcome], bool]:
    """Whether a finding per region is missing for the region of the read-out."""
    return lambda case, outcome: outcome.region is not None and outcome.region not in getattr(case.findings, name)


def _not_answered(table: str, name: str) -> Callable[[Case, Outcome], bool]:
    return lambda case, _: getattr(getattr(case, table), name, None) is None


_MISSING: Mapping[str, Callable[[Case, Outcome], bool]] = {
    **{f"findings.{name}": _not_read(name) for name in ("sebum", "lesions", "pores", "scars")},
    **{
        f"findings.{name}": _not_answered("findings", name)
        for name in ("iga", "forehead_lines", "glabellar_lines", "crows_feet", "sweat_hdss")
    },
    **{f"urology.{name}": _not_answered("urology", name) for name in ("leak_episodes", "residual_volume")},
}
