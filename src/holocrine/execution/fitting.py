"""The population fit carried out: worker processes, states saved after every stage, the posterior assembled."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
from numpy.typing import NDArray

from holocrine import __version__
from holocrine.domain.vocabulary import HypothesisId
from holocrine.execution.workers import Predictors, load_block_problem, load_problem
from holocrine.inference.blocks.fitting import BlockFit, collect_block, fit_block
from holocrine.inference.blocks.problem import BlockProblem
from holocrine.inference.calibration import FIRST, SETTINGS, Arrays, Fit, Size, collect, fit, relative_evidence
from holocrine.inference.problem import HYPOTHESES, Problem
from holocrine.inference.relevance import relevant
from holocrine.inference.sampler.diagnostics import contraction, effective_size, r_hat, sampled_profile
from holocrine.inference.unknowns import Unknowns
from holocrine.knowledge.block_posterior import BlockPosterior
from holocrine.knowledge.fitted_blocks import FittedBlock
from holocrine.knowledge.posterior import Posterior
from holocrine.modelling.cache import cache_folder, fingerprint, write_atomically


def _modules(*packages: str) -> tuple[str, ...]:
    """Every module of these packages of Holocrine."""
    return tuple(
        f"holocrine.{package}.{module.name}"
        for package in packages
        for module in iter_modules(import_module(f"holocrine.{package}").__path__)
        if not module.ispkg
    )


SOURCES = _modules("inference", "inference.arms", "inference.sampler")
"""Whatever changes what an observation is predicted to be, or how a fit proceeds."""
BLOCK_SOURCES = (*SOURCES, *_modules("inference.blocks", "models", "simulation.systems"))
"""The same for the blocks."""

PROFILE_EDGES = (-4.0, -1.5, -0.5, 0.5, 1.5, 4.0)
"""Bins of a parameter's typical value, prior SDs from the table's."""

Tell = Callable[[str, float], None]
"""Hears which part is being worked on and how far it has come, 0 to 1."""


def carry_out(
    directory: Path | None, evidence_hash: str, *, seed: int, size: Size, workers: int, tell: Tell
) -> Posterior:
    """Fit the population to the evidence; an interrupted fit with the same arguments goes on where it was.

    `directory` holds the three tables (None: the packaged ones) whose hash is `evidence_hash`.
    """
    only = relevant(load_problem(directory, "fit"))
    problem = load_problem(directory, "fit", only)
    folder = cache_folder() / f"fit_{_key(problem, evidence_hash, seed, size)}"
    folder.mkdir(exist_ok=True)
    parts = _saved(folder)
    with Predictors(directory, "fit", workers, only) as predict:
        for part, arrays, share in fit(problem, predict, seed=seed, size=size, kept=dict(parts)):
            parts[part] = arrays
            _save(folder, part, arrays)
            tell(part, share)
        done = collect(parts, size)
        evidence = relative_evidence(problem, predict, done)
    return assembled(problem, done, evidence, evidence_hash=evidence_hash, seed=seed, size=size)


def assembled(
    problem: Problem,
    done: Fit,
    evidence: Mapping[HypothesisId, NDArray[np.float64]],
    *,
    evidence_hash: str,
    seed: int,
    size: Size,
) -> Posterior:
    """The posterior of a finished fit, with what tells how good it is."""
    unknowns = problem.unknowns
    names = unknowns.names
    about: dict[str, object] = {
        **_provenance(unknowns, evidence_hash, seed, size),
        "fitted_rows": len(problem.common.questions) + len(problem.sebum.questions),
        "sebum_rows": len(problem.sebum.questions),
        "not_expressed": dict(problem.unmodelled),
        "profiles": _profiles(*_first_draws(done, names), names),
        "by_explanation": {h: _diagnosed(done.scores(h), names) for h in HYPOTHESES},
    }
    return Posterior(
        names=names,
        centres=np.array([unknowns.table[name].value for name in names]),
        spreads=np.array([unknowns.spreads[name] for name in names]),
        scores={h: done.scores(h).reshape(-1, len(names)) for h in HYPOTHESES},
        log_evidence=dict(evidence),
        about=about,
    )


def carry_out_block(
    block: FittedBlock,
    directory: Path | None,
    evidence_hash: str,
    *,
    seed: int,
    size: Size,
    workers: int,
    tell: Tell,
) -> BlockPosterior | None:
    """The same for a block; None when no fitted row of the evidence says anything about it."""
    everything = load_block_problem(directory, "fit", block)
    if not everything.common.questions:
        return None
    only = relevant(everything)
    problem = load_block_problem(directory, "fit", block, only)
    tables = (problem.unknowns.parameters.hash, problem.unknowns.readings.hash, repr(problem.unknowns.variability))
    key = fingerprint(BLOCK_SOURCES, block, evidence_hash, *tables, seed, asdict(size), asdict(SETTINGS))
    folder = cache_folder() / f"fit_{block}_{key}"
    folder.mkdir(exist_ok=True)
    parts = _saved(folder)
    with Predictors(directory, "fit", workers, only, block) as predict:
        for part, arrays, share in fit_block(problem, predict, seed=seed, size=size, kept=dict(parts)):
            parts[part] = arrays
            _save(folder, part, arrays)
            tell(f"{block}, {part}", share)
    done = collect_block(parts, size)
    return assembled_block(block, problem, done, evidence_hash=evidence_hash, seed=seed, size=size)


def assembled_block(
    block: FittedBlock, problem: BlockProblem, done: BlockFit, *, evidence_hash: str, seed: int, size: Size
) -> BlockPosterior:
    """The posterior of a block's finished fit, with what tells how good it is."""
    unknowns = problem.unknowns
    names = unknowns.names
    scores = done.scores
    about: dict[str, object] = {
        **_provenance(unknowns, evidence_hash, seed, size),
        "fitted_rows": len(problem.common.questions),
        "not_expressed": dict(problem.unmodelled),
        "profiles": _profiles(scores.reshape(-1, len(names)), done.heights, names),
        "diagnosed": _diagnosed(scores, names),
    }
    return BlockPosterior(
        block=block,
        names=names,
        centres=np.array([unknowns.table[name].value for name in names]),
        spreads=np.array([unknowns.spreads[name] for name in names]),
        scores=scores.reshape(-1, len(names)),
        about=about,
    )


