"""The legend below the face: colour scale, depth shapes, hatching, scale bar."""

from __future__ import annotations

from holocrine.domain.plan import Plan
from holocrine.report import svg, wording
from holocrine.report.face_drawing import View, hatch_swatch
from holocrine.report.map_legend import colour_scale, depth_shapes, scale_bar

LEGEND_HEIGHT = 128.0


def legend(plan: Plan, view: View, layer_words: str, week: float) -> list[str]:
    """Everything needed to read the figure without its caption."""
    top = view.height + 14.0
    return [
        *colour_scale(8.0, top, 0.62 * view.width, f"{layer_words}, week {wording.decimal(week, 1)}"),
        *scale_bar(view.width - 8.0, top, 20.0, view.scale),
        *depth_shapes(plan, 8.0, top + 72.0),
        *hatch_swatch(8.0, top + 88.0, 26.0, 14.0),
        svg.text(42.0, top + 99.0, "no injection: margin of brow, orbital rim or lip", font_size=12),
    ]
