"""What earlier sessions left behind at every cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.face import Face
from holocrine.anatomy.polygons import cells
from holocrine.domain.session import Session
from holocrine.domain.vocabulary import Experience
from holocrine.models.junction import Terminal
from holocrine.simulation.binding import Shots, bound_dose, loading
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
        regions = [face.region_at(x, y) or "forehead" for x, y in xy]
        table = np.array([(point.depth, point.units, point.volume) for point in session.points])
        return Shots(session.product, xy, table[:, 0], table[:, 1], table[:, 2], regions)
    parts = [(region, cells(face.regions[region], ASSUMED_SPACING_MM)) for region in session.regions or ("forehead",)]
    xy = np.concatenate([part for _, part in parts])
    count = xy.shape[0]
    return Shots(
        session.product,
        xy,
        np.full(count, ASSUMED_DEPTH_MM),
        np.full(count, session.units / count),
        np.full(count, ASSUMED_VOLUME_ML),
        [region for region, part in parts for _ in range(part.shape[0])],
    )


def residual_loading(
    terminal: Terminal,
    sessions: Sequence[Session],
    face: Face,
    experience: Experience,
    places: Array,
    draws: Draws,
    library: KernelLibrary,
    passage: Array | float = 1.0,
) -> Array:
    """Loading (draws, cells) that, given on the last session's date, leaves the light chain that all left.

    `sessions` oldest first, at least one; `passage` (draws, cells) is the share of bound dose that gets there.
    """
    last = sessions[-1].date
    total = np.zeros((draws.n, places.shape[0]))
    for number, session in enumerate(sessions):
        shots = shots_of(session, face)
        landed = placed(shots.xy, shots.depth, draws, experience, salt=number + 1)
        bound = bound_dose(shots, landed, places, draws, library, face.sex, (terminal,))[terminal]
        age = (last - session.date).days
        total += (
            loading(terminal, bound * passage, session.product, draws)
            * np.exp(-fading_rate(terminal, draws) * age)[:, None]
        )
    return np.minimum(total, 1.0)
