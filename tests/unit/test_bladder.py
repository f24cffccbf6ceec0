"""The bladder: its wall as a sheet, contraction at one place, what follows for leaks and emptying, the whole way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.anatomy.bladder_wall import (
    CELL_MM,
    DEPTH_MM,
    SPACING_MM,
    SPHERE_RADIUS_MM,
    TRIGONE,
    standard_points,
    wall_cells,
    wall_outline,
)
from holocrine.anatomy.polygons import area_cm2, contains, signed_distance
from holocrine.anatomy.sheets import to_plane
from holocrine.anatomy.sites import layer_stack, terminal_band
from holocrine.domain.reading import read_case, read_plan
from holocrine.domain.urology import Urology
from holocrine.errors import FieldError
from holocrine.knowledge.parameters import load_block, load_parameters
from holocrine.models.bladder import (
    BLADDER,
    RETENTION,
    dry_probability,
    leak_share,
    residual_volume,
    retention_probability,
    time_share,
)
from holocrine.simulation.binding import Shots
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.course import run
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.response import node_loadings
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.bladder import (
    NODES,
    bladder_course,
    bladder_of,
    bladder_outcomes,
    contraction_surface,
    wall_contraction,
    wall_loading,
)

Own = Mapping[str, np.ndarray]
WEEKS = np.arange(27.0)
ROUNDING = 1e-12


@pytest.fixture(scope="module")
def own() -> Own:
    return block_draws(load_block("bladder"), "bladder", seed=3, n=32)


@pytest.fixture(scope="module")
def ready(small_simulator: Simulator, own: Own) -> Simulator:
    draws = small_simulator.draws
    return replace(small_simulator, draws=replace(draws, local={**draws.local, **own}))


@pytest.fixture(scope="module")
def case_text(examples: Path) -> str:
    return (examples / "bladder.toml").read_text()


def shots(units: float, count: int = 20) -> Shots:
    """The standard pattern with `units` in all."""
    xy = to_plane("bladder", standard_points(20))[:count]
    share = np.full(count, units / max(count, 1))
    stacks = [layer_stack("bladder", "female")] * count
    return Shots("onabotulinumtoxinA", xy, np.full(count, DEPTH_MM), share, np.full(count, 0.5), stacks)


def test_unrolling_keeps_the_area_of_the_sphere() -> None:
    sphere = 4.0 * np.pi * SPHERE_RADIUS_MM**2 / 100.0
    assert area_cm2(wall_outline()) == pytest.approx(sphere, rel=1e-3)  # 180 corners lose 2e-4 of a disc
    cells = wall_cells()
    assert cells.shape[0] * CELL_MM**2 / 100.0 == pytest.approx(sphere - area_cm2(TRIGONE), rel=0.01)
    assert not contains(TRIGONE, cells).any()


@pytest.mark.parametrize("count", [20, 30])
def test_standard_points_keep_their_distances(count: int) -> None:
    points = standard_points(count)  # type: ignore[arg-type]
    assert points.shape == (count, 2)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2) + 1e9 * np.eye(count)
    assert apart.min(axis=1) == pytest.approx(SPACING_MM, abs=ROUNDING)
    assert signed_distance(wall_outline(), points).max() < -SPACING_MM
    assert signed_distance(TRIGONE, points).min() > SPACING_MM


@pytest.mark.parametrize("sex", ["female", "male"])
def test_the_needle_ends_in_the_detrusor(sex: str) -> None:
    top, bottom = terminal_band(layer_stack("bladder", sex), "motor")
    assert top < DEPTH_MM < bottom
    assert layer_stack("bladder", sex).bottom == "deep tissue"


def test_the_example_plan_is_the_standard_pattern(examples: Path) -> None:
    path = examples / "protocols" / "bladder-20-points.toml"
    plan = read_plan(path.read_text(), str(path))
    assert np.array([(point.x, point.y) for point in plan.points]) == pytest.approx(standard_points(20))
    assert {(point.depth, point.plane, point.region) for point in plan.points} == {
        (DEPTH_MM, "intramuscular", "bladder")
    }
    assert plan.total_units == 100.0
    assert plan.total_volume == pytest.approx(plan.solution.diluent_volume)


def test_the_example_case_reads_back(case_text: str) -> None:
    found = read_case(case_text, "bladder.toml").urology
    assert found is not None
    assert (found.cause, found.leak_episodes, found.residual_volume) == ("idiopathic", 4.7, 25.0)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.floats(-500.0, 5000.0))
def test_residual_volume_is_read_with_its_unit_and_limits(case_text: str, volume: float) -> None:
    text = case_text.replace('"25 mL"', f'"{volume:.3f} mL"')
    if 0.0 <= float(f"{volume:.3f}") <= 2000.0:
        urology = read_case(text, "case.toml").urology
        assert urology is not None
        assert urology.residual_volume == pytest.approx(volume, abs=5e-4)
    else:
        with pytest.raises(FieldError, match=r"urology\.residual_volume.*0 to 2000 mL"):
            read_case(text, "case.toml")


@pytest.mark.parametrize(("right", "wrong"), [('"idiopathic"', '"nervous"'), ("4.7", "-1"), ('"25 mL"', "25")])
def test_impossible_urology_is_refused(case_text: str, right: str, wrong: str) -> None:
    with pytest.raises(FieldError, match="urology"):
        read_case(case_text.replace(right, wrong), "case.toml")


def test_every_constant_has_its_row_and_no_name_clashes() -> None:
    block, shared = load_block("bladder"), load_parameters()
    named = {constant.source for constant in BLADDER.constants if "detrusor" in constant.source}
    assert named == {"light_chain_half_life_detrusor", "cleavage_ratio_detrusor", "threshold_detrusor"}
    assert named | {"contraction_half_release", "contraction_hill"} <= set(block)
    assert not any("motor" in constant.source for constant in BLADDER.constants)
    assert "N" not in BLADDER.state_names, "no sprouts"
    organs = set(shared) - {name for name in shared if name in block}
    assert {"light_chain_half_life_motor", "snap25_half_life"} <= organs


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    *(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.3, 8.0)),
    *(st.floats(0.0, 500.0), st.floats(50.0, 800.0), st.floats(0.05, 0.95), st.floats(1.0, 12.0)),
)
def test_weaker_walls_leak_less_and_empty_worse(
    one: float, other: float, gain: float, before: float, full: float, half: float, hill: float
) -> None:
    weak, strong = sorted((one, other))
    force = np.array([0.0, weak, strong, 1.0])
    leaks = leak_share(force, np.array(gain))
    left = residual_volume(force, *map(np.array, (before, full, half, hill)))
    assert np.all(np.diff(leaks) >= 0.0)
    assert (leaks[0], leaks[-1]) == (0.0, 1.0)
    assert np.all(np.diff(left) <= 1e-9 * max(full, before))
    assert left[-1] == pytest.approx(before)
    assert left[0] == pytest.approx(max(full, before))


def test_read_outs_at_their_marks() -> None:
    spread = np.array(0.3)
    assert retention_probability(np.array(RETENTION.threshold_ml), spread) == pytest.approx(0.5)
    assert retention_probability(np.array([0.0, 1e4]), spread) == pytest.approx([0.0, 1.0], abs=1e-9)
    # Many independent leaks make a Poisson count; strong clustering makes more dry diaries out of the same mean.
    assert dry_probability(np.array(0.5), np.array(1e7), 3.0) == pytest.approx(np.exp(-1.5), rel=1e-6)
    assert dry_probability(np.array(0.5), np.array(0.5), 3.0) > np.exp(-1.5)
    assert time_share(np.array([0.0, 14.0, 1e4]), np.array(0.3), np.array(14.0)) == pytest.approx(
        [1.0, 1.0 - 0.3 * (1.0 - np.exp(-1.0)), 0.7]
    )


def test_contraction_rests_falls_and_returns(small_draws: Draws, own: Own) -> None:
    surface = contraction_surface(small_draws, own, WEEKS)
    assert surface.shape == (32, NODES, WEEKS.size)
    assert np.abs(surface[:, 0] - 1.0).max() < 1e-9, "no toxin, no change"
    assert np.abs(surface[:, :, 0] - 1.0).max() < 1e-9, "nothing on the day"
    full = surface[:, -1]
    assert np.median(full.min(axis=1)) < 0.2
    assert np.all(np.diff(surface.min(axis=2), axis=1) < 1e-4), "more loading, deeper block"
    later = contraction_surface(small_draws, own, np.array([0.0, 156.0]))[:, -1, -1]
    assert later == pytest.approx(1.0, abs=0.02), "gone after three years"
    even = np.broadcast_to(node_loadings(NODES)[5], (32, 7))
    assert wall_contraction(even, surface) == pytest.approx(surface[:, 5], abs=1e-9)


def test_dose_and_reach_on_the_wall(small_draws: Draws, small_library: KernelLibrary, own: Own) -> None:
    def load(given: Shots) -> np.ndarray:
        return wall_loading(given, small_draws, own, small_library, "expert")

    single, double, half_the_points = load(shots(100.0)), load(shots(200.0)), load(shots(50.0, 10))
    assert np.all((single >= 0.0) & (single < 1.0))
    assert np.all(double >= single)
    assert np.all(half_the_points <= single), "the same points, only fewer"
    far = np.hypot(*wall_cells().T) > 60.0
    assert single[:, far].mean() < 0.05 * single[:, ~far].mean(), "the front wall is spared"
    forehead = replace(shots(100.0), xy=standard_points(20))
    assert not load(forehead).any(), "the face lies too far away"


def test_what_is_known_of_the_person_is_used(own: Own) -> None:
    contraction = np.full((32, WEEKS.size), 0.7)
    known = bladder_course(
        contraction, WEEKS, own, Urology(cause="idiopathic", leak_episodes=4.7, residual_volume=25.0)
    )
    assert known.leaks_untreated[:, 0] == pytest.approx(4.7)
    assert known.residual_untreated == pytest.approx(25.0)
    assert np.all(known.leaks < known.leaks_untreated)
    assert np.all(known.dry > known.dry_untreated)
    assert np.all(known.residual > known.residual_untreated)
    idiopathic, neurogenic, either = (
        bladder_course(contraction, WEEKS, own, Urology(cause=cause)) for cause in ("idiopathic", "neurogenic", None)
    )
    assert neurogenic.retention.mean() > idiopathic.retention.mean()
    assert np.array_equal(either.leaks[::2], idiopathic.leaks[::2])
    assert np.array_equal(either.leaks[1::2], neurogenic.leaks[1::2])


def test_outcomes_of_a_plan_and_of_none(ready: Simulator, case_text: str) -> None:
    case = read_case(case_text, "bladder.toml")
    nothing = shots(0.0, 0)
    simulation = run(ready, nothing)
    treated = bladder_outcomes(case, ready, simulation, shots(100.0))
    idle = bladder_outcomes(case, ready, simulation, nothing)
    assert [(item.quantity, item.unit, item.region) for item in treated] == [
        ("leak_episodes", "1/day", "bladder"),
        ("residual_volume", "mL", "bladder"),
    ]
    for with_toxin, without in zip(treated, idle, strict=True):
        assert with_toxin.treated.shape == with_toxin.untreated.shape == (32, WEEKS.size)
        assert without.treated == pytest.approx(without.untreated, rel=1e-6)
        assert np.array_equal(with_toxin.untreated, without.untreated)
    assert treated[0].improvement[:, 6].mean() > 20.0
    assert bladder_of(case, ready, shots(100.0)).retention.mean() > bladder_of(case, ready, nothing).retention.mean()
