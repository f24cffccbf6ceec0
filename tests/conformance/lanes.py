"""Direct integration of a terminal and its organ, one lane per draw and loading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.models.junction import Terminal
from holocrine.simulation.draws import Draws
from holocrine.simulation.response import MODELS, _constants, _load
from holocrine.solvers import stiff

Array = NDArray[np.float64]
Index = NDArray[np.int64]

TIGHT = {"rtol": 1e-7, "atol": 1e-9}


def hypothesis_of(draws: Draws) -> NDArray[np.str_]:
    return np.array([h.id for h in draws.hypotheses])[draws.hypothesis]


def active(terminal: Terminal, draws: Draws) -> Index:
    """Draws in which toxin acts on the organ at all: for sebum those of H1 and H2."""
    if terminal != "sebaceous":
        return np.arange(draws.n)
    return np.flatnonzero(np.isin(hypothesis_of(draws), ("H1", "H2")))


@dataclass
class Lanes:
    """States of many lanes of one terminal, `owner` (lanes,) telling whose constants each uses."""

    terminal: Terminal
    draws: Draws
    owner: Index
    states: Array

    @classmethod
    def at_rest(cls, terminal: Terminal, draws: Draws, owner: Index) -> Lanes:
        rest = np.array([state.initial for state in MODELS[terminal].states])
        return cls(terminal, draws, owner, np.tile(rest, (owner.size, 1)))

    def inject(self, loading: Array) -> Lanes:
        """A session with this loading per lane, now."""
        direct = (hypothesis_of(self.draws) == "H2") & (self.terminal == "sebaceous")
        half = self.draws.local["direct_half_effect"]
        states = self.states.copy()
        _load(MODELS[self.terminal], states, loading, direct[self.owner], half[self.owner])
        return Lanes(self.terminal, self.draws, self.owner, states)

    def wait(self, days: float) -> Lanes:
        """The same lanes `days` later."""
        return Lanes(self.terminal, self.draws, self.owner, self._run(np.array([0.0, days])).finals)

    def effect(self, weeks: Array) -> Array:
        """The organ's read-out over its baseline, (lanes, weeks) from now."""
        return self._run(7.0 * weeks).outputs[:, :, 0]

    def state(self, name: str) -> Array:
        """One state of every lane."""
        return self.states[:, MODELS[self.terminal].state_names.index(name)]

    def _run(self, times: Array) -> stiff.Runs:
        constants = _constants(self.terminal, self.draws)
        return stiff.simulate(MODELS[self.terminal], self.states, constants, self.owner, times, **TIGHT)
