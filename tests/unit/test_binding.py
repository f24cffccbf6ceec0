"""Bound dose and loading: linear in units, additive over points, right for each product; and its balance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from holocrine.anatomy.face import Face
from holocrine.anatomy.sites import layer_stack
from holocrine.models.junction import TERMINALS, Terminal
from holocrine.simulation.balance import mass_balance
from holocrine.simulation.binding import (
    PICOMOLAR_PER_PG_MM3,
    VOLUME_GRID,
    Shots,
    bound_dose,
    loading,
    mass_per_unit,
    nominal_volume,
    potency,
)
from holocrine.simulation.constants import tissue_loss_rate
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.placement import as_planned
from holocrine.simulation.response import responses
from holocrine.simulation.scene import scene
from holocrine.simulation.simulator import Person, simulator
from holocrine.simulation.spread import DEPTHS

ROUNDING = 1e-12
"""Sums of a few products of floats."""
CELLS = np.array([[0.0, 40.0], [3.0, 40.0], [0.0, 49.0], [25.0, 40.0]])


def shots(units: list[float], product: str = "onabotulinumtoxinA", volume: float = 0.02) -> Shots:
    count = len(units)
    xy = np.array([[0.0, 40.0], [6.0, 42.0]])[:count]
    depth = np.array([0.9, 3.4])[:count]
    stacks = [layer_stack("forehead", "female")] * count
    return Shots(product, xy, depth, np.array(units), np.full(count, volume), stacks)  # type: ignore[arg-type]


def bound(given: Shots, draws: Draws, library: KernelLibrary) -> Mapping[Terminal, np.ndarray]:
    landed = as_planned(given.xy, given.depth, draws)
    return bound_dose(given, landed, CELLS, draws, library)


def test_bound_dose_is_linear_and_additive(small_draws: Draws, small_library: KernelLibrary) -> None:
    one, both = (bound(shots(units), small_draws, small_library) for units in ([2.0], [2.0, 3.0]))
    twice = bound(shots([4.0, 6.0]), small_draws, small_library)
    second = shots([1.0, 3.0])
    rest = bound(
        Shots(second.product, second.xy[1:], second.depth[1:], second.units[1:], second.volume[1:], second.stacks[1:]),
        small_draws,
        small_library,
    )
    for terminal in TERMINALS:
        assert both[terminal].shape == (32, 4)
        assert twice[terminal] == pytest.approx(2.0 * both[terminal], rel=ROUNDING)
        assert both[terminal] == pytest.approx(one[terminal] + rest[terminal], rel=ROUNDING)
        assert both[terminal].min() >= 0.0
        assert np.all(one[terminal][:, 0] > one[terminal][:, 3]), "more under the needle than 25 mm away"


def test_depth_decides_who_gets_it(small_draws: Draws, small_library: KernelLibrary) -> None:
    given = shots([4.0])
    skin = bound(given, small_draws, small_library)
    deep = Shots(given.product, given.xy, np.array([3.4]), given.units, given.volume, given.stacks)
    muscle = bound(deep, small_draws, small_library)
    assert np.all(muscle["motor"][:, 0] > skin["motor"][:, 0])
    assert np.all(muscle["sudomotor"][:, 0] < skin["sudomotor"][:, 0])


def test_interpolated_between_tabulated_depths(small_draws: Draws, small_library: KernelLibrary) -> None:
    given = shots([1.0])
    low, middle, high = (
        bound_dose(
            given,
            as_planned(given.xy, np.array([depth]), small_draws),
            CELLS,
            small_draws,
            small_library,
            ("motor",),
        )["motor"]
        for depth in (DEPTHS[2], 0.5 * (DEPTHS[2] + DEPTHS[3]), DEPTHS[3])
    )
    assert middle == pytest.approx(0.5 * (low + high), rel=ROUNDING)


def test_no_points_bind_nothing(small_draws: Draws, small_library: KernelLibrary) -> None:
    empty = Shots("onabotulinumtoxinA", np.empty((0, 2)), np.empty(0), np.empty(0), np.empty(0), [])
    for values in bound(empty, small_draws, small_library).values():
        assert values.shape == (32, 4)
        assert not values.any()


@pytest.mark.parametrize("volume", [0.005, 0.01, 0.02, 0.037, 0.1, 0.3])
def test_nominal_volume_is_near_and_stands_for_itself(volume: float) -> None:
    nominal = nominal_volume(volume)
    assert abs(np.log(nominal / volume)) <= 0.5 * np.log(VOLUME_GRID) + ROUNDING
    assert nominal_volume(nominal) == pytest.approx(nominal, rel=ROUNDING)


def test_loading_saturates_and_rises(small_draws: Draws) -> None:
    doses = np.tile(np.array([0.0, 1e-4, 1e-2, 1.0, 1e6]), (32, 1))
    for terminal in TERMINALS:
        values = loading(terminal, doses, "onabotulinumtoxinA", small_draws)
        assert not values[:, 0].any()
        assert np.all(np.diff(values, axis=1) > 0.0)
        assert values.max() < 1.0
    half = small_draws.local["half_loading_motor"][:, None]
    assert loading("motor", half, "onabotulinumtoxinA", small_draws) == pytest.approx(0.5, rel=ROUNDING)


def test_units_of_two_products_load_by_their_own_potency(small_draws: Draws) -> None:
    dose = np.full((32, 1), 0.002)
    names: dict[Terminal, str] = {"motor": "potency", "sudomotor": "skin_potency"}
    for terminal, prefix in names.items():
        reference = loading(terminal, dose, "onabotulinumtoxinA", small_draws)
        other = loading(terminal, dose, "abobotulinumtoxinA", small_draws)
        ratio = (other / (1.0 - other)) / (reference / (1.0 - reference))  # loading odds are proportional to potency
        assert ratio[:, 0] == pytest.approx(small_draws.local[f"{prefix}_abobotulinumtoxinA"], rel=1e-9)


def test_an_unknown_product_is_spread_over_all(small_draws: Draws) -> None:
    unknown = potency("unknown", "motor", small_draws)
    names = [name for name in small_draws.local if name.startswith("potency_")]
    for number, name in enumerate(names):
        mine = slice(number, None, len(names))
        assert np.array_equal(unknown[mine], small_draws.local[name][mine])
    assert mass_per_unit("unknown", small_draws).shape == (32,)


def test_direct_effect_follows_the_concentration(small_draws: Draws) -> None:
    """Under H2 the loading is c/(c + EC50) with c = mass per unit x exposure x the tissue's loss rate."""
    which = small_draws.hypothesis_ids == "H2"
    assert which.any()
    dose = np.full((32, 1), 0.05)
    dermal = np.log(2.0) * 24.0 / small_draws.expand("uptake_half_life_dermis")
    exposure = 0.05 / (dermal * (1.0 - small_draws.expand("sudomotor_share")))
    mass = small_draws.local["mass_onabotulinumtoxinA"]
    picomolar = PICOMOLAR_PER_PG_MM3 * mass * exposure * tissue_loss_rate(small_draws.value)
    expected = picomolar / (picomolar + small_draws.local["direct_half_effect"])
    found = loading("sebaceous", dose, "onabotulinumtoxinA", small_draws)[:, 0]
    assert found[which] == pytest.approx(expected[which], rel=1e-9)  # the same algebra in another order


