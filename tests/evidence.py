"""A small directory of evidence tables for tests: a header and the rows given as mappings."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from holocrine.inference.scores.baseline import Reading
from holocrine.inference.scores.predicted import Predicted
from holocrine.knowledge.evidence.sheets import TABLES

Rows = Sequence[Mapping[str, str]]


def write_tables(folder: Path, arms: Rows, observations: Rows) -> Path:
    """Write three tables; studies follow from the arms. Returns the folder."""
    studies = dict.fromkeys(arm["study_id"] for arm in arms)
    invented = [{"study_id": name, "citation": f"{name}, invented", "access": "full text"} for name in studies]
    for table, rows in zip(TABLES, (invented, arms, observations), strict=True):
        with (folder / table.file).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, table.columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


AXILLA = {
    "study_id": "S1",
    "arm_id": "S1-A",
    "n": "40",
    "product": "onabotulinumtoxinA",
    "units_per_point": "4",
    "points": "12",
    "pattern": "grid",
    "route": "intradermal",
    "site": "axilla",
    "selected_for": "hyperhidrosis",
}
AXILLA_PLACEBO = AXILLA | {"arm_id": "S1-P", "product": "placebo", "units_per_point": ""}
GLABELLA = {
    "study_id": "S2",
    "arm_id": "S2-A",
    "n": "100",
    "product": "onabotulinumtoxinA",
    "units_per_point": "4",
    "points": "5",
    "pattern": "labelled",
    "route": "intramuscular",
    "site": "glabella",
    "selected_for": "moderate to severe lines",
}
HALO = {
    "study_id": "S3",
    "arm_id": "S3-A",
    "n": "12",
    "product": "onabotulinumtoxinA",
    "units_per_point": "4",
    "points": "1",
    "ml_per_point": "0.1",
    "pattern": "single",
    "route": "intradermal",
    "site": "forehead",
}


def observation(number: int, arm_id: str, **cells: str) -> dict[str, str]:
    """A row of observations.csv; role fit unless said otherwise."""
    return {"observation_id": f"O{number}", "arm_id": arm_id, "role": "fit", **cells}


def readings_of(rows: Sequence[Predicted]) -> list[Reading]:
    """What a table of averages would be made of: the fitted numbers that are expressed and no bounds."""
    return [
        Reading(row.outcome_class, row.study_id, row.observed, row.sampling_se, row.control, row.scale)
        for row in rows
        if row.role == "fit" and row.supported and row.observed is not None and not row.bound and not row.direction
    ]
