"""What a system is compared with: rows of the validation that belong to it, and the table of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from system_list import System
from system_parts import plain

from holocrine.domain.validation import ObservationScore
from holocrine.knowledge.evidence import Evidence
from holocrine.report.forest import observed_words, predicted_words

ROLES = {"fit": "fitted", "held_out": "held out", "context": "not fitted"}
MOST = 24
"""Rows of a table; the rest is counted."""
LONGEST_LINK = 120
"""Letters of an address that is worth printing; longer ones are those of a search."""


def rows_of(system: System, everything: Sequence[ObservationScore], evidence: Evidence) -> list[ObservationScore]:
    """Rows with a role in the fit that concern a system, as its targets, outcomes and arms say."""
    return [row for row in everything if row.role != "context" and _belongs(system, row, evidence)]


def _belongs(system: System, row: ObservationScore, evidence: Evidence) -> bool:
    observation = evidence.observations[row.observation_id]
    if observation.target not in system.targets or not re.search(system.outcomes, row.outcome):
        return False
    arm = evidence.arm_of(observation)
    return re.search(system.arms, f"{arm.label}; {arm.site}; drug {arm.drug}") is not None


def merged(rows: Sequence[ObservationScore], own: Sequence[ObservationScore]) -> list[ObservationScore]:
    """Rows with a prediction of `validate`, or of this folder's own where `validate` has none; then the rest."""
    substitutes = {row.observation_id: row for row in own}
    chosen = [row if row.supported else substitutes.pop(row.observation_id, row) for row in rows]
    known = {row.observation_id for row in rows}
    return chosen + [row for name, row in substitutes.items() if name not in known]


def table_of(rows: Sequence[ObservationScore], evidence: Evidence) -> str:
    """Predicted rows as a table, numbers before words, held-out ones first; what has no prediction is counted."""
    predicted = [row for row in rows if row.lo90 is not None or row.probability is not None]
    if not predicted:
        return "The model predicts none of the rows of the evidence tables.\n" + _unpredicted(rows)
    ordered = sorted(predicted, key=lambda row: (row.lo90 is None, row.role != "held_out", row.study_id, row.day or 0))
    lines = ["| study | arm | outcome | day | reported | predicted (90% interval) | role |\n", f"|{'---|' * 7}\n"]
    lines += [_line(row, evidence) for row in ordered[:MOST]]
    more = len(ordered) - MOST
    if more > 0:
        lines.append(f"\n{more} more predicted rows: `holocrine validate`.\n")
    return "".join(lines) + _hits(predicted) + _unpredicted(rows)


def _line(row: ObservationScore, evidence: Evidence) -> str:
    link, arm = _link(row, evidence), row.arm
    if row.observation_id in evidence.observations:
        arm = evidence.arm_of(evidence.observations[row.observation_id]).label
    study = f"[{plain(row.study_id)}]({link})" if link else plain(row.study_id)
    if row.lo90 is None:
        chance = f"{100 * (row.probability or 0.0):.0f}% for that word"
        found, expected = row.direction, chance
    else:
        found, expected = f"{observed_words(row)} {row.unit}", predicted_words(row)
    day = "" if row.day is None else f"{row.day:g}"
    cells = (study, plain(arm), plain(row.outcome), day, plain(found), expected, ROLES[row.role])
    return f"| {' | '.join(cells)} |\n"


def _link(row: ObservationScore, evidence: Evidence) -> str:
    """Where the study can be read; empty when that is not known."""
    study = evidence.studies.get(row.study_id)
    if study is None:
        return row.citation if row.citation.startswith("https://") else ""
    return f"https://doi.org/{study.doi}" if study.doi else study.url if len(study.url) < LONGEST_LINK else ""


def _hits(rows: Sequence[ObservationScore]) -> str:
    """How many reported numbers lie inside the 90% intervals, by role."""
    parts = []
    for role, name in ROLES.items():
        judged = [row.inside90 for row in rows if row.role == role and row.inside90 is not None]
        if judged:
            parts.append(f"{name} {sum(judged)} of {len(judged)}")
    return f"\nInside the 90% interval: {', '.join(parts)}.\n" if parts else ""


def _unpredicted(rows: Sequence[ObservationScore]) -> str:
    left = [row for row in rows if row.lo90 is None and row.probability is None]
    if not left:
        return ""
    roles = Counter(ROLES[row.role] for row in left)
    words = ", ".join(f"{number} {role}" for role, number in roles.items())
    return f"\nRows of this topic without a prediction: {words}. `holocrine validate` gives the reason of each.\n"
