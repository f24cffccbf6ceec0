"""One candidate injection of the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from holocrine.domain.plan import labelled_region
from holocrine.domain.vocabulary import Plane, Region, Target

ROW_MM = 2.0
"""Points within this height of each other are listed as one row."""


@dataclass(frozen=True)
class Point:
    """Place on the common plane and depth (mm), volume (mL), units of the product, region, jitter number.

    `aim` names the target whose standard pattern the point belongs to, None for points of a skin pattern.
    """

    x: float
    y: float
    depth: float
    volume: float
    units: float
    region: Region
    number: int
    plane: Plane = "intradermal"
    aim: Target | None = None

    @property
    def labelled_region(self) -> Region:
        """The region towards whose dose limits the point counts."""
        return labelled_region(self.region, self.aim)


def listed(points: Sequence[Point]) -> list[Point]:
    """Points as a plan lists them: per region, row by row from the top, from the patient's right to the left."""
    order = get_args(Region)
    return sorted(points, key=lambda p: (order.index(p.region), -round(p.y / ROW_MM), p.x, p.y))
