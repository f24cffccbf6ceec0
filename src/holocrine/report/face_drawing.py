"""The drawn face under the points: what part is shown, its lines, and the margins no needle enters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holocrine.anatomy.face import Face, no_go
from holocrine.anatomy.sheets import on_face
from holocrine.anatomy.standard_points import TARGET_MUSCLES
from holocrine.domain.plan import Plan
from holocrine.domain.vocabulary import Target
from holocrine.report import svg

_SCALE = 4.0  # drawing units per mm; the page scales the whole figure
_MARGIN = 9.0  # mm of paper above and below the face
_SIDE_MARGIN = 4.0  # mm of paper beside it
_UNDRAWN = ("face", "head", "hairline", "ear", "neck")  # the outline drawn apart, and what no point lies on
_HATCH = "face-hatch"
MUSCLE_DASHES = "7 3"
FRAME = "url(#face-frame)"
"""The clip that keeps everything drawn on the face off the legend below it."""


@dataclass(frozen=True)
class View:
    """The part of the face map that is drawn.

    `left` and `top` in mm are the upper left corner; `width` and `height` in drawing units, `scale` units per mm.
    The patient's left lies on the viewer's right, as when sitting opposite.
    """

    left: float
    top: float
    width: float
    height: float
    scale: float = _SCALE

    def place(self, points: ArrayLike) -> NDArray[np.float64]:
        """Drawing coordinates (n, 2) of `points` (n, 2) in mm."""
        mm = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        return np.stack([(mm[:, 0] - self.left) * self.scale, (self.top - mm[:, 1]) * self.scale], axis=1)

    @property
    def bottom(self) -> float:
        """The lower edge in mm."""
        return self.top - self.height / self.scale


def view_of(face: Face, plan: Plan) -> View:
    """The whole face, or its upper part when nothing is planned below the nose."""
    outline = face.outlines["face"]
    half = float(np.abs(outline[:, 0]).max()) + _SIDE_MARGIN
    heights = [point.y for point in plan.points if on_face(point.region)]
    highest = max(heights, default=0.0)  # the hairline band lies above the face
    top = max(float(outline[:, 1].max()), highest) + _MARGIN
    bottom = float(outline[:, 1].min()) - _MARGIN
    nose_base = face.landmarks["subnasale"][1]
    if heights and min(heights) > nose_base:
        bottom = nose_base - _MARGIN
    return View(-half, top, 2.0 * half * _SCALE, (top - bottom) * _SCALE)


def backdrop(face: Face, view: View) -> list[str]:
    """Paper, skin and the features of the face; everything below is cut at the figure's edge."""
    content = [svg.path(view.place(face.outlines["face"]), "skin", closed=True, stroke_width=1.4)]
    for name, line in face.outlines.items():
        if not name.startswith(_UNDRAWN):
            content.append(_feature(name, line, view))
    content += _fade(view) if float(face.outlines["face"][:, 1].min()) < view.bottom else []
    frame = svg.element("clipPath", svg.rect(0, 0, view.width, view.height), id="face-frame")
    return [frame, svg.element("g", *content, clip_path=FRAME), *_sides(view)]


def hatching(face: Face, view: View) -> list[str]:
    """Where nothing is injected, hatched with the margin around it."""
    pattern = svg.element(
        "pattern",
        svg.line(0, 0, 0, 6, "hatch", stroke_width=1.1),
        id=_HATCH,
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    forehead = svg.element("clipPath", svg.path(view.place(face.regions["forehead"]), "", closed=True), id="face-brow")
    areas = []
    for area in no_go(face):
        if area.name == "brow":
            areas.append(_brow_band(area.polygon, area.margin_mm, view))
        elif area.margin_mm > 0.0:  # the lids lie inside the rim and are hatched with it
            areas.append(_hatched(view.place(area.polygon), 2.0 * area.margin_mm * view.scale))
    return [pattern, forehead, svg.element("g", *areas, opacity=0.5, clip_path=FRAME)]


def hatch_swatch(x: float, y: float, width: float, height: float) -> list[str]:
    """A sample of the hatching for the legend."""
    swatch = svg.rect(x, y, width, height, fill=f"url(#{_HATCH})", opacity=0.5)
    return [swatch, svg.rect(x, y, width, height, "zone", stroke_width=0.8)]


def region_outlines(face: Face, plan: Plan, view: View) -> list[str]:
    """The regions of the face that are treated, as fine dashed lines."""
    return [
        svg.path(view.place(face.regions[name]), "zone", closed=True, stroke_width=1, stroke_dasharray="3 3")
        for name in dict.fromkeys(point.region for point in plan.points)
        if on_face(name)
    ]


def muscle_outlines(face: Face, targets: Sequence[Target], view: View) -> list[str]:
    """The muscles whose weakness is the aim, as dashed lines."""
    names = dict.fromkeys(name for target in targets for name in TARGET_MUSCLES.get(target, ()))
    edges = [view.place(face.muscles[name].polygon) for name in names]
    return [svg.path(edge, "muscle", closed=True, stroke_width=1.6, stroke_dasharray=MUSCLE_DASHES) for edge in edges]


def _fade(view: View) -> list[str]:
    """The drawing runs out softly where the face is cut."""
    stops = [svg.element("stop", offset=share, class_="fade", stop_opacity=share) for share in (0, 1)]
    gradient = svg.element("linearGradient", *stops, id="face-fade", x1=0, y1=0, x2=0, y2=1)
    depth = 12.0 * view.scale
    return [gradient, svg.rect(0, view.height - depth, view.width, depth, fill="url(#face-fade)")]


def _feature(name: str, line: NDArray[np.float64], view: View) -> str:
    if name.startswith(("brow", "pupil", "nostril")):
        return svg.path(view.place(line), "hair", closed=True)
    class_ = "eye" if name.startswith("eye") else "feature"
    return svg.path(view.place(line), class_, closed=not name.endswith("_line"), stroke_width=1.1)


def _brow_band(brow: NDArray[np.float64], margin: float, view: View) -> str:
    """The strip straight up from the brow line, kept to the forehead where the frontalis lifts the brow."""
    band = np.concatenate([brow, brow[::-1] + np.array([0.0, margin])])
    return svg.path(view.place(band), "", closed=True, fill=f"url(#{_HATCH})", clip_path="url(#face-brow)")


def _hatched(outline: NDArray[np.float64], width: float) -> str:
    """An area and the margin around it: a stroke of twice the margin reaches that far outside."""
    paint = f"url(#{_HATCH})"
    return svg.path(outline, "", closed=True, fill=paint, stroke=paint, stroke_width=width, stroke_linejoin="round")


def _sides(view: View) -> list[str]:
    y = 18.0
    return [
        svg.text(8, y, "patient's right", "soft strong", font_size=13),
        svg.text(view.width - 8, y, "patient's left", "soft strong end", font_size=13),
    ]
