"""Border lines between the skin regions of the left half of the face; the right half mirrors them.

Proportions without a source (how far along a stretch a curve bends) are assumptions of a schematic face,
judged by eye; the end points come from the landmarks and so from measured distances.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.curves import Curve, ellipse, join, mirror, smooth, straight
from holocrine.anatomy.landmarks import ORBIT_HALF_HEIGHT, RIM_BEFORE_CANTHUS, RIM_BEYOND_CANTHUS, Place

JAWLINE_WIDTH = 15.0
"""mm; assumption: the band along the mandible takes two rows of injection points."""
BROW_HALF_HEIGHT = 3.5
"""mm; assumption: half the height of the eyebrow's body."""
GLABELLA_TOP = 16.0
"""mm above mid-glabella; assumption: the frown area ends where the bellies of the frontalis part."""
_ROOT_HALF_WIDTH = 8.5
"""mm; assumption: half-width of the nasal root at nasion."""

Marks = Mapping[str, Place]


def brow_line(marks: Marks) -> Curve:
    """The middle lines of both brows as one polyline from the right tail to the left tail, (n, 2) in mm."""
    (hx, hy), (px, py), (tx, ty) = (marks[f"brow_{part}_left"] for part in ("head", "peak", "tail"))
    body = (0.5 * (hx + px), hy + 0.62 * (py - hy))
    beyond = (0.55 * px + 0.45 * tx, py - 0.26 * (py - ty))
    left = smooth([(hx, hy), body, (px, py), beyond, (tx, ty)])
    return join(mirror(left), left)


def orbital_rim(marks: Marks) -> Curve:
    """The left bony orbital opening, closed, (64, 2) in mm from its lateral end over the top (assumed shape)."""
    medial = marks["endocanthion_left"][0] - RIM_BEFORE_CANTHUS
    temple = marks["frontotemporale_left"][0]
    lateral = min(marks["exocanthion_left"][0] + RIM_BEYOND_CANTHUS, temple - 1.0)
    centre = (0.5 * (medial + lateral), marks["pupil_left"][1])
    rim = ellipse(centre, 0.5 * (lateral - medial), ORBIT_HALF_HEIGHT, power=2.4)
    rim[:, 1] -= 1.5 * (rim[:, 0] - centre[0]) / (lateral - centre[0])  # the opening hangs down laterally
    return rim


def border_lines(marks: Marks) -> dict[str, Curve]:
    """Every border line of the left half by name, (n, 2) in mm."""
    rim = orbital_rim(marks)
    nose = _nose_borders(marks)
    return (
        _forehead_borders(marks) | nose | _cheek_borders(marks, rim, nose) | _mouth_borders(marks) | _jaw_borders(marks)
    )


def parallel(line: Curve, gap: float | NDArray[np.float64]) -> Curve:
    """The line moved sideways by `gap` mm (one, or one per point), to the right of its travel, (n, 2) in mm."""
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    aside = np.stack([along[:, 1], -along[:, 0]], axis=1)
    moved: Curve = line + np.reshape(gap, (-1, 1)) * aside
    return moved


def _forehead_borders(marks: Marks) -> dict[str, Curve]:
    top, nasion = marks["trichion"][1], marks["nasion"][1]
    temple, crest = marks["frontotemporale_left"]
    cheekbone, arch = marks["zygion_left"]
    brow = brow_line(marks)
    edge = brow[brow[:, 0] > 0.0] + (0.0, BROW_HALF_HEIGHT)
    head = (float(edge[0, 0]), float(edge[0, 1]))
    recess = (0.955 * temple, 0.68 * top)
    side = max(cheekbone, temple + 4.0)
    beside = temple + 0.55 * (side - temple)
    return {
        "hairline": smooth(
            [
                (0.0, top),
                (0.30 * temple, 0.99 * top),
                (0.60 * temple, 0.945 * top),
                (0.83 * temple, 0.845 * top),
                recess,
            ]
        ),
        "temporal_hairline": smooth(
            [recess, (beside, 0.40 * top), (side - 1.2, 0.0), (cheekbone + 0.4, nasion - 8.0), (cheekbone, arch)]
        ),
        "temporal_crest": smooth([recess, (0.995 * temple, 0.45 * top), (temple, crest), (temple, float(edge[-1, 1]))]),
        "brow_edge": join(edge, straight((temple, float(edge[-1, 1])))),
        "glabella_top": smooth(
            [(0.0, GLABELLA_TOP), (0.50 * head[0], 0.92 * GLABELLA_TOP), (0.88 * head[0], 0.68 * GLABELLA_TOP), head]
        ),
        "glabella_side": smooth([head, (0.97 * head[0], 0.35 * nasion), (_ROOT_HALF_WIDTH, nasion)]),
    }


