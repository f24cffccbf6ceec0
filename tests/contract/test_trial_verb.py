"""`holocrine trial`: the answer's shape, the files, and faults that end with one message and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from holocrine.domain.schemas import schema_of

Command = Callable[..., Any]
FILES = {"report.html", "protocol.html", "answer.json"}


@pytest.fixture
def small(examples: Path, tmp_path: Path) -> Path:
    """The split-face design with one size."""
    text = (examples / "trials" / "split-face-sebum.toml").read_text(encoding="utf-8")
    text = text.replace("sizes = [8, 16, 24, 48, 96]", "sizes = [12, 24]").replace('"mixed_model"', '"paired"')
    path = tmp_path / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.slow
def test_the_answer_is_one_document_and_the_files_are_there(
    holocrine_command: Command, small: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text(small.read_text(encoding="utf-8").replace("Split-face trial", "Other trial"), encoding="utf-8")
    folder = tmp_path / "out"
    ran = holocrine_command(
        "trial", small, other, "-o", folder, "--trials", 16, "--workers", 1, "--seed", 5, "--json", "--patients", 50
    )
    assert ran.code == 0, ran.err
    jsonschema.validate(ran.document, schema_of("holocrine.trial-answers/1"))
    first, second = ran.document["trials"]
    assert first["power"] == second["power"]
    assert {row["scenario"] for row in first["power"]} == {"no effect", "H1", "H2", "H3", "H3b", "all"}
    for name in ("small", "other"):
        here = folder / name
        assert {path.name for path in here.iterdir()} == {*FILES, "data"}
        assert set(first["files"]) == {p.relative_to(here).as_posix() for p in here.rglob("*") if p.is_file()}
        page = (here / "report.html").read_text(encoding="utf-8")
        assert "<script" not in page
        assert "http" not in page.replace("http-equiv", "")
        assert (here / "data" / "dm.csv").read_text(encoding="utf-8").count("\n") == 51


BAD: dict[str, tuple[str, str, tuple[object, ...], str]] = {
    "a reference that is no arm": ('reference = "saline side"', 'reference = "placebo"', (), "reference"),
    "criteria that nobody meets": ("at_least = 120", "at_least = 1900", (), "casual sebum of the forehead"),
    "no trials": ("", "", ("--trials", 1), "--trials"),
    "workers and cluster": ("", "", ("--workers", 2, "--cluster", "tcp://127.0.0.1:1"), "--workers"),
    "a cluster that is not there": ("", "", ("--cluster", "tcp://127.0.0.1:9"), "--cluster"),
    "no patients": ("", "", ("--patients", 0), "--patients"),
}


@pytest.mark.parametrize(("old", "new", "options", "named"), BAD.values(), ids=BAD)
def test_a_fault_ends_with_one_message_and_nothing_written(
    holocrine_command: Command,
    small: Path,
    tmp_path: Path,
    old: str,
    new: str,
    options: tuple[object, ...],
    named: str,
) -> None:
    text = small.read_text(encoding="utf-8")
    assert old in text
    small.write_text(text.replace(old, new), encoding="utf-8")
    ran = holocrine_command("trial", small, "-o", tmp_path / "out", *options)
    assert ran.code == 2, ran.err
    assert named in ran.err
    assert ran.err.count("holocrine:") == 1
    assert "Traceback" not in ran.err
    assert ran.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["small.toml"]


def test_no_design_is_a_fault(holocrine_command: Command) -> None:
    ran = holocrine_command("trial")
    assert ran.code == 2
    assert "design" in ran.err
