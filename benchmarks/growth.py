"""Populations of 1000 to 100 000 patients, 360 days, streamed in batches of fixed size: time and memory against size.

Every size is a process of its own. Each batch is drawn, solved on all threads the engine takes by itself, added to
running sums and to a histogram of every output on every day (from which quantiles are read), and forgotten.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

import timing
from engine_peers import problem
from program import Program, peak_mb, say

Array = NDArray[np.float64]

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
BATCH = 500
OUTPUTS, RTOL = "daily", 1e-5
BINS, TOP = 250, 1.25
"""Of the histogram; all outputs lie between 0 and 1, but for what the solver's error adds."""


@numba.njit
def add(outputs: Array, sums: Array, counts: NDArray[np.int64]) -> None:
    """Add a batch (n, times, 7) to the sums (times, 7) and the histogram (times, 7, BINS)."""
    for i in range(outputs.shape[0]):
        for j in range(outputs.shape[1]):
            for k in range(outputs.shape[2]):
                value = outputs[i, j, k]
                sums[j, k] += value
                counts[j, k, min(max(int(value * (BINS / TOP)), 0), BINS - 1)] += 1


def quantile(counts: NDArray[np.int64], share: float) -> Array:
    """A quantile (times, 7) from the histogram, at the upper edge of its bin."""
    below = np.cumsum(counts, axis=-1)
    return (np.argmax(below >= share * below[..., -1:], axis=-1) + 1) * (TOP / BINS)


def stream(size: int) -> dict[str, Any]:
    """Solve `size` patients batch by batch; seconds on the clock as a whole and of the engine alone."""
    from engine_peers.holocrine_lanes import simulate

    times = problem.times(OUTPUTS)
    sums = np.zeros((times.size, 7))
    counts = np.zeros((times.size, 7, BINS), dtype=np.int64)
    some = problem.patients(BATCH, size - 1)  # imports and compiles what the batches need
    simulate(some, times, RTOL, problem.ATOL_OVER_RTOL * RTOL, None)
    add(np.zeros((0, times.size, 7)), sums, counts)
    engine, begin = 0.0, time.perf_counter()
    for number in range(size // BATCH):
        some = problem.patients(BATCH, size + number)  # no size finds points that another has left behind
        before = time.perf_counter()
        outputs = simulate(some, times, RTOL, problem.ATOL_OVER_RTOL * RTOL, None).outputs
        engine += time.perf_counter() - before
        add(outputs, sums, counts)
    force = counts[:, 0]
    return {
        "size": size,
        "seconds": time.perf_counter() - begin,
        "engine_seconds": engine,
        "peak_mb": peak_mb(),
        "mean_force_day_30": float(sums[30, 0] / size),
        "force_day_30": [float(quantile(force[30], share)) for share in (0.05, 0.5, 0.95)],
    }


def exponent(rows: list[dict[str, Any]], what: str) -> float:
    """Slope of log time against log size."""
    slope, _ = np.polyfit(np.log([row["size"] for row in rows]), np.log([row[what] for row in rows]), 1)
    return float(slope)


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, help="be the process of one size")
    chosen = parser.parse_args()
    if chosen.size:
        say(**stream(chosen.size))
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder:  # quasi-random points are kept there, not in the user's cache
        Program("growth", f"--size={BATCH}", environment={"HOLOCRINE_CACHE": folder})  # compiles the kernels
        for size in SIZES:
            program = Program("growth", f"--size={size}", environment={"HOLOCRINE_CACHE": folder})
            rows.append(program.facts)
            print(
                f"{size} patients: {rows[-1]['seconds']:.2f} s, engine {rows[-1]['engine_seconds']:.2f} s, "
                f"{rows[-1]['peak_mb']:.0f} MB",
                flush=True,
            )
    exponents = {what: exponent(rows, what) for what in ("seconds", "engine_seconds")}
    print(exponents)
    facts = {"outputs": OUTPUTS, "rtol": RTOL, "batch": BATCH, "threads": timing.machine()["threads"]}
    timing.save("growth", {**facts, "rows": rows, "exponents": exponents})


if __name__ == "__main__":
    main()
