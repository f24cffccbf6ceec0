"""The rows that the model ought to express were fixed before its systems were modelled, and stay what they were."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from holocrine.inference.expressible import expressible_shares
from holocrine.knowledge.evidence import Study, packaged_evidence

DATA = Path(str(files("holocrine.knowledge"))) / "data"
ROOT = Path(__file__).resolve().parents[2]
FROZEN_ROWS = 517
"""How many rows were fixed before modelling; it does not change with the model."""
LEAST_EXPRESSED = 0.85
"""Share of them that asks a question of the model, agreed before modelling."""
NUMBERS = (
    "parameters*.csv", "readings*.csv", "variability.csv", "covariate*.csv", "correlations.csv", "baseline.csv",
    "glands.csv", "muscles.csv", "layers.csv", "sheets.csv", "anthropometry.csv", "usual_doses.csv",
    "drug_ingredients.csv",
)  # fmt: skip
"""Tables that numbers of the model come from. Not hypotheses.csv: a study may be the reason why an explanation exists,
since its weight is judgement and no result of that study."""


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


def test_the_model_expresses_most_of_the_rows_that_were_fixed(frozen: list[tuple[str, str]]) -> None:
    shares = expressible_shares(packaged_evidence(), dict(frozen))
    assert sum(share.expressed for share in shares) >= LEAST_EXPRESSED * FROZEN_ROWS


def test_no_number_of_the_model_comes_from_a_held_out_study() -> None:
    held_out = held_out_studies()
    tables = sorted({path for pattern in NUMBERS for path in DATA.glob(pattern)})
    assert held_out
    assert len(tables) >= len(NUMBERS)
    found = []
    for table in tables:
        with table.open(encoding="utf-8", newline="") as stream:
            found += [
                f"{table.name}, line {line}: {study.study_id}"
                for line, row in enumerate(csv.reader(stream), 1)
                for study in held_out
                if any(names(cell, study) for cell in row)
            ]
    assert found == []


@pytest.mark.parametrize(
    "cell",
    [
        "as in RAPPL2013",
        "onset 3.02 days (Rappl 2013)",
        "Rappl T et al. Onset and duration of three products in glabellar frown lines. CCID 2013",
        "several trials; rappl and others, 2013",
        "10.2147/ccid.s41537",
    ],
)
def test_a_held_out_study_is_found_however_a_table_names_it(cell: str) -> None:
    assert [study.study_id for study in held_out_studies() if names(cell, study)] == ["RAPPL2013"]


@pytest.mark.parametrize("cell", ["", "Rappl 2012", "Grappl 2013", "Rappl 2003; another of 2013", "RAPPL20131"])
def test_a_neighbour_of_a_held_out_study_is_not_taken_for_it(cell: str) -> None:
    assert not any(names(cell, study) for study in held_out_studies())


def held_out_studies() -> list[Study]:
    evidence = packaged_evidence()
    return sorted(
        {evidence.study_of(row) for row in evidence.observations.values() if row.role == "held_out"},
        key=lambda study: study.study_id,
    )


def names(cell: str, study: Study) -> bool:
    """Whether a cell names a study by its id, its DOI, or its first author and the year within one reference."""
    return naming(study).search(cell) is not None


@cache
def naming(study: Study) -> re.Pattern[str]:
    """What `names` looks for."""
    found = [rf"\b{study.study_id}\b", *([f"(?i:{re.escape(study.doi)})"] if study.doi else [])]
    found += [rf"(?i:\b{re.escape(author)}\b[^;]*\b{year}\b)" for author, year in signatures(study)]
    return re.compile("|".join(found))


def signatures(study: Study) -> set[tuple[str, str]]:
    """First author and year, as far as the citation and the id tell both."""
    by_citation = re.match(r"([^\W\d][\w'-]*(?: [A-Z][a-z]+)?) (?:[A-Z]{1,3}\b|et al)", study.citation)
    by_id = re.match(r"([A-Z]+)(\d{4})", study.study_id)
    found = {(by_citation[1], str(study.year))} if by_citation and study.year else set()
    return found | ({(by_id[1], by_id[2])} if by_id else set())
