"""No committed file names a package registry or a folder of somebody's machine.

The project installs from whatever index the user's own pip or uv is set to, and from wherever it was cloned.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MUCH = 200  # faults shown; one is enough to fail

# Put together from pieces, so that this file does not find itself.
REGISTRIES = [
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("pypa", "io"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("yarnpkg", "com"),
    ("debian", "org"),
    ("ubuntu", "com"),
    ("crates", "io"),
    ("golang", "org"),
    ("rubygems", "org"),
    ("anaconda", "org"),
    ("docker", "io"),
    ("ghcr", "io"),
]
FOLDERS = ["work", "root", "opt", "farm", "tmp(?=/)", "home(?=/)", "Users(?=/)"]

HOST = re.compile("|".join(rf"\b{name}\.{ending}\b" for name, ending in REGISTRIES), re.IGNORECASE)
# A path that starts at the root: nothing that could be an earlier part of a path or address stands before it.
PLACE = re.compile(rf"(?<![\w.~}})\]*-])/(?:{'|'.join(FOLDERS)})(?=[/\s\"'`:;,)\]]|$)")
FILE_ADDRESS = re.compile("file:" + "//")


def faults(text: str) -> list[tuple[int, str]]:
    """Line number and match of each registry host and machine path in a text."""
    return [
        (number, match.group())
        for number, line in enumerate(text.splitlines(), start=1)
        for pattern in (HOST, PLACE, FILE_ADDRESS)
        for match in pattern.finditer(line)
    ]


def files_of_the_project() -> list[Path]:
    """Files git tracks, and new ones it does not ignore."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git repository, so the project's files cannot be told from the rest")
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = {ROOT / name.decode() for name in listed.stdout.split(b"\0") if name}
    return sorted(path for path in paths if path.is_file())


def text_of(path: Path) -> str:
    """Contents of a text file; empty for a binary one."""
    data = path.read_bytes()
    return "" if b"\0" in data[:8192] else data.decode("utf-8", errors="replace")


def test_no_file_names_a_registry_or_a_machine_path() -> None:
    paths = files_of_the_project()
    assert ROOT / "pyproject.toml" in paths
    found = [f"{path.relative_to(ROOT)}:{number}: {what}" for path in paths for number, what in faults(text_of(path))]
    assert not found, "\n".join(found[:MUCH])


@pytest.mark.parametrize("ending", REGISTRIES, ids=".".join)
def test_a_registry_host_is_noticed(ending: tuple[str, str]) -> None:
    assert faults("resolved: https://files." + ".".join(ending) + "/packages/a.whl")


@pytest.mark.parametrize("folder", ["work", "root", "opt", "farm", "tmp", "home", "Users"])
@pytest.mark.parametrize("before", ["", "path = '", "cd ", "file:" + "//", "PYTHONPATH=a:"])
def test_a_machine_path_is_noticed(folder: str, before: str) -> None:
    assert faults(before + "/" + folder + "/someone/project")


@pytest.mark.parametrize(
    "text",
    [
        "https://doi.org/10.1007/s10928-008-9087-3",
        "https://example.org/" + "home/trial",
        "<img src='docs/" + "work/flow.png'>",
        "@app.get('/" + "home')",
        "#!/usr/bin/env bash",
        "units/" + "work",
    ],
)
def test_an_address_of_evidence_and_a_relative_path_pass(text: str) -> None:
    assert not faults(text)
