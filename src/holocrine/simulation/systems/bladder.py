"""Overactive bladder: from the injections into the wall to leak episodes, residual volume and retention.

Forecast and research only: no plan is optimised here. The wall is a sheet of its own (`anatomy.bladder_wall`), so its
injections have their own coordinates and never meet those of the face. Earlier bladder sessions are not carried over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.bladder_wall import wall_cells
from holocrine.anatomy.sheets import to_plane
from holocrine.domain.case import Case
from holocrine.domain.urology import Cause, Urology
from holocrine.domain.vocabulary import Experience
from holocrine.models.bladder import (
    BLADDER,
    dry_probability,
    leak_share,
    residual_volume,
    retention_probability,
    time_share,
)
from holocrine.models.junction import DELIVERY_LAG_RATE, NUMERICAL_CORNER
from holocrine.simulation.binding import Shots, bound_dose, potency
from holocrine.simulation.constants import LN2, constants_of
from holocrine.simulation.course import Simulation
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.placement import placed
from holocrine.simulation.response import RTOL, node_loadings, node_positions
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.outcome import Outcome
from holocrine.solvers.stiff import simulate
from holocrine.solvers.superposition import bin_pairs

Array = NDArray[np.float64]

NODES = 12
"""Loadings at which contraction is integrated; between them it is interpolated."""


@dataclass(frozen=True)
class BladderCourse:
    """Read-outs, (draws, weeks) unless said otherwise: leak episodes per day, residual volume in mL, the probability of
    a diary without leaks, and `retention` (draws,), the probability that a catheter is needed at the worst time.

    `untreated` means the same injections of saline: what time and attention do belongs to both.
    """

    leaks: Array
    leaks_untreated: Array
    dry: Array
    dry_untreated: Array
    residual: Array
    residual_untreated: Array
    retention: Array


def contraction_surface(draws: Draws, own: Mapping[str, Array], weeks: Array) -> Array:
    """Contraction of one place (draws, NODES, weeks) over its baseline at the loadings of `node_loadings(NODES)`.

    `own` are draws of the block "bladder".
    """
    values = {
        "k_S": draws.value("depot_release"),
        "k_lag": np.asarray(DELIVERY_LAG_RATE),
        "k_d": LN2 / draws.value("snap25_half_life"),
        "h": draws.value("release_hill"),
        "delta": np.asarray(NUMERICAL_CORNER),
        "lambda_m": LN2 / own["light_chain_half_life_detrusor"],
        "x0_m": own["cleavage_ratio_detrusor"],
        "theta_m": own["threshold_detrusor"],
        "K_c": own["contraction_half_release"],
        "m_c": own["contraction_hill"],
    }
    starts = np.tile(np.array([state.initial for state in BLADDER.states]), (draws.n * NODES, 1))
    starts[:, BLADDER.state_names.index("A_m")] = np.tile(node_loadings(NODES), draws.n)
    owner = np.repeat(np.arange(draws.n), NODES)
    constants = constants_of(BLADDER, values, draws.n)
    runs = simulate(BLADDER, starts, constants, 7.0 * weeks, owner=owner, rtol=RTOL).checked()
    contraction: Array = runs.outputs[:, :, BLADDER.outputs.index("contraction")]
    return contraction.reshape(draws.n, NODES, weeks.size)


def wall_loading(
    shots: Shots, draws: Draws, own: Mapping[str, Array], library: KernelLibrary, experience: Experience
) -> Array:
    """Loading 0..1 of the detrusor's terminals at the cells of the wall, (draws, cells).

    `shots.xy` in mm on the common plane. A unit of another product weighs as much as on skeletal muscle (assumption).
    """
    landed = placed(shots.xy, shots.depth, draws, experience)
    cells = to_plane("bladder", wall_cells())
    bound = bound_dose(shots, landed, cells, draws, library, ("motor",))["motor"]
    dose = potency(shots.product, "motor", draws)[:, None] * bound
    return np.asarray(dose / (dose + own["half_loading_detrusor"][:, None]))


def wall_contraction(loading: Array, surface: Array) -> Array:
    """Mean contraction of the wall (draws, weeks) from `loading` (draws, cells) and `surface` (draws, NODES, weeks)."""
    new = node_positions(loading, NODES)
    weights = bin_pairs(np.zeros_like(new), new, 1, NODES)[:, 0]
    return np.asarray(np.einsum("dn,dnw->dw", weights, surface))


def bladder_course(contraction: Array, weeks: Array, own: Mapping[str, Array], urology: Urology) -> BladderCourse:
    """What follows for a person from the wall's `contraction` (draws, weeks); what is not known of them is drawn."""
    n = contraction.shape[0]
    given = urology.leak_episodes
    baseline = _by_cause(own, "leak_baseline", urology.cause) if given is None else np.full((n, 1), given)
    fall = time_share(7.0 * weeks, _by_cause(own, "leak_time_share", urology.cause), own["leak_time_constant"][:, None])
    leaks_untreated = baseline * fall
    leaks = leaks_untreated * leak_share(contraction, own["leak_gain"][:, None])

    found = urology.residual_volume
    before = own["residual_before"][:, None] if found is None else np.full((n, 1), found)
    full = np.maximum(own["voiding_volume"][:, None], before)
    half = _by_cause(own, "voiding_half", urology.cause)
    residual = residual_volume(contraction, before, full, half, own["voiding_hill"][:, None])

    clustering, days = own["leak_clustering"][:, None], own["diary_days"][:, None]
    return BladderCourse(
        leaks=leaks,
        leaks_untreated=leaks_untreated,
        dry=dry_probability(leaks, clustering, days),
        dry_untreated=dry_probability(leaks_untreated, clustering, days),
        residual=residual,
        residual_untreated=np.broadcast_to(before, residual.shape),
        retention=retention_probability(residual.max(axis=1), own["retention_threshold_sd"]),
    )


