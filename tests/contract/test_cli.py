"""The command line as a clinic meets it: a process of its own, its streams, its exit codes, its files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from example_verdicts import VERDICTS as EXAMPLES

from holocrine.domain.schemas import schema_of

Command = Callable[..., Any]
"""See the fixture `holocrine_command`."""

VERBS = ("assess", "plan", "simulate", "forecast", "trial", "validate", "calibrate", "schema")
REFUSED = ("contraindicated", "not_now", "ask")
VERDICTS = {name: (int(verdict in REFUSED), verdict) for name, verdict in EXAMPLES.items()}
FILES = {"plan.toml", "forecast.json", "report.html", "report.pdf"}
SHOWN = 'name = "onabotulinumtoxinA"'


def everything_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its name, with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def readme_case(examples: Path, tmp_path: Path) -> Callable[..., Path]:
    """Writes a copy of the README's case with pieces of its text replaced."""

    def write(**changes: str) -> Path:
        text = (examples / "oily-forehead.toml").read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "case.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


# --- help -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_an_example(verb: str, holocrine_command: Command) -> None:
    ran = holocrine_command(verb, "--help")
    assert ran.code == 0
    assert f"Example: holocrine {verb} " in " ".join(ran.out.split())
    assert "--json" in ran.out
    assert "--seed" in ran.out
    assert ran.err == ""


def test_every_verb_is_listed(holocrine_command: Command) -> None:
    ran = holocrine_command("--help")
    assert ran.code == 0
    assert all(f" {verb} " in ran.out for verb in VERBS)
    assert "off-label" in ran.out


# --- verdicts and exit codes ------------------------------------------------------------------------------


def test_every_example_has_its_exit_code_here(examples: Path) -> None:
    assert {path.stem for path in examples.glob("*.toml")} == set(VERDICTS)


@pytest.mark.parametrize("name", VERDICTS)
def test_assess_prints_one_document_and_exits_by_the_verdict(
    name: str, examples: Path, holocrine_command: Command, tmp_path: Path
) -> None:
    ran = holocrine_command("assess", examples / f"{name}.toml", "--json", cwd=tmp_path)
    code, verdict = VERDICTS[name]
    assert (ran.code, ran.document["verdict"]) == (code, verdict)
    assert ran.err == ""
    assert everything_in(tmp_path) == {}
    jsonschema.validate(ran.document, schema_of("holocrine.assessment/1"))


@pytest.mark.parametrize("name", [name for name, (code, _) in VERDICTS.items() if code == 1])
def test_no_plan_when_the_answer_is_no(name: str, examples: Path, holocrine_command: Command, tmp_path: Path) -> None:
    ran = holocrine_command("plan", examples / f"{name}.toml", "-o", tmp_path / "out", "--json")
    assert ran.code == 1
    jsonschema.validate(ran.document, schema_of("holocrine.plan-answer/1"))
    assert ran.document["verdict"] == VERDICTS[name][1]
    assert [ran.document[part] for part in ("plan", "forecast", "mass_balance")] == [None] * 3
    assert set(everything_in(tmp_path / "out")) == {"report.html"}
    assert ran.document["files"] == [str(tmp_path / "out" / "report.html")]


def test_without_json_the_summary_goes_to_standard_error(examples: Path, holocrine_command: Command) -> None:
    ran = holocrine_command("assess", examples / "pregnant.toml")
    assert ran.code == 1
    assert ran.out == ""
    assert "pregnan" in ran.err


