"""The planner's objective against plain sums and the full simulation, and what its search promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from holocrine import services
from holocrine.domain.vocabulary import Harm, Product
from holocrine.planning.alternatives import (
    HARM_SHARES,
    PRICE_FACTORS,
    SEARCH_ORDER,
    Alternatives,
    Candidate,
    Judge,
    listed,
    planning_index,
)
from holocrine.planning.lattice import SPACINGS_MM
from holocrine.planning.objective import FREE, PlanObjective, Weights, mean_gain, shots
from holocrine.planning.plan import choose, injection_points
from holocrine.planning.point import Point
from holocrine.planning.search import MAX_POINTS, Search
from holocrine.planning.setting import Setting, UnitLimit, setting_of
from holocrine.simulation.binding import no_shots
from holocrine.simulation.course import Simulation, run
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.summary import mean_fall
from holocrine.simulation.systems.benefit import fall_course
from holocrine.simulation.systems.sebum import sebum_outcomes

ONA: Product = "onabotulinumtoxinA"
CAPS: dict[Harm, float] = {
    "lid_ptosis": 0.002,
    "brow_drop": 0.004,
    "smile_change": 0.002,
    "lip_weakness": 0.05,
    "bite_weakness": 0.05,
}
NO_CAPS: dict[Harm, float] = dict.fromkeys(CAPS, 1.0)
POINTS = (
    Point(-20.0, 36.0, 0.9, 0.02, 2.0, "forehead", 0),
    Point(20.0, 36.0, 0.9, 0.02, 2.0, "forehead", 1),
    Point(0.0, 45.0, 0.9, 0.02, 4.0, "forehead", 2),
)


@pytest.fixture(scope="module")
def setting(examples: Path, small_simulator: Simulator) -> Setting:
    case = services.load_case(examples / "oily-forehead.toml")
    goals = case.goals.model_copy(update={"regions": ("forehead",)})
    case = case.model_copy(update={"goals": goals})
    every = UnitLimit(frozenset({"forehead"}), 20.0)
    return setting_of(case, small_simulator.person.scene.face, ONA, (every,))


@pytest.fixture(scope="module")
def objective(small_simulator: Simulator) -> PlanObjective:
    """Sebum on every draw, so that it can be held against the simulation."""
    return PlanObjective(small_simulator, ONA, ("sebum",), 64.0, np.arange(32), 1.0, lambda _: {})


def judge_of(simulator: Simulator) -> Judge:
    """Sebum alone, which is all these plans are for."""
    case = services.load_case(Path(__file__).parents[2] / "examples" / "oily-forehead.toml")
    return lambda simulation, _: sebum_outcomes(case, simulator, simulation)


def fall_of(simulator: Simulator, simulation: Simulation) -> np.ndarray:
    outcomes = judge_of(simulator)(simulation, no_shots())
    return mean_fall(fall_course(outcomes, "sebum", simulator.person.scene.areas), simulator.weeks)


@pytest.fixture(scope="module")
def alternatives(setting: Setting, small_simulator: Simulator) -> Alternatives:
    """Limits wide enough for a plan: with few draws the upper ends are ragged."""
    return Alternatives(
        setting, small_simulator, {h: 15.0 * cap for h, cap in CAPS.items()}, ("sebum",), judge_of(small_simulator)
    )


@pytest.fixture(scope="module")
def candidates(alternatives: Alternatives) -> list[Candidate]:
    told: list[str] = []
    found = alternatives.all(told.append)
    assert told == [f"{name} plan" for name in SEARCH_ORDER]
    return found


# --- the objective ----------------------------------------------------------------------------------------


def test_mean_gain_is_plain_interpolation() -> None:
    generator = np.random.default_rng(1)
    positions, gains = generator.uniform(0.0, 13.0, (5, 7)), generator.uniform(-1.0, 1.0, (5, 14))
    expected = [np.interp(positions[d], np.arange(14), gains[d]).mean() for d in range(5)]
    assert mean_gain(positions, gains) == pytest.approx(expected, abs=1e-12)  # order of summation
    assert mean_gain(np.full((5, 1), 13.0), gains) == pytest.approx(gains[:, -1], abs=1e-12)


def test_tallies_add_and_subtract(objective: PlanObjective) -> None:
    whole, part, rest = (objective.tally(points) for points in (POINTS, POINTS[:2], POINTS[2:]))
    for found in (part.plus(rest), whole.plus(rest).plus(rest, -1.0)):
        assert found.goal["sebaceous", "skin"] == pytest.approx(
            whole.goal["sebaceous", "skin"], rel=1e-9, abs=1e-15
        )  # cancellation
        assert found.harm == pytest.approx(whole.harm, rel=1e-9, abs=1e-15)
        assert found.units == pytest.approx(8.0, rel=1e-12)
        assert found.punctures == 3


def test_nothing_is_worth_nothing(objective: PlanObjective) -> None:
    value = objective.value(objective.tally(()), Weights())
    assert value.benefit == 0.0
    assert value.utility == pytest.approx(0.0, abs=1e-12)
    assert max(value.harm.values()) < 1e-15


def test_prices_are_what_they_say(objective: PlanObjective) -> None:
    tally = objective.tally(POINTS)
    free = objective.value(tally, FREE)
    assert free.utility == free.benefit > 0.0
    value = objective.value(tally, Weights(dose=3.0, puncture=0.02, harm=0.5))
    expected = free.benefit - 3.0 * 8.0 / 64.0 - 0.02 * 3 - 0.5 * 100.0 * sum(free.harm.values())
    assert value.utility == pytest.approx(expected, rel=1e-12)
    assert Weights(3.0, 0.02, 0.5).scaled(2.0) == Weights(6.0, 0.04, 0.5), "harm never gets cheaper"


def test_benefit_agrees_with_the_full_simulation(objective: PlanObjective, small_simulator: Simulator) -> None:
    simulation = run(small_simulator, shots(listed(POINTS), ONA, small_simulator.person.scene.face))
    ordered = tuple(replace(point, number=number) for number, point in enumerate(listed(POINTS)))
    value = objective.value(objective.tally(ordered), FREE)
    expected = fall_of(small_simulator, simulation).mean()
    assert value.benefit == pytest.approx(expected, rel=0.05)  # goal cells of 4 mm against 2 mm
    brow = simulation.harm_probability["brow_drop"][: small_simulator.draws.n].mean()
    # muscle cells of 6 mm against 4 mm, and the worst week of the mean course against that of each cell
    assert value.harm["brow_drop"] == pytest.approx(brow, rel=0.5, abs=1e-4)


def test_planning_draws_are_those_on_which_sebum_can_respond(small_simulator: Simulator) -> None:
    draws = small_simulator.draws
    index, share = planning_index(small_simulator)
    active = np.isin(draws.hypothesis_ids, ("H1", "H2"))
    assert active[index].all()
    assert share == active.mean()
    assert len(set(draws.spatial_of[index])) == len(index), "one per spatial draw"


# --- the search -------------------------------------------------------------------------------------------


def test_even_patterns_keep_every_limit(setting: Setting, objective: PlanObjective) -> None:
    tight = replace(setting, unit_limits=(UnitLimit(frozenset({"forehead"}), 6.0),))
    patterns = [pattern for pattern, _, _ in Search(tight, objective).patterns()]
    assert len(patterns) > 10
    for pattern in patterns:
        assert sum(point.units for point in pattern.points) <= 6.0 + 1e-9
        assert 0 < len(pattern.points) <= MAX_POINTS
        assert pattern.spacing in SPACINGS_MM
        assert len({(point.units, point.volume) for point in pattern.points}) == 1


def test_refining_never_makes_worse_and_keeps_the_rules(setting: Setting, objective: PlanObjective) -> None:
    search, weights = Search(setting, objective), Weights()
    start = search.even_start(search.patterns(), weights, CAPS, 20.0)
    before = search.evaluate(objective.tally(start.points), weights, CAPS)
    pattern, value = search.best([start], weights, CAPS)
    assert before is not None
    assert value.utility >= max(before.utility, 0.0)
    places = np.array([(point.x, point.y) for point in pattern.points])
    assert setting.may_inject(places).all()
    assert setting.within_unit_limits({"forehead": sum(point.units for point in pattern.points)})
    apart = np.hypot(*np.moveaxis(places[:, None] - places[None], -1, 0)) + 1e3 * np.eye(len(places))
    assert apart.min() >= 0.5 * SPACINGS_MM[0] - 0.1
    again = objective.value(objective.tally(pattern.points), weights)
    # Sums of the refinement are kept by adding and taking away; a fresh tally sees the same plan.
    assert search.charged(again, CAPS).utility == pytest.approx(value.utility, abs=1e-6)


def test_the_search_counts_its_work_and_repeats_itself(setting: Setting, objective: PlanObjective) -> None:
    def once() -> tuple[object, int]:
        search = Search(setting, objective)
        pattern, _ = search.best([search.even_start(search.patterns(), Weights(), CAPS, 0.3)], Weights(), CAPS)
        return pattern, search.evaluations

    first, second = once(), once()
    assert first == second
    assert first[1] > 100


def test_no_place_no_plan(setting: Setting, objective: PlanObjective) -> None:
    barred = replace(setting, unit_limits=(UnitLimit(frozenset({"forehead"}), 0.0),))
    search = Search(barred, objective)
    assert search.patterns() == []
    pattern, value = search.best([search.even_start([], Weights(), CAPS, 1.0)], Weights(), CAPS)
    assert pattern.points == ()
    assert value.utility == pytest.approx(0.0, abs=1e-12)


def test_dearer_doses_buy_less(setting: Setting, objective: PlanObjective) -> None:
    search = Search(setting, objective)
    patterns = search.patterns()
    units = []
    for factor in (0.1, 2.0, 1000.0):
        weights = Weights().scaled(factor)
        pattern, _ = search.best([search.even_start(patterns, weights, NO_CAPS, 1.0)], weights, NO_CAPS)
        units.append(sum(point.units for point in pattern.points))
    assert units[0] > units[1] > units[2] == 0.0


# --- the alternatives -------------------------------------------------------------------------------------


def test_alternatives_and_their_limits(candidates: list[Candidate], alternatives: Alternatives) -> None:
    assert [candidate.name for candidate in candidates] == ["no_injection", "sparing", "balanced", "thorough"]
    assert list(PRICE_FACTORS) == ["sparing", "balanced", "thorough"]
    nothing, *others = candidates
    assert nothing.units == nothing.utility == 0.0
    assert not nothing.falls["sebum"].any()
    assert others[1].units > 0.0
    for candidate in others:
        assert candidate.within_limits
        for harm, (_, low, high) in candidate.risks.items():
            assert 0.0 <= low <= high <= HARM_SHARES[candidate.name] * alternatives.limits[harm]
    # Both may take any plan within the same limits, so dearer doses and punctures buy no more of them.
    spent = [3.0 * candidate.units / 64.0 + 0.02 * candidate.shots.units.size for candidate in others[1:]]
    assert spent[0] <= spent[1] + 1e-9


def test_the_chosen_one_pays_at_the_stated_prices(candidates: list[Candidate]) -> None:
    chosen = choose(candidates)
    assert chosen.utility >= max(candidate.utility for candidate in candidates) - 0.1
    poor = [replace(candidate, utility=-1.0 if candidate.units else 0.0) for candidate in candidates]
    assert choose(poor).name == "no_injection"


def test_a_written_plan_repeats_the_alternative_s_numbers(
    candidates: list[Candidate], setting: Setting, small_simulator: Simulator
) -> None:
    """Points in the order of the plan file: their placement errors, and so every number, are the same again."""
    chosen = choose(candidates)
    points = injection_points(setting, chosen.pattern.points)
    assert len({point.id for point in points}) == len(points) > 0
    assert [(p.x, p.y) for p in points] == [tuple(place) for place in chosen.shots.xy]
    assert [p.units for p in points] == chosen.shots.units.tolist()
    again = run(small_simulator, chosen.shots)
    assert np.array_equal(again.sebum["forehead"], chosen.simulation.sebum["forehead"])
    assert np.array_equal(again.harm_probability["brow_drop"], chosen.simulation.harm_probability["brow_drop"])


def test_sparing_is_at_least_the_balanced_plan_thinned_out(
    candidates: list[Candidate], alternatives: Alternatives
) -> None:
    """Without its lowest points the balanced plan keeps the sparing limits; "no injection pays" would be untrue."""
    _, sparing, balanced, _ = candidates
    objective, weights = alternatives.objective, Weights().scaled(PRICE_FACTORS["sparing"])
    own = objective.value(objective.tally(sparing.pattern.points), weights).utility
    for lowest in sorted({point.y for point in balanced.pattern.points}):
        points = tuple(point for point in balanced.pattern.points if point.y > lowest)
        risks = alternatives._risks(replace(balanced.pattern, groups=(points,)))
        if all(risks[harm][2] <= HARM_SHARES["sparing"] * limit for harm, limit in alternatives.limits.items()):
            assert own >= objective.value(objective.tally(points), weights).utility - 0.1  # of a percent of fall
