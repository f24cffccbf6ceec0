"""The measurements as plain tables: one person at a time, and the small problems."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.planner.cases import NAMED, example, variation
from benchmarks.planner.comparing import Duel, duel, rivals
from benchmarks.planner.habits import Habit
from benchmarks.planner.judging import Judged, Jury, estimate, lead
from benchmarks.planner.small import Small, problems, small
from benchmarks.planner.tasks import Task, planned
from benchmarks.planner.worlds import EXPLANATIONS, World, world_draws

from holocrine import planning, services
from holocrine.domain.seed import SEED
from holocrine.knowledge.posterior import load_posterior
from holocrine.planning.alternatives import Candidate
from holocrine.planning.plan import injection_points
from holocrine.planning.point import listed
from holocrine.simulation.binding import Shots

Table = dict[str, Any]
PLANNING = Path(planning.__path__[0])


@dataclass(frozen=True)
class Size:
    """How much is measured: draws of planner and judges, the judges' seeds, persons, global search; `worlds` or not.

    `harm_seeds` are those on which the harm of the plan itself is judged: its upper end is the least certain number.
    Other worlds are judged on the first of `seeds`.
    """

    planning_draws: int = services.DRAWS
    draws: int = services.DRAWS
    seeds: Sequence[int] = (101, 202)
    harm_seeds: Sequence[int] = (101, 202, 303, 404)
    named: Sequence[str] = NAMED
    variations: int = 6
    worlds: bool = True
    small: Sequence[str] = ("nose", "upper lip and chin", "patch of 30 x 20 mm")
    times: int = 200
    restarts: int = 4


FULL = Size()
QUICK = Size(
    128,
    128,
    (101,),
    (101, 202),
    NAMED[:1],
    0,
    worlds=False,
    small=("nose", "patch of 30 x 20 mm"),
    times=20,
    restarts=2,
)
"""The same with too few draws to conclude anything: to see that it runs."""


def made_by(source: Path = PLANNING) -> dict[str, str]:
    """What the numbers depend on: the posterior's name, and a hash of the planner's code in the folder `source`."""
    digest = hashlib.sha256()
    for path in sorted(source.glob("*.py")):
        digest.update(path.read_bytes())
    return {"posterior": load_posterior().identifier, "planner": digest.hexdigest()[:12]}


def person(number: int, size: Size) -> Table:
    """The comparison for one person: a named one, or after them the variations."""
    if number < len(size.named):
        task = example(size.named[number])
    else:
        nth = number - len(size.named)
        task = variation(NAMED[nth % len(NAMED)], nth + 1, SEED)
    chosen = planned(task, world_draws("believed", SEED, size.planning_draws))
    jury = Jury.of(task, "believed", size.seeds, size.draws)
    plan = Habit("plan", chosen.shots, tuple(point.labelled_region for point in listed(chosen.pattern.points)))
    judged = jury.judge(plan.shots)
    duels = [duel(jury, plan, judged, habit) for habit in rivals(jury, plan.shots)]
    harms = Jury.of(task, "believed", size.harm_seeds, size.draws).harms(plan.shots)
    goals = task.case.goals
    table: Table = {
        "name": task.name,
        "targets": goals.targets,
        "regions": goals.regions,
        "product": task.setting.product.name,
        "injector": task.case.injector.experience,
        "plan": {
            **_judged(judged),
            "alternative": chosen.name,
            "harm_share_when_planned": max((chosen.risks[h][2] / task.limits[h] for h in chosen.risks), default=0.0),
        },
        "harms": asdict(harms),
        "habits": [_duel(found) for found in duels],
    }
    if number < len(size.named) and size.planning_draws == services.DRAWS:
        table["same_as_holocrine_plan"] = _same(task, chosen)
    if number < len(size.named) and size.worlds:
        table["worlds"] = {world: _explained(task, chosen.shots, duels, world, size) for world in EXPLANATIONS}
        table["wrong_worlds"] = {world: _wrong(task, chosen.shots, duels, world, size) for world in ("wide", "inert")}
    return table


def problem(name: str, size: Size) -> Table:
    """One of the small problems."""
    task = next(task for task in problems() if task.name == name)
    found: Small = small(task, world_draws("believed", SEED, size.planning_draws), size.times, size.restarts, SEED)
    return {**asdict(found), "share": found.share}


def _same(task: Task, chosen: Candidate) -> bool:
    """Whether `holocrine.plan` proposes the very points that are judged here."""
    plan = services.plan(task.case).plan
    return plan is not None and plan.points == injection_points(task.setting, chosen.pattern.points)


def _explained(task: Task, plan: Shots, duels: Sequence[Duel], world: World, size: Size) -> Table:
    """The plan and its rivals where one explanation of the sebum effect holds in everyone."""
    jury = Jury.of(task, world, size.seeds[:1], size.draws)
    return _against(jury, jury.judge(plan), duels)


def _wrong(task: Task, unaware: Shots, duels: Sequence[Duel], world: World, size: Size) -> Table:
    """The same in a wrong world, with the plan that is made knowing of it beside the one that is not."""
    jury = Jury.of(task, world, size.seeds[:1], size.draws)
    aware = planned(task, world_draws(world, SEED, size.planning_draws))
    plan, knowing = jury.judge(unaware), jury.judge(aware.shots)
    return {
        **_against(jury, plan, duels),
        "aware": {**_judged(knowing), "alternative": aware.name},
        "worth_lost_unaware": asdict(lead(knowing, plan, "worth")),
    }


def _against(jury: Jury, plan: Judged, duels: Sequence[Duel]) -> Table:
    """The plan against every habit at the dose that gave both the same harm in the world as believed."""
    habits: list[tuple[Habit, Judged]] = [
        (found.habit, jury.judge(found.habit.times(found.factor).shots)) for found in duels
    ]
    return {
        "plan": _judged(plan),
        "habits": [
            {"name": habit.name, "harm_share": other.harms.share, "lead": asdict(lead(plan, other))}
            for habit, other in habits
        ],
    }


def _judged(found: Judged) -> Table:
    return {
        "units": found.units,
        "punctures": found.punctures,
        "benefit": asdict(estimate(found.benefit, found.cluster)),
        "worth": asdict(estimate(found.worth, found.cluster)),
        "harms": asdict(found.harms),
    }


def _duel(found: Duel) -> Table:
    return {
        "name": found.habit.name,
        "as_is": {**_judged(found.as_is), "lead": asdict(found.lead_as_is)},
        "at_harm": {**_judged(found.at_harm), "plan": _judged(found.plan_at_harm), "lead": asdict(found.lead_at_harm)},
        "at_dose": {**_judged(found.at_dose), "lead": asdict(found.lead_at_dose)},
    }
