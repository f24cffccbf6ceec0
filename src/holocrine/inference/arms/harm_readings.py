"""What studies of harm report: the share of patients with a drooping lid or a low brow."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy.special

from holocrine.inference.arms.averages import expected
from holocrine.inference.arms.given import Given, product_of
from holocrine.inference.arms.people import SPATIAL_SPREAD
from holocrine.inference.arms.scenes import LANDINGS
from holocrine.inference.arms.world import Array, World
from holocrine.models.readout import HARMS, Harm, shift_mm

SCORES: Array = np.linspace(-3.5, 3.5, 15)
"""Dose sensitivities summed over; finer than elsewhere, because rare events live in the tail."""
WEIGHTS: Array = np.exp(-0.5 * SCORES**2) / np.exp(-0.5 * SCORES**2).sum()
SIDES = ("left", "right")
BACKGROUND: Mapping[Harm, str] = {"lid_ptosis": "lid_background", "brow_drop": "brow_background"}


def rate(world: World, given: Given, number: int, *, harm: Harm) -> float:
    """Percent of patients in whom the harm is reported at any time, the background without toxin included."""
    background = world.typical[BACKGROUND[harm]]
    if not given.product:
        return 100.0 * background
    readout = HARMS[harm]
    losses = [1.0 - _force(world, given, number, harm, f"{readout.muscles[0]}_{side}").min(axis=-1) for side in SIDES]
    people = world.sample
    table = (world.typical, world.unknowns.parameters, world.unknowns.variability)
    reserve = people.values(readout.reserve, *table)[:, None] if readout.reserve else 0.0
    shift = shift_mm(np.max(losses, axis=0), people.values(readout.full, *table)[:, None], reserve)
    score = np.log(np.maximum(shift, 1e-12) / readout.threshold_mm) / world.typical["harm_threshold_sd"]
    caused = expected(scipy.special.ndtr(score), np.tile(WEIGHTS, LANDINGS) / LANDINGS)
    return 100.0 * (background + (1.0 - background) * caused)


def _force(world: World, given: Given, number: int, harm: Harm, muscle: str) -> Array:
    cells = given.scene.groups[muscle]
    product = product_of(given, number)
    spread = _tail_spread(world, given, muscle) if harm == "lid_ptosis" else 0.0
    return world.courses("force", given.scene, product, given.units, cells, SCORES, spread)


def _tail_spread(world: World, given: Given, muscle: str) -> float:
    """Log SD between people of the dose that runs along tissue planes and through the septum to a muscle."""
    spreads = world.unknowns.variability.spreads
    distance = float(given.scene.nearest_point[given.scene.groups[muscle]].mean())
    along = distance / world.typical["tail_length"] * spreads["tail_length"].between_subject
    parts = (along, spreads["tail_fraction"].between_subject, spreads["septum_transmission"].between_subject)
    return float(np.sqrt(max(sum(part**2 for part in parts) - SPATIAL_SPREAD**2, 0.0)))
