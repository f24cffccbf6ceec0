"""A page of the documentation that a script writes: printed, put in its place, or checked there."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def keep(place: Path, text: Callable[[], str], source: str) -> int:
    """Do with the page of docs/ at `place`, made by `text` from `source`, what the command line asks; the exit code."""
    name, script = f"docs/{place.name}", Path(sys.argv[0]).name
    parser = argparse.ArgumentParser(description=f"Write {name} from {source}.")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--write", action="store_true", help=f"put the page into {name}")
    action.add_argument("--check", action="store_true", help=f"exit 1 if {name} is out of date")
    asked = parser.parse_args()
    page = text()
    if asked.write:
        place.write_text(page, encoding="utf-8")
    elif not asked.check:
        sys.stdout.write(page)
    elif not place.exists() or place.read_text(encoding="utf-8") != page:
        print(f"{name} is out of date: run python scripts/{script} --write", file=sys.stderr)
        return 1
    return 0
