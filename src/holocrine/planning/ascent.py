"""Local search over columns: add, change, move and exchange groups of points until nothing pays any more.

1. Add the columns that pay most, one after the other, until none pays.
2. Take every group away once and put the best back: the same place with any dose and depth, a place beside it, nothing.
3. Where a limit on dose keeps good places empty, exchange them for the poorest groups.
4. Repeat until a round changes nothing. Only work is counted, never time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Harm
from holocrine.planning.columns import Columns
from holocrine.planning.ledger import HarmLedger, Ledger
from holocrine.planning.objective import MILDER, Weights

Array = NDArray[np.float64]
Index = NDArray[np.int64]

PENALTY = 20.0
"""Percent of mean fall charged for every percent by which a harm's mean probability exceeds its cap."""
SMALLEST_GAIN = 0.003
"""Percent of mean fall below which a change is not worth keeping."""
MOST_ROUNDS = 20
EXCHANGED = 8
"""How many of the best empty places are tried against as many of the poorest groups."""
NEARLY = 0.9
"""Share of a limit from which it may be what keeps places empty."""


@dataclass
class Ascent:
    """The search among `columns`; `caps` bound the mean probability of each harm (0-1)."""

    columns: Columns
    goal: Ledger
    harm: HarmLedger
    price: Array
    """Price of dose and punctures of every column, percent of mean fall."""
    use: Array
    """What every column takes of every limit, (limits, columns)."""
    most: Array
    weights: Weights
    caps: Mapping[Harm, float]
    chosen: dict[int, int] = field(default_factory=dict)
    """Column in use at each site."""
    evaluations: int = 0

    def __post_init__(self) -> None:
        """Nothing is used or paid yet."""
        self._used, self._paid = np.zeros(len(self.most)), 0.0
        self._harm_price = 100.0 * self.weights.harm * np.array([MILDER.get(harm, 1.0) for harm in self.harm.names])
        self._cap = np.array([self.caps.get(harm, np.inf) for harm in self.harm.names])

    def run(self, start: Iterable[int]) -> tuple[list[int], float]:
        """The columns of the best plan found from `start`, and its charged worth in percent."""
        for column in start:
            if self._fits(column):
                self._add(column)
        for _ in range(MOST_ROUNDS):
            before = self._worth()
            self._fill()
            for site in sorted(self.chosen):
                self._better(site)
            self._exchange()
            if self._worth() <= before + SMALLEST_GAIN:
                break
        return [self.chosen[site] for site in sorted(self.chosen)], self._worth()

    def charge(self) -> float:
        """Price of the harms of what is chosen, with the penalty for what exceeds the caps, percent."""
        return self._charge(self.harm.means)

    def _worth(self) -> float:
        """Charged worth of what is chosen."""
        return self._bare() - self.charge()

    def _worth_with(self, column: int, now: float) -> float:
        """Charged worth if the column were added to what is now worth `now` without the harms' charge."""
        self.evaluations += 1
        value = now + self.goal.gain(column) - self.price[column]
        return float(value - self._charge(self.harm.means_with(column)))

    def _charge(self, means: Array) -> float:
        """Price of the harms' mean probabilities (harms,) and penalty for what exceeds the caps, percent."""
        return float(self._harm_price @ means + 100.0 * PENALTY * np.maximum(means - self._cap, 0.0).sum())

    def _bare(self) -> float:
        """Worth of what is chosen before harm is charged."""
        return self.goal.total - self._paid

    def _fits(self, column: int) -> bool:
        return bool((self._used + self.use[:, column] <= self.most + 1e-9).all())

    def _add(self, column: int) -> None:
        self.chosen[int(self.columns.site[column])] = column
        self._change(column, 1.0)

    def _remove(self, site: int) -> int:
        column = self.chosen.pop(site)
        self._change(column, -1.0)
        return column

    def _change(self, column: int, sign: float) -> None:
        self.goal.add(column, sign)
        self.harm.add(column, sign)
        self._used += sign * self.use[:, column]
        self._paid += sign * float(self.price[column])

    def _best_of(self, columns: Iterable[int]) -> tuple[float, int]:
        """The most that one of the columns adds, and which; (0, -1) when none pays or fits."""
        bare, now, best = self._bare(), self._worth(), (0.0, -1)
        for column in columns:
            if self._fits(column):
                gain = self._worth_with(column, bare) - now
                if gain > best[0]:
                    best = (gain, int(column))
        return best

    def _empty_sites(self) -> list[int]:
        return [site for site in range(self.columns.sites) if site not in self.chosen]

    def _fill(self) -> None:
        """Add what pays, best first; gains are looked at again only when their turn comes."""
        waiting = [(*self._best_of(self.columns.at(site)), site) for site in self._empty_sites()]
        waiting = [entry for entry in waiting if entry[0] > SMALLEST_GAIN]
        while waiting:
            waiting.sort()
            _, _, site = waiting.pop()
            gain, column = self._best_of(self.columns.at(site))
            if gain <= SMALLEST_GAIN:
                continue
            if waiting and gain < waiting[-1][0]:
                waiting.append((gain, column, site))
            else:
                self._add(column)

    def _better(self, site: int) -> None:
        """Put the best in the place of a group: nothing, another dose or depth, or the like at a place beside it."""
        if site not in self.chosen:
            return
        column = self._remove(site)
        kind = int(np.flatnonzero(self.columns.at(site) == column)[0])
        beside = [self.columns.at(other)[kind] for other in self.columns.neighbours[site] if other not in self.chosen]
        gain, best = self._best_of([*self.columns.at(site), *beside])
        stay = self._worth_with(column, self._bare()) - self._worth()
        if best < 0 and stay <= 0.0:
            return
        self._add(best if gain > stay + SMALLEST_GAIN else column)

    def _exchange(self) -> None:
        """Try the best empty places against the poorest groups."""
        if not self.chosen or not np.any(self._used > NEARLY * self.most):
            return
        worth, losses = self._worth(), []
        for site in sorted(self.chosen):
            column = self._remove(site)
            losses.append((worth - self._worth(), site))
            self._add(column)
        promising: list[int] = []
        for number, (_, site) in enumerate(sorted(losses)[:EXCHANGED]):
            before, column = self._worth(), self._remove(site)
            if number == 0:
                gains = sorted((*self._best_of(self.columns.at(other)), other) for other in self._empty_sites())
                promising = [other for _, _, other in gains[-EXCHANGED:]]
            found = max(
                (self._best_of(self.columns.at(s)) for s in promising if s not in self.chosen), default=(0.0, -1)
            )
            better = found[1] >= 0 and self._worth() + found[0] > before + SMALLEST_GAIN
            self._add(found[1] if better else column)
