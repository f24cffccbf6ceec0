"""What stands below a chart on paper: the bar of 50 mm, the shapes of depth, and what is hatched or outlined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from holocrine.domain.plan import Plan
from holocrine.report import svg
from holocrine.report.face_drawing import MUSCLE_DASHES, View, hatch_swatch
from holocrine.report.map_legend import scale_bar
from holocrine.report.point_marks import DEPTH_SHAPES, Shape, depth_shape, mark

BAR_MM = 50.0
_ROW, _BAR_ROW, _SWATCH = 20.0, 38.0, 26.0  # drawing units


@dataclass(frozen=True)
class Hint:
    """A line of the legend: a dashed line of a class of the style sheet, or hatching where there is none."""

    words: str
    line: str | None = None
    dashes: str = MUSCLE_DASHES


HATCHING = Hint("no injection: margin of brow, orbital rim or lip")
MUSCLE_TO_WEAKEN = Hint("muscle that is to be weakened", "muscle")
MUSCLE_TO_SPARE = Hint("thumb muscles: reached, the grip weakens", "limit", "4 3")


def legend(plan: Plan, view: View, hints: Sequence[Hint]) -> list[str]:
    """The legend as a column below `view`: bar, depths of this plan, hints."""
    drawn = scale_bar(8.0 + BAR_MM * view.scale, view.height + 4.0, BAR_MM, view.scale)
    y = view.height + _BAR_ROW + 10.0
    for shape, words in _depths(plan):
        drawn += [mark(shape, 8.0 + _SWATCH / 2.0, y, 7.5), _words(words, y)]
        y += _ROW
    for hint in hints:
        if hint.line is None:
            drawn += hatch_swatch(8.0, y - 7.0, _SWATCH, 14.0)
        else:
            ends = (8.0, y, 8.0 + _SWATCH, y)
            drawn.append(svg.line(*ends, hint.line, stroke_width=1.6, stroke_dasharray=hint.dashes))
        drawn.append(_words(hint.words, y))
        y += _ROW
    return drawn


def legend_height(plan: Plan, hints: Sequence[Hint]) -> float:
    """The legend's height in drawing units."""
    return _BAR_ROW + _ROW * (len(_depths(plan)) + len(hints))


def _depths(plan: Plan) -> list[tuple[Shape, str]]:
    used = {depth_shape(point.depth) for point in plan.points}
    return [(shape, words) for _, shape, words in DEPTH_SHAPES if shape in used]


def _words(words: str, y: float) -> str:
    return svg.text(16.0 + _SWATCH, y + 4.0, words, font_size=12)
