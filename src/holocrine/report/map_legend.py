"""What stands in the legend of every map: the colour scale, a bar of known length, the shapes of depth."""

from __future__ import annotations

from holocrine.domain.plan import Plan
from holocrine.report import svg, wording
from holocrine.report.point_marks import DEPTH_SHAPES, depth_shape, mark
from holocrine.report.raster import hex_colour

_STEPS = 50
_BAR = 13.0


def colour_scale(x: float, y: float, width: float, words: str) -> list[str]:
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


def scale_bar(right: float, y: float, length_mm: float, scale: float) -> list[str]:
    """A bar of `length_mm` ending at `right`, `scale` drawing units per mm."""
    left = right - length_mm * scale
    return [
        svg.text(right, y + 8, f"{length_mm:g} mm", "strong end", font_size=12),
        svg.line(left, y + 22, right, y + 22, "bar", stroke_width=2),
        svg.line(left, y + 17, left, y + 27, "bar", stroke_width=2),
        svg.line(right, y + 17, right, y + 27, "bar", stroke_width=2),
    ]


def depth_shapes(plan: Plan, x: float, y: float) -> list[str]:
    """The shapes that occur in this plan."""
    used = {depth_shape(point.depth) for point in plan.points}
    drawn = []
    for _, shape, words in DEPTH_SHAPES:
        if shape in used:
            drawn += [mark(shape, x + 9, y, 7.5), svg.text(x + 24, y + 4.3, words, font_size=12)]
            x += 34 + 6.6 * len(words)  # mean advance of the type at 12 px, plus mark and gap
    return drawn
