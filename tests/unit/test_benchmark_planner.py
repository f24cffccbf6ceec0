"""The comparison with habit is fair: draws, doses, harms and errors are what the tables say they are."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # benchmarks are no part of the package

from benchmarks.planner import __main__ as command  # noqa: E402
from benchmarks.planner.cases import NAMED, example, variation  # noqa: E402
from benchmarks.planner.comparing import SAME, factor_for_harm  # noqa: E402
from benchmarks.planner.habits import Habit, grids, protocols  # noqa: E402
from benchmarks.planner.judging import Jury, estimate, lead  # noqa: E402
from benchmarks.planner.measuring import made_by  # noqa: E402
from benchmarks.planner.small import Annealing, problems  # noqa: E402
from benchmarks.planner.tasks import alternatives_for, simulator_for  # noqa: E402
from benchmarks.planner.text import TITLE, lines  # noqa: E402
from benchmarks.planner.worlds import EXPLANATIONS, WIDER, widened, world_draws  # noqa: E402

from holocrine import services  # noqa: E402
from holocrine.anatomy.sites import layer_stack  # noqa: E402
from holocrine.execution.person_draws import person_draws  # noqa: E402
from holocrine.planning.alternatives import BALANCED  # noqa: E402
from holocrine.planning.ascent import Ascent  # noqa: E402
from holocrine.planning.setting import DERMAL_DEPTHS, UnitLimit  # noqa: E402
from holocrine.simulation.binding import no_shots  # noqa: E402
from holocrine.simulation.course import run  # noqa: E402
from holocrine.simulation.harms import probability_interval  # noqa: E402
from holocrine.simulation.spread import RADIUS_COUNT, RADIUS_STEP, spread_of  # noqa: E402

DRAWS = 8


@pytest.fixture(scope="module")
def jury() -> Jury:
    """Two seeds of a nose alone, whose kernels are few."""
    task = next(problems())
    return Jury.of(task, "believed", (5, 6), DRAWS)


@pytest.fixture(scope="module")
def grid(jury: Jury) -> Habit:
    return next(grids(jury.task, 12.0, (8.0,), DERMAL_DEPTHS[:1]))


# --- worlds -----------------------------------------------------------------------------------------------


def test_the_world_as_believed_is_that_of_forecasts() -> None:
    ours, theirs = world_draws("believed", 3, 128), person_draws(3, 128)
    assert ours.local.keys() == theirs.local.keys()
    for mine, other in ((ours.local, theirs.local), (ours.spatial, theirs.spatial)):
        assert all(np.array_equal(mine[name], other[name]) for name in mine)
    assert np.array_equal(ours.hypothesis, theirs.hypothesis)


@pytest.mark.parametrize("world", EXPLANATIONS)
def test_one_explanation_holds_in_everyone(world: Any) -> None:
    assert set(world_draws(world, 3, DRAWS).hypothesis_ids) == {world}


def test_in_the_wide_world_a_bleb_reaches_twice_as_far() -> None:
    draws = world_draws("believed", 3, 2)
    stack, radii = layer_stack("forehead", "female"), RADIUS_STEP * np.arange(RADIUS_COUNT)

    def reach(spatial: Any) -> Any:
        """Mean distance (mm) of what the periglandular terminals bind, without the tail that leaves the table."""
        row = {name: float(values[0]) for name, values in spatial.items()} | {"tail_fraction": 0.0}
        bound = spread_of(stack, 0.02, row, np.array([0.9]))[0][0, 2]
        return np.sum(bound * radii**2) / np.sum(bound * radii)

    wide = widened(draws).spatial
    assert reach(wide) / reach(draws.spatial) == pytest.approx(WIDER, rel=0.1)  # the flatter bleb moves it a little
    across = [s["diffusivity"] + s["dispersion_across"] * s["convective_dispersion"] for s in (wide, draws.spatial)]
    assert across[0] == pytest.approx(across[1])


def test_in_the_inert_world_toxin_reaches_muscles_only(jury: Jury, grid: Habit) -> None:
    ready = simulator_for(jury.task, world_draws("inert", 5, DRAWS))
    treated = run(ready, grid.shots)
    assert treated.sebum["nose"] == pytest.approx(1.0, abs=1e-3)
    assert treated.sweat["nose"] == pytest.approx(1.0, abs=1e-3)
    believed = run(jury.simulators[0], grid.shots)
    assert believed.sweat["nose"].min() < 0.99
    for harm, probability in believed.harm_probability.items():
        # The integrator's steps are common to all terminals, hence not equal to the last digit.
        assert treated.harm_probability[harm] == pytest.approx(probability, rel=1e-3, abs=1e-9)


# --- persons and habits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2, 3])
def test_variations_are_seeded_valid_and_their_own(number: int) -> None:
    name = NAMED[number % len(NAMED)]
    one, again, other = variation(name, number, 7), variation(name, number, 7), variation(name, number + 3, 7)
    assert one.case == again.case
    assert one.case != other.case
    assert services.assess(one.case).permits_plan
    assert set(one.case.findings.sebum) == set(one.case.goals.regions)


def test_grids_have_the_dose_spacing_and_places_they_claim() -> None:
    task = example("oily-forehead")
    for spacing, grid in zip((8.0, 10.0), grids(task, 24.0, (8.0, 10.0), DERMAL_DEPTHS[:1]), strict=True):
        assert grid.shots.units.sum() == pytest.approx(24.0)
        assert np.ptp(grid.shots.units) == pytest.approx(0.0)
        assert task.setting.may_inject(grid.shots.xy).all()
        apart = np.hypot(*np.moveaxis(grid.shots.xy[:, None] - grid.shots.xy[None], -1, 0))
        np.fill_diagonal(apart, np.inf)
        assert np.median(apart.min(axis=1)) == pytest.approx(spacing, abs=0.1)
        assert set(grid.regions) == {"forehead", "nose"}


def test_room_is_what_the_tightest_dose_limit_leaves(grid: Habit, jury: Jury) -> None:
    limits = (UnitLimit(frozenset({"nose"}), 18.0), UnitLimit(frozenset({"chin"}), 1.0))
    task = replace(jury.task, setting=replace(jury.task.setting, unit_limits=limits))
    assert grid.room(task) == pytest.approx(1.5)
    assert grid.times(1.5).shots.units.sum() == pytest.approx(18.0)


def test_protocols_fit_product_and_regions() -> None:
    assert {habit.name for habit in protocols(example("oily-forehead"))} == {
        "forehead-intramuscular-5x2",
        "forehead-intramuscular-5x4",
        "microbotox-forehead",
    }
    assert not list(protocols(example("oily-sweating")))  # no protocol with that product
    assert not list(protocols(next(problems())))  # none for a nose


# --- judging ----------------------------------------------------------------------------------------------


def test_errors_know_that_draws_of_a_cluster_go_together() -> None:
    values, cluster = np.repeat([1.0, 2.0, 6.0], 50), np.repeat([0, 1, 2], 50)
    found = estimate(values, cluster)
    assert found.mean == pytest.approx(3.0)
    assert found.error == pytest.approx(np.std([1.0, 2.0, 6.0], ddof=1) / np.sqrt(3.0))


def test_a_plan_is_judged_as_the_product_judges_it(jury: Jury, grid: Habit) -> None:
    judged = jury.judge(grid.shots)
    assert judged.benefit.size == 2 * DRAWS
    assert np.unique(judged.cluster).size == 2 * DRAWS
    alone = Jury(jury.task, jury.simulators[:1]).judge(grid.shots).harms
    for harm, chance in run(jury.simulators[0], grid.shots).harm_probability.items():
        expected = probability_interval(chance, jury.simulators[0].draws.repaired(4).spatial_of)
        assert alone.highs[harm] == pytest.approx(expected[2])
    assert judged.harms.by_seed[0] == pytest.approx(alone.share)
    assert jury.harm_share(grid.shots) == pytest.approx(judged.harms.share)
    assert jury.harms(grid.shots) == judged.harms


def test_no_injection_does_nothing_and_costs_nothing(jury: Jury, grid: Habit) -> None:
    nothing, something = jury.judge(no_shots()), jury.judge(grid.shots)
    assert (nothing.harms.share, nothing.units, nothing.punctures) == (0.0, 0.0, 0)
    assert nothing.worth == pytest.approx(0.0)
    assert lead(something, nothing).mean == pytest.approx(something.benefit.mean())
    assert np.all(something.worth < something.benefit)


@dataclass
class _Known:
    """A jury that knows its answer: harm grows with the square of the dose."""

    task: Any

    def harm_share(self, shots: Any) -> float:
        return float((shots.units.sum() / 20.0) ** 2)


def test_the_dose_of_equal_harm_is_found(jury: Jury, grid: Habit) -> None:
    free: Any = _Known(replace(jury.task, setting=replace(jury.task.setting, unit_limits=())))
    factor, short = factor_for_harm(free, grid, 0.25)
    assert factor * 12.0 == pytest.approx(10.0, rel=SAME)
    assert not short
    limit = UnitLimit(frozenset({"nose"}), 15.0)
    tight: Any = _Known(replace(jury.task, setting=replace(jury.task.setting, unit_limits=(limit,))))
    factor, short = factor_for_harm(tight, grid, 4.0)
    assert factor * 12.0 == pytest.approx(15.0)
    assert short


# --- small problems ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh() -> Callable[[float], Annealing]:
    """A nose with nothing chosen yet, and no more than so many punctures."""
    task = next(problems())
    alternatives = alternatives_for(task, world_draws("believed", 5, DRAWS))
    ready = alternatives.search.prepared(task.setting.solutions[0])
    caps = dict.fromkeys(alternatives.limits, 0.05)

    def made(punctures: float) -> Annealing:
        begun = alternatives.search.ascent(ready, BALANCED, caps)
        found = Annealing(**{part.name: getattr(begun, part.name) for part in fields(Ascent)})
        return replace(found, most=np.array([*found.most[:-1], punctures]))

    return made


def test_annealing_finds_the_best_single_puncture(fresh: Callable[[float], Annealing]) -> None:
    single = fresh(1.0)
    columns = np.arange(len(single.columns.groups))
    every = np.where(single._fit(columns), single._raises(columns), 0.0)
    assert every.max() > 0.0
    assert fresh(1.0).anneal(3000, np.random.default_rng(1)) == [int(np.argmax(every))]


def test_annealing_keeps_the_limits(fresh: Callable[[float], Annealing]) -> None:
    long = fresh(5.0)
    best = long.anneal(2000, np.random.default_rng(2))
    assert long.evaluations <= 2000
    assert 1 < np.unique(long.columns.site[best]).size == len(best)
    assert np.all(long.use[:, best].sum(axis=1) <= long.most + 1e-9)


# --- words ------------------------------------------------------------------------------------------------


def _harms(share: float) -> dict[str, Any]:
    return {"worst": "brow_drop", "share": share, "error": 0.1, "by_seed": [share]}


def _judged(harm: float, worth: float) -> dict[str, Any]:
    found = {"mean": worth, "error": 0.1}
    return {"units": 20.0, "punctures": 30, "benefit": found, "worth": found, "harms": _harms(harm)}


def _person(name: str, harm: float, worth: float, ahead: float) -> dict[str, Any]:
    plan = _judged(harm, worth)
    rival = {**_judged(2.0, 1.0), "plan": plan, "lead": {"mean": ahead, "error": 0.1}}
    return {
        "name": name,
        "regions": ["nose"],
        "product": "onabotulinumtoxinA",
        "injector": "expert",
        "plan": {**plan, "alternative": "balanced", "harm_share_when_planned": 0.9},
        "harms": _harms(harm),
        "habits": [{"name": "grid", **dict.fromkeys(("as_is", "at_harm", "at_dose"), rival)}],
    }


def test_losses_are_named_as_plainly_as_wins() -> None:
    result = {
        "size": {"planning_draws": 16, "draws": 8, "seeds": [1], "harm_seeds": [1, 2]},
        "made_by": {"posterior": "abc", "planner": "def"},
        "persons": [
            _person("amber", 0.9, 2.0, 0.5),
            _person("birch", 1.3, -1.0, -0.5),
            _person("cedar", 0.9, 1.0, 0.1),
            _person("dill", 0.01, 1.0, 0.5),
        ],
        "small": [
            {"name": "easy", "columns": 3, "worth": 1.0, "evaluations": 5, "annealed": [1.0], "steps": 9}
            | {"share": 1.0, "gap": 0.1},
            {"name": "hard", "columns": 3, "worth": 1.0, "evaluations": 5, "annealed": [1.1], "steps": 9}
            | {"share": 0.9, "gap": 0.1},
        ],
    }
    text = "\n".join(lines(result))
    assert "At equal harm the plan has the larger benefit in 1 of 3 comparisons, the habit in 1." in text
    assert "At equal dose the plan has the larger benefit in 2 of 4 comparisons, the habit in 1." in text
    assert "As it is, the habit has the larger mean worth in 1 of 4, within the harm limits in 0." in text
    assert "At equal dose the plan does less harm than the habit in 4 of 4." in text
    assert "Harm limit broken on the new draws, all seeds together: birch." in text
    assert "Worse than no injection on the new draws: birch." in text
    assert "more than 2% below the best known: hard." in text


def test_what_other_worlds_do_to_the_plan_is_said() -> None:
    person = _person("amber", 0.9, 2.0, 0.5)
    lost, kept, nothing = _judged(0.9, -3.0), _judged(5.1, 2.0), _judged(0.0, 0.0) | {"punctures": 0, "units": 0.0}
    rivals = [{"name": "grid", "harm_share": 1.0, "lead": {"mean": 0.4, "error": 0.1}}]
    person["worlds"] = {"H1": {"plan": kept, "habits": rivals}, "H3": {"plan": lost, "habits": []}}
    missed = {"mean": 1.0, "error": 0.1}
    person["wrong_worlds"] = {
        world: {
            "plan": plan,
            "habits": rivals,
            "aware": aware | {"alternative": "balanced"},
            "worth_lost_unaware": missed,
        }
        for world, plan, aware in (("wide", kept, _judged(0.8, 2.0)), ("inert", lost, nothing))
    }
    size = {"planning_draws": 16, "draws": 8, "seeds": [1], "harm_seeds": [1, 2]}
    text = "\n".join(lines({"size": size, "made_by": made_by(), "persons": [person], "small": []}))
    assert "Under H1 alone the plan is worse than no injection for 0 of 1 persons." in text
    assert "Under H3 alone the plan is worse than no injection for 1 of 1 persons." in text
    assert "a planner that does not know does 5.1 times the accepted harm: limit broken for 1 of 1." in text
    assert "a planner that knows does 0.8 times the accepted harm: limit broken for 0 of 1." in text
    assert "a planner that knows injects nothing in 1 of 1; the plan of one that does not know loses 3.0 points" in text


def test_a_changed_planner_shows_in_what_the_numbers_depend_on(tmp_path: Path) -> None:
    source = tmp_path / "search.py"
    source.write_text("a = 1\n", encoding="utf-8")
    before = made_by(tmp_path)
    assert made_by(tmp_path) == before
    source.write_text("a = 2\n", encoding="utf-8")
    assert made_by(tmp_path)["planner"] != before["planner"]


def test_the_section_takes_its_own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("# Speed\n\nfast\n", encoding="utf-8")
    monkeypatch.setattr(command, "DOCUMENT", page)
    for body in ("old", "new"):
        command.document(f"{TITLE}\n\n{body}\n")
    assert page.read_text(encoding="utf-8") == f"# Speed\n\nfast\n\n{TITLE}\n\nnew\n"
