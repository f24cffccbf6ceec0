"""The planner's objective against plain sums and the full simulation, and what its search promises."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
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
    planning_index,
)
from holocrine.planning.ascent import Ascent
from holocrine.planning.bound import bound
from holocrine.planning.columns import SPACINGS_MM, Columns, Sparse, columns_of
from holocrine.planning.ledger import HarmLedger, goal_ledger
from holocrine.planning.objective import FREE, PlanObjective, Weights, searched, shots
from holocrine.planning.plan import choose, injection_points
from holocrine.planning.point import Point, listed
from holocrine.planning.pool import price_of_waste, within
from holocrine.planning.search import NOTHING, Prepared, Search
from holocrine.planning.setting import MAX_POINTS, Setting, UnitLimit, setting_of
from holocrine.planning.worth import worth_of
from holocrine.simulation.binding import no_shots
from holocrine.simulation.course import REPLICATES, Simulation, run
from holocrine.simulation.harms import probability_interval
from holocrine.simulation.response import node_positions
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


def test_worth_is_the_surface_interpolated_over_the_loading() -> None:
    generator = np.random.default_rng(1)
    gains, half = np.cumsum(generator.uniform(0.0, 1.0, (5, 14)), axis=1), generator.uniform(0.1, 2.0, 5)
    dose = generator.exponential(1.0, (5, 9))
    positions = node_positions(dose / (dose + half[:, None]), 14)
    expected = np.array([np.interp(positions[d], np.arange(14), gains[d]) for d in range(5)])
    found = worth_of(gains, half).means(dose, (0, 4, 9))
    assert found[0] == pytest.approx(expected[:, :4].mean(axis=1), abs=1e-3 * gains.max())
    assert found[1] == pytest.approx(expected[:, 4:].mean(axis=1), abs=1e-3 * gains.max())
    assert worth_of(gains, half).means(np.zeros((5, 2)), (0, 2))[0] == pytest.approx(gains[:, 0], abs=1e-12)


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


@pytest.fixture(scope="module")
def columns(setting: Setting, objective: PlanObjective) -> Columns:
    return columns_of(objective, setting, setting.solutions[0])


def test_a_ledger_knows_what_the_objective_would_say(objective: PlanObjective, columns: Columns) -> None:
    goal, harm = goal_ledger(objective, columns), HarmLedger(objective, columns.harm)
    nothing = goal.total
    numbers = np.random.default_rng(3).choice(len(columns.groups), 12, replace=False).tolist()
    for column in numbers:
        before, alone = goal.total, np.array([column])
        (gain,), (foreseen,) = goal.gains(alone), harm.means_with(alone)
        goal.add(column, 1.0)
        harm.add(column, 1.0)
        assert goal.total - before == pytest.approx(gain, rel=1e-6, abs=1e-9)
        assert harm.means == pytest.approx(foreseen, rel=1e-6, abs=1e-12)
    points = [point for column in numbers for point in columns.groups[column]]
    value = objective.value(objective.tally(points), FREE)
    # doses too small to count are left out of the ledger
    assert goal.total == pytest.approx(value.benefit, rel=0.03)
    for name, mean in zip(harm.names, harm.means, strict=True):
        assert mean == pytest.approx(value.harm[name], rel=0.1, abs=1e-5)
    for column in numbers:
        goal.add(column, -1.0)
        harm.add(column, -1.0)
    assert goal.total == pytest.approx(nothing, abs=1e-5)


def test_many_columns_at_a_time_or_one_by_one(objective: PlanObjective, columns: Columns) -> None:
    goal, harm = goal_ledger(objective, columns), HarmLedger(objective, columns.harm)
    for ledger in (goal, harm):
        ledger.add(5, 1.0)
    every = np.arange(len(columns.groups))
    assert goal.gains(every).tolist() == [goal.gains(np.array([column]))[0] for column in every]
    assert np.array_equal(harm.means_with(every), [harm.means_with(np.array([column]))[0] for column in every])
    goal.clear()
    harm.clear()
    assert goal.total == goal_ledger(objective, columns).total
    assert np.array_equal(harm.means, HarmLedger(objective, columns.harm).means)


def test_columns_are_places_doses_and_depths_that_may_be_injected(setting: Setting, columns: Columns) -> None:
    for site in range(columns.sites):
        groups = [columns.groups[number] for number in columns.at(site)]
        assert len(groups) == len({(g[0].units, g[0].depth) for g in groups}) == 2 * len(setting.doses)
        assert len({tuple((p.x, p.y) for p in g) for g in groups}) == 1
        assert site not in columns.neighbours[site]
        assert all(site in columns.neighbours[other] for other in columns.neighbours[site])
    places = np.array([(p.x, p.y) for g in columns.groups for p in g])
    assert setting.may_inject(places).all()


def test_what_is_found_keeps_the_rules_and_repeats_itself(setting: Setting, objective: PlanObjective) -> None:
    tight = replace(setting, unit_limits=(UnitLimit(frozenset({"forehead"}), 6.0),))
    searches = [Search(tight, objective), Search(tight, objective)]
    (pattern, value), (again, _) = (search.best(Weights(), CAPS) for search in searches)
    assert pattern == again
    assert searches[0].evaluations == searches[1].evaluations > 100
    assert 0 < len(pattern.points) <= MAX_POINTS
    assert 4.0 < sum(point.units for point in pattern.points) <= 6.0 + 1e-9
    places = np.array([(point.x, point.y) for point in pattern.points])
    assert setting.may_inject(places).all()
    assert len(np.unique(places, axis=0)) == len(places)
    assert value.utility == objective.value(objective.tally(pattern.points), Weights()).utility > 0.0
    assert pattern.spacing is not None
    assert SPACINGS_MM[0] <= pattern.spacing


def test_no_dose_left_no_plan(setting: Setting, objective: PlanObjective) -> None:
    barred = replace(setting, unit_limits=(UnitLimit(frozenset({"forehead"}), 0.0),))
    pattern, value = Search(barred, objective).best(Weights(), CAPS)
    assert pattern.points == ()
    assert value.utility == pytest.approx(0.0, abs=1e-12)


def test_no_more_vials_are_opened_than_allowed(setting: Setting, objective: PlanObjective) -> None:
    half = tuple(solution.model_copy(update={"vial_units": 10.0}) for solution in setting.solutions)
    doses = tuple(replace(dose, solution=half[0]) for dose in setting.doses if dose.solution == setting.solutions[0])
    small_vials = Search(replace(setting, solutions=half[:1], doses=doses), objective)
    free, _ = small_vials.best(FREE, {})
    single, _ = small_vials.best(FREE, {}, (free,), 1)
    assert 0.0 < single.units <= 10.0 < free.units


def test_what_a_second_vial_leaves_over_is_paid_for(candidates: list[Candidate]) -> None:
    pattern = choose(candidates).pattern
    assert pattern.solution
    for vial, waste in ((pattern.units + 1.0, 0.0), (pattern.units - 1.0, pattern.units - 2.0)):
        opened = replace(pattern, solution=pattern.solution.model_copy(update={"vial_units": vial}))
        assert price_of_waste(opened, Weights(), 64.0) == pytest.approx(3.0 * waste / 64.0)
    assert price_of_waste(NOTHING, Weights(), 64.0) == 0.0


def test_dearer_doses_buy_less(setting: Setting, objective: PlanObjective) -> None:
    search, units = Search(setting, objective), []
    for factor in (0.1, 3.0, 1000.0):
        pattern, _ = search.best(Weights().scaled(factor), NO_CAPS)
        units.append(sum(point.units for point in pattern.points))
    assert units[0] > units[1] > units[2] == 0.0


def test_a_small_problem_is_solved(setting: Setting, objective: PlanObjective) -> None:
    """Every choice among a few sites by brute force: the search finds nearly the best of them, the bound holds."""
    few = _few_sites(columns_of(objective, setting, setting.solutions[0]), 5)
    ready = Prepared.of(objective, few)
    search = Search(setting, objective)
    _, worth = search.ascent(ready, Weights(), CAPS).run([])
    other, best = search.ascent(ready, Weights(), CAPS), -np.inf
    for choice in product(*((-1, *few.at(site)[::2]) for site in range(few.sites))):
        taken = [int(column) for column in choice if column >= 0]
        for sign in (1.0, -1.0):
            for column in taken:
                other.goal.add(column, sign)
                other.harm.add(column, sign)
            if sign > 0.0:
                best = max(best, other.goal.total - other.price[taken].sum() - other.charge())
    assert worth >= best - 0.02 * abs(best)


def _few_sites(columns: Columns, count: int) -> Columns:
    """Some sites in a row, whose doses overlap."""
    kept = np.flatnonzero(columns.site < count)
    return Columns(
        columns.solution,
        [columns.groups[i] for i in kept],
        columns.site[kept],
        [near[near < count] for near in columns.neighbours[:count]],
        _part(columns.goal, kept),
        _part(columns.harm, kept),
    )


def _part(sparse: Sparse, kept: np.ndarray) -> Sparse:
    last = sparse.starts[kept.size]
    return Sparse(sparse.starts[: kept.size + 1], sparse.rows[:last], sparse.values[:last])


def test_no_plan_is_worth_more_than_the_bound(setting: Setting, objective: PlanObjective) -> None:
    prices = replace(Weights(), harm=0.0)
    pattern, _ = Search(setting, objective).best(prices, {})
    found = bound(objective, setting, Weights(), pattern.points)
    assert 0.0 < found.worth <= found.upper
    assert 0.0 <= found.gap < 0.5
    assert bound(objective, setting, Weights(), ()).worth == 0.0
    tight = replace(setting, unit_limits=(UnitLimit(frozenset({"forehead"}), 4.0),))
    limited, _ = Search(tight, objective).best(prices, {})
    less = bound(objective, tight, Weights(), limited.points)
    assert less.worth <= less.upper < found.upper


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


def test_limits_hold_on_draws_that_no_search_has_seen(
    candidates: list[Candidate], alternatives: Alternatives, small_simulator: Simulator
) -> None:
    many = small_simulator.draws.repaired(REPLICATES)
    unseen = ~searched(many)
    assert 0.4 < unseen.mean() < 0.6
    assert not set(many.spatial_of[unseen]) & set(alternatives.objective.harm_draws.spatial_of)
    for candidate in candidates[1:]:
        for harm, probability in candidate.simulation.harm_probability.items():
            _, _, high = probability_interval(probability[unseen], many.spatial_of[unseen])
            assert high <= HARM_SHARES[candidate.name] * alternatives.limits[harm]


def test_what_was_left_in_the_muscles_bars_no_plan(
    setting: Setting, small_simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A harm that is there before the session is none of the plan's."""
    monkeypatch.setattr(Ascent, "charge", lambda ascent: 50.0 + float(ascent._charges(ascent.harm.means)))
    limits = {harm: 15.0 * cap for harm, cap in CAPS.items()}
    found = Alternatives(setting, small_simulator, limits, ("sebum",), judge_of(small_simulator))
    assert found._first.units > 0.0


def test_where_sebum_cannot_respond_nothing_is_planned(setting: Setting, small_simulator: Simulator) -> None:
    draws = small_simulator.draws
    third = next(number for number, hypothesis in enumerate(draws.hypotheses) if hypothesis.id == "H3")
    deaf = replace(small_simulator, draws=replace(draws, hypothesis=np.full(draws.n, third)))
    found = Alternatives(setting, deaf, CAPS, ("sebum",), judge_of(deaf)).all(lambda _: None)
    assert all(candidate.units == 0.0 for candidate in found)


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
        if within(
            alternatives.pool.highs(replace(balanced.pattern, groups=(points,))), alternatives._limits("sparing")
        ):
            assert own >= objective.value(objective.tally(points), weights).utility - 0.1  # of a percent of fall
