"""From the tables to what `evidence` answers; pure: everything read, fitted or predicted comes in as an argument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from holocrine.domain.evidence import (
    ClaimEntry,
    EvidenceKind,
    OverviewEntry,
    ParameterEntry,
    RuleEntry,
    SourceEntry,
    StudyEntry,
)
from holocrine.knowledge.claims import SYSTEMS, Claim, SourceBook, said_by_model
from holocrine.knowledge.evidence import Evidence
from holocrine.knowledge.parameters import Hypothesis, Parameter
from holocrine.knowledge.rules import Rule


class Posterior(NamedTuple):
    """What the fit says about one parameter: median and central 90% interval in its unit, and the contraction."""

    median: float
    low90: float
    high90: float
    contraction: float


def parameter_entries(
    parameters: Mapping[str, Parameter], posterior: Mapping[str, tuple[float, float, float, float]] | None = None
) -> tuple[ParameterEntry, ...]:
    """Every parameter in table order. `posterior` holds `Posterior` tuples by name; None before any fit."""
    fitted = {name: Posterior(*values) for name, values in (posterior or {}).items()}
    return tuple(_parameter(parameter, fitted.get(name)) for name, parameter in parameters.items())


def _parameter(parameter: Parameter, fitted: Posterior | None) -> ParameterEntry:
    return ParameterEntry(
        name=parameter.name,
        symbol=parameter.symbol,
        meaning=parameter.meaning,
        unit=parameter.unit,
        distribution=parameter.distribution,
        value=parameter.value,
        low90=parameter.low90,
        high90=parameter.high90,
        posterior_median=fitted.median if fitted else None,
        posterior_low90=fitted.low90 if fitted else None,
        posterior_high90=fitted.high90 if fitted else None,
        contraction=fitted.contraction if fitted else None,
        level=parameter.level,
        grade=parameter.grade,
        source=parameter.source,
        doi=parameter.doi,
        assumption=parameter.assumption,
    )


def study_entries(evidence: Evidence) -> tuple[StudyEntry, ...]:
    """Every study in table order, with what we hold of it."""
    arms = Counter(arm.study_id for arm in evidence.arms.values())
    roles: dict[str, Counter[str]] = {name: Counter() for name in evidence.studies}
    outcomes: dict[str, set[str]] = {name: set() for name in evidence.studies}
    for observation in evidence.observations.values():
        study = evidence.study_of(observation).study_id
        roles[study][observation.role] += 1
        outcomes[study].add(observation.target)
    return tuple(
        StudyEntry(
            study_id=name,
            citation=study.citation,
            doi=study.doi,
            year=study.year,
            design=study.design,
            blinding=study.blinding,
            access=study.access,
            url=study.url,
            overlaps=study.overlaps,
            note=study.note,
            arms=arms[name],
            observations={role: roles[name][role] for role in ("fit", "held_out", "context")},
            outcomes=tuple(sorted(outcomes[name] - {""})),
        )
        for name, study in evidence.studies.items()
    )


def claim_entries(
    claims: Sequence[Claim],
    book: SourceBook,
    *,
    predictions: Mapping[str, str],
    weights: Sequence[Hypothesis],
    status: str,
) -> tuple[ClaimEntry, ...]:
    """Every claim in table order with its sources written out and the model's answer (see `said_by_model`)."""
    return tuple(
        ClaimEntry(
            claim_id=claim.claim_id,
            statement=claim.statement,
            grade=claim.grade,
            because=claim.because,
            sources=_sources(claim, book),
            model_says=said_by_model(claim, predictions, weights, book.rules, status),
            limits=claim.limits,
            system=claim.system,
            system_name=SYSTEMS[claim.system - 1],
        )
        for claim in claims
    )


def _sources(claim: Claim, book: SourceBook) -> tuple[SourceEntry, ...]:
    """The claim's sources; all are known, for `claims_of` lets no other claim pass."""
    return tuple(entry for source in claim.sources if (entry := book.entry(source)) is not None)


def rule_entries(rules: Iterable[Rule]) -> tuple[RuleEntry, ...]:
    """Every rule in table order."""
    return tuple(
        RuleEntry(
            rule_id=rule.rule_id,
            kind=rule.kind,
            products=rule.products,
            jurisdictions=rule.jurisdictions,
            effect=rule.effect,
            predicate=rule.predicate,
            argument=rule.setting.argument,
            threshold=rule.setting.threshold,
            unit=rule.unit,
            statement=rule.statement,
            source=rule.source,
            source_url=rule.source_url,
            grade=rule.grade,
            label_version=rule.label_version,
            reverified=rule.reverified,
            overridable=rule.overridable,
            note=rule.note,
        )
        for rule in rules
    )


def overview(
    parameters: Sequence[ParameterEntry],
    studies: Sequence[StudyEntry],
    claims: Sequence[ClaimEntry],
    rules: Sequence[RuleEntry],
) -> tuple[OverviewEntry, ...]:
    """One line about each of the four lists: how many entries and how they divide."""
    fitted = sum(entry.posterior_median is not None for entry in parameters)
    status = f"{fitted} fitted to the evidence" if fitted else "prior, not yet calibrated"
    roles = sum((Counter(study.observations) for study in studies), Counter())
    observed = f"{sum(study.arms for study in studies)} arms; observations: {_counts(roles)}"
    verified = sum(rule.reverified for rule in rules)
    return (
        _line("parameters", len(parameters), f"grades {_counts(Counter(e.grade for e in parameters))}; {status}"),
        _line("studies", len(studies), observed),
        _line("claims", len(claims), _counts(Counter(claim.grade for claim in claims))),
        _line("rules", len(rules), f"{verified} read again in a current label"),
    )


def _line(kind: EvidenceKind, entries: int, summary: str) -> OverviewEntry:
    return OverviewEntry(kind=kind, entries=entries, summary=summary, command=f"holocrine evidence {kind}")


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{word.replace('_', ' ')} {number}" for word, number in sorted(counter.items())) or "none"
