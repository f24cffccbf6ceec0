"""The house is as ARCHITECTURE.md draws it, its files and functions stay small, and its science stays pure."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "holocrine"
PURE_ROOMS = ("models", "solvers", "simulation", "population", "inference", "planning")

# Limits, not goals: most files are under 250 lines and most functions under 25.
FILE_LINES = 500
FUNCTION_LINES = 70

# "path::function" -> why one piece reads better than several. An entry that is no longer needed fails the test.
LONG_FUNCTIONS: dict[str, str] = {}
LONG_FILES: dict[str, str] = {}

GLOBAL_RANDOM_ALLOWED = {"Generator", "default_rng", "SeedSequence", "BitGenerator", "PCG64", "Philox"}
IMPURE_BUILTINS = {"open", "print", "input"}
CLOCK_METHODS = {"now", "today", "utcnow"}


def source_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions_in(path: Path) -> Iterator[tuple[str, int, int]]:
    """Name, first line and length of each function in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


def impurities(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines of a module that touch files, the clock or NumPy's global random state."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_BUILTINS:
            yield node.lineno, f"{node.func.id}()"
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_METHODS:
            yield node.lineno, f".{node.attr}"
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Attribute)
            and node.value.attr == "random"
            and node.attr not in GLOBAL_RANDOM_ALLOWED
        ):
            yield node.lineno, f"random.{node.attr}"


def test_the_map_in_architecture_md_is_the_source_tree() -> None:
    run = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "tree.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"run `make tree` and read the result:\n{run.stdout}{run.stderr}"


def test_every_file_says_what_it_is_for() -> None:
    silent = []
    for path in source_files("src", "scripts"):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))) or ""
        if len(text.partition("\n")[0].split()) < 3:
            silent.append(relative(path))
    assert not silent, f"no sentence at the top of: {', '.join(silent)}"


def test_files_are_short() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in all_files()}
    too_long = {name: lines for name, lines in lengths.items() if lines > FILE_LINES}
    assert set(too_long) == set(LONG_FILES), f"over {FILE_LINES} lines: {too_long}; excused: {sorted(LONG_FILES)}"


def test_functions_are_short() -> None:
    too_long = {
        f"{relative(path)}::{name}": f"line {line}, {length} lines"
        for path in all_files()
        for name, line, length in functions_in(path)
        if length > FUNCTION_LINES
    }
    assert set(too_long) == set(LONG_FUNCTIONS), (
        f"over {FUNCTION_LINES} lines: {too_long}; excused: {sorted(LONG_FUNCTIONS)}"
    )


def all_files() -> list[Path]:
    return list(source_files("src", "scripts", "tests", "benchmarks"))


def test_the_science_is_pure() -> None:
    found = []
    for room in PURE_ROOMS:
        for path in [*PACKAGE.glob(f"{room}.py"), *sorted((PACKAGE / room).rglob("*.py"))]:
            tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
            found += [f"{relative(path)}:{line}: {what}" for line, what in impurities(tree)]
    assert not found, "files, clock or global random state in the science:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "line", ["open('a.csv')", "print(1)", "datetime.now()", "date.today()", "np.random.normal(0, 1)"]
)
def test_an_impure_line_is_noticed(line: str) -> None:
    assert list(impurities(ast.parse(line)))


def test_a_seeded_generator_is_allowed() -> None:
    assert not list(impurities(ast.parse("np.random.default_rng(1).normal(0, 1)")))
