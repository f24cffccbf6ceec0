"""Candidacy: every rule evaluated on a case, one verdict out of them.

Precedence: contraindicated > ask > not_now > try_first > reasonable_with_conditions. A rule that an author
sets aside stays among the reasons but no longer counts. `insufficient_evidence` needs a forecast and is
reached only through `with_benefit`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal

from holocrine.assessment.guidance import guidance
from holocrine.assessment.options import options_to_discuss
from holocrine.assessment.questions import questions
from holocrine.domain.assessment import Assessment, Effect, Question, Reason, Verdict
from holocrine.domain.case import Case
from holocrine.domain.plan import Override
from holocrine.domain.vocabulary import Jurisdiction
from holocrine.errors import InputError, nearest_match
from holocrine.knowledge.findings import Finding
from holocrine.knowledge.rules import Rule, evaluate, rules

_VERDICT_OF_EFFECT: tuple[tuple[Effect, Verdict], ...] = (
    ("contraindicates", "contraindicated"),
    ("asks", "ask"),
    ("postpones", "not_now"),
    ("try_first", "try_first"),
)
_OPENING: dict[Verdict, str] = {
    "contraindicated": "Contraindicated.",
    "ask": "Not enough is known to decide.",
    "not_now": "Not now.",
    "try_first": "Something else should be tried first.",
    "reasonable_with_conditions": "Reasonable, under the conditions listed.",
    "insufficient_evidence": "The evidence does not support it.",
}


def assess(case: Case, overrides: Sequence[Override] = ()) -> Assessment:
    """Verdict on toxin for this case, with every rule that fired and every open question.

    Raises InputError when an override names no rule, a rule that did not fire, or one that may not be overridden.
    """
    findings = [(rule, finding) for rule in rules() if (finding := evaluate(rule, case)) is not None]
    fired = [(rule, finding) for rule, finding in findings if finding.state == "fires"]
    by_rule = _checked_overrides(overrides, [rule for rule, _ in fired])
    reasons = tuple(reason_of(rule, finding, case, by_rule.get(rule.rule_id)) for rule, finding in fired)
    verdict = _verdict(reasons)
    asked = questions(case, [(rule, finding) for rule, finding in findings if rule.rule_id not in by_rule])
    earliest = _earliest_date(case, reasons)
    return Assessment(
        pseudonym=case.patient.pseudonym,
        assessed_on=case.assessed_on.isoformat(),
        verdict=verdict,
        status="overridden" if by_rule else "as_ruled",
        summary=_summary(verdict, reasons, asked, earliest if verdict == "not_now" else None),
        reasons=tuple(sorted(reasons, key=_weight)),
        questions=asked,
        try_first=_try_first(case, reasons),
        earliest_date=earliest,
        guidance=guidance(case, dict(findings)),
    )


def reason_of(rule: Rule, finding: Finding, case: Case, override: Override | None = None) -> Reason:
    """The rule as shown to the user, with its standing spelled out in the statement."""
    return Reason(
        rule_id=rule.rule_id,
        effect=rule.effect,
        statement=f"{rule.statement} ({standing(rule)})",
        because=finding.because,
        field=finding.field,
        source=rule.source,
        source_url=rule.source_url,
        grade=rule.grade,
        jurisdiction=_jurisdiction(rule, case.jurisdiction),
        label_version=rule.label_version,
        reverified=rule.reverified,
        overridable=rule.overridable,
        overridden_by=override,
    )


def standing(rule: Rule) -> str:
    """How far the rule's text may be trusted, in words."""
    if rule.reverified:
        return "checked against its source"
    if rule.grade == "practice":
        return "general clinical practice, not re-verified"
    return f"not re-verified against the current {'label' if rule.grade == 'label' else 'source'}"


def _jurisdiction(rule: Rule, of_case: Jurisdiction) -> Jurisdiction | Literal["any"]:
    # One text may stand for several places: name the case's own, else the first of the rule.
    if not rule.jurisdictions:
        return "any"
    return of_case if of_case in rule.jurisdictions else rule.jurisdictions[0]


