"""Courses of people with given scores through all their sessions: sebum, sweat and muscle force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import LesionType, Region
from holocrine.inference.person.deposits import Deposits
from holocrine.inference.person.traits import Anchors, Layout
from holocrine.models.junction import SUFFIX, TERMINALS, Terminal
from holocrine.models.site import SITE
from holocrine.simulation.constants import constant_values, constants_of
from holocrine.solvers.stiff import Events, simulate, target_of

Array = NDArray[np.float64]
Index = NDArray[np.int64]

RTOL = 1e-3
"""Courses are then right to a tenth of a percentage point."""
LARGEST_LOADING = 1.0 - 1e-9


@dataclass(frozen=True)
class Courses:
    """`sebum`, `sweat` per region, `force` per muscle and `lesions` per region and type where they matter.

    Each (people, times) over never treated; `times` in days from the first session.
    """

    times: Array
    sebum: Mapping[Region, Array]
    sweat: Mapping[Region, Array]
    force: Mapping[str, Array]
    lesions: Mapping[Region, Mapping[LesionType, Array]] = field(default_factory=dict)

    def at(self, day: float) -> int:
        """Number of the time `day`, which must be one of `times`."""
        number = int(np.searchsorted(self.times, day))
        if number == self.times.size or self.times[number] != day:
            raise ValueError(f"day {day:g} was not simulated")
        return number


def courses_of(
    anchors: Anchors,
    layout: Layout,
    deposits: Deposits,
    session_days: Sequence[float],
    times: Array,
    anchor: Index,
    scores: Array,
) -> Courses:
    """Integrate people with `anchor` (n,) and correlated `scores` (n, columns of `layout`).

    `session_days` (sessions,) and `times` (nt,) count from the first session; both rise from 0.
    """
    n, places = anchor.size, deposits.places
    values = anchors.values(anchor, scores, layout)
    draws = anchors.draws
    which = draws.hypothesis_ids[anchor]

    def value(name: str) -> Array:
        return values[name] if name in values else draws.value(name)[anchor]

    constants = constants_of(SITE, constant_values(value, which), n)
    owner = np.repeat(np.arange(n), places)
    starts = np.tile(np.array([state.initial for state in SITE.states]), (owner.size, 1))
    events = _events(anchors, layout, deposits, session_days, anchor, scores, values)
    out = simulate(SITE, starts, constants, times, owner=owner, events=events, rtol=RTOL).checked().outputs
    out = out.reshape(n, places, times.size, -1)

    def mean(output: str, where: slice) -> Array:
        return np.asarray(out[:, where, :, SITE.outputs.index(output)].mean(axis=1))

    return Courses(
        times,
        {region: mean("R", where) for region, where in deposits.regions.items()},
        {region: mean("sweat", where) for region, where in deposits.regions.items()},
        {name: mean("force", where) for name, where in deposits.muscles.items()},
    )


def _events(
    anchors: Anchors,
    layout: Layout,
    deposits: Deposits,
    session_days: Sequence[float],
    anchor: Index,
    scores: Array,
    values: Mapping[str, Array],
) -> Events:
    """Every session as three injections per lane: into the depots, or under H2 into the concentration at the gland."""
    draws, places = anchors.draws, deposits.places
    direct = np.repeat(draws.hypothesis_ids[anchor] == "H2", places)
    half_effect = np.repeat(draws.local["direct_half_effect"][anchor], places)
    targets, amounts = [], []
    for session in range(len(session_days)):
        for terminal in TERMINALS:
            loading = _loading(anchors, layout, deposits, session, terminal, anchor, scores, values).ravel()
            depot = np.full(loading.size, target_of(SITE, f"A_{SUFFIX[terminal]}"))
            if terminal == "sebaceous":
                concentration = half_effect * loading / (1.0 - loading)
                loading = np.where(direct, concentration, loading)
                depot = np.where(direct, target_of(SITE, "C"), depot)
            targets.append(depot)
            amounts.append(loading)
    days = np.repeat(np.asarray(session_days, dtype=np.float64), len(TERMINALS))
    shape = (anchor.size * places, days.size)
    return Events(np.broadcast_to(days, shape).copy(), np.stack(targets, axis=1), np.stack(amounts, axis=1))


def _loading(
    anchors: Anchors,
    layout: Layout,
    deposits: Deposits,
    session: int,
    terminal: Terminal,
    anchor: Index,
    scores: Array,
    values: Mapping[str, Array],
) -> Array:
    """Loading (n, places) of one terminal type in one session."""
    name = f"half_loading_{terminal}"
    of_anchor = anchors.draws.local[name][anchor]
    half = anchors.half_loading(anchor, values[name], scores, layout, terminal, session)
    if (
        terminal == "sebaceous"
    ):  # under H2 the loading is that of the direct effect, whose half effect is not a person's
        half = np.where(anchors.draws.hypothesis_ids[anchor] == "H2", of_anchor, half)
    dose = deposits.dose[terminal][anchor, :, session] * (of_anchor / half)[:, None]
    return np.asarray(np.minimum(dose / (1.0 + dose), LARGEST_LOADING))
