"""The data set of a trial: every reading once, changes that add up, a dictionary that names every column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.trial_designs import SEBUM, carried_out, design_of

from holocrine.domain.trial import TrialDesign
from holocrine.execution.trial_files import DICTIONARY, MOST_AS_CSV, staged, write_data
from holocrine.trials.tabular import Coded, Study, Table
from holocrine.trials.tabulation import ABOUT, TABLES, dictionary

LOSSES = {"drop_out": 30.0, "missed_visits": 10.0}
PAIRED = SEBUM | {"analysis": "paired"}
DESIGNS = {
    "parallel": design_of(conduct=LOSSES),
    "split face": design_of(layout="split_face", endpoint=(PAIRED,), conduct=LOSSES),
    "crossover": design_of(
        layout="crossover", visits=(4.0, 28.0, 32.0), second_period=28.0, endpoint=(PAIRED,), conduct=LOSSES
    ),
}


def words(table: Table, name: str) -> np.ndarray:
    column = table[name]
    assert isinstance(column, Coded)
    return np.array(column.words)[column.codes]


def numbers(table: Table, name: str) -> np.ndarray:
    column = table[name]
    assert isinstance(column, np.ndarray)
    return column


@pytest.fixture(params=DESIGNS.values(), ids=DESIGNS)
def study(request: pytest.FixtureRequest) -> Study:
    design: TrialDesign = request.param
    return Study("TEST", design, carried_out(design, np.arange(60)))


def test_every_column_has_a_meaning_and_all_columns_one_length(study: Study) -> None:
    for name, make in TABLES.items():
        table = make(study)
        assert set(table) <= set(ABOUT), name
        lengths = {column.codes.size if isinstance(column, Coded) else column.size for column in table.values()}
        assert len(lengths) == 1, name
    assert {(row[0], row[1]) for row in dictionary(study)} == {
        (n, c) for n, make in TABLES.items() for c in make(study)
    }


def test_changes_are_from_the_same_side_at_baseline(study: Study) -> None:
    table = TABLES["adeff"](study)
    value, base, change = (numbers(table, name) for name in ("AVAL", "BASE", "CHG"))
    assert np.allclose(change, value - base, atol=1e-3)
    at_start = words(table, "ABLFL") == "Y"
    assert not change[at_start].any()
    assert np.array_equal(at_start, words(table, "AVISIT") == "BASELINE")


def test_nothing_is_read_where_a_patient_was_not_seen(study: Study) -> None:
    data = study.data
    seen = data.n + int((~(data.gone | data.missed)).sum())
    assert numbers(TABLES["qs"](study), "QSORRES").size == seen * study.tracks
    assert numbers(TABLES["fa"](study), "FAORRES").size == seen * study.tracks * len(study.measures())
    assert numbers(TABLES["ds"](study), "DSSTDY").max() == study.days[-1]


def test_everybody_gets_what_was_randomised(study: Study) -> None:
    exposure = TABLES["ex"](study)
    drugs, patients = words(exposure, "EXTRT"), words(exposure, "USUBJID")
    toxin = set(patients[drugs == "onabotulinumtoxinA"])
    by_arm = {study.subjects[i] for i in np.flatnonzero(study.data.arm == 0)}
    if study.design.layout == "parallel":
        assert toxin == by_arm
        assert set(patients[drugs == "SALINE"]) == set(study.subjects) - by_arm
    else:
        assert by_arm <= toxin <= set(study.subjects)
    assert numbers(exposure, "EXDOSE").max() == (10.0 if study.tracks > 1 else 20.0)


def test_sides_follow_the_randomisation() -> None:
    design = DESIGNS["split face"]
    study = Study("TEST", design, carried_out(design, np.arange(60)))
    table = TABLES["adeff"](study)
    left, toxin = words(table, "LAT") == "LEFT", words(table, "TRTP") == "toxin"
    patients, planned = words(table, "USUBJID"), dict(zip(study.subjects, study.data.arm, strict=True))
    toxin_left = np.array([planned[patient] == 0 for patient in patients])
    assert np.array_equal(toxin, left == toxin_left)


def test_files_read_back_alike(tmp_path: Path) -> None:
    parquet, frames = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pandas")
    design = DESIGNS["parallel"]
    chunks = [carried_out(design, ids) for ids in (np.arange(30), np.arange(30, 40))]
    names = write_data(tmp_path, design, "TEST", iter(chunks), 40)
    assert set(names) == {path.name for path in tmp_path.iterdir()}
    assert DICTIONARY in names
    for name in TABLES:
        one = parquet.read_table(tmp_path / f"{name}.parquet").to_pandas()
        other = frames.read_csv(tmp_path / f"{name}.csv", keep_default_na=False, na_values={"PCHG": [""]})
        assert list(one.columns) == list(other.columns)
        assert len(one) == len(other)
    assert parquet.read_table(tmp_path / "dm.parquet").num_rows == 40


def test_many_patients_are_written_as_parquet_only(tmp_path: Path) -> None:
    design = DESIGNS["parallel"]
    names = write_data(tmp_path, design, "TEST", iter([carried_out(design, np.arange(8))]), MOST_AS_CSV + 1)
    assert {name for name in names if name.endswith(".csv")} == {DICTIONARY}


def test_an_unfinished_folder_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "out"

    def fail() -> None:
        with staged(folder) as staging:
            (staging / "half.txt").write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []
    with staged(folder) as staging:
        (staging / "data").mkdir()
        (staging / "data" / "whole.txt").write_text("whole", encoding="utf-8")
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()] == ["data/whole.txt"]
