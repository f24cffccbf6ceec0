"""docs/benchmarks.md from the saved results: no number of it is written by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import document_engine
import timing

TARGET = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
PLANNER = "## The planner against habit"
"""From here on the page is written by `benchmarks.planner`."""
KERNEL_AIM_MS, MAP_AIM_MS, RATIO_AIM, COLD_AIM_S, WARM_AIM_S = 20.0, 10.0, 50.0, 15.0, 5.0

INTRODUCTION = """# Speed

Written by `make bench`, which sets up the peers in `.venv-bench`. It needs a C++ and a Fortran compiler (on Debian
and Ubuntu the packages g++ and gfortran): numbalsoda is built from source, and Devito calls a C compiler at run time.
A peer that is missing is reported as such. Times are medians with [smallest, largest]; ratios are medians of
interleaved rounds of one run. Nothing here is part of the test suite: a busy machine must not fail a test.
"""

SPREAD = """## Bound-dose maps of a 15-bleb plan

**Problem.** A box of 100 x 60 x 6 mm with epidermis, dermis, subcutis and muscle, each with its own spreading
coefficient along and across the skin and its own loss (`benchmarks/spread_peers/problem.py`); first-order uptake by
terminals in dermis and muscle; 15 blebs of 0.02 mL at 15 different depths. Wanted: the bound dose of both kinds of
terminal on a map of 1 mm, averaged over their layer, when everything has been bound or cleared. The problem is
linear, as it is in the product.

**Reference.** Cosines along the skin, the spheroids' exact transforms, and extrapolated fine grids in depth
(`reference.py`): none of the programs works that way. Halving any of its resolutions moves it by under 1e-4 (run the
file to see). Errors are the worse of both maps, relative to the map's largest value (max) or norm (L2).

**Peers.** The programs that step explicitly take the largest stable step, which costs no accuracy in a sum over all
steps, until 0.5% of the dose is left. FiPy and SciPy get the steady equation for the time integral, their strongest
form, with conjugate gradients stopped where the grid's own error dominates. Building meshes and matrices, generating
code and compiling are not counted (set-up column), except that FiPy assembles within every solution; nor is reading
the peers' maps. Devito uses all threads.

**Holocrine** solves one axisymmetric kernel per bleb's depth and sums them. "Kernels at hand" is what a search over
plans pays. The sources are part of its time, not of the peers'. "At fixed depths" interpolates between the product's
tabulated depths instead; its error is the interpolation's.
"""


def write() -> str:
    """Write the document; returns its table of aims for the terminal."""
    sections = {
        "engine": document_engine.engine,
        "growth": document_engine.growth,
        "gradient": document_engine.gradient,
        "surfaces": document_engine.surfaces,
        "spread": _spread,
        "kernel": _kernel,
        "face_map": _face_map,
        "whole_plan": _plan,
    }
    saved = {name: timing.load(name) for name in sections}
    results = {name: found["result"] for name, found in saved.items() if found}
    parts = [INTRODUCTION, _circumstances([found for found in saved.values() if found]), aims(results)]
    for name, section in sections.items():
        if name in results:
            parts.append(section(results[name]))
    _, title, planner = TARGET.read_text(encoding="utf-8").partition(PLANNER)
    TARGET.write_text("\n".join(parts) + ("\n" if title else "") + title + planner, encoding="utf-8")
    return aims(results)


def _circumstances(saved: list[dict[str, Any]]) -> str:
    dates = sorted({found["date"] for found in saved})
    machines = {tuple(found["machine"].values()) for found in saved}
    lines = [f"- Measured on {', '.join(dates)}."]
    lines += [
        f"- {processor}, {threads} threads, {system}, Python {python}."
        for processor, threads, system, python in machines
    ]
    packages = {name: version for found in saved for name, version in found["versions"].items()}
    lines.append(f"- {', '.join(f'{name} {version}' for name, version in packages.items())}.")
    return "\n".join(lines) + "\n"


def aims(results: Mapping[str, Any]) -> str:
    """What was aimed at and what was measured."""
    rows = document_engine.aims(results)
    if "kernel" in results:
        slowest = max(site["times"]["whole"]["median"] for site in results["kernel"].values())
        rows.append(
            ("one exposure kernel", f"{KERNEL_AIM_MS:g} ms", f"{1e3 * slowest:.2f} ms", 1e3 * slowest <= KERNEL_AIM_MS)
        )
    if "face_map" in results:
        taken = 1e3 * results["face_map"]["times"]["map"]["median"]
        rows.append(("face map of 100 points at 1 mm", f"{MAP_AIM_MS:g} ms", f"{taken:.2f} ms", taken <= MAP_AIM_MS))
    if "spread" in results:
        rows += _spread_aims(results["spread"])
    if "whole_plan" in results:
        for name, aim in (("cold", COLD_AIM_S), ("warm", WARM_AIM_S)):
            taken = results["whole_plan"][name]["seconds"]["median"]
            rows.append((f"`holocrine plan`, {name}", f"{aim:g} s", f"{taken:.1f} s", taken <= aim))
    lines = ["| what | aim | measured | reached |", "|---|---|---|---|"]
    lines += [f"| {what} | {aim} | {found} | {'yes' if reached else 'no'} |" for what, aim, found, reached in rows]
    return "\n".join(lines) + "\n"


def _spread_aims(result: Mapping[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Against the fastest peer of all, on the middle grid, and among those at least as exact as Holocrine."""
    own = result["own"]["kernels"]["errors"]
    done = [row for row in result["peers"] if "seconds" in row]
    compared = {
        "fastest peer on any grid, whatever its error": done,
        "fastest peer on cells of 0.5 x 0.5 x 0.2 mm": [r for r in done if (r["step"], r["height"]) == (0.5, 0.2)],
        "fastest peer with errors as small": [r for r in done if all(r["errors"][n] <= own[n] for n in own)],
    }
    rows = []
    for words, peers in compared.items():
        if not peers:
            continue
        best = min(peers, key=lambda row: row["seconds"]["median"])
        for mode, included in (("kernels", "kernels included"), ("sum", "kernels at hand")):
            ratio = best["ratios"][mode]["median"]
            name = f"{best['label'].partition(',')[0]}, error {_errors(best)}"
            what = f"15-bleb maps, {included}, over the {words} ({name})"
            rows.append((what, f"{RATIO_AIM:g} times", f"{ratio:.0f} times", ratio >= RATIO_AIM))
    return rows


