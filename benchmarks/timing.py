"""What all benchmarks share: repeated timing, facts about the machine, results as files."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = (
    *("holocrine", "numpy", "scipy", "numba", "devito", "py-pde", "fipy", "pyamg"),
    *("numbalsoda", "libroadrunner", "scikit-sundae"),
)


def spread_of(values: Sequence[float]) -> dict[str, float]:
    """Median, smallest, largest and number of values."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values), "runs": len(values)}


def measure(work: Callable[[], object], runs: int = 50) -> dict[str, float]:
    """Seconds that `work` takes; the first call, which compiles and fills caches, does not count."""
    work()
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return spread_of(seconds)


def processor_seconds(work: Callable[[], object]) -> float:
    """Processor time that `work` takes, to which others on the same core do not add."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def interleaved(works: Mapping[str, Callable[[], object]], runs: int = 20) -> dict[str, dict[str, float]]:
    """Seconds of each of `works`, taken in turn so that a busy machine slows all of them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(runs):
        for name, work in works.items():
            begin = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - begin)
    return {name: spread_of(values) for name, values in seconds.items()}


def machine() -> dict[str, Any]:
    """Processor, number of threads, system and interpreter; no name of the machine."""
    return {
        "processor": _processor(),
        "threads": _threads(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _threads() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def versions() -> dict[str, str]:
    """Versions of the packages that are installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def save(name: str, result: Mapping[str, Any]) -> None:
    """Write the result as benchmarks/results/`name`.json with date, machine and versions."""
    RESULTS.mkdir(exist_ok=True)
    full = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "result": result,
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(full, indent=1) + "\n", encoding="utf-8")


def load(name: str) -> dict[str, Any] | None:
    """A saved result, None when there is none."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def milliseconds(timing: Mapping[str, float]) -> str:
    """`median [smallest, largest]` in ms."""
    return " ".join([_short(timing["median"]), f"[{_short(timing['low'])}, {_short(timing['high'])}]"])


def _short(seconds: float) -> str:
    return f"{1e3 * seconds:.3g}" if seconds < 1.0 else f"{1e3 * seconds:.0f}"
