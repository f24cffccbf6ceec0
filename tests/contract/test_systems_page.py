"""docs/systems.md keeps its word: every command runs and prints what its row names, and the pages follow the code."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from holocrine import cli

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ROW = re.compile(r"\| (?P<number>\d+) \| \[.+\]\((?P<page>.+?)\): .+ \| `(?P<command>.+)` \| `(?P<shows>.+)` \| .+ \|")
WIDE = "200"
"""Columns of the terminal, so that no word of a table is cut."""
REFUSED = 1
"""Exit code when the answer is no or a question comes first, which is what some rows show."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    number: int
    page: str
    command: str
    shows: str


def rows() -> list[Row]:
    lines = (ROW.match(line) for line in (DOCS / "systems.md").read_text(encoding="utf-8").splitlines())
    return [Row(int(m["number"]), m["page"], m["command"], m["shows"]) for m in lines if m]


COMMANDS: dict[str, list[Row]] = {}
for row in rows():
    COMMANDS.setdefault(row.command, []).append(row)


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """scripts/systems.py with its neighbours, as it is when it runs by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "scripts"))
        yield importlib.import_module("systems")


def test_nineteen_rows_in_order_each_with_a_page() -> None:
    assert [row.number for row in rows()] == list(range(1, 20))
    assert all((DOCS / row.page).is_file() for row in rows())


def test_the_table_is_that_of_the_script(script: ModuleType) -> None:
    written = (DOCS / "systems.md").read_text(encoding="utf-8")
    assert written == script.index(script.load_systems()), "run python scripts/systems.py --write"


def test_equations_and_parameters_of_the_pages_follow_the_code(script: ModuleType) -> None:
    tables = script.load_tables()
    for system in script.load_systems():
        text = (DOCS / "systems" / f"{system.page}.md").read_text(encoding="utf-8")
        assert script.static_parts(system).strip() in text, f"{system.page}: run python scripts/systems.py --write"
        for parameter in script.parameters_of(system, script.models_of(system), tables):
            assert f"| `{parameter.name}` |" in text
        assert "No adequate number found" in text or "| reported |" in text or system.further


def test_figures_can_be_read_on_any_ground() -> None:
    figures = sorted((DOCS / "systems").glob("*.svg"))
    assert len(figures) > 19
    for figure in figures:
        text = figure.read_text(encoding="utf-8")
        assert 'class="paper"' in text
        assert "prefers-color-scheme:dark" in text
        assert len(text) < 40_000


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_what_its_row_names(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", WIDE)
    program, *arguments = shlex.split(command)
    assert program == "holocrine"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = cli.app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    assert code in (0, REFUSED), printed.getvalue()
    written = [
        path.read_text(encoding="utf-8")
        for path in tmp_path.rglob("*")
        if path.is_file() and not path.is_symlink() and path.suffix != ".pdf"
    ]
    output = " ".join(" ".join([printed.getvalue(), *written]).split())
    missing = [row.shows for row in COMMANDS[command] if row.shows not in output]
    assert not missing, f"{command}: not shown: {missing}"
