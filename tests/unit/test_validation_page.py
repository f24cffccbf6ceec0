"""The validation page: self-contained, complete, escaped, every number with its unit; axes that hold what they show."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.evidence import readings_of

from holocrine.domain.validation import Disagreement, Role, Validation, ValidationProvenance
from holocrine.inference.scores.predicted import Predicted
from holocrine.inference.scores.scoring import score
from holocrine.report.forest import forest_key, plot_forest
from holocrine.report.forest_axis import axis_for
from holocrine.report.validation_page import validation_page

VOID = {"meta", "br", "img", "link", "hr", "input"}
PROVENANCE = ValidationProvenance(
    package_version="0.3.0",
    parameter_hash="3f1c9a40be52d7e1",
    evidence_hash="90cc14e07ab2d5f6",
    posterior="population posterior of 22 November 2026, 2,048 draws",
    seed=20261122,
)
# class: unit, working scale, typical value, factor or shift between studies, sampling SE as a share, rows
CLASSES: dict[str, tuple[str, Any, float, float, float, int]] = {
    "sebum near the injection point": ("% change from own baseline (Sebumeter)", "identity", -32.0, 9.0, 0.15, 10),
    "area without sweat round a point": ("mm2", "log", 180.0, 0.35, 0.08, 9),
    "time to return of sweating in the axilla": ("days", "log", 205.0, 0.25, 0.05, 7),
    "share of people with at least a 50% fall in axillary sweat": ("% subjects", "logit", 88.0, 0.7, 0.04, 8),
    "share with none or mild glabellar lines at maximum frown": ("% subjects", "logit", 70.0, 0.6, 0.05, 18),
    "brow height": ("mm", "identity", -0.6, 0.5, 0.4, 4),
    "lid ptosis": ("% subjects", "logit", 2.2, 0.6, 0.3, 6),
    "sweat rate of the palm": ("ug/cm2", "log", 60.0, 1.2, 0.2, 4),
}
DISAGREEMENTS = (
    Disagreement(
        title="Does intradermal toxin reduce sebum at all?",
        data_say="Uncontrolled series report falls of 30 to 80%; one saline-controlled trial sees no difference.",
        model_says="60% for an effect of acetylcholine, 40% for none; the data move this by less than a factor of 3.",
        settled_by="A split-face trial against saline, 40 people, Sebumeter at weeks 4 and 8.",
    ),
    Disagreement(title="Days or months?", data_say="Both.", model_says="Undetermined.", settled_by="Longer follow-up."),
)


def reported(value: float, scale: str) -> float:
    if scale == "log":
        return float(np.exp(value))
    return float(100.0 / (1.0 + np.exp(-value))) if scale == "logit" else value


def rows_of(outcome_class: str, first: int, rng: np.random.Generator) -> list[Predicted]:
    """Made-up rows of one class; every third study is held out, the fifth row is a bound."""
    unit, scale, typical, between, relative_se, count = CLASSES[outcome_class]
    centre = typical
    if scale != "identity":
        centre = float(np.log(typical / (100.0 - typical) if scale == "logit" else typical))
    rows = []
    for i in range(count):
        number = first + i
        study = number // 2
        role: Role = "context" if i == 8 else "held_out" if study % 3 == 0 else "fit"
        mean = centre + between * rng.normal()
        draws = np.array([reported(mean + between * deviate, scale) for deviate in rng.normal(size=300)])
        rows.append(
            Predicted(
                observation_id=f"STUDY{study:02d}-{number}",
                study_id=f"STUDY{study:02d}",
                arm_label=f"arm {i}",
                citation=f"Author {study} A, Second B, Third C. A title of some length. J Dermatol 20{study}",
                outcome=f"{outcome_class}, as the mean of two blinded raters on standardised photographs at rest",
                outcome_class=outcome_class,
                scale=scale,
                role=role,
                unit=unit,
                day=float(14 * (i + 1)),
                observed=reported(centre + 1.3 * between * rng.normal(), scale),
                sampling_se=abs(relative_se * typical) if i % 4 else None,
                predictive=draws,
                model=draws,
                probability=None,
                direction="",
                reason="",
                product_arm="10 points of 4 units onabotulinumtoxinA in 0.1 mL, intradermal, forehead and both temples",
                bound=">" if i == 4 else "",
                control=i == 2,
                n=20 + i,
            )
        )
    return rows


def other_row(number: int, **changes: Any) -> Predicted:
    values: dict[str, Any] = {
        "observation_id": f"OTHER-{number}",
        "study_id": "OTHER",
        "arm_label": "treated side",
        "citation": "Other 2019",
        "outcome": "Sebumeter reading of the treated side against the saline side",
        "outcome_class": "sebum against saline",
        "scale": "identity",
        "role": "held_out",
        "unit": "direction",
        "day": 28.0,
        "observed": None,
        "sampling_se": None,
        "predictive": None,
        "model": None,
        "probability": None,
        "direction": "",
        "reason": "",
        "product_arm": "",
    }
    return Predicted(**{**values, **changes})


def made_rows() -> list[Predicted]:
    rng = np.random.default_rng(7)
    rows: list[Predicted] = []
    for name in CLASSES:
        rows += rows_of(name, len(rows), rng)
    for number, (word, probability) in enumerate([("decrease", 0.71), ("no significant change", 0.22)]):
        rows.append(other_row(number, direction=word, probability=probability, likeliest="decrease"))
    reasons = ["No read-out of the model says it", "The dose is not reported", "The site is not modelled"]
    for number in range(12, 60):
        role = "context" if number % 3 else "held_out"
        rows.append(other_row(number, role=role, reason=reasons[number % 7 % 3]))
    return rows


@pytest.fixture(scope="module")
def validation() -> Validation:
    return score(made_rows(), readings_of(made_rows()), PROVENANCE)


@pytest.fixture(scope="module")
def page(validation: Validation) -> str:
    return validation_page(validation, DISAGREEMENTS)


class Balance(HTMLParser):
    """Every element is closed in order and no id occurs twice."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Balance:
    reader = Balance()
    reader.feed(page)
    assert not reader.open
    assert len(reader.ids) == len(set(reader.ids))
    return reader


