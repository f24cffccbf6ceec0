"""The answer to "should this person be treated?" (`holocrine.assessment/1`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from holocrine.domain.base import Record
from holocrine.domain.plan import Override
from holocrine.domain.vocabulary import Jurisdiction

Verdict = Literal[
    "contraindicated", "not_now", "ask", "try_first", "reasonable_with_conditions", "insufficient_evidence"
]
Effect = Literal[
    "contraindicates", "postpones", "asks", "try_first", "condition", "excludes_site", "limits_dose", "information"
]


class Reason(Record):
    """One rule that fired on this case."""

    rule_id: str
    effect: Effect
    statement: str
    because: str
    field: str
    source: str
    source_url: str = ""
    grade: Literal["label", "guideline", "study", "practice"]
    jurisdiction: Jurisdiction | Literal["any"]
    label_version: str
    reverified: bool
    overridable: bool
    overridden_by: Override | None = None


class Question(Record):
    """Something that must be known, or would help, with why."""

    field: str
    question: str
    why: str
    required: bool


class Assessment(Record):
    """Verdict with every reason, what to try first, and what to ask or measure."""

    schema_name: Annotated[Literal["holocrine.assessment/1"], Field(alias="schema")] = "holocrine.assessment/1"
    pseudonym: str
    assessed_on: str
    verdict: Verdict
    status: Literal["as_ruled", "overridden"] = "as_ruled"
    summary: str
    reasons: tuple[Reason, ...]
    questions: tuple[Question, ...]
    try_first: tuple[str, ...]
    earliest_date: str | None = None

    @property
    def permits_plan(self) -> bool:
        """Whether a plan may be made (exit code 0)."""
        return self.verdict in ("try_first", "reasonable_with_conditions", "insufficient_evidence")
