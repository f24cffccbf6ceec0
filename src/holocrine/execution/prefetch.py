"""Fill the cache from a second process while the first one works on the rest: kernels and small loops.

Both processes compute the same pure functions of the same arguments; the second only fills the cache that
the first reads. If it fails, the first computes what is missing itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from holocrine.anatomy.sites import Layer, LayerStack
from holocrine.execution.person_draws import person_draws
from holocrine.planning.worth import worth_of
from holocrine.simulation.binding import Shots, bound_dose, loading
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary, Site
from holocrine.simulation.maps import mean_surface
from holocrine.simulation.placement import placed
from holocrine.simulation.response import NEW_NODES, node_positions
from holocrine.solvers.superposition import bin_pairs

LONGEST_S = 120.0
"""Seconds after which the first process goes on without the second."""


def start(draws: Draws, library: KernelLibrary, wanted: Sequence[Site]) -> subprocess.Popen[bytes] | None:
    """Start computing what the cache lacks of `wanted`; None when it lacks nothing."""
    missing = [site for site in wanted if not library.cached(*site)]
    if not missing:
        return None
    order = {"seed": draws.seed, "n": draws.n, "sites": [(asdict(stack), volume) for stack, volume in missing]}
    command = [sys.executable, "-m", "holocrine.execution.prefetch", json.dumps(order)]
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def help_along(process: subprocess.Popen[bytes] | None, library: KernelLibrary, wanted: Sequence[Site]) -> None:
    """Solve missing kernels from the far end of the list while the second process is at it."""
    for site in reversed(wanted):
        if process is None or process.poll() is not None:
            return
        if not library.cached(*site):
            library.kernels(*site)


def finish(process: subprocess.Popen[bytes] | None) -> None:
    """Wait for the second process, but not for ever."""
    if process is None:
        return
    try:
        process.wait(LONGEST_S)
    except subprocess.TimeoutExpired:
        stop(process)


def stop(process: subprocess.Popen[bytes] | None) -> None:
    """End the second process at once."""
    if process is not None:
        process.kill()
        process.wait()


def fill(task: str) -> None:
    """The second process: compute what `task` (JSON) names into the cache."""
    order = json.loads(task)
    draws = person_draws(order["seed"], order["n"])
    library = KernelLibrary(draws.spatial)
    sites = [(_stack(facts), volume) for facts, volume in order["sites"]]
    for site in sites[:1]:
        _compile(draws, library, *site)
    for site in sites:
        if not library.cached(*site):
            library.kernels(*site)


def _stack(facts: dict[str, Any]) -> LayerStack:
    return LayerStack(**facts | {"layers": tuple(Layer(**layer) for layer in facts["layers"])})


def _compile(draws: Draws, library: KernelLibrary, stack: LayerStack, volume: float) -> None:
    """Call every small compiled loop once, so that Numba's own cache holds them too."""
    few = draws.subset(np.arange(4))
    one = np.array([[0.0, 0.0]]), np.array([1.0])
    shots = Shots("onabotulinumtoxinA", *one, np.array([1.0]), np.array([volume]), [stack])
    bound = bound_dose(shots, placed(*one, few, "expert"), one[0], few, library)["motor"]
    positions = node_positions(loading("motor", bound, "onabotulinumtoxinA", few), NEW_NODES)
    bin_pairs(np.zeros(positions.shape), positions, 1, NEW_NODES)
    worth_of(np.ones((few.n, NEW_NODES)), np.ones(few.n)).means(bound, (0, 1))
    mean_surface(np.zeros(positions.shape), positions, np.ones((few.n, 1, NEW_NODES, 2)))


if __name__ == "__main__":
    fill(sys.argv[1])
