"""A stiffly accurate Rosenbrock method (RODAS, order 4, embedded 3) for one autonomous system at a time.

Coefficients: Hairer and Wanner, Solving Ordinary Differential Equations II, code RODAS, method 1.
`rhs`, `factorise` and `solve` stand for the generated functions of a model: `solvers.stiff` compiles the
source of `attempt` and `integrate` in the same module as those.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DONE, TOO_MANY_STEPS, NOT_FINITE = 0, 1, 2
CAUSES = {TOO_MANY_STEPS: "more steps than allowed", NOT_FINITE: "a state or rate is not finite"}

GAMMA = 0.25
STAGE = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [1.544, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.9466785280815826, 0.2557011698983284, 0.0, 0.0, 0.0, 0.0],
        [3.314825187068521, 2.896124015972201, 0.9986419139977817, 0.0, 0.0, 0.0],
        [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 0.0, 0.0],
        [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1.0, 0.0],
        [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1.0, 1.0],
    ]
)
"""Row s: the state at which stage s is evaluated; the last row is the new state."""
COUPLING = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [-5.6688, 0.0, 0.0, 0.0, 0.0],
        [-2.430093356833875, -0.2063599157091915, 0.0, 0.0, 0.0],
        [-0.1073529058151375, -9.594562251023355, -20.47028614809616, 0.0, 0.0],
        [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160, 0.0],
        [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
    ]
)
"""Row s: what stage s takes over from earlier stages, times 1/h."""

rhs: Any = None
factorise: Any = None
solve: Any = None


def attempt(y: Array, p: Array, h: float, k: Array, lu: Array, work: Array) -> None:
    """One step of size `h` (day) from `y` (n,): the new state goes to k[6], the error estimate is k[5].

    `p` are the model's constants; `k` (7, n), `lu` (entries,), `work` (n,) are scratch.
    """
    n = y.size
    factorise(y, p, 1.0 / (GAMMA * h), lu)
    for stage in range(7):
        for i in range(n):
            work[i] = y[i]
        for j in range(stage):
            weight = STAGE[stage, j]
            for i in range(n):
                work[i] += weight * k[j, i]
        if stage == 6:
            break
        rhs(work, p, k[stage])
        for j in range(stage):
            weight = COUPLING[stage, j] / h
            for i in range(n):
                k[stage, i] += weight * k[j, i]
        solve(lu, k[stage])
    for i in range(n):
        k[6, i] = work[i]


def integrate(
    y: Array,
    span: float,
    h: float,
    rtol: float,
    atol: float,
    limit: int,
    p: Array,
    k: Array,
    lu: Array,
    work: Array,
) -> tuple[int, float]:
    """Advance `y` in place over `span` days with error control; returns (cause, next step size in days).

    At most `limit` steps are tried.
    """
    t = 0.0
    n = y.size
    for _ in range(limit):
        if t >= span:
            return DONE, h
        step = min(h, span - t)
        attempt(y, p, step, k, lu, work)
        error = 0.0
        for i in range(n):
            error += (k[5, i] / (atol + rtol * max(abs(y[i]), abs(k[6, i])))) ** 2
        error = np.sqrt(error / n)
        if not np.isfinite(error):
            if step < 1e-9:
                return NOT_FINITE, h
            h = 0.1 * step
            continue
        factor = min(5.0, max(0.2, 0.9 * (error + 1e-12) ** -0.25))
        if error > 1.0:
            h = step * min(factor, 0.9)
            continue
        t += step
        for i in range(n):
            y[i] = k[6, i]
        if step == h or factor < 1.0:
            h = step * factor
    return (DONE, h) if t >= span else (TOO_MANY_STEPS, h)
