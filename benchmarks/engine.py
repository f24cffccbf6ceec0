"""The ODE engine against numbalsoda, libRoadRunner, scikit-sundae and SciPy: time, error, memory, share of peak.

Every engine runs in a process of its own, one thread on one core, on the problem of engine_peers/problem.py. A peer's
run at one tolerance is met by Holocrine at its loosest tolerance whose largest error, over the same patients, days and
outputs, is no larger. In each round Holocrine runs, then the peer, then Holocrine again; the round's ratio is the
peer's time over the mean of its two neighbours. Times are the processor's, which neighbours on the core do not add to.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import flops
import timing
from engine_peers import problem, reference
from program import Program

Array = NDArray[np.float64]

ONE_THREAD = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
OUTPUTS = ("daily", "weekly")
PATIENTS = 512
OWN_RTOLS = tuple(step * 10.0**-power for power in range(3, 10) for step in (5.0, 2.0, 1.0))
OWN_REPEATS = 3
"""Holocrine's time in a round is the median of so many runs: they are short."""
FEWEST_ROUNDS, LONG_ENOUGH = 5, 15.0
"""A peer that has taken so many seconds is let off after so many rounds."""
HEADLINE = ("numbalsoda, LSODA", 1e-6)


@dataclass(frozen=True)
class Peer:
    """An engine, how many of the patients it solves (the slow ones fewer) and at which tolerances."""

    label: str
    module: str
    mode: str
    patients: int
    rtols: Sequence[float]
    ratio: float = problem.ATOL_OVER_RTOL
    """Absolute tolerance over the relative one."""


DECADES = tuple(10.0**-n for n in range(3, 10))
PEERS = (
    Peer(HEADLINE[0], "numbalsoda_odes", "lsoda", PATIENTS, DECADES),
    Peer("numbalsoda, LSODA, absolute tolerance a tenth", "numbalsoda_odes", "lsoda", PATIENTS, DECADES[3:5], 0.1),
    Peer("numbalsoda, LSODA, absolute tolerance alike", "numbalsoda_odes", "lsoda", PATIENTS, DECADES[3:5], 1.0),
    Peer("numbalsoda, DOP853", "numbalsoda_odes", "dop853", 128, (1e-3, 1e-6, 1e-9)),
    Peer("libRoadRunner, CVODE", "roadrunner_cvode", "", 128, (1e-5, 1e-6, 1e-7)),
    Peer("scikit-sundae, CVODE", "sundae_cvode", "", 128, (1e-5, 1e-6, 1e-7)),
    Peer("SciPy, LSODA (odeint)", "scipy_odes", "lsoda", 128, (1e-5, 1e-6, 1e-7)),
    Peer("SciPy, BDF (solve_ivp)", "scipy_odes", "bdf", 32, (1e-6,)),
)


class Engine:
    """One engine in its own process on one core."""

    def __init__(self, module: str, mode: str, folder: Path, ratio: float = problem.ATOL_OVER_RTOL) -> None:
        """Start it; answers pass through `folder`. `ratio` is its absolute tolerance over the relative one."""
        core = [f"--core={max(os.sched_getaffinity(0))}"] if hasattr(os, "sched_getaffinity") else []
        self._program = Program(f"engine_peers.{module}", f"--mode={mode}", *core, environment=ONE_THREAD)
        self._path, self._ratio = folder / "answer.npy", ratio
        self.facts = self._program.facts

    def _ask(self, do: str, count: int, outputs: str, rtol: float, repeats: int = 1) -> dict[str, Any]:
        task = {"patients": count, "outputs": outputs, "rtol": rtol, "ratio": self._ratio}
        return self._program.ask(json.dumps({"do": do, **task, "repeats": repeats, "path": str(self._path)}))

    def seconds(self, count: int, outputs: str, rtol: float, repeats: int = 1) -> float:
        """Processor time of one solution, the median of `repeats`."""
        return float(self._ask("run", count, outputs, rtol, repeats)["seconds"])

    def answer(self, count: int, outputs: str, rtol: float) -> Array:
        """Outputs (count, times, 7)."""
        self._ask("answer", count, outputs, rtol)
        return np.asarray(np.load(self._path))

    def end(self) -> dict[str, float]:
        """Stop it; most memory held (MB) and how much of that came after it was ready."""
        return self._program.end()


class Own:
    """Holocrine with its errors at all its tolerances."""

    def __init__(self, folder: Path, truth: Array) -> None:
        """Start it and solve everything once."""
        self.engine = Engine("holocrine_lanes", "", folder)
        counts = {PATIENTS, *(peer.patients for peer in PEERS)}
        self.errors: dict[tuple[str, float, int], dict[str, float]] = {}
        for outputs in OUTPUTS:
            right = reference.read(truth, outputs)
            for rtol in OWN_RTOLS:
                answer = self.engine.answer(PATIENTS, outputs, rtol)
                for count in counts:
                    self.errors[outputs, rtol, count] = problem.errors(answer[:count], right[:count])

    def meeting(self, outputs: str, count: int, error: float) -> float | None:
        """The loosest tolerance from which on the largest error is no larger than `error`; None when there is none."""
        met = None
        for rtol in reversed(OWN_RTOLS):
            if self.errors[outputs, rtol, count]["max"] > error:
                break
            met = rtol
        return met


