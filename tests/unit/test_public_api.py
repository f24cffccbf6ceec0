"""The public names resolve, and importing them costs no numerical library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import holocrine

HEAVY = ("scipy", "pint", "sympy", "numba", "pandas", "xarray", "fastapi", "sqlalchemy", "matplotlib")


def loaded_after(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after one statement."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("statement", ["import holocrine", "import holocrine.cli", "from holocrine import Case"])
def test_an_import_loads_nothing_heavy(statement: str) -> None:
    assert not loaded_after(statement) & set(HEAVY)


def test_the_root_package_alone_loads_no_validation_either() -> None:
    assert not loaded_after("import holocrine") & {"pydantic", "numpy", "rich", "cyclopts"}


@pytest.mark.parametrize("name", holocrine.__all__)
def test_each_public_name_resolves_and_explains_itself(name: str) -> None:
    value = getattr(holocrine, name)
    assert value.__doc__, f"holocrine.{name} has no docstring"


def test_the_public_names_are_few_and_unique() -> None:
    assert len(set(holocrine.__all__)) == len(holocrine.__all__)
    assert len(holocrine.__all__) <= 26, "the interface is meant to be about twenty names"
    assert set(holocrine.__all__) <= set(dir(holocrine))


def test_type_checkers_are_told_the_same_names() -> None:
    tree = ast.parse(Path(holocrine.__file__).read_text(encoding="utf-8"))
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    told = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert told == holocrine._HOME | dict.fromkeys(holocrine._ROOMS, "holocrine")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'holocrine' has no attribute 'asess'"):
        holocrine.__getattr__("asess")


def test_help_explains_the_command() -> None:
    command = Path(sys.executable).with_name("holocrine")
    run = subprocess.run([str(command), "--help"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    for verb in ("assess", "plan", "simulate", "schema"):
        assert verb in run.stdout
