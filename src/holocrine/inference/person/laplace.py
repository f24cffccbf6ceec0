"""The mode and its neighbourhood: one normal approximation of the person's scores for every possible population.

For each anchor the scores z have the prior N(0, I). Steps are those of Gauss and Newton, damped (Levenberg 1944): the
slope of every reading's log-likelihood in its own signal is exact, the signals' slopes in the scores are differences.
Terminals do not act on each other, so the scores of all three are moved in one simulation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.inference.person.kinetics import Courses
from holocrine.inference.person.likelihoods import slopes
from holocrine.inference.person.problem import People, Problem
from holocrine.inference.person.signals import depends, signals
from holocrine.inference.person.traits import TERMINAL_OF, occasion
from holocrine.models.junction import TERMINALS

Array = NDArray[np.float64]
Index = NDArray[np.int64]

STEP, NEARBY = 0.1, 0.05
"""Standard deviations by which scores are moved to find slopes: of those that need a new simulation, and of others."""
ROUNDS, WALKS = 4, 3
"""A round walks by the signals' slopes of its start and works them out anew at its end."""
SETTLED = 0.05
"""Standard deviations of the prior: a mode is found when the next step would be shorter than this."""
LONGEST_STEP = 3.0
"""Standard deviations of the prior."""
WIDER, SHARE_WIDE = 2.5, 0.2
"""The wide approximation divides the readings' information by the first; the second is the share of people from it."""
FIRST_DAMPING = 0.05
ANCHORS_AT_ONCE = 64


@dataclass(frozen=True)
class Modes:
    """For each of `anchor` (a,): the mode `z` (a, columns), the log evidence (a,), nats, and roots of the covariance
    (a, columns, columns): `root` that at the mode, `wide` with the readings' information divided by `WIDER`."""

    anchor: Index
    z: Array
    log_evidence: Array
    root: Array
    wide: Array


def modes(problem: Problem) -> Modes:
    """The normal approximation about the mode for every anchor of the person."""
    parts = [
        _modes(problem, np.arange(first, min(first + ANCHORS_AT_ONCE, problem.body.anchors.n)))
        for first in range(0, problem.body.anchors.n, ANCHORS_AT_ONCE)
    ]
    fields = zip(*((part.anchor, part.z, part.log_evidence, part.root, part.wide) for part in parts), strict=True)
    return Modes(*(np.concatenate(field) for field in fields))


def _modes(problem: Problem, anchor: Index) -> Modes:
    place = _Place.of(problem, anchor, np.zeros((anchor.size, len(problem.body.layout.names))))
    damping = np.full(anchor.size, FIRST_DAMPING)
    for _ in range(ROUNDS):
        still = np.flatnonzero(place.distance() > SETTLED)
        if not still.size:
            break
        part, damped = place.at(still), damping[still]
        for _ in range(WALKS):
            new = part.moved(problem, part.step(damped))
            better = new.value >= part.value
            part = new.where(better, part)
            damped = np.where(better, 0.2 * damped, 10.0 * damped + 0.1)
        place, damping[still] = place.replaced(still, _Place.of(problem, part.anchor, part.z)), damped
    own = np.eye(place.z.shape[1])
    root, wide = (np.linalg.cholesky(np.linalg.inv(own + (place.precision - own) / factor)) for factor in (1.0, WIDER))
    return Modes(anchor, place.z, place.value + _half_log_determinant(root), root, wide)


@dataclass(frozen=True)
class _Place:
    """Where the search stands: independent scores `z` (a, columns), log posterior density up to a constant (a,), its
    slope (a, columns) and precision (a, columns, columns), and the signals' slopes (a, readings, columns)."""

    anchor: Index
    z: Array
    value: Array
    gradient: Array
    precision: Array
    jacobian: Array

    @staticmethod
    def of(problem: Problem, anchor: Index, z: Array) -> _Place:
        """Everything anew at `z`."""
        shown, by_score = _signals_and_slopes(problem, anchor, problem.body.correlated(z))
        return _Place._with(problem, anchor, z, shown, by_score @ problem.body.mixing)

    def moved(self, problem: Problem, step: Array) -> _Place:
        """One step away, with the signals' slopes of here: a simulation without any differences."""
        z = self.z + step
        return self._with(problem, self.anchor, z, problem.signals(People(self.anchor, z)), self.jacobian)

    @staticmethod
    def _with(problem: Problem, anchor: Index, z: Array, shown: Array, jacobian: Array) -> _Place:
        found = slopes(problem.readings, shown, problem.errors)
        gradient = problem.trust * np.einsum("am,amc->ac", found.slope, jacobian) - z
        weighted = problem.trust * found.curvature[:, :, None] * jacobian
        precision = np.eye(z.shape[1]) + np.swapaxes(weighted, 1, 2) @ jacobian
        value = problem.trust * found.value.sum(axis=1) - 0.5 * (z**2).sum(axis=1)
        return _Place(anchor, z, value, gradient, precision, jacobian)

    def step(self, damping: Array) -> Array:
        """The damped Newton step (a, columns), at most `LONGEST_STEP` long."""
        columns = self.z.shape[1]
        damped = self.precision + damping[:, None, None] * np.eye(columns)
        step = np.linalg.solve(damped, self.gradient[:, :, None])[:, :, 0]
        return np.asarray(step / np.maximum(1.0, np.sqrt((step**2).sum(axis=1)) / LONGEST_STEP)[:, None])

    def distance(self) -> Array:
        """How long the next undamped step would be, (a,), in standard deviations of the prior."""
        step = np.linalg.solve(self.precision, self.gradient[:, :, None])[:, :, 0]
        return np.asarray(np.sqrt((step**2).sum(axis=1)))

    def at(self, index: Index) -> _Place:
        """Only some of the anchors."""
        return _Place(self.anchor[index], *(getattr(self, name)[index] for name in _FIELDS))

    def where(self, better: NDArray[np.bool_], other: _Place) -> _Place:
        """This place for the anchors that are `better` (a,), `other` for the rest."""
        return other.replaced(np.flatnonzero(better), self.at(np.flatnonzero(better)))

    def replaced(self, index: Index, by: _Place) -> _Place:
        """This place, but `by` for the anchors in `index`."""

        def put(one: Array, other: Array) -> Array:
            whole = one.copy()
            whole[index] = other
            return whole

        return _Place(self.anchor, *(put(getattr(self, name), getattr(by, name)) for name in _FIELDS))


