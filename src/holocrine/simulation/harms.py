"""Risk figures: from lost force to a probability, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.models.readout import Readout, shift_mm

Array = NDArray[np.float64]


def lost_force(readout: Readout, sides: Sequence[Sequence[str]], force: Mapping[str, Array]) -> Array:
    """Loss of force (0..1) that counts for a read-out, of the same shape as each entry of `force`.

    `sides` names the muscle areas of every side. The weakest muscle of a side stands for it; then the worse side
    counts, or the mean of the sides where they work together.
    """
    weakest = np.stack([np.min([force[name] for name in side], axis=0) for side in sides])
    return np.asarray(1.0 - (weakest.mean(axis=0) if readout.together else weakest.min(axis=0)))


def shift(readout: Readout, loss: Array, parameters: Mapping[str, Array]) -> Array:
    """How far a read-out gives way, in its unit, for a `loss` of force (0..1), (draws,) or (draws, weeks).

    `parameters` holds the read-out's parameters by name, (draws,) each.
    """
    shape = (-1,) + (1,) * (loss.ndim - 1)
    reserve = parameters[readout.reserve].reshape(shape) if readout.reserve else 0.0
    full = readout.scale * parameters[readout.full].reshape(shape)
    return shift_mm(np.clip(loss, 0.0, 1.0), full, reserve)


def harm_probability(readout: Readout, worst_loss: Array, parameters: Mapping[str, Array]) -> Array:
    """Probability (draws,) that a person with this worst loss of force (draws,) shows the harm.

    People differ in how soon a shift shows: the threshold is log-normal with `harm_threshold_sd`.
    """
    score = np.log(np.maximum(shift(readout, worst_loss, parameters), 1e-12) / readout.threshold)
    return np.asarray(scipy.special.ndtr(score / parameters["harm_threshold_sd"]))


def probability_interval(probability: Array, spatial_of: NDArray[np.int64]) -> tuple[float, float, float]:
    """Mean, 5% and 95% (all 0..1) of a harm's probability (draws,).

    The interval is over the spread of the toxin, the least certain part: what shares a spatial draw
    (`spatial_of`, (draws,)) is averaged first, because it differs in person, muscle and landing only. Where a
    few draws carry nearly all of the probability the mean can lie above the 95% point; the upper end is then
    the mean, so that it never looks safer than the best guess.
    """
    counts = np.bincount(spatial_of)
    means = (np.bincount(spatial_of, weights=probability) / np.maximum(counts, 1))[counts > 0]
    low, high = np.quantile(means, [0.05, 0.95])
    mean = float(means.mean())
    return mean, float(low), max(float(high), mean)
