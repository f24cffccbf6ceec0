"""What is lost of a trial: patients who leave, visits that are missed, and the blinding of the rater."""

from __future__ import annotations

import numpy as np

from holocrine.domain.trial import TrialDesign
from holocrine.trials.dataset import Array, Flags, Index
from holocrine.trials.enrolment import Enrolled


def arm_at(design: TrialDesign, arm: Index) -> Index:
    """Number of the arm whose treatment a patient is under, (n, tracks, visits + 1), given `arm` (n,)."""
    shape = (arm.size, 1, len(design.visits) + 1)
    if design.layout == "split_face":
        return np.broadcast_to(np.arange(2)[None, :, None], (arm.size, 2, shape[2]))
    if design.second_period is None:
        return np.broadcast_to(arm[:, None, None], shape)
    later = np.array([0.0, *design.visits]) > design.second_period
    return np.where(later, 1 - arm[:, None, None], arm[:, None, None])


def evident(design: TrialDesign, who: Enrolled) -> Flags:
    """Where the rater can tell that toxin was given, (n, tracks, visits + 1); never at baseline."""
    toxin = np.array([arm.toxin is not None for arm in design.arm])
    told = who.uniform("blinding") < design.conduct.unblinded / 100.0
    found = toxin[arm_at(design, who.arm)] & told[:, None, None]
    found[:, :, 0] = False
    return found


def gone(design: TrialDesign, who: Enrolled, marker: Array) -> Flags:
    """Visits after drop-out, (n, visits). Whoever's `marker` (n, tracks, visits + 1) has not fallen leaves sooner."""
    visits, ratio = len(design.visits), design.conduct.drop_out_ratio
    hazard = 1.0 - (1.0 - design.conduct.drop_out / 100.0) ** (1.0 / visits)
    level = marker.mean(axis=1)
    left = np.zeros((who.n, visits), dtype=bool)
    for visit in range(visits):
        worse = level[:, visit] >= level[:, 0]
        faster = 1.0 if visit == 0 else np.where(worse, ratio, 1.0) * 2.0 / (1.0 + ratio)
        leaves = who.uniform("drop-out", visit) < hazard * faster
        left[:, visit] = leaves | (left[:, visit - 1] if visit else False)
    return left


def missed(design: TrialDesign, who: Enrolled) -> Flags:
    """Visits that were not kept, (n, visits)."""
    share = design.conduct.missed_visits / 100.0
    return np.stack([who.uniform("missed visit", visit) < share for visit in range(len(design.visits))], axis=1)
