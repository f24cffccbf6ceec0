"""An adverse event: what, when, how bad, how it ended, and whether the treatment is thought to have caused it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from holocrine.domain.base import fault
from holocrine.domain.record import PatientsEntry, Reason, RecordKind
from holocrine.domain.text import Day, Line80, Line120
from holocrine.domain.vocabulary import Harm

Seriousness = Literal[
    "death",
    "life_threatening",
    "hospitalisation",
    "disability",
    "congenital_anomaly",
    "medically_important",
]
"""The criteria of ICH E2A."""


class AdverseEvent(PatientsEntry):
    """One adverse event. Grade 1 mild ... 5 death, as in CTCAE; `serious_because` empty means not serious.

    Outcomes are those of ICH E2B, relations those of the WHO-UMC system.
    """

    kind: ClassVar[RecordKind] = "event"

    schema_name: Annotated[Literal["holocrine.event/1"], Field(alias="schema")] = "holocrine.event/1"
    event: Line120
    harm: Harm | None = None
    onset: Day
    ended: Day | None = None
    grade: Annotated[int, Field(ge=1, le=5)]
    serious_because: tuple[Seriousness, ...] = ()
    outcome: Literal["recovered", "recovering", "not_recovered", "recovered_with_sequelae", "fatal", "unknown"]
    relation: Literal["certain", "probable", "possible", "unlikely", "conditional", "unassessable"]
    treatment: (
        Annotated[str, Field(max_length=20, description='the treatment in the record, such as "treatment-3"')] | None
    ) = None
    lot: Line80 | None = None
    action: Reason | None = None
    description: Reason | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        deadly = (self.grade == 5, self.outcome == "fatal", "death" in self.serious_because)
        if any(deadly) and not all(deadly):
            raise fault(
                "contradicts grade or seriousness: death is all three or none",
                allowed='grade = 5 with outcome = "fatal" and "death" among serious_because, or none of them',
                remedy="Correct the one that is wrong.",
                field="outcome",
            )
        if self.ended is not None and self.ended < self.onset:
            raise fault(
                f"{self.ended} lies before the onset on {self.onset}",
                allowed=f"{self.onset} or later",
                remedy="Correct one of the two.",
                field="ended",
            )
        return self

    @property
    def days(self) -> tuple[tuple[str, dt.date], ...]:
        """Onset and end."""
        return (("onset", self.onset), *((("ended", self.ended),) if self.ended else ()))
