"""A treatment as it was given: vials with lot and dilution, every point, and how it departed from its plan."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from holocrine.domain.base import Record, fault
from holocrine.domain.quantities import Volume
from holocrine.domain.record import Moment, PatientsEntry, Reason, RecordKind
from holocrine.domain.session import GivenPoint, Session
from holocrine.domain.text import Day, Line20, Line80, Line120
from holocrine.domain.vocabulary import Diluent, Product, Region

MISREADING, HALF_MARK = 0.1, 0.005
"""Assumption: units may differ from volume x concentration by a tenth or by half a syringe mark (mL), not by more."""


class Vial(Record):
    """One vial: what was in it, and how and when it was reconstituted."""

    id: Line20 = "A"
    product: Product
    lot: Line80
    expiry: Day
    vial_units: Annotated[float, Field(ge=10, le=1000)]
    diluent: Diluent
    diluent_volume: Volume
    reconstituted: Moment
    deviation: Reason | None = None

    @property
    def concentration(self) -> float:
        """Units of the product per mL."""
        return self.vial_units / self.diluent_volume


class TreatmentPoint(GivenPoint):
    """One injection as given, out of which vial; `planned` is the id of the plan's point it stands for."""

    id: Line20
    region: Region | None = None
    vial: Line20 = "A"
    planned: Line20 | None = None
    deviation: Reason | None = None


class Omission(Record):
    """A planned point that was not given."""

    planned: Line20
    deviation: Reason


class Treatment(PatientsEntry):
    """A treatment given here, point by point, or (`elsewhere`) one that the person reports from another clinic.

    With `as_planned = "yes"` every point of the plan that is neither listed nor omitted was given as planned; the
    record writes those points out. Without `plan_version` the treatment is compared with the plan as it stands, and
    the record fills the number in.
    """

    kind: ClassVar[RecordKind] = "treatment"

    schema_name: Annotated[Literal["holocrine.treatment/1"], Field(alias="schema")] = "holocrine.treatment/1"
    date: Day
    indication: Line80 = "unknown"
    injector: Line120 | None = None
    plan: Annotated[str, Field(max_length=20, description='the plan in the record, such as "plan-2"')] | None = None
    plan_version: Annotated[int, Field(ge=1)] | None = None
    as_planned: Literal["yes", "no"] = "no"
    vials: Annotated[tuple[Vial, ...], Field(alias="vial", max_length=20)] = ()
    points: Annotated[tuple[TreatmentPoint, ...], Field(alias="point", max_length=1000)] = ()
    omissions: Annotated[tuple[Omission, ...], Field(alias="omitted", max_length=1000)] = ()
    elsewhere: Session | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.elsewhere is not None:
            self._only_elsewhere(self.elsewhere)
            return self
        if not self.vials:
            raise _missing("vial", "a treatment given here names its vials and lots", "Add a [[vial]], or [elsewhere].")
        if not self.points and self.as_planned == "no":
            raise _missing("point", "there is nothing that was injected", 'Add [[point]]s, or as_planned = "yes".')
        self._names()
        self._plan()
        for index, vial in enumerate(self.vials):
            _check_vial(vial, index, self.date)
        for index, point in enumerate(self.points):
            _check_volume(point, index, self.vial_of(point))
        return self

    def _only_elsewhere(self, session: Session) -> None:
        if self.vials or self.points or self.omissions or self.plan or self.as_planned == "yes":
            raise fault(
                "stands beside vials, points or a plan",
                allowed="either [elsewhere], or vials and points",
                remedy="Write two files for two treatments.",
                field="elsewhere",
            )
        if session.date != self.date:
            raise fault(
                f"is not the day of the treatment, {self.date}",
                allowed=str(self.date),
                remedy="Correct one of the two.",
                field="elsewhere.date",
            )

    def _names(self) -> None:
        vials = [vial.id for vial in self.vials]
        _once("vial", "id", vials)
        _once("point", "id", [point.id for point in self.points])
        for index, point in enumerate(self.points):
            if point.vial not in vials:
                raise fault(
                    f'"{point.vial}" is not a vial of this treatment',
                    allowed=", ".join(f'"{name}"' for name in vials),
                    remedy="Name the vial the point was drawn from.",
                    field=f"point[{index}].vial",
                )

    def _plan(self) -> None:
        planned = [point.planned for point in self.points if point.planned]
        if self.plan is None and (planned or self.omissions or self.as_planned == "yes"):
            raise _missing("plan", "points are compared with a plan that is not named", 'Add it, such as "plan-2".')
        _once("point", "planned", [*planned, *(each.planned for each in self.omissions)])

    @property
    def days(self) -> tuple[tuple[str, dt.date], ...]:
        """The day of the treatment."""
        return (("date", self.date),)

    def vial_of(self, point: TreatmentPoint) -> Vial:
        """The vial a point was drawn from."""
        return next(vial for vial in self.vials if vial.id == point.vial)

    def sessions(self) -> tuple[Session, ...]:
        """The treatment as sessions of a case file: one per product, points in order."""
        if self.elsewhere is not None:
            return (self.elsewhere,)
        by_product: dict[Product, list[TreatmentPoint]] = {}
        for point in self.points:
            by_product.setdefault(self.vial_of(point).product, []).append(point)
        return tuple(
            Session(
                date=self.date,
                product=product,
                indication=self.indication,
                regions=tuple(dict.fromkeys(point.region for point in points if point.region)),
                points=tuple(
                    GivenPoint(**{name: getattr(point, name) for name in GivenPoint.model_fields}) for point in points
                ),
            )
            for product, points in by_product.items()
        )


def _check_vial(vial: Vial, index: int, date: dt.date) -> None:
    if vial.expiry < date and vial.deviation is None:
        raise fault(
            f"{vial.expiry} lies before the treatment on {date}",
            allowed=f"{date} or later, or an expired vial with its deviation",
            remedy="Correct the date, or say in the vial's deviation why it was used.",
            field=f"vial[{index}].expiry",
        )
    if vial.reconstituted.date() > date:
        raise fault(
            f"{vial.reconstituted.isoformat()} lies after the treatment on {date}",
            allowed=f"a time up to {date}",
            remedy="Correct one of the two.",
            field=f"vial[{index}].reconstituted",
        )


def _check_volume(point: TreatmentPoint, index: int, vial: Vial) -> None:
    expected = vial.concentration * point.volume
    if abs(expected - point.units) > max(MISREADING * point.units, HALF_MARK * vial.concentration):
        raise fault(
            f"is {point.units:g}, but the volume out of vial {vial.id} holds {expected:.3g}",
            allowed=f"units that fit the volume at {vial.concentration:g} units per mL, within a tenth or half a mark",
            remedy="Correct units, volume or dilution.",
            field=f"point[{index}].units",
        )


def _missing(field: str, problem: str, remedy: str) -> Exception:
    return fault(f"is missing: {problem}", allowed="see holocrine.treatment/1", remedy=remedy, field=field)


def _once(table: str, field: str, names: list[str]) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            raise fault(
                f'"{name}" is there twice',
                allowed=f"each {field} once",
                remedy="Give the other one its own.",
                field=f"{table}[{index}].{field}" if field == "id" else f"{table}.{field}",
            )
