"""A site off the face on its own sheet: outline, points, expected fall in sweat, and a bar of 50 mm."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sheets import Sheet, to_sheet
from holocrine.domain.maps import FaceMaps
from holocrine.domain.plan import Plan
from holocrine.domain.vocabulary import Region
from holocrine.report import svg, wording
from holocrine.report.effect_map import effect_map
from holocrine.report.face_drawing import View
from holocrine.report.map_legend import colour_scale, depth_shapes, scale_bar
from holocrine.report.point_marks import draw_points, point_labels

LEGEND_HEIGHT = 122.0
_BAR_MM = 50.0
_MARGIN = 12.0  # mm of paper around the sheet
_LEAST_WIDTH = 480.0  # drawing units: the legend stays legible below a narrow sheet
_LONGEST = 760.0  # drawing units: a sheet is never drawn longer
_SCALE = 4.0  # drawing units per mm, as on the face
_CENTRE = 4.0  # mm: half the length of the cross at the sheet's centre
_DASHES = "4 3"
_CLEAR = 22.0  # drawing units between the middle of a mark and the number of an isoline
SWEAT_WORDS = "expected fall in sweat, percent"
_SIDES: Mapping[str, tuple[str, str, str]] = {
    "axilla": ("raised arm", "front", "back"),
    "palm": ("fingers", "thumb", "little finger"),
    "sole": ("toes", "big toe", "little toe"),
    "bladder": ("dome", "patient's right", "patient's left"),
}
"""Words above the sheet, at its edge towards the midline and at the other edge; of the bladder, right and left."""


def plot_sheet(plan: Plan, sheet: Sheet, maps: FaceMaps, week: float = 4, words: str = SWEAT_WORDS) -> str:
    """SVG of one sheet with its points of the plan over `maps.sweat_fall`, or whatever else `words` calls it.

    `maps` covers the sheet's part of the common plane; the map week nearest to `week` is shown. The colour scale is
    fixed at 0-100 percent, so that weeks and plans can be laid side by side.
    """
    shown = min(maps.weeks, key=lambda w: abs(w - week))
    when = wording.decimal(shown, 1)
    percent = np.asarray(maps.sweat_fall[maps.weeks.index(shown)], dtype=np.float64)
    corner = to_sheet(sheet.region, (maps.x[0], maps.y[0]))
    x, y = maps.x - maps.x[0] + corner[0], maps.y - maps.y[0] + corner[1]
    own, view = part_of(plan, {sheet.region}), view_of_sheet(sheet)
    taken = np.array([(point.x, point.y) for point in own.points]).reshape(-1, 2)
    content = [
        svg.path(view.place(sheet.outline), "skin", closed=True, stroke_width=1.4),
        *effect_map(
            x, y, percent, (sheet.outline,), taken, view, clip=f"{sheet.region}-clip", clear=_CLEAR / view.scale
        ),
        svg.path(view.place(sheet.outline), "feature", closed=True, stroke_width=1.4),
        *_landmarks(sheet, view),
        *draw_points(own, view),
        *_legend(own, sheet, view, f"{words}, week {when}"),
    ]
    title = f"Injection points of the {wording.region(sheet.region)} and {words}, week {when}"
    size = (view.width, view.height + LEGEND_HEIGHT)
    return svg.figure(
        f"sheet-{sheet.region}",
        title,
        _describe(own, sheet, percent, f"{words.removesuffix(', percent')} in week {when}"),
        size,
        content,
    )


def part_of(plan: Plan, regions: Collection[Region]) -> Plan:
    """The plan with its points in `regions` alone, each bearing the label that it has in the whole plan."""
    labelled = zip(plan.points, point_labels(plan), strict=True)
    kept = [point.model_copy(update={"id": label}) for point, label in labelled if point.region in regions]
    return plan.model_copy(update={"points": tuple(kept)})


def view_of_sheet(sheet: Sheet) -> View:
    """The whole sheet with some paper around it."""
    low, high = sheet.outline.min(axis=0) - _MARGIN, sheet.outline.max(axis=0) + _MARGIN
    scale = min(_SCALE, _LONGEST / float(high[1] - low[1]))
    width = max(float(high[0] - low[0]) * scale, _LEAST_WIDTH)
    left = 0.5 * (float(low[0] + high[0]) - width / scale)
    return View(left, float(high[1]), width, float(high[1] - low[1]) * scale, scale)


def _landmarks(sheet: Sheet, view: View) -> list[str]:
    """What tells up, inside and outside; the centre that coordinates count from; muscles to stay clear of."""
    kind, _, side = sheet.region.partition("_")
    above, inner, outer = _SIDES[kind]
    at_left, at_right = (inner, outer) if side != "right" else (outer, inner)
    drawn = [
        svg.text(8, 16, wording.capital(wording.region(sheet.region)), "strong", font_size=13),
        svg.text(view.width / 2, 16, above, "soft mid", font_size=12),
        svg.text(8, 34, f"\u2190 {at_left}", "soft", font_size=12),
        svg.text(view.width - 8, 34, f"{at_right} \u2192", "soft end", font_size=12),
    ]
    for start, end in (((-_CENTRE, 0.0), (_CENTRE, 0.0)), ((0.0, -_CENTRE), (0.0, _CENTRE))):
        drawn.append(svg.path(view.place([start, end]), "bar", stroke_width=1))
    for area in sheet.muscles.values():
        edge = view.place(to_sheet(sheet.region, area.polygon))
        drawn.append(svg.path(edge, "limit", closed=True, stroke_width=1.2, stroke_dasharray=_DASHES))
    return drawn


def _legend(own: Plan, sheet: Sheet, view: View, words: str) -> list[str]:
    top = view.height + 14.0
    muscles = [
        svg.line(8.0, top + 93.0, 34.0, top + 93.0, "limit", stroke_width=1.2, stroke_dasharray=_DASHES),
        svg.text(42.0, top + 97.0, "short muscles of the thumb: reached by toxin, the grip weakens", font_size=12),
    ]
    return [
        *colour_scale(8.0, top, view.width - _BAR_MM * view.scale - 40.0, words),
        *scale_bar(view.width - 8.0, top, _BAR_MM, view.scale),
        *depth_shapes(own, 8.0, top + 72.0),
        *(muscles if sheet.muscles else ()),
    ]


def _describe(own: Plan, sheet: Sheet, percent: NDArray[np.float64], words: str) -> str:
    """The figure in words."""
    points = wording.count(len(own.points), "point")
    place = f"{wording.capital(wording.region(sheet.region))} laid flat, {wording.decimal(sheet.area_cm2, 0)} cm2"
    if not np.isfinite(percent).any():
        return f"{place}, {points}. No effect is mapped."
    mean = wording.percent(float(np.nanmean(percent)))
    return f"{place}, {points}. {wording.capital(words)}: {mean} on average."
