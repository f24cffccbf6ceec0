"""`holocrine plan` on the example of the README, each time as a new process: cold and warm.

Cold: the cache folders of Holocrine and of Numba are empty, so every kernel is compiled and solved. Warm: a run
before has filled them. Python keeps its bytecode in both, as it does after any installation. Aims: at most 15 s and
at most 5 s.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import timing

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "examples" / "oily-forehead.toml"
COMMAND = Path(sys.executable).with_name("holocrine")


def one_run(caches: Path) -> tuple[float, float]:
    """Wall-clock seconds and peak memory (MB) of one plan with the caches in `caches`. Raises when it fails."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "HOLOCRINE_CACHE": str(caches / "holocrine"),
        "NUMBA_CACHE_DIR": str(caches / "numba"),
    }
    with tempfile.TemporaryDirectory() as output, tempfile.TemporaryFile() as said:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [COMMAND, "plan", CASE, "-o", Path(output) / "plan"], env=environment, stdout=said, stderr=said
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise RuntimeError(f"holocrine plan left with {process.returncode}: {said.read().decode()[-800:]}")
    return seconds, used.ru_maxrss / (1024.0 if sys.platform != "darwin" else 1024.0**2)


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cold", type=int, default=3, help="runs with empty caches")
    parser.add_argument("--warm", type=int, default=5, help="runs with filled caches")
    runs = parser.parse_args()
    cold, warm = [], []
    for number in range(runs.cold):
        with tempfile.TemporaryDirectory() as caches:
            cold.append(one_run(Path(caches)))
            if number == runs.cold - 1:
                warm = [one_run(Path(caches)) for _ in range(runs.warm)]
    result = {
        name: {
            "seconds": timing.spread_of([run[0] for run in taken]),
            "peak_mb": timing.spread_of([run[1] for run in taken]),
        }
        for name, taken in (("cold", cold), ("warm", warm))
    }
    timing.save("whole_plan", {"case": CASE.name, **result})
    for name, found in result.items():
        seconds = found["seconds"]
        print(f"{name}: {seconds['median']:.2f} [{seconds['low']:.2f}, {seconds['high']:.2f}] s,", end=" ")
        print(f"{found['peak_mb']['median']:.0f} MB")


if __name__ == "__main__":
    main()
