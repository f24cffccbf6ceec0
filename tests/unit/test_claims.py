"""Public claims: the table is checked, every reason can be traced, and the answers say where they come from."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holocrine.cli_evidence import (
    WIDTH,
    claim_lines,
    overview_lines,
    parameter_lines,
    rule_lines,
    study_lines,
)
from holocrine.errors import KnowledgeError
from holocrine.knowledge.answers import claim_entries, overview, parameter_entries, rule_entries, study_entries
from holocrine.knowledge.claims import (
    COLUMNS,
    LEAST_SOURCES,
    SYSTEMS,
    Claim,
    SourceBook,
    claims_of,
    load_claims,
    said_by_model,
    source_book,
)
from holocrine.knowledge.evidence import Arm, Evidence, Observation, Study
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.knowledge.rules import rules

ROOT = Path(__file__).resolve().parents[2]
STUDY = Study("HALO2001", "Halo A, 2001", "10.1000/halo", 2001, "trial", "double", "abstract", "", (), "")
OTHER = replace(STUDY, study_id="OTHER2002", citation="Other B, 2002", doi="", url="https://doi.org/10.1000/other")
ARM = Arm(
    "HALO2001-a", "HALO2001", "toxin", 12, None, None, "onabotulinumtoxinA", None, None, None, None, "single", None,
    "intradermal", "forehead", (0.0,), "", "", MappingProxyType({}), "",
)  # fmt: skip
OBSERVATION = Observation(
    "HALO2001-1", "HALO2001-a", "halo area", "cm2", "sweat", None, None, None, "mean", None, "", "", None, "", "fit", ""
)
EVIDENCE = Evidence(
    studies={study.study_id: study for study in (STUDY, OTHER)},
    arms={ARM.arm_id: ARM},
    observations={
        one.observation_id: one
        for one in (
            OBSERVATION,
            replace(OBSERVATION, observation_id="HALO2001-2", role="held_out"),
            replace(OBSERVATION, observation_id="HALO2001-3", role="context", target="skin"),
        )
    },
    hash="0" * 16,
)
BOOK = SourceBook(EVIDENCE, {rule.rule_id: rule for rule in rules()}, load_parameters())
ROW = {
    "claim_id": "halo-grows",
    "statement": "The halo grows with the dose.",
    "grade": "supported",
    "because": "Two trials agree.",
    "sources": "HALO2001; OTHER2002",
    "limits": "Foreheads.",
    "system": "10",
    "model": "observations:HALO2001-1;HALO2001-2",
}


def claim(**changes: str) -> Claim:
    return claims_of([{**ROW, **changes}], BOOK)[0]


def faults(*rows: dict[str, str]) -> str:
    with pytest.raises(KnowledgeError) as caught:
        claims_of(rows, BOOK)
    return str(caught.value)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("claims_script", ROOT / "scripts" / "claims.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- the packaged table


def test_packaged_claims_are_many_and_of_every_grade() -> None:
    claims = load_claims()
    assert len(claims) >= 28
    assert set(Counter(one.grade for one in claims)) == set(LEAST_SOURCES)
    assert {one.system for one in claims} >= {2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16, 17, 18}


NUMBER = re.compile(r"\d+(?:\.\d+)?")


def numbers(text: str) -> set[float]:
    return {float(number) for number in NUMBER.findall(text)}


def written_about(source: str) -> str:
    """All that our tables say about a source, as text."""
    book = source_book()
    if source in book.evidence.studies:
        arms = [arm for arm in book.evidence.arms.values() if arm.study_id == source]
        observed = [o for o in book.evidence.observations.values() if book.evidence.study_of(o).study_id == source]
        return repr((book.evidence.studies[source], arms, observed))
    return repr(book.rules.get(source) or book.parameters.get(source) or source)


def test_every_number_of_a_reason_stands_in_its_sources() -> None:
    strange = {}
    for one in load_claims():
        known = numbers(" ".join(map(written_about, one.sources)))
        if unknown := numbers(one.because) - known:
            strange[one.claim_id] = unknown
    assert not strange


def test_a_number_that_no_source_holds_is_noticed() -> None:
    assert not numbers("77% at day 30, 4321 people") <= numbers(written_about("CARRUTHERS2003"))


def test_supported_claims_rest_on_studies_not_on_opinion() -> None:
    book = source_book()
    for one in load_claims():
        if one.grade == "supported":
            assert sum(source in book.evidence.studies for source in one.sources) >= 2, one.claim_id


def test_page_in_the_documents_is_up_to_date() -> None:
    page = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    assert page == script().page(), "run python scripts/claims.py --write"


def test_check_notices_an_outdated_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = script()
    page = tmp_path / "claims.md"
    page.write_text("old", encoding="utf-8")
    monkeypatch.setattr(module, "PAGE", page)
    monkeypatch.setattr("sys.argv", ["claims.py", "--check"])
    assert module.main() == 1
    assert "--write" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["claims.py", "--write"])
    assert module.main() == 0
    monkeypatch.setattr("sys.argv", ["claims.py", "--check"])
    assert module.main() == 0


# --- the linter


def test_a_good_row_is_read() -> None:
    one = claim()
    assert one.sources == ("HALO2001", "OTHER2002")
    assert one.observations == ("HALO2001-1", "HALO2001-2")
    assert SYSTEMS[one.system - 1] == "sweat"


@pytest.mark.parametrize(
    ("column", "cell", "complaint"),
    [
        ("claim_id", "Halo grows", "lower-case words"),
        ("statement", "", "statement is empty"),
        ("because", "", "because is empty"),
        ("limits", "", "limits is empty"),
        ("grade", "proven", "'proven' is not one of supported, contested, unsupported"),
        ("sources", "HALO2001", "supported needs at least 2"),
        ("sources", "HALO2001; HALO2001", "supported needs at least 2"),
        ("sources", "HALO2001; OTHER2003", "nearest: OTHER2002"),
        ("sources", "HALO2001; doi:11.1000/halo", "no study, rule, parameter or DOI"),
        ("system", "20", "not a number from 1 to 19"),
        ("system", "0", "not a number from 1 to 19"),
        ("model", "guess", "must be empty, hypotheses"),
        ("model", "observations:", "must be empty, hypotheses"),
        ("model", "rule:PR-18;PR-19", "must be empty, hypotheses"),
        ("model", "rule:XX-99", "rule 'XX-99', which is not known"),
        ("model", "observations:HALO2001-9", "'HALO2001-9', which is not known"),
        ("model", "observations:HALO2001-3", "'HALO2001-3', which is context"),
    ],
)
def test_each_fault_is_named(column: str, cell: str, complaint: str) -> None:
    assert complaint in faults({**ROW, column: cell})


def test_a_predicted_observation_must_belong_to_a_cited_study() -> None:
    row = {**ROW, "sources": "OTHER2002; PR-18", "model": "observations:HALO2001-1"}
    assert "of a study that is not among the sources" in faults(row)


def test_all_faults_are_listed_at_once() -> None:
    text = faults({**ROW, "grade": "proven"}, {**ROW, "limits": ""}, ROW)
    assert all(part in text for part in ("proven", "limits is empty", "halo-grows: occurs twice"))


def test_no_rows_or_other_columns_are_a_fault() -> None:
    assert "columns must be" in faults()
    assert "columns must be" in faults({"claim": "x"})


@given(st.fixed_dictionaries({column: st.text(max_size=30) for column in COLUMNS}))
def test_any_row_is_read_or_refused_in_words(row: dict[str, str]) -> None:
    complaint = "claims.csv: "
    try:
        claims_of([row], BOOK)
    except KnowledgeError as error:
        complaint = str(error)
    assert complaint.startswith("claims.csv: ")


def test_every_kind_of_source_resolves_to_words_and_an_address() -> None:
    study, rule, parameter, doi = map(BOOK.entry, ("HALO2001", "PR-18", "direct_half_effect", "doi:10.1000/x"))
    assert study is not None
    assert (study.text, study.link) == ("Halo A, 2001", "https://doi.org/10.1000/halo")
    assert rule is not None
    assert rule.text.startswith("rule: ")
    assert parameter is not None
    assert load_parameters()["direct_half_effect"].meaning in parameter.text
    assert doi is not None
    assert doi.link == "https://doi.org/10.1000/x"
    other = BOOK.entry("OTHER2002")
    assert other is not None
    assert other.link == OTHER.url
    assert BOOK.entry("NOBODY") is None


# --- what the model says


def said(one: Claim, predictions: dict[str, str] | None = None) -> str:
    return said_by_model(one, predictions or {}, load_hypotheses(), BOOK.rules, "prior, not yet calibrated")


def test_what_nothing_models_is_said_to_be_so() -> None:
    assert said(claim(model="")).startswith("Not asked of the model: ")


def test_predictions_that_exist_are_told_in_order() -> None:
    assert said(claim(), {"HALO2001-2": "Second.", "HALO2001-1": "First."}) == "First. Second."
    assert said(claim(), {"HALO2001-2": "Second."}) == "Second."


def test_missing_predictions_are_named() -> None:
    assert said(claim()) == "Not modelled yet: no prediction for HALO2001-1, HALO2001-2."


def test_hypotheses_are_told_with_their_weights_and_their_status() -> None:
    text = said(claim(model="hypotheses"))
    assert "prior, not yet calibrated" in text
    for hypothesis in load_hypotheses():
        assert f"{hypothesis.label} ({100 * hypothesis.weight:.0f}%)" in text


def test_a_rule_is_quoted() -> None:
    assert said(claim(model="rule:PR-18")) == f"Rule PR-18: {BOOK.rules['PR-18'].statement}"


# --- answers


def test_parameters_before_and_after_the_fit() -> None:
    parameters = load_parameters()
    before = parameter_entries(parameters)
    assert [entry.name for entry in before] == list(parameters)
    assert {entry.posterior_median for entry in before} == {None}
    after = parameter_entries(parameters, {"diffusivity": (0.4, 0.1, 0.9, 0.25)})
    entry = next(entry for entry in after if entry.name == "diffusivity")
    fitted = (entry.posterior_median, entry.posterior_low90, entry.posterior_high90, entry.contraction)
    assert fitted == (0.4, 0.1, 0.9, 0.25)
    assert sum(entry.contraction is not None for entry in after) == 1


def test_studies_count_their_arms_and_observations_by_role() -> None:
    halo, other = study_entries(EVIDENCE)
    assert (halo.arms, halo.outcomes) == (1, ("skin", "sweat"))
    assert halo.observations == {"fit": 1, "held_out": 1, "context": 1}
    assert (other.arms, other.outcomes, sum(other.observations.values())) == (0, (), 0)


def test_claims_carry_sources_and_the_models_answer() -> None:
    [entry] = claim_entries([claim()], BOOK, predictions={"HALO2001-1": "1.8 cm2."}, weights=(), status="prior")
    assert [source.id for source in entry.sources] == ["HALO2001", "OTHER2002"]
    assert (entry.model_says, entry.system_name) == ("1.8 cm2.", "sweat")


def test_rules_keep_every_field() -> None:
    entries = rule_entries(rules())
    for rule, entry in zip(rules(), entries, strict=True):
        kept = entry.model_dump()
        assert (kept.pop("argument"), kept.pop("threshold")) == (rule.setting.argument, rule.setting.threshold)
        assert all(getattr(rule, field) == value for field, value in kept.items())


# --- plain output


def packaged_lines() -> dict[str, list[str]]:
    book = source_book()
    parameters = parameter_entries(book.parameters, {"diffusivity": (0.4, 0.1, 0.9, 0.25)})
    studies = study_entries(book.evidence)
    claims = claim_entries(load_claims(), book, predictions={}, weights=load_hypotheses(), status="prior")
    ruled = rule_entries(rules())
    lines: dict[str, Iterable[str]] = {
        "overview": overview_lines(overview(parameters, studies, claims, ruled)),
        "parameters": parameter_lines(parameters),
        "studies": study_lines(studies),
        "claims": claim_lines(claims),
        "rules": rule_lines(ruled),
    }
    return {kind: list(given) for kind, given in lines.items()}


def test_plain_output_fits_100_columns_and_leaves_nothing_out() -> None:
    printed = packaged_lines()
    for kind, lines in printed.items():
        wide = [line for line in lines if len(line) > WIDTH and len(line.split()) > 1]
        assert not wide, f"{kind}: {wide[:3]}"
    text = {kind: "\n".join(lines) for kind, lines in printed.items()}
    assert all(f"[{one.claim_id}]" in text["claims"] for one in load_claims())
    assert all(f"{name} (" in text["parameters"] for name in load_parameters())
    assert all(f"{name}: " in text["studies"] for name in source_book().evidence.studies)
    assert all(f"{rule.rule_id}: " in text["rules"] for rule in rules())
    assert text["parameters"].count("Fitted: ") == 1
    assert "1 fitted to the evidence" in text["overview"]
