"""Where the toxin of every session lies: dose at a few representative places of each region and muscle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.session import Session
from holocrine.domain.vocabulary import Experience, Region
from holocrine.models.junction import TERMINALS, Terminal
from holocrine.simulation.binding import bound_dose, half_dose, muscle_dose
from holocrine.simulation.draws import Draws
from holocrine.simulation.history import shots_of
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.placement import placed
from holocrine.simulation.scene import Scene

Array = NDArray[np.float64]

REGION_GROUPS, MUSCLE_GROUPS = 8, 3
"""Places of a region or muscle: cells of like dose are taken together, equally many in each."""


@dataclass(frozen=True)
class Deposits:
    """`dose[terminal]` (anchors, places, sessions) over the anchor's own half loading: loading = dose/(1 + dose).

    `regions` and `muscles` say which places belong to what; the places of the glands and those of the muscles are
    counted separately, and the shorter list is filled up with places without toxin.
    """

    dose: Mapping[Terminal, Array]
    regions: Mapping[Region, slice]
    muscles: Mapping[str, slice]

    @property
    def places(self) -> int:
        """Number of places."""
        return int(self.dose["motor"].shape[1])

    def followed_by(self, scale: float) -> Deposits:
        """With one session more: the last one again, times `scale` (spread is linear in dose)."""
        dose = {name: np.concatenate([d, scale * d[:, :, -1:]], axis=2) for name, d in self.dose.items()}
        return Deposits(dose, self.regions, self.muscles)


def deposits_of(
    sessions: Sequence[Session],
    scene: Scene,
    muscles: Sequence[str],
    experience: Experience,
    draws: Draws,
    library: KernelLibrary,
) -> Deposits:
    """The deposits of `sessions`, oldest first and at least one, in all regions of the scene and in `muscles`.

    Points where they are known, totals laid out over their regions otherwise (see `simulation.history`).
    """
    cells, regions = scene.all_regions()
    muscle_cells, parts = scene.muscle_cells(tuple(muscles))
    bound: dict[Terminal, list[Array]] = {terminal: [] for terminal in TERMINALS}
    for number, session in enumerate(sessions):
        shots = shots_of(session, scene.face)
        landed = placed(shots.xy, shots.depth, draws, experience, salt=number + 1)
        glands: tuple[Terminal, ...] = ("sebaceous", "sudomotor")
        here = bound_dose(shots, landed, cells, draws, library, glands)
        if muscles:
            here["motor"] = muscle_dose(shots, landed, muscle_cells, parts, draws, library)
        else:
            here["motor"] = np.zeros((draws.n, 0))
        for terminal in TERMINALS:
            bound[terminal].append(here[terminal] / half_dose(terminal, session.product, draws)[:, None])
    grouped = {
        terminal: _grouped(np.stack(doses, axis=2), parts if terminal == "motor" else regions, terminal)
        for terminal, doses in bound.items()
    }
    places = max(dose.shape[1] for dose in grouped.values())
    return Deposits(
        {terminal: _filled_up(dose, places) for terminal, dose in grouped.items()},
        {region: _slice(number, REGION_GROUPS) for number, region in enumerate(regions)},
        {name: _slice(number, MUSCLE_GROUPS) for number, name in enumerate(parts)},
    )


def _grouped(dose: Array, places: Mapping[str, slice] | Mapping[Region, slice], terminal: Terminal) -> Array:
    """Doses (anchors, groups, sessions): cells (anchors, cells, sessions) by rank of their whole dose, averaged."""
    count = MUSCLE_GROUPS if terminal == "motor" else REGION_GROUPS
    found = []
    for where in places.values():
        own = dose[:, where]
        order = np.argsort(own.sum(axis=2), axis=1, kind="stable")
        ranked = np.take_along_axis(own, order[:, :, None], axis=1)
        edges = np.linspace(0, own.shape[1], count + 1).round().astype(int)
        found += [
            ranked[:, first : max(last, first + 1)].mean(axis=1)
            for first, last in zip(np.minimum(edges[:-1], own.shape[1] - 1), edges[1:], strict=True)
        ]
    return np.stack(found, axis=1) if found else np.zeros((dose.shape[0], 0, dose.shape[2]))


def _filled_up(dose: Array, places: int) -> Array:
    return np.pad(dose, ((0, 0), (0, places - dose.shape[1]), (0, 0)))


def _slice(number: int, size: int) -> slice:
    return slice(number * size, (number + 1) * size)
