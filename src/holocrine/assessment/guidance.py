"""Acne guidance: what guidelines say on each step of acne care, and whether it concerns this person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from holocrine.domain.assessment import AcneTopic, Guidance
from holocrine.domain.case import Case
from holocrine.knowledge.acne_predicates import acne_present
from holocrine.knowledge.findings import Finding
from holocrine.knowledge.rules import Rule, rule_by_id

STEPS: Mapping[str, AcneTopic] = {
    "MO-11": "tried first",
    "SD-16": "tried first",
    "MO-12": "tried first",
    "MO-13": "antibiotics",
    "MO-14": "antibiotics",
    "MO-15": "isotretinoin",
    "PR-28": "isotretinoin",
    "MO-09": "hormone tests",
    "MO-10": "hormone tests",
    "SD-15": "hormone tests",
    "SD-24": "hormone tests",
    "SD-25": "hormone tests",
}
"""Rules that together are the guidance, in the order in which acne is treated. MO-09 and MO-10 disagree; both show."""


def guidance(case: Case, findings: Mapping[Rule, Finding]) -> tuple[Guidance, ...]:
    """Every step, whether or not it concerns this person; nothing where acne is known to be absent or no goal."""
    if acne_present(case) is False:
        return ()
    by_id = {rule.rule_id: finding for rule, finding in findings.items()}
    return tuple(_step(rule_by_id(rule_id), topic, by_id.get(rule_id)) for rule_id, topic in STEPS.items())


def _step(rule: Rule, topic: AcneTopic, finding: Finding | None) -> Guidance:
    concerns: Literal["yes", "no", "not known"] = "no"
    if finding is not None:
        concerns = "yes" if finding.state == "fires" else "not known"
    return Guidance(
        topic=topic,
        rule_id=rule.rule_id,
        statement=rule.statement,
        concerns=concerns,
        because="" if finding is None else finding.because,
        source=rule.source,
        source_url=rule.source_url,
        grade=rule.grade,
    )
