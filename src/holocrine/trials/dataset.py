"""What a trial has read: the data set, in which nothing tells how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holocrine.trials.lesion_courses import Kind
from holocrine.trials.places import Ring

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TrialData:
    """Readings of `n` patients on `t` tracks (two sides in a split face, else one) at baseline and `v` visits.

    `ids`, `age`, `sex`, `skin_type` (n,); `arm` (n,) is the arm's number, in a split face that of the left side, in a
    crossover that of the first period. `sebum` by ring (n, t, v + 1) in ug/cm2, `lesions` by kind (n, t, v + 1),
    `grade` (n, t, v + 1) 0 to 4; `droop` (n, t) whether a lid drooped at any time. In a split face track i is the side
    of arm i. `gone` (n, v) marks visits after drop-out and `missed` (n, v) others that were not kept; readings stand
    there all the same, as if the patient had been followed up.
    """

    ids: Index
    arm: Index
    age: Index
    sex: NDArray[np.str_]
    skin_type: Index
    sebum: Mapping[Ring, Array]
    lesions: Mapping[Kind, Array]
    grade: Array
    droop: Flags
    gone: Flags
    missed: Flags

    @property
    def n(self) -> int:
        """Number of patients."""
        return int(self.ids.size)

    def only(self, index: Index | slice) -> TrialData:
        """The patients at these places."""
        kept: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            is_table = isinstance(value, Mapping)
            kept[field.name] = {key: each[index] for key, each in value.items()} if is_table else value[index]
        return TrialData(**kept)
