"""The bladder: contraction from parasympathetic terminals, and what follows of it for leaks and for emptying.

Toxin also quiets afferent nerves beneath the urothelium. How much of the benefit is theirs is unknown; here it is part
of the exponent that turns contraction into leaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Harm
from holocrine.modelling.declaration import Assigned, Constant, Piece, compose
from holocrine.models.junction import junction

Array = NDArray[np.float64]

OWN_ROWS: Mapping[str, str] = {
    "light_chain_half_life_motor": "light_chain_half_life_detrusor",
    "cleavage_ratio_motor": "cleavage_ratio_detrusor",
    "threshold_motor": "threshold_detrusor",
}
"""Rows of the parameter table that the detrusor's terminals take instead of those of muscle."""


def _parasympathetic() -> Piece:
    """A motor terminal with the detrusor's constants and, as in every autonomic terminal, without sprouts."""
    motor = junction("motor")
    return replace(
        motor,
        constants=tuple(
            replace(constant, source=OWN_ROWS.get(constant.source, constant.source)) for constant in motor.constants
        ),
    )


SMOOTH_MUSCLE = Piece(
    constants=(
        Constant("K_c", "1", "release at half contraction", "contraction_half_release"),
        Constant("m_c", "1", "steepness of contraction", "contraction_hill"),
    ),
    assigned=(
        Assigned(
            "contraction",
            "1",
            "(1 + K_c**m_c)*rho_m**m_c/(rho_m**m_c + K_c**m_c)",
            "strength of the detrusor, 1 at full release",
        ),
    ),
)

BLADDER = compose("bladder", (_parasympathetic(), SMOOTH_MUSCLE), outputs=("contraction", "rho_m"))
"""One place of the wall."""


@dataclass(frozen=True)
class RetentionReadout:
    """The harm of the bladder: the residual volume (mL) from which a catheter is needed, with the spread (parameter,
    standard deviation of the logarithm) of that volume between people."""

    harm: Harm
    threshold_ml: float
    spread: str
    definition: str


RETENTION = RetentionReadout(
    "urinary_retention",
    200.0,
    "retention_threshold_sd",
    "at least 200 mL left after voiding and a catheter needed, as the pooled trials count it",
)


def leak_share(contraction: Array, gain: Array) -> Array:
    """Leak episodes over those at full contraction, for a `contraction` (0..1) of the whole wall; shapes broadcast.

    contraction^gain: weaker contractions overcome the outlet less often (form assumed).
    """
    return np.asarray(contraction**gain)


def time_share(days: Array, share: Array, time: Array) -> Array:
    """Leak episodes over those at day 0 after an injection of saline, 1 - share*(1 - exp(-days/time))."""
    return np.asarray(1.0 + share * np.expm1(-days / time))


def residual_volume(contraction: Array, before: Array, full: Array, half: Array, hill: Array) -> Array:
    """Volume left after voiding (mL) for a `contraction` (0..1) of the whole wall; shapes broadcast.

    `before` is what stays at full contraction, `full` the volume at which the bladder is emptied (both mL). The rest of
    `full` is voided in the share (1 + half^hill) c^hill/(c^hill + half^hill) of the contraction c: voiding succeeds
    until the force falls to about `half`, then fails steeply (form assumed).
    """
    voided = (1.0 + half**hill) * contraction**hill / (contraction**hill + half**hill)
    return np.asarray(before + np.maximum(full - before, 0.0) * (1.0 - voided))


def retention_probability(residual_ml: Array, spread: Array) -> Array:
    """Probability 0..1 that this residual volume (mL) leads to a catheter; thresholds are log-normal between people."""
    return np.asarray(scipy.special.ndtr(np.log(np.maximum(residual_ml, 1e-12) / RETENTION.threshold_ml) / spread))


def dry_probability(leaks_per_day: Array, clustering: Array, diary_days: Array | float) -> Array:
    """Probability that a diary of so many days holds no leak: zero of a negative binomial of size `clustering`."""
    return np.asarray((1.0 + diary_days * leaks_per_day / clustering) ** -clustering)