def test_the_page_is_well_formed_and_fetches_nothing(page: str) -> None:
    read(page)
    assert not re.search(r"https?://|src=|<script|@import|url\(", page)


def test_every_observation_stands_on_the_page(page: str, validation: Validation) -> None:
    words = "\n".join(read(page).text)
    for row in validation.observations:
        assert row.study_id in words if row.direction else row.observation_id in words
    for one in DISAGREEMENTS:
        assert {one.title, one.data_say, one.model_says, one.settled_by} <= set(read(page).text)


def test_the_headline_has_the_verdict_and_the_held_out_numbers(page: str, validation: Validation) -> None:
    words = " ".join(read(page).text)
    held_out = validation.summary.held_out
    assert held_out.coverage90 is not None
    assert f"{100 * held_out.coverage90:.0f}%" in words
    assert f"{held_out.n_supported} of {held_out.n}" in words
    for reason in validation.reasons:
        assert reason in words


def test_every_class_is_drawn_with_its_unit_and_long_ones_are_cut_into_pages(validation: Validation) -> None:
    for number, (name, (unit, *_, count)) in enumerate(CLASSES.items()):
        rows = [row for row in validation.observations if row.outcome_class == name]
        figures = plot_forest(f"c{number}", name, rows)
        assert len(figures) == math.ceil(count / 10)
        assert sum("(continued)" in drawing for drawing in figures) == len(figures) - 1
        for drawing in figures:
            ElementTree.fromstring(drawing)
            assert (unit if unit.startswith("%") or unit in {"mm", "mm2", "days"} else "micrograms") in drawing


def test_fitted_and_held_out_rows_differ_in_shape_and_in_words(validation: Validation) -> None:
    rows = [row for row in validation.observations if row.outcome_class == "area without sweat round a point"]
    (drawing,) = plot_forest("c", "Area", rows)
    counts = {role: sum(row.role == role for row in rows) for role in ("fit", "held_out", "context")}
    assert all(counts.values())
    assert drawing.count('class="mark"') == counts["fit"]
    assert drawing.count('class="hollow"') == counts["held_out"]
    for heading in ("Fitted:", "Held out:", "Context, not scored:"):
        assert heading in drawing


def test_a_number_outside_its_interval_is_said(validation: Validation) -> None:
    for name in CLASSES:
        rows = [row for row in validation.observations if row.outcome_class == name]
        drawn = "".join(plot_forest("c", name, rows))
        assert drawn.count("outside the 90% interval") == sum(row.inside90 is False for row in rows)
    assert any(row.inside90 is False for row in validation.observations)


def test_words_from_tables_are_escaped() -> None:
    bad = "<script>alert('&')</script>"
    rng = np.random.default_rng(1)
    one = rows_of("brow height", 0, rng)[0]
    fields = {name: getattr(one, name) for name in Predicted.__dataclass_fields__}
    for name in ("study_id", "observation_id", "citation", "outcome", "outcome_class", "unit", "product_arm"):
        fields[name] = bad
    page = validation_page(score([Predicted(**fields), other_row(1, reason=bad)], [], PROVENANCE))
    read(page)
    assert "<script" not in page


def test_a_page_without_anything_to_compare_says_so() -> None:
    words = " ".join(read(validation_page(score([other_row(1, reason="no dose")], [], PROVENANCE))).text)
    assert "not enough held-out observations" in words
    assert "No dose" in words
    assert "nan" not in words.lower().split()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8), st.booleans())
@example(values=[5e-324, 1.0], percent=False)  # 323 decades
@example(values=[5e-324, 5e-322], percent=False)  # less than any power of ten that a number can hold
def test_an_axis_holds_every_value_in_order(values: list[float], percent: bool) -> None:
    axis = axis_for(values, 100.0, 600.0, percent=percent)
    assert axis.ticks[0] < axis.ticks[-1]
    tiny = 1e-8 * (axis.ticks[-1] - axis.ticks[0])  # ticks ignore an excess of 1e-9 of their step
    assert axis.ticks[0] <= min(values) + tiny
    assert axis.ticks[-1] >= max(values) - tiny
    places = [axis.x(value) for value in sorted(values)]
    assert places == sorted(places)
    assert all(100.0 - 1e-6 <= place <= 600.0 + 1e-6 for place in places)


@given(st.floats(1e-6, 1e6), st.floats(30.0, 1e6))
def test_a_wide_positive_range_gets_a_logarithmic_axis(low: float, ratio: float) -> None:
    axis = axis_for([low, low * ratio], 0.0, 1.0, percent=False)
    assert axis.logarithmic
    assert axis.ticks[0] <= low * (1 + 1e-9)
    assert axis.ticks[-1] >= low * ratio * (1 - 1e-9)
    assert not axis_for([low, low * ratio], 0.0, 1.0, percent=True).logarithmic


def test_the_key_names_every_mark() -> None:
    ElementTree.fromstring(forest_key())
    for words in ("fitted", "held out", "table of averages", "sampling error"):
        assert words in forest_key()
