"""Programs that are compared run in processes of their own and talk in lines of JSON; both ends of that talk."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


class Program:
    """One program, seen from the benchmark that times it."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        """Start `python -m module` and read what it says of itself into `facts`."""
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - lives as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            # OpenBLAS's threads slow every program here down
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **(environment or {})},
        )
        self.facts = self._read()

    def ask(self, command: str) -> dict[str, Any]:
        """Send one command and wait for the answer. Raises RuntimeError when the program has died."""
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self._read()

    def end(self) -> dict[str, Any]:
        """Stop it; what it says of the memory it has needed (`peak_mb`)."""
        said = self.ask("end")
        self._process.wait()
        return said

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            return dict(json.loads(line))
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().strip().splitlines()
        raise RuntimeError(lines[-1] if lines else f"left with {self._process.returncode}")


def say(**facts: object) -> None:
    """One line of JSON on standard output, from inside a program."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def peak_mb() -> float:
    """Most memory this process has held, MB. Linux's own count, because getrusage also counts the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
