"""`holocrine record` as a clinic meets it: its files, its answers, its exit codes; nothing written when it is wrong."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from sqlalchemy import create_engine, text

from holocrine import cli_record
from holocrine.cli import _run, app
from holocrine.domain.record import RecordKind
from holocrine.domain.schemas import schema_of

Samples = Any
Ran = tuple[int, str, str]
Call = Callable[..., Ran]
VERBS = ("add", "amend", "delete", "erase", "list", "show", "verify", "recall", "backup", "restore")


@pytest.fixture
def folder(tmp_path: Path, samples: Samples, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the manual in the working folder; no variable of the machine interferes."""
    for name in ("patient", "readings", "treatment", "elsewhere", "event", "photo", "plan"):
        (tmp_path / f"{name}.toml").write_text(getattr(samples, name), encoding="utf-8")
    (tmp_path / "front.jpg").write_bytes(samples.image)
    monkeypatch.chdir(tmp_path)
    for name in ("HOLOCRINE_STORE", "HOLOCRINE_RECORD_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def call(folder: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """`call("list", "--json")` runs a verb on the store r.db: exit code, standard output, standard error."""

    def run(*arguments: str, store: str = "r.db") -> Ran:
        line = ["record", *arguments, *(["--store", store] if store else [])]
        try:
            code = _run(lambda: app(line, exit_on_error=False, print_error=False))
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def filled(call: Call) -> Call:
    """The same, on a record with everything of the manual."""
    for kind, file in (
        ("patient", "patient"),
        ("plan", "plan"),
        ("treatment", "treatment"),
        ("observation", "readings"),
    ):
        whose = ("--patient", "amber-29") if kind == "plan" else ()
        code, _, err = call("add", kind, f"{file}.toml", "--author", "Dr A. Example", *whose)
        assert (code, err) == (0, "")
    assert call("add", "event", "event.toml")[0] == 0
    assert call("add", "photo", "photo.toml")[0] == 0
    return call


def test_the_kinds_of_the_command_line_are_those_of_the_record() -> None:
    assert get_args(RecordKind) == cli_record.KINDS


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_an_example(verb: str, call: Call) -> None:
    code, out, _ = call(verb, "--help", store="")
    assert code == 0
    assert f"Example: holocrine record {verb} " in " ".join(out.replace("│", " ").split())
    assert all(option in out for option in ("--store", "--json", "--key-file"))


def test_a_light_start() -> None:
    line = "import sys, holocrine.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert not {"sqlalchemy", "alembic", "psycopg", "sqlite3"} & set(done.stdout.split())


def test_ids_are_printed_and_everything_is_listed(filled: Call) -> None:
    code, out, err = filled("list")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "event-6",
        "observation-4",
        "observation-5",
        "patient-1",
        "photo-7",
        "plan-2",
        "treatment-3",
    ]
    assert any("7 units onabotulinumtoxinA, lot C1234 A" in line for line in lines)
    assert [line.split()[0] for line in filled("list", "--kind", "observation")[1].splitlines()] == [
        "observation-4",
        "observation-5",
    ]


@pytest.mark.parametrize(
    ("line", "schema"),
    [
        (("list",), "record-entries"),
        (("show", "treatment-3"), "record-entries"),
        (("amend", "treatment-3", "treatment.toml", "--reason", "again"), "record-written"),
        (("delete", "observation-5", "--reason", "again"), "record-written"),
        (("erase", "amber-29", "--reason", "request", "--author", "Dr A"), "record-written"),
        (("verify",), "record-verification"),
        (("recall", "c1234a"), "record-recall"),
        (("backup", "b"), "record-backup"),
        (("add", "treatment", "elsewhere.toml"), "record-written"),
    ],
)
def test_one_document_that_fits_its_schema(filled: Call, line: tuple[str, ...], schema: str) -> None:
    code, out, err = filled(*line, "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["schema"] == f"holocrine.{schema}/1"
    jsonschema.validate(document, schema_of(document["schema"]))


def test_show_has_every_version_and_the_deviations(filled: Call, folder: Path) -> None:
    (folder / "new.toml").write_text((folder / "treatment.toml").read_text().replace("C1234 A", "D77"))
    assert filled("amend", "treatment-3", "new.toml", "--reason", "lot misread", "--author", "Dr B")[0] == 0
    _, out, _ = filled("show", "treatment-3")
    assert "version 1, added" in out
    assert "by Dr A. Example; replaced by version 2" in out
    assert "by Dr B: lot misread" in out
    assert "Deviation at P1: units (planned 2 units onabotulinumtoxinA, given 1 units onabotulinumtoxinA): brow" in out
    assert "Deviation at P5: omitted (planned 2 units onabotulinumtoxinA): papule at the point" in out


def test_a_photo_comes_out_again(filled: Call, folder: Path, samples: Samples) -> None:
    assert filled("show", "photo-7", "--image", "out.png")[0] == 0
    assert (folder / "out.png").read_bytes() == samples.image


def test_verify_says_no_with_exit_code_1_and_names_the_row(filled: Call, folder: Path) -> None:
    assert filled("verify", "--save-head", "head.json")[0] == 0
    jsonschema.validate(json.loads((folder / "head.json").read_text()), schema_of("holocrine.record-head/1"))
    engine = create_engine("sqlite:///r.db")
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER content_no_update"))
        connection.execute(text("UPDATE content SET content = replace(content, '210', '110') WHERE seq = 4"))
    engine.dispose()
    code, out, _ = filled("verify", "--head", "head.json")
    assert code == 1
    assert "content 4 (observation-4, version 1) was altered after it was written" in out
    assert "NOT VALID" in out


def test_a_backup_is_restored_elsewhere(filled: Call) -> None:
    assert filled("backup", "b")[0] == 0
    assert filled("restore", "b", store="other.db")[0] == 0
    assert filled("list", store="other.db")[1] == filled("list")[1]
    assert filled("restore", "b", store="other.db")[0] == 2


def test_the_default_place_is_private(folder: Path, samples: Samples) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOLOCRINE_")}
    environment["XDG_DATA_HOME"] = str(folder / "data")
    line = [sys.executable, "-m", "holocrine.cli", "record", "add", "patient", "patient.toml"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=environment, timeout=300)
    assert (done.returncode, done.stdout) == (0, "patient-1, version 1\n"), done.stderr
    place = folder / "data" / "holocrine"
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in place.iterdir()} == {0o600}


def test_a_key_comes_from_a_file_or_the_environment(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sqlcipher3")
    (folder / "key").write_text("correct horse battery staple\n")
    assert call("add", "patient", "patient.toml", "--key-file", "key")[0] == 0
    assert b"amber" not in (folder / "r.db").read_bytes()
    code, _, err = call("list")
    assert code == 2
    assert "--key-file" in err
    monkeypatch.setenv("HOLOCRINE_RECORD_KEY", "correct horse battery staple")
    assert call("list")[0] == 0


# --- bad input: one message, exit code 2, nothing written -------------------------------------------------------

DEEP = "a = " + "[" * 3000 + "]" * 3000
HOSTILE = {
    "empty": b"",
    "nul": b'schema = "holocrine.patient/1"\npseudonym = "a\x00b"\n',
    "no text": b"\xff\xfe\x00\x01" * 50,
    "deep": DEEP.encode(),
    "huge": b"#" * 100_000_001,
    "other schema": b'schema = "holocrine.case/1"\n',
    "unknown field": b'schema = "holocrine.patient/1"\nage = 3\ndescribed_on = 2026-03-02\n[patient]\npseudonym = ""\n',
    "control": b'schema = "holocrine.patient/1"\ndescribed_on = 2026-03-02\n[patient]\npseudonym = "a\\u202eb"\n',
    "id": b'schema = "holocrine.patient/1"\ndescribed_on = 2026-03-02\n[patient]\npseudonym = "patient-1"\n',
    "future": b'schema = "holocrine.patient/1"\ndescribed_on = 2199-03-02\n[patient]\npseudonym = "a"\n',
    "number": b'schema = "holocrine.patient/1"\ndescribed_on = ' + b"9" * 5000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_message_and_leaves_nothing(name: str, call: Call, folder: Path) -> None:
    (folder / "bad.toml").write_bytes(HOSTILE[name])
    before = sorted(folder.iterdir())
    code, out, err = call("add", "patient", "bad.toml", "--json")
    assert (code, out) == (2, "")
    assert err.startswith("holocrine: ")
    assert err.count("\n") == 1
    assert len(err) < 1500
    assert sorted(folder.iterdir()) == before


def test_words_of_sql_are_words(call: Call, folder: Path) -> None:
    name = "Robert'); DROP TABLE audit; --"
    (folder / "p.toml").write_text((folder / "patient.toml").read_text().replace("amber-29", name))
    assert call("add", "patient", "p.toml")[0] == 0
    assert name in call("list")[1]
    assert call("verify")[0] == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("add", "patiant", "patient.toml"), "Did you mean patient?"),
        (("add", "plan", "plan.toml"), "--patient"),
        (("add", "patient", "patient.toml", "--patient", "x"), "go with a plan"),
        (("add", "patient", "nowhere.toml"), "nowhere.toml: cannot be read"),
        (("add", "patient", "."), "cannot be read"),
        (("add", "treatment", "treatment.toml"), "no record here"),
        (("add", "patient", "patient.toml", "--author", "two\nlines"), "author"),
        (("list",), "no record here"),
        (("restore", "patient.toml"), "no backup"),
        (("verify", "--head", "patient.toml"), "no head of a record"),
        (("erase", "amber-29", "--reason", "x"), "author"),
        (("recall", "x", "--product", "botox"), "Allowed: onabotulinumtoxinA"),
        (("list", "--store", "mysql://x/y"), "no place for a record"),
        (("list", "--store", "postgresql:///"), "no place for a record"),
        (("list", "--store", "."), "is no file"),
        (("list", "--store", "a" * 5000), "no record here"),
        (("add", "patient", "patient.toml", "--store", "a" * 5000), "cannot be made"),
        (("add", "patient", "patient.toml", "--store", "key/r.db"), "cannot be made"),
    ],
)
def test_a_wrong_line_is_one_message_and_leaves_nothing(
    line: tuple[str, ...], words: str, call: Call, folder: Path
) -> None:
    (folder / "key").write_text("in the way of a folder")
    before = sorted(folder.iterdir())
    code, out, err = call(*line, store="" if "--store" in line else "r.db")
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert sorted(folder.iterdir()) == before


def test_a_file_that_is_no_record_is_left_alone(call: Call, folder: Path) -> None:
    (folder / "r.db").write_bytes(b"notes, not a database" * 100)
    before = (folder / "r.db").read_bytes()
    code, _, err = call("add", "patient", "patient.toml")
    assert code == 2
    assert "is no record" in err
    assert (folder / "r.db").read_bytes() == before


def test_a_photo_must_be_one(filled: Call, folder: Path) -> None:
    (folder / "front.jpg").write_bytes(b"GIF89a" + b"\x00" * 50)
    head = filled("verify")[1]
    code, _, err = filled("add", "photo", "photo.toml")
    assert code == 2
    assert "neither JPEG nor PNG" in err
    assert filled("verify")[1] == head


def test_the_password_of_a_server_is_not_shown(call: Call) -> None:
    pytest.importorskip("psycopg")
    code, _, err = call("list", store="postgresql://clinic:secret@127.0.0.1:1/record")
    assert code == 2
    assert "secret" not in err
    assert "postgresql+psycopg://clinic:***@127.0.0.1:1/record" in err
