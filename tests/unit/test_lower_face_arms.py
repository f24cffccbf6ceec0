"""Studies of jaw, lips and smile: where the needles go, and what is read."""

from __future__ import annotations

import numpy as np
import pytest
from tests.evidence import GLABELLA, observation, write_tables

from holocrine.execution.workers import load_unknowns
from holocrine.inference.arms import lower_face_readings
from holocrine.inference.arms.questions import Question
from holocrine.inference.arms.scenes import lower_face, parotid
from holocrine.inference.arms.world import DAYS, World
from holocrine.inference.problem import Problem, problem_of
from holocrine.knowledge.evidence import read_evidence
from holocrine.knowledge.parameters import load_block, load_readings

BARE = {"units_per_point": "", "points": "", "pattern": "", "selected_for": ""}
JAW = GLABELLA | BARE | {"study_id": "S1", "arm_id": "J", "site": "masseter", "note": "total_units=25 a side"}
HALF = JAW | {"arm_id": "H", "note": "total_units=25"}
AGAIN = JAW | {"arm_id": "A", "session_days": "0;182;365", "baseline": "masseter_volume=26 cm3"}
PLACEBO = JAW | {"arm_id": "P", "product": "placebo", "note": ""}
LIP = JAW | {"arm_id": "L", "site": "upper lip", "note": "total_units=4"}
GUM = JAW | {"arm_id": "G", "site": "upper lip elevators", "note": ""}
FREY = JAW | {
    "arm_id": "F",
    "site": "cheek",
    "route": "intradermal",
    "units_per_point": "5",
    "spacing_mm": "20",
    "note": "total_units=60",
}
ARMS = [JAW, HALF, AGAIN, PLACEBO, LIP, GUM, FREY]
SHARE = {"unit": "% subjects", "statistic": "responder_percent", "value": "5"}
MEAN = {"statistic": "mean", "value": "10"}
SIZE = {"outcome": "masseter thickness", "target": "jaw", "unit": "mm", "note": "baseline=13 SD 3", **MEAN}
DAY = {"unit": "days", **MEAN}
ROWS = {
    "bite": ("J", {"outcome": "bite force", "target": "jaw", "statistic": "mean_change_percent", "value": "-20"}),
    "bite, half": ("H", {"outcome": "bite force", "target": "jaw", "statistic": "mean_change_percent", "value": "-20"}),
    "bite back": ("J", {"outcome": "time for bite force to recover", "target": "jaw", **DAY}),
    "chewing": ("J", {"outcome": "mastication force decrease", "target": "jaw", **SHARE}),
    "chewing, placebo": ("P", {"outcome": "mastication force decrease", "target": "jaw", **SHARE}),
    "smile": ("J", {"outcome": "smile limitation", "target": "smile", **SHARE}),
    "smile, placebo": ("P", {"outcome": "smile limitation", "target": "smile", **SHARE}),
    "smile, cheek": ("F", {"outcome": "perioral paresis", "target": "smile", **SHARE}),
    "thin, day 7": ("J", SIZE | {"day": "7"}),
    "thin, day 84": ("J", SIZE | {"day": "84"}),
    "thin, placebo": ("P", SIZE | {"day": "84"}),
    "first": ("J", {"outcome": "first reduction in resting thickness", "target": "jaw", **DAY}),
    "first, clenched": ("J", {"outcome": "first reduction in clenched thickness", "target": "jaw", **DAY}),
    "thinnest": ("J", {"outcome": "time of maximal size reduction", "target": "jaw", **DAY}),
    "volume": ("A", {"outcome": "masseter volume", "target": "jaw", "unit": "cm3", "day": "450", **MEAN}),
    "stiffness": (
        "J",
        {"outcome": "masseter stiffness", "target": "jaw", "unit": "kPa", "day": "21", "note": "untreated=9 kPa"}
        | MEAN,
    ),
    "lip": ("L", {"outcome": "perioral palsy, duration", "target": "smile", **DAY}),
    "gum": ("G", {"outcome": "gingival exposure", "target": "lip", "unit": "mm", "day": "14", **MEAN}),
    "gum back": ("G", {"outcome": "time until gingival exposure is close to baseline", "target": "lip", **DAY}),
}


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    rows = [observation(i, arm, **cells) for i, (arm, cells) in enumerate(ROWS.values())]
    return problem_of(read_evidence(write_tables(tmp_path_factory.mktemp("tables"), ARMS, rows)), load_unknowns())


@pytest.fixture(scope="module")
def world(problem: Problem) -> World:
    return problem.world(np.zeros(len(problem.unknowns.names)))


