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

PENALTY = 60.0
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
        """The columns of the best plan found from `start`, and by how many percent it is worth more than nothing."""
        nothing = self._worth()
        for column in start:
            if self._fit(np.array([column]))[0]:
                self._add(column)
        for _ in range(MOST_ROUNDS):
            before = self._worth()
            self._fill()
            for site in sorted(self.chosen):
                self._better(site)
            self._exchange()
            if self._worth() <= before + SMALLEST_GAIN:
                break
        return [self.chosen[site] for site in sorted(self.chosen)], self._worth() - nothing

    def charge(self) -> float:
        """Price of the harms of what is chosen, with the penalty for what exceeds the caps, percent."""
        return float(self._charges(self.harm.means))

    def _worth(self) -> float:
        """Charged worth of what is chosen."""
        return self.goal.total - self._paid - self.charge()

    def _raises(self, columns: Index) -> Array:
        """By how much each of the columns alone would raise the charged worth, (columns,)."""
        self.evaluations += columns.size
        more_harm = self._charges(self.harm.means_with(columns)) - self.charge()
        return self.goal.gains(columns) - self.price[columns] - more_harm

    def _charges(self, means: Array) -> Array:
        """Price of the harms' mean probabilities (..., harms) and penalty for what exceeds the caps, percent (...)."""
        over = np.maximum(means - self._cap, 0.0).sum(axis=-1)
        return np.asarray(means @ self._harm_price + 100.0 * PENALTY * over)

    def _fit(self, columns: Index) -> NDArray[np.bool_]:
        """Whether each of the columns alone still keeps the limits, (columns,)."""
        return np.asarray((self._used[:, None] + self.use[:, columns] <= self.most[:, None] + 1e-9).all(axis=0))

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

    def _best_of(self, columns: Index) -> tuple[float, int]:
        """The most that one of the columns adds, and which; (0, -1) when none pays or fits."""
        fitting = columns[self._fit(columns)]
        if not fitting.size:
            return 0.0, -1
        raises = self._raises(fitting)
        best = int(raises.argmax())
        return (float(raises[best]), int(fitting[best])) if raises[best] > 0.0 else (0.0, -1)

    def _best_by_site(self) -> list[tuple[float, int, int]]:
        """The most that a column of each empty site adds, which, and the site, where any pays and fits."""
        empty = np.array([column for column in range(len(self.price)) if self.columns.site[column] not in self.chosen])
        found: dict[int, tuple[float, int, int]] = {}
        fitting = empty[self._fit(empty)] if empty.size else empty
        for column, gain in zip(fitting, self._raises(fitting) if fitting.size else (), strict=True):
            site = int(self.columns.site[column])
            if gain > found.get(site, (0.0, -1, site))[0]:
                found[site] = (float(gain), int(column), site)
        return [found[site] for site in sorted(found)]

    def _fill(self) -> None:
        """Add what pays, best first; gains are looked at again only when their turn comes."""
        waiting = [entry for entry in self._best_by_site() if entry[0] > SMALLEST_GAIN]
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
        gain, best = self._best_of(np.array([*self.columns.at(site), *beside]))
        stay = float(self._raises(np.array([column]))[0])
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
                promising = [other for _, _, other in sorted(self._best_by_site())[-EXCHANGED:]]
            free = [self.columns.at(other) for other in promising if other not in self.chosen]
            gain, best = self._best_of(np.concatenate(free)) if free else (0.0, -1)
            better = best >= 0 and self._worth() + gain > before + SMALLEST_GAIN
            self._add(best if better else column)
