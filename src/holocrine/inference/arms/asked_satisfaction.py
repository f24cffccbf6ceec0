"""What a row on satisfaction asks: the effect that people judge, and how they do."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from holocrine.inference.arms import satisfaction_readings
from holocrine.inference.arms.asked_muscle import area_read
from holocrine.inference.arms.given import NotModelledError
from holocrine.inference.arms.rows import Asked, Row
from holocrine.knowledge.evidence import Arm, Observation
from holocrine.knowledge.evidence.reported import reported

_SEEN: Mapping[str, satisfaction_readings.Seen] = {
    "sweat": "sweat",
    "brow": "muscles",
    "line severity": "muscles",
    "sebum": "sebum",
}


def satisfaction(row: Row) -> Asked:
    """A share of satisfied people, a mean score on a scale from 0, or the share who prefer one side."""
    if row.says("prefer"):
        return _preference(row)
    seen, top = _SEEN[judged(row.arm)], top_of_scale(row.observation)
    name = f"{'sebum ' if seen == 'sebum' else ''}satisfaction{'' if row.is_share else ' score'}"
    return name, partial(satisfaction_readings.satisfied, seen=seen, day=row.day, scale=top)


def judged(arm: Arm) -> str:
    """The target whose effect people judge who were treated like an arm. Raises NotModelledError."""
    if any(word in arm.site for word in ("axilla", "palm", "sole")):
        return "sweat"
    if "brow" in arm.site:
        return "brow"
    if arm.route == "intradermal":
        return "sebum"
    if arm.route == "intramuscular":
        return "line severity"
    raise NotModelledError(f"satisfaction not modelled yet: {arm.drug or arm.site or 'site not reported'}")


def top_of_scale(observation: Observation) -> float:
    """The highest score of a scale from 0 ("scale=0-5" in the note), 100 for percent. Raises NotModelledError."""
    if observation.statistic == "responder_percent":
        return 100.0
    scale = observation.facts.get("scale", "").split()
    if observation.statistic != "mean" or not scale:
        raise NotModelledError("satisfaction without the scale of its score: no read-out says it")
    return reported(scale[0]).high


def _preference(row: Row) -> Asked:
    if row.other is None or not row.treated.areas:
        raise row.no_read_out()
    area = area_read(row.words, row.treated)
    return "satisfaction", partial(satisfaction_readings.preferred, area=area, day=row.day, other=row.other)
