"""Rows of acne trials: what an arm was given, what is refused, and what the model then says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence import observation, write_tables

from holocrine.inference.arms.acne_arms import Regimen, regimens
from holocrine.inference.arms.acne_readings import SYMPTOM_POINTS
from holocrine.inference.arms.acne_trials import DAYS, STEP, lesions_left
from holocrine.inference.arms.given import NotModelledError
from holocrine.inference.blocks.asking import ask_block
from holocrine.inference.blocks.belonging import TOXIN, block_of
from holocrine.inference.blocks.problem import BlockProblem, block_problem
from holocrine.inference.blocks.world import block_unknowns
from holocrine.knowledge.evidence import Evidence, read_evidence
from holocrine.knowledge.evidence.records import Arm

ARM = {"study_id": "A1", "n": "100", "route": "topical", "site": "face", "selected_for": "acne", "product": ""}
DRUGS = {
    "VEHICLE": "",
    "RETINOID": "adapalene 0.1% gel",
    "STRONGER": "adapalene 0.3% gel",
    "DYAD": "adapalene 0.1%/benzoyl peroxide 2.5% gel",
    "TRIAD": "clindamycin 1.2%/adapalene 0.15%/BPO 3.1% gel",
    "BLOCKER": "clascoterone 1% cream twice daily",
    "UNKNOWN": "olumacostat 7.5% twice daily",
}
ARMS = [ARM | {"arm_id": name, "drug": drug, "product": "" if drug else "vehicle"} for name, drug in DRUGS.items()]
POINTS = {"unit": "points", "statistic": "mean", "target": "acne", "day": "84"}
PERCENT = {"unit": "%", "statistic": "mean_change_percent", "target": "acne", "day": "84"}
ROWS = [
    *(
        observation(i, name, outcome="total lesion % change", value="-50", **PERCENT)
        for i, name in enumerate(("VEHICLE", "RETINOID", "DYAD", "TRIAD"), 1)
    ),
    observation(5, "VEHICLE", outcome="inflammatory lesion % change", value="-40", **PERCENT),
    observation(6, "VEHICLE", outcome="non-inflammatory lesion % change", value="-30", **PERCENT),
    observation(7, "DYAD", outcome="total lesion % change", value="-60", **(PERCENT | {"statistic": "median"})),
    observation(
        8, "DYAD", outcome="total lesion count, difference in % reduction", value="20", contrast_arm_id="VEHICLE",
        **(PERCENT | {"unit": "percentage points", "statistic": "mean"}),
    ),
    observation(9, "TRIAD", outcome="IGA success", value="50", target="acne", day="84", unit="%",
                statistic="responder_percent"),
    observation(10, "BLOCKER", outcome="casual sebum % change", value="-27", **(PERCENT | {"target": "sebum"})),
    observation(11, "TRIAD", outcome="inflammatory lesion absolute change", value="-20", target="acne", day="84",
                unit="lesions", statistic="mean"),
    observation(12, "TRIAD", outcome="Acne-QoL symptoms (0-30, higher is better)", value="21", **POINTS),
    observation(13, "VEHICLE", outcome="Acne-QoL symptoms (0-30, higher is better)", value="18", **POINTS),
    observation(14, "TRIAD", outcome="Acne-QoL symptoms, difference", value="3", contrast_arm_id="VEHICLE", **POINTS),
    observation(15, "VEHICLE", outcome="Acne-QoL symptoms (0-30, higher is better)", value="15",
                **(POINTS | {"day": "14"})),
]  # fmt: skip


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return read_evidence(write_tables(tmp_path_factory.mktemp("acne"), ARMS, ROWS))


@pytest.fixture(scope="module")
def problem(evidence: Evidence) -> BlockProblem:
    return block_problem(evidence, "acne", block_unknowns("acne"))


@pytest.fixture(scope="module")
def said(problem: BlockProblem) -> Mapping[int, float]:
    """Predictions at the table's values, in the unit of the report and by number of the row."""
    found = problem.predict(np.zeros(len(problem.unknowns.names)))[:, 0]
    questions = problem.common.questions
    return {
        int(q.observation.observation_id.removeprefix("O")): float(q.reported(np.array(value)))
        for q, value in zip(questions, found, strict=True)
    }


def test_each_further_ingredient_takes_away_more_lesions(said: Mapping[int, float]) -> None:
    vehicle, retinoid, dyad, triad = (said[i] for i in (1, 2, 3, 4))
    assert 0.0 > vehicle > retinoid > dyad > triad > -100.0


def test_a_vehicle_arm_reads_as_the_table_says(problem: BlockProblem, said: Mapping[int, float]) -> None:
    typical = problem.world(np.zeros(len(problem.unknowns.names))).typical
    assert said[5] == pytest.approx(-100.0 * typical["vehicle_inflammatory"], abs=1e-6)
    assert said[6] == pytest.approx(-100.0 * typical["vehicle_noninflammatory"], abs=1e-6)
    assert said[5] < said[1] < said[6]  # all lesions lie between both kinds


