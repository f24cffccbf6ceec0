"""A writer killed at random moments loses nothing it had confirmed: the short form of `make qualify-durability`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "qualify" / "durability.py"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL"),
]


def run(*options: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(SCRIPT), *options]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=300)


def test_a_dozen_kills_lose_nothing(new_place: Callable[[], str]) -> None:
    place = new_place()
    ran = run("--kills", "12", "--seed", "7", "--store", place)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "12 kills" in ran.stdout


def test_a_loss_would_be_noticed(tmp_path: Path) -> None:
    """Commits that are only pretended: what was confirmed is not there, and the check says so."""
    broken = tmp_path / "broken.py"
    broken.write_text(
        SCRIPT.read_text(encoding="utf-8").replace(
            'os.write(confirm, "".join(f"{each}\\n" for each in ids).encode())',
            'os.write(confirm, b"patient-999\\n")',
        ),
        encoding="utf-8",
    )
    ran = subprocess.run(
        [sys.executable, str(broken), "--kills", "3", "--seed", "7"], capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "patient-999" in ran.stdout + ran.stderr
