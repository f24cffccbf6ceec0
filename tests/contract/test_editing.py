"""Edits of a plan are judged at once, and as the plan itself was."""

from __future__ import annotations

from pathlib import Path

import pytest

import holocrine
from holocrine.services import Answer


@pytest.fixture(scope="module")
def answer(examples: Path) -> Answer:
    return holocrine.plan(holocrine.load_case(examples / "oily-forehead.toml"))


def test_an_untouched_plan_is_judged_as_it_was(answer: Answer) -> None:
    assert answer.plan is not None
    assert answer.editor is not None
    judged = answer.editor.judge(answer.plan.points)
    assert judged.units == pytest.approx(answer.plan.total_units)
    assert judged.units_left >= -1e-9
    chosen = next(alternative for alternative in answer.plan.alternatives if alternative.chosen)
    assert judged.falls["sebum"] == pytest.approx(chosen.benefit, rel=0.15)  # 93 of 1,024 draws
    for harm, limit in judged.harm_limits.items():
        assert judged.harms[harm] <= 1.5 * limit  # estimated from few draws; kept on all of them


def test_edits_move_what_they_should(answer: Answer) -> None:
    assert answer.plan is not None
    assert answer.editor is not None
    points = answer.plan.points
    whole = answer.editor.judge(points)
    fewer = answer.editor.judge(points[: len(points) // 2])
    assert fewer.falls["sebum"] < whole.falls["sebum"]
    assert fewer.units < whole.units
    lower = [point.model_copy(update={"y": point.y - 4.0}) for point in points]
    assert answer.editor.judge(lower).harms["brow_drop"] > whole.harms["brow_drop"]
    assert not answer.editor.judge(lower).within_limits
    doubled = [point.model_copy(update={"units": 2.0 * point.units}) for point in points]
    assert answer.editor.judge(doubled).units_left < 0.0
    assert answer.editor.judge(()).utility == pytest.approx(0.0, abs=1e-9)
