"""From the tables of a world to virtual patients: each finds its kind, landing and sensitivity, and reads there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from holocrine.domain.trial import TrialDesign
from holocrine.models.junction import Terminal
from holocrine.trials.dataset import Array, Index
from holocrine.trials.enrolment import Enrolled, sensitivity
from holocrine.trials.tables import TrackTable, WorldTables
from holocrine.trials.toxin_courses import SCORES


class Lookup:
    """Reads tables for the patients `who` on their tracks; results are (n, tracks, ...)."""

    def __init__(self, design: TrialDesign, tables: WorldTables, who: Enrolled) -> None:
        self.tables, self.who = tables, who
        self.sides = design.layout == "split_face"

    @cached_property
    def track(self) -> Index:
        """Number of the track that each reading is taken on, (n, tracks of a patient)."""
        if self.sides:
            return np.tile(np.arange(2), (self.who.n, 1))
        return self.who.arm[:, None]

    def by_response(self, of: Callable[[TrackTable], Array], terminal: Terminal) -> Array:
        """Tables (kinds, landings, SCORES, ...) of every track, at each patient's own sensitivity."""
        position = np.interp(sensitivity(self.who, terminal), SCORES, np.arange(SCORES.size))
        low = np.minimum(position.astype(np.int64), SCORES.size - 2)
        stacked = np.stack([of(track) for track in self.tables.tracks])
        place = (self.track, self.who.kind[:, None], self.who.landing[:, None])
        below, above = stacked[(*place, low[:, None])], stacked[(*place, low[:, None] + 1)]
        part = (position - low).reshape(-1, *(1,) * (below.ndim - 1))
        return np.asarray(below + part * (above - below))

    def by_kind(self, of: Callable[[TrackTable], Array]) -> Array:
        """Tables (kinds, visits + 1) of every track."""
        return np.stack([of(track) for track in self.tables.tracks])[self.track, self.who.kind[:, None]]

    def by_track(self, of: Callable[[TrackTable], Array]) -> Array:
        """Tables (visits + 1,) of every track."""
        return np.stack([of(track) for track in self.tables.tracks])[self.track]
