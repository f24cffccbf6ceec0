"""Direct integration of whole sites, one lane per draw and loading, at a tolerance far below any claim."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holocrine.models.junction import Terminal
from holocrine.models.site import SITE
from holocrine.simulation.draws import Draws
from holocrine.simulation.response import OUTPUT, inject, site_constants
from holocrine.solvers import stiff

Array = NDArray[np.float64]
Index = NDArray[np.int64]

TIGHT = {"rtol": 1e-7, "atol": 1e-9}


def active(terminal: Terminal, draws: Draws) -> Index:
    """Draws in which toxin acts on the organ at all: for sebum those of H1 and H2."""
    if terminal != "sebaceous":
        return np.arange(draws.n)
    return np.flatnonzero(np.isin(draws.hypothesis_ids, ("H1", "H2")))


@dataclass(frozen=True)
class Lanes:
    """States (lanes, states) of many sites, `owner` (lanes,) telling which draw's constants each uses."""

    draws: Draws
    owner: Index
    states: Array

    @classmethod
    def at_rest(cls, draws: Draws, owner: Index | None = None) -> Lanes:
        """Sites never treated, one for each draw unless `owner` says otherwise."""
        owner = np.arange(draws.n) if owner is None else owner
        return cls(draws, owner, np.tile([state.initial for state in SITE.states], (owner.size, 1)))

    def inject(self, loading: Array | float) -> Lanes:
        """A session with this loading (lanes,) of every terminal type, now."""
        states = self.states.copy()
        direct, half = self.draws.hypothesis_ids == "H2", self.draws.local["direct_half_effect"]
        inject(states, np.broadcast_to(loading, self.owner.shape), direct[self.owner], half[self.owner])
        return replace(self, states=states)

    def wait(self, days: float) -> Lanes:
        """The same lanes `days` later."""
        return replace(self, states=self.run(np.array([0.0, days])).finals)

    def effects(self, weeks: Array) -> dict[Terminal, Array]:
        """Every organ's read-out over its baseline, (lanes, weeks) from now."""
        outputs = self.run(7.0 * weeks).outputs
        return {terminal: outputs[:, :, SITE.outputs.index(name)] for terminal, name in OUTPUT.items()}

    def effect(self, terminal: Terminal, weeks: Array) -> Array:
        """One organ's read-out."""
        return self.effects(weeks)[terminal]

    def state(self, name: str) -> Array:
        """One state of every lane."""
        return self.states[:, SITE.state_names.index(name)]

    def run(self, times: Array, constants: Array | None = None) -> stiff.Runs:
        """Integrate over `times` (day), with the draws' own constants unless others (draws, constants) are given."""
        own = site_constants(self.draws) if constants is None else constants
        return stiff.simulate(SITE, self.states, own, times, owner=self.owner, **TIGHT).checked()
