"""Every relative link and picture in the documents leads to a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


def relative_links(document: Path) -> list[str]:
    targets = [match["target"].partition("#")[0] for match in LINK.finditer(document.read_text(encoding="utf-8"))]
    return [target for target in targets if target and "://" not in target and not target.startswith("mailto:")]


def test_there_are_documents_with_links() -> None:
    assert len(relative_links(ROOT / "README.md")) > 5


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_files(document: Path) -> None:
    broken = [target for target in relative_links(document) if not (document.parent / target).exists()]
    assert not broken, f"no such file: {', '.join(broken)}"
