"""The last word of the forecast on the verdict: too little chance of a meaningful benefit."""

from __future__ import annotations

from holocrine.assessment.assess import standing
from holocrine.domain.assessment import Assessment, Reason
from holocrine.knowledge.rules import rule_by_id

BENEFIT_RULE = "SD-19"


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
