"""The design of a clinical trial, as a protocol fixes it (`holocrine.trial/1`)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from holocrine.domain.base import Record, fault
from holocrine.domain.text import Line80, Line120
from holocrine.domain.trial_arm import TrialArm
from holocrine.domain.trial_conduct import Conduct, Inclusion
from holocrine.domain.trial_endpoint import Endpoint
from holocrine.domain.vocabulary import FaceRegion

Layout = Literal["parallel", "split_face", "crossover"]
LONGEST_WEEKS = 58
"""The model's courses are read out for so long."""
MIDLINE: tuple[FaceRegion, ...] = ("forehead", "glabella", "nose", "chin", "upper_lip")
"""Regions that reach over the midline: only there can one side be treated so that toxin spreads to the other."""

Week = Annotated[float, Field(gt=0, le=LONGEST_WEEKS)]


class Evaluation(Record):
    """What is asked of the design: `sizes` are patients randomised, all arms together; `alpha` is two-sided.

    `target` is the power asked for in percent; `bonferroni` divides `alpha` among the comparisons with the reference.
    """

    sizes: Annotated[tuple[Annotated[int, Field(ge=8, le=4000)], ...], Field(min_length=1, max_length=10)]
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    target: Annotated[float, Field(ge=50, lt=100)] = 80.0
    multiplicity: Literal["bonferroni", "none"] = "bonferroni"

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if list(self.sizes) != sorted(set(self.sizes)):
            raise fault(
                "the sizes do not increase",
                allowed="whole numbers, each larger than the one before",
                remedy="Sort them and leave out repeats.",
                field="sizes",
            )
        return self


