"""Claims: what the public reads about this treatment, graded against the evidence in `data/claims.csv`.

A claim cites by id: a study of the packaged evidence tables (`CLIFF2008`), a rule (`PR-18`), a parameter
(`direct_half_effect`) or a `doi:10...`. Its column `model` says what to ask the model: nothing yet (empty),
`observations:ID;ID` (predictions of these observations), `hypotheses` (weights of the explanations of the sebum
effect) or `rule:ID` (the text of a rule).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import get_args

from holocrine.domain.evidence import ClaimGrade, SourceEntry
from holocrine.errors import KnowledgeError, nearest_match
from holocrine.knowledge.evidence import Evidence, packaged_evidence
from holocrine.knowledge.load import read_table
from holocrine.knowledge.parameters import Hypothesis, Parameter, load_parameters
from holocrine.knowledge.rules import Rule, rules

COLUMNS = ("claim_id", "statement", "grade", "because", "sources", "limits", "system", "model")
SYSTEMS = (
    "acetylcholine blockade in the dermis",
    "sebum and oiliness",
    "pores",
    "acne lesions",
    "acne scars",
    "hormonal acne",
    "acne drugs alongside",
    "candidacy",
    "intradermal technique",
    "sweat",
    "wrinkles round eyes and forehead",
    "jaw",
    "nose tip",
    "upper lip",
    "bladder leaks",
    "leak into eyelid, brow and smile",
    "needle reactions",
    "duration and retreatment",
    "claims",
)
"""Names of the systems; a claim's `system` counts from 1."""
LEAST_SOURCES = {"supported": 2, "contested": 1, "unsupported": 0}
"""Support takes more than one source; only "no evidence at all" can do without any."""
_NOT_YET = "Not modelled yet: "
_CLAIM_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DOI = re.compile(r"doi:(10\.\d{4,9}/\S+)")


@dataclass(frozen=True)
class Claim:
    """One graded statement. `limits` says what the grade does not cover; `system` counts from 1 in `SYSTEMS`."""

    claim_id: str
    statement: str
    grade: ClaimGrade
    because: str
    sources: tuple[str, ...]
    limits: str
    system: int
    model: str

    @property
    def observations(self) -> tuple[str, ...]:
        """The observations whose predictions answer this claim."""
        return _asked(self.model, "observations")

    @property
    def rule(self) -> str:
        """The id of the rule that answers this claim, or nothing."""
        return "".join(_asked(self.model, "rule"))


@dataclass(frozen=True)
class SourceBook:
    """Everything a claim may cite by id: studies and observations, rules, parameters. DOIs need no entry."""

    evidence: Evidence
    rules: Mapping[str, Rule]
    parameters: Mapping[str, Parameter]

    def entry(self, source: str) -> SourceEntry | None:
        """The source in words and with its address; None when nothing has this id."""
        if study := self.evidence.studies.get(source):
            return SourceEntry(id=source, text=study.citation, link=doi_link(study.doi) or study.url)
        if rule := self.rules.get(source):
            return SourceEntry(id=source, text=f"rule: {rule.source}", link=rule.source_url)
        if parameter := self.parameters.get(source):
            text = f"parameter: {parameter.meaning}; {parameter.basis}"
            return SourceEntry(id=source, text=text, link=doi_link(parameter.doi))
        if doi := _DOI.fullmatch(source):
            return SourceEntry(id=source, text="not in the evidence tables", link=doi_link(doi[1]))
        return None

    def nearest(self, source: str) -> str | None:
        """The known id closest to one that nothing has."""
        return nearest_match(source, (*self.evidence.studies, *self.rules, *self.parameters))


def doi_link(doi: str) -> str:
    """The address of a DOI; nothing for no DOI."""
    return f"https://doi.org/{doi}" if doi else ""


@cache
def source_book() -> SourceBook:
    """The packaged studies, rules and parameters."""
    return SourceBook(packaged_evidence(), {rule.rule_id: rule for rule in rules()}, load_parameters())


@cache
def load_claims() -> tuple[Claim, ...]:
    """The packaged claims in file order. Raises KnowledgeError listing every fault of claims.csv."""
    return claims_of(read_table("claims.csv"), source_book())


