"""Several designs side by side: which of them settles which explanation of the sebum effect soonest."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.trial_answer import Information, Soonest, TrialAnswer

ENOUGH = 0.8
"""Share of trials that must settle the question."""


def soonest(answers: Sequence[TrialAnswer]) -> tuple[Soonest, ...]:
    """For every explanation all designs: those that settle it first, by week and then by patients; then by belief."""
    names = dict.fromkeys(row.hypothesis for answer in answers for row in answer.information)
    found = []
    for name in names:
        rows = [_first(answer, [row for row in answer.information if row.hypothesis == name]) for answer in answers]
        found += sorted((row for row in rows if row is not None), key=_rank)
    return tuple(found)


def _first(answer: TrialAnswer, rows: Sequence[Information]) -> Soonest | None:
    """The earliest look and fewest patients that settle it; without one, the planned trial at its end."""
    if not rows:
        return None
    enough = [row for row in rows if row.settled >= ENOUGH]
    planned = [row for row in rows if row.patients == answer.patients]
    best = min(enough, key=lambda row: (row.week, row.patients)) if enough else max(planned, key=lambda row: row.week)
    return Soonest(
        hypothesis=best.hypothesis,
        design=answer.name,
        settles=bool(enough),
        week=best.week,
        patients=best.patients,
        believed=best.believed,
        settled=best.settled,
    )


def _rank(row: Soonest) -> tuple[bool, float, float, str]:
    if row.settles:
        return False, row.week, float(row.patients), row.design
    return True, -row.believed, float(row.patients), row.design