def test_the_installed_command_is_the_same(examples: Path, holocrine_command: Command) -> None:
    script = Path(sys.executable).with_name("holocrine")
    line = [str(script), "assess", str(examples / "incomplete.toml"), "--json"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    ran = holocrine_command("assess", examples / "incomplete.toml", "--json")
    assert (done.returncode, done.stdout) == (ran.code, ran.out)


# --- schemas ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["holocrine.case/1", "holocrine.plan/1", "holocrine.forecast/1"])
def test_schema_prints_a_valid_schema(name: str, holocrine_command: Command) -> None:
    ran = holocrine_command("schema", name)
    assert ran.code == 0
    assert ran.document["$id"] == name
    jsonschema.Draft202012Validator.check_schema(ran.document)


def test_unknown_schema_names_the_nearest(holocrine_command: Command) -> None:
    ran = holocrine_command("schema", "holocrine.forcast/1")
    assert (ran.code, ran.out) == (2, "")
    assert "holocrine.forecast/1" in ran.err


# --- bad input --------------------------------------------------------------------------------------------

CASE, PLAN = "CASE", "PLAN"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["plan", "missing.toml"], ["missing.toml", "cannot be read"]),
        (["plan", "."], ["cannot be read"]),
        (["simulate", CASE, "--plan", "missing.toml"], ["missing.toml"]),
        (["simulate", CASE, "--plan", CASE], ["schema", "holocrine.plan/1"]),
        (["plan", PLAN], ["schema", "holocrine.case/1"]),
        (["plan", CASE, "--sed", "1"], ["--sed"]),
        (["plan", CASE, "--seed", "x"], ["--seed"]),
        (["plan", CASE, "--seed", "-1"], ["--seed"]),
        (["plan", CASE, "--seed", "1.5"], ["--seed"]),
        (["plan", CASE, "--seed", str(2**63)], ["--seed"]),
        (["plan"], ["case"]),
        (["simulate", CASE], ["--plan"]),
        (["plann", CASE], ["plann", "plan"]),
        (["plan", CASE, "--override", "IV-01"], ["--reason", "--author"]),
        (["plan", CASE, "--override", "IV-01", "--reason", "agreed"], ["--author"]),
        (["plan", CASE, "--override", "IV-01", "--reason", " x ", "--author", "Dr A"], ["--reason"]),
        (["plan", CASE, "--reason", "agreed", "--author", "Dr A"], ["--override"]),
        (["plan", CASE, "--override", "IV-01", "--reason", "agreed", "--author", "Dr A"], ["IV-01", "did not fire"]),
        (["plan", CASE, "--override", "IV-1", "--reason", "agreed", "--author", "Dr A"], ["IV-01"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_arguments(
    arguments: list[str], named: list[str], examples: Path, holocrine_command: Command, tmp_path: Path
) -> None:
    files = {CASE: examples / "oily-forehead.toml", PLAN: examples / "protocols" / "forehead-intramuscular-5x2.toml"}
    ran = holocrine_command(*(files.get(argument, argument) for argument in arguments), cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("holocrine: ")
    assert "Traceback" not in ran.err
    assert ".." not in ran.err
    assert all(word.lower() in ran.err.lower() for word in named)
    assert everything_in(tmp_path) == {}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("forehead_lines", "forehead_line", ["findings.forehead_line", "Did you mean forehead_lines?"]),
        ('"210 ug/cm2"', '"210 mm"', ["findings.sebum.forehead", "ug/cm2"]),
        ('"210 ug/cm2"', "210", ["findings.sebum.forehead", "unit"]),
        ("age = 29", "age = 290", ["patient.age"]),
        ('pseudonym = "amber-29"\n', "", ["patient.pseudonym", "missing"]),
        (SHOWN, 'name = "botulinum"', ["product.name", "onabotulinumtoxinA"]),
        ("[goals]", "[goals", ["line"]),
    ],
)
def test_bad_case_is_one_message_and_nothing_is_written(
    old: str, new: str, named: list[str], readme_case: Callable[..., Path], holocrine_command: Command, tmp_path: Path
) -> None:
    file = readme_case(**{old: new})
    before = everything_in(tmp_path)
    ran = holocrine_command("plan", file, "-o", tmp_path / "out", "--json", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert str(file) in ran.err
    assert all(word in ran.err for word in named)
    assert everything_in(tmp_path) == before
    assert not (tmp_path / "out").exists()


def test_a_plan_that_misses_its_region_is_refused(examples: Path, holocrine_command: Command, tmp_path: Path) -> None:
    text = (examples / "protocols" / "forehead-intramuscular-5x2.toml").read_text(encoding="utf-8")
    moved = tmp_path / "plan.toml"
    moved.write_text(text.replace('y = "36 mm"', 'y = "-40 mm"', 1), encoding="utf-8")
    ran = holocrine_command(
        "simulate", examples / "oily-forehead.toml", "--plan", moved, "-o", tmp_path / "out", "--json"
    )
    assert (ran.code, ran.out) == (2, "")
    assert "point[0]" in ran.err
    assert not (tmp_path / "out").exists()


def test_a_pregnancy_can_not_be_overridden(examples: Path, holocrine_command: Command, tmp_path: Path) -> None:
    options = ["--override", "PR-18", "--reason", "the patient insists", "--author", "Dr A"]
    ran = holocrine_command("plan", examples / "pregnant.toml", "-o", tmp_path / "out", *options)
    assert (ran.code, ran.out) == (2, "")
    assert "never be overridden" in ran.err
    assert not (tmp_path / "out").exists()


# --- the files of a plan ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_same_case_and_seed_same_bytes(examples: Path, holocrine_command: Command, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    case = examples / "oily-forehead.toml"
    one = holocrine_command("plan", case, "-o", "out", "--json", cwd=here)
    two = holocrine_command("plan", os.path.relpath(case, there), "-o", there / "out", "--json", cwd=there)
    other = holocrine_command("plan", case, "-o", tmp_path / "other", "--json", "--seed", "1")
    assert [ran.code for ran in (one, two, other)] == [0, 0, 0]
    assert (one.err, two.err) == ("", "")
    files, again, others = (everything_in(f) for f in (here / "out", there / "out", tmp_path / "other"))
    assert set(files) == FILES
    assert files == again
    assert one.document.pop("files") == [
        f"out/{name}" for name in ("plan.toml", "forecast.json", "report.html", "report.pdf")
    ]
    assert two.document.pop("files")
    left, right = one.document, two.document
    del left["files"], right["files"]
    assert left == right
    assert all(files[name] != others[name] for name in FILES), "another seed, other draws"
    jsonschema.validate(one.document, schema_of("holocrine.plan-answer/1"))
    assert json.loads(files["forecast.json"]) == left["forecast"]
    assert tomllib.loads(files["plan.toml"].decode())["schema"] == "holocrine.plan/1"


@pytest.mark.slow
def test_an_override_is_kept_with_the_plan(examples: Path, holocrine_command: Command, tmp_path: Path) -> None:
    case = examples / "repeat-10-weeks.toml"
    refused = holocrine_command("assess", case, "--json").document
    [rule] = [r for r in refused["reasons"] if r["effect"] == "postpones"]
    assert rule["overridable"]
    reason = "asymmetry that cannot wait"
    options = ["--override", rule["rule_id"], "--reason", reason, "--author", "Dr A. Example"]
    ran = holocrine_command("plan", case, "-o", tmp_path, "--json", *options)
    assert ran.code == 0
    assert ran.document["status"] == "overridden"
    assert ran.document["verdict"] in ("reasonable_with_conditions", "insufficient_evidence")
    kept = {"rule_id": rule["rule_id"], "reason": reason, "author": "Dr A. Example"}
    assert ran.document["plan"]["overrides"] == [kept]
    assert tomllib.loads((tmp_path / "plan.toml").read_text(encoding="utf-8"))["overrides"] == [kept]
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert reason in report
    assert "Dr A. Example" in report


@pytest.mark.slow
def test_a_folder_that_cannot_be_made(examples: Path, holocrine_command: Command, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way", encoding="utf-8")
    protocol = examples / "protocols" / "forehead-intramuscular-5x2.toml"
    case = examples / "oily-forehead.toml"
    ran = holocrine_command("simulate", case, "--plan", protocol, "-o", file / "out", "--json", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be written" in ran.err
    assert everything_in(tmp_path) == {"file": b"in the way"}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FILES))
def test_all_files_or_none(name: str, examples: Path, holocrine_command: Command, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    protocol = examples / "protocols" / "forehead-intramuscular-5x2.toml"
    ran = holocrine_command("simulate", examples / "oily-forehead.toml", "--plan", protocol, "-o", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert name in ran.err
    assert everything_in(tmp_path) == {}
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.slow
def test_interrupted_work_leaves_nothing(examples: Path, tmp_path: Path) -> None:
    """With an empty cache there is long work to do; it is interrupted once the first pieces are in the cache."""
    cache, out = tmp_path / "cache", tmp_path / "out"
    line = [sys.executable, "-m", "holocrine.cli", "plan", str(examples / "oily-forehead.toml"), "-o", str(out)]
    process = subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"HOLOCRINE_CACHE": str(cache)},
        cwd=tmp_path,
        # a background shell makes its children ignore the interrupt; a clinic's terminal does not
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        deadline = time.monotonic() + 120.0
        while len(list(cache.glob("*.npz"))) < 3 and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert process.poll() is None, "nothing was left to interrupt"
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=120.0)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 3
    assert said == ""
    assert "interrupted; nothing was written" in complained
    assert "Traceback" not in complained
    assert not out.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    assert not [path for path in cache.iterdir() if path.name.startswith("tmp")], "no half-written piece"
