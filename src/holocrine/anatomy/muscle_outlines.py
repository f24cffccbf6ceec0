"""Outlines of the muscles of the left half of the face, drawn from landmarks and measured sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.borders import BROW_HALF_HEIGHT, Marks, brow_line, orbital_rim
from holocrine.anatomy.curves import Curve, ellipse, join, straight, strip
from holocrine.anatomy.polygons import Polygon

Sizes: TypeAlias = Mapping[str, float]
"""Rows of the muscle table by quantity: mm, percent or degrees."""

_GAP_AT_BROW = 1.5
"""mm from the midline; assumption: the bellies nearly meet at the brow."""
_BELLY_REACH = 0.93
"""Share of the temporal half-width; assumption: the belly ends just medial to the temporal crest."""
_BAND_HALF_HEIGHT = 7.0
"""mm; assumption: half the height of the band of frontalis that a row of points crosses."""
_INSIDE_RIM = 3.0
"""mm inside the lateral end of the orbital rim; assumption: where the part that folds the crow's feet begins."""
_LIP_REACH = 0.9
"""Share of the way from the midline to the corner of the mouth; assumption: the knot of muscles begins there."""


class Ground(NamedTuple):
    """What a muscle's outline is drawn on."""

    marks: Marks
    borders: Mapping[str, Curve]


