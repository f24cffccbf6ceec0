"""Designs side by side: the one that settles a question first comes first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tests.trial_designs import SEBUM, TOXIN, TREATED, design_of

from holocrine.domain.trial_answer import Information
from holocrine.errors import HolocrineError
from holocrine.trials.comparison import soonest


def row(patients: int, week: float, settled: float, believed: float = 0.5) -> Information:
    rest = {"error": 0.0, "misled": 0.0, "bayes_factor": 0.0, "bits": 0.0}
    return Information(patients=patients, week=week, hypothesis="H1", believed=believed, settled=settled, **rest)


def answer(name: str, *rows: Information) -> Any:
    return SimpleNamespace(name=name, patients=40, information=rows)


def test_earlier_beats_fewer_and_both_beat_never() -> None:
    late = answer("late", row(40, 4.0, 0.2), row(20, 16.0, 0.9), row(40, 16.0, 0.95))
    early = answer("early", row(40, 4.0, 0.7), row(80, 4.0, 0.85), row(40, 16.0, 0.9))
    never = answer("never", row(40, 4.0, 0.1, 0.6), row(40, 16.0, 0.3, 0.7), row(80, 16.0, 0.79, 0.8))
    found = soonest([never, late, early])
    assert [(one.design, one.settles, one.week, one.patients) for one in found] == [
        ("early", True, 4.0, 80),
        ("late", True, 16.0, 20),
        ("never", False, 16.0, 40),
    ]
    assert found[2].believed == pytest.approx(0.7)


def test_a_design_without_information_is_left_out() -> None:
    assert soonest([answer("none")]) == ()


def test_two_doses_in_one_crossover_are_refused() -> None:
    other = TREATED | {"name": "more", "toxin": TOXIN | {"units_per_point": 2.0}}
    with pytest.raises((HolocrineError, ValueError), match="different toxin"):
        design_of(
            layout="crossover",
            visits=(4.0, 28.0, 32.0),
            second_period=28.0,
            endpoint=(SEBUM | {"analysis": "paired"},),
            arm=(TREATED, other),
            reference="more",
        )
