"""Why the verdict is what it is: rules with sources, acne guidance, alternatives, what to ask."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.assessment import Assessment, Chance, ExpectedBenefit, Guidance, Question, Reason
from holocrine.domain.plan import Override
from holocrine.report import wording
from holocrine.report.markup import bullets, section, table, text
from holocrine.report.names import READ_OUTS


def reasons_page(assessment: Assessment, overrides: Sequence[Override] = ()) -> str:
    """Every rule that fired, then acne guidance, options and alternatives to toxin, then questions; overrides first."""
    return section(
        "reasons",
        "Reasons",
        overrides_table(overrides),
        reasons_table(assessment.reasons),
        guidance_table(assessment.guidance),
        try_first(assessment),
        expected_table(assessment.expected),
        questions_table(assessment.questions),
    )


def reasons_table(reasons: Sequence[Reason]) -> str:
    """Each rule with what set it off, its source and whether that source was read again."""
    if not reasons:
        return ""
    rows = [_reason_row(reason) for reason in reasons]
    head = ("Reason", "Effect", "Set off by", "Source", "Checked")
    return table("Rules that fired on this case", head, rows, class_="reasons")


def _reason_row(reason: Reason) -> tuple[str, ...]:
    statement = f'{text(reason.statement)}<span class="source">{text(reason.rule_id)}</span>'
    if reason.overridden_by is not None:
        note = f"Overridden by {reason.overridden_by.author}: {reason.overridden_by.reason}"
        statement += f'<span class="source status-bad">{text(note)}</span>'
    origin = [f"grade: {reason.grade}"]
    origin += [] if reason.jurisdiction == "any" else [f"jurisdiction: {reason.jurisdiction}"]
    origin += [f"label version: {reason.label_version}"] if reason.label_version else []
    source = (
        f'{text(reason.source)}<span class="source">{text("; ".join(origin))}</span>'
        f'<span class="source">{text(reason.source_url)}</span>'
    )
    cause = f'{text(reason.because)}<span class="source">{text(reason.field)}</span>'
    return statement, text(wording.EFFECTS[reason.effect]), cause, source, _verification(reason)


def _verification(reason: Reason) -> str:
    if reason.grade == "practice":
        return '<span class="tag">practice, no label text</span>'
    return '<span class="tag">re-verified</span>' if reason.reverified else '<span class="tag">not re-verified</span>'


def try_first(assessment: Assessment) -> str:
    """Options to discuss before toxin; never a prescription."""
    if not assessment.try_first:
        return ""
    return "<h3>Options to discuss first (not prescriptions)</h3>" + bullets(assessment.try_first)


def guidance_table(guidance: Sequence[Guidance]) -> str:
    """What guidelines say on acne, step by step, and whether it concerns this person."""
    if not guidance:
        return ""
    rows = [
        (
            text(wording.capital(step.topic)),
            f'{text(step.statement)}<span class="source">{text(step.rule_id)}</span>',
            f'{text(step.concerns)}<span class="source">{text(step.because)}</span>',
            f'{text(step.source)}<span class="source">{text(step.source_url)}</span>',
        )
        for step in guidance
    ]
    return table("Acne: what guidelines say", ("Step", "Advice", "Concerns this person", "Source"), rows)


def expected_table(expected: Sequence[ExpectedBenefit]) -> str:
    """Toxin against acne drugs, both and neither, in the same virtual persons."""
    if not expected:
        return ""
    rows = [
        (
            text(wording.capital(READ_OUTS[way.target])),
            text(way.name),
            *_chance_cells(way.over_weeks),
            wording.interval(way.at_week_12.fall),
        )
        for way in expected
    ]
    head = ("Fall in", "Treatment", "Weeks 2 to 16", "Meaningful", "No effect", "Week 12")
    return table("What this person can expect, against no treatment", head, rows)


def _chance_cells(chance: Chance) -> tuple[str, str, str]:
    return (
        wording.interval(chance.fall),
        wording.probability(chance.probability_meaningful),
        wording.probability(chance.probability_no_effect),
    )


def questions_table(questions: Sequence[Question]) -> str:
    """What must be known, or would narrow the interval."""
    if not questions:
        return ""
    ordered = sorted(questions, key=lambda question: not question.required)
    rows = [
        (
            f'{text(question.question)}<span class="source">{text(question.field)}</span>',
            text(question.why),
            '<span class="status-bad">required</span>' if question.required else "helpful",
        )
        for question in ordered
    ]
    return table("Questions", ("Ask or measure", "Why", "Needed"), rows)


def overrides_table(overrides: Sequence[Override]) -> str:
    """Rules set aside, by whom and why."""
    if not overrides:
        return ""
    rows = [(text(o.rule_id), text(o.reason), text(o.author)) for o in overrides]
    return table("Rules set aside", ("Rule", "Reason given", "Author"), rows)
