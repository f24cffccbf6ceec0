"""Who is let in: inclusion criteria, and the search for a candidate who meets all of them.

Every place in a population is filled on its own: candidates 0, 1, 2, ... for that place are drawn until one
fits. Who fills a place therefore depends on nobody else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import FaceRegion, Sex
from holocrine.errors import InputError, nearest_match
from holocrine.knowledge.people import LesionKind
from holocrine.population.streams import Ids

NUMBERS: tuple[str, ...] = ("age", "skin_type", "casual_sebum", *get_args(LesionKind), "lesions")
"""What a range can be put on; "lesions" are inflammatory and non-inflammatory ones together."""


class Measured(Protocol):
    """Candidates as the screening visit finds them."""

    def screened(self, quantity: str, region: FaceRegion | None) -> NDArray[np.generic]:
        """The value of each candidate, (n,): numbers in the quantity's unit, or words."""
        ...


@dataclass(frozen=True)
class Criterion:
    """A quantity that must lie from `low` to `high`, ends included, or be one of `allowed`. See `within`."""

    quantity: str
    region: FaceRegion | None = None
    low: float = -math.inf
    high: float = math.inf
    allowed: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = self.quantity.replace("_", " ") + (f" of the {self.region.replace('_', ' ')}" if self.region else "")
        if self.allowed:
            return f"{name} {' or '.join(self.allowed)}"
        if math.isinf(self.high):
            return f"{name} at least {self.low:g}"
        return f"{name} at most {self.high:g}" if math.isinf(self.low) else f"{name} {self.low:g} to {self.high:g}"

    def met(self, candidates: Measured) -> NDArray[np.bool_]:
        """Which candidates fit, (n,)."""
        values = candidates.screened(self.quantity, self.region)
        if self.allowed:
            return np.isin(values, self.allowed)
        numbers = values.astype(np.float64)
        return np.asarray((numbers >= self.low) & (numbers <= self.high))


def within(
    quantity: str, low: float = -math.inf, high: float = math.inf, *, region: FaceRegion | None = None
) -> Criterion:
    """A range on one of NUMBERS, ends included; casual sebum (ug/cm2) needs its region.

    Raises InputError on another quantity, an empty range, or a region missing or out of place.
    """
    if quantity not in NUMBERS:
        near = nearest_match(quantity, NUMBERS)
        meant = f" Did you mean {near}?" if near else ""
        raise InputError(f"criterion on {quantity!r} is not known. Allowed: {', '.join(NUMBERS)}.{meant}")
    if not low <= high or (math.isinf(low) and math.isinf(high)):
        raise InputError(f"criterion on {quantity}: {low:g} to {high:g} is not a range. Allowed: low up to high.")
    if (region is not None) != (quantity == "casual_sebum") or (
        region is not None and region not in get_args(FaceRegion)
    ):
        allowed = (
            f"one of {', '.join(get_args(FaceRegion))}" if quantity == "casual_sebum" else "none for this quantity"
        )
        raise InputError(f"criterion on {quantity}: region {region!r} is not possible. Allowed: {allowed}.")
    return Criterion(quantity, region, low, high)


def only(sex: Sex) -> Criterion:
    """One sex alone. Raises InputError on another word."""
    if sex not in get_args(Sex):
        raise InputError(f"criterion on sex: {sex!r} is not known. Allowed: {', '.join(get_args(Sex))}.")
    return Criterion("sex", allowed=(sex,))


@dataclass(frozen=True)
class Screening:
    """How the places were filled: `attempts` (n,) rejected candidates before each, `failed` (n, criteria) by reason."""

    attempts: Ids
    failed: Ids

    @property
    def acceptance(self) -> float:
        """Share of the screened candidates that was let in."""
        return self.attempts.size / float(self.attempts.sum() + self.attempts.size) if self.attempts.size else math.nan


def screen(
    ids: Ids, candidates: Callable[[Ids, Ids], Measured], criteria: Sequence[Criterion], limit: int
) -> Screening:
    """Find the first candidate that fits for every place in `ids` (n,).

    `candidates(ids, attempts)` gives the candidates of these places. Raises InputError when a place stays empty
    after `limit` candidates, naming the criterion that failed most often there.
    """
    attempts = np.zeros(ids.size, dtype=np.int64)
    failed = np.zeros((ids.size, len(criteria)), dtype=np.int64)
    open_places = np.arange(ids.size) if criteria else np.empty(0, dtype=np.int64)
    while open_places.size:
        there = candidates(ids[open_places], attempts[open_places])
        met = np.stack([criterion.met(there) for criterion in criteria], axis=1)
        failed[open_places] += ~met
        open_places = open_places[~met.all(axis=1)]
        attempts[open_places] += 1
        if open_places.size and int(attempts[open_places[0]]) >= limit:
            place = open_places[np.argmin(ids[open_places])]
            worst = int(np.argmax(failed[place]))
            raise InputError(
                f"none of {limit} candidates for patient {int(ids[place])} meets all inclusion criteria; "
                f"{int(failed[place, worst])} of them fail: {criteria[worst]}. Widen this criterion or drop it."
            )
    return Screening(attempts, failed)
