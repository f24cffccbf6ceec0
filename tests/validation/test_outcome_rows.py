"""The rows that the model ought to express were fixed before its systems were modelled, and stay what they were."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from holocrine.knowledge.evidence import packaged_evidence

DATA = Path(str(files("holocrine.knowledge"))) / "data"
ROOT = Path(__file__).resolve().parents[2]
FROZEN_ROWS = 517
"""How many rows were fixed before modelling; it does not change with the model."""


@pytest.fixture(scope="module")
def frozen() -> list[tuple[str, str]]:
    with (Path(__file__).parent / "outcome_rows.csv").open(encoding="utf-8", newline="") as stream:
        return [(row["observation_id"], row["topic"]) for row in csv.DictReader(stream)]


def test_every_fixed_row_is_a_number_in_the_tables(frozen: list[tuple[str, str]]) -> None:
    observations = packaged_evidence().observations
    rows = [row for row, _ in frozen]
    assert len(set(rows)) == len(rows) == FROZEN_ROWS
    assert [row for row in rows if row not in observations] == []
    assert [row for row in rows if observations[row].value is None] == []


def test_no_topic_is_too_small_to_be_judged(frozen: list[tuple[str, str]]) -> None:
    assert min(Counter(topic for _, topic in frozen).values()) >= 10


def test_the_rule_still_gives_the_rows_that_were_fixed() -> None:
    checked = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "outcome_rows.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_parameter_comes_from_a_held_out_study() -> None:
    evidence = packaged_evidence()
    studies = {evidence.study_of(row) for row in evidence.observations.values() if row.role == "held_out"}
    held_out = {study.doi.lower(): study.study_id for study in studies if study.doi}
    found = []
    for table in (*DATA.glob("parameters*.csv"), DATA / "readings.csv"):
        with table.open(encoding="utf-8", newline="") as stream:
            found += [f"{row['name']}: {held_out[doi]}" for row in csv.DictReader(stream)
                      if (doi := row["doi"].lower()) in held_out]  # fmt: skip
    assert held_out
    assert found == []