def _belly_heights(
    x: NDArray[np.float64], sizes: Sizes, ground: Ground
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Upper brow edge, line of convergence and hairline at the places x, (n,) each in mm."""
    brow, hairline = brow_line(ground.marks), ground.borders["hairline"]
    bottom = np.interp(x, brow[:, 0], brow[:, 1]) + BROW_HALF_HEIGHT
    top = np.interp(x, hairline[:, 0], hairline[:, 1])
    convergence = bottom + sizes["line_of_convergence"] / 100.0 * (ground.marks["trichion"][1] - bottom)
    return bottom, np.minimum(convergence, top - 3.0), top  # the hairline falls off to the side


def frontalis_lower(sizes: Sizes, ground: Ground) -> Polygon:
    """From the upper edge of the brow to the line of convergence: the part that lifts the brow."""
    x = np.linspace(_GAP_AT_BROW, _BELLY_REACH * ground.marks["frontotemporale_left"][0], 40)
    bottom, convergence, _ = _belly_heights(x, sizes, ground)
    return join(np.stack([x, bottom], axis=1), np.stack([x, convergence], axis=1)[::-1])


def frontalis_upper(sizes: Sizes, ground: Ground) -> Polygon:
    """From the line of convergence to the hairline, with the gap between the bellies."""
    gap = sizes["midline_gap"]
    at_convergence = _GAP_AT_BROW + sizes["line_of_convergence"] / 100.0 * (gap - _GAP_AT_BROW)
    x = np.linspace(at_convergence, _BELLY_REACH * ground.marks["frontotemporale_left"][0], 40)
    _, convergence, top = _belly_heights(x, sizes, ground)
    upper = np.stack([x, top], axis=1)[x >= gap]
    return join(np.stack([x, convergence], axis=1), upper[::-1])


def middle_frontalis(sizes: Sizes, ground: Ground) -> Polygon:
    """The band half way between brow and hairline, where labels put their row of points."""
    brow = brow_line(ground.marks)
    middle = 0.5 * (float(np.interp(0.0, *brow.T)) + ground.marks["trichion"][1])
    x = np.linspace(_GAP_AT_BROW, _BELLY_REACH * ground.marks["frontotemporale_left"][0], 40)
    bottom, _, top = _belly_heights(x, sizes, ground)
    lower, upper = (np.clip(middle + up, bottom, top) for up in (-_BAND_HALF_HEIGHT, _BAND_HALF_HEIGHT))
    return join(np.stack([x, lower], axis=1), np.stack([x, upper], axis=1)[::-1])


def corrugator(sizes: Sizes, ground: Ground) -> Polygon:
    """From its bony origin beside the midline obliquely up into the skin above the brow's middle."""
    tilt = np.deg2rad(sizes["inclination"])
    start = (sizes["medial_origin"], ground.marks["brow_head_left"][1] - 1.0)
    end = (start[0] + sizes["length"] * float(np.cos(tilt)), start[1] + sizes["length"] * float(np.sin(tilt)))
    return strip(start, end, sizes["width"], taper=0.55)


def procerus(sizes: Sizes, ground: Ground) -> Polygon:
    """Across the midline from the bridge of the nose to between the brows."""
    wide, narrow, nasion = sizes["width_glabella"] / 2.0, sizes["width_sellion"] / 2.0, ground.marks["nasion"][1]
    return straight(
        (-narrow, nasion - 6.0), (narrow, nasion - 6.0), (wide, 0.0), (wide, 6.0), (-wide, 6.0), (-wide, 0.0)
    )


def orbicularis(sizes: Sizes, ground: Ground) -> Polygon:
    """Orbital and lid part together: the rim moved out, by its measured reach laterally, less elsewhere."""
    rim = orbital_rim(ground.marks)
    low, high = rim.min(axis=0), rim.max(axis=0)
    reach = sizes["reach_beyond_rim"]
    centre = (0.5 * (low[0] + high[0] + reach - 1.0), 0.5 * (low[1] + high[1]))
    # assumption: 1 mm beyond the rim medially and 8 mm above and below
    return ellipse(centre, 0.5 * (high[0] - low[0] + reach + 1.0), 0.5 * (high[1] - low[1]) + 8.0, power=2.1)


def orbicularis_lateral(sizes: Sizes, ground: Ground) -> Polygon:
    """The part of the orbicularis beside the eye, cut off straight near the lateral end of the rim."""
    whole = orbicularis(sizes, ground)
    cut = float(orbital_rim(ground.marks)[:, 0].max()) - _INSIDE_RIM
    over = whole[: len(whole) // 2 + 1]  # from the lateral end over the top
    height = float(np.interp(-cut, -over[:, 0], over[:, 1]))
    arc = np.concatenate([over[over[:, 0] > cut], [(cut, height)]])
    level = float(over[0, 1])
    return join(arc, (arc * (1.0, -1.0) + (0.0, 2.0 * level))[::-1])


def levator(sizes: Sizes, ground: Ground) -> Polygon:
    """Muscle and aponeurosis just inside the upper orbital rim, centred on the pupil."""
    x, rim = ground.marks["orbitale_superius_left"]
    return ellipse((x, rim - 1.0 - sizes["height"] / 2.0), sizes["width"] / 2.0, sizes["height"] / 2.0, power=3.0)


def zygomaticus(sizes: Sizes, ground: Ground) -> Polygon:
    """From the cheekbone in front of its suture to the knot of muscles beside the mouth."""
    cheekbone, arch = ground.marks["zygion_left"]
    x, y = ground.marks["cheilion_left"]
    return strip((0.80 * cheekbone, arch - 4.0), (x + 6.0, y + 2.0), sizes["width"], taper=0.7)


def risorius(sizes: Sizes, ground: Ground) -> Polygon:
    """From the fascia in front of the parotid to the corner of the mouth."""
    jaw, _ = ground.marks["gonion_left"]
    x, y = ground.marks["cheilion_left"]
    return strip((0.96 * jaw, y + 5.0), (x + 6.0, y), sizes["width"], taper=0.7)


def masseter(sizes: Sizes, ground: Ground) -> Polygon:
    """From the cheekbone's arch to the angle of the mandible."""
    cheekbone, arch = ground.marks["zygion_left"]
    jaw, angle = ground.marks["gonion_left"]
    return strip((0.82 * cheekbone, arch - 5.0), (0.78 * jaw, angle), sizes["width"], taper=0.85)


def masseter_lower(sizes: Sizes, ground: Ground) -> Polygon:
    """The half towards the angle of the mandible, where the belly is thickest."""
    a, b, c, d = masseter(sizes, ground)  # a, d at the cheekbone, b, c at the angle
    return np.stack([0.5 * (a + b), b, c, 0.5 * (c + d)])


def depressor_septi(sizes: Sizes, ground: Ground) -> Polygon:
    """Across the midline from the maxilla above the incisors to the foot of the columella."""
    base = ground.marks["subnasale"][1]
    return strip((0.0, base - sizes["reach_below"]), (0.0, base + sizes["reach_above"]), sizes["width"], taper=0.75)


def orbicularis_oris_upper(sizes: Sizes, ground: Ground) -> Polygon:
    """A band of even height along the upper edge of the red of the lip."""
    border = ground.borders["upper_vermilion"]
    edge = border[border[:, 0] <= _LIP_REACH * ground.marks["cheilion_left"][0]]
    return join(edge, edge[::-1] + np.array([0.0, sizes["height"]]))