def test_a_bleb_holds_picomoles() -> None:
    gram, litre, gram_per_mol = 1e-12, 1e-6, 150_000.0  # 1 pg, 1 mm3, 150 kDa
    molar = gram / litre / gram_per_mol
    assert pytest.approx(molar / 1e-12, rel=ROUNDING) == PICOMOLAR_PER_PG_MM3
    # 2 units onabotulinumtoxinA (9 pg each) in 0.05 mL, undiluted: 2.4 pM, a tenth of what the direct effect needs.
    assert pytest.approx(2.4, abs=0.01) == 18.0 / 50.0 * PICOMOLAR_PER_PG_MM3


def test_mass_balance_adds_up(small_draws: Draws, small_library: KernelLibrary, female_face: Face) -> None:
    person = Person(scene(female_face, ("forehead",)), "expert")
    ready = simulator(person, small_draws, small_library, responses(small_draws, np.arange(3.0)))
    given = shots([2.0, 3.0])
    balance = mass_balance(ready, given)
    edge = balance.edge_flux_fraction * balance.injected
    assert balance.injected == 5.0
    assert balance.bound + balance.cleared + edge == pytest.approx(5.0, rel=1e-9)  # the solver's own tolerance
    assert sum(balance.bound_by_terminal.values()) == pytest.approx(balance.bound, rel=ROUNDING)
    assert set(balance.bound_by_terminal) == set(TERMINALS)
    assert balance.bound > 0.0
    assert balance.cleared > 0.0
    # One point at a tabulated depth: the balance is the mean of the kernels' own shares.
    kernels = small_library.kernels(layer_stack("forehead", "female"), nominal_volume(0.02))
    level = 2
    at_depth = Shots(given.product, given.xy[:1], DEPTHS[[level]], given.units[:1], given.volume[:1], given.stacks[:1])
    assert mass_balance(ready, at_depth).cleared == pytest.approx(2.0 * kernels.cleared[:, level].mean(), rel=1e-9)
