"""Smooth lines for drawing the face. Appearance only, but for the lips, whose edge bounds the injections."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from holocrine.anatomy.borders import Marks, brow_line
from holocrine.anatomy.curves import Curve, both_sides, ellipse, join, mirror, smooth

_IRIS_RADIUS = 5.85
"""mm; the visible iris is 11.7 mm wide, the best ruler in a photograph."""


def drawing_lines(marks: Marks, borders: Mapping[str, Curve]) -> dict[str, Curve]:
    """Named lines, (n, 2) in mm each. Names ending in `_line` are open, all others closed."""
    left = _eye(marks) | _brow(marks) | _nose_side(marks) | _folds(marks, borders) | _head_side(marks, borders)
    lines: dict[str, Curve] = {}
    for name, line in left.items():
        stem, _, ending = name.partition("|")
        lines[f"{stem}_left{ending}"] = line
        lines[f"{stem}_right{ending}"] = mirror(line)
    return lines | _central_lines(marks, borders)


def _eye(marks: Marks) -> dict[str, Curve]:
    ex, ey = marks["exocanthion_left"]
    ix, iy = marks["endocanthion_left"]
    px, py = marks["pupil_left"]
    upper = smooth(
        [
            (ix, iy),
            (ix + 0.22 * (px - ix), iy + 2.4),
            (0.5 * (ix + px), py + 4.5),
            (px + 0.5, py + 6.0),
            (0.5 * (px + ex) + 1.5, py + 4.9),
            (ex, ey),
        ]
    )
    lower = smooth(
        [
            (ex, ey),
            (0.5 * (px + ex) + 1.0, py - 3.7),
            (px, py - 5.0),
            (0.5 * (ix + px), py - 4.1),
            (ix + 3.0, iy - 1.0),
            (ix, iy),
        ]
    )
    crease = smooth(
        [
            (ix + 2.5, iy + 5.0),
            (0.5 * (ix + px), py + 8.6),
            (px + 1.0, py + 10.2),
            (0.5 * (px + ex) + 2.0, py + 8.6),
            (ex + 1.5, ey + 3.2),
        ]
    )
    return {
        "eye": join(upper, lower),
        "iris": ellipse((px, py + 0.9), _IRIS_RADIUS, _IRIS_RADIUS),
        "pupil": ellipse((px, py + 0.9), 2.0, 2.0),
        "upper_lid|_line": upper,
        "lid_crease|_line": crease,
    }


def _brow(marks: Marks) -> dict[str, Curve]:
    """The brow's body: thick medially, running out into the tail."""
    line = brow_line(marks)
    line = line[line[:, 0] > 0.0]
    share = np.linspace(0.0, 1.0, len(line))
    half = np.interp(share, [0.0, 0.12, 0.45, 0.75, 1.0], [1.3, 2.7, 2.6, 1.8, 0.2])[:, None]
    up = np.array([[0.0, 1.0]])
    return {"brow": join(line + half * up, (line - half * up)[::-1])}


def _nose_side(marks: Marks) -> dict[str, Curve]:
    wing_x, _ = marks["alare_left"]
    base = marks["subnasale"][1]
    tip = marks["pronasale"][1]
    return {
        "nose_side|_line": smooth(
            [
                (7.6, marks["nasion"][1] - 4.0),
                (6.6, 0.5 * (marks["nasion"][1] + tip) + 6.0),
                (7.6, tip + 12.0),
                (8.6, tip + 5.0),
            ]
        ),
        "nose_wing|_line": smooth(
            [
                (0.80 * wing_x, tip + 6.0),
                (0.97 * wing_x, base + 8.4),
                (wing_x, base + 4.6),
                (0.95 * wing_x, base + 1.2),
                (0.78 * wing_x, base + 0.6),
                (0.64 * wing_x, base + 2.6),
            ]
        ),
        "nostril": smooth(
            [
                (0.62 * wing_x, base + 1.6),
                (0.47 * wing_x, base + 3.4),
                (0.26 * wing_x, base + 2.2),
                (0.22 * wing_x, base + 0.6),
                (0.42 * wing_x, base + 0.2),
            ],
            closed=True,
        ),
    }


