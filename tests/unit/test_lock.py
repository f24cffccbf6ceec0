"""The lock is complete: every direct dependency and build tool, exactly pinned, every pin with hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>\S+)(?: ; (?P<marker>[^\\]+?))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def locked() -> tuple[dict[str, int], list[str]]:
    """Hashes per pinned package, and the lines that are neither pin nor hash."""
    pins: dict[str, int] = {}
    strange = []
    name = ""
    for line in (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8").splitlines():
        if pin := PIN.match(line):
            name = pin["name"]
            pins.setdefault(name, 0)
        elif HASH.match(line) and name:
            pins[name] += 1
        else:
            strange.append(line)
    return pins, strange


def wanted() -> set[str]:
    """Normalised names of the packages that pyproject.toml asks for by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
        *project["build-system"]["requires"],
    ]
    return {re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0].lower().replace("_", "-") for text in asked}


def test_the_lock_holds_pins_and_hashes_and_nothing_else() -> None:
    pins, strange = locked()
    assert not strange
    assert [name for name, hashes in pins.items() if hashes == 0] == []


def test_the_lock_covers_every_dependency_and_build_tool() -> None:
    assert wanted() - set(locked()[0]) == set()
