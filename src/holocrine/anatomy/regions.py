"""The twelve skin regions, cut along shared border lines so that neighbours neither overlap nor gape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np

from holocrine.anatomy.borders import parallel
from holocrine.anatomy.curves import Curve, both_sides, join, mirror
from holocrine.anatomy.polygons import Polygon
from holocrine.domain.vocabulary import FaceRegion

SCALP_EDGE_WIDTH = 18.0
"""mm; assumption: the oily band behind the hairline is 15-20 mm wide and tapers at the temples."""


def skin_regions(borders: Mapping[str, Curve]) -> dict[FaceRegion, Polygon]:
    """Every region's outline, (n, 2) in mm, in the order of the vocabulary."""
    outlines: dict[FaceRegion, Polygon] = _central(borders) | _lateral(borders)
    return {name: outlines[name] for name in get_args(FaceRegion)}


def _central(b: Mapping[str, Curve]) -> dict[FaceRegion, Polygon]:
    """Regions across the midline: each is drawn from midline to midline on the left and mirrored."""
    share = np.linspace(0.0, 1.0, len(b["hairline"]))
    width = np.interp(share, [0.0, 0.6, 0.9, 1.0], [1.0, 1.0, 0.75, 0.45]) * SCALP_EDGE_WIDTH
    scalp_top = parallel(b["hairline"], -width)
    scalp_top[0, 0] = 0.0
    return {
        "forehead": both_sides(join(b["glabella_top"], b["brow_edge"], b["temporal_crest"][::-1], b["hairline"][::-1])),
        "glabella": both_sides(join(b["nose_root"], b["glabella_side"][::-1], b["glabella_top"][::-1])),
        "nose": both_sides(join(b["nose_root"], b["nose_wall"], b["nose_flank"], b["nose_wing"], b["nose_base"])),
        "upper_lip": both_sides(
            join(b["nose_base"][::-1], b["nose_wing"][::-1], b["nasolabial"], b["mouth_corner"], b["upper_vermilion"])
        ),
        "chin": both_sides(
            join(
                b["lower_vermilion"][::-1],
                b["mouth_corner"][::-1],
                b["marionette"],
                b["jaw_below_chin"],
                b["jaw_end"],
                b["contour_chin"],
            )
        ),
        "scalp_edge": both_sides(join(b["hairline"], scalp_top[::-1])),
    }


def _lateral(b: Mapping[str, Curve]) -> dict[FaceRegion, Polygon]:
    """Paired regions."""
    temple = join(b["temporal_crest"], b["lateral_rim"], b["cheekbone"], b["temporal_hairline"][::-1])
    cheek = join(
        b["infraorbital"],
        b["cheekbone"],
        b["contour_cheek"],
        b["jaw_start"][::-1],
        b["jaw_below_cheek"],
        b["marionette"][::-1],
        b["nasolabial"][::-1],
        b["nose_flank"][::-1],
    )
    jawline = join(
        b["contour_jaw"], b["jaw_end"][::-1], b["jaw_below_chin"][::-1], b["jaw_below_cheek"][::-1], b["jaw_start"]
    )
    return {
        "temple_left": temple,
        "temple_right": mirror(temple),
        "cheek_left": cheek,
        "cheek_right": mirror(cheek),
        "jawline_left": jawline,
        "jawline_right": mirror(jawline),
    }
