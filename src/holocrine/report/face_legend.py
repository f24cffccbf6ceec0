"""The legend below the face: colour scale, depth shapes, hatching, scale bar, outlines of muscles."""

from __future__ import annotations

from holocrine.domain.plan import Plan
from holocrine.report import svg, wording
from holocrine.report.face_drawing import MUSCLE_DASHES, View, hatch_swatch
from holocrine.report.map_legend import colour_scale, depth_shapes, scale_bar

_SCALE_HEIGHT, _ROW = 62.0, 20.0


def legend(plan: Plan, view: View, layer_words: str | None, week: float, *, muscles: bool) -> tuple[list[str], float]:
    """Everything needed to read the figure without its caption, and its height in drawing units.

    No colour scale without a layer; `muscles` explains their outlines.
    """
    top = view.height + 14.0
    drawn = scale_bar(view.width - 8.0, top, 20.0, view.scale)
    row = top + 10.0
    if layer_words is not None:
        drawn += colour_scale(8.0, top, 0.62 * view.width, f"{layer_words}, week {wording.decimal(week, 1)}")
        row = top + _SCALE_HEIGHT + 10.0
    if plan.points:
        drawn += depth_shapes(plan, 8.0, row)
        row += _ROW
    drawn += hatch_swatch(8.0, row - 7.0, 26.0, 14.0)
    drawn.append(svg.text(42.0, row + 4.0, "no injection: margin of brow, orbital rim or lip", font_size=12))
    if muscles:
        row += _ROW
        drawn.append(svg.line(8.0, row, 34.0, row, "muscle", stroke_width=1.6, stroke_dasharray=MUSCLE_DASHES))
        drawn.append(svg.text(42.0, row + 4.0, "muscle that is to be weakened", font_size=12))
    return drawn, row + 12.0 - view.height
