"""The packaged posterior against every packaged study: the public gate of the model."""

from __future__ import annotations

import pytest

from holocrine import learning
from holocrine.domain.validation import Validation
from holocrine.report.validation_page import validation_page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made() -> Validation:
    return learning.validate()


def test_the_model_passes_its_own_gate(made: Validation) -> None:
    assert made.verdict == "passed", made.reasons


def test_every_row_is_there_and_none_is_dropped_without_a_reason(made: Validation) -> None:
    assert len(made.observations) > 1200
    assert all(row.supported or row.reason for row in made.observations)
    assert all(not row.supported for row in made.observations if row.role == "context")


def test_toxin_on_acne_is_never_fitted(made: Validation) -> None:
    rows = [row for row in made.observations if row.outcome_class == "acne" and "toxin" in row.arm.lower()]
    assert rows
    assert all(row.role != "fit" for row in rows)


def test_the_page_shows_where_data_disagree(made: Validation) -> None:
    found = learning.disagreements(made)
    page = validation_page(made, found)
    assert all(item.title.split("(")[0].strip()[:30] in page for item in found[:4])
    assert sum("Not identified" in item.title for item in found) >= 3
