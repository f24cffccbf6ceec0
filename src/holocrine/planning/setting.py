"""What a plan may choose from: allowed places, dilutions, volumes the syringe can deliver, depths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.face import Face, allowed
from holocrine.anatomy.polygons import contains, distance
from holocrine.anatomy.sheets import on_face, region_polygon
from holocrine.anatomy.sites import layer_stack
from holocrine.domain.case import Case
from holocrine.domain.plan import Solution
from holocrine.domain.vocabulary import Product, Region
from holocrine.errors import FieldError
from holocrine.knowledge.products import ProductFacts, SyringeFacts, products, syringes
from holocrine.planning.aims import TERMINAL

Array = NDArray[np.float64]

BORDER_MM = 2.0
"""Points keep this far inside their region (assumption: half a bleb)."""
VOLUMES_ML = (0.01, 0.02, 0.03)
"""Volumes per point that are tried: published droplets (rules TE-06, TE-21) and what a facial dermis holds."""
BODY_VOLUMES_ML = (0.05, 0.1)
"""The same for armpits, palms and soles, where trials inject 0.05 to 0.1 mL a point."""
MAX_POINTS = 120
"""Punctures in one session at most (assumption: what a person bears and a hand keeps apart)."""
DERMAL_DEPTHS = (0.45, 0.8)
"""Needle depths that are tried, as shares of the depth of the dermis' lower border."""


@dataclass(frozen=True)
class Dose:
    """What one point can get: dilution, volume (mL), units of the product, syringe marks."""

    solution: Solution
    volume: float
    units: float
    marks: float


@dataclass(frozen=True)
class UnitLimit:
    """At most `left` units of the product over `regions` together, earlier sessions already taken off."""

    regions: frozenset[Region]
    left: float


@dataclass(frozen=True)
class Setting:
    """The frame of the search. `doses` are those of skin points; empty when no target is reached through the skin."""

    case: Case
    face: Face
    regions: tuple[Region, ...]
    product: ProductFacts
    syringe: SyringeFacts
    solutions: tuple[Solution, ...]
    doses: tuple[Dose, ...]
    unit_limits: tuple[UnitLimit, ...]

    def within_unit_limits(self, units: Mapping[Region, float]) -> bool:
        """Whether units of the product per region keep every dose limit."""
        return all(
            sum(given for region, given in units.items() if region in limit.regions) <= limit.left + 1e-9
            for limit in self.unit_limits
        )

    def depth(self, region: Region, share: float) -> float:
        """Needle depth (mm, to 0.1) at `share` of the way to the dermis' lower border."""
        stack = layer_stack(region, self.face.sex)
        return max(0.3, round(share * stack.top("subcutis"), 1))

    def region_of(self, places: Array) -> list[Region | None]:
        """The goal region of each place (n, 2), None outside all of them."""
        found: list[Region | None] = [None] * places.shape[0]
        for region in self.regions:
            for i in np.flatnonzero(contains(region_polygon(self.face, region), places)):
                found[i] = region
        return found

    def may_inject(self, places: Array) -> NDArray[np.bool_]:
        """Whether each place (n, 2) mm lies in a goal region, clear of border, margins and inflamed lesions."""
        inside = np.zeros(places.shape[0], dtype=bool)
        for region in self.regions:
            polygon = region_polygon(self.face, region)
            here = contains(polygon, places) & (distance(polygon, places) >= BORDER_MM)
            if on_face(region):
                here[here] = allowed(self.face, places[here])
            inside |= here
        for lesion in self.case.findings.inflamed_lesions:
            inside &= np.hypot(places[:, 0] - lesion.x, places[:, 1] - lesion.y) > lesion.radius
        return inside


def volumes_for(case: Case) -> tuple[float, ...]:
    """Volumes per point (mL) that are tried for the skin of the goal regions; those of the face if any lies there."""
    return VOLUMES_ML if any(on_face(region) for region in case.goals.regions) else BODY_VOLUMES_ML


def setting_of(case: Case, face: Face, product: Product, unit_limits: tuple[UnitLimit, ...]) -> Setting:
    """The frame of the search for a case. Raises FieldError when the syringe can deliver none of the volumes."""
    facts, syringe, tray = products()[product], syringes()[case.product.syringe], case.product
    solutions = tuple(
        Solution(
            product=product,
            vial_units=tray.vial_units,
            diluent=tray.diluent,
            diluent_volume=volume,
            syringe=tray.syringe,
        )
        for volume in tray.diluent_volumes
    )
    through_skin = any(target in TERMINAL for target in case.goals.targets)
    doses = _doses(solutions, syringe, volumes_for(case)) if through_skin else ()
    return Setting(case, face, case.goals.regions, facts, syringe, solutions, doses, unit_limits)


def _doses(solutions: Sequence[Solution], syringe: SyringeFacts, volumes: Sequence[float]) -> tuple[Dose, ...]:
    doses = []
    for solution in solutions:
        for volume in volumes:
            marks = round(syringe.marks(volume), 6)
            if volume >= syringe.minimum_ml and marks == int(marks):
                doses.append(Dose(solution, volume, round(volume * solution.concentration, 6), marks))
    if not doses:
        raise FieldError(
            f"a {syringe.name} syringe cannot measure any volume per point that is tried",
            where="case",
            field="product.syringe",
            allowed=f"a syringe that measures one of {', '.join(f'{volume:g} mL' for volume in volumes)}",
            remedy="Choose a finer syringe.",
        )
    return tuple(doses)
