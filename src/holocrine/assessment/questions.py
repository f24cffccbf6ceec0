"""What to ask or measure: the wording of a question for each field, and why the answer matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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
    "history.acne_treatments": "How did the acne respond to each treatment tried?",
    "session": "When was toxin given, which product, how many units, where?",
    "product.name": "Which toxin product is it, by its generic name?",
    "findings.iga": "How severe is the acne (IGA 0 to 4), or are there no lesions?",
    "findings.lesions": "How many papules, pustules and nodules are there, region by region?",
    "findings.pores": "How visible are the pores in each goal region?",
    "findings.scars": "How severe are acne scars in each goal region, or are there none?",
    "hormones": "Are periods irregular, is there hirsutism?",
    "outlook.expects_cure": "Does the person hope that one treatment cures for good?",
    "outlook.expects_no_risk": "Does the person expect that nothing can go wrong?",
    "outlook.body_image_screen": "What did the screening questions on body image say?",
    "outlook.psychosocial_burden": "Does the acne weigh heavily on the person?",
    "urology.cause": "Is the overactive bladder idiopathic or neurogenic?",
    "urology.infection": "Is there a urinary tract infection now?",
    "urology.residual_volume": "How much stays in the bladder after voiding, in mL?",
    "urology.self_catheterisation": "Is the person willing and able to use a catheter?",
    "urology.dysreflexia_risk": "Is the spinal cord injured at or above the sixth thoracic segment?",
}


def questions(case: Case, findings: Iterable[tuple[Rule, Finding]]) -> tuple[Question, ...]:
    """One question per unknown field: required where a rule asks for it, required ones first, and within each kind
    those on which most rules hinge."""
    required: dict[str, tuple[str, str]] = {}
    hinging: dict[str, list[str]] = {}
    for rule, finding in findings:
        if finding.state == "unknown":
            hinging.setdefault(finding.field, []).append(rule.rule_id)
        elif rule.effect == "asks":
            required[finding.field] = (finding.question or WORDING[finding.field], rule.statement)
    asked = [
        _question(field, text, statement, hinging.get(field, ()), required=True)
        for field, (text, statement) in required.items()
    ]
    asked += [
        _question(field, WORDING[field], "", ids, required=False)
        for field, ids in hinging.items()
        if field not in required
    ]
    seen = {question.field for question in asked}
    asked += [question for question in _measurements(case) if question.field not in seen]
    return tuple(sorted(asked, key=lambda question: (not question.required, -len(question.rules))))


def most_informative_first(asked: Iterable[Question], variance_shares: Mapping[str, float]) -> tuple[Question, ...]:
    """The same questions with what a forecast says of them: required ones as before, of the others first what is
    expected to narrow it most. `variance_shares` (0-1) by field."""
    told = [_with_share(question, variance_shares.get(question.field)) for question in asked]
    return tuple(sorted(told, key=lambda question: (not question.required, _narrows(question))))


def _narrows(question: Question) -> float:
    return 0.0 if question.required or question.variance_share is None else -question.variance_share


def _with_share(question: Question, share: float | None) -> Question:
    if share is None:
        return question
    why = f"{question.why} An answer is expected to remove {100.0 * share:.0f}% of the forecast's variance.".strip()
    return question.model_copy(update={"variance_share": share, "why": why})


def _question(field: str, text: str, statement: str, rule_ids: Sequence[str], *, required: bool) -> Question:
    why = _why(statement, rule_ids)
    return Question(field=field, question=text, why=why, required=required, rules=tuple(rule_ids))


def _why(statement: str, rule_ids: Sequence[str]) -> str:
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
