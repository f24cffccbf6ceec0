"""What every engine of the comparison does: start, say what it is, then solve as often and as exactly as it is told.

An engine prints one line of JSON when it is ready and one after every command read from standard input, itself a line
of JSON: `{"do": "run", ...}` times one solution of a task, `{"do": "answer", ...}` saves its outputs, `end` stops it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine_peers import problem
from program import peak_mb, say

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """Solve for these patients, with outputs `daily` or `weekly`, at a relative tolerance.

    `ratio` is the absolute tolerance over it.
    """

    patients: problem.Patients
    outputs: str
    rtol: float
    ratio: float = problem.ATOL_OVER_RTOL

    @property
    def times(self) -> Array:
        """Days of the outputs."""
        return problem.times(self.outputs)

    @property
    def atol(self) -> float:
        """Absolute tolerance."""
        return self.ratio * self.rtol


@dataclass(frozen=True)
class Prepared:
    """An engine ready to solve: `solve` returns outputs (patients, times, 7)."""

    solve: Callable[[Task], Array]
    version: str
    facts: dict[str, object] = field(default_factory=dict)


def serve(prepare: Callable[[str], Prepared]) -> None:
    """Prepare for `--mode`, then answer commands until `end`. An engine that is not installed says so and leaves."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", default="")
    parser.add_argument("--core", type=int, help="the one processor core to run on")
    arguments = parser.parse_args()
    if arguments.core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {arguments.core})
    sys.stdout = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Fortran writes warnings where the answers go
    begin = time.perf_counter()
    try:
        ready = prepare(arguments.mode)
    except ImportError as error:
        say(missing=str(error))
        return
    for outputs in ("weekly", "daily"):  # compiles, fills caches
        ready.solve(Task(problem.patients(2), outputs, 1e-4))
    say(version=ready.version, setup_seconds=time.perf_counter() - begin, **ready.facts)
    before = peak_mb()
    for line in sys.stdin:
        if line.strip() == "end":
            say(peak_mb=peak_mb(), growth_mb=peak_mb() - before)
            return
        command = json.loads(line)
        given = problem.patients(command["patients"])
        _obey(ready, command, Task(given, command["outputs"], command["rtol"], command["ratio"]))


def _obey(ready: Prepared, command: dict[str, str], task: Task) -> None:
    """Seconds of processor and on the clock, of one solution or (`repeats`) the median of several."""
    taken = []
    for _ in range(int(command.get("repeats", 1))):
        wall, processor = time.perf_counter(), time.process_time()
        outputs = ready.solve(task)
        taken.append((time.process_time() - processor, time.perf_counter() - wall))
    if command["do"] == "answer":
        np.save(command["path"], outputs)
    processor_s, wall_s = np.median(taken, axis=0)
    say(seconds=float(processor_s), wall_seconds=float(wall_s))