def _nose_borders(marks: Marks) -> dict[str, Curve]:
    nasion, base = marks["nasion"][1], marks["subnasale"][1]
    wing_x, wing_y = marks["alare_left"]
    length = nasion - base
    cheek = (0.53 * wing_x, nasion - 0.48 * length)
    foot = (0.80 * wing_x, base - 0.4)
    return {
        "nose_root": straight((0.0, nasion), (_ROOT_HALF_WIDTH, nasion)),
        "nose_wall": smooth([(_ROOT_HALF_WIDTH, nasion), (0.95 * _ROOT_HALF_WIDTH, nasion - 0.20 * length), cheek]),
        "nose_flank": smooth(
            [
                cheek,
                (0.68 * wing_x, nasion - 0.66 * length),
                (0.84 * wing_x, nasion - 0.765 * length),
                (0.97 * wing_x, base + 9.0),
                (wing_x, wing_y),
            ]
        ),
        "nose_wing": smooth([(wing_x, wing_y), (0.97 * wing_x, base + 1.6), foot]),
        "nose_base": smooth([foot, (0.55 * wing_x, base + 0.9), (0.30 * wing_x, base - 0.5), (0.0, base - 1.6)]),
    }


def _cheek_borders(marks: Marks, rim: Curve, nose: Mapping[str, Curve]) -> dict[str, Curve]:
    lower_rim = np.concatenate([rim[42:], rim[:1]])  # from below the inner canthus to the lateral end
    lateral = (float(rim[0, 0]), float(rim[0, 1]))
    temple = marks["frontotemporale_left"][0]
    brow_end = float(brow_line(marks)[-1, 1]) + BROW_HALF_HEIGHT
    arch_x, arch_y = marks["zygion_left"]
    return {
        "infraorbital": join(nose["nose_flank"][:1], lower_rim),
        "lateral_rim": smooth(
            [(temple, brow_end), (0.5 * (temple + lateral[0]) + 0.3, 0.5 * (brow_end + lateral[1])), lateral]
        ),
        "cheekbone": smooth(
            [lateral, (0.45 * lateral[0] + 0.55 * arch_x, 0.45 * lateral[1] + 0.55 * arch_y + 1.0), (arch_x, arch_y)]
        ),
    }


def _jaw_borders(marks: Marks) -> dict[str, Curve]:
    base, mouth, menton = (marks[name][1] for name in ("subnasale", "stomion", "menton"))
    jaw_x, jaw_y = marks["gonion_left"]
    cheek_x, arch = marks["zygion_left"]
    contour = smooth(
        [
            (cheek_x, arch),
            (0.982 * cheek_x, 0.55 * arch + 0.45 * base),
            (0.80 * cheek_x + 0.20 * jaw_x, 0.90 * base + 0.10 * mouth),
            (0.42 * cheek_x + 0.58 * jaw_x, 0.26 * base + 0.74 * mouth),
            (jaw_x, jaw_y),
            (0.84 * jaw_x, 0.58 * jaw_y + 0.42 * menton),
            (0.59 * jaw_x, 0.23 * jaw_y + 0.77 * menton),
            (0.30 * jaw_x, 0.065 * jaw_y + 0.935 * menton),
            (0.0, menton),
        ]
    )
    start = int(np.argmin(np.abs(contour[:, 1] - (0.5 * base + 0.5 * mouth))))
    end = int(np.argmin(np.abs(contour[:, 0] - 0.64 * jaw_x)))
    inner = parallel(contour, min(JAWLINE_WIDTH, 0.31 * jaw_x))[start : end + 1]
    fold = _beside_mouth(marks)
    meet = int(np.argmax(inner[:, 0] < fold[0] - 1.5))  # where chin, cheek and jawline meet below the mouth's corner
    corner = (float(inner[meet, 0]), float(inner[meet, 1]))
    return {
        "face_contour": contour,
        "contour_cheek": contour[: start + 1],
        "contour_jaw": contour[start : end + 1],
        "contour_chin": contour[end:],
        "jaw_below_cheek": inner[: meet + 1],
        "jaw_below_chin": inner[meet:],
        "marionette": smooth([fold, (0.6 * fold[0] + 0.4 * corner[0] + 0.3, 0.5 * (fold[1] + corner[1])), corner]),
        "jaw_start": np.stack([inner[0], contour[start]]),
        "jaw_end": np.stack([inner[-1], contour[end]]),
    }


def _mouth_borders(marks: Marks) -> dict[str, Curve]:
    base, mouth = marks["subnasale"][1], marks["stomion"][1]
    upper, lower = marks["labiale_superius"][1], marks["labiale_inferius"][1]
    wing = marks["alare_left"]
    x, y = marks["cheilion_left"]
    fold = _beside_mouth(marks)
    return {
        "nasolabial": smooth(
            [
                wing,
                (wing[0] + 3.2, base - 5.0),
                (0.35 * wing[0] + 0.65 * fold[0] + 1.5, 0.45 * base + 0.55 * mouth),
                fold,
            ]
        ),
        "mouth_corner": straight(fold, (x, y)),
        "upper_vermilion": smooth(
            [
                (x, y),
                (0.68 * x, y + 0.38 * (upper - y)),
                (0.40 * x, y + 0.80 * (upper - y)),
                (0.16 * x, upper + 0.7),
                (0.0, upper - 0.7),
            ]
        ),
        "lower_vermilion": smooth(
            [(x, y), (0.72 * x, y + 0.50 * (lower - y)), (0.40 * x, y + 0.92 * (lower - y)), (0.0, lower)]
        ),
    }


def _beside_mouth(marks: Marks) -> Place:
    """Where the nasolabial fold ends, lateral to the corner of the mouth."""
    return 1.21 * marks["cheilion_left"][0], marks["stomion"][1] + 1.0
