"""Columns and rows of a trial's tables, before any file format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.trial import TrialDesign
from holocrine.trials.attrition import arm_at
from holocrine.trials.dataset import Array, Index, TrialData
from holocrine.trials.places import Ring
from holocrine.trials.tables import rings_of

DAYS_PER_WEEK = 7.0
SIDES = ("LEFT", "RIGHT")


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of words: `codes` (rows,) number `words`."""

    codes: NDArray[np.int32]
    words: tuple[str, ...]


Column = NDArray[Any] | Coded
Table = dict[str, Column]


@dataclass(frozen=True, eq=False)
class Study:
    """A trial's data with its design and the name of the study."""

    name: str
    design: TrialDesign
    data: TrialData

    @property
    def weeks(self) -> Array:
        """Weeks of baseline and visits, (visits + 1,)."""
        return np.array([0.0, *self.design.visits])

    @property
    def days(self) -> NDArray[np.int32]:
        """Study days of baseline and visits: 1 is the day of the first session."""
        return (np.rint(DAYS_PER_WEEK * self.weeks) + 1).astype(np.int32)

    @property
    def visit_names(self) -> tuple[str, ...]:
        """Baseline and visits by name."""
        return ("BASELINE", *(f"WEEK {week:g}" for week in self.design.visits))

    @property
    def subjects(self) -> tuple[str, ...]:
        """Identifiers of the patients, (n,)."""
        return tuple(f"{self.name}-{number + 1:07d}" for number in self.data.ids)

    @property
    def tracks(self) -> int:
        """Tracks of a patient: 2 sides in a split face, else 1."""
        return int(self.data.grade.shape[1])

    def constant(self, word: str, rows: int) -> Coded:
        """A column with the same word in every row."""
        return Coded(np.zeros(rows, dtype=np.int32), (word,))

    def head(self, domain: str, patient: Index) -> Table:
        """The columns that begin every table: study, table, patient."""
        return {
            "STUDYID": self.constant(self.name, patient.size),
            "DOMAIN": self.constant(domain, patient.size),
            "USUBJID": self.subject(patient),
        }

    def subject(self, patient: Index) -> Coded:
        """The identifier of each row's patient."""
        return Coded(patient.astype(np.int32), self.subjects)

    def side(self, patient: Index, track: Index) -> Coded:
        """Side of the face of each row in a split face; arm 0 is on the left in patients randomised so."""
        right = (track != self.data.arm[patient]).astype(np.int32)
        return Coded(right, SIDES)

    def arm_of(self, patient: Index, track: Index, visit: Index) -> Coded:
        """The treatment each row's reading is taken under."""
        under = arm_at(self.design, self.data.arm)
        return Coded(
            under[patient, np.minimum(track, under.shape[1] - 1), visit].astype(np.int32), self.design.arm_names
        )

    def kept(self) -> tuple[Index, Index, Index]:
        """Patient, track and visit (0 is baseline) of every reading that was taken."""
        lost = np.concatenate([np.zeros((self.data.n, 1), bool), self.data.gone | self.data.missed], axis=1)
        shown = np.repeat(~lost[:, None, :], self.tracks, axis=1)
        patient, track, visit = np.nonzero(shown)
        return patient, track, visit

    def measures(self) -> list[tuple[str, str, str, Array]]:
        """Code, name, unit and values (n, tracks, visits + 1) of every measured quantity."""
        found = [
            (_sebum_code(i), _sebum_name(ring), "ug/cm2", self.data.sebum[ring])
            for i, ring in enumerate(rings_of(self.design))
        ]
        return [
            *found,
            ("ILC", "Inflammatory lesions", "lesions", self.data.lesions["inflammatory"]),
            ("NILC", "Non-inflammatory lesions", "lesions", self.data.lesions["noninflammatory"]),
        ]


def _sebum_code(place: int) -> str:
    return "SEBUM" if place == 0 else f"SEBUM{place}"


def _sebum_name(ring: Ring) -> str:
    return "Casual sebum" if ring is None else f"Casual sebum, {ring[0]:g} to {ring[1]:g} mm from the nearest point"


def stack_columns(parts: list[Table]) -> Table:
    """Tables with the same columns below one another; the words of a column are put together."""
    found: Table = {}
    for name in parts[0]:
        columns = [part[name] for part in parts]
        coded = [column for column in columns if isinstance(column, Coded)]
        if not coded:
            found[name] = np.concatenate([column for column in columns if not isinstance(column, Coded)])
            continue
        words = tuple(dict.fromkeys(word for column in coded for word in column.words))
        place = {word: i for i, word in enumerate(words)}
        codes = [np.array([place[word] for word in column.words], dtype=np.int32)[column.codes] for column in coded]
        found[name] = Coded(np.concatenate(codes), words)
    return found
