"""Outlines of the sheets off the face: one shape per kind, stretched to a person's measured lengths.

All are drawn for the left side with thumb and big toe towards the midline (x < 0), as seen when sitting opposite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from holocrine.anatomy.curves import Curve, ellipse, smooth

Sizes: TypeAlias = Mapping[str, float]

_HAND = (
    *((0.34, 0.0), (0.46, 0.2), (0.50, 0.55), (0.50, 0.85)),  # wrist and edge on the little finger's side
    *((0.56, 1.35), (0.53, 1.50), (0.45, 1.53), (0.37, 1.38), (0.28, 0.98)),  # little finger
    *((0.32, 1.50), (0.30, 1.78), (0.23, 1.88), (0.14, 1.80), (0.035, 1.0)),  # ring finger
    *((0.07, 1.50), (0.05, 1.88), (-0.04, 2.0), (-0.13, 1.90), (-0.215, 1.0)),  # middle finger
    *((-0.23, 1.40), (-0.24, 1.75), (-0.31, 1.87), (-0.40, 1.78), (-0.47, 0.95)),  # index finger
    *((-0.51, 0.68), (-0.70, 0.85), (-0.86, 1.05), (-0.96, 1.08), (-0.99, 0.97)),  # thumb, its inner side
    *((-0.84, 0.62), (-0.64, 0.28), (-0.45, 0.06), (-0.36, 0.0)),  # thumb, its outer side, and ball
)
"""Assumption: x in hand breadths; y 0 at the wrist, 1 at the crease of the middle finger, 2 at its tip."""
_FOOT = (
    *((0.0, 0.0), (0.23, 0.03), (0.32, 0.12), (0.33, 0.3), (0.40, 0.5), (0.48, 0.66), (0.50, 0.74)),  # outer edge
    *((0.46, 0.82), (0.33, 0.90), (0.17, 0.95), (0.02, 0.985), (-0.07, 0.965)),  # toes
    *((-0.15, 0.99), (-0.28, 1.0), (-0.39, 0.95), (-0.42, 0.86)),  # big toe
    *((-0.50, 0.74), (-0.47, 0.64), (-0.37, 0.48), (-0.31, 0.32), (-0.31, 0.14), (-0.22, 0.03)),  # inner edge
)
"""Assumption: x in foot breadths, y in foot lengths from the heel."""
_THENAR_CENTRE, _THENAR_HALF = (-0.37, 0.37), (0.19, 0.25)
"""Assumption: the ball of the thumb between wrist and thumb web, in the units of the hand."""


def outline(kind: str, sizes: Sizes) -> Curve:
    """The left outline (n, 2) of an axilla, a palm or a sole in mm about the sheet's centre."""
    return _OUTLINES[kind](sizes)


def thenar(sizes: Sizes) -> Curve:
    """The short muscles of the left thumb, (n, 2) in mm about the centre of the palm."""
    breadth, length = sizes["hand_breadth"], sizes["palm_length"]
    centre = (_THENAR_CENTRE[0] * breadth, (_THENAR_CENTRE[1] - 0.5) * length)
    return ellipse(centre, _THENAR_HALF[0] * breadth, _THENAR_HALF[1] * length)


def _axilla(sizes: Sizes) -> Curve:
    return ellipse((0.0, 0.0), 0.5 * sizes["width"], 0.5 * sizes["height"])


def _palm(sizes: Sizes) -> Curve:
    x, y = np.asarray(_HAND).T
    fingers = sizes["hand_length"] - sizes["palm_length"]
    height = sizes["palm_length"] * (np.minimum(y, 1.0) - 0.5) + fingers * np.maximum(y - 1.0, 0.0)
    return smooth(np.stack([sizes["hand_breadth"] * x, height], axis=1), closed=True)


def _sole(sizes: Sizes) -> Curve:
    x, y = np.asarray(_FOOT).T
    return smooth(np.stack([sizes["foot_breadth"] * x, sizes["foot_length"] * (y - 0.5)], axis=1), closed=True)


_OUTLINES: Mapping[str, Callable[[Sizes], Curve]] = {"axilla": _axilla, "palm": _palm, "sole": _sole}
