"""Whether a plan's points lie where they say and keep their distance from eye and brow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from holocrine.anatomy.face import Face, distance_to_rim, height_above_brow
from holocrine.anatomy.margins import BROW_MARGIN, RIM_MARGIN, VERMILION_MARGIN
from holocrine.anatomy.polygons import contains, signed_distance
from holocrine.anatomy.sheets import on_face, region_polygon, to_plane
from holocrine.anatomy.standard_points import MARGINS_BROKEN
from holocrine.domain.case import InflamedLesion
from holocrine.domain.plan import InjectionPoint, LimitCheck, Plan
from holocrine.errors import FieldError

PERIORAL = ("upper_lip", "chin", "jawline_left", "jawline_right", "cheek_left", "cheek_right")
SOURCES = {
    "TE-24": "label distance of prabotulinumtoxinA, taken all round the orbit (rule TE-24); default margin",
    "TE-23": "injection technique guide (rule TE-23); default margin",
    "lip margin": "assumption: keeps a bleb off the marginal orbicularis oris",
    "CI-11": "letibotulinumtoxinA, UK patient leaflet: no injection where the skin is inflamed (rule CI-11)",
}


def checked_points(plan: Plan, face: Face) -> Plan:
    """The plan itself when every point lies in the region it names.

    Raises FieldError naming the first point that does not, and the region it really lies in.
    """
    for number, point in enumerate(plan.points):
        if not contains(region_polygon(face, point.region), [to_plane(point.region, (point.x, point.y))])[0]:
            found = face.region_at(point.x, point.y) if on_face(point.region) else None
            where = "on this person's face map" if on_face(point.region) else f"of {point.region}"
            raise FieldError(
                f"point {point.id} at x {point.x:g} mm, y {point.y:g} mm lies "
                f"{f'in {found}' if found else 'outside every region'} {where}",
                where="plan",
                field=f"point[{number}]",
                allowed=f"a place inside {point.region}",
                remedy="Move the point or correct its region.",
            )
    return plan


def geometry_checks(face: Face, plan: Plan, inflamed: Sequence[InflamedLesion] = ()) -> tuple[LimitCheck, ...]:
    """Smallest distance (mm) of points on the face to orbital rim, brow, lips and inflamed lesions, and each margin.

    Brow and lips are checked where points of the forehead or below the nose call for it.
    """
    points = [point for point in plan.points if on_face(point.region)]
    if not points:
        return ()
    places = np.array([(point.x, point.y) for point in points])
    checks = [_at_least("TE-24", "Distance to the orbital rim", float(distance_to_rim(face, places).min()), RIM_MARGIN)]
    forehead = places[[point.labelled_region == "forehead" for point in points]]
    if forehead.size:
        lowest = float(height_above_brow(face, forehead).min())
        checks.append(_at_least("TE-23", "Height of forehead points above the brow", lowest, BROW_MARGIN))
    perioral = places[[point.region in PERIORAL and not _meant_for_the_lip(point) for point in points]]
    if perioral.size:
        lips = [signed_distance(face.outlines[name], perioral).min() for name in ("upper_lip", "lower_lip")]
        checks.append(_at_least("lip margin", "Distance to the red of the lips", float(min(lips)), VERMILION_MARGIN))
    if inflamed:
        gaps = [np.hypot(*(places - (lesion.x, lesion.y)).T).min() - lesion.radius for lesion in inflamed]
        checks.append(_at_least("CI-11", "Distance to the edge of an inflamed lesion", float(min(gaps)), 0.0))
    return tuple(checks)


def _meant_for_the_lip(point: InjectionPoint) -> bool:
    """A lip flip lies at the lip's edge on purpose; what it does to closing the lips counts in the risks."""
    return point.target is not None and MARGINS_BROKEN.get(point.target, ("",))[0] == "upper_vermilion"


def _at_least(rule_id: str, what: str, value: float, margin: float) -> LimitCheck:
    return LimitCheck(
        rule_id=rule_id,
        statement=f"{what}: at least {margin:g} mm",
        value=round(value, 1),
        limit=margin,
        unit="mm",
        exceeded=value < margin - 0.05,
        source=SOURCES[rule_id],
    )
