"""The verb `evidence`: where each number comes from, how sure it is, and which public claims hold."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, get_args

from cyclopts import Parameter

from holocrine.cli_common import DONE, print_json, whole_number
from holocrine.domain.evidence import EvidenceKind
from holocrine.errors import InputError, nearest_match

if TYPE_CHECKING:
    from holocrine.domain.evidence import ClaimEntry, OverviewEntry, ParameterEntry, RuleEntry, StudyEntry

WIDTH = 100
KINDS = get_args(EvidenceKind)


def evidence(
    kind: Annotated[str | None, Parameter(help=f"{', '.join(KINDS)}. Without it: an overview.")] = None,
    *,
    json: Annotated[bool, Parameter(negative="", help="One JSON list on standard output, nothing else.")] = False,
    seed: Annotated[
        int | None, Parameter(converter=whole_number, help="Accepted for uniformity: nothing is drawn here.")
    ] = None,
) -> int:
    """Show where each number comes from and how sure it is, and which public claims hold.

    Example: holocrine evidence claims
    """
    del seed
    if kind is not None and kind not in KINDS:
        near = nearest_match(kind[:80], KINDS)
        hint = f" Did you mean {near}?" if near else ""
        raise InputError(f"evidence: {kind[:80]!a} is not a kind of evidence. Allowed: {', '.join(KINDS)}.{hint}")
    from holocrine import learning
    from holocrine.knowledge.answers import overview

    entries_of: dict[str, Callable[[], Sequence[Any]]] = {
        "parameters": learning.evidence_parameters,
        "studies": learning.evidence_studies,
        "claims": lambda: learning.evidence_claims(learning.processors()),
        "rules": learning.evidence_rules,
    }
    entries = entries_of[kind]() if kind else overview(*(entries_of[name]() for name in KINDS))
    if json:
        print_json([entry.model_dump(mode="json") for entry in entries])
    else:
        print("\n".join(_LINES[kind](entries)))
    return DONE


def overview_lines(entries: Sequence[OverviewEntry]) -> Iterable[str]:
    """What there is, how it divides, and how to see it."""
    yield "Where the numbers come from"
    for entry in entries:
        yield ""
        yield f"{entry.entries} {entry.kind}"
        yield from _wrapped(entry.summary, "  ")
        yield f"  see: {entry.command}"
    yield ""
    yield "Add --json to any of them for the whole tables."


def parameter_lines(entries: Sequence[ParameterEntry]) -> Iterable[str]:
    """Parameters by grade, the best first: before and after the fit, and where the number comes from."""
    from holocrine.report.wording import GRADE_MEANINGS

    for grade in sorted({entry.grade for entry in entries}):
        yield from _heading(f"Grade {grade}: {GRADE_MEANINGS[grade]}")
        for entry in entries:
            if entry.grade == grade:
                yield from _parameter(entry)


def study_lines(entries: Sequence[StudyEntry]) -> Iterable[str]:
    """Studies by their use: fitted, kept out of the fit, context."""
    uses = {"fit": "Fitted", "held_out": "Kept out of the fit, to test the model", "context": "Context only"}
    for role, heading in uses.items():
        chosen = [entry for entry in entries if _use(entry) == role]
        yield from _heading(f"{heading} ({len(chosen)})") if chosen else ()
        for entry in chosen:
            yield from _study(entry)


def claim_lines(entries: Sequence[ClaimEntry]) -> Iterable[str]:
    """Claims by system: grade and statement, why, what the model says, limits, sources."""
    for system in sorted({entry.system for entry in entries}):
        chosen = [entry for entry in entries if entry.system == system]
        yield from _heading(chosen[0].system_name.capitalize())
        for entry in chosen:
            yield from _wrapped(f"{entry.grade.upper()}: {entry.statement} [{entry.claim_id}]", "")
            yield from _wrapped(f"Why: {entry.because}", "  ")
            yield from _wrapped(f"Model: {entry.model_says}", "  ")
            yield from _wrapped(f"Not covered: {entry.limits}", "  ")
            for source in entry.sources:
                yield from _source(f"{source.id}: {source.text}", source.link)
            yield ""


def rule_lines(entries: Sequence[RuleEntry]) -> Iterable[str]:
    """Rules by kind: statement, what it does, source."""
    for kind in dict.fromkeys(entry.kind for entry in entries):
        yield from _heading(kind.replace("_", " ").capitalize())
        for entry in entries:
            if entry.kind == kind:
                yield from _rule(entry)


_LINES: dict[str | None, Callable[[Sequence[Any]], Iterable[str]]] = {
    None: overview_lines,
    "parameters": parameter_lines,
    "studies": study_lines,
    "claims": claim_lines,
    "rules": rule_lines,
}


def _parameter(entry: ParameterEntry) -> Iterable[str]:
    fixed = entry.distribution == "fixed"
    prior = _amount(entry.unit, entry.value, *(() if fixed else (entry.low90, entry.high90)))
    yield from _wrapped(f"{entry.name} ({entry.symbol}): {entry.meaning}", "")
    yield from _wrapped(f"Prior, {entry.level} level: {prior}", "  ")
    if entry.posterior_median is not None:
        known = [value for value in (entry.posterior_low90, entry.posterior_high90) if value is not None]
        yield from _wrapped(f"Fitted: {_amount(entry.unit, entry.posterior_median, *known)}", "  ")
    if entry.contraction is not None:
        yield f"  Prior variance removed by the evidence: {100 * entry.contraction:.0f}%"
    if entry.assumption:
        yield from _wrapped(f"Assumption: {entry.assumption}", "  ")
    if entry.source:
        yield from _source(entry.source, f"https://doi.org/{entry.doi}" if entry.doi else "")
    yield ""


def _amount(unit: str, value: float, *bounds: float) -> str:
    """A value, its unit and, where there are bounds, its 90% interval, as the report writes numbers."""
    from holocrine.report.wording import significant

    interval = f" (90%: {' to '.join(significant(bound) for bound in bounds)})" if bounds else ""
    return significant(value) + ("" if unit == "1" else f" {unit}") + interval


def _use(entry: StudyEntry) -> str:
    return next((role for role in ("fit", "held_out") if entry.observations.get(role)), "context")


def _study(entry: StudyEntry) -> Iterable[str]:
    counts = ", ".join(f"{role.replace('_', ' ')} {n}" for role, n in entry.observations.items() if n)
    yield from _wrapped(f"{entry.study_id}: {entry.citation}", "")
    parts = (entry.design, entry.blinding, f"read: {entry.access}" if entry.access else "")
    yield from _wrapped("; ".join(part for part in parts if part), "  ")
    outcomes = f" ({', '.join(entry.outcomes)})" if entry.outcomes else ""
    yield from _wrapped(f"Arms {entry.arms}; observations: {counts or 'none'}{outcomes}", "  ")
    if entry.overlaps:
        yield from _wrapped(f"Not fitted together with: {', '.join(entry.overlaps)}", "  ")
    link = f"https://doi.org/{entry.doi}" if entry.doi else entry.url
    yield from ([f"  {link}"] if link else [])
    yield ""


def _rule(entry: RuleEntry) -> Iterable[str]:
    where = [*entry.products, *entry.jurisdictions] or ["any product, any country"]
    checked = "read again in a current label" if entry.reverified else "not read again in a current label"
    yield from _wrapped(f"{entry.rule_id}: {entry.statement}", "")
    yield from _wrapped(f"{entry.effect.replace('_', ' ').capitalize()}; {', '.join(where)}; {checked}", "  ")
    yield from _source(f"{entry.grade}, {entry.source}, {entry.label_version}", entry.source_url)
    yield ""


def _heading(text: str) -> Iterable[str]:
    return text, "=" * len(text), ""


def _source(text: str, link: str) -> Iterable[str]:
    """A source, wrapped; its address stands unbroken on a line of its own, however long, so that it can be copied."""
    yield from _wrapped(f"Source: {text}", "  ")
    yield from ([f"    {link}"] if link else [])


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
