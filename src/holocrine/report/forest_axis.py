"""The value axis of a forest plot: linear or logarithmic, wide enough for every observation and prediction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from holocrine.report import svg, wording
from holocrine.report.charts import nice_ticks

_LOGARITHMIC_FROM = 25.0  # largest over smallest value above which a linear axis would squeeze the small ones
_NEAR_ZERO = 0.5  # zero belongs on the axis when the values start within this share of their far end

_NO_SPAN = 1e-8  # relative; nothing that is read off a plot differs by less, and ticks would fall together
_LEAST = 1e-9  # share of the largest value down to which a logarithmic axis reaches, since its ticks are countable


@dataclass(frozen=True)
class Axis:
    """Values from the first to the last tick between `left` and `right` (drawing coordinates)."""

    ticks: tuple[float, ...]
    left: float
    right: float
    logarithmic: bool

    def x(self, value: float) -> float:
        """Where a value stands; beyond the ticks it is held at the edge."""
        low, high = self._on(self.ticks[0]), self._on(self.ticks[-1])
        share = (self._on(max(value, self.ticks[0])) - low) / (high - low)
        return self.left + (self.right - self.left) * min(share, 1.0)

    def _on(self, value: float) -> float:
        return math.log10(value) if self.logarithmic else value

    def frame(self, top: float, bottom: float, label: str) -> list[str]:
        """Grid lines, numbers and the unit below."""
        drawn = []
        for tick in self.ticks:
            x = self.x(tick)
            drawn.append(svg.line(x, top, x, bottom, "axis" if tick == 0 else "rule"))
            drawn.append(svg.text(x, bottom + 14, wording.significant(tick, 3), "soft mid", font_size=10))
        drawn.append(svg.text((self.left + self.right) / 2, bottom + 29, label, "soft mid", font_size=10))
        return drawn


def axis_for(values: Sequence[float], left: float, right: float, *, percent: bool) -> Axis:
    """An axis that holds all `values` (at least one); a percentage is never drawn on a logarithmic one.

    A value below `_LEAST` of the largest stands at the edge of a logarithmic axis.
    """
    low, high = min(values), max(values)
    if low > 0 and high > max(_LOGARITHMIC_FROM * low, _NO_SPAN) and not percent:
        return Axis(_decades(max(low, _LEAST * high), high), left, right, logarithmic=True)
    low = min(low, 0.0) if low < _NEAR_ZERO * high else low
    high = max(high, 0.0) if high > _NEAR_ZERO * low else high
    if high - low < _NO_SPAN * max(abs(low), abs(high), 1.0):
        low, high = low - 0.5, high + 0.5
    return Axis(tuple(nice_ticks(low, high)), left, right, logarithmic=False)


def _decades(low: float, high: float) -> tuple[float, ...]:
    """1, 10, 100 ... from below `low` to above `high`; over few decades also 3, 30 ... ."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1.0, 3.0) if last - first <= 3 else (1.0,)
    ticks = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    start = max((i for i, tick in enumerate(ticks) if tick <= low), default=0)
    end = min((i for i, tick in enumerate(ticks) if tick >= high), default=len(ticks) - 1)
    return tuple(ticks[start : end + 1])
