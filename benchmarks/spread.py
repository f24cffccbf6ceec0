"""The final bound-dose maps of a 15-bleb plan: Holocrine against Devito, py-pde, FiPy and SciPy.

Every program runs in a process of its own, on the problem of spread_peers/problem.py. In each round Holocrine runs,
then the peer, then Holocrine again; the round's ratio is the peer's time over the mean of its two neighbours.
Errors are against spread_peers/reference.py. A peer that is not installed or fails is reported as such.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

import timing
from program import Program
from spread_peers import problem, reference

OWN = {"kernels": "kernels included", "sum": "kernels at hand"}
OWN_REPEATS = 5
"""Holocrine's time in a round is the median of so many runs: it takes milliseconds."""
FEWEST_ROUNDS, LONG_ENOUGH = 3, 15.0
"""A peer that has taken so many seconds is let off after so many rounds."""
PEERS = (
    ("Devito, explicit, until 0.5% is left", "devito_explicit", ""),
    ("Devito, explicit, until 0.05% is left", "devito_explicit", "long"),
    ("SciPy, steady, conjugate gradients", "scipy_steady", "jacobi"),
    ("SciPy, steady, conjugate gradients with multigrid", "scipy_steady", "multigrid"),
    ("FiPy, steady, conjugate gradients", "fipy_steady", ""),
    ("py-pde, explicit, until 0.5% is left", "py_pde_explicit", ""),
)
GRIDS = ((1.0, 0.2, PEERS), (0.5, 0.2, PEERS), (0.25, 0.1, PEERS[1:3]))
"""Cells along and across the skin, mm, and who solves on them; the last grid is as exact as Holocrine."""


Grid = tuple[float, float, Sequence[tuple[str, str, str]]]


def start(module: str, *arguments: str) -> Program:
    """One program of spread_peers in its own process."""
    return Program(f"spread_peers.{module}", *arguments)


def seconds_of(program: Program, repeats: int = 1) -> float:
    """Median time of `repeats` solutions."""
    return statistics.median(float(program.ask("run")["seconds"]) for _ in range(repeats))


def compare(
    module: str, arguments: list[str], own: dict[str, Program], rounds: int, truth: np.ndarray
) -> dict[str, Any]:
    """Interleaved rounds of one peer; its facts, times, ratios, errors and memory."""
    try:
        peer = start(module, *arguments)
        if "missing" in peer.facts:
            return {"missing": peer.facts["missing"]}
        taken: list[float] = []
        ratios: dict[str, list[float]] = {mode: [] for mode in own}
        before = {mode: seconds_of(program, OWN_REPEATS) for mode, program in own.items()}
        for done in range(rounds):
            if done >= FEWEST_ROUNDS and sum(taken) > LONG_ENOUGH:
                break
            taken.append(seconds_of(peer))
            after = {mode: seconds_of(program, OWN_REPEATS) for mode, program in own.items()}
            for mode in own:
                ratios[mode].append(taken[-1] / (0.5 * (before[mode] + after[mode])))
            before = after
        maps = np.array(peer.ask("answer")["maps"])
        return {
            **peer.facts,
            "seconds": timing.spread_of(taken),
            "ratios": {mode: timing.spread_of(values) for mode, values in ratios.items()},
            "errors": problem.errors(maps, truth),
            **peer.end(),
        }
    except RuntimeError as error:
        return {"failed": str(error)}


def measured(rounds: int, grids: Sequence[Grid]) -> dict[str, Any]:
    """All programs on their grids."""
    truth = reference.bound_maps()
    own = {mode: start("holocrine_kernels", "--mode", mode) for mode in OWN}
    rows = []
    for step, height, peers in grids:
        for label, module, mode in peers:
            arguments = ["--step", str(step), "--height", str(height), "--mode", mode]
            found = compare(module, arguments, own, rounds, truth)
            rows.append({"label": label, "step": step, "height": height, **found})
            sys.stdout.write(line_of(rows[-1]) + "\n")
            sys.stdout.flush()
    result: dict[str, Any] = {"own": {}, "peers": rows}
    own["tabulated"] = start("holocrine_kernels", "--mode", "tabulated")
    for mode, program in own.items():
        result["own"][mode] = {
            "kernels": program.facts["kernels"],
            "setup_seconds": program.facts["setup_seconds"],
            "seconds": timing.spread_of([seconds_of(program) for _ in range(30)]),
            "errors": problem.errors(np.array(program.ask("answer")["maps"]), truth),
            **program.end(),
        }
    return result


def line_of(row: dict[str, Any]) -> str:
    """One peer in one line."""
    name = f"{row['label']}, {row['step']:g}/{row['height']:g} mm"
    for fault in ("missing", "failed"):
        if fault in row:
            return f"{name}: {'not installed' if fault == 'missing' else 'failed'} ({row[fault]})"
    ratios = "; ".join(
        f"{OWN[mode]} {ratio['median']:.0f} [{ratio['low']:.0f}, {ratio['high']:.0f}]"
        for mode, ratio in row["ratios"].items()
    )
    errors = row["errors"]
    return (
        f"{name}: {row['seconds']['median']:.3f} s, error {errors['max']:.2%} (L2 {errors['l2']:.2%}), "
        f"{row['peak_mb']:.0f} MB; ratio {ratios}"
    )


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--small", action="store_true", help="the coarser grid only")
    chosen = parser.parse_args()
    result = measured(chosen.rounds, GRIDS[:1] if chosen.small else GRIDS)
    for mode, found in result["own"].items():
        errors = found["errors"]
        print(
            f"Holocrine, {OWN.get(mode, 'kernels at fixed depths')}: {timing.milliseconds(found['seconds'])} ms, "
            f"error {errors['max']:.2%} (L2 {errors['l2']:.2%}), {found['peak_mb']:.0f} MB"
        )
    timing.save("spread", result)


if __name__ == "__main__":
    main()
