"""What makes a person differ from a typical one: independent standard-normal scores, and what they turn into.

The draws of a forecast hold two things: doubt about the population (typical values, explanation of the sebum effect,
spread of the toxin) and differences between people. Readings of one person bear on both. Here the first stays whole
in `Anchors`, weighted draws of the population; the second becomes scores that are moved freely. So no spread of the
tables is counted twice, and one that differs between sessions is drawn anew for each of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holocrine.knowledge.parameters import ParameterSet
from holocrine.knowledge.posterior import Posterior
from holocrine.knowledge.variability import SPREAD_FACTOR, Variability, lumped_spread, typical_spread
from holocrine.models.junction import TERMINALS, Terminal
from holocrine.simulation.draws import Draws
from holocrine.simulation.posterior_draws import posterior_rows, typical_scores

Array = NDArray[np.float64]
Index = NDArray[np.int64]

FEWEST_ANCHORS = 4
"""Anchors an explanation of the sebum effect gets at least, however small its weight."""

_OWN: Mapping[Terminal, tuple[str, ...]] = {
    "motor": ("force_half_release",),
    "sudomotor": ("sweat_half_release", "gland_time", "gland_floor"),
    "sebaceous": ("cholinergic_share", "direct_share", "direct_rate", "gland_transit", "reservoir_time"),
}
TERMINAL_OF: Mapping[str, Terminal | None] = {
    "depot_release": None,
    "snap25_half_life": None,
    **{f"half_loading_{terminal}": terminal for terminal in TERMINALS},
    **{f"light_chain_half_life_{terminal}": terminal for terminal in TERMINALS},
    **{f"cleavage_ratio_{terminal}": terminal for terminal in TERMINALS},
    **{name: terminal for terminal, names in _OWN.items() for name in names},
}
"""Parameters that differ between people and shape a course, with the terminals they act on (None: all)."""


@dataclass(frozen=True)
class Layout:
    """Which score stands in which column.

    Traits of the person first, then what is particular to each of `sessions` (number of them) at each terminal, then
    `organs`: starting levels and what is particular to a visit.
    """

    sessions: int
    organs: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Name of every column."""
        particular = [occasion(session, terminal) for session in range(self.sessions) for terminal in TERMINALS]
        return (*TERMINAL_OF, *particular, *self.organs)

    @cached_property
    def column(self) -> Mapping[str, int]:
        """Column of every name."""
        return {name: number for number, name in enumerate(self.names)}

    def mixing(self, variability: Variability) -> Array:
        """Matrix (columns, columns) that turns independent scores into correlated ones, row by row."""
        matrix = np.eye(len(self.names))
        for name in TERMINAL_OF:
            self._correlate(matrix, variability, {part: part for part in TERMINAL_OF}, name)
        for session in range(self.sessions):
            own = {f"half_loading_{terminal}": occasion(session, terminal) for terminal in TERMINALS}
            for name in own:
                self._correlate(matrix, variability, own, name)
        return matrix

    def _correlate(self, matrix: Array, variability: Variability, columns: Mapping[str, str], name: str) -> None:
        parts = [(columns[part], weight) for part, weight in variability.weights.get(name, ()) if part in columns]
        if parts:
            row = self.column[columns[name]]
            norm = float(np.sqrt(sum(weight**2 for _, weight in parts)))
            matrix[row] = 0.0
            for part, weight in parts:
                matrix[row, self.column[part]] = weight / norm


def occasion(session: int, terminal: Terminal) -> str:
    """Name of the score of what is particular to one session (from 0) at one kind of terminals."""
    return f"session {session} {terminal}"


@dataclass(frozen=True)
class Anchors:
    """Possible populations: `draws` (a,) with all that readings of one person do not move, and their `weight` (a,).

    `typical[name]` (a,) is how far the typical value lies from the table's on the parameter's normal scale.
    """

    draws: Draws
    weight: Array
    typical: Mapping[str, Array]
    parameters: ParameterSet
    variability: Variability

    @property
    def n(self) -> int:
        """Number of anchors."""
        return self.draws.n

    def values(self, anchor: Index, scores: Array, layout: Layout) -> dict[str, Array]:
        """Usual values (n,) of the traits of people with these anchors and correlated `scores` (n, columns)."""
        found = {}
        for name in TERMINAL_OF:
            parameter, spread = self.parameters[name], self.variability.spreads[name]
            away = self._factor(name, anchor) * spread.between_subject * scores[:, layout.column[name]]
            found[name] = parameter.from_normal((self.typical[name][anchor] + away) / lumped_spread(parameter))
        return found

    def half_loading(
        self, anchor: Index, usual: Array, scores: Array, layout: Layout, terminal: Terminal, session: int
    ) -> Array:
        """Half loading (n,) of a terminal in one session, from the `usual` one (n,) of the person."""
        name = f"half_loading_{terminal}"
        apart = self._factor(name, anchor) * self.variability.spreads[name].between_occasion
        return np.asarray(usual * np.exp(apart * scores[:, layout.column[occasion(session, terminal)]]))

    def _factor(self, name: str, anchor: Index) -> Array | float:
        return self.draws.local[SPREAD_FACTOR[name]][anchor] if name in SPREAD_FACTOR else 1.0


def anchors_of(
    draws: Draws, parameters: ParameterSet, variability: Variability, posterior: Posterior, count: int
) -> Anchors:
    """About `count` of `draws`, which `draw_posterior` made from the other arguments, spread evenly over each
    explanation of the sebum effect; together they weigh what the explanation weighs."""
    chosen, weight = [], []
    for number, hypothesis in enumerate(draws.hypotheses):
        own = np.flatnonzero(draws.hypothesis == number)
        if own.size and hypothesis.weight > 0.0:
            size = min(own.size, max(FEWEST_ANCHORS, round(count * hypothesis.weight)))
            # The first draws of an explanation lie on different spatial draws: as many of these as there are.
            chosen.append(own[:size])
            weight.append(np.full(size, hypothesis.weight / size))
    return anchors_at(draws, np.concatenate(chosen), np.concatenate(weight), parameters, variability, posterior)


def anchors_at(
    draws: Draws, index: Index, weight: Array, parameters: ParameterSet, variability: Variability, posterior: Posterior
) -> Anchors:
    """The draws numbered `index` (a,) with their `weight` (a,) as anchors; the other arguments made the draws."""
    names = tuple(TERMINAL_OF)
    typical = _typical(draws, index, parameters, variability, posterior, names)
    return Anchors(draws.subset(index), weight / weight.sum(), typical, parameters, variability)


def _typical(
    draws: Draws,
    index: Index,
    parameters: ParameterSet,
    variability: Variability,
    posterior: Posterior,
    names: Sequence[str],
) -> dict[str, Array]:
    of_hypothesis, row = posterior_rows(posterior, draws.hypotheses, draws.seed, draws.n_spatial)
    spatial = draws.spatial_of[index]
    return {
        name: typical_spread(parameters[name], variability.spreads[name])
        * typical_scores(posterior, draws.hypotheses, name, of_hypothesis, row, draws.seed)[spatial]
        for name in names
    }
