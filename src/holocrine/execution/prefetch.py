"""Fill the cache from a second process while the first one works on the rest: kernels and small loops.

Both processes compute the same pure functions of the same arguments; the second only fills the cache that
the first reads. If it fails, the first computes what is missing itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from holocrine.anatomy.sites import layer_stack
from holocrine.domain.vocabulary import Region, Sex
from holocrine.execution.person_draws import person_draws
from holocrine.planning.objective import mean_gain
from holocrine.simulation.binding import Shots, bound_dose, loading
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.maps import mean_surface
from holocrine.simulation.placement import placed
from holocrine.simulation.response import NEW_NODES, node_positions
from holocrine.solvers.superposition import bin_pairs

LONGEST_S = 120.0
"""Seconds after which the first process goes on without the second."""


@dataclass(frozen=True)
class Wanted:
    """The kernels a plan will need: for these regions and volumes (mL)."""

    regions: Sequence[Region]
    sex: Sex
    volumes: Sequence[float]


def start(draws: Draws, library: KernelLibrary, wanted: Wanted) -> subprocess.Popen[bytes] | None:
    """Start computing what the cache lacks of it; None when it lacks nothing."""
    sites = [(region, volume) for region in wanted.regions for volume in wanted.volumes]
    missing = [site for site in sites if not library.cached(layer_stack(site[0], wanted.sex), site[1])]
    if not missing:
        return None
    order = {"seed": draws.seed, "n": draws.n, "sex": wanted.sex, "sites": missing}
    command = [sys.executable, "-m", "holocrine.execution.prefetch", json.dumps(order)]
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def help_along(process: subprocess.Popen[bytes] | None, library: KernelLibrary, wanted: Wanted) -> None:
    """Solve missing kernels from the far end of the list while the second process is at it."""
    for region in reversed(wanted.regions):
        for volume in reversed(wanted.volumes):
            if process is None or process.poll() is not None:
                return
            if not library.cached(layer_stack(region, wanted.sex), volume):
                library.kernels(layer_stack(region, wanted.sex), volume)


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
    wanted = json.loads(task)
    draws = person_draws(wanted["seed"], wanted["n"])
    library = KernelLibrary(draws.spatial)
    for region, volume in wanted["sites"][:1]:
        _compile(draws, library, region, volume, wanted["sex"])
    for region, volume in wanted["sites"]:
        if not library.cached(layer_stack(region, wanted["sex"]), volume):
            library.kernels(layer_stack(region, wanted["sex"]), volume)


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