def _checked_overrides(overrides: Sequence[Override], fired: Sequence[Rule]) -> dict[str, Override]:
    known = [rule.rule_id for rule in rules()]
    by_id = {rule.rule_id: rule for rule in fired}
    for override in overrides:
        name = override.rule_id
        if name not in known:
            near = nearest_match(name, known)
            hint = f"Did you mean {near}?" if near else "`holocrine evidence rules` lists them."
            raise InputError(f"override {name}: no rule has this id. {hint}")
        if name not in by_id:
            allowed = ", ".join(i for i, rule in by_id.items() if rule.overridable) or "none"
            near = nearest_match(name, by_id)
            hint = f" The nearest that did is {near}." if near else ""
            raise InputError(
                f"override {name}: the rule did not fire on this case.{hint} Can be overridden: {allowed}."
            )
        if not by_id[name].overridable:
            raise InputError(f"override {name}: this rule can never be overridden. {by_id[name].statement}")
    return {override.rule_id: override for override in overrides}


def _counting(reasons: Iterable[Reason], effect: Effect) -> list[Reason]:
    return [reason for reason in reasons if reason.effect == effect and reason.overridden_by is None]


def _verdict(reasons: Sequence[Reason]) -> Verdict:
    for effect, verdict in _VERDICT_OF_EFFECT:
        if _counting(reasons, effect):
            return verdict
    return "reasonable_with_conditions"


def _weight(reason: Reason) -> int:
    order: list[Effect] = [effect for effect, _ in _VERDICT_OF_EFFECT]
    order += ["condition", "excludes_site", "limits_dose", "information"]
    return order.index(reason.effect)


def _earliest_date(case: Case, reasons: Iterable[Reason]) -> str | None:
    """The first day on which no interval rule that counts would fire; None when none fires today."""
    counting = {reason.rule_id for reason in _counting(reasons, "postpones")}
    waits = [r.setting.limit for r in rules() if r.rule_id in counting and r.predicate == "toxin_within"]
    if not waits:
        return None
    last = max(session.date for session in case.sessions)
    return (last + dt.timedelta(days=max(waits))).isoformat()


def _summary(verdict: Verdict, reasons: Sequence[Reason], asked: Sequence[Question], earliest: str | None) -> str:
    parts = [_OPENING[verdict]]
    deciding = next((effect for effect, name in _VERDICT_OF_EFFECT if name == verdict), None)
    if verdict == "ask":
        parts.append("Needed: " + ", ".join(question.field for question in asked if question.required) + ".")
        parts += [_sentence(f"{r.because} ({r.rule_id})") for r in _counting(reasons, "asks") if r.overridable]
    elif deciding is not None:
        causes = [f"{reason.because} ({reason.rule_id})" for reason in _counting(reasons, deciding)]
        parts.append(_sentence("; ".join(causes)))
    conditions = [reason.rule_id for reason in _counting(reasons, "condition")]
    if deciding is None and conditions:
        parts.append(f"Conditions: {', '.join(conditions)}.")
    if earliest:
        parts.append(f"Earliest date: {earliest}.")
    missing = sum(question.required for question in asked)
    if verdict == "contraindicated" and missing:
        parts.append(f"{missing} required answer{'s are' if missing > 1 else ' is'} missing as well.")
    if any(reason.overridden_by for reason in reasons):
        names = ", ".join(reason.rule_id for reason in reasons if reason.overridden_by)
        parts.append(f"Overridden: {names}.")
    return " ".join(parts)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _try_first(case: Case, reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Statements of the try-first rules that count, then the options left open; after a failed course only these."""
    first = _counting(reasons, "try_first")
    counting = {reason.rule_id for reason in reasons if reason.overridden_by is None}
    if not first and "SD-16" not in counting:
        return ()
    systemic_only = bool(counting & {"MO-12", "MO-15"})
    return (*(reason.statement for reason in first), *options_to_discuss(case, systemic_only=systemic_only))
