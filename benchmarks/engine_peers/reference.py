"""The answer all engines are measured against: explicit Runge-Kutta of order 8, stepping exactly onto every day.

None of the engines but numbalsoda's own DOP853 works that way, and that one interpolates. The right-hand side is the
peers', which is printed apart from Holocrine's. Run as a script it prints how far the answer moves with the tolerance
and how far LSODA is from it at its tightest.
"""

from __future__ import annotations

import numpy as np

from engine_peers import problem
from engine_peers.numbalsoda_odes import flat, loop
from engine_peers.worker import Array

RTOL, LOOSER, ATOL_OVER_RTOL = 1e-12, 1e-10, 1e-2


def daily(patients: problem.Patients, rtol: float = RTOL, mode: str = "dop853") -> Array:
    """Outputs (n, 361, 7) at the beginning of every day and at the end of the last."""
    days = problem.times("daily")
    each = [
        problem.Stretch(days[i : i + 2], slice(i, i + 1 + (i == days.size - 2)), slice(0, 1 + (i == days.size - 2)))
        for i in range(days.size - 1)
    ]
    doses = np.zeros((patients.n, len(each), patients.doses.shape[2]))
    doses[:, np.array(problem.SESSION_DAYS, dtype=int)] = patients.doses
    atol = ATOL_OVER_RTOL * rtol
    return loop(mode)(patients.constants, doses, *flat(each), days.size, rtol, atol)


def read(answer: Array, outputs: str) -> Array:
    """The daily answer at the times of `daily` or `weekly` outputs."""
    return answer[:, problem.times(outputs).astype(int)]


def agreement(patients: problem.Patients, answer: Array) -> dict[str, float]:
    """Largest error by the benchmark's own measure of the answer at a looser tolerance, and of LSODA stepping alike."""
    return {
        f"same method, relative tolerance {LOOSER:g}": problem.errors(daily(patients, LOOSER), answer)["max"],
        f"LSODA, relative tolerance {RTOL:g}": problem.errors(daily(patients, RTOL, "lsoda"), answer)["max"],
    }


if __name__ == "__main__":
    some = problem.patients(64)
    print(agreement(some, daily(some)))
