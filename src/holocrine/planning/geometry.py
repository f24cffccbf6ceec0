"""Whether a plan's points lie where they say and keep their distance from eye and brow."""

from __future__ import annotations

import numpy as np

from holocrine.anatomy.face import Face, distance_to_rim, height_above_brow
from holocrine.anatomy.margins import BROW_MARGIN, RIM_MARGIN
from holocrine.domain.plan import LimitCheck, Plan
from holocrine.errors import FieldError


def checked_points(plan: Plan, face: Face) -> Plan:
    """The plan itself when every point lies in the region it names.

    Raises FieldError naming the first point that does not, and the region it really lies in.
    """
    for number, point in enumerate(plan.points):
        found = face.region_at(point.x, point.y)
        if found != point.region:
            lies = f"in {found}" if found else "outside every region"
            raise FieldError(
                f"point {point.id} at x {point.x:g} mm, y {point.y:g} mm lies {lies} on this person's face map",
                where="plan",
                field=f"point[{number}]",
                allowed=f"a place inside {point.region}",
                remedy="Move the point or correct its region.",
            )
    return plan


def geometry_checks(face: Face, plan: Plan) -> tuple[LimitCheck, ...]:
    """Smallest distance to the orbital rim and smallest height above the brow, each against its margin (mm)."""
    if not plan.points:
        return ()
    places = np.array([(point.x, point.y) for point in plan.points])
    checks = [_at_least("TE-24", "Distance to the orbital rim", float(distance_to_rim(face, places).min()), RIM_MARGIN)]
    forehead = places[[point.region == "forehead" for point in plan.points]]
    if forehead.size:
        lowest = float(height_above_brow(face, forehead).min())
        checks.append(_at_least("TE-23", "Height of forehead points above the brow", lowest, BROW_MARGIN))
    return tuple(checks)


def _at_least(rule_id: str, what: str, value: float, margin: float) -> LimitCheck:
    return LimitCheck(
        rule_id=rule_id,
        statement=f"{what}: at least {margin:g} mm",
        value=round(value, 1),
        limit=margin,
        unit="mm",
        exceeded=value < margin - 0.05,
        source="injection technique guide and label distances (rules TE-23, TE-24); default margin",
    )
