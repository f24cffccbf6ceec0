"""What to ask or measure: the wording of a question for each field, and why the answer matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from holocrine.domain.assessment import Question
from holocrine.domain.case import Case
from holocrine.knowledge.findings import Finding, in_words
from holocrine.knowledge.rules import Rule

WORDING: Mapping[str, str] = {
    "patient.age": "How old is the person, in years?",
    "patient.sex": "Is the person female or male?",
    "patient.pregnancy": "Is she pregnant? If in doubt, test.",
    "patient.lactation": "Is she breast-feeding?",
    "safety.conditions": "Which diseases are known, above all of nerve and muscle? An empty list says: asked, none.",
    "safety.drugs": "Which drugs are taken now, antibiotics included? An empty list says: asked, none.",
    "safety.allergies": "Which allergies are known? An empty list says: asked, none.",
    "safety.eyelid_findings": "What do eyelids and brows show? An empty list says: examined, nothing found.",
    "safety.infection_at_site": "Is the skin infected at any planned site?",
    "safety.inflammation_at_site": "Is the skin inflamed at any planned site?",
    "history.earlier_toxin": "Was botulinum toxin ever given, for any reason?",
    "session": "When was toxin given, which product, how many units, where?",
    "product.name": "Which toxin product is it, by its generic name?",
    "findings.iga": "How severe is the acne (IGA 0 to 4), or are there no lesions?",
    "findings.lesions": "How many papules, pustules and nodules are there, region by region?",
    "findings.pores": "How visible are the pores in each goal region?",
    "hormones": "Are periods irregular, is there hirsutism?",
}


def questions(case: Case, findings: Iterable[tuple[Rule, Finding]]) -> tuple[Question, ...]:
    """One question per unknown field: required where a rule asks for it, required ones first."""
    required: dict[str, tuple[str, str]] = {}
    hinging: dict[str, list[str]] = {}
    for rule, finding in findings:
        if finding.state == "unknown":
            hinging.setdefault(finding.field, []).append(rule.rule_id)
        elif rule.effect == "asks":
            required[finding.field] = (finding.question or WORDING[finding.field], rule.statement)
    asked = [
        Question(field=field, question=text, why=_why(statement, hinging.get(field, [])), required=True)
        for field, (text, statement) in required.items()
    ]
    optional = [
        Question(field=field, question=WORDING[field], why=_why("", ids), required=False)
        for field, ids in hinging.items()
        if field not in required
    ]
    seen = {question.field for question in (*asked, *optional)}
    return (*asked, *optional, *(q for q in _measurements(case) if q.field not in seen))


def _why(statement: str, rule_ids: list[str]) -> str:
    decides = f"It decides {', '.join(rule_ids)}." if rule_ids else ""
    return " ".join(part for part in (statement, decides) if part)


def _measurements(case: Case) -> list[Question]:
    """Findings that would narrow the forecast for this person's goals."""
    unread = [region for region in case.goals.regions if region not in case.findings.sebum]
    wanted: list[tuple[bool, str, str, str]] = [
        (
            "sebum" in case.goals.targets and bool(unread),
            "findings.sebum",
            f"What does the Sebumeter read on {in_words(unread)}, in micrograms per cm2?",
            "Without it the starting level is taken from the population and the interval is wider.",
        ),
        (
            "sweat" in case.goals.targets and case.findings.sweat_hdss is None,
            "findings.sweat_hdss",
            "How much does sweating disturb (HDSS 1 to 4)?",
            "It is the baseline that a change in sweating is read against.",
        ),
        (
            "forehead" in case.goals.regions and case.findings.forehead_lines is None,
            "findings.forehead_lines",
            "How deep are the forehead lines at full lift (0 to 3)?",
            "A strongly used frontalis may be holding up a heavy brow.",
        ),
    ]
    return [Question(field=f, question=q, why=why, required=False) for needed, f, q, why in wanted if needed]
