"""The sections of docs/benchmarks.md on the ODE engine, its growth with patients and its gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import timing

ENGINE_AIM, ENGINE_HOPE, GRADIENT_AIM, GRADIENT_ERROR_AIM = 10.0, 20.0, 4.5, 1e-6
EXPONENT_AIM, MEMORY_AIM = 1.05, 1.1
"""Growth counts as linear, and memory as flat, within these."""

Row = tuple[str, str, str, bool]

ENGINE = """## The ODE engine

**Problem.** The whole model of a site (21 states, 7 outputs) for virtual patients drawn over all hypotheses of the
sebum effect, three sessions on days 0, 90 and 180 with each patient's own loadings, 360 days, all outputs daily (361
times) or weekly (52 times) (`benchmarks/engine_peers/problem.py`). Everybody starts anew at a session; turning states
into outputs is part of everybody's time.

**Error.** The largest, over all patients, times and outputs, of the difference to the reference over the reference's
size plus 1% of that output's largest value. The reference is Dormand and Prince's method of order 8 stepping exactly
onto every day at a relative tolerance of 1e-12; how firm it is stands below.

**Rules.** One thread, all engines on the same core, processor time. A peer's run is met by Holocrine at the loosest of
its tolerances whose largest error, over the same patients, times and outputs, is no larger than the peer's. Absolute
tolerances are a hundredth of relative ones unless the table says otherwise. The slower peers solve only the first of
the {patients} patients, {fewest} at the least; Holocrine then solves the same ones, which costs it some speed.

**Peers.** All get right-hand sides printed from the same declaration, with everything worked out beforehand that
depends on constants alone: numbalsoda, scikit-sundae and SciPy as scalar Numba code, libRoadRunner as SBML that it
compiles itself. numbalsoda's loop over patients is compiled as well. scikit-sundae and SciPy get a compiled Jacobian.
Compiling is not counted (set-up column).
"""


def aims(results: Mapping[str, Any]) -> list[Row]:
    """What was aimed at and what was measured."""
    return [
        *(_engine_aims(results["engine"]) if "engine" in results else []),
        *(_growth_aims(results["growth"]) if "growth" in results else []),
        *(_gradient_aims(results["gradient"]) if "gradient" in results else []),
    ]


def _engine_aims(result: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for outputs, found in result["summary"].items():
        what = f"ODE engine over numbalsoda's LSODA at 1e-6, {outputs} outputs, per core, error no larger"
        reached = f"{found['headline']:.1f} times"
        aim = f"{ENGINE_AIM:g} times ({ENGINE_HOPE:g} hoped for)"
        rows.append((what, aim, reached, found["headline"] >= ENGINE_AIM))
        rows.append(
            (
                f"the same at all {found['points']} tolerances compared: smallest, median",
                f"{ENGINE_AIM:g} times",
                f"{found['smallest']:.1f}, {found['median']:.1f} times",
                found["smallest"] >= ENGINE_AIM,
            )
        )
    for peer in result["peers"]:
        ratios = [row["ratio"]["median"] for row in peer.get("rows", []) if "ratio" in row]
        if ratios:
            smallest = min(ratios)
            what = f"ODE engine over {peer['label']}, per core, error no larger, at its best"
            rows.append((what, "1 times", f"{smallest:.1f} times", smallest > 1.0))
    return rows


def _growth_aims(result: Mapping[str, Any]) -> list[Row]:
    memory = [row["peak_mb"] for row in result["rows"]]
    slope = result["exponents"]["seconds"]
    first, last = result["rows"][0]["size"], result["rows"][-1]["size"]
    span = f"{first} to {last} patients streamed"
    return [
        (f"{span}: exponent of time against patients", "1", f"{slope:.2f}", slope <= EXPONENT_AIM),
        (f"{span}: largest over smallest memory", "1", f"{max(memory) / min(memory):.2f}",
         max(memory) / min(memory) <= MEMORY_AIM),
    ]  # fmt: skip


def _gradient_aims(result: Mapping[str, Any]) -> list[Row]:
    dearest = max(row["ratio"]["median"] for row in result["rows"])
    what, aim = f"gradient by all {result['constants']} constants", f"{GRADIENT_AIM:g} runs"
    rows: list[Row] = [(f"{what}: cost at its dearest tolerance", aim, f"{dearest:.2f} runs", dearest <= GRADIENT_AIM)]
    exact = next((row for row in result["rows"] if row["error"] <= GRADIENT_ERROR_AIM), None)
    words = f"{what}: cost at the loosest tolerance with an error of at most {GRADIENT_ERROR_AIM:.0e}"
    if exact is None:
        return [*rows, (words, aim, "no tolerance tried", False)]
    cost = exact["ratio"]["median"]
    return [*rows, (f"{words} ({exact['rtol']:.0e})", aim, f"{cost:.2f} runs", cost <= GRADIENT_AIM)]


def engine(result: Mapping[str, Any]) -> str:
    """The comparison with the peers, then Holocrine's own curve."""
    fewest = min(peer["patients"] for peer in result["peers"])
    heads = (
        "| engine | outputs | tolerance | patients/s | error max, median | Holocrine meets it at | its error | ratio |"
    )
    lines = [ENGINE.format(fewest=fewest, patients=result["patients"]), _firm(result), heads, "|---" * 8 + "|"]
    for peer in result["peers"]:
        for fault, words in (("missing", "not installed"), ("failed", "failed")):
            if fault in peer:
                lines.append(f"| {peer['label']} | {words} | | | | | | |")
        lines += [_against(peer, row) for row in peer.get("rows", [])]
    lines += [
        "",
        "The ratio is the peer's time over Holocrine's; median [smallest, largest] of interleaved rounds.",
        "",
    ]
    return "\n".join([*lines, _memory(result), _own(result["own"])])


