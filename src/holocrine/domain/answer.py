"""What `plan` and `simulate` print with --json: the verdict always, plan and forecast when it permits them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from holocrine.domain.assessment import Assessment, Verdict
from holocrine.domain.base import Record
from holocrine.domain.forecast import Forecast, MassBalance
from holocrine.domain.plan import Plan


class Document(Record):
    """The one document; `files` are the paths that were written."""

    verdict: Verdict
    status: Literal["as_ruled", "overridden"]
    assessment: Assessment
    plan: Plan | None = None
    forecast: Forecast | None = None
    mass_balance: MassBalance | None = None
    files: tuple[str, ...] = ()


class PlanDocument(Document):
    """Answer of `plan`."""

    schema_name: Annotated[Literal["holocrine.plan-answer/1"], Field(alias="schema")] = "holocrine.plan-answer/1"


class SimulateDocument(Document):
    """Answer of `simulate`."""

    schema_name: Annotated[Literal["holocrine.simulate-answer/1"], Field(alias="schema")] = (
        "holocrine.simulate-answer/1"
    )
