"""From the readings of a trial to the variable that an endpoint analyses. Knows the design and the data, no model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_endpoint import Endpoint
from holocrine.trials.attrition import arm_at
from holocrine.trials.dataset import Array, Flags, Index, TrialData


@dataclass(frozen=True, eq=False)
class Variable:
    """An endpoint per patient and treatment: `value` (n, a, visits), the baseline as `start` (n, a) and what is
    `observed` (n, a, visits); a is 1 in a parallel layout, with the patient's `arm` (n,), and else the number of arms.

    Values are log ratios to baseline (change), counts, or 0 and 1; `visit` is the one the endpoint is read at.
    `period` (n,) is half of 1 or -1 for the two orders of a crossover.
    """

    value: Array
    start: Array
    observed: Flags
    arm: Index
    visit: int
    period: Array


@dataclass(frozen=True, eq=False)
class Survival:
    """Time to relapse: weeks (n,), whether it was seen (n,), and the arm (n,)."""

    weeks: Array
    seen: Flags
    arm: Index


def variable_of(design: TrialDesign, endpoint: Endpoint, data: TrialData) -> Variable:
    """What `endpoint` analyses in `data`."""
    raw = _raw(endpoint, data)
    start = raw[:, :, 0]
    value = _read(endpoint, raw)[:, :, 1:]
    kept = np.broadcast_to(_kept(endpoint, data)[:, None, :], value.shape)
    if endpoint.drop_out_counts == "composite":
        value = np.where(data.gone[:, None, :], 0.0, value)
        kept = kept | data.gone[:, None, :]
    if design.second_period is not None:
        value, kept, weeks = _by_treatment(design, data, value, kept)
        start = np.repeat(start, 2, axis=1)
        period = np.where(data.arm == 0, 0.5, -0.5)
    else:
        weeks, period = list(design.visits), np.zeros(data.n)
    return Variable(value, start, kept, data.arm, weeks.index(endpoint.week), period)


def survival_of(design: TrialDesign, endpoint: Endpoint, data: TrialData) -> Survival:
    """Time until a fall of `fall` percent is lost; patients leave the risk set when they leave the trial.

    Who never reached it relapses at the first visit; a fall at a later visit is not looked at any more.
    """
    weeks = np.array(design.visits)
    last = list(design.visits).index(endpoint.week)
    share = _raw(endpoint, data)[:, 0]
    fallen = share[:, 1 : last + 2] <= (1.0 - (endpoint.fall or 0.0) / 100.0) * share[:, :1]
    kept = _kept(endpoint, data)[:, : last + 1]
    lost = kept & ~fallen
    event = lost.any(axis=1)
    end = np.where(kept.any(axis=1), last - np.argmax(kept[:, ::-1], axis=1), 0)
    at = np.where(event, np.argmax(lost, axis=1), end)
    return Survival(weeks[at], np.asarray(event), data.arm)


def _raw(endpoint: Endpoint, data: TrialData) -> Array:
    """The measure at baseline and all visits, (n, tracks, visits + 1)."""
    if endpoint.measure == "sebum":
        return data.sebum[endpoint.ring]
    if endpoint.measure == "inflammatory_lesions":
        return data.lesions["inflammatory"]
    if endpoint.measure == "noninflammatory_lesions":
        return data.lesions["noninflammatory"]
    if endpoint.measure == "iga":
        return data.grade
    visits = data.grade.shape[2]
    droop = np.repeat(data.droop[:, :, None].astype(np.float64), visits, axis=2)
    droop[:, :, 0] = 0.0
    return droop


def _read(endpoint: Endpoint, raw: Array) -> Array:
    start = raw[:, :, :1]
    if endpoint.reading == "change":
        one = 0.0 if endpoint.measure == "sebum" else 1.0
        return np.log((raw + one) / (start + one))
    if endpoint.reading == "success":
        return ((raw <= 1.0) & (raw <= start - 2.0)).astype(np.float64)
    if endpoint.reading == "responder":
        return (raw <= (1.0 - (endpoint.fall or 0.0) / 100.0) * start).astype(np.float64)
    return raw


def _kept(endpoint: Endpoint, data: TrialData) -> Flags:
    """Visits of which something is known, (n, visits). Harm is asked for at every contact."""
    if endpoint.reading == "any":
        return np.ones_like(data.gone)
    lost = data.missed if endpoint.drop_out_counts == "treatment_policy" else data.missed | data.gone
    return ~lost


def _by_treatment(design: TrialDesign, data: TrialData, value: Array, kept: Flags) -> tuple[Array, Flags, list[float]]:
    """One track of a crossover as two treatments, (n, 2, common visits), and the weeks of these in a period."""
    second = design.second_period or 0.0
    early = {week: i for i, week in enumerate(design.visits) if week < second}
    late = {round(week - second, 6): i for i, week in enumerate(design.visits) if week > second}
    weeks = sorted(set(early) & set(late))
    first, then = [early[week] for week in weeks], [late[week] for week in weeks]
    under = arm_at(design, data.arm)[:, 0, 1:]
    starts_with_first = (under[:, first[0]] == 0)[:, None]

    def arranged(series: Array) -> Array:
        one, two = series[:, 0][:, first], series[:, 0][:, then]
        return np.stack([np.where(starts_with_first, one, two), np.where(starts_with_first, two, one)], axis=1)

    return arranged(value), arranged(kept.astype(np.float64)) > 0.5, weeks
