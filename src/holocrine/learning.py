"""Use cases on published evidence: fit the population, validate against studies, show where numbers come from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from holocrine import __version__
from holocrine.domain.calibration import Calibration, LogBayesFactor, RunAgreement
from holocrine.domain.evidence import ClaimEntry, EvidenceKind, ParameterEntry, RuleEntry, StudyEntry
from holocrine.domain.seed import SEED
from holocrine.domain.validation import Disagreement, Validation, ValidationProvenance
from holocrine.domain.vocabulary import HypothesisId
from holocrine.errors import InputError
from holocrine.execution.fitting import carry_out, carry_out_block
from holocrine.execution.foreseeing import foreseen
from holocrine.execution.workers import load_block_problem, load_problem, load_unknowns
from holocrine.inference.calibration import Size
from holocrine.inference.disagreements import disagreements_of
from holocrine.inference.predicting import Foreseen, predicted_rows, worlds_of, worlds_of_block
from holocrine.inference.scores.readings_of_fit import fitted_readings
from holocrine.inference.scores.scoring import score
from holocrine.knowledge.answers import claim_entries, parameter_entries, rule_entries, study_entries
from holocrine.knowledge.block_posterior import BlockPosterior, load_block_posterior
from holocrine.knowledge.claims import load_claims, source_book
from holocrine.knowledge.evidence import Evidence, packaged_evidence, read_evidence
from holocrine.knowledge.fitted import fitted
from holocrine.knowledge.fitted_blocks import FITTED_BLOCKS, FittedBlock
from holocrine.knowledge.parameters import load_hypotheses
from holocrine.knowledge.posterior import Posterior, decided, load_posterior, read_posterior, status_of
from holocrine.knowledge.rules import rules

WORLDS = 512
"""Draws of the posterior that every observation is predicted from."""

_PROVENANCE = ("package_version", "parameter_hash", "evidence_hash", "seed", "runs", "particles", "fitted_rows")
Tell = Callable[[str, float], None]
"""Hears what is being worked on, and how far it has come (0 to 1)."""


def silent(part: str, share: float) -> None:
    """Tell nobody."""


def processors() -> int:
    """Processes that work at the same time unless told otherwise."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def calibrate(
    directory: Path | None = None,
    *,
    seed: int = SEED,
    runs: int = 4,
    particles: int = 128,
    workers: int = 1,
    tell: Tell = silent,
) -> Posterior:
    """Fit the population to the packaged evidence or to the tables in `directory`.

    More than one of `workers` are processes of their own, which a script may only start under `if __name__ ==
    "__main__"`. An interrupted fit with the same arguments goes on where it was. Raises InputError on faulty tables.
    """
    evidence = _evidence(directory)
    size = Size(runs, particles)
    return carry_out(directory, evidence.hash, seed=seed, size=size, workers=workers, tell=tell)


def calibrate_block(
    block: FittedBlock,
    directory: Path | None = None,
    *,
    seed: int = SEED,
    runs: int = 4,
    particles: int = 128,
    workers: int = 1,
    tell: Tell = silent,
) -> BlockPosterior | None:
    """As `calibrate`, for the parameters of one block; None when no fitted row of the tables belongs to it."""
    evidence, size = _evidence(directory), Size(runs, particles)
    return carry_out_block(block, directory, evidence.hash, seed=seed, size=size, workers=workers, tell=tell)


def summary_of_block(posterior: BlockPosterior, file: str) -> Calibration:
    """A block's finished fit in short."""
    about = posterior.about
    return Calibration(
        file=file,
        block=posterior.block,
        posterior=posterior.identifier,
        **{key: about[key] for key in _PROVENANCE},
        agreement=(_agreement("", about["diagnosed"]),),
        log_bayes_factors=(),
    )


def _agreement(explanation: str, diagnosed: Mapping[str, Any]) -> RunAgreement:
    (worst, r_hat), (least, size) = diagnosed["worst_r_hat"], diagnosed["smallest_effective_size"]
    return RunAgreement(
        explanation=explanation, r_hat=r_hat, r_hat_of=worst, effective_size=size, effective_size_of=least
    )


def summary_of(posterior: Posterior, file: str) -> Calibration:
    """A finished fit in short."""
    about = posterior.about
    ids = tuple(posterior.scores)
    pairs = [(one, other) for number, one in enumerate(ids) for other in ids[number + 1 :]]
    return Calibration(
        file=file,
        posterior=posterior.identifier,
        **{key: about[key] for key in _PROVENANCE},
        agreement=tuple(_agreement(h, one) for h, one in about["by_explanation"].items()),
        log_bayes_factors=tuple(
            LogBayesFactor(one=one, other=other, value=value, error=error)
            for one, other in pairs
            for value, error in (posterior.log_bayes_factor(one, other),)
        ),
    )