def _by_cause(own: Mapping[str, Array], name: str, cause: Cause | None) -> Array:
    """A parameter (draws, 1) that depends on the cause; where that is unknown, draws take either in turn."""
    idiopathic, neurogenic = own[f"{name}_idiopathic"], own[f"{name}_neurogenic"]
    known = np.full(idiopathic.size, cause == "neurogenic") if cause else np.arange(idiopathic.size) % 2 == 1
    return np.where(known, neurogenic, idiopathic)[:, None]


def bladder_of(case: Case, simulator: Simulator, shots: Shots) -> BladderCourse:
    """The whole way from the injections to the read-outs."""
    own, draws = simulator.draws.local, simulator.draws
    loading = wall_loading(shots, draws, own, simulator.library, simulator.person.experience)
    contraction = wall_contraction(loading, contraction_surface(draws, own, simulator.weeks))
    return bladder_course(contraction, simulator.weeks, own, case.urology or Urology())


def bladder_outcomes(case: Case, simulator: Simulator, simulation: Simulation, shots: Shots) -> tuple[Outcome, ...]:
    """Leak episodes per day and residual volume (mL) after voiding."""
    del simulation  # the wall shares nothing with skin and muscles but the engine
    found, course = case.urology or Urology(), bladder_of(case, simulator, shots)
    leaks = "counted by this person" if found.leak_episodes is not None else "not counted; as in trials"
    residual = "measured on this person" if found.residual_volume is not None else "not measured; as in trials"
    return (
        Outcome(
            quantity="leak_episodes",
            label="Leak episodes",
            region="bladder",
            unit="1/day",
            treated=course.leaks,
            untreated=course.leaks_untreated,
            grade="B",
            basis=f"before treatment: {leaks}; effect set to two trials (Nitti 2013, Cruz 2011); untreated: saline",
        ),
        Outcome(
            quantity="residual_volume",
            label="Residual volume after voiding",
            region="bladder",
            unit="mL",
            treated=course.residual,
            untreated=course.residual_untreated,
            grade="C",
            basis=f"before treatment: {residual}; rise set to the share of people who then need a catheter",
        ),
    )
