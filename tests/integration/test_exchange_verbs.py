"""`export fhir|nmtran` and `import csv|fhir` as a clinic meets them: files, answers, exit codes."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from holocrine.cli import _run, app
from holocrine.domain.schemas import schema_of
from holocrine.exchange.fhir import json_text
from holocrine.exchange.spreadsheet import table
from holocrine.record.store import open_store

Ran = tuple[int, str, str]
Call = Callable[..., Ran]
EXAMPLES = Path(__file__).parents[2] / "examples" / "exchange"
CSV = ("import", "csv", str(EXAMPLES / "readings.csv"), "--mapping", str(EXAMPLES / "mapping.toml"))


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """`call("export", "fhir", ...)` in a folder of its own, on the store r.db: exit code, output, messages."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOLOCRINE_STORE", "HOLOCRINE_RECORD_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, store: str = "r.db") -> Ran:
        try:
            code = _run(lambda: app([*arguments, "--store", store], exit_on_error=False, print_error=False))
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def filled(call: Call, tmp_path: Path, samples: Any) -> Call:
    """The same, on a record with everything of the manual's chapter on the record."""
    with open_store(tmp_path / "r.db", create=True) as store:
        samples.fill(store)
    return call


def answer(ran: Ran, name: str) -> Any:
    """The one document on standard output, which keeps its schema."""
    document = json.loads(ran[1])
    jsonschema.validate(document, schema_of(name))
    assert document["schema"] == name
    return document


def test_out_and_in_again_by_hand(filled: Call, tmp_path: Path) -> None:
    code, out, err = filled("export", "fhir", "--patient", "amber-29", "--photos", "-o", "amber.json")
    assert (code, out) == (0, "")
    assert "Written: amber.json" in err
    assert stat.S_IMODE((tmp_path / "amber.json").stat().st_mode) == 0o600
    code, out, _ = filled("import", "fhir", "amber.json", "--dry-run", store="new.db")
    assert code == 0
    assert "would be written" in out
    assert not (tmp_path / "new.db").exists()
    assert filled("import", "fhir", "amber.json", "--author", "Dr C", store="new.db")[0] == 0
    again = filled("export", "fhir", "--patient", "amber-29", "--photos", store="new.db")
    kinds = [one["resource"]["resourceType"] for one in json.loads(again[1])["entry"]]
    assert kinds == [
        one["resource"]["resourceType"] for one in json.loads((tmp_path / "amber.json").read_text())["entry"]
    ]
    assert filled("record", "verify", store="new.db")[0] == 0


def test_export_then_erase_one_person(filled: Call, tmp_path: Path) -> None:
    assert filled("export", "fhir", "--patient", "amber-29", "-o", "amber.json")[0] == 0
    assert filled("record", "erase", "amber-29", "--reason", "request of 4 May", "--author", "Dr A")[0] == 0
    code, _, err = filled("export", "fhir", "--patient", "amber-29")
    assert code == 2
    assert "no patient of this record" in err
    assert filled("record", "verify")[0] == 0
    assert b"amber-29" not in (tmp_path / "r.db").read_bytes()
    assert "amber-29" in (tmp_path / "amber.json").read_text(encoding="utf-8")


def test_the_answers_keep_their_schemas(filled: Call) -> None:
    told = answer(filled("export", "fhir", "--patient", "amber-29", "--json"), "holocrine.fhir-answer/1")
    assert json.loads(told["bundle"])["resourceType"] == "Bundle"
    assert told["resources"]["MedicationAdministration"] == 5
    told = answer(
        filled("export", "fhir", "--patient", "amber-29", "--json", "-o", "a.json"), "holocrine.fhir-answer/1"
    )
    assert (told["bundle"], told["path"]) == (None, "a.json")
    told = answer(filled("export", "nmtran", "--patient", "amber-29", "--json"), "holocrine.nmtran-answer/1")
    assert told["data"].startswith("ID,TIME,AMT")
    told = answer(filled(*CSV, "--json"), "holocrine.import-answer/1")
    assert len(told["written"]) == 18
    foreign = ("import", "fhir", str(EXAMPLES / "foreign-bundle.json"), "--pseudonym", "cedar-41", "--json")
    told = answer(filled(*foreign), "holocrine.import-answer/1")
    assert len(told["unread"]) == 9


def test_a_data_set_comes_with_dictionary_and_control_stream(filled: Call, tmp_path: Path) -> None:
    line = ("export", "nmtran", "--patient", "amber-29", "-o", "data.csv")
    code, out, err = filled(*line)
    assert (code, out) == (0, "")
    assert "Not in it: patient-1: 1 of kind adverse event" in err
    assert {"data.csv", "data.dictionary.csv", "data.ctl"} <= set(os.listdir(tmp_path))
    assert filled("export", "nmtran", "--patient", "amber-29")[1] == (tmp_path / "data.csv").read_text(encoding="utf-8")
    (tmp_path / "data.csv").unlink()
    code, _, err = filled(*line)
    assert code == 2
    assert "data.dictionary.csv: exists" in err
    assert not (tmp_path / "data.csv").exists()


