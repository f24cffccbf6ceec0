"""One candidate injection of the search."""

from __future__ import annotations

from dataclasses import dataclass

from holocrine.domain.plan import labelled_region
from holocrine.domain.vocabulary import Plane, Region, Target


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