def compare(peer: Peer, own: Own, truth: Array, rounds: int, folder: Path) -> dict[str, Any]:
    """All runs of one peer: facts, memory and rows of times, errors and ratios."""
    try:
        engine = Engine(peer.module, peer.mode, folder, peer.ratio)
        if "missing" in engine.facts:
            return {"missing": engine.facts["missing"]}
        rows = []
        for outputs in OUTPUTS:
            right = reference.read(truth, outputs)[: peer.patients]
            for rtol in peer.rtols:
                found = problem.errors(engine.answer(peer.patients, outputs, rtol), right)
                row = {"outputs": outputs, "rtol": rtol, "errors": found}
                rows.append(row | against(peer, engine, own, row, rounds))
                print(line_of(peer, rows[-1]), flush=True)
        return {**engine.facts, "rows": rows, **engine.end()}
    except RuntimeError as error:
        return {"failed": str(error)}


def against(peer: Peer, engine: Engine, own: Own, row: dict[str, Any], rounds: int) -> dict[str, Any]:
    """Interleaved rounds of one run of a peer and Holocrine's run that meets its error."""
    task = (peer.patients, row["outputs"])
    met = own.meeting(row["outputs"], peer.patients, row["errors"]["max"])
    taken: list[float] = []
    mine: list[float] = []
    ratios: list[float] = []
    if met is None:
        return {"seconds": timing.spread_of([engine.seconds(*task, row["rtol"]) for _ in range(FEWEST_ROUNDS)])}
    mine.append(own.engine.seconds(*task, met, OWN_REPEATS))
    for done in range(rounds):
        if done >= FEWEST_ROUNDS and sum(taken) > LONG_ENOUGH:
            break
        taken.append(engine.seconds(*task, row["rtol"]))
        mine.append(own.engine.seconds(*task, met, OWN_REPEATS))
        ratios.append(taken[-1] / (0.5 * (mine[-2] + mine[-1])))
    return {
        "seconds": timing.spread_of(taken),
        "ratio": timing.spread_of(ratios),
        "own": {
            "rtol": met,
            "errors": own.errors[row["outputs"], met, peer.patients],
            "seconds": timing.spread_of(mine),
        },
    }


def own_rows(own: Own) -> list[dict[str, Any]]:
    """Holocrine at all its tolerances: time, error, steps and share of the core's peak, measured in between."""
    rows: list[dict[str, Any]] = []
    for outputs in OUTPUTS:
        for rtol in OWN_RTOLS:
            peak: list[float] = []
            taken: list[float] = []
            for _ in range(5):
                taken.append(own.engine.seconds(PATIENTS, outputs, rtol))
                peak.append(flops.peak())
            work = flops.of_runs(problem.patients(PATIENTS), problem.times(outputs), rtol)
            rows.append(
                {
                    "outputs": outputs,
                    "rtol": rtol,
                    "patients": PATIENTS,
                    "errors": own.errors[outputs, rtol, PATIENTS],
                    "seconds": timing.spread_of(taken),
                    **work,
                    "peak_flops": timing.spread_of(peak),
                    "share_of_peak": work["flops"] / statistics.median(taken) / statistics.median(peak),
                }
            )
    return rows


def summary(peers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The comparison with numbalsoda's LSODA at 1e-6, and along its whole work-precision curve."""
    found: dict[str, Any] = {}
    rows = next((peer.get("rows", []) for peer in peers if peer["label"] == HEADLINE[0]), [])
    for outputs in OUTPUTS:
        ratios = {row["rtol"]: row["ratio"]["median"] for row in rows if row["outputs"] == outputs and "ratio" in row}
        if HEADLINE[1] in ratios:
            curve = {"smallest": min(ratios.values()), "median": statistics.median(ratios.values())}
            found[outputs] = {"headline": ratios[HEADLINE[1]], **curve, "points": len(ratios)}
    return found


def measured(rounds: int, peers: Sequence[Peer]) -> dict[str, Any]:
    """Everything, in one run."""
    given = problem.patients(PATIENTS)
    truth = reference.daily(given)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = Own(folder, truth)
        found = [
            {"label": peer.label, "patients": peer.patients, **compare(peer, own, truth, rounds, folder)}
            for peer in peers
        ]
        mine = {**own.engine.facts, "rows": own_rows(own), **own.engine.end()}
    return {
        "patients": PATIENTS,
        "reference": reference.agreement(given.first(64), truth[:64]),
        "own": mine,
        "peers": found,
        "summary": summary(found),
    }


def line_of(peer: Peer, row: dict[str, Any]) -> str:
    """One run of a peer in one line."""
    per_second = peer.patients / row["seconds"]["median"]
    text = f"{peer.label}, {row['outputs']}, {row['rtol']:.0e}: {per_second:.0f} patients/s, "
    text += f"error {row['errors']['max']:.1e}; "
    if "ratio" not in row:
        return text + "Holocrine is not as exact at any tolerance tried"
    ratio, own = row["ratio"], row["own"]
    return text + (
        f"Holocrine at {own['rtol']:.0e}, error {own['errors']['max']:.1e}: "
        f"{ratio['median']:.1f} [{ratio['low']:.1f}, {ratio['high']:.1f}] times"
    )


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", nargs="*", help="labels begin with one of these (default: all); saves nothing")
    chosen = parser.parse_args()
    some = [peer for peer in PEERS if not chosen.peers or peer.label.startswith(tuple(chosen.peers))]
    result = measured(chosen.rounds, some)
    for row in result["own"]["rows"]:
        print(
            f"Holocrine, {row['outputs']}, {row['rtol']:.0e}: {PATIENTS / row['seconds']['median']:.0f} patients/s, "
            f"error {row['errors']['max']:.1e}, {row['steps']:.0f} steps, {row['share_of_peak']:.0%} of peak"
        )
    print(result["summary"], result["reference"])
    for peer in result["peers"]:
        for fault in ("missing", "failed"):
            if fault in peer:
                print(f"{peer['label']}: {fault} ({peer[fault]})", file=sys.stderr)
    if not chosen.peers:
        timing.save("engine", result)


if __name__ == "__main__":
    main()