def test_a_spreadsheet_comes_in_once(call: Call) -> None:
    code, out, _ = call(*CSV, "--dry-run")
    assert (code, out.splitlines()[-1]) == (0, "18 entries would be written.")
    assert call(*CSV)[1].splitlines()[-1] == "18 entries written."
    code, out, _ = call(*CSV)
    assert (code, out.splitlines()[-1]) == (0, "0 entries written.")
    assert "already in the record as patient-1" in out
    assert len(call("record", "list")[1].splitlines()) == 18


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_faulty_cells_are_all_named_and_nothing_is_written(
    call: Call, tmp_path: Path, options: tuple[str, ...]
) -> None:
    text = (EXAMPLES / "readings.csv").read_text(encoding="utf-8")
    (tmp_path / "bad.csv").write_text(text.replace("210,5", "many").replace(";Xeomin", ";?"), encoding="utf-8")
    line = ("import", "csv", "bad.csv", "--mapping", str(EXAMPLES / "mapping.toml"), *options)
    code, out, err = call(*line)
    assert code == 2
    assert [each.partition(":")[0] for each in out.splitlines()] == ['row 2, "Sebum Stirn"', 'row 4, "Präparat"']
    assert err == "holocrine: bad.csv: 2 faulty cells; nothing was written. Correct the file or the mapping.\n"
    told = answer(call(*line, "--json"), "holocrine.import-answer/1")
    assert [(one["row"], one["column"]) for one in told["faults"]] == [(2, '"Sebum Stirn"'), (4, '"Präparat"')]
    assert not (tmp_path / "r.db").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("import", "fhir", "absent.json"), "cannot be read"),
        (("import", "fhir", "."), "cannot be read"),
        (("import", "fhir", "huge"), f"{json_text.MAX_BYTES:,} bytes"),
        (("import", "csv", "huge", "--mapping", "m.toml"), f"{table.MAX_BYTES:,} bytes"),
        (("import", "fhir", "xml"), "XML"),
        (("import", "fhir", "deep"), "deep"),
        (("import", "fhir", "other"), "no pseudonym"),
        (("import", "csv", "xml"), "--mapping"),
        (("import", "csv", "xml", "--mapping", "absent.toml"), "absent.toml"),
        (("import", "csv", "xml", "--mapping", "xml"), "not valid TOML"),
        (("import", "csv", "xml", "--mapping", "m.toml"), "lacks"),
        (("export", "fhir"), "--patient"),
        (("export", "fhir", "--patient", "nobody"), "no record here"),
        (("export", "nmtran"), "--patient"),
        (("export", "nmtran", "--patient", "x", "-o", "data.ctl"), "another ending"),
    ],
)
def test_bad_input_is_one_message_and_nothing_is_written(
    call: Call, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(200_000_000)
    (tmp_path / "xml").write_text("<Bundle/>\nx\n", encoding="utf-8")
    (tmp_path / "deep").write_text("[" * 1_000_000, encoding="utf-8")
    (tmp_path / "other").write_text((EXAMPLES / "foreign-bundle.json").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "m.toml").write_text((EXAMPLES / "mapping.toml").read_text(encoding="utf-8"), encoding="utf-8")
    before = sorted(os.listdir(tmp_path))
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("holocrine: ")
    assert err.count("\n") == 1
    assert told in err
    assert sorted(os.listdir(tmp_path)) == before


def test_an_existing_file_is_not_overwritten(filled: Call, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("mine", encoding="utf-8")
    code, _, err = filled("export", "fhir", "--patient", "amber-29", "-o", "mine.json")
    assert code == 2
    assert "exists" in err
    assert (tmp_path / "mine.json").read_text(encoding="utf-8") == "mine"


def test_an_encrypted_record_is_exported_with_its_key(call: Call, tmp_path: Path, samples: Any) -> None:
    pytest.importorskip("sqlcipher3")
    key = "correct horse battery"
    (tmp_path / "key").write_text(key, encoding="utf-8")
    with open_store(tmp_path / "r.db", key=key, create=True) as store:
        samples.fill(store)
    assert call("export", "fhir", "--patient", "amber-29", "--key-file", "key", "-o", "a.json")[0] == 0
    assert call("export", "fhir", "--patient", "amber-29")[0] == 2
    assert call("import", "fhir", "a.json", "--key-file", "key", store="n.db")[0] == 0
    assert b"amber-29" not in (tmp_path / "n.db").read_bytes()
