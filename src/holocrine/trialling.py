"""Use cases on clinical trials: read a design, find out what it can show, make a data set of it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from holocrine import __version__
from holocrine.domain.reading import read_file
from holocrine.domain.seed import SEED
from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_answer import TrialAnswer, TrialAnswers, TrialProvenance
from holocrine.domain.trial_estimand import estimands
from holocrine.errors import FileError, InputError
from holocrine.execution.trial_files import write_data
from holocrine.execution.trial_parts import Run, Saved
from holocrine.execution.trial_work import POINTS_AT_ONCE, Arrays, Piece, load_knowledge
from holocrine.execution.trial_workers import here, in_processes, on_cluster
from holocrine.trials.comparison import soonest
from holocrine.trials.dataset import TrialData
from holocrine.trials.enrolment import population_of
from holocrine.trials.evaluation import needed, powers, primary_power, qualities
from holocrine.trials.information import information
from holocrine.trials.parts import Evaluated, Part, stacked
from holocrine.trials.replicates import REFERENCE_PATIENTS, REPLICATES, SCENARIOS, Scenario, all_sizes
from holocrine.trials.sensitivity import BASE_POINTS, INPUTS, influences
from holocrine.trials.virtual_data import chunks_of, explanation_of, unpacked

TRIALS = 192
"""Trials simulated under each explanation of the sebum effect, and without any effect, unless told otherwise."""
MOST_PATIENTS = 10_000_000
Tell = Callable[[str, float], None]
"""Hears what is being worked on, and how far it has come (0 to 1)."""


def silent(part: str, share: float) -> None:
    """Tell nobody."""


def load_trial(path: Path) -> TrialDesign:
    """Read a design. Raises FileError or FieldError with what is wrong and what to do."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: the text is not valid Unicode. Save the file as UTF-8.") from error
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror}). Give the path of a design file.") from error
    return read_file(TrialDesign, "holocrine.trial/1", text, str(path))


