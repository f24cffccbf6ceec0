"""The page on what no fit may see says what the evidence tables say."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from holocrine.domain.validation import Role
from holocrine.knowledge.evidence import Observation, packaged_evidence

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "held-out.md").read_text(encoding="utf-8")
EVIDENCE = packaged_evidence()
ROLES: tuple[Role, ...] = ("fit", "held_out", "context")


def table(first_heading: str) -> Iterator[list[str]]:
    """The rows of the table whose first heading is this."""
    lines = PAGE.partition(f"| {first_heading} |")[2].splitlines()[2:]
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def rows_of(role: Role) -> list[Observation]:
    return [row for row in EVIDENCE.observations.values() if row.role == role]


def by_study(role: Role) -> Counter[str]:
    return Counter(EVIDENCE.study_of(row).study_id for row in rows_of(role))


def test_roles_are_counted_right() -> None:
    assert f"hold {len(EVIDENCE.observations)} observations of {len(EVIDENCE.studies)} studies" in " ".join(
        PAGE.split()
    )
    found = {cells[0]: (int(cells[1]), int(cells[2])) for cells in table("role")}
    assert found == {role: (by_study(role).total(), len(by_study(role))) for role in ROLES}


def test_reasons_for_context_are_counted_right() -> None:
    found = {cells[0]: int(cells[1]) for cells in table("reason")}
    assert found == Counter(row.reason for row in rows_of("context"))


def test_lists_name_every_row_that_is_fitted_or_held_out() -> None:
    listed: dict[Role, Counter[str]] = defaultdict(Counter)
    for name, fit, held_out, rows in table("outcome class"):
        sums = []
        for role, cell in zip(ROLES, (fit, held_out), strict=False):
            studies = {study: int(number) for study, number in re.findall(r"(\w+) \((\d+)\)", cell)}
            listed[role].update(studies)
            sums.append(sum(studies.values()))
        assert rows == f"{sums[0]} + {sums[1]}", name
    assert listed["fit"] == by_study("fit")
    assert listed["held_out"] == by_study("held_out")


def test_no_study_is_both_fitted_and_held_out() -> None:
    assert set(by_study("fit")) & set(by_study("held_out")) == set()
