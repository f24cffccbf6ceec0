"""Planned against given: what of a treatment departs from its plan, and the points given as planned written out."""

from __future__ import annotations

from typing import Literal

from holocrine.domain.base import Record
from holocrine.domain.plan import InjectionPoint, Plan
from holocrine.domain.record_treatment import Treatment, TreatmentPoint
from holocrine.errors import FieldError
from holocrine.units import to_text

TOLERANCES = {"x": 1.0, "y": 1.0, "depth": 0.1, "volume": 0.0005}
"""mm, mm, mm, mL: smaller differences are how a plan is read off the page. Assumption."""
UNITS_TOLERANCE = 0.01
"""Share of the planned units."""


class Deviation(Record):
    """One departure from the plan. `given` is empty for an omitted point, `planned` for an added one."""

    point: str
    what: Literal["omitted", "added", "product", "units", "volume", "depth", "x", "y", "plane"]
    planned: str = ""
    given: str = ""
    reason: str | None = None


def written_out(treatment: Treatment, plan: Plan) -> Treatment:
    """The treatment with every point that was given as planned; those come out of its only vial.

    Raises FieldError when `as_planned` leaves open which vial that is, or when the finished treatment is impossible.
    """
    if treatment.as_planned == "no":
        return treatment
    if len(treatment.vials) != 1:
        raise _wrong("as_planned", "leaves open which vial each point came from", "one vial", "List the points.")
    told = {point.planned for point in treatment.points} | {each.planned for each in treatment.omissions}
    taken = {point.id for point in treatment.points}
    rest = [point for point in plan.points if point.id not in told]
    clash = next((point.id for point in rest if point.id in taken), None)
    if clash:
        raise _wrong("point", f'"{clash}" is also the id of a planned point', "another id", "Rename the point.")
    points = (*treatment.points, *(_as_planned(point, treatment.vials[0].id) for point in rest))
    return treatment.model_copy(update={"points": points, "as_planned": "no"})


def deviations(treatment: Treatment, plan: Plan) -> tuple[Deviation, ...]:
    """Every departure of a written-out treatment from its plan, planned points first.

    Raises FieldError when the treatment names a point that the plan does not have.
    """
    planned = {point.id: point for point in plan.points}
    given = {point.planned: point for point in treatment.points if point.planned}
    omitted = {each.planned: each.deviation for each in treatment.omissions}
    for name in (*given, *omitted):
        if name not in planned:
            raise _wrong(
                "point.planned", f'"{name}" is no point of {treatment.plan}', ", ".join(planned), "Correct it."
            )
    found: list[Deviation] = []
    for name, point in planned.items():
        if name not in given:
            dose = _text("units", point.units, plan.solution.product)
            found.append(Deviation(point=name, what="omitted", planned=dose, reason=omitted.get(name)))
        else:
            found += _differences(point, given[name], plan.solution.product, treatment.vial_of(given[name]).product)
    for extra in treatment.points:
        if extra.planned is None:
            dose = _text("units", extra.units, treatment.vial_of(extra).product)
            found.append(Deviation(point=extra.id, what="added", given=dose, reason=extra.deviation))
    return tuple(found)


def refuse_unexplained(found: tuple[Deviation, ...]) -> None:
    """Raise FieldError for the first deviation without a reason; the number of the others is told."""
    silent = [each for each in found if each.reason is None]
    if not silent:
        return
    first, more = silent[0], len(silent) - 1
    what = (
        first.what
        if first.what in ("omitted", "added")
        else f"{first.what}: {first.planned} planned, {first.given} given"
    )
    where = "omitted" if first.what == "omitted" else "point"
    raise _wrong(
        f"{where}.deviation",
        f"is missing for point {first.point} ({what})" + (f", and {more} more like it" if more else ""),
        "a reason of 3 to 500 characters for everything that was not done as planned",
        'Add the reason, or name the planned point (planned = "..."); for a point not given, add an [[omitted]].',
    )


def _as_planned(point: InjectionPoint, vial: str) -> TreatmentPoint:
    return TreatmentPoint(
        id=point.id,
        region=point.region,
        vial=vial,
        planned=point.id,
        x=point.x,
        y=point.y,
        depth=point.depth,
        units=point.units,
        volume=point.volume,
        plane=point.plane,
    )


def _differences(planned: InjectionPoint, given: TreatmentPoint, product: str, used: str) -> list[Deviation]:
    pairs: list[tuple[Literal["product", "units", "volume", "depth", "x", "y", "plane"], object, object]] = []
    if product != used:
        pairs.append(("product", product, used))
    if abs(planned.units - given.units) > UNITS_TOLERANCE * planned.units:
        pairs.append(("units", planned.units, given.units))
    for what in ("volume", "depth", "x", "y"):
        before, after = getattr(planned, what), getattr(given, what)
        if abs(before - after) > TOLERANCES[what] * (1 + 1e-9):
            pairs.append((what, before, after))
    if planned.plane != given.plane:
        pairs.append(("plane", planned.plane, given.plane))
    return [
        Deviation(
            point=planned.id,
            what=what,
            planned=_text(what, before, product),
            given=_text(what, after, used),
            reason=given.deviation,
        )
        for what, before, after in pairs
    ]


def _text(what: str, value: object, product: str) -> str:
    """A value with its unit, a dose with its product."""
    if not isinstance(value, float):
        return str(value)
    unit = {"units": f"units_{product}", "volume": "mL"}.get(what, "mm")
    return to_text(round(value, 6), unit)


def _wrong(field: str, problem: str, allowed: str, remedy: str) -> FieldError:
    return FieldError(problem, where="treatment", field=field, allowed=allowed, remedy=remedy)
