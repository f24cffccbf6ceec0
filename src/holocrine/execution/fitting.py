"""The population fit carried out: worker processes, states saved after every stage, the posterior assembled."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from holocrine import __version__
from holocrine.execution.workers import Predictors, load_problem
from holocrine.inference.calibration import SETTINGS, Fit, Size, collect, fit
from holocrine.inference.diagnostics import contraction, effective_size, r_hat
from holocrine.inference.problem import HYPOTHESES, Problem
from holocrine.inference.state import State
from holocrine.knowledge.posterior import Posterior
from holocrine.modelling.cache import cache_folder, fingerprint, write_atomically

_SOURCES = tuple(
    f"holocrine.inference.{name}"
    for name in (
        *("asking", "averages", "calibration", "given", "harm_readings", "likelihood", "line_readings", "moves"),
        *("people", "problem", "questions", "scales", "scenes", "sebum_readings", "smc", "sweat_readings"),
        *("tempering", "unknowns", "world"),
    )
)
"""Whatever changes the meaning of a saved state."""

Tell = Callable[[str, float], None]
"""Hears which part is being worked on and how far it has come, 0 to 1."""


def carry_out(
    directory: Path | None, evidence_hash: str, *, seed: int, size: Size, workers: int, tell: Tell
) -> Posterior:
    """Fit the population to the evidence; an interrupted fit with the same arguments goes on where it was.

    `directory` holds the three tables (None: the packaged ones) whose hash is `evidence_hash`.
    """
    problem = load_problem(directory, "fit")
    folder = cache_folder() / f"fit_{_key(problem, evidence_hash, seed, size)}"
    folder.mkdir(exist_ok=True)
    states = _saved(folder)
    with Predictors(directory, "fit", workers) as predict:
        for part, state in fit(problem, predict, seed=seed, size=size, kept=dict(states)):
            states[part] = state
            _save(folder, part, state)
            tell(part, 1.0 if state.finished else 0.9 * state.beta)
    return assembled(problem, collect(states, size), evidence_hash=evidence_hash, seed=seed, size=size)


def assembled(problem: Problem, done: Fit, *, evidence_hash: str, seed: int, size: Size) -> Posterior:
    """The posterior of a finished fit, with what tells how good it is."""
    unknowns = problem.unknowns
    names = unknowns.names
    about: dict[str, object] = {
        "evidence_hash": evidence_hash,
        "parameter_hash": unknowns.parameters.hash,
        "reading_hash": unknowns.readings.hash,
        "package_version": __version__,
        "seed": seed,
        "runs": size.runs,
        "particles": size.particles,
        "fitted_rows": len(problem.common.questions) + len(problem.sebum.questions),
        "sebum_rows": len(problem.sebum.questions),
        "not_expressed": dict(problem.unmodelled),
        "by_explanation": {h: _diagnosed(done, h, names) for h in HYPOTHESES},
        "log_evidence_common": [round(state.log_evidence, 3) for state in done.common],
    }
    return Posterior(
        names=names,
        centres=np.array([unknowns.table[name].value for name in names]),
        spreads=np.array([unknowns.spreads[name] for name in names]),
        scores={h: done.scores(h).reshape(-1, len(names)) for h in HYPOTHESES},
        log_evidence={h: done.log_evidence(h) for h in HYPOTHESES},
        about=about,
    )


def _diagnosed(done: Fit, hypothesis: str, names: tuple[str, ...]) -> dict[str, object]:
    draws = done.scores(hypothesis)  # type: ignore[arg-type]
    hats, sizes = r_hat(draws), effective_size(draws)
    learned = contraction(draws)
    return {
        "worst_r_hat": [names[int(hats.argmax())], round(float(hats.max()), 3)],
        "smallest_effective_size": [names[int(sizes.argmin())], round(float(sizes.min()))],
        "contraction": {name: round(float(c), 3) for name, c in zip(names, learned, strict=True)},
    }


def _key(problem: Problem, evidence_hash: str, seed: int, size: Size) -> str:
    tables = (problem.unknowns.parameters.hash, problem.unknowns.readings.hash, repr(problem.unknowns.variability))
    return fingerprint(_SOURCES, evidence_hash, *tables, seed, asdict(size), asdict(SETTINGS))


def _saved(folder: Path) -> dict[str, State]:
    states = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            states[path.stem] = State.from_arrays({name: file[name] for name in file.files})
    return states


def _save(folder: Path, part: str, state: State) -> None:
    buffer = io.BytesIO()
    arrays: Mapping[str, np.ndarray] = state.arrays()
    np.savez(buffer, **arrays)
    write_atomically(folder / f"{part}.npz", buffer.getvalue())
