"""Figures of the system pages: observed against predicted, a forecast's course, and counts as bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from holocrine.domain.forecast import Course, Forecast
from holocrine.domain.validation import ObservationScore
from holocrine.report import svg
from holocrine.report.charts import plot_course
from holocrine.report.forest import forest_key, plot_forest

MOST_ROWS = 8
"""Rows of one forest plot on a page; all of them stand in `holocrine validate`'s own page."""
MOST_UNITS = 2
"""Forest plots on a page: the units with the most rows."""


def on_paper(figure: str) -> str:
    """The figure on ground of its own, so that its words can be read on a page of any colour."""
    ground = svg.element("rect", class_="paper", width="100%", height="100%")
    return figure.replace("</style>", f"</style>{ground}", 1) + "\n"


def key_figure() -> str:
    """The legend of the forest plots."""
    return on_paper(forest_key())


def forests(name: str, title: str, rows: Sequence[ObservationScore]) -> Iterator[tuple[str, str]]:
    """Name and SVG of a forest plot for each of the units with most rows; held-out rows are preferred."""
    by_unit: dict[str, list[ObservationScore]] = {}
    for row in rows:
        if row.lo90 is not None and row.observed is not None:
            by_unit.setdefault(f"{row.outcome_class}, {row.unit}", []).append(row)
    chosen = sorted(by_unit.values(), key=lambda found: -len(found))[:MOST_UNITS]
    for number, found in enumerate(chosen, 1):
        ordered = sorted(found, key=lambda row: (row.role != "held_out", row.study_id, row.day or 0.0))
        key = f"{name}-{number}" if len(chosen) > 1 else name
        for figure in plot_forest(key, title, ordered[:MOST_ROWS]):
            yield key, on_paper(figure)


def course_figures(name: str, forecast: Forecast, quantities: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name and SVG of the course of each quantity, in the first region that has it."""
    for quantity in quantities:
        course: Course = next(course for course in forecast.courses if course.quantity == quantity)
        yield f"{name}-{quantity.replace('_', '-')}", on_paper(plot_course(course))


def bars(name: str, title: str, counts: Mapping[str, int]) -> tuple[str, str]:
    """Name and SVG of counts as horizontal bars, each with its number."""
    left, right, row, top = 250.0, 60.0, 24.0, 34.0
    width, most = 640.0, max(counts.values())
    drawn = [svg.text(4, 18, title, "strong", font_size=13)]
    for number, (word, count) in enumerate(counts.items()):
        y = top + row * number
        length = (width - left - right) * count / most
        drawn += [
            svg.text(left - 8, y + 13, word, "end"),
            svg.rect(left, y + 3, length, row - 8, "band50"),
            svg.text(left + length + 6, y + 13, str(count), "soft"),
        ]
    words = "; ".join(f"{word}: {count}" for word, count in counts.items())
    return name, on_paper(svg.figure(name, title, words, (width, top + row * len(counts) + 8), drawn))