def claims_of(rows: Sequence[Mapping[str, str]], book: SourceBook) -> tuple[Claim, ...]:
    """Claims from the rows of a table, checked against `book`. Raises KnowledgeError listing every fault."""
    if not rows or tuple(rows[0]) != COLUMNS:
        raise KnowledgeError(f"claims.csv: at least one row is needed and the columns must be {', '.join(COLUMNS)}")
    ids = [row["claim_id"] for row in rows]
    faults = [f"{row['claim_id'] or '(no id)'}: {fault}" for row in rows for fault in _row_faults(row, book)]
    faults += [f"{name}: occurs twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    if faults:
        raise KnowledgeError("claims.csv: " + "; ".join(faults))
    return tuple(_claim(row) for row in rows)


def said_by_model(
    claim: Claim,
    predictions: Mapping[str, str],
    weights: Sequence[Hypothesis],
    rules: Mapping[str, Rule],
    status: str,
) -> str:
    """What the model answers to a claim, in words.

    `predictions` holds a sentence per observation id (what the model cannot predict is missing), `weights` the
    explanations of the sebum effect with the weights to be told, `status` how far the model is fitted.
    """
    if not claim.model:
        return "Not asked of the model: no prediction of it could be held against this statement."
    if claim.rule:
        return f"Rule {claim.rule}: {rules[claim.rule].statement}"
    if claim.model == "hypotheses":
        told = "; ".join(f"{hypothesis.label} ({100 * hypothesis.weight:.0f}%)" for hypothesis in weights)
        return f"Weights of the explanations ({status}): {told}."
    texts = [predictions[name] for name in claim.observations if name in predictions]
    if not texts:
        return f"{_NOT_YET}no prediction for {', '.join(claim.observations)}."
    return " ".join(texts)


def _asked(model: str, word: str) -> tuple[str, ...]:
    """The ids after `word:`, none when the model is asked something else."""
    return _ids(model.removeprefix(f"{word}:")) if model.startswith(f"{word}:") else ()


def _ids(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _claim(row: Mapping[str, str]) -> Claim:
    return Claim(
        claim_id=row["claim_id"],
        statement=row["statement"],
        grade=row["grade"],  # type: ignore[arg-type]
        because=row["because"],
        sources=_ids(row["sources"]),
        limits=row["limits"],
        system=int(row["system"]),
        model=row["model"],
    )


def _row_faults(row: Mapping[str, str], book: SourceBook) -> Iterable[str]:
    """Every fault of one row, in words."""
    if not _CLAIM_ID.fullmatch(row["claim_id"]):
        yield "the id must be lower-case words joined by hyphens"
    yield from (f"{column} is empty" for column in ("statement", "because", "limits") if not row[column])
    numbers = [str(number) for number in range(1, len(SYSTEMS) + 1)]
    if row["system"] not in numbers:
        yield f"system {row['system']!r} is not a number from 1 to {len(SYSTEMS)}"
    cited = _ids(row["sources"])
    if row["grade"] not in get_args(ClaimGrade):
        yield f"grade {row['grade']!r} is not one of {', '.join(get_args(ClaimGrade))}"
    elif len(set(cited)) < LEAST_SOURCES[row["grade"]]:
        yield f"{row['grade']} needs at least {LEAST_SOURCES[row['grade']]} different sources"
    for source in cited:
        if book.entry(source) is None:
            near = book.nearest(source)
            yield f"source {source!r} is no study, rule, parameter or DOI" + (f" (nearest: {near})" if near else "")
    yield from _model_faults(row["model"], cited, book)


def _model_faults(model: str, cited: Sequence[str], book: SourceBook) -> Iterable[str]:
    """Faults of what the model is asked; a predicted observation must belong to a study that the claim cites."""
    rule, observations = _asked(model, "rule"), _asked(model, "observations")
    if model not in ("", "hypotheses") and not observations and len(rule) != 1:
        yield f"model {model!r} must be empty, hypotheses, rule:ID or observations:ID;ID"
    yield from (f"model asks for rule {name!r}, which is not known" for name in rule if name not in book.rules)
    for name in observations:
        observation = book.evidence.observations.get(name)
        if observation is None:
            yield f"model asks for observation {name!r}, which is not known"
        elif observation.role == "context":
            yield f"model asks for observation {name!r}, which is context and never predicted"
        elif book.evidence.study_of(observation).study_id not in cited:
            yield f"model asks for observation {name!r} of a study that is not among the sources"
