"""Laws every forecast keeps under one seed: more toxin, nearer points, a less skilled hand, an earlier session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from holocrine import services
from holocrine.anatomy.face import Face
from holocrine.domain.case import Case
from holocrine.domain.vocabulary import Experience
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.models.readout import HARMS
from holocrine.simulation.binding import Shots
from holocrine.simulation.block_draws import with_blocks
from holocrine.simulation.course import Simulation, run
from holocrine.simulation.draws import Draws, draw
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.person import days_since_last, person_of
from holocrine.simulation.response import responses
from holocrine.simulation.shots import shots_of_points
from holocrine.simulation.simulator import Simulator, simulator
from holocrine.simulation.summary import mean_fall

pytestmark = pytest.mark.slow

WEEKS = np.arange(27.0)
INTEGRATOR = 2e-5
"""Share of baseline: surfaces are integrated to 1e-5 per step, which leaves 1e-5 at worst (tests/conformance)."""


@dataclass(frozen=True)
class Bench:
    """Draws and kernels shared by all tests; a simulator for any case."""

    draws: Draws
    library: KernelLibrary

    def ready(self, case: Case) -> Simulator:
        face = services.build_face(case)
        surfaces = responses(self.draws, WEEKS, days_since_last(case))
        return simulator(person_of(case, face, case.goals.regions), self.draws, self.library, surfaces)


@pytest.fixture(scope="module")
def bench() -> Bench:
    draws = with_blocks(draw(load_parameters(), load_hypotheses(), seed=services.SEED, n=256))
    return Bench(draws, KernelLibrary(draws.spatial))


@pytest.fixture(scope="module")
def case(examples: Path) -> Case:
    return services.load_case(examples / "oily-forehead.toml")


@pytest.fixture(scope="module")
def droplets(examples: Path, female_face: Face) -> Shots:
    return shots_of_points(services.load_plan(examples / "protocols" / "microbotox-forehead.toml"), female_face)


@pytest.fixture(scope="module")
def ready(bench: Bench, case: Case) -> Simulator:
    return bench.ready(case)


@pytest.fixture(scope="module")
def usual(ready: Simulator, droplets: Shots) -> Simulation:
    return run(ready, droplets)


def fall(simulation: Simulation, target: str) -> np.ndarray:
    """Mean fall over the benefit weeks, percent of untreated, (draws,)."""
    treated, untreated = (getattr(simulation, name)["forehead"] for name in (target, f"{target}_untreated"))
    return mean_fall(100.0 * (untreated - treated), simulation.weeks)


def brow(simulation: Simulation) -> float:
    return float(simulation.harm_probability["brow_drop"].mean())


@pytest.mark.parametrize("factor", [1.25, 4.0])
def test_more_units_never_do_less(factor: float, ready: Simulator, droplets: Shots, usual: Simulation) -> None:
    more = run(ready, replace(droplets, units=factor * droplets.units))
    for target in ("sebum", "sweat"):
        gain = fall(more, target) - fall(usual, target)
        assert gain.min() > -100.0 * INTEGRATOR
        assert gain.mean() > 0.1
    for harm in HARMS:
        worse = more.harm_probability[harm] - usual.harm_probability[harm]
        assert worse.min() > -0.005  # a steep threshold turns the integrator's error into half a percent
        assert worse.mean() >= 0.0
    assert brow(more) > brow(usual)


def test_lower_points_drop_the_brow_more_often(ready: Simulator, droplets: Shots, usual: Simulation) -> None:
    chances = [brow(usual)]
    for down in (5.0, 10.0):
        chances.append(brow(run(ready, replace(droplets, xy=droplets.xy - np.array([0.0, down])))))
    assert chances[0] < chances[1] < chances[2]
    assert chances[1] > 1.5 * chances[0]


def test_a_less_skilled_hand_drops_the_brow_more_often(ready: Simulator, droplets: Shots) -> None:
    """Misses spread a plan near the margin downwards into the lower frontalis more than they take away from it."""
    hands: tuple[Experience, ...] = ("expert", "intermediate", "novice")
    chances = [brow(run(replace(ready, person=replace(ready.person, experience=hand)), droplets)) for hand in hands]
    assert chances[0] < chances[1] < chances[2]


def test_both_sides_are_alike(ready: Simulator, droplets: Shots, usual: Simulation) -> None:
    """The mirror image of a plan: the same but for which side the needle's errors fall on."""
    mirrored = run(ready, replace(droplets, xy=droplets.xy * np.array([-1.0, 1.0])))
    assert mirrored.sweat["forehead"].mean() == pytest.approx(usual.sweat["forehead"].mean(), rel=0.01)
    assert brow(mirrored) == pytest.approx(brow(usual), rel=0.25)  # landing errors of 1,024 draws


def test_an_earlier_session_still_counts_and_adds_up(
    bench: Bench, examples: Path, case: Case, female_face: Face
) -> None:
    again = services.load_case(examples / "repeat-20-weeks.toml")
    treated = bench.ready(again)
    fresh = bench.ready(again.model_copy(update={"sessions": ()}))
    shots = shots_of_points(services.load_plan(examples / "protocols" / "microbotox-forehead.toml"), female_face)
    first, second, both = run(treated, replace_none(shots)), run(fresh, shots), run(treated, shots)
    active = np.isin(bench.draws.hypothesis_ids, ("H1",))
    left = 1.0 - first.sebum["forehead"][:, 0]
    assert left.min() > -INTEGRATOR
    # weights over the nodes add up to one but for rounding
    assert np.abs(left[~np.isin(bench.draws.hypothesis_ids, ("H1", "H2"))]).max() < 1e-12
    assert np.mean(left[active] > 0.0) > 0.95, "20 weeks on, something is left in nearly every draw under H1"
    assert left[active].mean() > 1e-3
    assert np.array_equal(first.sebum["forehead"], first.sebum_untreated["forehead"])
    for name in ("sebum", "sweat"):
        one, two, sum_ = (getattr(simulation, name)["forehead"] for simulation in (first, second, both))
        # Two sessions never leave more than one of them alone does: cell by cell, so also on average. The surfaces
        # of the two simulators are interpolated between different nodes of the past loading.
        assert np.max(sum_ - one) < 0.003
        assert np.max(sum_ - two) < 0.003
        assert sum_[:, 4].mean() < two[:, 4].mean() - 1e-4
    # No such law for muscle: sprouts grown after the first session carry some release through the second.


def replace_none(shots: Shots) -> Shots:
    """The same product, no injection."""
    nothing = np.empty(0)
    return Shots(shots.product, np.empty((0, 2)), nothing, nothing, nothing, [])
