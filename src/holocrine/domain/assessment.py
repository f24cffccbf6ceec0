"""The answer to "should this person be treated?" (`holocrine.assessment/1`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from holocrine.domain.base import Record
from holocrine.domain.interval import Interval
from holocrine.domain.plan import Override
from holocrine.domain.vocabulary import DrugClass, Jurisdiction, Target

Verdict = Literal[
    "contraindicated", "not_now", "ask", "try_first", "reasonable_with_conditions", "insufficient_evidence"
]
Effect = Literal[
    "contraindicates", "postpones", "asks", "try_first", "condition", "excludes_site", "limits_dose", "information"
]
RuleGrade = Literal["label", "guideline", "study", "practice"]
AcneTopic = Literal["tried first", "antibiotics", "isotretinoin", "hormone tests"]


class Reason(Record):
    """One rule that fired on this case."""

    rule_id: str
    effect: Effect
    statement: str
    because: str
    field: str
    source: str
    source_url: str = ""
    grade: RuleGrade
    jurisdiction: Jurisdiction | Literal["any"]
    label_version: str
    reverified: bool
    overridable: bool
    overridden_by: Override | None = None


class Question(Record):
    """Something that must be known, or would help, with why; the most informative question stands first.

    `rules` cannot be decided without it. `variance_share` (0-1): how much of the variance of the main target's forecast
    an answer is expected to remove; None where no forecast was made or none depends on it.
    """

    field: str
    question: str
    why: str
    required: bool
    rules: tuple[str, ...] = ()
    variance_share: float | None = None


class Guidance(Record):
    """What guidelines say on one step of acne care, and whether it concerns this person."""

    topic: AcneTopic
    rule_id: str
    statement: str
    concerns: Literal["yes", "no", "not known"]
    because: str
    source: str
    source_url: str
    grade: RuleGrade


class Chance(Record):
    """Fall of a target's read-out against no treatment, percent, with the probabilities (percent) that it is
    meaningful and that there is none."""

    mean: float
    fall: Interval
    probability_meaningful: float
    probability_no_effect: float


class ExpectedBenefit(Record):
    """What this person can expect of one way of treatment; drugs taken now go on in all of them.

    `over_weeks` averages weeks 2 to 16, as the benefit of a plan does; `at_week_12` is what acne trials report.
    """

    target: Target
    name: str
    toxin: bool
    drugs: tuple[DrugClass, ...]
    meaningful_fall: float
    over_weeks: Chance
    at_week_12: Chance


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
    guidance: tuple[Guidance, ...] = ()
    expected: tuple[ExpectedBenefit, ...] = ()

    @property
    def permits_plan(self) -> bool:
        """Whether a plan may be made (exit code 0)."""
        return self.verdict in ("try_first", "reasonable_with_conditions", "insufficient_evidence")
