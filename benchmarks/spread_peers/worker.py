"""What every program of the comparison does: start, say what it is, then run as often as it is told to.

A program prints one line of JSON when it is ready and one after every command read from standard input:
`run` times one solution, `answer` hands over the maps, `end` reports the memory it has needed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from program import peak_mb, say
from spread_peers import problem

Array = NDArray[np.float64]


@dataclass
class Prepared:
    """A program ready to solve; `facts` say what it solves and how.

    `solve` returns both maps on cells of `step` mm, or at the map's own places where `step` is None.
    """

    solve: Callable[[], Array]
    step: float | None
    version: str
    facts: dict[str, object] = field(default_factory=dict)


def grid_arguments() -> argparse.Namespace:
    """`--step` and `--height` of the cells in mm, and `--mode` for programs that have more than one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", type=float, default=0.5)
    parser.add_argument("--height", type=float, default=0.2)
    parser.add_argument("--mode", default="")
    return parser.parse_args()


def serve(prepare: Callable[[argparse.Namespace], Prepared]) -> None:
    """Prepare, then answer commands until `end`. A program that is not installed says so and leaves."""
    begin = time.perf_counter()
    try:
        ready = prepare(grid_arguments())
    except ImportError as error:
        say(missing=str(error))
        return
    maps = ready.solve()  # compiles, fills caches
    say(version=ready.version, setup_seconds=time.perf_counter() - begin, **ready.facts)
    for line in sys.stdin:
        command = line.strip()
        if command == "run":
            begin = time.perf_counter()
            ready.solve()
            say(seconds=time.perf_counter() - begin)
        elif command == "answer":
            say(maps=(maps if ready.step is None else problem.read(maps, ready.step)).tolist())
        elif command == "end":
            say(peak_mb=peak_mb())
            return
