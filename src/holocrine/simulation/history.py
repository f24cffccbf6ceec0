"""What earlier sessions left behind at every cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.face import Face
from holocrine.anatomy.polygons import cells
from holocrine.anatomy.sheets import region_polygon
from holocrine.anatomy.sites import layer_stack
from holocrine.domain.session import Session
from holocrine.domain.vocabulary import Experience
from holocrine.models.junction import Terminal
from holocrine.simulation.binding import Shots, bound_dose, loading, muscle_dose
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.placement import placed
from holocrine.simulation.response import fading_rate

Array = NDArray[np.float64]

REMEMBERED_DAYS = 730.0
"""Sessions older than this leave nothing that could be read (over ten light-chain half-lives)."""
ASSUMED_SPACING_MM = 10.0
ASSUMED_DEPTH_MM = 1.0
ASSUMED_VOLUME_ML = 0.02
"""Assumption for sessions of which only totals are known: a 10 mm grid, 1 mm deep, 0.02 mL a point."""


def remembered(sessions: Sequence[Session], today: dt.date) -> tuple[Session, ...]:
    """Sessions that still matter, oldest first."""
    recent = [session for session in sessions if (today - session.date).days <= REMEMBERED_DAYS]
    return tuple(sorted(recent, key=lambda session: session.date))


def shots_of(session: Session, face: Face) -> Shots:
    """The injections of a past session; totals without points are laid out evenly over its regions."""
    if session.points:
        xy = np.array([(point.x, point.y) for point in session.points])
        stacks = [layer_stack(face.region_at(x, y) or "forehead", face.sex) for x, y in xy]
        table = np.array([(point.depth, point.units, point.volume) for point in session.points])
        return Shots(session.product, xy, table[:, 0], table[:, 1], table[:, 2], stacks)
    regions = session.regions or ("forehead",)
    parts = [(region, cells(region_polygon(face, region), ASSUMED_SPACING_MM)) for region in regions]
    xy = np.concatenate([part for _, part in parts])
    count = xy.shape[0]
    return Shots(
        session.product,
        xy,
        np.full(count, ASSUMED_DEPTH_MM),
        np.full(count, session.units / count),
        np.full(count, ASSUMED_VOLUME_ML),
        [layer_stack(region, face.sex) for region, part in parts for _ in range(part.shape[0])],
    )


def residual_loading(
    terminal: Terminal,
    sessions: Sequence[Session],
    face: Face,
    experience: Experience,
    cells_at: Array,
    draws: Draws,
    library: KernelLibrary,
    places: Mapping[str, slice] | None = None,
) -> Array:
    """Loading (draws, cells) that, given on the last session's date, leaves the light chain that all left.

    `sessions` oldest first, at least one; `places` says where each muscle sits in the cells, where they are muscles.
    """
    last = sessions[-1].date
    total = np.zeros((draws.n, cells_at.shape[0]))
    for number, session in enumerate(sessions):
        shots = shots_of(session, face)
        landed = placed(shots.xy, shots.depth, draws, experience, salt=number + 1)
        if places is None:
            bound = bound_dose(shots, landed, cells_at, draws, library, (terminal,))[terminal]
        else:
            bound = muscle_dose(shots, landed, cells_at, places, draws, library)
        age = (last - session.date).days
        total += loading(terminal, bound, session.product, draws) * np.exp(-fading_rate(terminal, draws) * age)[:, None]
    return np.minimum(total, 1.0)
