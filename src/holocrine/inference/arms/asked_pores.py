"""What a row on pores asks: its outcome class and reading, or why no read-out says it."""

from __future__ import annotations

import re
from functools import partial

from holocrine.inference.arms import pore_readings
from holocrine.inference.arms.rows import Asked, Row, baseline_number
from holocrine.knowledge.evidence.reported import reported


def pores(row: Row) -> Asked:
    """Size, rated improvement, or the share of people who note it; per explanation of the effect on sebum."""
    if row.is_share and row.says("decrease", "smaller", "improve"):
        return "sebum and pores noticed", partial(pore_readings.noticed, day=row.day)
    if row.observation.statistic != "mean":
        raise row.not_as_reported("pores")
    if row.says("improve"):
        return "sebum and pores rated", partial(pore_readings.improvement, day=row.day, scale=_top(row))
    before = _before(row)
    if row.says("size", "diameter") and before is not None:
        reading = partial(pore_readings.size, day=row.day, measure="width", before=before)
        return "sebum and pore size", reading
    raise row.not_as_reported("pores")


def _top(row: Row) -> float:
    """What full improvement is called: 100 percent, or the highest score of the scale in the note."""
    if "%" in row.observation.unit:
        return 100.0
    scale = row.observation.facts.get("scale", "").split()
    if not scale:
        raise row.not_as_reported("pores")
    return reported(scale[0]).high


def _before(row: Row) -> float | None:
    found = re.match(r"[\d.]+", row.observation.facts.get("baseline", ""))
    return float(found[0]) if found else baseline_number(row.arm, "pore_size")
