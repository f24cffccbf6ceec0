"""What an arm of a trial is given: sessions of toxin, saline or vehicle, and drugs taken alongside."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from holocrine.domain.base import Record, fault
from holocrine.domain.quantities import Distance, Volume
from holocrine.domain.text import Line80
from holocrine.domain.vocabulary import DrugClass, Plane, Product

Given = Literal["toxin", "saline", "vehicle"]
"""Injected toxin, injected saline, or a cream without a drug. An arm without sessions is given nothing."""


class ToxinDose(Record):
    """Injections of one session, the same in every region treated: `units_per_point` of `product`, `points` a region.

    `grid` spreads the points evenly, `row` sets them side by side. The dilution follows from units and volume.
    """

    product: Product
    units_per_point: Annotated[float, Field(gt=0, le=100)]
    volume_per_point: Volume
    points: Annotated[int, Field(ge=1, le=60)]
    spacing: Distance = 10.0
    plane: Plane = "intradermal"
    pattern: Literal["grid", "row"] = "grid"

    @property
    def units(self) -> float:
        """Units of the product in one region and session."""
        return self.units_per_point * self.points


class ArmSession(Record):
    """What is given in one week, counted from the first session (in a crossover: from the start of the period)."""

    week: Annotated[float, Field(ge=0, lt=58)]
    give: Given


class TrialArm(Record):
    """One arm. `toxin` says what a session of toxin is; `alongside` are drugs of standard care from day 0 on.

    `share` is the arm's part of the randomisation: arms of 2 and 1 get patients two to one.
    """

    name: Line80
    share: Annotated[int, Field(ge=1, le=4)] = 1
    session: Annotated[tuple[ArmSession, ...], Field(max_length=6)] = ()
    toxin: ToxinDose | None = None
    alongside: tuple[DrugClass, ...] = ()

    @model_validator(mode="after")
    def _sessions_fit(self) -> Self:
        weeks = [session.week for session in self.session]
        if weeks != sorted(set(weeks)):
            raise fault(
                "the weeks of the sessions do not increase",
                allowed="each later than the one before",
                remedy="Sort the sessions and leave out repeats.",
                field="session",
            )
        if bool(self.weeks_of("toxin")) != (self.toxin is not None):
            raise fault(
                "a session of toxin and the table toxin go together",
                allowed="both or neither",
                remedy="Describe the dose under toxin, or give something else in the sessions.",
                field="toxin",
            )
        if len(set(self.alongside)) != len(self.alongside):
            raise fault("a drug is named twice", allowed="each once", remedy="Remove the repeat.", field="alongside")
        return self

    @property
    def weeks(self) -> tuple[float, ...]:
        """Weeks of all sessions."""
        return tuple(session.week for session in self.session)

    def weeks_of(self, given: Given) -> tuple[float, ...]:
        """Weeks in which this is given."""
        return tuple(session.week for session in self.session if session.give == given)

    @property
    def nothing(self) -> bool:
        """Whether the arm is given nothing at all."""
        return not self.session and not self.alongside
