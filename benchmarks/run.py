"""All benchmarks, one after the other, then docs/benchmarks.md. `make bench` sets up the peers and calls this.

python benchmarks/run.py [kernel] [face_map] [engine] [growth] [gradient] [surfaces] [spread]
    [whole_plan]     default: all
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import document

HERE = Path(__file__).resolve().parent
ALL = ("kernel", "face_map", "engine", "growth", "gradient", "surfaces", "spread", "whole_plan")


def main() -> int:
    """Run what is named; 0 when all of it ran. A benchmark that fails does not stop the others."""
    chosen = sys.argv[1:] or list(ALL)
    if unknown := [name for name in chosen if name not in ALL]:
        print(f"unknown benchmark {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    failed = []
    for name in chosen:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, HERE / f"{name}.py"], check=False).returncode:
            failed.append(name)
    print(document.write(), end="")
    if failed:
        print(f"failed: {', '.join(failed)}; their tables are those of an earlier run", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
