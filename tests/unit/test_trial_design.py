"""A trial design is read strictly: what cannot be carried out or analysed is refused with one clear message."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.domain.reading import read_file
from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_estimand import estimands
from holocrine.errors import FieldError, HolocrineError

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "trials").glob("*.toml"))
SALINE = next(path for path in EXAMPLES if path.stem == "saline-acne").read_text(encoding="utf-8")
SPLIT = next(path for path in EXAMPLES if path.stem == "split-face-sebum").read_text(encoding="utf-8")


def read(text: str) -> TrialDesign:
    return read_file(TrialDesign, "holocrine.trial/1", text, "trial.toml")


def test_there_are_six_ready_designs() -> None:
    assert len(EXAMPLES) == 6
    layouts = {read(path.read_text(encoding="utf-8")).layout for path in EXAMPLES}
    assert layouts == {"parallel", "split_face"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_endpoint_of_a_ready_design_has_an_estimand(path: Path) -> None:
    design = read(path.read_text(encoding="utf-8"))
    told = estimands(design)
    assert [one.endpoint for one in told] == [endpoint.name for endpoint in design.endpoint]
    for one in told:
        assert design.reference in one.summary
        assert all(arm.name in one.treatments for arm in design.arm)


FAULTS = {
    "no such reference": (SALINE, 'reference = "saline"', 'reference = "placebo"', "reference"),
    "unknown field": (SALINE, "drop_out =", "dropout =", "conduct.dropout"),
    "endpoint without a visit": (SALINE, "week = 12\nanalysis", "week = 11\nanalysis", "endpoint[0].week"),
    "analysis that does not fit": (SALINE, '"negative_binomial"', '"cox"', "endpoint[1].analysis"),
    "toxin without a dose": (SALINE, 'give = "saline"', 'give = "toxin"', "arm[1].toxin"),
    "visits out of order": (SALINE, "visits = [2, 4", "visits = [4, 2", "visits"),
    "a session after the last visit": (SALINE, 'week = 0, give = "saline"', 'week = 17, give = "saline"', "arm"),
    "too few patients": (SALINE, "sizes = [60", "sizes = [6", "evaluation.sizes[0]"),
    "sizes that fall": (SALINE, "sizes = [60, 120", "sizes = [120, 60", "evaluation.sizes"),
    "an empty range": (SALINE, "at_most = 40", "at_most = 10", "inclusion[1]"),
    "units left out": (SALINE, '"0.05 mL"', '"0.05"', "arm[0].toxin.volume_per_point"),
    "a region without a midline": (SPLIT, '["forehead"]', '["cheek_left"]', "regions"),
    "two patients in one face": (SPLIT, 'analysis = "paired"', 'analysis = "ancova"', "endpoint[0].analysis"),
    "a second period out of place": (SPLIT, "patients = 24", "patients = 24\nsecond_period = 8", "second_period"),
    "an unknown product": (SPLIT, "onabotulinumtoxinA", "onabotulinumtoxin", "arm[0].toxin.product"),
}


@pytest.mark.parametrize(("text", "old", "new", "field"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_field(text: str, old: str, new: str, field: str) -> None:
    assert old in text
    with pytest.raises(FieldError) as caught:
        read(text.replace(old, new, 1))
    assert caught.value.field == field
    assert caught.value.allowed
    assert "trial.toml" in str(caught.value)


def test_another_kind_of_file_is_refused_at_once() -> None:
    with pytest.raises(FieldError, match=r"holocrine\.trial/1"):
        read('schema = "holocrine.case/1"\n')


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SALINE) - 1), st.integers(1, 30), st.text(max_size=12))
def test_a_damaged_file_gives_a_message_and_never_a_traceback(at: int, length: int, put: str) -> None:
    try:
        design = read(SALINE[:at] + put + SALINE[at + length :])
    except HolocrineError:
        return
    assert design.contrasts
