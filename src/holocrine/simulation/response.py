"""Dose-time response surfaces: what a terminal and its organ do over the weeks, for every loading.

Loading u = b/(b + b50) runs from 0 to 1; the surfaces are integrated at a few values of u for every draw
and interpolated in between. What earlier sessions left behind enters as the loading of the last of them
(older ones decayed to its date), which is exact for the light chain and an approximation for sprouts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.modelling.cache import cached_arrays, fingerprint
from holocrine.models.junction import SUFFIX, Terminal
from holocrine.models.site import SITE
from holocrine.simulation.constants import constant_values, constants_of, light_chain_rate
from holocrine.simulation.draws import Draws
from holocrine.solvers.kernels import made_by
from holocrine.solvers.stiff import simulate

Array = NDArray[np.float64]

Organ = Literal["motor", "bulk", "sudomotor", "sebaceous"]
"""What is read out: a terminal type's organ, and the bulk of a muscle, which follows its force within weeks."""
OUTPUT: Mapping[Organ, str] = {"motor": "force", "bulk": "M", "sudomotor": "sweat", "sebaceous": "R"}
"""Which of the site's outputs each organ is read out by."""
NEW_NODES = 20
PAST_NODES = 10
CORNER = 0.03
"""Loading at which node spacing turns from even to logarithmic."""
RTOL = 1e-5
"""Tolerance of the surfaces: their worst error is then about 1e-5, far below the interpolation's."""
DRAWS_AT_ONCE = 64


@dataclass(frozen=True)
class Response:
    """One organ's read-out over its own baseline: `values` (draws, past nodes, new nodes, weeks)."""

    values: Array
    weeks: Array

    @property
    def untreated(self) -> Array:
        """What happens without a new session, (draws, past nodes, weeks)."""
        return self.values[:, :, 0, :]


def node_loadings(count: int) -> Array:
    """Loadings (count,) at the nodes, from 0 to 1."""
    return CORNER * ((1.0 + 1.0 / CORNER) ** np.linspace(0.0, 1.0, count) - 1.0)


def node_positions(loading: Array, count: int) -> Array:
    """Where loadings (any shape, clipped to 0..1) lie between the nodes, in node numbers."""
    scaled = np.log1p(np.clip(loading, 0.0, 1.0) / CORNER) / np.log1p(1.0 / CORNER)
    return np.asarray(scaled * (count - 1))


def fading_rate(terminal: Terminal, draws: Draws) -> Array:
    """How fast an old session stops counting (draws,), 1/day: light chain, or the direct effect under H2."""
    chain = light_chain_rate(terminal, draws.value)
    if terminal != "sebaceous":
        return chain
    which = draws.hypothesis_ids
    return np.where(which == "H2", draws.local["direct_rate"], chain)


def responses(draws: Draws, weeks: Array, days_since_last: float | None = None) -> dict[Organ, Response]:
    """The surfaces of all organs for every draw, loading and week; computed once for the same arguments.

    `weeks` (nw,) from 0; `days_since_last` is the time since the last earlier session, None without one.
    """
    name = "response_" + fingerprint(
        (__name__,), made_by(SITE), site_constants(draws), draws.hypothesis, weeks, days_since_last
    )
    arrays = cached_arrays(name, lambda: _integrate(draws, weeks, days_since_last))
    return {organ: Response(arrays[organ].astype(np.float64), weeks) for organ in OUTPUT}


def site_constants(draws: Draws) -> Array:
    """The site's constants, (draws, constants)."""
    return constants_of(SITE, constant_values(draws.value, draws.hypothesis_ids), draws.n)


def inject(states: Array, loading: Array, direct: NDArray[np.bool_], half_effect: Array) -> None:
    """Add a session's loading (lanes,) to all depots of `states` (lanes, states), in place.

    Where only the direct effect counts (`direct`), the gland takes it as a concentration instead.
    """
    for terminal, suffix in SUFFIX.items():
        depot = SITE.state_names.index(f"A_{suffix}")
        states[:, depot] += np.where(direct, 0.0, loading) if terminal == "sebaceous" else loading
    concentration = half_effect * loading / np.maximum(1.0 - loading, 1e-9)
    states[:, SITE.state_names.index("C")] += np.where(direct, concentration, 0.0)


def _integrate(draws: Draws, weeks: Array, days_since_last: float | None) -> dict[str, NDArray[np.float32]]:
    """All lanes, a few draws at a time so that memory stays small.

    In single precision (1e-7, a hundredth of the integration's error), because with an earlier session the
    surfaces are kept as a file of tens of megabytes.
    """
    past = np.zeros(1) if days_since_last is None else node_loadings(PAST_NODES)
    shape = (draws.n, past.size, NEW_NODES, weeks.size)
    values: dict[str, NDArray[np.float32]] = {organ: np.empty(shape, np.float32) for organ in OUTPUT}
    constants, direct = site_constants(draws), draws.hypothesis_ids == "H2"
    half_effect = draws.local["direct_half_effect"]
    for first in range(0, draws.n, DRAWS_AT_ONCE):
        some = np.arange(first, min(first + DRAWS_AT_ONCE, draws.n))
        outputs = _lanes(constants, direct, half_effect, some, past, weeks, days_since_last)
        for organ, output in OUTPUT.items():
            column = outputs[:, :, SITE.outputs.index(output)]
            values[organ][some] = column.reshape(some.size, *shape[1:])
    return values


def _lanes(
    constants: Array,
    direct: NDArray[np.bool_],
    half_effect: Array,
    some: NDArray[np.int64],
    past: Array,
    weeks: Array,
    days_since_last: float | None,
) -> Array:
    """Outputs (draws*past*new, weeks, outputs) of the draws `some` for every pair of loadings."""
    owner = np.repeat(some, past.size)
    starts = np.tile(np.array([state.initial for state in SITE.states]), (owner.size, 1))
    if days_since_last is not None:
        inject(starts, np.tile(past, some.size), direct[owner], half_effect[owner])
        elapsed = np.array([0.0, days_since_last])
        starts = simulate(SITE, starts, constants, elapsed, owner=owner, rtol=RTOL).checked().finals
    owner = np.repeat(owner, NEW_NODES)
    starts = np.repeat(starts, NEW_NODES, axis=0)
    inject(starts, np.tile(node_loadings(NEW_NODES), owner.size // NEW_NODES), direct[owner], half_effect[owner])
    return simulate(SITE, starts, constants, 7.0 * weeks, owner=owner, rtol=RTOL).checked().outputs
