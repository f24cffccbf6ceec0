"""Charts: a course with its bands beside the course without the session, and the evidence grade every figure wears."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.forecast import Course
from holocrine.report import svg, wording

_WIDTH, _HEIGHT = 340.0, 216.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 36.0, 10.0, 46.0, 54.0
_MEASURES = ("degree", "mm")  # units of a body's size, whose nought says nothing
_MEAN_DASHES, _UNTREATED_DASHES = "5 4", "1.5 2.5"
_LINES = ("mean", "median", "lo50", "hi50", "lo90", "hi90", "untreated_median")


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round tick values that cover `low` to `high`, about `wanted` of them."""
    if not high > low:
        low, high = low - 0.5, high + 0.5
    raw = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def value_ticks(courses: Sequence[Course]) -> list[float]:
    """Ticks that hold all `courses` of one quantity, so that its regions can be laid side by side.

    They begin at nought, except for sizes in mm or degrees that stay far above it.
    """
    everything = [value for course in courses for name in _LINES for value in getattr(course, name)]
    low, high = min(everything), max(everything)
    if courses[0].unit in _MEASURES and low > 0.3 * high:
        return nice_ticks(low, high)
    return nice_ticks(min(0.0, low), max(0.0, high)) if low or high else nice_ticks(0.0, 1.0)


def plot_course(course: Course, ticks: Sequence[float] | None = None) -> str:
    """SVG of one course: 50 and 90% bands, median (solid), mean (dashed), median without the session (dotted) where
    it is known, weeks, unit and evidence grade. `ticks` of the value axis are those of this course unless given."""
    weeks = np.asarray(course.weeks)
    values = {name: np.asarray(getattr(course, name)) for name in _LINES}
    shown = list(ticks or value_ticks([course]))
    key = f"course-{course.quantity}-{course.region or 'all'}".replace("_", "-")
    content = [
        *_heading(course),
        *_value_axis(shown),
        *_week_axis(float(weeks.max())),
        *_bands(weeks, values, shown),
        *_course_key(untreated=bool(course.untreated_median)),
    ]
    return svg.figure(key, title_of(course), _describe(course), (_WIDTH, _HEIGHT), content)


def title_of(course: Course) -> str:
    """'Sebum, left cheek'; a place that the label names is not named again."""
    place = wording.region(course.region) if course.region else ""
    return wording.capital(course.label if place in course.label else f"{course.label}, {place}")


def grade_badge(x: float, y: float, grade: str) -> list[str]:
    """The evidence grade with its meaning in words, right-aligned at `x`."""
    words = f"Grade {grade}: {wording.GRADE_MEANINGS[grade]}"
    width = 5.3 * len(words) + 12  # mean advance of the figure's type at 10 px, plus padding
    return [
        svg.rect(x - width, y - 11, width, 16, "badge", rx=8),
        svg.text(x - width / 2, y + 0.7, words, "mid", font_size=10),
    ]


def _heading(course: Course) -> list[str]:
    unit = wording.unit_name(course.unit)
    return [
        svg.text(4, 14, title_of(course), "strong", font_size=13),
        svg.text(4, 32, unit if unit != "%" else "percent", "soft"),
        *grade_badge(_WIDTH - 4, 32, course.grade),
    ]


def _to_y(values: NDArray[np.float64] | float, ticks: list[float]) -> NDArray[np.float64]:
    inner = _HEIGHT - _TOP - _BOTTOM
    return np.asarray(_TOP + inner * (ticks[-1] - np.asarray(values)) / (ticks[-1] - ticks[0]))


def _to_x(weeks: NDArray[np.float64] | float, last: float) -> NDArray[np.float64]:
    return np.asarray(_LEFT + (_WIDTH - _LEFT - _RIGHT) * np.asarray(weeks) / max(last, 1e-9))


def _value_axis(ticks: list[float]) -> list[str]:
    drawn = []
    for tick in ticks:
        y = float(_to_y(tick, ticks))
        drawn.append(svg.line(_LEFT, y, _WIDTH - _RIGHT, y, "axis" if tick == 0 else "rule"))
        drawn.append(svg.text(_LEFT - 6, y + 3.6, wording.decimal(tick, 3), "soft end"))
    return drawn


