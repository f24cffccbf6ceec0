"""A toxin treatment that has already been given."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from holocrine.domain.base import Record, fault
from holocrine.domain.quantities import Depth, Length, Volume
from holocrine.domain.text import Day, Line80
from holocrine.domain.vocabulary import Plane, Product, Region

Units = Annotated[float, Field(gt=0, le=5000)]
"""Units of the product named beside it; never comparable across products."""


class GivenPoint(Record):
    """One injection as given. x to the patient's left, y up, from mid-glabella."""

    x: Length
    y: Length
    depth: Depth
    units: Units
    volume: Volume
    plane: Plane = "intradermal"


class Session(Record):
    """One past session of one product: its points, or only its totals."""

    date: Day
    product: Product | Literal["unknown"]
    indication: Line80 = "unknown"
    regions: tuple[Region, ...] = ()
    total_units: Units | None = None
    points: tuple[GivenPoint, ...] = ()

    @model_validator(mode="after")
    def _points_or_total(self) -> Self:
        if not self.points and self.total_units is None:
            raise fault(
                "is missing, and there are no points either",
                allowed="total_units, or points, or both",
                remedy="Write the total, such as total_units = 20, or list the points.",
                field="total_units",
            )
        if self.points and self.total_units is not None:
            total = sum(point.units for point in self.points)
            if abs(total - self.total_units) > 0.01 * max(total, self.total_units):
                raise fault(
                    f"is {self.total_units:g} but the points add up to {total:g}",
                    allowed="the sum of the points, within 1%",
                    remedy="Correct the total or the points, or leave the total out.",
                    field="total_units",
                )
        return self

    @property
    def units(self) -> float:
        """Units of `product` given in this session."""
        if self.total_units is not None:
            return self.total_units
        return sum(point.units for point in self.points)
