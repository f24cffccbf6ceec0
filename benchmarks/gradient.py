"""The gradient of one number with respect to all constants of every patient: its cost in runs, and its error.

The number is a seeded weighted sum of all weekly outputs, one a patient. Cost: processor time of `pullback` over that
of `simulate`, interleaved, one thread. Error: against central differences of order 4 of the benchmark's reference,
which is another method on another right-hand side, times the constants (so that no unit matters), relative to the
patient's largest component.
"""

from __future__ import annotations

import os

os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

import timing
from engine_peers import problem, reference
from engine_peers.holocrine_lanes import arguments, simulate
from holocrine.models.site import SITE
from holocrine.solvers.gradient import pullback

Array = NDArray[np.float64]

TIMED, CHECKED, ROUNDS = 512, 8, 7
OUTPUTS = "weekly"
RTOLS = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
STEP = 3e-4
"""Relative step of the differences: truncation and rounding are then both below 1e-7 of the gradient."""


def unit(patients: problem.Patients) -> Array:
    """What a constant's derivative is taken by: the constant itself, so that units drop out, or 1 where it is zero."""
    return np.where(patients.constants == 0.0, 1.0, np.abs(patients.constants))


def weights(count: int) -> Array:
    """What every output counts, (count, times, 7)."""
    shape = (problem.times(OUTPUTS).size, len(SITE.outputs))
    return np.broadcast_to(np.random.default_rng(problem.SEED).normal(size=shape), (count, *shape)).copy()


def gradient(patients: problem.Patients, rtol: float) -> Array:
    """Derivatives (n, constants) by the engine's own adjoint."""
    starts, constants, events = arguments(patients)
    counts = weights(patients.n)
    found = pullback(
        SITE,
        starts,
        constants,
        problem.times(OUTPUTS),
        lambda lanes, _: counts[lanes],
        events=events,
        rtol=rtol,
        atol=problem.ATOL_OVER_RTOL * rtol,
        threads=1,
    )
    return np.asarray(found.constants)


def differences(patients: problem.Patients, step: float = STEP) -> Array:
    """The same by central differences of the reference, steps of -2, -1, 1 and 2 times `step`."""
    n, width = patients.constants.shape
    size = unit(patients)
    total = np.zeros((n, width))
    for multiple, weight in ((-2, 1.0), (-1, -8.0), (1, 8.0), (2, -1.0)):
        moved = np.repeat(patients.constants, width, axis=0)
        lane = np.arange(n * width)
        moved[lane, lane % width] += multiple * step * size.ravel()
        answer = reference.read(
            reference.daily(problem.Patients(moved, np.repeat(patients.doses, width, axis=0))), OUTPUTS
        )
        total += weight * (answer * weights(n * width)).sum(axis=(1, 2)).reshape(n, width)
    return total / (12.0 * step * size)


def error(found: Array, truth: Array, patients: problem.Patients) -> float:
    """Largest error over patients and constants, relative to the patient's largest component."""
    scale = unit(patients)
    return float((np.abs((found - truth) * scale).max(axis=1) / np.abs(truth * scale).max(axis=1)).max())


def timed(rtol: float) -> dict[str, dict[str, float]]:
    """Processor time of a run and of a gradient, and in every round the gradient's over its neighbours' mean."""
    given, times = problem.patients(TIMED), problem.times(OUTPUTS)

    def run() -> object:
        return simulate(given, times, rtol, problem.ATOL_OVER_RTOL * rtol)

    gradient(given, rtol)
    runs, gradients = [timing.processor_seconds(run)], []
    for _ in range(ROUNDS):
        gradients.append(timing.processor_seconds(lambda: gradient(given, rtol)))
        runs.append(timing.processor_seconds(run))
    ratios = [2.0 * taken / (runs[i] + runs[i + 1]) for i, taken in enumerate(gradients)]
    taken = {"ratio": ratios, "run": runs, "gradient": gradients}
    return {name: timing.spread_of(values) for name, values in taken.items()}


def main() -> None:
    """Measure, print, save."""
    some, few = problem.patients(CHECKED), problem.patients(2)
    truth = differences(some)
    rows = []
    for rtol in RTOLS:
        apart, taken = error(gradient(some, rtol), truth, some), timed(rtol)
        rows.append({"rtol": rtol, "error": apart, **taken})
        print(f"{rtol:.0e}: {taken['ratio']['median']:.2f} runs, error {apart:.1e}", flush=True)
    result = {
        "patients": TIMED,
        "checked": CHECKED,
        "constants": len(SITE.constants),
        "differences": error(differences(few, 2.0 * STEP), truth[: few.n], few),
        "rows": rows,
    }
    print(f"differences with steps twice as long: {result['differences']:.1e}")
    timing.save("gradient", result)


if __name__ == "__main__":
    main()
