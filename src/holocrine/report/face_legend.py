"""The legend below the face: colour scale, depth shapes, hatching, scale bar."""

from __future__ import annotations

from holocrine.domain.plan import Plan
from holocrine.report import svg, wording
from holocrine.report.face_drawing import View, hatch_swatch
from holocrine.report.point_marks import DEPTH_SHAPES, depth_shape, mark
from holocrine.report.raster import hex_colour

LEGEND_HEIGHT = 128.0
_STEPS = 50
_BAR = 13.0


def legend(plan: Plan, view: View, layer_words: str, week: float) -> list[str]:
    """Everything needed to read the figure without its caption."""
    top = view.height + 14.0
    return [
        *_colour_scale(8.0, top, 0.62 * view.width, f"{layer_words}, week {wording.decimal(week, 1)}"),
        *_scale_bar(view.width - 8.0, top, view.scale),
        *_depths(plan, 8.0, top + 72.0),
        *hatch_swatch(8.0, top + 88.0, 26.0, 14.0),
        svg.text(42.0, top + 99.0, "no injection: margin of brow, orbital rim or lip", font_size=12),
    ]


def _colour_scale(x: float, y: float, width: float, words: str) -> list[str]:
    """The fixed scale 0-100 with a tick per isoline."""
    step = width / _STEPS
    drawn = [svg.text(x, y + 8, wording.capital(words), "strong", font_size=12)]
    for i in range(_STEPS):
        colour = hex_colour((i + 0.5) / _STEPS)
        drawn.append(svg.rect(x + i * step, y + 16, step + 0.4, _BAR, fill=colour))
    for level in range(0, 101, 10):
        at = x + width * level / 100.0
        drawn.append(svg.line(at, y + 16, at, y + 16 + _BAR + 4, "axis"))
        drawn.append(svg.text(at, y + 46, str(level), "soft " + ("mid" if level else ""), font_size=11))
    return drawn


def _scale_bar(right: float, y: float, scale: float) -> list[str]:
    length = 20.0 * scale
    left = right - length
    return [
        svg.text(right, y + 8, "20 mm", "strong end", font_size=12),
        svg.line(left, y + 22, right, y + 22, "bar", stroke_width=2),
        svg.line(left, y + 17, left, y + 27, "bar", stroke_width=2),
        svg.line(right, y + 17, right, y + 27, "bar", stroke_width=2),
    ]


def _depths(plan: Plan, x: float, y: float) -> list[str]:
    """The shapes that occur in this plan."""
    used = {depth_shape(point.depth) for point in plan.points}
    drawn = []
    for _, shape, words in DEPTH_SHAPES:
        if shape in used:
            drawn += [mark(shape, x + 9, y, 7.5), svg.text(x + 24, y + 4.3, words, font_size=12)]
            x += 34 + 6.6 * len(words)  # mean advance of the type at 12 px, plus mark and gap
    return drawn
