"""From a row of the evidence to the question it asks, or to the reason why the model cannot answer it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.arms import harm_readings, line_readings, sebum_readings, sweat_readings
from holocrine.inference.arms.given import PRODUCTS, Given, NotModelledError, given
from holocrine.inference.arms.questions import CLASSES, Answer, Question
from holocrine.inference.arms.world import World
from holocrine.knowledge.evidence import Arm, Evidence, Observation
from holocrine.knowledge.evidence.words import DIRECTIONS
from holocrine.models.readout import Harm

DAYS_PER = {"day": 1.0, "week": 7.0, "month": 30.4, "h": 1.0 / 24.0, "hour": 1.0 / 24.0, "year": 365.0}
LATE_DAY = 28.0
"""Day of a response whose visit was not printed: four weeks, when studies usually look (assumption)."""


def ask(observation: Observation, evidence: Evidence) -> Question:
    """The question of one row. Raises NotModelledError with the reason, in words for users."""
    if observation.role == "context":
        raise NotModelledError(f"context: {observation.reason.replace('_', ' ') or 'not an observation to predict'}")
    if observation.value is None and not observation.direction:
        raise NotModelledError("no value reported")
    if observation.direction and observation.direction not in DIRECTIONS:
        raise NotModelledError(f"direction not understood: {observation.direction}")
    arm = evidence.arm_of(observation)
    treated = given(arm, _target(observation))
    name, reading = _reading(_Row(observation, arm, treated))
    factor, unit = _class_unit(observation, arm, name)
    contrast = evidence.contrast_of(observation)
    other = None
    if contrast is not None and observation.direction:
        other_given = given(contrast, _target(observation))
        other = (other_given, _answer(_reading(_Row(observation, contrast, other_given))[1], observation))
    return Question(
        observation=observation,
        study_id=arm.study_id,
        outcome=CLASSES[name],
        place=_place(observation, treated),
        given=treated,
        n=arm.n,
        answer=_answer(reading, observation),
        contrast=other,
        flip=_is_fall(observation, name),
        unit_factor=factor,
        class_unit=unit,
        sign_unknown=observation.facts.get("sign", "").startswith("unknown"),
        control=not arm.has_toxin,
    )


def _class_unit(observation: Observation, arm: Arm, name: str) -> tuple[float, str]:
    """What takes a reported number to the unit in which its class is compared, and that unit ("": as reported)."""
    if _is_time(observation):
        return _days_per(observation.unit) or 1.0, "days"
    level = {"sweat rate": "sweat", "sebum level": "sebum"}.get(name)
    untreated = _baseline_number(arm, level) if level else None
    return (100.0 / untreated, "% of baseline") if untreated else (1.0, "")


def _place(observation: Observation, treated: Given) -> str:
    """Site of the skin, or the area whose muscles were read."""
    if treated.areas and _target(observation) == "line severity":
        return _area_read(observation.outcome.lower(), treated)
    return " + ".join(treated.areas) or str(treated.scene.stacks[0].site)


_Reading = Callable[..., float]


@dataclass(frozen=True)
class _Row:
    """A row with its arm and what the arm was given."""

    observation: Observation
    arm: Arm
    treated: Given


def _answer(reading: _Reading, observation: Observation) -> Answer:
    """The reading in the unit of the report."""
    per = (_days_per(observation.unit) or 1.0) if _is_time(observation) else 1.0
    by_hypothesis = observation.target == "sebum"

    def answer(world: World, treated: Given, number: int, hypothesis: HypothesisId) -> float:
        extra: dict[str, Any] = {"hypothesis": hypothesis} if by_hypothesis else {}
        return reading(world, treated, number, **extra) / per

    return answer


def _target(observation: Observation) -> str:
    words = f"{observation.target} {observation.outcome}".lower()
    if "ptosis" in words or "droop" in words:
        return "brow" if "brow" in words else "eyelid"
    for target in ("sebum", "sweat", "line severity", "brow", "muscle"):
        if observation.target == target:
            return target
    if "halo" in words or "anhidro" in words or "hidro" in words:
        return "sweat"
    if any(word in words for word in ("wrinkle", "frown", "glabellar line", "crow's feet")) and "pore" not in words:
        return "line severity"
    raise NotModelledError(f"not modelled yet: {observation.target or observation.outcome}")


def _reading(row: _Row) -> tuple[str, _Reading]:
    """Class and reading of a row. Raises NotModelledError."""
    return _READERS[_target(row.observation)](row)


def _sebum(row: _Row) -> tuple[str, _Reading]:
    observation, arm = row.observation, row.arm
    words = observation.outcome.lower()
    if any(word in words for word in ("self", "patient", "satisf", "subjective")):
        raise NotModelledError("self-rated oiliness: no read-out says it")
    ring = None if observation.to_mm is None else (observation.from_mm or 0.0, observation.to_mm)
    oily = "oil" in arm.selected_for or "sebor" in arm.selected_for
    reverted = sebum_readings.OILY_REVERSION if oily else 0.0
    settings: dict[str, Any] = {"day": _day(observation), "ring": ring, "reverted": reverted}
    if observation.statistic in ("mean_change_percent", "direction"):
        return "sebum change", partial(sebum_readings.change, **settings)
    if observation.statistic == "responder_percent" and (found := re.search(r"(\d+)\s*%", words)):
        share = 1.0 - float(found[1]) / 100.0
        return "sebum responders", partial(sebum_readings.responders, share=share, **settings)
    level = _baseline_number(arm, "sebum")
    if observation.statistic == "mean" and level is not None and _day(observation) > 0.0:
        return "sebum level", partial(sebum_readings.level, untreated=level, **settings)
    raise NotModelledError(f"sebum reported as {observation.statistic}: no read-out says it")


def _sweat(row: _Row) -> tuple[str, _Reading]:
    observation, arm = row.observation, row.arm
    words, unit = observation.outcome.lower(), observation.unit.lower()
    selected = "hidrosis" in arm.selected_for or "sweat" in arm.selected_for
    if observation.statistic == "ratio":
        return _ratio(observation, skin=True)
    if observation.statistic == "threshold_units":
        return "threshold dose", partial(sweat_readings.threshold_units, day=_day(observation))
    if "comparisons" in words:
        raise NotModelledError(f"outcome without a read-out: {observation.outcome}")
    if "cm2" in unit or "anhidrotic area" in words or "hypohidrotic area" in words:
        hypo = "hypohid" in words or "hypohydr" in words
        return "halo area", partial(sweat_readings.halo, day=_day(observation), hypohidrotic=hypo)
    if any(
        word in words
        for word in ("weakness", "satisf", "adverse", "score", "recommend", "supplement", "vas", "ninhydrin")
    ):
        raise NotModelledError(f"outcome without a read-out: {observation.outcome}")
    if _is_time(observation) or "duration" in words:
        return _sweat_time(observation, words)
    if observation.statistic == "responder_percent":
        return _sweat_share(observation, words, selected)
    if observation.statistic in ("mean_change_percent", "direction"):
        over = "mean over" in words or "average" in words
        return "sweat level", partial(
            sweat_readings.level, day=_day(observation), selected=selected, rate=None, over=over
        )
    rate = _baseline_number(arm, "sweat")
    if observation.statistic == "mean" and unit in ("%", "percent"):
        return "sweat level", partial(sweat_readings.level, day=_day(observation), selected=selected, rate=None)
    if observation.statistic == "mean" and rate is not None:
        if observation.day is not None and observation.day.mid == 0.0:
            raise NotModelledError("baseline value: the starting point, not a prediction")
        return "sweat rate", partial(sweat_readings.level, day=_day(observation), selected=selected, rate=rate)
    raise NotModelledError(f"sweat reported as {observation.statistic} in {observation.unit}: no read-out says it")


def _sweat_time(observation: Observation, words: str) -> tuple[str, _Reading]:
    if any(word in words for word in ("onset", "within", "disappear", "cessation")):
        dry = "complete" in words or "dry" in words
        level = "anhidrotic_share" if dry else "sweat_back_share"
        return "sweat onset", partial(sweat_readings.onset, level=level)
    end = "sweat_return_share" if "declin" in words or "begin" in words else "sweat_back_share"
    median = observation.statistic in ("median", "median_days")
    return "sweat duration", partial(sweat_readings.duration, end=end, median=median)


def _sweat_share(observation: Observation, words: str, selected: bool) -> tuple[str, _Reading]:
    day = _day(observation)
    if any(word in words for word in ("complete", "cessation", "abolition", "abolish", "anhidro", "no sweat")):
        return "sweat responders", partial(sweat_readings.dry_people, day=day)
    share = 0.5
    if found := re.search(r"(\d+)\s*%", words):
        share = 1.0 - float(found[1]) / 100.0
    elif "excellent" in words:
        share = 0.25
    return "sweat responders", partial(sweat_readings.responders, day=day, selected=selected, share=max(share, 0.02))


def _lines(row: _Row) -> tuple[str, _Reading]:
    observation, treated = row.observation, row.treated
    words = observation.outcome.lower()
    area = _area_read(words, treated)
    if observation.statistic == "ratio":
        return _ratio(observation, skin=False)
    if any(word in words for word in ("prefer", "satisf", "at rest", "adverse")):
        raise NotModelledError(f"outcome without a read-out: {observation.outcome}")
    if observation.statistic == "responder_percent" and "onset" in words:
        return "line responders", partial(line_readings.onset_share, area=area, day=_day(observation))
    if observation.statistic == "responder_percent":
        return "line responders", partial(
            line_readings.responders,
            area=area,
            day=_day(observation),
            rule=_rule(words),
            rater=_rater(words),
            relapsed="relapse" in words,
        )
    if _is_time(observation) and "onset" in words:
        return "line onset", partial(line_readings.onset, area=area)
    if any(word in words for word in ("largest", "maxim", "peak")):
        raise NotModelledError(f"outcome without a read-out: {observation.outcome}")
    if _is_time(observation):
        median = observation.statistic in ("median", "median_days")
        return "line duration", partial(line_readings.duration, area=area, median=median)
    raise NotModelledError(f"lines reported as {observation.statistic}: no read-out says it")


def _rule(words: str) -> line_readings.Rule:
    if re.search(r"(>=?|≥|at least)\s*\+?2|2[- ](grade|point)|two[- ](grade|point)", words) and "score" not in words:
        return "two grades"
    if re.search(r"none|0\s*/\s*1|0 or 1|mild", words):
        return "none or mild"
    return "one grade"


def _rater(words: str) -> line_readings.Rater:
    if "composite" in words:
        return "both"
    return "patient" if "patient" in words or "subject" in words else "investigator"


def _area_read(words: str, treated: Given) -> str:
    named = {
        "forehead": "forehead",
        "frontal": "forehead",
        "glabell": "glabella",
        "frown": "glabella",
        "canth": "lateral canthus",
    }
    for word, area in named.items():
        if word in words and area in treated.areas:
            return area
    return "forehead" if "forehead" in treated.areas else treated.areas[0]


def _muscle(row: _Row) -> tuple[str, _Reading]:
    observation, arm, treated = row.observation, row.arm, row.treated
    words = observation.outcome.lower()
    if observation.statistic == "ratio" and arm.product in PRODUCTS and "equival" in words:
        return _ratio(observation, skin=False)
    if "voluntary" not in words or observation.statistic not in ("mean_change_percent", "mean"):
        raise NotModelledError(f"outcome without a read-out: {observation.outcome}")
    area = _area_read(words, treated)
    return "voluntary amplitude", partial(line_readings.amplitude, area=area, day=_day(observation))


def _ratio(observation: Observation, *, skin: bool) -> tuple[str, _Reading]:
    if not observation.contrast_arm_id:
        raise NotModelledError("a ratio without the arm it is compared with")
    return "product ratio", partial(sweat_readings.equivalence, reference="onabotulinumtoxinA", skin=skin)


def _lid(row: _Row) -> tuple[str, _Reading]:
    return _harm(row.observation, "lid_ptosis", "lid droop")


def _brow(row: _Row) -> tuple[str, _Reading]:
    observation = row.observation
    if observation.statistic == "direction":
        return "brow shift", partial(harm_readings.brow_shift, day=_day(observation))
    if "ptosis" not in observation.outcome.lower() and "drop" not in observation.outcome.lower():
        raise NotModelledError("brow depressors are not modelled yet, so no brow lift is predicted")
    return _harm(observation, "brow_drop", "brow drop")


def _harm(observation: Observation, harm: Harm, name: str) -> tuple[str, _Reading]:
    if observation.statistic != "responder_percent":
        raise NotModelledError(f"{name} reported as {observation.statistic}: no read-out says it")
    if "sensory" in observation.outcome.lower():
        raise NotModelledError(f"outcome without a read-out: {observation.outcome}")
    return name, partial(harm_readings.rate, harm=harm)


_READERS: Mapping[str, Callable[[_Row], tuple[str, _Reading]]] = {
    "sebum": _sebum,
    "sweat": _sweat,
    "line severity": _lines,
    "muscle": _muscle,
    "eyelid": _lid,
    "brow": _brow,
}


def _day(observation: Observation) -> float:
    return observation.day.mid if observation.day is not None else LATE_DAY


def _is_time(observation: Observation) -> bool:
    return observation.statistic == "median_days" or (
        observation.statistic in ("mean", "median") and _days_per(observation.unit) > 0.0
    )


def _days_per(unit: str) -> float:
    """Days in a unit of time; 0 for any other unit."""
    word = unit.lower().strip().rstrip("s")
    return DAYS_PER.get(word, 1.0 if not word else 0.0)


def _baseline_number(arm: Arm, quantity: str) -> float | None:
    for key, text in arm.baseline.items():
        if quantity in key and (found := re.match(r"[\d.]+", text)):
            return float(found[0])
    return None


def _is_fall(observation: Observation, name: str) -> bool:
    """Whether a fall was reported as a positive number."""
    if name not in ("sweat level", "voluntary amplitude", "sebum change") or observation.value is None:
        return False
    words = observation.outcome.lower()
    return observation.value.mid > 0.0 and any(
        word in words for word in ("reduc", "decrease", "fall", "loss", "improve")
    )
