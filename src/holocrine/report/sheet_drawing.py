"""A site off the face on its own sheet: outline, points, expected fall in sweat, and a bar of 50 mm."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sheets import Sheet, to_sheet
from holocrine.domain.maps import FaceMaps
from holocrine.domain.plan import Plan
from holocrine.report import svg, wording
from holocrine.report.effect_map import effect_map
from holocrine.report.face_drawing import View
from holocrine.report.map_legend import colour_scale, depth_shapes, scale_bar
from holocrine.report.point_marks import draw_points, part_of

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


def plot_sheet(plan: Plan, sheet: Sheet, maps: FaceMaps | None, week: float = 4, words: str = SWEAT_WORDS) -> str:
    """SVG of one sheet with its points of the plan over `maps.sweat_fall`, or whatever else `words` calls it.

    `maps` covers the sheet's part of the common plane; the map week nearest to `week` is shown, and without maps the
    points alone. The colour scale is fixed at 0-100 percent, so that weeks and plans can be laid side by side.
    """
    own, view = part_of(plan, {sheet.region}), view_of_sheet(sheet)
    title = f"Injection points of the {wording.region(sheet.region)}"
    wash: list[str] = []
    scale_words, effect = None, "No effect is mapped."
    if maps is not None:
        shown = min(maps.weeks, key=lambda w: abs(w - week))
        when = f"week {wording.decimal(shown, 1)}"
        percent = np.asarray(maps.sweat_fall[maps.weeks.index(shown)], dtype=np.float64)
        wash = _wash(own, sheet, maps, percent, view)
        scale_words = f"{words}, {when}"
        effect = _effect_in_words(percent, f"{words.removesuffix(', percent')} in {when}")
        title = f"{title} and {scale_words}"
    below, height = _legend(own, sheet, view, scale_words)
    content = [
        svg.path(view.place(sheet.outline), "skin", closed=True, stroke_width=1.4),
        *wash,
        svg.path(view.place(sheet.outline), "feature", closed=True, stroke_width=1.4),
        *landmarks(sheet, view),
        *draw_points(own, view),
        *below,
    ]
    points = wording.count(len(own.points), "point")
    place = f"{wording.capital(wording.region(sheet.region))} laid flat, {wording.decimal(sheet.area_cm2, 0)} cm2"
    size = (view.width, view.height + height)
    return svg.figure(f"sheet-{sheet.region}", title, f"{place}, {points}. {effect}", size, content)


def view_of_sheet(sheet: Sheet) -> View:
    """The whole sheet with some paper around it."""
    low, high = sheet.outline.min(axis=0) - _MARGIN, sheet.outline.max(axis=0) + _MARGIN
    scale = min(_SCALE, _LONGEST / float(high[1] - low[1]))
    width = max(float(high[0] - low[0]) * scale, _LEAST_WIDTH)
    left = 0.5 * (float(low[0] + high[0]) - width / scale)
    return View(left, float(high[1]), width, float(high[1] - low[1]) * scale, scale)


def landmarks(sheet: Sheet, view: View) -> list[str]:
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
        drawn.append(svg.path(edge, "halo", closed=True, stroke_width=3.2))
        drawn.append(svg.path(edge, "limit", closed=True, stroke_width=1.6, stroke_dasharray=_DASHES))
    return drawn


def _wash(own: Plan, sheet: Sheet, maps: FaceMaps, percent: NDArray[np.float64], view: View) -> list[str]:
    """The effect in the sheet's own coordinates, its labels clear of the points."""
    corner = to_sheet(sheet.region, (maps.x[0], maps.y[0]))
    x, y = maps.x - maps.x[0] + corner[0], maps.y - maps.y[0] + corner[1]
    taken = np.array([(point.x, point.y) for point in own.points]).reshape(-1, 2)
    clip, clear = f"{sheet.region}-clip", _CLEAR / view.scale
    return effect_map(x, y, percent, (sheet.outline,), taken, view, clip=clip, clear=clear)


def _legend(own: Plan, sheet: Sheet, view: View, words: str | None) -> tuple[list[str], float]:
    """What the marks mean, and the height it takes; no colour scale without `words`."""
    top = view.height + 14.0
    drawn, row = scale_bar(view.width - 8.0, top, _BAR_MM, view.scale), top + 10.0
    if words is not None:
        drawn += colour_scale(8.0, top, view.width - _BAR_MM * view.scale - 40.0, words)
        row = top + 72.0
    drawn += depth_shapes(own, 8.0, row)
    if sheet.muscles:
        row += 23.0
        drawn.append(svg.line(8.0, row - 2.0, 34.0, row - 2.0, "limit", stroke_width=1.2, stroke_dasharray=_DASHES))
        words = "short muscles of the thumb: reached by toxin, the grip weakens"
        drawn.append(svg.text(42.0, row + 2.0, words, font_size=12))
    return drawn, row + 16.0 - view.height


def _effect_in_words(percent: NDArray[np.float64], words: str) -> str:
    """The mean of what is drawn."""
    if not np.isfinite(percent).any():
        return "No effect is mapped."
    return f"{wording.capital(words)}: {wording.percent(float(np.nanmean(percent)))} on average."
