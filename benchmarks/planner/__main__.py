"""The planner against habit: python -m benchmarks.planner [--quick]. Prints, and writes planner.json.

A full run also puts its section into docs/benchmarks.md. Kernels of the judges' draws go to a cache folder that is
thrown away afterwards.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.planner.measuring import FULL, QUICK, Size, Table, made_by, person, problem
from benchmarks.planner.text import TITLE, lines

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parents[1] / "docs" / "benchmarks.md"


def measured(size: Size, processes: int) -> Table:
    """Everything, the longest work first."""
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        named = len(size.named)
        persons = [pool.submit(person, number, size) for number in range(named)]
        small = [pool.submit(problem, name, size) for name in size.small]
        persons += [pool.submit(person, number, size) for number in range(named, named + size.variations)]
        return {
            "size": asdict(size),
            "made_by": made_by(),
            "persons": [found.result() for found in persons],
            "small": [found.result() for found in small],
        }


def document(section: str) -> None:
    """Put the section in the place of the last one, at the end of docs/benchmarks.md."""
    before = DOCUMENT.read_text(encoding="utf-8").partition(TITLE)[0].rstrip()
    DOCUMENT.write_text(f"{before}\n\n{section}", encoding="utf-8")


def save(result: Table, output: Path, *, quick: bool) -> str:
    """Write the result and, after a full run, the page; the section as text."""
    section = "\n".join(lines(result))
    output.mkdir(parents=True, exist_ok=True)
    name = "planner-quick" if quick else "planner"
    (output / f"{name}.json").write_text(json.dumps(result, indent=1, default=float) + "\n", encoding="utf-8")
    if not quick:
        document(section)
    return section


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planner", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few draws, one person: to see that it runs")
    parser.add_argument("-o", "--output", type=Path, default=HERE.parent / "results", help="folder of the result")
    parser.add_argument("--draws", type=int, default=FULL.draws, help="draws of every judge, a power of two")
    parser.add_argument("--processes", type=int, default=2, help="how many work side by side")
    given = parser.parse_args()
    size = QUICK if given.quick else replace(FULL, draws=given.draws)
    with tempfile.TemporaryDirectory() as caches:
        os.environ["HOLOCRINE_CACHE"] = caches
        result = measured(size, given.processes)
    print(save(result, given.output, quick=given.quick))


if __name__ == "__main__":
    main()