def _provenance(unknowns: Unknowns, evidence_hash: str, seed: int, size: Size) -> dict[str, object]:
    return {
        "evidence_hash": evidence_hash,
        "parameter_hash": unknowns.parameters.hash,
        "reading_hash": unknowns.readings.hash,
        "package_version": __version__,
        "seed": seed,
        "runs": size.runs,
        "particles": size.particles,
    }


def _diagnosed(draws: NDArray[np.float64], names: tuple[str, ...]) -> dict[str, object]:
    hats, sizes = r_hat(draws), effective_size(draws)
    learned = contraction(draws)
    return {
        "worst_r_hat": [names[int(hats.argmax())], round(float(hats.max()), 3)],
        "smallest_effective_size": [names[int(sizes.argmin())], round(float(sizes.min()))],
        "contraction": {name: round(float(c), 3) for name, c in zip(names, learned, strict=True)},
    }


def _first_draws(done: Fit, names: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draws (draws, names) under the first explanation and their log posterior (draws,)."""
    heights = np.concatenate([state.particles.log_target(1.0) for state in done.runs[FIRST]])
    return done.scores(FIRST).reshape(-1, len(names)), heights


def _profiles(
    scores: NDArray[np.float64], heights: NDArray[np.float64], names: tuple[str, ...]
) -> dict[str, list[float | None]]:
    """Sampled profiles of the log posterior (nats below its top) over the bins of PROFILE_EDGES."""
    found = {}
    for number, name in enumerate(names):
        profile = sampled_profile(scores[:, number], heights, np.array(PROFILE_EDGES)) - heights.max()
        found[name] = [None if np.isnan(value) else round(float(value), 1) for value in profile]
    return found


def _key(problem: Problem, evidence_hash: str, seed: int, size: Size) -> str:
    tables = (problem.unknowns.parameters.hash, problem.unknowns.readings.hash, repr(problem.unknowns.variability))
    return fingerprint(SOURCES, evidence_hash, *tables, seed, asdict(size), asdict(SETTINGS))


def _saved(folder: Path) -> dict[str, Arrays]:
    parts: dict[str, Arrays] = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            parts[path.stem] = {name: file[name] for name in file.files}
    return parts


def _save(folder: Path, part: str, arrays: Arrays) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # its keywords are array names
    write_atomically(folder / f"{part}.npz", buffer.getvalue())
