"""One person's forecast, updated with their own readings (`holocrine.individual/1`)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from holocrine.domain.base import Record
from holocrine.domain.individual_advice import NextDose, NextVisit, Response, TouchUp
from holocrine.domain.interval import Interval
from holocrine.domain.plan import Provenance
from holocrine.domain.tables import frame
from holocrine.domain.vocabulary import HypothesisId, Instrument, LesionType, Region, Target

if TYPE_CHECKING:
    import pandas


class UsedReading(Record):
    """A reading that the posterior rests on, and what this person's posterior says an instrument reads that day.

    `value`, `expected` and its bounds are in `unit`; for a return they are weeks after the last session.
    `probability` is the two-sided probability of a reading as far off as this one; `odd` marks one below 1%.
    `not_over_yet` marks a return that had not come by then.
    """

    date: dt.date
    instrument: Instrument
    region: Region | None = None
    lesion: LesionType | None = None
    source: Literal["observation", "finding"]
    before_treatment: bool
    value: float
    unit: str
    expected: float
    lo90: float
    hi90: float
    probability: float
    odd: bool
    not_over_yet: bool = False


class UnusedReading(Record):
    """A reading that the model does not predict, and why."""

    date: dt.date
    instrument: Instrument
    region: Region | None = None
    lesion: LesionType | None = None
    reason: str


class Band(Record):
    """Median with 50 and 90% intervals at every week of a course."""

    median: tuple[float, ...]
    lo50: tuple[float, ...]
    hi50: tuple[float, ...]
    lo90: tuple[float, ...]
    hi90: tuple[float, ...]


class IndividualCourse(Record):
    """One quantity from the first session to half a year after the day of the assessment, no further session given.

    `weeks` count from the first session. `prior` is what the population says of someone with these sessions, `updated`
    what it says together with the readings.
    """

    target: Target
    label: str
    region: Region | None = None
    unit: str
    weeks: tuple[float, ...]
    prior: Band
    updated: Band


class Trait(Record):
    """What the readings taught about one parameter of this person.

    `most_likely` is its value at the mode. `learnt` is the percentage of the prior variance (of the logarithm, or of
    the log odds of a share) that the readings removed; below 0 when they contradict what was expected.
    """

    name: str
    meaning: str
    unit: str
    prior: Interval
    updated: Interval
    most_likely: float
    learnt: float


class HypothesisUpdate(Record):
    """Weight (0 to 1) of one explanation of the sebum effect before and after this person's readings."""

    id: HypothesisId
    label: str
    before: float
    after: float


class Fit(Record):
    """Whether the readings fit the model.

    `probability` is the share of sets of readings, simulated from the posterior, that are at least as odd as these.
    Where `contradicts`, the readings' likelihood was raised to the power `trust`, which widens every interval.
    """

    probability: float
    contradicts: bool
    trust: float
    statement: str


class Accuracy(Record):
    """How the posterior was worked out and how far to trust its numbers.

    A normal approximation about the mode of the person's scores is made for each of `populations` draws of the
    population, of which the readings leave `populations_effective`; `people` are drawn from them and weighted to the
    posterior itself (`weighted`). `effective` is their effective number under those weights. Where it is below
    `enough`, the approximation answers (`laplace`) and every interval is the wider of the two (`widened`). `difference`
    is the largest distance between approximation and weighted answer over the courses, in percent of the width of the
    90% interval, simulation error included.
    """

    method: Literal["laplace", "weighted"]
    populations: int
    populations_effective: float
    people: int
    effective: float
    enough: float
    widened: bool
    difference: float


class IndividualForecast(Record):
    """Everything that a person's own readings change; of several targets the main one comes first."""

    schema_name: Annotated[Literal["holocrine.individual/1"], Field(alias="schema")] = "holocrine.individual/1"
    status: str
    pseudonym: str
    assessed_on: dt.date
    first_session: dt.date
    last_session: dt.date
    sessions: int
    readings: tuple[UsedReading, ...]
    unused: tuple[UnusedReading, ...]
    not_followed: tuple[Target, ...]
    courses: tuple[IndividualCourse, ...]
    traits: tuple[Trait, ...]
    hypotheses: tuple[HypothesisUpdate, ...]
    responses: tuple[Response, ...]
    touch_up: TouchUp
    next_visit: NextVisit
    next_doses: tuple[NextDose, ...]
    fit: Fit
    accuracy: Accuracy
    limits_of_evidence: tuple[str, ...]
    provenance: Provenance

    def to_frame(self) -> pandas.DataFrame:
        """The courses as a table, one row per course and week (extra `science`)."""
        rows = [
            {
                "target": course.target,
                "label": course.label,
                "region": course.region,
                "unit": course.unit,
                "week": week,
                **{f"prior_{name}": values[number] for name, values in course.prior},
                **{name: values[number] for name, values in course.updated},
            }
            for course in self.courses
            for number, week in enumerate(course.weeks)
        ]
        return frame(rows)