_FIELDS = ("z", "value", "gradient", "precision", "jacobian")


def _signals_and_slopes(problem: Problem, anchor: Index, scores: Array) -> tuple[Array, Array]:
    """Signals (a, readings) and their slopes in the correlated `scores`, (a, readings, columns)."""
    body, readings = problem.body, problem.readings
    together = _together(problem)
    moved = np.concatenate([scores, *(_moved(problem, scores, names, STEP) for names in together)])
    copies = np.tile(anchor, len(together) + 1)
    every = body.courses(problem.times, copies, moved)
    shown = signals(body, every, readings, copies, moved).reshape(len(together) + 1, anchor.size, -1)
    by_score = np.zeros((anchor.size, len(readings), scores.shape[1]))
    reads = np.array([reading.terminal for reading in readings])
    for number, names in enumerate(together):
        slope = (shown[number + 1] - shown[0]) / STEP
        for name, terminal in names.items():
            mine = np.ones(reads.size, bool) if terminal is None else reads == terminal
            by_score[:, mine, body.layout.column[name]] = slope[:, mine]
    courses = _first(every, anchor.size)
    for name in body.layout.organs:
        mine = np.array([depends(reading, name) for reading in readings])
        if mine.any():
            few = tuple(reading for reading, own in zip(readings, mine, strict=True) if own)
            nearby = signals(body, courses, few, anchor, _moved(problem, scores, [name], NEARBY))
            by_score[:, mine, body.layout.column[name]] = (nearby - shown[0][:, mine]) / NEARBY
    return shown[0], by_score


def _together(problem: Problem) -> list[dict[str, str | None]]:
    """Scores that shape courses, in groups moved in one simulation: one of each kind of terminals, or one of all."""
    found: list[dict[str, str | None]] = [{name: None} for name, terminal in TERMINAL_OF.items() if terminal is None]
    of = {terminal: [name for name, own in TERMINAL_OF.items() if own == terminal] for terminal in TERMINALS}
    for number in range(max(len(names) for names in of.values())):
        found.append({names[number]: t for t, names in of.items() if number < len(names)})
    given = len(problem.body.session_days)
    found += [{occasion(session, terminal): terminal for terminal in TERMINALS} for session in range(given)]
    return found


def _moved(problem: Problem, scores: Array, names: Iterable[str], step: float) -> Array:
    moved = scores.copy()
    for name in names:
        moved[:, problem.body.layout.column[name]] += step
    return moved


def _first(courses: Courses, n: int) -> Courses:
    """The first `n` people."""
    return Courses(
        courses.times,
        {name: course[:n] for name, course in courses.sebum.items()},
        {name: course[:n] for name, course in courses.sweat.items()},
        {name: course[:n] for name, course in courses.force.items()},
        {name: {kind: course[:n] for kind, course in own.items()} for name, own in courses.lesions.items()},
    )


def sampled(found: Modes, weight: Array, n: int, random: np.random.Generator) -> tuple[People, Array]:
    """`n` people from the mixture of normal approximations with `weight` (a,) that sum to one, and the log density
    (n,) of each given its anchor, up to a constant that all share.

    A share of the people comes from the wide approximation, so that none that is too narrow leaves a few people with
    all the weight (defensive mixture; Hesterberg 1995, doi:10.1080/00401706.1995.10484303).
    """
    place = (np.arange(n) + random.random()) / n
    which = np.minimum(np.searchsorted(np.cumsum(weight), place), weight.size - 1)
    noise = random.standard_normal((n, found.z.shape[1]))
    from_wide = random.random(n) < SHARE_WIDE
    root = np.where(from_wide[:, None, None], found.wide[which], found.root[which])
    away = np.einsum("nij,nj->ni", root, noise)
    logs = [
        np.log(share) + _log_density(one, which, away)
        for share, one in ((1.0 - SHARE_WIDE, found.root), (SHARE_WIDE, found.wide))
    ]
    return People(found.anchor[which], found.z[which] + away), np.logaddexp(*logs)


def _log_density(root: Array, which: Index, away: Array) -> Array:
    """Log density (n,) of `away` (n, columns) under the covariance with the root of number `which` (n,)."""
    whitened = np.einsum("nij,nj->ni", np.linalg.inv(root)[which], away)
    return np.asarray(-0.5 * (whitened**2).sum(axis=1) - _half_log_determinant(root)[which])


def _half_log_determinant(root: Array) -> Array:
    return np.asarray(np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1))
