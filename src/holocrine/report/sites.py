"""Where the needles go: a figure of the face when the plan concerns it, and one for every site off the face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from holocrine.anatomy.face import Face
from holocrine.anatomy.sheets import on_face, sheet
from holocrine.domain.maps import FaceMaps
from holocrine.domain.plan import Plan
from holocrine.domain.vocabulary import SheetRegion, Target
from holocrine.report import wording
from holocrine.report.figures import LAYER_WORDS, layer_of, plot_face
from holocrine.report.markup import picture
from holocrine.report.sheet_drawing import SWEAT_WORDS, plot_sheet


def site_figures(
    plan: Plan,
    face: Face,
    maps: FaceMaps | None,
    sheets: Mapping[SheetRegion, FaceMaps],
    targets: Sequence[Target],
    week: float,
) -> list[str]:
    """The face first, then the sites off it in the order of the vocabulary; `maps` and `sheets` where there are any."""
    when = f"in week {wording.decimal(week, 1)}"
    planned = {point.region for point in plan.points}
    made = []
    if maps is not None or any(on_face(region) for region in planned):
        layer = layer_of(targets)
        effect = f" and {_without_unit(LAYER_WORDS[layer])} {when}" if layer and maps is not None else ""
        drawing = plot_face(plan, face, maps, week, layer, targets)
        made.append(picture(drawing, f"Points{effect}, facing the patient.", "face"))
    for region in get_args(SheetRegion):
        if region in sheets or region in planned:
            effect = f" and {_without_unit(SWEAT_WORDS)} {when}" if region in sheets else ""
            drawing = plot_sheet(plan, sheet(region, face.sex), sheets.get(region), week)
            made.append(picture(drawing, f"{wording.capital(wording.region(region))}: points{effect}.", "face"))
    return made


def _without_unit(words: str) -> str:
    return words.removesuffix(", percent")