def _week_axis(last: float) -> list[str]:
    step = 2 if last <= 30 else 4 * math.ceil(last / 52)
    bottom = _HEIGHT - _BOTTOM
    drawn = []
    for week in range(0, int(last) + 1, step):
        x = float(_to_x(float(week), last))
        drawn.append(svg.line(x, bottom, x, bottom + 4, "axis"))
        drawn.append(svg.text(x, bottom + 16, str(week), "soft mid"))
    drawn.append(svg.text((_LEFT + _WIDTH - _RIGHT) / 2, bottom + 29, "weeks after the session", "soft mid"))
    return drawn


def _bands(weeks: NDArray[np.float64], values: dict[str, NDArray[np.float64]], ticks: list[float]) -> list[str]:
    x = _to_x(weeks, float(weeks.max()))
    drawn = []
    for level in ("90", "50"):
        low, high = _to_y(values[f"lo{level}"], ticks), _to_y(values[f"hi{level}"], ticks)
        outline = np.column_stack([np.concatenate([x, x[::-1]]), np.concatenate([high, low[::-1]])])
        drawn.append(svg.path(outline, f"band{level}", closed=True))
        drawn += [svg.path(np.column_stack([x, edge]), "edge", stroke_width=0.8) for edge in (low, high)]

    def line(name: str) -> NDArray[np.float64]:
        return np.column_stack([x, _to_y(values[name], ticks)])

    if values["untreated_median"].size:
        drawn.append(svg.path(line("untreated_median"), "mean", stroke_width=1.8, stroke_dasharray=_UNTREATED_DASHES))
    drawn.append(svg.path(line("mean"), "mean", stroke_width=1.2, stroke_dasharray=_MEAN_DASHES))
    drawn.append(svg.path(line("median"), "line", stroke_width=2.2, stroke_linejoin="round"))
    return drawn


def _course_key(*, untreated: bool) -> list[str]:
    """Legend in one row at the foot: median, mean, without the session, bands."""
    y, x = _HEIGHT - 6.0, 4.0
    entries = [("median", "line", 2.2, None), ("mean", "mean", 1.2, _MEAN_DASHES)]
    entries += [("no session", "mean", 1.8, _UNTREATED_DASHES)] if untreated else []
    drawn = []
    for words, class_, width, dashes in entries:
        drawn.append(svg.line(x, y, x + 18, y, class_, stroke_width=width, stroke_dasharray=dashes))
        drawn.append(svg.text(x + 22, y + 3.6, words, "soft"))
        x += 32 + 5.9 * len(words)  # mean advance of the type at 11 px, plus line and gaps
    for words, inner in (("50%", True), ("90%", False)):
        drawn += [*_band_sample(x, y, inner=inner), svg.text(x + 20, y + 3.6, words, "soft")]
        x += 50
    return drawn


def _band_sample(x: float, y: float, *, inner: bool) -> list[str]:
    bands = ["band90", "band50"] if inner else ["band90"]
    boxes = [svg.rect(x, y - 5, 16, 10, band) for band in bands]
    return [*boxes, svg.rect(x, y - 5, 16, 10, "edge", stroke_width=0.8)]


def _describe(course: Course) -> str:
    """The course in words: where its median is furthest from the start, the interval there, and where it ends."""
    peak = max(range(len(course.weeks)), key=lambda i: abs(course.median[i] - course.median[0]))
    last = len(course.weeks) - 1
    there = wording.interval90(course.median[peak], course.lo90[peak], course.hi90[peak], course.unit)
    end = wording.interval90(course.median[last], course.lo90[last], course.hi90[last], course.unit)
    first, largest, final = (wording.decimal(course.weeks[i], 1) for i in (0, peak, last))
    return (
        f"{title_of(course)} from week {first} to {final}. The median has moved furthest by week {largest}: {there}. "
        f"At the end: {end}. Evidence grade {course.grade}."
    )
