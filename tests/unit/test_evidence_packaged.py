"""The packaged evidence is read without a fault, and holds to what the tables promise as a whole."""

from __future__ import annotations

import pytest

from holocrine.errors import KnowledgeError
from holocrine.knowledge.evidence import packaged_evidence, reading


def test_the_packaged_tables_have_no_fault() -> None:
    evidence = packaged_evidence()
    assert {observation.role for observation in evidence.observations.values()} == {"fit", "held_out", "context"}
    assert packaged_evidence() is evidence


def test_every_study_is_observed() -> None:
    evidence = packaged_evidence()
    assert {evidence.study_of(o).study_id for o in evidence.observations.values()} == set(evidence.studies)


def test_a_faulty_packaged_table_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_bytes", lambda name: b"study_id,citation\n")
    with pytest.raises(KnowledgeError, match=r"the packaged evidence: .* faults"):
        packaged_evidence.__wrapped__()
