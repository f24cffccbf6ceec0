"""Where an injected dose goes: bound, cleared, lost through the edge of the solved domain."""

from __future__ import annotations

import numpy as np

from holocrine.anatomy.sites import layer_stack
from holocrine.domain.forecast import MassBalance
from holocrine.models.junction import TERMINALS
from holocrine.simulation.binding import Shots, nominal_volume
from holocrine.simulation.course import Simulator
from holocrine.simulation.spread import DEPTHS


def mass_balance(simulator: Simulator, shots: Shots) -> MassBalance:
    """The plan's balance in units of the product, mean over the spatial draws, needles where planned."""
    injected = float(shots.units.sum())
    bound, cleared, edge, error = np.zeros(len(TERMINALS)), 0.0, 0.0, 0.0
    for region, volume, depth, units in zip(shots.regions, shots.volume, shots.depth, shots.units, strict=True):
        stack = layer_stack(region, simulator.person.scene.face.sex)
        kernels = simulator.library.kernels(stack, nominal_volume(float(volume)))
        level = float(np.interp(depth, DEPTHS, np.arange(DEPTHS.size)))
        low = min(int(level), DEPTHS.size - 2)
        weight = np.zeros(DEPTHS.size)
        weight[low], weight[low + 1] = 1.0 - (level - low), level - low
        bound += units * np.einsum("dlt,l->t", kernels.shares, weight) / kernels.shares.shape[0]
        cleared += float(units * (kernels.cleared @ weight).mean())
        edge += float(units * (kernels.edge @ weight).mean())
        error = max(error, kernels.balance_error)
    return MassBalance(
        injected=injected,
        bound=float(bound.sum()),
        bound_by_terminal={terminal: float(value) for terminal, value in zip(TERMINALS, bound, strict=True)},
        cleared=cleared,
        edge_flux_fraction=edge / injected if injected else 0.0,
        relative_error=error,
    )
