"""Which unknowns the fitted rows can say anything about at all."""

from __future__ import annotations

import numpy as np

from holocrine.inference.arms.questions import Statistic
from holocrine.inference.problem import AnyProblem

LOOKS = 3
"""Random worlds at which every unknown is moved."""
STEP = 0.7
"""How far, in prior SDs."""
LEAST = 0.02
"""Change of a prediction on its working scale that counts; sampling errors there are 0.05 and more."""


def relevant(problem: AnyProblem[Statistic], seed: int = 1) -> tuple[str, ...]:
    """Names of the unknowns that move any prediction of any row noticeably, under H1 or H2, or its error.

    The data are silent about the others, so a fit leaves them out and they keep their prior.
    """
    random = np.random.Generator(np.random.Philox(seed))
    names = problem.unknowns.names
    moving = {q.outcome.study_sd for rows in (problem.common, problem.sebum) for q in rows.questions} | {"arm_sd"}
    for _ in range(LOOKS):
        centre = random.standard_normal(len(names))
        before = problem.predict(centre, ("H1", "H2"))
        for number, name in enumerate(names):
            if name in moving:
                continue
            moved = centre.copy()
            moved[number] += STEP
            if np.abs(problem.predict(moved, ("H1", "H2")) - before).max() > LEAST:
                moving.add(name)
    return tuple(name for name in names if name in moving)
