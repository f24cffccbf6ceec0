"""What is planned: a case with everything the planner is given, and the plan it makes on given draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from holocrine import services
from holocrine.anatomy.face import Face
from holocrine.domain.case import Case
from holocrine.domain.vocabulary import Harm
from holocrine.planning.alternatives import Alternatives, Candidate
from holocrine.planning.plan import choose
from holocrine.planning.setting import Setting, setting_of
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.person import days_since_last, person_of
from holocrine.simulation.response import responses
from holocrine.simulation.simulator import Simulator, simulator
from holocrine.simulation.systems.acne_history import informed
from holocrine.simulation.systems.every import outcomes_of


@dataclass(frozen=True)
class Task:
    """A case on its face; `limits` are the accepted upper ends (0-1) of each harm's probability."""

    name: str
    case: Case
    face: Face
    setting: Setting
    limits: Mapping[Harm, float]


def task_of(name: str, case: Case, face: Face | None = None) -> Task:
    """What `holocrine.plan` is given for a case, on another face than its own when there is one."""
    face = face or services.build_face(case)
    product = services._known_product(case)
    setting = setting_of(case, face, product, services._unit_limits(case, face, product))
    limits: dict[Harm, float] = {harm: getattr(case.goals.harm_limits, harm) / 100.0 for harm in get_args(Harm)}
    return Task(name, case, face, setting, limits)


def simulator_for(task: Task, draws: Draws) -> Simulator:
    """The person of the task under these draws."""
    draws = informed(task.case, draws)
    surfaces = responses(draws, services.WEEKS, days_since_last(task.case))
    person = person_of(task.case, task.face, task.case.goals.regions)
    return simulator(person, draws, KernelLibrary(draws.spatial), surfaces)


def alternatives_for(task: Task, draws: Draws) -> Alternatives:
    """The planner's alternatives on these draws, before any is searched."""
    ready = simulator_for(task, draws)
    return Alternatives(
        task.setting,
        ready,
        task.limits,
        task.case.goals.targets,
        lambda s, shots: outcomes_of(task.case, ready, s, shots, goals_only=True),
    )


def planned(task: Task, draws: Draws) -> Candidate:
    """The plan that `holocrine.plan` proposes on these draws."""
    return choose(alternatives_for(task, draws).all(lambda _: None))
