"""`holocrine validate` on tables that are not packaged: the answer's shape, exit codes, faults, the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.evidence import AXILLA, AXILLA_PLACEBO, GLABELLA, HALO, observation, write_tables

Command = Callable[..., Any]
SHARE = {"unit": "% subjects", "statistic": "responder_percent", "role": "held_out"}
OBSERVED = {
    "observation_id",
    "study_id",
    "outcome",
    "outcome_class",
    "role",
    "predicted",
    "lo50",
    "hi50",
    "lo90",
    "hi90",
    "observed",
    "sampling_se",
    "inside90",
    "z",
    "supported",
    "reason",
}
SUMMED = {"n", "n_supported", "coverage50", "coverage90", "median_abs_z", "interval_score", "by_class"}


def tables(folder: Path, responders: str = "92") -> Path:
    """Arms that stand in no packaged table, one of them beyond the model."""
    rows = [
        observation(
            1, "S1-A", outcome="responders (>=50% reduction)", target="sweat", day="28", value=responders, **SHARE
        ),
        observation(2, "S1-P", outcome="responders (>=50% reduction)", target="sweat", day="28", value="30", **SHARE),
        observation(3, "S2-A", outcome="responders none/mild", target="line severity", day="30", value="80", **SHARE),
        observation(4, "S2-A", outcome="eyelid ptosis", target="eyelid", value="2", **SHARE),
        observation(
            5,
            "S1-A",
            outcome="sweat rate",
            target="sweat",
            day="14",
            statistic="direction",
            value="decrease",
            role="held_out",
        ),
        observation(6, "S4-A", outcome="quality of life", target="bladder", value="6", **SHARE),
        observation(
            7,
            "S3-A",
            outcome="dry halo area",
            unit="cm2",
            target="sweat",
            day="14",
            statistic="mean",
            value="2",
            role="fit",
        ),
    ]
    other = GLABELLA | {"study_id": "S4", "arm_id": "S4-A", "site": "bladder", "route": "intradetrusor"}
    folder.mkdir(exist_ok=True)
    return write_tables(folder, [AXILLA, AXILLA_PLACEBO, GLABELLA, HALO, other], rows)


@pytest.fixture(scope="module")
def ran(holocrine_command: Command, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("validate")
    answer = holocrine_command(
        "validate", "--evidence", str(tables(folder / "tables")), "--json", "-o", str(folder / "page.html")
    )
    return answer, folder / "page.html"


def test_the_answer_has_the_contracts_fields(ran: Any) -> None:
    answer, _ = ran
    document = answer.document
    assert document["schema"] == "holocrine.validation/1"
    assert [row["observation_id"] for row in document["observations"]] == [f"O{n}" for n in range(1, 8)]
    assert all(set(row) >= OBSERVED for row in document["observations"])
    assert set(document["summary"]) == {"fit", "held_out"}
    assert all(set(part) >= SUMMED for part in document["summary"].values())


def test_predictions_are_ordered_and_on_the_reports_scale(ran: Any) -> None:
    rows = {row["observation_id"]: row for row in ran[0].document["observations"]}
    for number in (1, 2, 3, 4, 7):
        row = rows[f"O{number}"]
        assert row["supported"]
        assert row["lo90"] <= row["lo50"] <= row["predicted"] <= row["hi50"] <= row["hi90"]
        assert row["inside90"] == (row["lo90"] <= row["observed"] <= row["hi90"])
    assert 0.0 <= rows["O1"]["lo90"] <= rows["O1"]["hi90"] <= 100.0
    assert rows["O1"]["predicted"] > rows["O2"]["predicted"] + 20.0  # toxin against placebo
    assert rows["O5"]["probability"] > 0.5


def test_what_the_model_cannot_express_is_listed_with_its_reason(ran: Any) -> None:
    row = next(row for row in ran[0].document["observations"] if row["observation_id"] == "O6")
    assert not row["supported"]
    assert row["reason"]
    assert row["predicted"] is None
    assert ran[0].document["summary"]["held_out"]["n"] == 6
    assert ran[0].document["summary"]["held_out"]["n_supported"] == 5


def test_the_page_shows_every_study(ran: Any) -> None:
    answer, page = ran
    assert answer.code == (1 if answer.document["verdict"] == "failed" else 0)
    text = page.read_text(encoding="utf-8")
    assert all(word in text for word in ("S1, invented", "S2, invented", "S3, invented", "O6"))
    assert "http://" not in text.replace("http://www.w3.org", "")


def test_results_far_from_anything_predicted_fail(holocrine_command: Command, tmp_path: Path) -> None:
    absurd = [
        observation(
            n, "S1-A", outcome="responders (>=50% reduction)", target="sweat", day=str(20 + n), value="1", **SHARE
        )
        for n in range(1, 9)
    ]
    arms = [AXILLA | {"study_id": f"S{n}", "arm_id": f"S{n}-A"} for n in range(1, 9)]
    rows = [row | {"arm_id": f"S{n}-A"} for n, row in enumerate(absurd, 1)]
    answer = holocrine_command("validate", "--evidence", str(write_tables(tmp_path, arms, rows)), "--json")
    assert answer.code == 1
    assert answer.document["verdict"] == "failed"
    assert answer.document["summary"]["held_out"]["coverage90"] == 0.0


def test_faulty_tables_are_refused_at_once_and_nothing_is_written(holocrine_command: Command, tmp_path: Path) -> None:
    folder = tables(tmp_path / "tables")
    text = (folder / "observations.csv").read_text(encoding="utf-8")
    (folder / "observations.csv").write_text(
        text.replace("held_out", "heldout", 1).replace("S3-A", "S9-A"), encoding="utf-8"
    )
    answer = holocrine_command("validate", "--evidence", str(folder), "-o", str(tmp_path / "page.html"))
    assert answer.code == 2
    assert "heldout" in answer.err
    assert "S9-A" in answer.err
    assert not (tmp_path / "page.html").exists()
    assert holocrine_command("validate", "--evidence", str(tmp_path / "absent")).code == 2
