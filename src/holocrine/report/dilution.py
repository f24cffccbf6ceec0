"""The dilution card: from vial to syringe, every step of the arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass

from holocrine.domain.plan import InjectionPoint, Plan
from holocrine.knowledge.products import syringes
from holocrine.report import wording
from holocrine.report.point_marks import point_labels

_SLACK = 0.01  # relative; a file rounds doses to 0.01 unit and volumes to the microlitre, a slip is far larger


@dataclass(frozen=True)
class Dilution:
    """What is drawn up for one plan. Volumes in mL, doses in units of the plan's product.

    `concentration` is units per mL; `mark_volume` the volume between two printed marks; `marks` what the whole
    plan takes; `left_volume` and `left_units` stay in the last vial (losses in needle and hub not counted).
    """

    concentration: float
    mark_volume: float
    units_per_mark: float
    marks: float
    syringes: int
    vials: int
    left_volume: float
    left_units: float


def dilution(plan: Plan) -> Dilution:
    """The quantities of the dilution card."""
    solution, syringe = plan.solution, syringes()[plan.solution.syringe]
    drawn = plan.total_volume
    vials = max(math.ceil(drawn / solution.diluent_volume - 1e-9), 1)  # 1e-9: sums of floats, not a tolerance
    left = vials * solution.diluent_volume - drawn
    return Dilution(
        concentration=solution.concentration,
        mark_volume=syringe.mark_ml,
        units_per_mark=solution.concentration * syringe.mark_ml,
        marks=syringe.marks(drawn),
        syringes=math.ceil(drawn / syringe.capacity_ml - 1e-9),
        vials=vials,
        left_volume=left,
        left_units=left * solution.concentration,
    )


def steps(plan: Plan) -> list[tuple[str, str, str]]:
    """The card line by line: what is done, the sum, its result."""
    solution, card = plan.solution, dilution(plan)
    product, number = solution.product, wording.decimal
    capacity = syringes()[solution.syringe].capacity_ml
    drawn, added = wording.volume(plan.total_volume), wording.volume(solution.diluent_volume)
    vial, strength = wording.dose(solution.vial_units, product), wording.concentration(card.concentration)
    mark = wording.volume(card.mark_volume)
    return [
        ("Reconstitute", f"{vial} + {added} {solution.diluent}", "each vial"),
        ("Vials", f"{drawn} ÷ {added}, rounded up", wording.count(card.vials, "vial")),
        ("Strength", f"{number(solution.vial_units, 2)} units ÷ {added}", strength),
        (
            "One mark",
            f"{strength} × {mark} ({solution.syringe} syringe)",
            wording.dose(card.units_per_mark, product),
        ),
        (
            "Draw up",
            f"{drawn} ÷ {mark}",
            wording.marks(card.marks),
        ),
        (
            "Syringes",
            f"{drawn} ÷ {wording.volume(capacity)}, rounded up",
            wording.count(card.syringes, "syringe"),
        ),
        (
            "Left over, discarded",
            f"{wording.volume(card.vials * solution.diluent_volume)} − {drawn} = {wording.volume(card.left_volume)}; "
            f"{wording.volume(card.left_volume)} × {strength}",
            wording.dose(card.left_units, product),
        ),
    ]


@dataclass(frozen=True)
class DoseStep:
    """A dose of the plan, how it is measured (units of the product, mL, syringe marks) and the points that get it."""

    units: float
    volume: float
    marks: float
    labels: tuple[str, ...]


def dose_steps(plan: Plan) -> list[DoseStep]:
    """Every different dose of the plan once, in the plan's order."""
    found: dict[tuple[float, float, float], list[str]] = {}
    for point, label in zip(plan.points, point_labels(plan), strict=True):
        found.setdefault((point.units, point.volume, point_marks(point, plan)), []).append(label)
    return [DoseStep(*dose, tuple(labels)) for dose, labels in found.items()]


def point_marks(point: InjectionPoint, plan: Plan) -> float:
    """Syringe marks of one point, as planned or worked out from its volume."""
    if point.syringe_marks is not None:
        return point.syringe_marks
    return syringes()[plan.solution.syringe].marks(point.volume)


def disagreements(plan: Plan) -> list[str]:
    """Points whose units, volume and marks contradict each other: in the syringe, only the volume counts."""
    found = []
    strength, syringe = plan.solution.concentration, syringes()[plan.solution.syringe]
    for point in plan.points:
        contained = strength * point.volume
        if abs(contained - point.units) > _SLACK * point.units + 0.005:
            found.append(
                f"{point.id}: {wording.volume(point.volume)} of this solution holds "
                f"{wording.dose(contained, plan.solution.product)}, the plan says {wording.units(point.units)}"
            )
        marks = syringe.marks(point.volume)
        if point.syringe_marks is not None and abs(point.syringe_marks - marks) > _SLACK * marks + 0.05:
            found.append(
                f"{point.id}: {wording.volume(point.volume)} is {wording.marks(marks)}, "
                f"the plan says {wording.marks(point.syringe_marks)}"
            )
    return found