def _spread(result: Mapping[str, Any]) -> str:
    lines = [
        SPREAD,
        "| program | cells, mm | time | set-up | error max, L2 | memory | kernels included | kernels at hand |",
    ]
    lines.append("|---|---|---|---|---|---|---|---|")
    names = {
        "kernels": "Holocrine, kernels included",
        "sum": "Holocrine, kernels at hand",
        "tabulated": "Holocrine, at fixed depths",
    }
    for mode, found in result["own"].items():
        cells = [names[mode], "", f"{timing.milliseconds(found['seconds'])} ms", f"{found['setup_seconds']:.0f} s"]
        lines.append(_row([*cells, _errors(found), f"{found['peak_mb']:.0f} MB", "", ""]))
    for row in result["peers"]:
        cells = [row["label"], f"{row['step']:g} x {row['step']:g} x {row['height']:g}"]
        if "seconds" not in row:
            lines.append(_row([*cells, "not installed" if "missing" in row else "failed", "", "", "", "", ""]))
            continue
        cells += [f"{timing.milliseconds(row['seconds'])} ms", f"{row['setup_seconds']:.0f} s", _errors(row)]
        lines.append(
            _row([*cells, f"{row['peak_mb']:.0f} MB", *(_ratio(row["ratios"][mode]) for mode in ("kernels", "sum"))])
        )
    return "\n".join([*lines, "", "The last two columns are the peer's time over Holocrine's.", "", _growth(result)])


def _growth(result: Mapping[str, Any]) -> str:
    """Exponent of time against number of cells between the two grids, per program."""
    found = []
    for label in dict.fromkeys(row["label"] for row in result["peers"]):
        rows = sorted((r for r in result["peers"] if r["label"] == label and "seconds" in r), key=lambda r: r["cells"])
        if len(rows) > 1:
            times, cells = (
                [r["seconds"]["median"] for r in (rows[0], rows[-1])],
                [r["cells"] for r in (rows[0], rows[-1])],
            )
            found.append(f"{label}: {math.log(times[1] / times[0]) / math.log(cells[1] / cells[0]):.2f}")
    return f"Growth of time with the number of cells, as its exponent: {'; '.join(found)}.\n" if found else ""


def _kernel(result: Mapping[str, Any]) -> str:
    words = {
        "whole": "mesh, eigenmodes, source and solution",
        "solution": "solution alone, mesh at hand",
        "modes": "mesh and eigenmodes alone",
        "sparse_lu": "SciPy sparse LU of the same equations",
        "all_depths": "all tabulated depths of one parameter vector",
    }
    lines = ["## One exposure kernel\n", f"| ms | {' | '.join(result)} |", "|---|" + "---|" * len(result)]
    for key, meaning in words.items():
        lines.append(_row([meaning, *(timing.milliseconds(site["times"][key]) for site in result.values())]))
    lines.append(
        _row(["sparse LU over whole kernel", *(f"{site['ratio_lu_to_whole']:.0f}" for site in result.values())])
    )
    lines.append(
        _row(["largest difference to sparse LU", *(f"{site['largest_difference']:.0e}" for site in result.values())])
    )
    return "\n".join(lines) + "\n"


def _face_map(result: Mapping[str, Any]) -> str:
    times = result["times"]
    return (
        "## Face map\n\n"
        f"{result['points']} points over all regions, {result['cells']} squares of 1 mm, three terminal types, one "
        f"parameter vector, kernels at hand: {timing.milliseconds(times['map'])} ms, of which the sum takes "
        f"{timing.milliseconds(times['sum'])} ms.\n"
    )


def _plan(result: Mapping[str, Any]) -> str:
    lines = [
        f"## `holocrine plan {result['case']}` as a new process\n",
        "| caches | time, s | peak memory |",
        "|---|---|---|",
    ]
    for name, words in (("cold", "empty: kernels are compiled and solved"), ("warm", "filled by a run before")):
        seconds = result[name]["seconds"]
        time = f"{seconds['median']:.1f} [{seconds['low']:.1f}, {seconds['high']:.1f}]"
        lines.append(_row([words, time, f"{result[name]['peak_mb']['median']:.0f} MB"]))
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _errors(found: Mapping[str, Any]) -> str:
    return f"{found['errors']['max']:.2%}, {found['errors']['l2']:.2%}"


def _ratio(ratio: Mapping[str, float]) -> str:
    return f"{ratio['median']:.0f} [{ratio['low']:.0f}, {ratio['high']:.0f}]"


if __name__ == "__main__":
    print(write(), end="")
