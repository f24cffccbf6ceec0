"""`holocrine evidence` as a reader meets it: help, kinds, streams, exit codes, and lists that can be joined."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from holocrine.domain.base import Record
from holocrine.domain.evidence import ClaimEntry, OverviewEntry, ParameterEntry, RuleEntry, StudyEntry

Command = Callable[..., Any]
"""See the fixture `holocrine_command`."""
ENTRIES: dict[str, type[Record]] = {
    "parameters": ParameterEntry,
    "studies": StudyEntry,
    "claims": ClaimEntry,
    "rules": RuleEntry,
}
IDS = {"parameters": "name", "studies": "study_id", "claims": "claim_id", "rules": "rule_id"}


@pytest.fixture(scope="module")
def documents(holocrine_command: Command) -> dict[str, Any]:
    """What `evidence KIND --json` prints, by kind, each asked once."""
    answers = {kind: holocrine_command("evidence", kind, "--json", "--seed", "1") for kind in ENTRIES}
    assert {(ran.code, ran.err) for ran in answers.values()} == {(0, "")}
    return {kind: ran.document for kind, ran in answers.items()}


def test_help_has_an_example_that_works(holocrine_command: Command, documents: dict[str, Any]) -> None:
    ran = holocrine_command("evidence", "--help")
    assert (ran.code, ran.err) == (0, "")
    assert all(word in ran.out for word in ("--json", "--seed", *ENTRIES))
    example = re.search(r"Example: holocrine (evidence claims)", " ".join(ran.out.split()))
    assert example is not None
    ran = holocrine_command(*example[1].split())
    assert (ran.code, ran.err) == (0, "")
    assert all(f"[{entry['claim_id']}]" in ran.out for entry in documents["claims"])
    assert all(source["id"] in ran.out for entry in documents["claims"] for source in entry["sources"])


@pytest.mark.parametrize("kind", ENTRIES)
def test_json_is_a_list_of_objects_with_distinct_ids(kind: str, documents: dict[str, Any]) -> None:
    entries = documents[kind]
    assert isinstance(entries, list)
    assert len(entries) > 25
    for entry in entries:
        ENTRIES[kind].model_validate(entry)
    ids = [entry[IDS[kind]] for entry in entries]
    assert len(set(ids)) == len(ids)


def test_every_claim_names_its_sources_and_the_models_answer(documents: dict[str, Any]) -> None:
    for entry in documents["claims"]:
        assert entry["sources"] or entry["grade"] == "unsupported"
        assert all(source["id"] and source["text"] for source in entry["sources"])
        assert entry["model_says"]


def test_every_parameter_has_a_source_or_says_it_is_assumed(documents: dict[str, Any]) -> None:
    for entry in documents["parameters"]:
        assert entry["source"] or entry["assumption"]


def test_without_a_kind_an_overview_that_counts_all_four(holocrine_command: Command, documents: dict[str, Any]) -> None:
    plain, overview = holocrine_command("evidence"), holocrine_command("evidence", "--json")
    assert (plain.code, plain.err, overview.code, overview.err) == (0, "", 0, "")
    entries = [OverviewEntry.model_validate(entry) for entry in overview.document]
    assert {entry.kind: entry.entries for entry in entries} == {kind: len(documents[kind]) for kind in ENTRIES}
    for entry in entries:
        assert f"{entry.entries} {entry.kind}" in plain.out
        assert entry.command in plain.out


def test_an_unknown_kind_is_bad_input_with_the_nearest_match(holocrine_command: Command) -> None:
    ran = holocrine_command("evidence", "clams", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert all(part in ran.err for part in ("clams", *ENTRIES, "Did you mean claims?"))
    assert len(ran.err.strip().splitlines()) == 1


def test_a_seed_that_is_no_whole_number_is_bad_input(holocrine_command: Command) -> None:
    ran = holocrine_command("evidence", "claims", "--seed", "1.5")
    assert (ran.code, ran.out) == (2, "")
