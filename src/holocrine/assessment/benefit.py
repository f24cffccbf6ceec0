"""The last word of the forecast on the verdict: chances, alternatives, and whether a benefit is likely enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from holocrine.assessment.assess import standing
from holocrine.assessment.questions import most_informative_first
from holocrine.domain.assessment import Assessment, ExpectedBenefit, Reason
from holocrine.domain.forecast import Benefit
from holocrine.knowledge.rules import rule_by_id

BENEFIT_RULE = "SD-19"


def with_forecast(
    assessment: Assessment,
    benefits: Sequence[Benefit],
    expected: Sequence[ExpectedBenefit] = (),
    variance_shares: Mapping[str, float] | None = None,
) -> Assessment:
    """The assessment once the plan's forecast is known.

    `benefits` of the plan, the main target's first, judge the verdict (`with_benefit`) and put the chances of a
    meaningful fall and of no effect into the summary; `expected` are the alternatives for this person; by
    `variance_shares` (0-1, by field) the questions are put in order.
    """
    judged = with_benefit(assessment, max(benefit.probability_meaningful for benefit in benefits))
    main = benefits[0]
    chances = (
        f"{main.target.replace('_', ' ').capitalize()}: probability of a meaningful fall ({main.meaningful_fall:g}%"
        f" or more) {_percent(main.probability_meaningful)}, of no effect {_percent(main.probability_no_effect)}."
    )
    return judged.model_copy(
        update={
            "summary": f"{judged.summary} {chances}",
            "expected": tuple(expected),
            "questions": most_informative_first(judged.questions, variance_shares or {}),
        }
    )


def _percent(probability: float) -> str:
    """Whole percent; what is not certain never reads as 0% or 100%."""
    if 0.0 < probability < 0.5:
        return "under 1%"
    return "over 99%" if 99.5 <= probability < 100.0 else f"{probability:.0f}%"


def with_benefit(assessment: Assessment, probability_meaningful: float) -> Assessment:
    """The assessment once the forecast is known; `probability_meaningful` in percent (0-100).

    Below the threshold of rule SD-19 (50%) `reasonable_with_conditions` becomes `insufficient_evidence` and the
    number is stated. Every other verdict stays: it is stricter, or puts something else first, already.
    Raises ValueError when the probability is no percentage.
    """
    if not 0.0 <= probability_meaningful <= 100.0:
        raise ValueError(f"probability_meaningful must lie between 0 and 100 percent, got {probability_meaningful!r}")
    rule = rule_by_id(BENEFIT_RULE)
    if assessment.verdict != "reasonable_with_conditions" or probability_meaningful >= rule.setting.limit:
        return assessment
    # Not rounded up to the limit, so that 49.96 is not shown as "50.0%, below 50%".
    shown = min(round(probability_meaningful, 1), rule.setting.limit - 0.1)
    because = f"probability of a meaningful benefit {shown:.1f}%, below {rule.setting.limit:g}%"
    reason = Reason(
        rule_id=rule.rule_id,
        effect=rule.effect,
        statement=f"{rule.statement} ({standing(rule)})",
        because=because,
        field="goals.meaningful_sebum_fall",
        source=rule.source,
        source_url=rule.source_url,
        grade=rule.grade,
        jurisdiction="any",
        label_version=rule.label_version,
        reverified=rule.reverified,
        overridable=rule.overridable,
    )
    summary = f"The evidence is insufficient: {because}. No injection is among the alternatives."
    return assessment.model_copy(
        update={"verdict": "insufficient_evidence", "summary": summary, "reasons": (reason, *assessment.reasons)}
    )
