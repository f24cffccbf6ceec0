"""Statistics that studies report, read from arms: which way they move, what they are at the ends, and in which unit."""

from __future__ import annotations

import numpy as np
import pytest
from tests.evidence import AXILLA, AXILLA_PLACEBO, GLABELLA, HALO, observation, write_tables

from holocrine.execution.workers import load_unknowns
from holocrine.inference.arms.questions import Question
from holocrine.inference.arms.world import World
from holocrine.inference.problem import Problem, problem_of
from holocrine.knowledge.evidence import read_evidence

SHARE = {"unit": "% subjects", "statistic": "responder_percent"}
CHANGE = {"unit": "%", "statistic": "mean_change_percent", "value": "-40"}
FACE = HALO | {
    "study_id": "S4",
    "arm_id": "S4-A",
    "points": "20",
    "pattern": "grid",
    "spacing_mm": "10",
    "baseline": "self_rated_moderate=40 % subjects; self_rated_severe=60 % subjects",
}
FOOT = GLABELLA | {
    "study_id": "S5",
    "arm_id": "S5-A",
    "site": "extensor digitorum brevis",
    "units_per_point": "2.5",
    "points": "1",
    "pattern": "",
}
PALM = AXILLA | {"study_id": "S6", "arm_id": "S6-A", "site": "palm"}
SIDES = GLABELLA | {
    "study_id": "S7",
    "arm_id": "S7-A",
    "site": "lateral canthus",
    "units_per_point": "",
    "points": "",
    "note": "total_units=12 a side",
}
NECK = FOOT | {"study_id": "S8", "arm_id": "S8-A", "site": "neck (cervical dystonia)", "units_per_point": "20"}
UNDER_BROW = SIDES | {"study_id": "S9", "arm_id": "S9-A", "site": "superolateral orbicularis oculi"}
HALO_TWIN = HALO | {"arm_id": "S3-B"}
SIDE_TWIN = SIDES | {"arm_id": "S7-B"}
ARMS = [HALO_TWIN, SIDE_TWIN, AXILLA, AXILLA_PLACEBO, GLABELLA, HALO, FACE, FOOT, PALM, SIDES, NECK, UNDER_BROW]
GRADES = ("very mild", "mild", "moderate", "severe")
ROWS = {
    "rate": observation(1, "S1-A", outcome="gravimetric sweat", target="sweat", day="28", **CHANGE),
    "vas": observation(2, "S1-A", outcome="rating of sweating (VAS)", target="sweat", day="28", **CHANGE),
    "vas, other side": observation(
        3, "S1-A", outcome="rating (VAS)", target="sweat", day="28", contrast_arm_id="S1-P", **CHANGE
    ),
    "satisfied": observation(4, "S1-A", outcome="satisfied", target="satisfaction", day="28", value="90", **SHARE),
    "satisfied, placebo": observation(
        5, "S1-P", outcome="satisfied", target="satisfaction", day="28", value="30", **SHARE
    ),
    "score": observation(
        6, "S1-A", outcome="score", target="satisfaction", day="28", statistic="mean", value="3", note="scale=0-4"
    ),
    "more": observation(7, "S1-A", outcome="asking for supplementary points", target="sweat", value="9", **SHARE),
    "same halo": observation(
        8,
        "S3-A",
        outcome="comparisons with a larger anhidrotic area",
        target="sweat",
        contrast_arm_id="S3-B",
        day="14",
        value="50",
        **SHARE,
    ),
    "satisfied, oil": observation(9, "S4-A", outcome="satisfied", target="satisfaction", day="28", value="60", **SHARE),
    "less oil": observation(10, "S4-A", outcome="patient-noted improvement", target="sebum", value="60", **SHARE),
    "peak": observation(
        11,
        "S2-A",
        outcome="time of the largest effect",
        target="line severity",
        unit="days",
        statistic="mean",
        value="9",
    ),
    "share of peak": observation(
        12,
        "S2-A",
        outcome="fraction of maximal effect",
        target="line severity",
        unit="%",
        statistic="mean",
        day="3",
        value="50",
    ),
    "preferred": observation(
        13, "S7-A", outcome="preferring this side", target="satisfaction", contrast_arm_id="S7-B", value="50", **SHARE
    ),
    "evoked": observation(
        14, "S5-A", outcome="CMAP ratio", target="muscle", unit="ratio", statistic="mean", value="0.5"
    ),
    "evoked, percent": observation(
        15, "S5-A", outcome="CMAP % of baseline", target="muscle", unit="%", statistic="mean", value="50"
    ),
    "hand": observation(16, "S6-A", outcome="hand weakness", target="muscle", value="20", **SHARE),
    "retreated": observation(
        17, "S8-A", outcome="duration (time to retreatment)", target="muscle", unit="days", statistic="mean", value="80"
    ),
    "brow": observation(
        18, "S9-A", outcome="brow elevation", target="brow", unit="mm", statistic="mean", day="14", value="1"
    ),
    "brow raised": observation(19, "S9-A", outcome="brow raised", target="brow", day="14", value="50", **SHARE),
    **{
        grade: observation(
            20 + number, "S4-A", outcome=f"self-rated sebum: {grade}", target="sebum", day="28", value="25", **SHARE
        )
        for number, grade in enumerate(GRADES)
    },
}


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    folder = write_tables(tmp_path_factory.mktemp("tables"), ARMS, list(ROWS.values()))
    return problem_of(read_evidence(folder), load_unknowns())


