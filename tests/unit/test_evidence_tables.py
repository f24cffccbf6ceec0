"""Evidence tables: what is read, and that every fault is named with its place and what is allowed there."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holocrine.errors import FileError, InputError
from holocrine.knowledge.evidence import CONTEXT_REASONS, Evidence, read_evidence, reading, words
from holocrine.knowledge.evidence.sheets import TABLES

MANUAL = Path(__file__).parents[2] / "docs" / "evidence-tables.md"
FILES = [table.file for table in TABLES]
Rows = dict[str, list[dict[str, str]]]


def sample() -> Rows:
    """Two studies, three arms, six observations, in the columns that matter."""
    return {
        "studies.csv": [
            {"study_id": "S1", "citation": "One A. Journal 2001", "year": "2001", "access": "abstract"},
            {"study_id": "S2", "citation": 'Two B, "the second". Journal 2002', "access": "full text"},
        ],
        "arms.csv": [
            {"arm_id": "S1-toxin", "study_id": "S1", "n": "20", "age_mean": "34.5", "female_share": "0.75",
             "product": "onabotulinumtoxinA", "units_per_point": "2", "points": "10-12", "pattern": "grid",
             "route": "intradermal", "session_days": "0;90", "baseline": "sebum=180 ug/cm2; sweat_rate=192 mg/min"},
            {"arm_id": "S1-saline", "study_id": "S1", "product": "saline"},
            {"arm_id": "S2-toxin", "study_id": "S2", "product": "abobotulinumtoxinA", "note": "total_units=50; rows"},
        ],
        "observations.csv": [
            observed("O1", "S1-toxin", day="28", value="-31 to -51", spread_kind="CI95", spread="-60;-20"),
            observed("O2", "S1-toxin", statistic="direction", value="decrease", contrast_arm_id="S1-saline"),
            observed("O3", "S1-toxin", statistic="median_days", value=">42", note="p=0.001; p=0.2"),
            observed("O4", "S1-toxin", role="context", note="reason=no_dose; for p=0.3 see O3"),
            observed("O5", "S2-toxin", statistic="responder_percent", value="85", role="held_out"),
            observed("O6", "S2-toxin", statistic="direction", from_mm="5", to_mm="15", role="held_out"),
        ],
    }  # fmt: skip


def observed(observation_id: str, arm_id: str, **cells: str) -> dict[str, str]:
    usual = {"outcome": "casual sebum", "target": "sebum", "statistic": "mean_change_percent", "role": "fit"}
    return {"observation_id": observation_id, "arm_id": arm_id} | usual | cells


def text_of(rows: Rows, file: str) -> str:
    columns = next(table.columns for table in TABLES if table.file == file)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows[file])
    return text.getvalue()


def write(folder: Path, rows: Rows) -> Path:
    for file in FILES:
        (folder / file).write_text(text_of(rows, file), encoding="utf-8", newline="")
    return folder


def lines_of_fault(folder: Path, *, strict: bool = False) -> list[str]:
    """The faults of the tables in `folder`, without the sentence above them."""
    with pytest.raises(InputError) as caught:
        read_evidence(folder, strict=strict)
    first, *lines = str(caught.value).splitlines()
    assert first.startswith(f"{folder}: {len(lines)} fault")
    return lines


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return read_evidence(write(tmp_path, sample()), strict=True)


def test_numbers_ranges_and_bounds_are_read(evidence: Evidence) -> None:
    arm, first, third = evidence.arms["S1-toxin"], evidence.observations["O1"], evidence.observations["O3"]
    assert (arm.n, arm.age_mean, arm.female_share) == (20, 34.5, 0.75)
    assert arm.points is not None
    assert (arm.points.low, arm.points.high, arm.points.mid) == (10.0, 12.0, 11.0)
    assert first.value is not None
    assert (first.value.low, first.value.high) == (-51.0, -31.0)
    assert first.spread is not None
    assert (first.spread.low, first.spread.high) == (-60.0, -20.0)
    assert third.value is not None
    assert (third.value.mid, third.value.bound) == (42.0, ">")
    assert (evidence.observations["O6"].from_mm, evidence.observations["O6"].to_mm) == (5.0, 15.0)


def test_an_empty_cell_is_not_reported(evidence: Evidence) -> None:
    arm = evidence.arms["S1-saline"]
    assert (arm.n, arm.age_mean, arm.points, arm.pattern, dict(arm.baseline)) == (None, None, None, "", {})
    assert arm.session_days == (0.0,)
    assert evidence.studies["S2"].year is None
    assert evidence.observations["O6"].value is None


def test_a_direction_is_a_word_and_no_number(evidence: Evidence) -> None:
    assert [(o.direction, o.value) for o in evidence.observations.values() if o.statistic == "direction"] == [
        ("decrease", None),
        ("", None),
    ]


def test_facts_and_reasons_are_read_from_notes(evidence: Evidence) -> None:
    assert evidence.arms["S2-toxin"].facts == {"total_units": "50"}
    assert evidence.arms["S1-toxin"].baseline == {"sebum": "180 ug/cm2", "sweat_rate": "192 mg/min"}
    assert evidence.arms["S1-toxin"].session_days == (0.0, 90.0)
    assert evidence.observations["O3"].facts == {"p": "0.001"}
    assert [o.reason for o in evidence.observations.values()] == ["", "", "", "no_dose", "", ""]


def test_rows_lead_to_one_another_in_file_order(evidence: Evidence) -> None:
    second, fifth = evidence.observations["O2"], evidence.observations["O5"]
    assert list(evidence.observations) == ["O1", "O2", "O3", "O4", "O5", "O6"]
    assert evidence.arm_of(fifth).arm_id == "S2-toxin"
    assert evidence.study_of(fifth) == evidence.study_of(evidence.arms["S2-toxin"]) == evidence.studies["S2"]
    assert evidence.contrast_of(second) == evidence.arms["S1-saline"]
    assert evidence.contrast_of(fifth) is None
    assert [arm.has_toxin for arm in evidence.arms.values()] == [True, False, True]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_and_a_byte_order_mark_change_nothing(ending: str, evidence: Evidence, tmp_path: Path) -> None:
    for file in FILES:
        text = text_of(sample(), file).replace("\r\n", ending)
        (tmp_path / file).write_text(text, encoding="utf-8", newline="")
    assert read_evidence(tmp_path) == evidence
    assert re.fullmatch("[0-9a-f]{16}", evidence.hash)
    (tmp_path / "arms.csv").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "arms.csv").read_bytes())
    assert read_evidence(tmp_path).arms == evidence.arms


def test_the_hash_follows_the_contents(evidence: Evidence, tmp_path: Path) -> None:
    rows = sample()
    rows["observations.csv"][0]["value"] = "-31 to -52"
    assert read_evidence(write(tmp_path, rows)).hash != evidence.hash


@pytest.mark.parametrize(
    ("file", "index", "cells", "said"),
    [
        ("studies.csv", 0, {"study_id": ""}, ["studies.csv line 2: study_id: is empty"]),
        ("studies.csv", 1, {"study_id": "S1"}, ['line 3 (S1): study_id: "S1" occurs in line 2 already']),
        ("studies.csv", 0, {"citation": ""}, ["studies.csv line 2 (S1): citation: is empty"]),
        ("studies.csv", 0, {"year": "in press"}, ["year", "one number from 1800 to 2200"]),
        (
            "studies.csv",
            0,
            {"overlaps": "S2;S1x"},
            ['overlaps: "S1x" does not occur in studies.csv', "Did you mean S1?"],
        ),
        ("studies.csv", 0, {"overlaps": "S1"}, ["names itself"]),
        ("arms.csv", 0, {"study_id": "s1"}, ['"s1" does not occur in studies.csv', "Did you mean S1?"]),
        ("arms.csv", 0, {"study_id": "S1;S2"}, ["does not occur in studies.csv"]),
        ("arms.csv", 1, {"study_id": ""}, ["arms.csv line 3 (S1-saline): study_id: is empty"]),
        ("arms.csv", 0, {"n": "-3"}, ["n: -3 is out of range", "from 0"]),
        ("arms.csv", 0, {"n": "20.5"}, ["a whole number"]),
        ("arms.csv", 0, {"n": ">20"}, ["n:", "one number from 0"]),
        ("arms.csv", 0, {"age_mean": "20-40"}, ["age_mean", "is not a number"]),
        ("arms.csv", 0, {"female_share": "85"}, ["female_share", "from 0 to 1"]),
        ("arms.csv", 0, {"points": "-5"}, ["points", "from 0"]),
        ("arms.csv", 0, {"points": "five"}, ["points", "a range (3-5"]),
        ("arms.csv", 0, {"session_days": "0;later"}, ["session_days", "0;90"]),
        ("arms.csv", 0, {"baseline": "sebum 180"}, ["baseline", "key=value unit"]),
        ("observations.csv", 0, {"arm_id": "S1-toxine"}, ["does not occur in arms.csv", "Did you mean S1-toxin?"]),
        ("observations.csv", 1, {"contrast_arm_id": "S1-salin"}, ["contrast_arm_id", "Did you mean S1-saline?"]),
        ("observations.csv", 1, {"contrast_arm_id": "S1-toxin"}, ["compared with itself"]),
        ("observations.csv", 0, {"outcome": ""}, ["outcome: is empty"]),
        ("observations.csv", 0, {"from_mm": "5", "to_mm": "0"}, ["from_mm: 5 is more than to_mm, 0"]),
        ("observations.csv", 0, {"statistic": "avarage", "value": "?"}, ["statistic", "mean_change_percent"]),
        ("observations.csv", 0, {"statistic": "Median"}, ["Did you mean median?"]),
        ("observations.csv", 0, {"statistic": ""}, ["statistic: is empty"]),
        ("observations.csv", 0, {"role": "held-out"}, ["role", "Did you mean held_out?"]),
        ("observations.csv", 0, {"spread_kind": "CI90"}, ["spread_kind", "Did you mean CI95?"]),
        ("observations.csv", 0, {"value": "about 3"}, ["value", '"about 3" cannot be read']),
        ("observations.csv", 0, {"spread_kind": ""}, ["spread_kind: is empty although spread is given"]),
        ("observations.csv", 0, {"spread": ""}, ["spread: is empty although spread_kind is given"]),
        ("observations.csv", 0, {"spread": "12"}, ["spread: 12 is not a pair", "both ends"]),
        ("observations.csv", 0, {"spread_kind": "IQR", "spread": "<12"}, ["for IQR both ends"]),
        ("observations.csv", 0, {"spread_kind": "SD", "spread": "-2"}, ["spread", "from 0"]),
        ("observations.csv", 4, {"value": "185"}, ["value: 185 is out of range", "from 0 to 100"]),
        ("observations.csv", 4, {"role": "fit"}, ['O6): role: held_out, but an earlier row of study "S2" is fit']),
        ("observations.csv", 0, {"target": "acne"}, ["O1): role: toxin on acne is fitted"]),
    ],
)
def test_a_fault_is_named(file: str, index: int, cells: dict[str, str], said: list[str], tmp_path: Path) -> None:
    rows = sample()
    rows[file][index] |= cells
    found = lines_of_fault(write(tmp_path, rows))
    matching = [line for line in found if all(words in line for words in said)]
    assert len(matching) == 1, found
    assert matching[0].startswith(file)
    assert "Allowed: " in matching[0]
    if "study_id" not in cells or file == "arms.csv":  # a lost study takes its arms along
        assert len(found) == 1, found


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("reduced", "decrease"),
        ("significantly lower", "decrease"),
        ("Larger", "increase"),
        ("no significant difference", "no significant change"),
        ("improved", "improved"),  # better or worse is no direction
    ],
)
def test_other_words_for_a_direction_are_understood(said: str, word: str, tmp_path: Path) -> None:
    rows = sample()
    rows["observations.csv"][1]["value"] = said
    found = list(read_evidence(write(tmp_path, rows)).observations.values())[1]
    assert found.direction == word


def test_overlapping_studies_are_not_fitted_together(tmp_path: Path) -> None:
    rows = sample()
    rows["studies.csv"][0]["overlaps"] = "S2"
    rows["studies.csv"][1]["overlaps"] = "S1"
    read_evidence(write(tmp_path, rows))
    for row in rows["observations.csv"][4:]:
        row["role"] = "fit"
    (fault,) = lines_of_fault(write(tmp_path, rows))
    assert fault.startswith('studies.csv line 2 (S1): overlaps: both this study and "S2" are fitted')


def test_acne_may_be_fitted_without_toxin(tmp_path: Path) -> None:
    rows = sample()
    rows["arms.csv"][0] |= {"product": "vehicle"}
    rows["observations.csv"][0] |= {"target": "acne"}
    assert read_evidence(write(tmp_path, rows)).observations["O1"].role == "fit"


@pytest.mark.parametrize(
    ("file", "index", "column", "word", "near"),
    [
        ("studies.csv", 0, "access", "abstracts", "abstract"),
        ("arms.csv", 0, "product", "onabotulinumtoxina", "onabotulinumtoxinA"),
        ("arms.csv", 0, "pattern", "grids", "grid"),
        ("arms.csv", 0, "route", "intracutaneous", "subcutaneous"),
        ("observations.csv", 0, "target", "sebem", "sebum"),
        ("observations.csv", 3, "note", "reason=no_doze; x", "no_dose"),
        ("observations.csv", 3, "note", "dose unknown; reason=no_dose", None),
    ],
)
def test_words_of_the_model_bind_the_packaged_tables_only(
    file: str, index: int, column: str, word: str, near: str | None, tmp_path: Path
) -> None:
    rows = sample()
    rows[file][index][column] = word
    read_evidence(write(tmp_path, rows))
    (fault,) = lines_of_fault(tmp_path, strict=True)
    assert f": {column}: " in fault
    assert near is None or f"Did you mean {near}?" in fault


def test_all_faults_of_all_files_come_at_once_in_order(tmp_path: Path) -> None:
    rows = sample()
    rows["observations.csv"][2] |= {"value": "x", "day": "soon"}
    rows["arms.csv"][1]["n"] = "many"
    rows["studies.csv"][1]["citation"] = ""
    found = lines_of_fault(write(tmp_path, rows))
    assert [" ".join(line.split()[:3]) for line in found] == [
        "studies.csv line 3",
        "arms.csv line 3",
        "observations.csv line 4",
        "observations.csv line 4",
    ]


def test_columns_missing_unknown_and_twice(tmp_path: Path) -> None:
    write(tmp_path, sample())
    arms = tmp_path / "arms.csv"
    header, rest = arms.read_text(encoding="utf-8").split("\n", 1)
    columns = header.strip().replace("spacing_mm", "spacing").replace("label", "site")
    arms.write_text(f"{columns}\n{rest}", encoding="utf-8")
    found = lines_of_fault(tmp_path)
    assert len(found) == 3, found  # and none about arms that observations refer to
    assert any('"spacing": is not a column' in line and "Did you mean spacing_mm?" in line for line in found)
    assert any("label: this column is missing" in line for line in found)
    assert any("site: this column occurs twice" in line for line in found)


def test_columns_may_stand_in_any_order(evidence: Evidence, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(text_of(sample(), "arms.csv"))))
    with (tmp_path / "arms.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(row[::-1] for row in rows)
    assert read_evidence(tmp_path).arms == evidence.arms


def test_a_line_with_too_few_or_too_many_cells(tmp_path: Path) -> None:
    write(tmp_path, sample())
    arms = tmp_path / "arms.csv"
    lines = arms.read_text(encoding="utf-8").splitlines()
    lines[1], lines[2], lines[3] = lines[1] + ",", lines[2], lines[3].removesuffix(",total_units=50; rows")
    arms.write_text("\n".join([lines[0], "", *lines[1:]]), encoding="utf-8")
    found = lines_of_fault(tmp_path)
    assert len(found) == 2, found
    assert found[0].startswith("arms.csv line 3 (S1-toxin): the line: has 21 cells. Allowed: 20 cells")
    assert found[1].startswith("arms.csv line 5 (S2-toxin): the line: has")


def test_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    rows = sample()
    rows["studies.csv"][0]["note"] = "first\nsecond\nthird"
    rows["studies.csv"][1]["citation"] = ""
    (fault,) = lines_of_fault(write(tmp_path, rows))
    assert fault.startswith("studies.csv line 5 (S2)")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"study_id\n\xff\xfe", "line 2 is not UTF-8"),
        (b'study_id\n"S1', "not valid CSV from line 2"),
        (b'study_id\n"S1"x', "not valid CSV from line 2"),
    ],
)
def test_a_file_that_is_no_table(content: bytes, said: str, tmp_path: Path) -> None:
    (write(tmp_path, sample()) / "studies.csv").write_bytes(content)
    with pytest.raises(FileError, match=re.escape(f"{tmp_path}: studies.csv: {said}")):
        read_evidence(tmp_path)


def test_missing_files_are_named_together(tmp_path: Path) -> None:
    write(tmp_path, sample())
    (tmp_path / "arms.csv").unlink()
    (tmp_path / "studies.csv").unlink()
    (tmp_path / "studies.csv").mkdir()
    with pytest.raises(FileError) as caught:
        read_evidence(tmp_path)
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == [
        str(tmp_path / "studies.csv"),
        str(tmp_path / "arms.csv"),
    ]


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, sample())
    size = max((tmp_path / file).stat().st_size for file in FILES)
    monkeypatch.setattr(reading, "MAX_BYTES", size)
    read_evidence(tmp_path)
    monkeypatch.setattr(reading, "MAX_BYTES", size - 1)
    with pytest.raises(FileError, match="has more than"):
        read_evidence(tmp_path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    file=st.sampled_from(FILES),
    added=st.binary(max_size=300) | st.text(max_size=300).map(str.encode),
    below=st.booleans(),
)
def test_any_bytes_are_read_or_refused_with_a_message(file: str, added: bytes, below: bool, tmp_path: Path) -> None:
    write(tmp_path, sample())
    kept = (tmp_path / file).read_bytes() if below else b""
    (tmp_path / file).write_bytes(kept + added)
    message = ""
    try:
        read_evidence(tmp_path)
    except InputError as error:
        message = str(error)
    if message:
        assert file in message
    else:
        assert below, "a file without a header was read"


def test_the_manuals_examples_are_read_and_its_words_complete(tmp_path: Path) -> None:
    manual = MANUAL.read_text(encoding="utf-8")
    blocks = re.findall(r"```csv\n(.*?)```", manual, re.DOTALL)
    for table, block in zip(TABLES, blocks, strict=True):
        assert len(block.splitlines()) == 3
        (tmp_path / table.file).write_text(block, encoding="utf-8")
    assert len(read_evidence(tmp_path, strict=True).observations) == 2
    named = (words.STATISTICS, words.DIRECTIONS, words.SPREAD_KINDS, words.ROLES, words.CONTROLS, words.PATTERNS,
             words.ROUTES, words.ACCESS, words.TARGETS, *(table.columns for table in TABLES))  # fmt: skip
    assert [word for list_ in named for word in list_ if f"`{word}`" not in manual] == []
    assert [reason for reason in CONTEXT_REASONS.items() if "| `{}` | {} |".format(*reason) not in manual] == []
