"""Charts to scale: where the needles go, drawn so that a ruler on the paper reads millimetres of skin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import get_args

from holocrine.anatomy.face import Face
from holocrine.anatomy.sheets import Sheet, on_face, sheet
from holocrine.domain.plan import Plan
from holocrine.domain.vocabulary import SheetRegion, Target
from holocrine.report import svg, wording
from holocrine.report.face_drawing import View, backdrop, hatching, muscle_outlines, region_outlines, view_of
from holocrine.report.point_marks import draw_points, part_of
from holocrine.report.printed.blocks import Block, Chart, SideBySide
from holocrine.report.printed.characters import printable
from holocrine.report.printed.chart_legend import (
    BAR_MM,
    HATCHING,
    MUSCLE_TO_SPARE,
    MUSCLE_TO_WEAKEN,
    Hint,
    legend,
    legend_height,
)
from holocrine.report.sheet_drawing import landmarks as sheet_landmarks
from holocrine.report.style import figure_style

UNITS_PER_MM = 4.0
"""Drawing units per mm of paper, at every scale: type of 12 units is 8.5 points high."""
_SCALES = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0)  # mm of skin per mm of paper
_PAGE_WIDTH, _HALF_WIDTH, _HEIGHT = 178.0, 86.0, 205.0  # mm of paper for a chart and its legend
_ABOVE_SHEET, _AROUND_SHEET = 12.0, 5.0  # mm of paper; the words that name the directions stand above


def charts(plan: Plan, face: Face, targets: Sequence[Target]) -> list[Block]:
    """The face when it is treated, then every treated site off it, left and right side by side."""
    planned = {point.region for point in plan.points}
    made: list[Block] = [face_chart(plan, face, targets)] if any(on_face(region) for region in planned) else []
    off_face = [region for region in get_args(SheetRegion) if region in planned]
    for _, group in groupby(off_face, key=lambda region: region.partition("_")[0]):
        regions = list(group)
        width = _HALF_WIDTH if len(regions) > 1 else _PAGE_WIDTH
        drawn = [sheet_chart(plan, sheet(region, face.sex), width) for region in regions]
        made += drawn if len(drawn) == 1 else [SideBySide(kind="side by side", charts=drawn)]
    return made


def face_chart(plan: Plan, face: Face, targets: Sequence[Target]) -> Chart:
    """The face with its points, the margins that no needle enters and the muscles that are aimed at."""
    own, whole = part_of(plan, face.regions), view_of(face, plan)
    aimed_at = bool(muscle_outlines(face, targets, whole))
    hints = (HATCHING, MUSCLE_TO_WEAKEN) if aimed_at else (HATCHING,)
    width, height = whole.width / whole.scale, whole.height / whole.scale
    scale = _scale(width, height, _PAGE_WIDTH, _room(own, hints))
    unit = UNITS_PER_MM / scale
    view = View(whole.left, whole.top, width * unit, height * unit, unit)
    content = [
        *backdrop(face, view),
        *region_outlines(face, own, view),
        *hatching(face, view),
        *muscle_outlines(face, targets, view),
        *draw_points(own, view),
    ]
    return _chart("face", "Face, seen from the front", own, view, scale, content, hints)


def sheet_chart(plan: Plan, site: Sheet, paper_width: float) -> Chart:
    """One site off the face laid flat, with its points, its middle and the muscles to stay clear of."""
    own = part_of(plan, {site.region})
    hints = (MUSCLE_TO_SPARE,) if site.muscles else ()
    low, high = site.outline.min(axis=0), site.outline.max(axis=0)
    width, height = float(high[0] - low[0]), float(high[1] - low[1])
    room = _room(own, hints) - _ABOVE_SHEET - _AROUND_SHEET
    scale = _scale(width, height, paper_width - 2.0 * _AROUND_SHEET, room)
    paper = max(width / scale + 2.0 * _AROUND_SHEET, _HALF_WIDTH)
    view = View(
        left=float(low[0] + high[0]) / 2.0 - paper * scale / 2.0,
        top=float(high[1]) + _ABOVE_SHEET * scale,
        width=paper * UNITS_PER_MM,
        height=(height / scale + _ABOVE_SHEET + _AROUND_SHEET) * UNITS_PER_MM,
        scale=UNITS_PER_MM / scale,
    )
    content = [
        svg.path(view.place(site.outline), "skin", closed=True, stroke_width=1.4),
        *sheet_landmarks(site, view),
        *draw_points(own, view),
    ]
    name = f"{wording.capital(wording.region(site.region))}, laid flat"
    return _chart(site.region, name, own, view, scale, content, hints)


def _scale(width: float, height: float, paper_width: float, paper_height: float) -> float:
    """mm of skin per mm of paper: the largest drawing of `width` by `height` mm that fits."""
    fits = (scale for scale in _SCALES if width / scale <= paper_width and height / scale <= paper_height)
    return next(fits, _SCALES[-1])


def _room(plan: Plan, hints: Sequence[Hint]) -> float:
    """mm of paper that the legend leaves to the drawing."""
    return _HEIGHT - legend_height(plan, hints) / UNITS_PER_MM


def _chart(
    key: str, name: str, plan: Plan, view: View, scale: float, content: list[str], hints: Sequence[Hint]
) -> Chart:
    size = (view.width, view.height + legend_height(plan, hints))
    points = wording.count(len(plan.points), "injection point")
    ratio = f"1:{wording.decimal(scale, 2)}"
    alt = f"{name}, at scale {ratio}, {points}: {', '.join(point.id for point in plan.points)}. Each is in the table."
    drawing = svg.figure(f"print-{key}", name, alt, size, [*content, *legend(plan, view, hints)])
    caption = (
        f"{name}. Scale {ratio}. The bar is {wording.length(BAR_MM)} of skin and {wording.length(BAR_MM / scale)} long "
        "on paper; if a ruler disagrees, the page was printed at another size and must not be measured."
    )
    return Chart(
        kind="chart",
        svg=printable(drawing).replace(figure_style(), _print_style(), 1),
        width=view.width / UNITS_PER_MM,
        alt=printable(alt),
        caption=caption,
    )


@cache
def _print_style() -> str:
    """Black, white and grey, and a typeface that the document carries."""
    return files("holocrine.report.printed").joinpath("print.css").read_text(encoding="utf-8")
