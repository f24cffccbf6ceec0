"""Forest plots of a validation: every observation a row, its prediction as bars, the observed value as a mark."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from holocrine.domain.validation import ObservationScore
from holocrine.report import svg, wording
from holocrine.report.forest_axis import Axis, axis_for

ROLE_NAMES = {"fit": "Fitted", "held_out": "Held out", "context": "Context, not scored"}
"""Headings of the blocks, in the order they are drawn."""

_WIDTH = 760.0
_LABELS, _NUMBERS = 292.0, 142.0
_LEFT, _RIGHT = _LABELS + 8.0, _WIDTH - _NUMBERS - 14.0
_ROW, _HEAD, _TOP, _FOOT = 45.0, 24.0, 6.0, 36.0
_LETTERS = 60  # letters of 10 px type that fit the label column
_ROWS_PER_FIGURE = 10  # two figures to a printed page
_REACH90 = 1.645  # standard errors on either side of a central 90% interval


@dataclass(frozen=True)
class _Block:
    """Rows of one role that stand together; `heading` is drawn above them."""

    heading: str
    rows: tuple[ObservationScore, ...]


def plot_forest(key: str, title: str, rows: Sequence[ObservationScore]) -> list[str]:
    """SVGs of one outcome class on one axis, fitted rows before held-out ones, a page's worth in each.

    Rows without a numeric prediction are not drawn. `key` makes ids unique in the document.
    """
    drawn = [row for row in rows if row.lo90 is not None]
    if not drawn:
        return []
    units = list(dict.fromkeys(wording.unit_name(row.unit) for row in drawn))
    axis = axis_for(_extent(drawn), _LEFT, _RIGHT, percent=any("%" in unit for unit in units))
    label = _shortened("; ".join(units), 76)
    parts = _pages(drawn)
    return [
        _figure(f"{key}-{i}", title if len(parts) == 1 else f"{title}, part {i} of {len(parts)}", part, axis, label)
        for i, part in enumerate(parts, 1)
    ]


def forest_key() -> str:
    """SVG legend of the marks, shared by all forest plots."""
    y, drawn = 16.0, []
    axis = Axis((0.0, 100.0), 8.0, 108.0, logarithmic=False)
    drawn += _bars(0.0, 30.0, 50.0, 70.0, 100.0, y, axis)
    drawn.append(svg.text(118, y + 4, "predicted: 90% (pale), 50% (dark), median (line)"))
    drawn += [*_mark(390.0, y, "fit"), svg.text(402, y + 4, "observed, fitted")]
    drawn += [*_mark(502.0, y, "held_out"), svg.text(514, y + 4, "observed, held out")]
    drawn += [*_mark(628.0, y, "context"), svg.text(640, y + 4, "context, not scored")]
    y += 24.0
    drawn += [_baseline_bar(8.0, 108.0, y), svg.text(118, y + 4, "table of averages: 90%")]
    drawn += [*_whisker(376.0, 404.0, y), svg.text(412, y + 4, "sampling error of the observed value: 90%")]
    drawn += [*_arrow(642.0, y, 1.0), svg.text(652, y + 4, "goes on")]
    words = (
        "Pale bar: 90% predictive interval. Dark bar: 50%. Line: median. Disc: observed value that was fitted. Open "
        "diamond: held out. Cross: context. Thin line with ends: sampling error. Grey bar below: table of averages."
    )
    return svg.figure("forest-key", "Key to the plots", words, (_WIDTH, 56.0), drawn)


def _extent(rows: Sequence[ObservationScore]) -> list[float]:
    """What the axis must hold: predictions and observed values; sampling errors and averages may run off it."""
    found = [(row.lo90, row.hi90, row.observed) for row in rows]
    return [value for three in found for value in three if value is not None]


def _pages(rows: Sequence[ObservationScore]) -> list[list[_Block]]:
    """Blocks by role, sorted by study and day, cut into even parts that fit a page."""
    ordered = sorted(rows, key=lambda r: (list(ROLE_NAMES).index(r.role), r.study_id, r.day or 0.0, r.observation_id))
    parts = math.ceil(len(ordered) / _ROWS_PER_FIGURE)
    cuts = [round(i * len(ordered) / parts) for i in range(parts + 1)]
    return [_blocks(ordered[start:end], ordered) for start, end in pairwise(cuts)]


def _blocks(rows: Sequence[ObservationScore], everything: Sequence[ObservationScore]) -> list[_Block]:
    """`rows` are one part of `everything`, both in drawing order."""
    blocks = []
    for role, name in ROLE_NAMES.items():
        members = tuple(row for row in rows if row.role == role)
        of_role = [row for row in everything if row.role == role]
        if members:
            continued = "" if members[0] is of_role[0] else " (continued)"
            blocks.append(_Block(f"{name}: {wording.count(len(of_role), 'observation')}{continued}", members))
    return blocks


def _figure(key: str, title: str, blocks: Sequence[_Block], axis: Axis, label: str) -> str:
    bottom = _TOP + sum(_HEAD + _ROW * len(block.rows) for block in blocks)
    content = axis.frame(_TOP + _HEAD, bottom, label)
    y = _TOP
    for block in blocks:
        content.append(svg.text(0, y + 16, block.heading, "strong", font_size=12))
        content.append(svg.line(0, y + _HEAD - 1, _WIDTH, y + _HEAD - 1, "axis"))
        y += _HEAD
        for row in block.rows:
            content += _row(row, y, axis)
            y += _ROW
            content.append(svg.line(0, y, _WIDTH, y, "rule"))
    words = " ".join(_in_words(row) for block in blocks for row in block.rows)
    return svg.figure(key, title, words, (_WIDTH, bottom + _FOOT), content)


def _row(row: ObservationScore, top: float, axis: Axis) -> list[str]:
    y = top + 0.45 * _ROW
    drawn = [svg.element("g", svg.tooltip(_in_words(row)), *_labels(row, top))]
    if row.baseline_lo90 is not None and row.baseline_hi90 is not None:
        low, high = axis.x(row.baseline_lo90), axis.x(row.baseline_hi90)
        drawn.append(_baseline_bar(low, high, y + 13.5))
        drawn += _arrow(high, y + 13.5, 1.0) if row.baseline_hi90 > axis.ticks[-1] else []
        drawn += _arrow(low, y + 13.5, -1.0) if row.baseline_lo90 < axis.ticks[0] else []
    if None not in (row.lo90, row.lo50, row.predicted, row.hi50, row.hi90):
        five = (row.lo90 or 0.0, row.lo50 or 0.0, row.predicted or 0.0, row.hi50 or 0.0, row.hi90 or 0.0)
        drawn += _bars(*five, y, axis)
    if row.observed is not None:
        drawn += _observed(row, row.observed, y, axis)
    return drawn + _numbers(row, top)


def _labels(row: ObservationScore, top: float) -> Iterator[str]:
    facts = [] if row.day is None else [f"day {wording.decimal(row.day, 1)}"]
    facts += [] if row.n is None else [f"n = {row.n}"]
    facts += ["control"] if row.control else []
    yield svg.text(0, top + 14, _shortened(row.study_id, 30), "strong")
    yield svg.text(_LABELS, top + 14, ", ".join(facts), "soft end", font_size=10)
    yield svg.text(0, top + 27, _shortened(row.arm, _LETTERS), font_size=10)
    yield svg.text(0, top + 39, _shortened(row.outcome, _LETTERS), "soft", font_size=10)


def _numbers(row: ObservationScore, top: float) -> list[str]:
    """Observed and predicted in figures, and whether the first lies outside the 90% interval of the second."""
    drawn = [
        svg.text(_WIDTH, top + 14, f"observed {observed_words(row)}", "strong end"),
        svg.text(_WIDTH, top + 27, f"predicted {predicted_words(row)}", "soft end", font_size=10),
    ]
    if row.inside90 is False:
        drawn.append(svg.text(_WIDTH, top + 39, "outside the 90% interval", "bad strong end", font_size=10))
    elif row.bound and row.probability is not None:
        words = f"chance of that {wording.probability(100 * row.probability)}"
        drawn.append(svg.text(_WIDTH, top + 39, words, "soft end", font_size=10))
    return drawn


def observed_words(row: ObservationScore) -> str:
    """The reported value without its unit; a bound keeps its sign, a missing value is said."""
    if row.observed is None:
        return row.direction or "not reported"
    sign = {"": "", "<": "at most ", ">": "at least "}[row.bound]
    return sign + wording.significant(row.observed, 3)


def predicted_words(row: ObservationScore) -> str:
    """Median and 90% interval without the unit."""
    if row.predicted is None or row.lo90 is None or row.hi90 is None:
        return "nothing"
    low, middle, high = (wording.significant(value, 2) for value in (row.lo90, row.predicted, row.hi90))
    return f"{middle} ({low} to {high})"


def _in_words(row: ObservationScore) -> str:
    when = "" if row.day is None else f", day {wording.decimal(row.day, 1)}"
    return (
        f"{row.study_id}, {row.arm}{when}, {row.outcome}: observed {observed_words(row)}, predicted "
        f"{predicted_words(row)} {wording.unit_name(row.unit)}."
    )


def _bars(lo90: float, lo50: float, median: float, hi50: float, hi90: float, y: float, axis: Axis) -> list[str]:
    drawn = []
    for low, high, band, half in ((lo90, hi90, "band90", 8.0), (lo50, hi50, "band50", 8.0)):
        left, right = axis.x(low), axis.x(high)
        drawn.append(svg.rect(left, y - half, max(right - left, 1.0), 2 * half, band))
    left, right = axis.x(lo90), axis.x(hi90)
    drawn.append(svg.rect(left, y - 8, max(right - left, 1.0), 16, "edge", stroke_width=0.8))
    middle = axis.x(median)
    drawn.append(svg.line(middle, y - 8, middle, y + 8, "line", stroke_width=1.6))
    return drawn


def _observed(row: ObservationScore, value: float, y: float, axis: Axis) -> list[str]:
    x, drawn = axis.x(value), []
    if row.sampling_se:
        reach = _REACH90 * row.sampling_se
        drawn += _whisker(axis.x(value - reach), axis.x(value + reach), y)
    if row.bound:
        end = _LEFT if row.bound == "<" else _RIGHT
        drawn.append(svg.line(x, y, end, y, "mean", stroke_width=1.2, stroke_dasharray="3 3"))
    return drawn + _mark(x, y, row.role)


def _mark(x: float, y: float, role: str) -> list[str]:
    if role == "fit":
        return [svg.element("circle", cx=x, cy=y, r=4.2, class_="mark")]
    if role == "held_out":
        corners = np.array([[x - 6.0, y], [x, y - 6.0], [x + 6.0, y], [x, y + 6.0]])
        return [svg.path(corners, "hollow", closed=True, stroke_width=1.8)]
    return [
        svg.line(x - 4, y - 4, x + 4, y + 4, "mean", stroke_width=1.8),
        svg.line(x - 4, y + 4, x + 4, y - 4, "mean", stroke_width=1.8),
    ]


def _whisker(low: float, high: float, y: float) -> list[str]:
    ends = [svg.line(x, y - 3.5, x, y + 3.5, "mean", stroke_width=1.2) for x in (low, high)]
    return [svg.line(low, y, high, y, "mean", stroke_width=1.2), *ends]


def _baseline_bar(low: float, high: float, y: float) -> str:
    return svg.line(low, y, max(high, low + 1.0), y, "axis", stroke_width=3)


def _arrow(x: float, y: float, side: float) -> list[str]:
    """The tip of a bar that goes on beyond the axis."""
    tip = np.array([[x + side, y - 4.5], [x + 7 * side, y], [x + side, y + 4.5]])
    return [svg.path(tip, "axis", stroke_width=1.4)]


def _shortened(words: str, letters: int) -> str:
    """Words that fit; the whole text stands in the tooltip and in the table of all observations."""
    return words if len(words) <= letters else f"{words[: letters - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"
