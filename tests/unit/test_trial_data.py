"""What happens in a virtual trial: who gets what, what is read, who is lost."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from tests.trial_designs import IDEAL, SALINE, SEBUM, SEED, TREATED, UNTREATED, carried_out, design_of

from holocrine.execution.trial_work import load_knowledge
from holocrine.trials.enrolment import randomised
from holocrine.trials.places import two_sides, whole_area
from holocrine.trials.replicates import part_of
from holocrine.trials.toxin_courses import ToxinCourses
from holocrine.trials.tracks import as_null, tracks_of
from holocrine.trials.worlds import draw_world

PEOPLE = np.arange(3000)
PAIRED = SEBUM | {"analysis": "paired"}


def log_change(sebum: np.ndarray, visit: int) -> np.ndarray:
    return np.log(sebum[:, :, visit] / sebum[:, :, 0])


def test_any_split_of_the_patients_gives_the_same_bytes() -> None:
    design = design_of(conduct={"drop_out": 20.0, "unblinded": 30.0, "unblinded_bias": 10.0})
    whole, part = carried_out(design, np.arange(50)), carried_out(design, np.arange(20, 35))
    for field in fields(part):
        one, other = getattr(whole.only(slice(20, 35)), field.name), getattr(part, field.name)
        pairs = [(one[key], other[key]) for key in one] if isinstance(one, dict) else [(one, other)]
        assert all(np.array_equal(a, b) for a, b in pairs), field.name


@pytest.mark.parametrize("shares", [(1, 1), (2, 1), (3, 1)])
def test_blocks_keep_the_arms_in_balance(shares: tuple[int, int]) -> None:
    arms = tuple(arm | {"share": share} for arm, share in zip((TREATED, SALINE), shares, strict=True))
    arm = randomised(design_of(arm=arms), SEED, np.arange(240))
    size = 2 * sum(shares)
    assert all(
        np.bincount(block, minlength=2)[0] == 2 * shares[0] for block in arm[: 240 // size * size].reshape(-1, size)
    )
    assert np.any(np.diff(arm[::size]) != 0)


def test_toxin_lowers_sebum_and_lesions_under_h1_and_nothing_under_h3() -> None:
    design = design_of()
    for hypothesis, falls in (("H1", True), ("H3", False)):
        data = carried_out(design, PEOPLE, hypothesis)  # type: ignore[arg-type]
        change = log_change(data.sebum[None], 1)[:, 0]
        difference = change[data.arm == 0].mean() - change[data.arm == 1].mean()
        error = 2.0 * change.std() / np.sqrt(PEOPLE.size)
        assert (difference < -5.0 * error) == falls
        assert falls or abs(difference) < 4.0 * error


def test_without_effect_every_arm_is_the_reference() -> None:
    null = as_null(design_of(arm=(TREATED, SALINE, UNTREATED)))
    assert null.arm_names == ("toxin", "saline", "nothing")
    assert {arm.session for arm in null.arm} == {null.arm[1].session}
    assert all(arm.toxin is None for arm in null.arm)


def test_the_untreated_see_less_of_what_vehicle_does() -> None:
    design = design_of(arm=(SALINE, UNTREATED), visits=(4.0, 12.0), conduct=IDEAL | {"untreated_response": 0.0})
    data = carried_out(design, PEOPLE, "H3")
    left = data.lesions["inflammatory"][:, 0, 2].mean() / data.lesions["inflammatory"][:, 0, 0].mean()
    assert left < 1.0
    untreated = data.only(np.flatnonzero(data.arm == 1)).lesions["inflammatory"][:, 0]
    assert untreated[:, 2].mean() == pytest.approx(untreated[:, 0].mean(), rel=0.1)


def test_toxin_on_one_side_reaches_the_other() -> None:
    design = design_of(layout="split_face", endpoint=(PAIRED,))
    tracks, knowledge = tracks_of(design), load_knowledge()
    typical = draw_world(knowledge, "H1", 0, SEED)
    days = np.array([28.0])
    left = [
        ToxinCourses.of(track.toxin, typical, knowledge).sebum(None, days).mean() for track in tracks if track.toxin
    ]
    assert left[0] < left[1] < 1.0


def test_the_two_sides_of_a_face_are_alike() -> None:
    data = carried_out(design_of(layout="split_face", endpoint=(PAIRED,)), PEOPLE)
    sides = np.log(data.lesions["inflammatory"][:, :, 2] + 1.0)
    assert np.corrcoef(sides.T)[0, 1] > 0.5
    assert data.droop.shape == (PEOPLE.size, 2)


def test_mirrored_points_lie_as_far_from_the_midline() -> None:
    dose = design_of().arm[0].toxin
    assert dose is not None
    scene = two_sides("forehead", dose, 1.0, 0.0)
    assert np.allclose(np.sort(scene.xy[:10, 0]), np.sort(-scene.xy[10:, 0]))
    assert scene.xy[:10, 0].min() == pytest.approx(0.5 * dose.spacing)
    assert scene.doses[:10].tolist() == [1.0] * 10
    assert not scene.doses[10:].any()
    assert whole_area("forehead", dose).doses.sum() == dose.points


def test_a_second_session_brings_sebum_down_again() -> None:
    again = TREATED | {"session": ({"week": 0.0, "give": "toxin"}, {"week": 20.0, "give": "toxin"})}
    weeks = (4.0, 20.0, 24.0)
    once = carried_out(design_of(visits=weeks), PEOPLE)
    twice = carried_out(design_of(visits=weeks, arm=(again, SALINE)), PEOPLE)
    mine = once.arm == 0
    first, second = (log_change(data.sebum[None], 3)[mine, 0].mean() for data in (once, twice))
    assert second < first - 0.05
    assert np.allclose(once.sebum[None][:, :, 2], twice.sebum[None][:, :, 2], rtol=1e-3)


def test_a_crossover_treats_both_orders() -> None:
    design = design_of(
        layout="crossover", visits=(4.0, 28.0, 32.0), second_period=28.0, endpoint=(PAIRED,), arm=(TREATED, SALINE)
    )
    data = carried_out(design, PEOPLE)
    early, late = (log_change(data.sebum[None], visit)[:, 0] for visit in (1, 3))
    starts = data.arm == 0
    assert early[starts].mean() < early[~starts].mean() - 0.05
    assert late[~starts].mean() < late[starts].mean() - 0.02


def test_drop_out_can_tell_about_the_effect() -> None:
    lost = IDEAL | {"drop_out": 40.0}
    told = {}
    for ratio in (1.0, 4.0):
        data = carried_out(design_of(conduct=lost | {"drop_out_ratio": ratio}, visits=(4.0, 8.0, 12.0)), PEOPLE)
        improved = (data.sebum[None][:, 0, 1] < data.sebum[None][:, 0, 0]) & ~data.gone[:, 0]
        worse = ~improved & ~data.gone[:, 0]
        told[ratio] = data.gone[worse, 1].mean() / data.gone[improved, 1].mean()
        assert data.gone[:, -1].mean() == pytest.approx(0.4, abs=0.12)
        assert np.all(data.gone[:, 1:] >= data.gone[:, :-1])
    assert told[1.0] == pytest.approx(1.0, abs=0.25)
    assert told[4.0] == pytest.approx(4.0, rel=0.3)


def test_a_rater_who_knows_counts_fewer_lesions_on_toxin() -> None:
    known = IDEAL | {"unblinded": 100.0, "unblinded_bias": 30.0}
    blind, seeing = (carried_out(design_of(conduct=c), PEOPLE, "H3").lesions["inflammatory"] for c in (IDEAL, known))
    treated = carried_out(design_of(), PEOPLE, "H3").arm == 0
    assert seeing[treated, 0, 1].mean() / blind[treated, 0, 1].mean() == pytest.approx(0.7, abs=0.03)
    assert np.array_equal(seeing[~treated], blind[~treated])
    assert np.array_equal(seeing[:, :, 0], blind[:, :, 0])


@pytest.mark.slow
def test_a_part_depends_on_its_number_and_nothing_else() -> None:
    design, knowledge = design_of(), load_knowledge()
    first = part_of(design, knowledge, "H1", 0, SEED)
    part_of(design, knowledge, "H2", 1, SEED)
    again, other = part_of(design, knowledge, "H1", 0, SEED), part_of(design, knowledge, "H1", 1, SEED)
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    assert not np.array_equal(first["value"], other["value"])
