"""Acne scars: new ones that last or fade, and how bad scars look at rest and when muscles pull on them.

Severity is a global grade from 0 (none) over mild and moderate to 3 (severe), as clinicians record it. The structure
of a scar is not changed by toxin; what is seen of it depends on the pull of the muscles beneath, and toxin can spare
scars that a lesion it prevented would have left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holocrine.modelling.declaration import Assigned, Constant, Piece, State, compose

Array = NDArray[np.float64]

WORST_GRADE = 3.0
"""Top of the severity scale; new scars fill what is left up to it."""

SCARS = compose(
    "scars",
    (
        Piece(
            states=(
                State("F_s", "1", "made*(1 - q_s) - k_F*F_s", 0.0, "new scars that will fade (number)"),
                State("P_s", "1", "made*q_s", 0.0, "new scars that last (number)"),
            ),
            constants=(
                Constant("made", "1/day", "scars made; input", "course of the acne model"),
                Constant("q_s", "1", "share of new scars that last", "scar_lasting_share"),
                Constant("k_F", "1/day", "fading of the others", "scar_fading_half_life"),
                Constant("G_s", "1", "grade of the scars already there", "finding of the examination"),
                Constant("n_G", "1", "new scars that make one grade on clear skin", "scars_per_grade"),
                Constant(
                    "pull", "1", "force of the muscles beneath over baseline; input", "course of the muscle model"
                ),
                Constant("p_r", "1", "share of the severity at rest that is pull", "scar_pull_rest"),
                Constant("p_m", "1", "the same in motion", "scar_pull_motion"),
                Constant("w_m", "1", "weight of motion in what others see", "scar_motion_weight"),
            ),
            assigned=(
                Assigned("present", "1", "F_s + P_s", "new scars still to be seen (number)"),
                Assigned("structure", "1", "3 - (3 - G_s)*exp(-present/(3*n_G))", "grade under full pull"),
                Assigned("weight", "1", "(1 - w_m)*p_r + w_m*p_m", "share of the severity that is pull"),
                Assigned("severity", "1", "structure*(1 - weight*(1 - pull))", "grade as seen"),
            ),
        ),
    ),
    outputs=("severity", "present"),
)


def structure(present: Array, grade: Array, scars_per_grade: Array) -> Array:
    """`structure` of the declaration: grade (0..3) under full pull with `present` new scars on skin of `grade`."""
    return np.asarray(WORST_GRADE - (WORST_GRADE - grade) * np.exp(-present / (WORST_GRADE * scars_per_grade)))


def severity(structural: Array, pull: Array, share: Array) -> Array:
    """Grade as seen when muscles pull with `pull` (1 = as untreated) and `share` of the severity is pull."""
    return np.asarray(structural * (1.0 - share * (1.0 - pull)))


def present_of(made: Array, days: Array, lasting: Array, fading_rate: Array) -> Array:
    """New scars still to be seen, (draws, times), from the running number `made` (draws, times) on `days` (times,).

    Exact for scars made evenly between two days. `lasting` share and `fading_rate` (1/day) are (draws,).
    """
    fading = np.zeros_like(made)
    for i, step in enumerate(np.diff(days)):
        kept = np.exp(-fading_rate * step)
        fresh = (1.0 - lasting) * (made[:, i + 1] - made[:, i])
        fading[:, i + 1] = fading[:, i] * kept + fresh * (1.0 - kept) / (fading_rate * step)
    return np.asarray(lasting[:, None] * made + fading)
