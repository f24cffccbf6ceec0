"""What the table of averages is made of: the fitted numbers, all in the unit of their class."""

from __future__ import annotations

from holocrine.inference.arms.questions import Statistic
from holocrine.inference.predicting import BASELINE_SCALE, reported_se
from holocrine.inference.problem import AnyProblem
from holocrine.inference.scores.baseline import Reading


def fitted_readings(problem: AnyProblem[Statistic]) -> tuple[Reading, ...]:
    """One reading for every fitted row that reports a number with its sign."""
    readings = []
    for question in (*problem.common.questions, *problem.sebum.questions):
        observation = question.observation
        if question.observed is None or observation.value is None or observation.value.bound or question.sign_unknown:
            continue
        error = reported_se(question)
        readings.append(
            Reading(
                question.outcome.name,
                question.study_id,
                question.observed * question.factor,
                None if error is None else error * abs(question.factor),
                question.control,
                BASELINE_SCALE.get(question.outcome.scale, "identity"),
            )
        )
    return tuple(readings)