class TrialDesign(Record):
    """A trial: who, what each arm is given and when, what is read, how it goes wrong, what is analysed.

    `patients` is the number randomised, all arms together; `reference` the arm that every other is compared with.
    `regions` are treated alike, and sebum is read in the first; lesions are counted in all of them, or on the whole
    face (`counted`). In a crossover the arms are the treatments of two periods, the second from `second_period` on;
    weeks of endpoints then count from the start of each period.
    """

    schema_name: Annotated[Literal["holocrine.trial/1"], Field(alias="schema")] = "holocrine.trial/1"
    name: Line80
    question: Line120
    layout: Layout
    regions: Annotated[tuple[FaceRegion, ...], Field(min_length=1, max_length=8)]
    counted: Literal["treated", "face"] = "treated"
    patients: Annotated[int, Field(ge=8, le=4000)]
    visits: Annotated[tuple[Week, ...], Field(min_length=1, max_length=60)]
    second_period: Week | None = None
    reference: Line80
    arm: Annotated[tuple[TrialArm, ...], Field(min_length=2, max_length=6)]
    inclusion: tuple[Inclusion, ...] = ()
    conduct: Conduct = Conduct()
    endpoint: Annotated[tuple[Endpoint, ...], Field(min_length=1, max_length=8)]
    evaluation: Evaluation

    @model_validator(mode="after")
    def _whole(self) -> Self:
        self._check_arms()
        self._check_layout()
        self._check_weeks()
        self._check_endpoints()
        return self

    @property
    def arm_names(self) -> tuple[str, ...]:
        """Names of the arms in their order."""
        return tuple(arm.name for arm in self.arm)

    @property
    def contrasts(self) -> tuple[int, ...]:
        """Numbers of the arms that are compared with the reference."""
        return tuple(i for i, name in enumerate(self.arm_names) if name != self.reference)

    @property
    def level(self) -> float:
        """Two-sided level of each comparison."""
        parts = len(self.contrasts) if self.evaluation.multiplicity == "bonferroni" else 1
        return self.evaluation.alpha / parts

    @property
    def primary(self) -> Endpoint:
        """The primary endpoint: the first one."""
        return self.endpoint[0]

    @property
    def paired(self) -> bool:
        """Whether each patient has both treatments."""
        return self.layout != "parallel"

    def _check_arms(self) -> None:
        names = self.arm_names
        if len(set(names)) != len(names):
            raise fault("two arms have the same name", allowed="one name each", remedy="Rename one.", field="arm")
        if self.reference not in names:
            raise fault(
                f'"{self.reference}" is not the name of an arm',
                allowed=", ".join(f'"{name}"' for name in names),
                remedy="Name the arm that the others are compared with.",
                field="reference",
            )
        if len(set(self.regions)) != len(self.regions):
            raise fault("a region is named twice", allowed="each once", remedy="Remove the repeat.", field="regions")
        least = 4 * len(names)
        for field, number in (("patients", self.patients), ("evaluation.sizes", self.evaluation.sizes[0])):
            if not self.paired and number < least:
                raise fault(
                    f"{number} patients are too few for {len(names)} arms",
                    allowed=f"at least {least}",
                    remedy="Four patients an arm is the least that can be analysed.",
                    field=field,
                )

    def _check_layout(self) -> None:
        if self.paired and len(self.arm) != 2:
            raise fault(
                f"{len(self.arm)} arms in a layout where each patient has two treatments",
                allowed="2 arms",
                remedy='Leave two, or write layout = "parallel".',
                field="arm",
            )
        if (self.layout == "crossover") != (self.second_period is not None):
            raise fault(
                "a crossover, and only a crossover, has a second period",
                allowed="the week in which the second period begins",
                remedy="Add or remove second_period.",
                field="second_period",
            )
        if self.layout == "split_face" and self.regions[0] not in MIDLINE:
            raise fault(
                f"{self.regions[0]} has no midline",
                allowed=", ".join(MIDLINE),
                remedy="Name first a region that both sides share.",
                field="regions",
            )
        if self.layout == "split_face":
            self._check_sides()
        doses = [arm.toxin for arm in self.arm if arm.toxin is not None]
        if self.layout == "crossover" and len(set(doses)) > 1:
            raise fault(
                "the two periods of a crossover give different toxin",
                allowed="one product, dose, volume and pattern, in one period or both",
                remedy="Compare doses, dilutions or products in a parallel layout.",
                field="arm",
            )

    def _check_sides(self) -> None:
        given = [arm.toxin for arm in self.arm if arm.toxin is not None]
        alike = {(t.product, t.volume_per_point, t.points, t.spacing, t.plane, t.pattern) for t in given}
        weeks = {arm.weeks_of("toxin") for arm in self.arm if arm.toxin is not None}
        if len(alike) > 1 or len(weeks) > 1:
            raise fault(
                "the two sides differ in more than the dose",
                allowed="one product, volume, pattern and timing of toxin for both sides",
                remedy="Compare dilutions or products in a parallel layout.",
                field="arm",
            )
        if len({arm.alongside for arm in self.arm}) > 1:
            raise fault(
                "drugs taken alongside differ between two sides of one face",
                allowed="the same drugs for both",
                remedy="Give both arms the same alongside.",
                field="arm",
            )

    def _check_weeks(self) -> None:
        if list(self.visits) != sorted(set(self.visits)):
            raise fault(
                "the weeks of the visits do not increase",
                allowed="weeks after the first session, each later than the one before",
                remedy="Sort them and leave out repeats.",
                field="visits",
            )
        last = self.visits[-1]
        for arm in self.arm:
            if max(arm.weeks, default=0.0) >= last:
                raise fault(
                    f'arm "{arm.name}" is treated in or after the last visit',
                    allowed=f"weeks before {last:g}",
                    remedy="Move the session or add a visit.",
                    field="arm",
                )
        if self.second_period is not None:
            self._check_period(self.second_period)

    def _check_period(self, second: float) -> None:
        if any(set(arm.weeks) - {0.0} for arm in self.arm):
            raise fault(
                "an arm of a crossover has sessions after the start of its period",
                allowed="sessions in week 0 only",
                remedy="Weeks of sessions count from the start of a period.",
                field="arm",
            )
        first = {week for week in self.visits if week < second}
        later = {round(week - second, 6) for week in self.visits if week > second}
        if not first & later:
            raise fault(
                "no visit lies equally long after the start of both periods",
                allowed="the same weeks after the start of each period",
                remedy="Add the visits of the other period.",
                field="visits",
            )

    def _check_endpoints(self) -> None:
        names = [endpoint.name for endpoint in self.endpoint]
        if len(set(names)) != len(names):
            raise fault(
                "two endpoints have the same name", allowed="one name each", remedy="Rename one.", field="endpoint"
            )
        weeks = set(self.visits)
        if self.second_period is not None:
            second = self.second_period
            weeks = {w for w in self.visits if w < second} & {round(w - second, 6) for w in self.visits if w > second}
        for number, endpoint in enumerate(self.endpoint):
            if endpoint.week not in weeks:
                raise fault(
                    f"there is no visit in week {endpoint.week:g}",
                    allowed=", ".join(f"{week:g}" for week in sorted(weeks)),
                    remedy="Read the endpoint at a visit.",
                    field=f"endpoint[{number}].week",
                )
            endpoint.check_layout(paired=self.paired, field=f"endpoint[{number}].analysis")