def validate(
    directory: Path | None = None,
    *,
    posterior: Path | None = None,
    seed: int = SEED,
    workers: int = 1,
    tell: Tell = silent,
) -> Validation:
    """Predict every observation of the packaged evidence, or of the tables in `directory`, and score the intervals.

    The baseline is a table of averages of the packaged fit studies. Raises InputError on faulty tables.
    """
    evidence = _evidence(directory)
    used = load_posterior() if posterior is None else read_posterior(posterior)
    blocks = (
        _foreseen_toxin(directory, evidence, used, seed, workers, tell),
        *(_foreseen_block(directory, evidence, block, seed, workers, tell) for block in FITTED_BLOCKS),
    )
    rows = predicted_rows(evidence, blocks, seed=seed)
    provenance = ValidationProvenance(
        package_version=__version__,
        parameter_hash=blocks[0].problem.unknowns.parameters.hash,
        evidence_hash=evidence.hash,
        posterior=used.identifier,
        seed=seed,
    )
    readings = tuple(reading for block in blocks for reading in fitted_readings(block.fitted))
    return score(rows, readings, provenance)


def _foreseen_toxin(
    directory: Path | None, evidence: Evidence, used: Posterior, seed: int, workers: int, tell: Tell
) -> Foreseen:
    problem = load_problem(directory, None)
    prior: dict[HypothesisId, float] = {h.id: h.weight for h in load_hypotheses()}
    worlds = worlds_of(used, used.weights(prior), problem.unknowns.names, n=WORLDS, seed=seed)
    count = _counting("predicting", tell)
    expected = foreseen(directory, evidence.hash, problem, worlds, workers=workers, tell=count)
    return Foreseen(problem, load_problem(None, "fit"), worlds, expected)


def _foreseen_block(
    directory: Path | None, evidence: Evidence, block: FittedBlock, seed: int, workers: int, tell: Tell
) -> Foreseen:
    problem = load_block_problem(directory, None, block)
    worlds = worlds_of_block(load_block_posterior(block), problem.unknowns.names, n=WORLDS, seed=seed)
    expected = np.zeros((WORLDS, 0, 2))
    if problem.common.questions:
        count = _counting(f"predicting {block}", tell)
        expected = foreseen(directory, evidence.hash, problem, worlds, workers=workers, tell=count, block=block)
    return Foreseen(problem, load_block_problem(None, "fit", block), worlds, expected)


def _counting(part: str, tell: Tell) -> Callable[[int], None]:
    """Hears how many worlds more are done and tells how far all of them have come."""
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        tell(part, done / WORLDS)

    return count


def disagreements(validation: Validation) -> tuple[Disagreement, ...]:
    """Where published data contradict one another, with what the posterior says about it."""
    return disagreements_of(validation, load_posterior(), load_unknowns(), tuple(load_hypotheses()))


def evidence(kind: EvidenceKind) -> tuple[ParameterEntry | StudyEntry | ClaimEntry | RuleEntry, ...]:
    """Where the numbers come from: every entry of one kind, "parameters", "studies", "claims" or "rules"."""
    entries: Mapping[str, Callable[[], tuple[ParameterEntry | StudyEntry | ClaimEntry | RuleEntry, ...]]] = {
        "parameters": evidence_parameters,
        "studies": evidence_studies,
        "claims": evidence_claims,
        "rules": evidence_rules,
    }
    if kind not in entries:
        raise InputError(f"{kind!r} is not a kind of evidence. Allowed: {', '.join(entries)}.")
    return entries[kind]()


def evidence_parameters() -> tuple[ParameterEntry, ...]:
    """Every parameter with prior, posterior, grade and source."""
    return parameter_entries(load_unknowns().table, _summaries(load_posterior()))


def evidence_studies() -> tuple[StudyEntry, ...]:
    """Every study of the evidence tables."""
    return study_entries(packaged_evidence())


def evidence_claims(workers: int = 1) -> tuple[ClaimEntry, ...]:
    """What the public reads about this treatment, graded, with what the model says."""
    posterior, hypotheses = load_posterior(), tuple(load_hypotheses())
    rows = validate(workers=workers).observations
    texts = {row.observation_id: f"{row.in_words}." for row in rows if row.supported}
    return claim_entries(
        load_claims(),
        source_book(),
        predictions=texts,
        weights=posterior.weighted(hypotheses),
        status=f"{status_of(posterior)}; {decided(posterior)}",
    )


def evidence_rules() -> tuple[RuleEntry, ...]:
    """Every rule with its source."""
    return rule_entries(rules())


def _evidence(directory: Path | None) -> Evidence:
    return packaged_evidence() if directory is None else read_evidence(directory)


def _summaries(posterior: Posterior) -> Mapping[str, tuple[float, float, float, float]]:
    found = fitted(posterior, load_unknowns().table, {h.id: h.weight for h in load_hypotheses()})
    return {name: (one.median, one.low90, one.high90, one.contraction) for name, one in found.items()}
