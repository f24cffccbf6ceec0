"""A plan: the injections, their product, and how they came about (`holocrine.plan/1`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from holocrine.domain.base import Record, fault
from holocrine.domain.quantities import Depth, Length, Volume
from holocrine.domain.session import Units
from holocrine.domain.tables import frame
from holocrine.domain.text import Line20
from holocrine.domain.vocabulary import Diluent, Experience, Plane, Product, Region, Syringe, Target

if TYPE_CHECKING:
    import pandas


LABELLED_REGION: Mapping[Target, Region] = {"glabellar_lines": "glabella", "forehead_lines": "forehead"}
"""Labels count a pattern as a whole, also where its outer points lie over another region of the map."""


def labelled_region(region: Region, target: Target | None) -> Region:
    """The region towards whose dose limits a point in `region` counts, given the pattern it belongs to."""
    return LABELLED_REGION.get(target, region) if target else region


class InjectionPoint(Record):
    """One injection; `units` of the plan's product.

    x to the patient's left, y up, in mm from mid-glabella, off the face from the centre of the region's own sheet.
    `target` is set for points of a muscle's standard pattern.
    """

    id: Line20
    region: Region
    x: Length
    y: Length
    depth: Depth
    plane: Plane
    units: Units
    volume: Volume
    syringe_marks: Annotated[float, Field(ge=0)] | None = None
    target: Target | None = None

    @property
    def labelled_region(self) -> Region:
        """The region towards whose dose limits the point counts."""
        return labelled_region(self.region, self.target)


class Solution(Record):
    """The reconstituted vial."""

    product: Product
    vial_units: Annotated[float, Field(ge=10, le=1000)]
    diluent: Diluent = "preservative-free saline"
    diluent_volume: Volume
    syringe: Syringe = "0.3 mL"

    @property
    def concentration(self) -> float:
        """Units of the product per mL."""
        return self.vial_units / self.diluent_volume


class LimitCheck(Record):
    """One limit that applies, with both numbers."""

    rule_id: str
    statement: str
    value: float
    limit: float
    unit: str
    exceeded: bool
    source: str


class Alternative(Record):
    """One of the plans weighed, with what it buys of the main target. Probabilities and falls in percent."""

    name: Literal["no_injection", "sparing", "balanced", "thorough"]
    points: int
    units: float
    volume: float
    spacing: float | None = None
    target: Target = "sebum"
    benefit: float
    benefit_lo90: float
    benefit_hi90: float
    probability_meaningful: float
    risks: dict[str, float]
    utility: float
    chosen: bool
    why: str


class TradeOff(Record):
    """A plan that no other found is better than in every respect: more fall for more units, punctures or harm.

    `benefit` is the expected percent fall over the goals on the planning draws; `harm_share` the worst harm's upper end
    over its limit, so that above 1 a limit is broken.
    """

    points: int
    units: float
    benefit: float
    harm_share: float
    chosen: bool


class Binding(Record):
    """Something that keeps the plan from doing more, with both numbers."""

    what: str
    value: float
    limit: float
    unit: str


class Misplacement(Record):
    """Upper end of each harm's probability, percent, if the needle goes elsewhere than the plan assumes."""

    change: str
    harms: dict[str, float]


class Placement(Record):
    """What follows for the hand from how much depends on where the needle lands."""

    experience: Experience
    advice: tuple[str, ...]


class Override(Record):
    """A rule set aside by a named author with a reason."""

    rule_id: str
    reason: Annotated[str, Field(min_length=3, max_length=2000)]
    author: Annotated[str, Field(min_length=1, max_length=120)]


class Objective(Record):
    """How the plan was chosen, and how much better another could be.

    `gap` is the share of a bound on every plan, harm left out, that this one does not reach on the draws of the search;
    `upper_bound` is the value at that bound. `gap_by_limits` is the part that the harm limits and the price of harm
    cost, found by a search without them.
    """

    description: str
    weights: dict[str, float]
    value: float
    upper_bound: float | None = None
    gap: float | None = None
    gap_by_limits: float | None = None
    evaluations: int
    status: str


class Provenance(Record):
    """What produced a result."""

    package_version: str
    parameter_set: str
    parameter_hash: str
    evidence_hash: str
    seed: int
    draws: int
    solver_status: str


class Plan(Record):
    """A complete plan. A hand-written plan needs only `schema`, `solution` and `point`."""

    schema_name: Annotated[Literal["holocrine.plan/1"], Field(alias="schema")] = "holocrine.plan/1"
    title: str = ""
    source: str = ""
    solution: Solution
    points: Annotated[tuple[InjectionPoint, ...], Field(alias="point")] = ()
    limits: tuple[LimitCheck, ...] = ()
    objective: Objective | None = None
    alternatives: tuple[Alternative, ...] = ()
    trade_offs: tuple[TradeOff, ...] = ()
    binding: tuple[Binding, ...] = ()
    misplacements: tuple[Misplacement, ...] = ()
    placement: Placement | None = None
    overrides: tuple[Override, ...] = ()
    provenance: Provenance | None = None

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        seen: set[str] = set()
        for index, point in enumerate(self.points):
            if point.id in seen:
                raise fault(
                    "names two points alike",
                    allowed="an id used once",
                    remedy="Give the point another id.",
                    field=f"point[{index}].id",
                )
            seen.add(point.id)
        return self

    @model_validator(mode="after")
    def _doses_belong_to_the_product(self) -> Self:
        """Limits tell for which product the doses were worked out; under another name they are void."""
        named = {check.unit.removeprefix("units ") for check in self.limits if check.unit.startswith("units ")}
        others = sorted(named - {self.solution.product})
        if self.points and others:
            raise fault(
                f"is {self.solution.product}, but the doses of this plan were worked out for {others[0]}",
                allowed=others[0],
                remedy="Units of one product mean nothing for another: put the product into the case and plan anew.",
                field="solution.product",
            )
        return self

    @property
    def total_units(self) -> float:
        """Units of the plan's product."""
        return sum(point.units for point in self.points)

    @property
    def total_volume(self) -> float:
        """mL injected."""
        return sum(point.volume for point in self.points)

    def to_frame(self) -> pandas.DataFrame:
        """The points as a table, one row each, mm, mL and units of the product (extra `science`)."""
        rows = [dict(point) for point in self.points]
        return frame([{**row, "product": self.solution.product} for row in rows])
