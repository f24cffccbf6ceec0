"""Standard patterns of muscle targets as groups of points, at a few dose levels of one dilution."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.anatomy import bladder_wall
from holocrine.anatomy.face import Face
from holocrine.anatomy.sheets import to_plane
from holocrine.anatomy.stacks import stack_at
from holocrine.anatomy.standard_points import StandardPoint, standard_points
from holocrine.domain.plan import Solution, labelled_region
from holocrine.domain.vocabulary import Region, Target
from holocrine.knowledge.usual_doses import usual_dose
from holocrine.planning.point import Point
from holocrine.planning.setting import Setting

LEVELS = (1.0, 0.75, 0.5)
"""Shares of the usual dose that are tried."""
MOST_ML = 0.2
"""mL in one point of a muscle (assumption: labels give 0.05 to 0.1, masseters are given up to 0.2)."""
BLADDER_MOST_ML = 1.0
"""mL in one point of the bladder's wall; labels give 0.5 and 1."""
SHALLOW_MM = 2.0
"""How far into a muscle a needle is meant to go at most before its middle is taken (assumption)."""
FIRST_NUMBER = 1000
"""Jitter numbers of standard points begin here, clear of those of skin patterns."""


def standard_regions(face: Face, targets: Sequence[Target]) -> tuple[Region, ...]:
    """The regions towards whose limits the standard points of the targets count."""
    regions: list[Region] = [
        labelled_region(place.region, target) for target in targets for place in standard_points(face, target)
    ]
    return tuple(dict.fromkeys(regions))


def muscle_group(setting: Setting, target: Target, solution: Solution, level: float) -> tuple[Point, ...]:
    """The target's pattern at `level` (0..1) of the usual dose in whole marks of the syringe.

    Empty when the target has no pattern or the dilution cannot deliver it.
    """
    usual = usual_dose(target, solution.product)
    if usual is None:
        return ()
    if target == "bladder":
        return _bladder_group(usual.units, solution)
    found = []
    for number, place in enumerate(standard_points(setting.face, target)):
        volume = _volume(setting, level * usual.units * place.share / solution.concentration)
        if not setting.syringe.minimum_ml <= volume <= MOST_ML:
            return ()
        found.append(_point(setting, target, place, number, volume, solution))
    return tuple(found)


def _point(
    setting: Setting, target: Target, place: StandardPoint, number: int, volume: float, solution: Solution
) -> Point:
    stack = stack_at(setting.face, place.region, place.x, place.y, "intramuscular")
    thickness = stack.thickness("muscle")
    depth = stack.top("muscle") + max(0.5 * min(thickness, SHALLOW_MM), 0.5 * thickness if thickness > 4.0 else 0.0)
    return Point(
        round(place.x, 1),
        round(place.y, 1),
        round(depth, 1),
        volume,
        round(volume * solution.concentration, 6),
        place.region,
        FIRST_NUMBER + number,
        "intramuscular",
        target,
    )


def _volume(setting: Setting, volume_ml: float) -> float:
    """The nearest volume in whole marks of the syringe, mL."""
    mark = setting.syringe.mark_ml
    return round(max(round(volume_ml / mark), 0) * mark, 6)


def _bladder_group(units: float, solution: Solution) -> tuple[Point, ...]:
    """The labelled 20 points of the wall, the dose in equal parts; empty when a part does not fit in a millilitre."""
    places = to_plane("bladder", bladder_wall.standard_points())
    volume = round(units / len(places) / solution.concentration, 6)
    if volume > BLADDER_MOST_ML:
        return ()
    return tuple(
        Point(
            float(x),
            float(y),
            bladder_wall.DEPTH_MM,
            volume,
            units / len(places),
            "bladder",
            FIRST_NUMBER + number,
            "intramuscular",
            "bladder",
        )
        for number, (x, y) in enumerate(places)
    )
