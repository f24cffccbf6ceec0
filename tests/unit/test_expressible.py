"""How much of the evidence the model expresses: counted by topic, with the reasons for the rest."""

from __future__ import annotations

import pytest
from tests.evidence import AXILLA, GLABELLA, observation, write_tables

from holocrine.inference.expressible import expressible_shares
from holocrine.knowledge.evidence import Evidence, read_evidence

SHARE = {"unit": "% subjects", "statistic": "responder_percent"}


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    rows = [
        observation(1, "S1-A", outcome="responders (>=50% sweat reduction)", target="sweat", value="90", **SHARE),
        observation(2, "S1-A", outcome="colour of the shirt", target="definition", value="90", **SHARE),
        observation(3, "S2-A", outcome="eyelid ptosis", target="eyelid", value="3", **SHARE),
        observation(4, "S2-A", outcome="eyelid ptosis", target="eyelid", value="3", role="context", **SHARE),
    ]
    return read_evidence(write_tables(tmp_path_factory.mktemp("tables"), [AXILLA, GLABELLA], rows))


def test_rows_are_counted_by_topic(evidence: Evidence) -> None:
    shares = expressible_shares(evidence, {"O1": "skin", "O2": "skin", "O3": "eyelid"})
    assert [(s.topic, s.rows, s.expressed, s.share) for s in shares] == [("eyelid", 1, 1, 1.0), ("skin", 2, 1, 0.5)]


def test_what_is_missing_says_why(evidence: Evidence) -> None:
    (share,) = expressible_shares(evidence, {"O2": "skin"})
    assert share.expressed == 0
    assert share.reasons == (("not modelled yet: definition", 1),)


def test_context_is_not_expressed(evidence: Evidence) -> None:
    (share,) = expressible_shares(evidence, {"O3": "eyelid", "O4": "eyelid"})
    assert share.expressed == 1
    assert share.reasons[0][0].startswith("context")


def test_a_row_that_does_not_exist_is_not_counted_silently(evidence: Evidence) -> None:
    with pytest.raises(KeyError):
        expressible_shares(evidence, {"O99": "skin"})
