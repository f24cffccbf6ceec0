"""A protocol carried out on a population: courses of every patient in batches, or one summary of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import FaceRegion
from holocrine.errors import InputError
from holocrine.models.junction import SUFFIX, TERMINALS
from holocrine.models.site import SITE
from holocrine.population.streams import Ids
from holocrine.population.tally import Grid, Tally
from holocrine.population.treatments import Loads, Treatment, loads_of
from holocrine.population.virtual import VirtualPatients, VirtualPopulation
from holocrine.simulation.constants import constant_values, constants_of
from holocrine.solvers import stiff

Array = NDArray[np.float64]

SHARE = Grid(0.0, 1.25, 1250)
GRIDS: Mapping[str, Grid] = {
    "sebum": Grid(0.1, 3000.0, 2048, logarithmic=True),
    "sebum_share": SHARE,
    "sweat": SHARE,
    "force": SHARE,
    "bulk": SHARE,
}
"""Courses and the bins of their quantiles: half a percent for sebum (ug/cm2), 0.001 for shares of the baseline."""
_OUTPUT = {"sebum_share": "R", "sweat": "sweat", "force": "force", "bulk": "M"}
BATCH = 1024
"""Patients simulated together unless told otherwise; no result depends on it."""


@dataclass(frozen=True)
class Protocol:
    """Treatments of one place of skin in `region`, read out at `weeks` (nw,), counted from day 0 and increasing."""

    region: FaceRegion
    treatments: tuple[Treatment, ...]
    weeks: tuple[float, ...]

    def __post_init__(self) -> None:
        """Raises InputError on a region that does not exist or weeks that do not increase from 0 or later."""
        if self.region not in get_args(FaceRegion):
            raise InputError(f"region {self.region!r} is not known. Allowed: {', '.join(get_args(FaceRegion))}.")
        weeks = np.asarray(self.weeks, dtype=np.float64)
        if weeks.size == 0 or not np.all(np.isfinite(weeks)) or weeks[0] < 0.0 or np.any(np.diff(weeks) <= 0.0):
            raise InputError("weeks must increase from 0 or later. Allowed: a list such as 0, 1, 2, 4.")


@dataclass(frozen=True)
class PatientFailure:
    """A patient whose equations could not be integrated, on which day, and why."""

    patient: int
    day: float
    cause: str


@dataclass(frozen=True)
class CohortBatch:
    """Courses (n, nw) of the patients of one batch by the names of GRIDS; nan in a patient from a failure on.

    "sebum" is the usual casual level in ug/cm2 under treatment, without the errors of day and reading; the others
    are shares of each patient's own baseline.
    """

    patients: VirtualPatients
    weeks: tuple[float, ...]
    courses: Mapping[str, Array]
    failures: tuple[PatientFailure, ...]


def simulate_patients(patients: VirtualPatients, protocol: Protocol) -> CohortBatch:
    """Carry out `protocol` on these patients. Raises InputError on an impossible dose."""
    loads = loads_of(patients, protocol.treatments)
    runs = _integrate(patients, loads, 7.0 * np.asarray(protocol.weeks))
    courses = {name: runs.outputs[:, :, SITE.outputs.index(output)] for name, output in _OUTPUT.items()}
    courses["sebum"] = patients.usual_sebum(protocol.region)[:, None] * courses["sebum_share"]
    failures = tuple(PatientFailure(int(patients.ids[f.lane]), f.day, f.cause) for f in runs.failures)
    return CohortBatch(patients, protocol.weeks, {name: courses[name] for name in GRIDS}, failures)


def simulate_cohort(
    population: VirtualPopulation, ids: Ids, protocol: Protocol, *, batch: int = BATCH
) -> Iterator[CohortBatch]:
    """The patients `ids` batch after batch, in their order; only one batch is held at a time."""
    for first in range(0, len(ids), _at_least_one("batch", batch)):
        yield simulate_patients(population.patients(ids[first : first + batch]), protocol)


@dataclass
class CohortSummary:
    """All patients together: a tally per course over `weeks`, failed patients left out and listed by number."""

    weeks: tuple[float, ...]
    tallies: Mapping[str, Tally]
    failures: tuple[PatientFailure, ...] = ()
    screened: int = 0

    @property
    def n(self) -> int:
        """Number of patients in the tallies."""
        return self.tallies["sebum"].n

    @property
    def acceptance(self) -> float:
        """Share of the screened candidates who met the criteria."""
        return (self.n + len(self.failures)) / self.screened if self.screened else float("nan")

    def add(self, batch: CohortBatch) -> None:
        """Count a batch in."""
        failed = [failure.patient for failure in batch.failures]
        kept = ~np.isin(batch.patients.ids, failed)
        for name, tally in self.tallies.items():
            tally.add(batch.courses[name][kept])
        self.screened += int(batch.patients.screening.attempts.sum()) + batch.patients.n
        self.failures = _in_order(self.failures + batch.failures)

    def merge(self, other: CohortSummary) -> None:
        """Count in what another summary of the same protocol holds."""
        for name, tally in self.tallies.items():
            tally.merge(other.tallies[name])
        self.screened += other.screened
        self.failures = _in_order(self.failures + other.failures)


def summarise_cohort(
    population: VirtualPopulation, ids: Ids, protocol: Protocol, *, batch: int = BATCH, workers: int = 1
) -> CohortSummary:
    """Mean, SD and quantiles of every course over the patients `ids`, in memory that does not grow with them.

    The same bytes for any order and split of the numbers, any `batch` and any number of `workers` (threads).
    """
    _at_least_one("batch", batch)
    stride = _at_least_one("workers", workers)

    def work(first: int) -> CohortSummary:
        own = _empty(protocol)
        for start in range(first * batch, len(ids), stride * batch):
            own.add(simulate_patients(population.patients(ids[start : start + batch]), protocol))
        return own

    if stride == 1:
        return work(0)
    whole = _empty(protocol)
    with ThreadPoolExecutor(stride) as pool:
        for part in pool.map(work, range(stride)):
            whole.merge(part)
    return whole


def _empty(protocol: Protocol) -> CohortSummary:
    return CohortSummary(protocol.weeks, {name: Tally(grid, len(protocol.weeks)) for name, grid in GRIDS.items()})


def _in_order(failures: tuple[PatientFailure, ...]) -> tuple[PatientFailure, ...]:
    return tuple(sorted(failures, key=lambda failure: (failure.patient, failure.day, failure.cause)))


def _at_least_one(name: str, number: int) -> int:
    if number < 1:
        raise InputError(f"{name} is {number}. Allowed: a whole number of at least 1.")
    return number


def _integrate(patients: VirtualPatients, loads: Loads, times: Array) -> stiff.Runs:
    """One lane of SITE per patient through all sessions; `times` (nt,) in days."""
    constants = constants_of(SITE, constant_values(patients.value, patients.hypothesis_ids), patients.n)
    starts = np.tile(np.array([state.initial for state in SITE.states]), (patients.n, 1))
    return stiff.simulate(SITE, starts, constants, times, owner=np.arange(patients.n), events=_events(loads))


def _events(loads: Loads) -> stiff.Events:
    """Every session as one dose to each depot and one to the concentration at the gland."""
    symbols = (*(f"A_{SUFFIX[terminal]}" for terminal in TERMINALS), "C")
    doses = np.concatenate([loads.loading, loads.concentration[:, :, None]], axis=2)
    n = doses.shape[0]
    targets = np.tile([stiff.target_of(SITE, symbol) for symbol in symbols], (n, loads.days.size))
    return stiff.Events(np.tile(np.repeat(loads.days, len(symbols)), (n, 1)), targets, doses.reshape(n, -1))
