"""Why the verdict is what it is: rules with sources, what to try first, what to ask."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.assessment import Assessment, Question, Reason
from holocrine.domain.plan import Override
from holocrine.report import wording
from holocrine.report.markup import bullets, section, table, text


def reasons_page(assessment: Assessment, overrides: Sequence[Override] = ()) -> str:
    """Every rule that fired, then options before toxin, then questions; overrides come first."""
    return section(
        "reasons",
        "Reasons",
        overrides_table(overrides),
        reasons_table(assessment.reasons),
        try_first(assessment),
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