def asked(problem: Problem, name: str) -> Question:
    wanted = f"O{list(ROWS).index(name)}"
    (found,) = [q for q in problem.common.questions if q.observation.observation_id == wanted]
    return found


def told(problem: Problem, world: World, name: str) -> float:
    return asked(problem, name).predict(world, 0, "H1")


def test_every_row_is_understood(problem: Problem) -> None:
    assert problem.unmodelled == ()


def test_a_dose_a_side_is_half_of_the_whole(problem: Problem, world: World) -> None:
    assert asked(problem, "bite").given.units == pytest.approx(2.0 * asked(problem, "bite, half").given.units)
    assert told(problem, world, "bite") < told(problem, world, "bite, half") < 0.0


def test_the_bite_keeps_what_other_muscles_do(problem: Problem, world: World) -> None:
    assert -100.0 * world.typical["bite_masseter_share"] < told(problem, world, "bite") < 0.0
    assert 0.0 < told(problem, world, "bite back") < DAYS[-1]


def test_force_goes_before_bulk(problem: Problem, world: World) -> None:
    assert told(problem, world, "first, clenched") < told(problem, world, "first") < told(problem, world, "thinnest")
    assert 13.0 > told(problem, world, "thin, day 7") > told(problem, world, "thin, day 84")


def test_without_toxin_nothing_is_lost(problem: Problem, world: World) -> None:
    assert told(problem, world, "thin, placebo") == pytest.approx(13.0)
    assert told(problem, world, "chewing, placebo") == told(problem, world, "smile, placebo") == 0.0


def test_thickness_falls_with_the_share_that_the_masseter_can_lose(problem: Problem, world: World) -> None:
    typical = {**world.typical, "masseter_bulk_loss": 0.5 * world.typical["masseter_bulk_loss"]}
    half = World(typical, world.unknowns, world.sample, world.errors)
    power = world.typical["masseter_thickness_exponent"]
    assert power == 1.0
    full_loss, half_loss = (13.0 - told(problem, each, "thin, day 84") for each in (world, half))
    assert half_loss == pytest.approx(0.5 * full_loss)


def test_an_earlier_session_leaves_less_muscle(problem: Problem, world: World) -> None:
    question = asked(problem, "volume")
    settings = {"measure": "volume", "day": 450.0, "before": 26.0}
    once = lower_face_readings.size(world, question.given, 0, sessions=(365.0,), **settings)  # type: ignore[arg-type]
    assert 0.0 < told(problem, world, "volume") < once < 26.0


def test_tone_is_only_a_share_of_stiffness(problem: Problem, world: World) -> None:
    assert 9.0 * (1.0 - world.typical["stiffness_tone_share"]) < told(problem, world, "stiffness") < 9.0


def test_a_fascia_keeps_toxin_from_the_smile(problem: Problem, world: World) -> None:
    open_planes = World({**world.typical, "plane_crossing": 1.0}, world.unknowns, world.sample, world.errors)
    assert told(problem, world, "smile") < 1.0 < told(problem, open_planes, "smile")
    assert told(problem, world, "smile, cheek") == told(problem, open_planes, "smile, cheek") > 0.0


def test_weak_elevators_cover_the_gum(problem: Problem, world: World) -> None:
    assert -world.typical["gum_hidden_full"] < told(problem, world, "gum") < 0.0
    assert 0.0 < told(problem, world, "lip") < DAYS[-1]
    assert 0.0 < told(problem, world, "gum back") < DAYS[-1]


def test_needles_reach_the_masseter_and_not_beyond() -> None:
    scene = lower_face("masseter", 0.1)
    stack = scene.stacks[0]
    assert scene.depth == pytest.approx(stack.top("muscle") + 0.5 * stack.thickness("muscle"))
    assert scene.needle_depths[0] < scene.depth[0] < scene.needle_depths[-1]
    assert np.allclose(np.sort(scene.xy[:, 0]), np.sort(-scene.xy[:, 0]))


def test_points_over_the_parotid_lie_over_the_masseter() -> None:
    scene, jaw = parotid(13, 20.0, 0.1), lower_face("masseter", 0.1)
    middle = jaw.cells[jaw.groups["masseter_left"]].mean(axis=0)
    assert np.linalg.norm(scene.xy.mean(axis=0) - middle) < 5.0
    assert set(scene.groups) == {"zygomaticus_major_left", "risorius_left"}


def test_priors_are_those_of_the_systems() -> None:
    organs, readings = load_block("organs"), load_readings()
    for name in ("masseter_bulk_loss", "masseter_thickness_exponent", "bite_masseter_share", "plane_crossing"):
        own, fitted = organs[name], readings[name]
        assert (own.value, own.low90, own.high90, own.unit) == (fitted.value, fitted.low90, fitted.high90, fitted.unit)
