"""Solve missing spread kernels, and compile small loops, in a second process while the first one integrates.

Both processes compute the same pure functions of the same arguments; the second only fills the cache that
the first reads. If it fails, the first computes what is missing itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

import numpy as np

from holocrine.anatomy.sites import layer_stack
from holocrine.domain.vocabulary import Region, Sex
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.planning.objective import mean_gain
from holocrine.simulation.binding import Shots, bound_dose, loading
from holocrine.simulation.draws import Draws, draw
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.maps import mean_surface
from holocrine.simulation.placement import placed
from holocrine.simulation.response import NEW_NODES, node_positions
from holocrine.solvers.superposition import bin_pairs

LONGEST_S = 120.0
"""Seconds after which the first process goes on without the second."""


def start(
    draws: Draws, library: KernelLibrary, regions: Sequence[Region], sex: Sex, volumes: Sequence[float]
) -> subprocess.Popen[bytes] | None:
    """Start solving the kernels that the cache lacks; None when it lacks none."""
    missing = [
        (region, volume)
        for region in regions
        for volume in volumes
        if not library.cached(layer_stack(region, sex), volume)
    ]
    if not missing:
        return None
    task = json.dumps({"seed": draws.seed, "n": draws.n, "sex": sex, "sites": missing})
    command = [sys.executable, "-m", "holocrine.execution.prefetch", task]
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def finish(process: subprocess.Popen[bytes] | None) -> None:
    """Wait for the second process, but not for ever."""
    if process is None:
        return
    try:
        process.wait(LONGEST_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def fill(task: str) -> None:
    """The second process: solve the kernels named in `task` (JSON) into the cache."""
    wanted = json.loads(task)
    draws = draw(load_parameters(), load_hypotheses(), seed=wanted["seed"], n=wanted["n"])
    library = KernelLibrary(draws.spatial)
    for region, volume in wanted["sites"]:
        library.kernels(layer_stack(region, wanted["sex"]), volume)
    region, volume = wanted["sites"][0]
    _compile(draws, library, region, volume, wanted["sex"])


def _compile(draws: Draws, library: KernelLibrary, region: Region, volume: float, sex: Sex) -> None:
    """Call every small compiled loop once, so that Numba's own cache holds them too."""
    few = draws.subset(np.arange(4))
    one = np.array([[0.0, 0.0]]), np.array([1.0])
    shots = Shots("onabotulinumtoxinA", *one, np.array([1.0]), np.array([volume]), [region])
    bound = bound_dose(shots, placed(*one, few, "expert"), one[0], few, library, sex)["motor"]
    positions = node_positions(loading("motor", bound, "onabotulinumtoxinA", few), NEW_NODES)
    bin_pairs(np.zeros(positions.shape), positions, 1, NEW_NODES)
    mean_gain(positions, np.ones((few.n, NEW_NODES)))
    mean_surface(np.zeros(positions.shape), positions, np.ones((few.n, 1, NEW_NODES, 2)))


if __name__ == "__main__":
    fill(sys.argv[1])