def _firm(result: Mapping[str, Any]) -> str:
    parts = [f"{error:.0e} ({words})" for words, error in result["reference"].items()]
    return f"The reference moves by {', '.join(parts)}.\n"


def _against(peer: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    cells = [peer["label"], row["outputs"], f"{row['rtol']:.0e}", f"{peer['patients'] / row['seconds']['median']:.0f}"]
    cells.append(f"{row['errors']['max']:.1e}, {row['errors']['median']:.1e}")
    if "ratio" in row:
        ratio, own = row["ratio"], row["own"]
        cells += [f"{own['rtol']:.0e}", f"{own['errors']['max']:.1e}"]
        cells.append(f"{ratio['median']:.1f} [{ratio['low']:.1f}, {ratio['high']:.1f}]")
    else:
        cells += ["no tolerance tried", "", ""]
    return f"| {' | '.join(cells)} |"


def _memory(result: Mapping[str, Any]) -> str:
    lines = ["| engine | patients | set-up, s | peak memory, MB | of which while solving, MB |", "|---" * 5 + "|"]
    solved = [{"label": "Holocrine", "patients": result["patients"], **result["own"]}, *result["peers"]]
    for found in solved:
        if "peak_mb" in found:
            lines.append(
                f"| {found['label']} {found['version']} | {found['patients']} | {found['setup_seconds']:.1f} "
                f"| {found['peak_mb']:.0f} | {found['growth_mb']:.0f} |"
            )
    return "\n".join([*lines, ""])


def _own(own: Mapping[str, Any]) -> str:
    lines = [
        "Holocrine at all its tolerances, one core. Operations are counted in the source of the compiled step and of",
        "the outputs (multiply-add two, exp and log as the arithmetic they are made of); peak is that of a loop of",
        "nothing but multiply-adds, measured in between.",
        "",
        "| outputs | tolerance | patients/s | error max, median | steps a patient | operations | share of peak |",
        "|---" * 7 + "|",
    ]
    for row in own["rows"]:
        per_second = row["patients"] / row["seconds"]["median"]
        errors = f"{row['errors']['max']:.1e}, {row['errors']['median']:.1e}"
        lines.append(
            f"| {row['outputs']} | {row['rtol']:.0e} | {per_second:.0f} | {errors} | {row['steps']:.0f} "
            f"| {row['flops'] / row['patients'] / 1e6:.2f} million | {row['share_of_peak']:.0%} |"
        )
    peak = own["rows"][0]["peak_flops"]["median"] / 1e9
    return "\n".join([*lines, "", f"Peak of one core: {peak:.0f} thousand million operations a second.\n"])


def growth(result: Mapping[str, Any]) -> str:
    """Streamed populations."""
    lines = [
        "## Large populations\n",
        f"Streamed in batches of {result['batch']}: drawn, solved for 360 days with {result['outputs']} outputs at a "
        f"relative tolerance of {result['rtol']:.0e}",
        f"on all {result['threads']} threads, added to running sums and histograms from which quantiles are read, and "
        "forgotten. Time on the clock.",
        "",
        "| patients | time, s | engine alone, s | patients/s | peak memory, MB |",
        "|---" * 5 + "|",
    ]
    lines += [
        f"| {row['size']} | {row['seconds']:.2f} | {row['engine_seconds']:.2f} | {row['size'] / row['seconds']:.0f} "
        f"| {row['peak_mb']:.0f} |"
        for row in result["rows"]
    ]
    slopes = result["exponents"]
    last = f"Exponent of time against patients: {slopes['seconds']:.2f}, engine alone {slopes['engine_seconds']:.2f}."
    return "\n".join([*lines, "", last, ""])


def gradient(result: Mapping[str, Any]) -> str:
    """Cost and error of the adjoint."""
    lines = [
        "## Gradient\n",
        f"Of a weighted sum of weekly outputs by all {result['constants']} constants; {result['patients']} patients,",
        "one thread. Cost is processor time over that of the run alone, interleaved. Error is against central",
        f"differences of order 4 of the reference, for {result['checked']} patients, by constants in units of",
        "themselves, relative to a patient's largest component. Doubling the differences' step moves them by",
        f"{result['differences']:.0e}.",
        "",
        "| tolerance | run, ms | gradient, ms | cost in runs | error |",
        "|---" * 5 + "|",
    ]
    for row in result["rows"]:
        ratio = row["ratio"]
        lines.append(
            f"| {row['rtol']:.0e} | {timing.milliseconds(row['run'])} | {timing.milliseconds(row['gradient'])} "
            f"| {ratio['median']:.2f} [{ratio['low']:.2f}, {ratio['high']:.2f}] | {row['error']:.1e} |"
        )
    return "\n".join([*lines, ""])


def surfaces(result: Mapping[str, Any]) -> str:
    """The exact reduction that plans rest on."""
    ratio, hand = result["ratio"]["median"], result["at_hand_ratio"]
    return "\n".join(
        [
            "## Response surfaces\n",
            "On top of the engine, and not part of the ratios above: all cells of a person's skin share one surface",
            f"over loading, integrated at {result['nodes']} nodes and interpolated. {result['people']} people with",
            f"{result['cells']} cells each, loadings over the whole range, weekly for 26 weeks, one thread; directly,",
            "every cell is integrated. Errors are in shares of the untreated baseline.",
            "",
            "| quantity | value |",
            "|---|---|",
            f"| direct over surfaces and interpolation, time | {ratio:.0f} times |",
            f"| direct over interpolation alone (surfaces at hand), time | {hand:.0f} times |",
            f"| mean over a person's cells: error typical, largest | {result['error_mean_typical']:.1e}, "
            f"{result['error_mean_max']:.1e} |",
            f"| single cell: error in 99 of 100 below, largest | {result['error_cell_p99']:.1e}, "
            f"{result['error_cell_max']:.1e} |",
            f"| of which integration | {result['integration_error']:.1e} |",
            "",
        ]
    )