def evaluate_trial(
    design: TrialDesign,
    *,
    trials: int = TRIALS,
    seed: int = SEED,
    workers: int = 1,
    cluster: str | None = None,
    tell: Tell = silent,
) -> TrialAnswer:
    """What a design can show: power by size, type I error, assurance, bias, coverage, information, sensitivities.

    `trials` are simulated under each explanation, in parts of eight that are saved: an interrupted run with the same
    arguments goes on where it was, and more trials add to those there are. More than one of `workers` are processes
    of their own, which a script may only start under `if __name__ == "__main__"`; `cluster` is the address of a Dask
    scheduler instead. The same bytes wherever it runs. Raises InputError on criteria that nobody meets.
    """
    knowledge = load_knowledge()
    _check_criteria(design, seed)
    saved, run = Saved.of(design, knowledge, seed), _runner(workers, cluster)
    numbers = range(max(1, -(-trials // REPLICATES)))
    pieces = [Piece(design, seed, "trials", number, scenario) for number in numbers for scenario in SCENARIOS]
    evaluated = _evaluated(saved, pieces, run, tell)
    influence = influences(_sensitivity(saved, evaluated, seed, run, tell), seed)
    return TrialAnswer(
        name=design.name,
        question=design.question,
        patients=design.patients,
        reference=design.reference,
        weights=dict(knowledge.weights),
        estimands=estimands(design),
        power=powers(evaluated),
        needed=needed(evaluated),
        quality=qualities(evaluated),
        information=information(evaluated),
        influence=influence,
        provenance=TrialProvenance(
            package_version=__version__,
            design_hash=hashlib.sha256(design.model_dump_json().encode()).hexdigest()[:16],
            posterior=knowledge.posterior.identifier,
            acne_posterior="prior" if knowledge.acne is None else knowledge.acne.identifier,
            parameter_hash=knowledge.unknowns.parameters.hash,
            seed=seed,
            parts=len(pieces),
            trials_per_part=REPLICATES,
            patients_simulated=len(pieces) * (REPLICATES * all_sizes(design)[-1] + REFERENCE_PATIENTS),
        ),
    )


def simulate_trial_data(
    design: TrialDesign,
    folder: Path,
    *,
    patients: int | None = None,
    study: str = "TRIAL",
    seed: int = SEED,
    workers: int = 1,
    cluster: str | None = None,
    tell: Tell = silent,
) -> tuple[str, ...]:
    """Write the data set of one virtual trial of `patients` (as planned, if not given) into `folder`; the files' names.

    It is made in one world of the posterior. Chunks are saved as they are finished; an interrupted run goes on where it
    was. Raises InputError on an impossible number.
    """
    count = design.patients if patients is None else patients
    if not 1 <= count <= MOST_PATIENTS:
        raise InputError(f"--patients must be a whole number from 1 to {MOST_PATIENTS}.")
    _check_criteria(design, seed)
    saved, run = Saved.of(design, load_knowledge(), seed), _runner(workers, cluster)
    pieces = [Piece(design, seed, "data", number, patients=count) for number in range(chunks_of(count))]
    for done, _ in enumerate(saved.finish(pieces, run), 1):
        tell("patients", 0.8 * done / len(pieces))
    chunks = _in_order(saved, design, pieces, tell)
    names = write_data(folder, design, study, chunks, count)
    saved.forget(pieces)
    return tuple(names)


def compare_trials(answers: Sequence[TrialAnswer]) -> TrialAnswers:
    """Designs side by side, with which of them settles which explanation of the sebum effect soonest."""
    return TrialAnswers(trials=tuple(answers), soonest=soonest(answers))


def trial_data_explanation(seed: int = SEED) -> str:
    """The explanation of the sebum effect that holds in the data sets of this seed."""
    return explanation_of(load_knowledge(), seed)


def _evaluated(saved: Saved, pieces: list[Piece], run: Run, tell: Tell) -> Evaluated:
    """Every piece worked on; after each round the power found so far is told."""
    design, weights = pieces[0].design, load_knowledge().weights
    parts: dict[Scenario, dict[int, Part]] = defaultdict(dict)

    def ordered() -> Evaluated:
        by_number = {s: [parts[s][n] for n in sorted(parts[s])] for s in SCENARIOS}
        return stacked(design, by_number, {str(h): weight for h, weight in weights.items()})

    so_far = "first trials"
    for done, piece in enumerate(saved.finish(pieces, run), 1):
        parts[piece.scenario][piece.number] = _read_back(saved, piece)
        if done % len(SCENARIOS) == 0:
            so_far = _so_far(ordered())
        tell(so_far, done / len(pieces))
    return ordered()


def _so_far(evaluated: Evaluated) -> str:
    if len(evaluated.explanations) < len(SCENARIOS) - 1:
        return "first trials"
    power, error = primary_power(evaluated, evaluated.planned, "all")
    return f"power {100.0 * power:.0f}% (error {100.0 * error:.0f})"


def _sensitivity(saved: Saved, evaluated: Evaluated, seed: int, run: Run, tell: Tell) -> np.ndarray:
    """Power at every point of the sensitivity analysis."""
    design = evaluated.design
    order = np.argsort(-np.abs(np.nan_to_num(evaluated.stacks["H1"].truth[:, 0, 0])), kind="stable")[::-1]
    lots = (len(INPUTS) + 2) * BASE_POINTS // POINTS_AT_ONCE
    effects = tuple(int(number) for number in order)
    pieces = [Piece(design, seed, "sensitivity", number, effects=effects) for number in range(lots)]
    for done, _ in enumerate(saved.finish(pieces, run), 1):
        tell("sensitivity", done / lots)
    return np.concatenate([_read_back(saved, piece)["power"] for piece in pieces])


def _in_order(saved: Saved, design: TrialDesign, pieces: list[Piece], tell: Tell) -> Iterator[TrialData]:
    for done, piece in enumerate(pieces, 1):
        yield unpacked(design, _read_back(saved, piece))
        tell("writing", 0.8 + 0.2 * done / len(pieces))


def _read_back(saved: Saved, piece: Piece) -> Arrays:
    found = saved.load(piece)
    if found is None:
        raise FileError(f"{saved.path(piece)}: cannot be read back. Check that the disk is not full.")
    return found


def _check_criteria(design: TrialDesign, seed: int) -> None:
    """Before anything is computed: raise InputError where nobody meets the criteria."""
    population_of(design, load_knowledge(), seed).patients(np.arange(8))


def _runner(workers: int, cluster: str | None) -> Run:
    if cluster is not None:
        return partial(on_cluster, url=cluster)
    return here if workers == 1 else partial(in_processes, workers=workers)
