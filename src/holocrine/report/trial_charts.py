"""Figures of a trial: curves over the number of patients, and bars of what its power hangs on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from holocrine.domain.trial_answer import Influence
from holocrine.report import svg, wording

_WIDTH, _HEIGHT = 720.0, 330.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 190.0, 34.0, 46.0
_DASHES: tuple[str | None, ...] = (None, "6 3", "2 3", "8 3 2 3", "1 4", "12 4")
_GAP = 14.0
"""Least distance between the names at the ends of two curves."""


@dataclass(frozen=True)
class Curve:
    """Shares (0 to 1) at numbers of patients, with their Monte-Carlo errors; `strong` draws it thicker."""

    name: str
    patients: tuple[int, ...]
    shares: tuple[float, ...]
    errors: tuple[float, ...]
    strong: bool = False


def plot_curves(
    key: str, title: str, curves: Sequence[Curve], *, planned: int, marks: Mapping[str, float], up: str
) -> str:
    """SVG: `curves` over patients on a logarithmic axis with bars of two errors; `marks` are level lines by name."""
    low, high = min(c.patients[0] for c in curves), max(c.patients[-1] for c in curves)
    content = [*_frame(low, high, curves[0].patients, up), *_levels(marks)]
    if low < high:
        x = _x(planned, low, high)
        content += [svg.line(x, _TOP, x, _HEIGHT - _BOTTOM, "axis", stroke_dasharray="2 3")]
        content += [svg.text(x + 4, _TOP + 10, "planned", "soft")]
    for number, curve in enumerate(curves):
        content += _drawn(curve, low, high, _DASHES[number % len(_DASHES)])
    content += _names(curves)
    return svg.figure(key, title, _in_words(title, curves), (_WIDTH, _HEIGHT), content)


def plot_influences(influences: Sequence[Influence]) -> str:
    """SVG: for each input the first-order index (bar) and the total one (ring), with 90% intervals of the total."""
    left, step = 330.0, 34.0
    height = 40.0 + step * len(influences) + 30.0

    def across(value: float) -> float:
        return left + (_WIDTH - left - 20.0) * min(max(value, 0.0), 1.0)

    content = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        content.append(svg.line(across(tick), 14, across(tick), height - 40, "axis" if tick == 0 else "rule"))
        content.append(svg.text(across(tick), height - 24, wording.decimal(tick, 2), "soft mid"))
    content.append(svg.text(left, height - 6, "share of the variance of the power", "soft"))
    for number, one in enumerate(influences):
        y = 30.0 + step * number
        unit = "" if not one.unit else one.unit
        content.append(svg.text(4, y, one.input, "strong"))
        content.append(svg.text(4, y + 13, wording.span(one.low, one.high, unit), "soft"))
        content.append(svg.rect(left, y - 6, max(across(one.first) - left, 0.5), 12, "band50"))
        content.append(svg.line(across(one.total_lo90), y, across(one.total_hi90), y, "line", stroke_width=1.2))
        content.append(svg.element("circle", cx=across(one.total), cy=y, r=4.5, class_="hollow", stroke_width=1.6))
    words = " ".join(
        f"{one.input}: first order {wording.decimal(one.first, 2)}, total {wording.decimal(one.total, 2)}."
        for one in influences
    )
    return svg.figure("influence", "What the power hangs on", words, (_WIDTH, height), content)


def _x(patients: float, low: float, high: float) -> float:
    inner = _WIDTH - _LEFT - _RIGHT
    return _LEFT + inner * (0.5 if low == high else math.log(patients / low) / math.log(high / low))


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * min(max(share, 0.0), 1.0)


def _frame(low: int, high: int, ticks: Sequence[int], up: str) -> list[str]:
    drawn = []
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        y = _y(tick)
        drawn.append(svg.line(_LEFT, y, _WIDTH - _RIGHT, y, "axis" if tick == 0 else "rule"))
        drawn.append(svg.text(_LEFT - 6, y + 4, wording.decimal(100 * tick, 0), "soft end"))
    last = -math.inf
    for size in ticks:
        x = _x(size, low, high)
        drawn.append(svg.line(x, _HEIGHT - _BOTTOM, x, _HEIGHT - _BOTTOM + 4, "axis"))
        if x - last > 34.0:
            drawn.append(svg.text(x, _HEIGHT - _BOTTOM + 16, wording.decimal(size, 0), "soft mid"))
            last = x
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    drawn.append(svg.text(middle, _HEIGHT - 10, "patients randomised, all arms", "soft mid"))
    drawn.append(svg.text(4, _TOP - 20, up, "soft"))
    return drawn


def _levels(marks: Mapping[str, float]) -> list[str]:
    drawn = []
    for name, level in marks.items():
        drawn.append(svg.line(_LEFT, _y(level), _WIDTH - _RIGHT, _y(level), "limit", stroke_dasharray="4 4"))
        drawn.append(svg.text(_LEFT + 4, _y(level) - 4, name, "limit-text"))
    return drawn


def _drawn(curve: Curve, low: int, high: int, dashes: str | None) -> list[str]:
    places = [(_x(size, low, high), _y(share)) for size, share in zip(curve.patients, curve.shares, strict=True)]
    width = 2.6 if curve.strong else 1.5
    drawn = [svg.path(np.array(places), "line", stroke_width=width, stroke_dasharray=dashes)]
    for (x, y), share, error in zip(places, curve.shares, curve.errors, strict=True):
        top, bottom = _y(share + 2.0 * error), _y(share - 2.0 * error)
        drawn.append(svg.line(x, top, x, bottom, "edge", stroke_width=1.0))
        drawn.append(svg.element("circle", cx=x, cy=y, r=3.0 if curve.strong else 2.2, class_="mark"))
    return drawn


def _names(curves: Sequence[Curve]) -> list[str]:
    """A legend at the right, in the order in which the curves end, none over another and none below the axis."""
    order = sorted(range(len(curves)), key=lambda i: -curves[i].shares[-1])
    heights: list[float] = []
    for number in order:
        wanted = _y(curves[number].shares[-1]) + 4
        heights.append(max(wanted, heights[-1] + _GAP) if heights else wanted)
    lowest = _HEIGHT - _BOTTOM
    for place in reversed(range(len(heights))):
        heights[place] = min(heights[place], lowest)
        lowest = heights[place] - _GAP
    drawn, x = [], _WIDTH - _RIGHT + 8
    for number, y in zip(order, heights, strict=True):
        strong, dashes = curves[number].strong, _DASHES[number % len(_DASHES)]
        width = 2.6 if strong else 1.5
        drawn.append(svg.line(x, y - 4, x + 22, y - 4, "line", stroke_width=width, stroke_dasharray=dashes))
        drawn.append(svg.text(x + 27, y, curves[number].name, "strong" if strong else ""))
    return drawn


def _in_words(title: str, curves: Sequence[Curve]) -> str:
    told = []
    for curve in curves:
        pairs = [
            f"{size} patients {wording.decimal(100 * share, 0)}%"
            for size, share in zip(curve.patients, curve.shares, strict=True)
        ]
        told.append(f"{curve.name}: {', '.join(pairs)}.")
    return f"{title}. {' '.join(told)}"
