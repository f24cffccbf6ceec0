"""Smooth outlines through a few anatomical anchor points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Curve: TypeAlias = NDArray[np.float64]
"""(n, 2) points in mm along a line."""

_SAMPLES = 8
"""Points per stretch between two anchors: under 0.1 mm off the smooth curve on a face."""


def smooth(anchors: Sequence[tuple[float, float]] | Curve, *, closed: bool = False) -> Curve:
    """The centripetal Catmull-Rom curve through the anchors, (n, 2) in mm; it neither loops nor overshoots.

    An open curve that ends on the midline (x = 0) arrives level, so that it passes smoothly into its mirror image.
    """
    knots = np.asarray(anchors, dtype=np.float64)
    if closed:
        knots = np.concatenate([knots[-1:], knots, knots[:2]])
    else:
        knots = np.concatenate([_beyond(knots[0], knots[1])[None], knots, _beyond(knots[-1], knots[-2])[None]])
    share = np.arange(_SAMPLES) / _SAMPLES
    pieces = [_piece(knots[start : start + 4], share) for start in range(len(knots) - 3)]
    ends = [] if closed else [knots[-2:-1]]
    return np.concatenate([*pieces, *ends])


def straight(*corners: tuple[float, float]) -> Curve:
    """A polyline through the corners, (n, 2) in mm."""
    return np.asarray(corners, dtype=np.float64)


def ellipse(centre: tuple[float, float], half_width: float, half_height: float, *, power: float = 2.0) -> Curve:
    """A closed (super)ellipse, counter-clockwise from its +x end, (64, 2) in mm; `power` above 2 squares it off."""
    turn = np.linspace(0.0, 2.0 * np.pi, 64, endpoint=False)
    across, up = np.cos(turn), np.sin(turn)
    shape = np.stack([_signed_power(across, 2.0 / power), _signed_power(up, 2.0 / power)], axis=1)
    outline: Curve = np.asarray(centre) + shape * np.array([half_width, half_height])
    return outline


def strip(start: tuple[float, float], end: tuple[float, float], width: float, *, taper: float = 1.0) -> Curve:
    """A straight band of `width` mm from start to end, closed, (4, 2) in mm; its end is `taper` times as wide."""
    from_, to = np.asarray(start), np.asarray(end)
    along = (to - from_) / float(np.linalg.norm(to - from_))
    side = np.array([-along[1], along[0]]) * width / 2.0
    band: Curve = np.stack([from_ + side, to + taper * side, to - taper * side, from_ - side])
    return band


def join(*parts: Curve) -> Curve:
    """The parts end to end, with points that repeat the one before left out."""
    line = np.concatenate(parts)
    moved = np.any(np.abs(np.diff(line, axis=0)) > 1e-9, axis=1)
    line = line[np.concatenate([[True], moved])]
    closes = len(line) > 1 and bool(np.all(np.abs(line[0] - line[-1]) <= 1e-9))
    joined: Curve = line[:-1] if closes else line
    return joined


def mirror(line: Curve) -> Curve:
    """The same line on the other side of the face, run in the opposite direction."""
    other: Curve = line[::-1] * np.array([-1.0, 1.0])
    return other


def both_sides(half: Curve) -> Curve:
    """A line from the left side of the face to the midline, continued by its mirror image."""
    return join(half, mirror(half))


def _beyond(end: Curve, before: Curve) -> Curve:
    """The knot assumed past the end of an open curve."""
    return before * np.array([-1.0, 1.0]) if end[0] == 0.0 else 2.0 * end - before


def _piece(knots: Curve, share: NDArray[np.float64]) -> Curve:
    """The stretch between the middle two of four knots (Barry and Goldman's pyramid)."""
    p0, p1, p2, p3 = knots
    knot = [0.0]
    for a, b in ((p0, p1), (p1, p2), (p2, p3)):
        knot.append(knot[-1] + max(float(np.linalg.norm(b - a)), 1e-9) ** 0.5)
    t0, t1, t2, t3 = knot
    t = (t1 + share * (t2 - t1))[:, None]
    a1 = ((t1 - t) * p0 + (t - t0) * p1) / (t1 - t0)
    a2 = ((t2 - t) * p1 + (t - t1) * p2) / (t2 - t1)
    a3 = ((t3 - t) * p2 + (t - t2) * p3) / (t3 - t2)
    b1 = ((t2 - t) * a1 + (t - t0) * a2) / (t2 - t0)
    b2 = ((t3 - t) * a2 + (t - t1) * a3) / (t3 - t1)
    piece: Curve = ((t2 - t) * b1 + (t - t1) * b2) / (t2 - t1)
    return piece


def _signed_power(value: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    result: NDArray[np.float64] = np.sign(value) * np.abs(value) ** exponent
    return result