def _folds(marks: Marks, borders: Mapping[str, Curve]) -> dict[str, Curve]:
    fold = borders["nasolabial"]
    base, lip = marks["subnasale"][1], marks["labiale_superius"][1]
    return {
        "nasolabial|_line": fold[2 : int(0.8 * len(fold))],
        "philtrum|_line": smooth(
            [(3.0, base - 2.8), (3.6, 0.5 * (base + lip)), (0.16 * marks["cheilion_left"][0], lip + 1.6)]
        ),
    }


def _head_side(marks: Marks, borders: Mapping[str, Curve]) -> dict[str, Curve]:
    cheek = marks["zygion_left"][0]
    eye, base = marks["pupil_left"][1], marks["subnasale"][1]
    angle = marks["gonion_left"][1]
    menton = marks["menton"][1]
    ear = smooth(
        [
            (cheek + 0.4, eye - 1.0),
            (cheek + 4.0, eye + 5.5),
            (cheek + 9.5, eye + 6.0),
            (cheek + 12.0, eye - 2.0),
            (cheek + 10.0, 0.6 * eye + 0.4 * base),
            (cheek + 6.0, 0.25 * eye + 0.75 * base),
            (cheek + 3.2, base - 4.0),
            (cheek - 1.6, base + 1.0),
        ]
    )
    inner = smooth(
        [
            (cheek + 3.8, eye - 1.5),
            (cheek + 8.0, eye + 1.2),
            (cheek + 8.6, eye - 5.0),
            (cheek + 6.6, 0.55 * eye + 0.45 * base),
            (cheek + 4.2, 0.3 * eye + 0.7 * base),
        ]
    )
    contour = borders["face_contour"]
    start = contour[np.argmin(np.abs(contour[:, 1] - (0.62 * angle + 0.38 * menton)))]
    x, y = float(start[0]), float(start[1])
    neck = smooth([(x, y), (x - 0.6, menton + 4.0), (x + 0.2, menton - 14.0), (x + 5.0, menton - 30.0)])
    return {"ear|_line": ear, "ear_inner|_line": inner, "neck|_line": neck}


def _central_lines(marks: Marks, borders: Mapping[str, Curve]) -> dict[str, Curve]:
    x, y = marks["cheilion_left"]
    middle = smooth([(x, y), (0.62 * x, y + 0.7), (0.30 * x, y - 0.1), (0.12 * x, y + 0.7), (0.0, y + 0.1)])
    tip, base = marks["pronasale"][1], marks["subnasale"][1]
    crease = marks["sublabiale"][1]
    face_half = join(borders["temporal_hairline"], borders["face_contour"])
    return {
        "upper_lip": both_sides(join(middle[::-1], borders["upper_vermilion"])),
        "lower_lip": both_sides(join(middle[::-1], borders["lower_vermilion"])),
        "mouth_line": both_sides(join(middle)),
        "nose_tip_line": both_sides(
            smooth([(8.0, base + 1.4), (5.0, base - 0.4), (2.4, base - 1.5), (0.0, base - 1.6)])
        ),
        "nose_dome_line": both_sides(smooth([(6.8, tip - 2.2), (4.0, tip - 4.0), (0.0, tip - 4.6)])),
        "chin_crease_line": both_sides(smooth([(11.0, crease - 1.8), (6.0, crease + 0.3), (0.0, crease + 1.0)])),
        "face": both_sides(join(borders["hairline"], face_half)),
        "hairline_line": both_sides(join(borders["temporal_hairline"][::-1], borders["hairline"][::-1])),
        "head": both_sides(_half_head(marks)),
    }


def _half_head(marks: Marks) -> Curve:
    """Hair and scalp above the ears; crown height by assumption."""
    top, cheek = marks["trichion"][1], marks["zygion_left"][0]
    return smooth(
        [
            (0.0, top + 36.0),
            (0.38 * cheek, top + 33.0),
            (0.76 * cheek, top + 19.0),
            (1.04 * cheek, 0.72 * top),
            (1.125 * cheek, 0.20 * top),
            (1.08 * cheek, -14.0),
            (1.0 * cheek, -30.0),
        ]
    )
