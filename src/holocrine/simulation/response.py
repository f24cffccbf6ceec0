"""Dose-time response surfaces: what a terminal and its organ do over the weeks, for every loading.

Loading u = b/(b + b50) runs from 0 to 1; the surfaces are integrated at a few values of u for every draw
and interpolated in between. What earlier sessions left behind enters as the loading of the last of them
(older ones decayed to its date), which is exact for the light chain and an approximation for sprouts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.modelling.cache import cached_arrays, fingerprint, is_cached
from holocrine.modelling.declaration import Model
from holocrine.models.junction import TERMINALS, Terminal
from holocrine.models.muscle import MUSCLE
from holocrine.models.sebum import SEBUM
from holocrine.models.sweat import SWEAT
from holocrine.simulation.constants import constant_values, constants_of, light_chain_rate
from holocrine.simulation.draws import Draws
from holocrine.solvers import stiff

Array = NDArray[np.float64]

MODELS: Mapping[Terminal, Model] = {"motor": MUSCLE, "sudomotor": SWEAT, "sebaceous": SEBUM}
NEW_NODES = 14
PAST_NODES = 10
CORNER = 0.01
"""Loading at which node spacing turns from even to logarithmic."""
RTOL, ATOL = 1e-4, 1e-6
"""Tolerances of the surfaces: their worst error is then about 2e-5, a tenth of the interpolation's."""
_SOURCES = ("holocrine.simulation.response", "holocrine.solvers.stiff", "holocrine.solvers.rosenbrock")


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


def _constants(terminal: Terminal, draws: Draws) -> Array:
    return constants_of(MODELS[terminal], constant_values(draws.value, draws.hypothesis_ids), draws.n)


def _load(model: Model, states: Array, loading: Array, direct: NDArray[np.bool_], half_effect: Array) -> None:
    """Add a session's loading to the depot, or, where only the direct effect counts, as a concentration."""
    depot = next(name for name in model.state_names if name.startswith("A_"))
    states[:, model.state_names.index(depot)] += np.where(direct, 0.0, loading)
    if "C" in model.state_names:
        concentration = half_effect * loading / np.maximum(1.0 - loading, 1e-9)
        states[:, model.state_names.index("C")] += np.where(direct, concentration, 0.0)


def response(terminal: Terminal, draws: Draws, weeks: Array, days_since_last: float | None = None) -> Response:
    """The surface of `terminal` for every draw, loading and week; computed once for the same arguments.

    `weeks` (nw,) from 0; `days_since_last` is the time since the last earlier session, None without one.
    """
    name = _name(terminal, draws, weeks, days_since_last)
    arrays = cached_arrays(name, lambda: {"values": _integrate(terminal, draws, weeks, days_since_last)})
    return Response(arrays["values"], weeks)


def response_cached(terminal: Terminal, draws: Draws, weeks: Array, days_since_last: float | None) -> bool:
    """Whether the cache folder already holds this surface."""
    return is_cached(_name(terminal, draws, weeks, days_since_last))


def responses(draws: Draws, weeks: Array, days_since_last: float | None = None) -> dict[Terminal, Response]:
    """The surfaces of all terminal types."""
    return {terminal: response(terminal, draws, weeks, days_since_last) for terminal in TERMINALS}


def _name(terminal: Terminal, draws: Draws, weeks: Array, days_since_last: float | None) -> str:
    constants, model = _constants(terminal, draws), MODELS[terminal]
    return "response_" + fingerprint(_SOURCES, model.hash, constants, draws.hypothesis, weeks, days_since_last)


def _integrate(terminal: Terminal, draws: Draws, weeks: Array, days_since_last: float | None) -> Array:
    """Integrate all lanes. Sebum draws under which toxin does nothing to the gland stay at one."""
    model, constants = MODELS[terminal], _constants(terminal, draws)
    which = draws.hypothesis_ids
    active = np.flatnonzero(np.isin(which, ("H1", "H2"))) if terminal == "sebaceous" else np.arange(draws.n)
    direct = (which == "H2") & (terminal == "sebaceous")
    past = np.zeros(1) if days_since_last is None else node_loadings(PAST_NODES)
    new = node_loadings(NEW_NODES)
    values = np.ones((draws.n, past.size, new.size, weeks.size))
    rest = np.array([state.initial for state in model.states])
    half = draws.local["direct_half_effect"]

    owner = np.repeat(active, past.size)
    starts = np.tile(rest, (owner.size, 1))
    if days_since_last is not None:
        _load(model, starts, np.tile(past, active.size), direct[owner], half[owner])
        elapsed = np.array([0.0, days_since_last])
        starts = stiff.simulate(model, starts, constants, owner, elapsed, rtol=RTOL, atol=ATOL).finals
    owner = np.repeat(owner, new.size)
    starts = np.repeat(starts, new.size, axis=0)
    _load(model, starts, np.tile(new, owner.size // new.size), direct[owner], half[owner])
    runs = stiff.simulate(model, starts, constants, owner, 7.0 * weeks, rtol=RTOL, atol=ATOL)
    values[active] = runs.outputs[:, :, 0].reshape(active.size, past.size, new.size, weeks.size)
    return values
