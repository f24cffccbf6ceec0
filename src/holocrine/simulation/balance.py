"""Where an injected dose goes: bound, cleared, lost through the edge of the solved domain."""

from __future__ import annotations

import numpy as np

from holocrine.domain.forecast import MassBalance
from holocrine.models.junction import TERMINALS
from holocrine.simulation.binding import Shots, level, nominal_volume
from holocrine.simulation.simulator import Simulator


def mass_balance(simulator: Simulator, shots: Shots) -> MassBalance:
    """The plan's balance in units of the product, mean over the spatial draws, needles where planned."""
    injected = float(shots.units.sum())
    bound, cleared, edge, error = np.zeros(len(TERMINALS)), 0.0, 0.0, 0.0
    for stack, volume, depth, units in zip(shots.stacks, shots.volume, shots.depth, shots.units, strict=True):
        kernels = simulator.library.kernels(stack, nominal_volume(float(volume)))
        at, count = float(level(stack, np.asarray(depth))), kernels.cleared.shape[1]
        low = min(int(at), count - 2)
        weight = np.zeros(count)
        weight[low], weight[low + 1] = 1.0 - (at - low), at - low
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