@pytest.fixture(scope="module")
def world(problem: Problem) -> World:
    return problem.world(np.zeros(len(problem.unknowns.names)))


def question(problem: Problem, name: str) -> Question:
    wanted = ROWS[name]["observation_id"]
    questions = (*problem.common.questions, *problem.sebum.questions)
    return next(q for q in questions if q.observation.observation_id == wanted)


def test_every_row_is_understood(problem: Problem) -> None:
    assert problem.unmodelled == ()


def test_a_rating_falls_less_than_the_rate(problem: Problem, world: World) -> None:
    rate, rating = (question(problem, name).predict(world, 0, "H1") for name in ("rate", "vas"))
    assert rate < rating < 0.0


def test_against_the_other_side_the_placebo_effect_cancels(problem: Problem, world: World) -> None:
    alone, against = (question(problem, name).predict(world, 0, "H1") for name in ("vas", "vas, other side"))
    fall = 1.0 + alone / 100.0, 1.0 + against / 100.0
    assert fall[0] / fall[1] == pytest.approx(np.exp(world.typical["sweat_placebo"]))


def test_satisfaction_starts_at_what_people_say_without_an_effect(problem: Problem, world: World) -> None:
    placebo = question(problem, "satisfied, placebo").predict(world, 0, "H1")
    treated = question(problem, "satisfied")
    assert placebo == pytest.approx(100.0 * world.typical["satisfied_untreated"])
    assert placebo < treated.predict(world, 0, "H1", 0.2) < treated.predict(world, 0, "H1") < 100.0


def test_a_score_is_the_same_share_of_its_scale(problem: Problem, world: World) -> None:
    score, share = (question(problem, name) for name in ("score", "satisfied"))
    assert score.predict(world, 0, "H1") * score.factor == pytest.approx(share.predict(world, 0, "H1"))


@pytest.mark.parametrize(
    ("name", "sign"), [("more", -1), ("hand", 1), ("brow raised", 1), ("brow", 1), ("evoked", -1), ("less oil", 1)]
)
def test_four_times_the_dose_does_more(problem: Problem, world: World, name: str, sign: int) -> None:
    asked = question(problem, name)
    assert sign * (asked.predict(world, 0, "H1", 4.0) - asked.predict(world, 0, "H1")) > 0.0


@pytest.mark.parametrize("name", ["same halo", "preferred"])
def test_nobody_prefers_one_of_two_equal_sides(problem: Problem, world: World, name: str) -> None:
    assert question(problem, name).predict(world, 0, "H1") == pytest.approx(50.0)


@pytest.mark.parametrize("name", ["satisfied, oil", "less oil"])
def test_self_ratings_of_oil_depend_on_the_explanation(problem: Problem, world: World, name: str) -> None:
    asked = question(problem, name)
    assert asked in problem.sebum.questions
    assert asked.predict(world, 0, "H1") > asked.predict(world, 0, "H3")


def test_everybody_gives_one_grade(problem: Problem, world: World) -> None:
    shares = [question(problem, grade).predict(world, 0, "H1") for grade in GRADES]
    assert min(shares) >= 0.0
    assert sum(shares) == pytest.approx(100.0)


def test_the_largest_effect_is_the_whole_effect(problem: Problem, world: World) -> None:
    day = question(problem, "peak").predict(world, 0, "H1")
    share = question(problem, "share of peak").predict(world, 0, "H1")
    assert day > 3.0
    assert 0.0 < share < 100.0


def test_a_ratio_and_a_percentage_say_the_same(problem: Problem, world: World) -> None:
    ratio, percent = (question(problem, name) for name in ("evoked", "evoked, percent"))
    assert 100.0 * ratio.predict(world, 0, "H1") == pytest.approx(percent.predict(world, 0, "H1"))
    assert (ratio.factor, percent.factor) == (100.0, 1.0)


def test_treatment_is_repeated_while_some_effect_is_left(problem: Problem, world: World) -> None:
    assert 14.0 < question(problem, "retreated").predict(world, 0, "H1") < 365.0


def test_a_dose_for_each_side_counts_twice(problem: Problem) -> None:
    given = question(problem, "preferred").given
    assert given.units * given.scene.doses.sum() == pytest.approx(24.0)
