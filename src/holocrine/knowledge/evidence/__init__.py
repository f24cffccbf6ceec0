"""Published observations as three tables: studies, their arms, and what was observed in each arm."""

from holocrine.knowledge.evidence.reading import packaged_evidence, read_evidence
from holocrine.knowledge.evidence.records import Arm, Evidence, Observation, Study
from holocrine.knowledge.evidence.reported import Reported
from holocrine.knowledge.evidence.words import CONTEXT_REASONS

__all__ = [
    "CONTEXT_REASONS",
    "Arm",
    "Evidence",
    "Observation",
    "Reported",
    "Study",
    "packaged_evidence",
    "read_evidence",
]
