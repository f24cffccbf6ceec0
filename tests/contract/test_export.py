"""`holocrine export sbml` as a modeller meets it: help, streams, exit codes, files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import libsbml
import pytest

from holocrine.domain.schemas import schema_of
from holocrine.exchange.sbml import faults
from holocrine.knowledge.parameters import load_parameters
from holocrine.models.site import SITE

Command = Callable[..., Any]
"""See the fixture `holocrine_command`."""


def parsed(text: str) -> Any:
    """The libSBML document of a text that libSBML has no complaint about."""
    assert faults(text) == []
    return libsbml.readSBMLFromString(text)


def doses(text: str) -> dict[str, dict[str, float]]:
    """What each event adds, by event and symbol."""
    document = parsed(text)
    return {
        event.getName(): {
            a.getVariable(): a.getMath().getChild(1).getValue() for a in event.getListOfEventAssignments()
        }
        for event in document.getModel().getListOfEvents()
    }


def test_help_has_an_example_that_works(holocrine_command: Command, tmp_path: Path) -> None:
    ran = holocrine_command("export", "sbml", "--help")
    assert ran.code == 0
    assert ran.err == ""
    assert all(option in ran.out for option in ("--json", "--seed", "--model", "--day", "--loading", "--patient"))
    example = re.search(r"Example: holocrine (export sbml .+?\.xml)", " ".join(ran.out.split()))
    assert example is not None
    ran = holocrine_command(*example[1].split(), cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "")
    [file] = tmp_path.iterdir()
    assert file.name in ran.err
    assert set(doses(file.read_text(encoding="utf-8"))) == {"day 0", "day 84"}


def test_export_is_listed_with_its_formats(holocrine_command: Command) -> None:
    assert " export " in holocrine_command("--help").out
    listed = holocrine_command("export", "--help")
    assert listed.code == 0
    assert " sbml " in listed.out


def test_by_default_one_session_of_the_whole_site_on_standard_output(holocrine_command: Command) -> None:
    ran = holocrine_command("export", "sbml")
    assert (ran.code, ran.err) == (0, "")
    assert doses(ran.out) == {"day 0": {"A_m": 0.5, "A_s": 0.5, "A_g": 0.5}}
    document = parsed(ran.out)
    assert document.getModel().getNumParameters() == len(SITE.units)
    notes = document.getModel().getParameter("theta_m").getNotesString()
    assert f"threshold_motor, grade {load_parameters()['threshold_motor'].grade}: " in notes
    assert holocrine_command("export", "sbml").out == ran.out, "same input, same bytes"


@pytest.mark.parametrize("model", ["site", "muscle", "sweat", "sebum", "lebeda"])
def test_json_is_one_document_of_its_schema(model: str, holocrine_command: Command, tmp_path: Path) -> None:
    ran = holocrine_command("export", "sbml", "--model", model, "--json", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    document = ran.document
    jsonschema.validate(document, schema_of("holocrine.sbml-answer/1"))
    assert (document["model"], document["path"]) == (model, None)
    assert document["hash"] in document["sbml"]
    found = parsed(document["sbml"]).getModel()
    for name, value in document["values"].items():
        assert found.getParameter(name).getValue() == pytest.approx(value, rel=1e-14)  # 15 digits in the file
    assert list(tmp_path.iterdir()) == []


def test_json_with_a_file_names_the_path(holocrine_command: Command, tmp_path: Path) -> None:
    ran = holocrine_command("export", "sbml", "--json", "-o", "new/site.xml", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    jsonschema.validate(ran.document, schema_of("holocrine.sbml-answer/1"))
    assert (ran.document["path"], ran.document["sbml"]) == ("new/site.xml", None)
    assert (tmp_path / "new" / "site.xml").read_text(encoding="utf-8") == holocrine_command("export", "sbml").out
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["site.xml"], "no half-written piece"


def test_a_virtual_patient_follows_from_seed_and_number(holocrine_command: Command) -> None:
    def ask(*options: str) -> dict[str, Any]:
        document: dict[str, Any] = holocrine_command("export", "sbml", "--json", *options).document
        return document

    typical, one, again = ask(), ask("--patient", "7", "--seed", "4"), ask("--patient", "7", "--seed", "4")
    assert one == again
    assert (one["patient"], one["seed"], typical["patient"], typical["seed"]) == (7, 4, None, None)
    others = [typical, ask("--patient", "8", "--seed", "4"), ask("--patient", "7", "--seed", "5")]
    assert all(other["values"] != one["values"] for other in others)


def test_the_hypothesis_decides_what_reaches_the_gland(holocrine_command: Command) -> None:
    def ask(hypothesis: str) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
        document = holocrine_command(
            "export", "sbml", "--json", "--hypothesis", hypothesis, "--loading", "0.8"
        ).document
        assert document["hypothesis"] == hypothesis
        return document["values"], doses(document["sbml"])

    values, dosed = ask("H1")
    assert values["e_ach"] > 0.0 == values["e_X"]
    assert "C" not in dosed["day 0"]
    values, dosed = ask("H2")
    assert values["e_X"] > 0.0 == values["e_ach"]
    # The concentration with a share of 0.8 of its full effect, c/(c + EC50): four times EC50. 15 digits in the file.
    assert dosed["day 0"]["C"] == pytest.approx(4.0 * values["EC50"], rel=1e-13)
    values, _ = ask("H3")
    assert values["e_X"] == values["e_ach"] == 0.0


def test_no_session_no_event(holocrine_command: Command) -> None:
    ran = holocrine_command("export", "sbml", "--loading", "0")
    assert (ran.code, ran.err) == (0, "")
    assert doses(ran.out) == {}


def test_sessions_of_their_own_loading_are_sorted(holocrine_command: Command) -> None:
    line = ["--day", "84.5", "--day", "0", "--loading", "0.25", "--loading", "0.75", "--model", "muscle"]
    found = doses(holocrine_command("export", "sbml", *line).out)
    assert list(found.items()) == [("day 0", {"A_m": 0.75}), ("day 84.5", {"A_m": 0.25})]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--model", "skin"], ["--model", "site"]),
        (["--day", "-1"], ["day -1", "0 or more"]),
        (["--day", "nan"], ["day nan"]),
        (["--day", "inf"], ["day inf"]),
        (["--day", "x"], ["--day"]),
        (["--day", "0", "--day", "0"], ["given twice"]),
        (["--loading", "1"], ["loading 1", "below 1"]),
        (["--loading", "-0.1"], ["loading -0.1"]),
        (["--loading", "nan"], ["loading nan"]),
        (["--loading", "0.1", "--loading", "0.2"], ["loadings: 2", "days: 1"]),
        (["--patient", "0"], ["patient 0", "1 to 1024"]),
        (["--patient", "1025"], ["patient 1025"]),
        (["--patient", "1.5"], ["--patient"]),
        (["--seed", "-1"], ["--seed"]),
        (["--seed", str(2**63)], ["--seed"]),
        (["--hypothesis", "H9"], ["--hypothesis", "H3b"]),
        (["--model", "lebeda", "--day", "0"], ["lebeda"]),
        (["--model", "lebeda", "--patient", "1"], ["lebeda"]),
        (["-o", "."], ["folder"]),
        (["-o", "taken.toml"], ["taken.toml", "another kind of file"]),
        (["-o", "taken.toml/site.xml"], ["taken.toml", "cannot be written"]),
        (["--modle", "site"], ["--modle"]),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_message_and_nothing_is_written(
    options: list[str], named: list[str], holocrine_command: Command, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.toml"
    taken.write_text("mine", encoding="utf-8")
    ran = holocrine_command("export", "sbml", *options, cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("holocrine: ")
    assert ran.err.count("\n") == 1
    assert all(word.lower() in ran.err.lower() for word in named)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.toml"]
    assert taken.read_text(encoding="utf-8") == "mine"


def test_an_earlier_export_is_replaced(holocrine_command: Command, tmp_path: Path) -> None:
    first = holocrine_command("export", "sbml", "-o", "site.xml", cwd=tmp_path)
    old = (tmp_path / "site.xml").read_text(encoding="utf-8")
    second = holocrine_command("export", "sbml", "--loading", "0.9", "-o", "site.xml", cwd=tmp_path)
    assert (first.code, second.code) == (0, 0)
    assert (tmp_path / "site.xml").read_text(encoding="utf-8") != old
    assert len(list(tmp_path.iterdir())) == 1


def test_without_libsbml_the_extra_is_named(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['libsbml'] = None; sys.argv[0] = 'holocrine'; from holocrine.cli import main; main()"
    )
    for options in ([], ["--json"], ["-o", "site.xml"]):
        line = [sys.executable, "-c", code, "export", "sbml", *options]
        done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == 'holocrine: libSBML is not installed. Install it with: pip install "holocrine[sbml]"\n'
    assert list(tmp_path.iterdir()) == []


def test_the_schema_is_printed(holocrine_command: Command) -> None:
    ran = holocrine_command("schema", "holocrine.sbml-answer/1")
    assert ran.code == 0
    assert json.loads(ran.out)["properties"]["sbml"]["anyOf"]