def test_statistics_of_one_arm_agree_with_one_another(said: Mapping[int, float]) -> None:
    assert said[7] < said[3]  # a skewed response: more than half fare better than the mean
    assert said[8] == pytest.approx(said[1] - said[3])  # reported as a positive reduction
    assert 0.0 < said[9] < 100.0
    assert said[11] < 0.0
    assert -60.0 < said[10] < -5.0


def test_symptoms_ease_as_lesions_go(said: Mapping[int, float]) -> None:
    assert 0.0 < said[15] < said[13] < said[12] < SYMPTOM_POINTS
    assert said[14] == pytest.approx(said[12] - said[13])


def test_who_bears_more_lesions_keeps_more_points(problem: BlockProblem) -> None:
    (row,) = (i for i, q in enumerate(problem.common.questions) if q.observation.observation_id == "O13")
    scores = np.zeros((3, len(problem.unknowns.names)))
    scores[:, problem.unknowns.names.index("symptoms_half")] = (-3.0, 0.0, 3.0)
    points = problem.predict_all(scores)[:, row, 0]
    assert 0.0 < points[0] < points[1] < points[2] < SYMPTOM_POINTS


def test_worlds_asked_together_answer_as_each_alone(problem: BlockProblem) -> None:
    scores = 0.5 * np.random.default_rng(2).standard_normal((3, len(problem.unknowns.names)))
    alone = np.stack([problem.predict(row) for row in scores])
    assert np.allclose(problem.predict_all(scores), alone, rtol=0.0, atol=1e-9)


def test_weekly_steps_are_short_enough(problem: BlockProblem, monkeypatch: pytest.MonkeyPatch) -> None:
    world = problem.world(np.zeros(len(problem.unknowns.names)))
    regimen = next(need for need in problem.needs if isinstance(need, Regimen) and len(need.courses) == 3)
    coarse = [lesions_left(world, regimen, kind, 84.0) for kind in ("inflammatory", "noninflammatory")]
    module = "holocrine.inference.arms.acne_trials"
    monkeypatch.setattr(f"{module}.STEP", STEP / 4.0)
    monkeypatch.setattr(f"{module}.DAYS", np.linspace(0.0, DAYS[-1], 4 * (DAYS.size - 1) + 1))
    monkeypatch.setattr(f"{module}.WEEKS", 4 * (DAYS.size - 1))
    again = problem.world(np.zeros(len(problem.unknowns.names)))
    fine = [lesions_left(again, regimen, kind, 84.0) for kind in ("inflammatory", "noninflammatory")]
    assert np.abs(np.array(coarse) - np.array(fine)).max() < 0.005


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (observation(1, "UNKNOWN", outcome="total lesion % change", value="-50", **PERCENT), "without a mechanism"),
        (observation(1, "TRIAD", outcome="Acne-QoL symptoms", value="20", **PERCENT), "without a read-out"),
        (observation(1, "TRIAD", outcome="Acne-QoL role-social", value="20", **POINTS), "without a read-out"),
        (observation(1, "TRIAD", outcome="serum DHEA-S", value="1", **(PERCENT | {"target": "hormones"})), "hormones"),
        (
            observation(
                1, "STRONGER", outcome="lesions", value="decrease", contrast_arm_id="RETINOID",
                **(PERCENT | {"statistic": "direction"}),
            ),
            "strength and form",
        ),
    ],
)  # fmt: skip
def test_what_no_read_out_says_is_refused_with_a_reason(row: Mapping[str, str], reason: str, tmp_path: Path) -> None:
    evidence = read_evidence(write_tables(tmp_path, ARMS, [row]))
    (only,) = evidence.observations.values()
    with pytest.raises(NotModelledError, match=reason):
        ask_block(only, evidence, "acne")


def test_every_row_belongs_to_one_block(evidence: Evidence) -> None:
    assert {block_of(row, evidence) for row in evidence.observations.values()} == {"acne"}
    assert TOXIN == "toxin"


@given(st.permutations(["adapalene 0.1%", "benzoyl peroxide 2.5%", "clindamycin 1%"]), st.sampled_from(["/", " with "]))
def test_the_order_of_ingredients_does_not_matter(parts: list[str], between: str) -> None:
    (regimen,) = regimens(arm(between.join(parts)))
    assert {course.drug_class for course in regimen.courses} == {
        *("topical_retinoid", "benzoyl_peroxide", "topical_antibiotic")
    }


def test_isotretinoin_is_no_tretinoin_and_a_stopped_antibiotic_ends() -> None:
    (regimen,) = regimens(arm("isotretinoin 1 mg/kg/day"))
    assert [course.drug_class for course in regimen.courses] == ["oral_isotretinoin"]
    (regimen,) = regimens(arm("doxycycline for 3 months, then placebo"))
    assert regimen.courses[0].end_day == pytest.approx(91.2)


def arm(drug: str) -> Arm:
    return Arm(
        "A",
        "A1",
        "",
        None,
        None,
        None,
        "",
        None,
        None,
        None,
        None,
        "",
        None,
        "topical",
        "face",
        (0.0,),
        drug,
        "",
        {},
        "",
    )
