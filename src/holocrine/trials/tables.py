"""Everything a world says about one track, tabulated so that a virtual patient is a look-up and not a simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.trial import TrialDesign
from holocrine.inference.arms.scenes import LANDINGS
from holocrine.trials.lesion_courses import AcneWorld, Kind
from holocrine.trials.places import Ring
from holocrine.trials.toxin_courses import SCORES, ToxinCourses
from holocrine.trials.tracks import DAYS_PER_WEEK, Track, tracks_of
from holocrine.trials.worlds import KINDS, Knowledge, TypicalWorld

Array = NDArray[np.float64]
LESION_KINDS: tuple[Kind, ...] = ("inflammatory", "noninflammatory")


@dataclass(frozen=True, eq=False)
class TrackTable:
    """One track at baseline and every visit, by (kinds of people, landings, SCORES, visits + 1) unless said otherwise.

    `reading` by ring: what a sebum reading is multiplied with. `treated`: lesions of each kind left where skin was
    treated; `elsewhere` (kinds, visits + 1): left by drugs alone; `vehicle` (visits + 1,) what a trial adds to both.
    `lid_droop` has no visits.
    """

    reading: Mapping[Ring, Array]
    treated: Mapping[Kind, Array]
    elsewhere: Mapping[Kind, Array]
    vehicle: Mapping[Kind, Array]
    lid_droop: Array


@dataclass(frozen=True, eq=False)
class WorldTables:
    """All tracks of a design in one world. `scatter` is the log SD between people of the lesions left, `pace` the days
    over which it builds up, `share` (kinds,) the part of the face's lesions in the treated regions."""

    tracks: tuple[TrackTable, ...]
    acne: AcneWorld
    share: Array
    scatter: float
    pace: float
    lid_background: float


def tables_of(design: TrialDesign, typical: TypicalWorld, knowledge: Knowledge) -> WorldTables:
    """Work out every track of `design` in the world `typical`. Raises SolverError when the equations are too stiff."""
    acne = AcneWorld.of(typical, knowledge, int(np.ceil(design.visits[-1])) + 1)
    tracks = tuple(_table(design, track, typical, knowledge, acne) for track in tracks_of(design))
    return WorldTables(
        tracks,
        acne,
        acne.regional_share(design.regions),
        typical.acne["lesion_response_sd"],
        typical.acne["vehicle_days"],
        typical.toxin["lid_background"],
    )


def rings_of(design: TrialDesign) -> tuple[Ring, ...]:
    """Where sebum is read: the whole area always, and every ring of an endpoint."""
    return tuple(dict.fromkeys((None, *(endpoint.ring for endpoint in design.endpoint))))


def _table(
    design: TrialDesign, track: Track, typical: TypicalWorld, knowledge: Knowledge, acne: AcneWorld
) -> TrackTable:
    days = DAYS_PER_WEEK * np.array([0.0, *design.visits])
    toxin = None if track.toxin is None else ToxinCourses.of(track.toxin, typical, knowledge)
    drugs = acne.drugs(track.drugs)
    untouched = np.ones((1, KINDS, acne.days.size))
    plain = acne.left(untouched, drugs)
    shape = (KINDS, LANDINGS, SCORES.size)
    sebum = None if toxin is None else toxin.sebum(None, acne.days)
    lesions = plain if sebum is None else acne.left(_as_lanes(sebum), drugs)
    needle = np.where(days > track.injected_from, np.exp(typical.toxin["sebum_needle"]), 1.0)
    by_drugs = _at(drugs.sebum, acne.days, days)[:, None, None]
    readings = {}
    for ring in rings_of(design):
        factor = 1.0 if toxin is None else toxin.sebum(ring, days) * toxin.artefact(ring, days)
        readings[ring] = np.broadcast_to(needle * by_drugs * factor, (*shape, days.size))
    vehicle = {kind: 1.0 - track.response * (1.0 - acne.on_vehicle(kind, days)) for kind in LESION_KINDS}
    return TrackTable(
        readings,
        {kind: _as_table(_at(lesions[kind], acne.days, days), shape) for kind in LESION_KINDS},
        {kind: _at(plain[kind][0], acne.days, days) for kind in LESION_KINDS},
        vehicle,
        np.zeros(shape) if toxin is None else toxin.lid_droop,
    )


def _as_lanes(table: Array) -> Array:
    """(kinds, landings, scores, days) as (lanes, kinds, days)."""
    return np.moveaxis(table.reshape(table.shape[0], -1, table.shape[-1]), 0, 1)


def _as_table(lanes: Array, shape: tuple[int, int, int]) -> Array:
    """(lanes or one, kinds, days) as (kinds, landings, scores, days)."""
    moved = np.moveaxis(lanes, 1, 0)
    whole = np.broadcast_to(moved, (shape[0], shape[1] * shape[2], lanes.shape[-1]))
    return whole.reshape(*shape, -1)


def _at(weekly: Array, days: Array, wanted: Array) -> Array:
    """Weekly courses (..., days) interpolated to `wanted` days."""
    position = np.interp(wanted, days, np.arange(days.size))
    low = np.minimum(position.astype(np.int64), days.size - 2)
    return np.asarray(weekly[..., low] + (position - low) * (weekly[..., low + 1] - weekly[..., low]))
