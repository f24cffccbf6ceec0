"""From a row of the evidence to the question it asks, or to the reason why the model cannot answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.arms.asked_lower_face import before_treatment, lower_face
from holocrine.inference.arms.asked_muscle import area_read, brow, lid, lines, muscle
from holocrine.inference.arms.asked_pores import pores
from holocrine.inference.arms.asked_satisfaction import judged, satisfaction, top_of_scale
from holocrine.inference.arms.asked_skin import sebum, sweat
from holocrine.inference.arms.given import Given, NotModelledError, given
from holocrine.inference.arms.questions import CLASSES, Answer, Question
from holocrine.inference.arms.rows import Asked, Reading, Row, baseline_number, days_per, is_time
from holocrine.inference.arms.world import World
from holocrine.knowledge.evidence import Arm, Evidence, Observation
from holocrine.knowledge.evidence.words import DIRECTIONS


def ask(observation: Observation, evidence: Evidence) -> Question:
    """The question of one row. Raises NotModelledError with the reason, in words for users."""
    if observation.role == "context":
        raise NotModelledError(f"context: {observation.reason.replace('_', ' ') or 'not an observation to predict'}")
    if observation.value is None and not observation.direction:
        raise NotModelledError("no value reported")
    if observation.direction and observation.direction not in DIRECTIONS:
        raise NotModelledError(f"direction not understood: {observation.direction}")
    arm, contrast = evidence.arm_of(observation), evidence.contrast_of(observation)
    treated = _given(observation, arm)
    other = _given(observation, contrast) if contrast is not None else None
    name, reading = _asked(Row(observation, arm, treated, other))
    compared = None
    if contrast is not None and other is not None and observation.direction:
        compared = (other, _answer(name, _asked(Row(observation, contrast, other))[1], observation))
    factor, unit = _class_unit(observation, arm, name)
    return Question(
        observation=observation,
        study_id=arm.study_id,
        outcome=CLASSES[name],
        place=_place(observation, treated),
        given=treated,
        n=arm.n,
        answer=_answer(name, reading, observation),
        contrast=compared,
        flip=_is_fall(observation, name),
        unit_factor=factor,
        class_unit=unit,
        sign_unknown=observation.facts.get("sign", "").startswith("unknown"),
        control=not arm.has_toxin,
    )


def _given(observation: Observation, arm: Arm) -> Given:
    """The treatment of an arm as far as it matters for an outcome; a ratio of products needs no site."""
    topic = topic_of(observation)
    if observation.statistic == "ratio" and not arm.site and topic != "sweat":
        arm = replace(arm, site="glabella")
    return given(arm, judged(arm) if topic == "satisfaction" else topic)


def topic_of(observation: Observation) -> str:
    """Which reader understands a row: its target, or what its words are about."""
    words = f"{observation.target} {observation.outcome}".lower()
    if "ptosis" in words or "droop" in words:
        return "brow" if "brow" in words else "eyelid"
    if observation.target in (*_FACE, "sebum", "sweat", "muscle", "satisfaction", "pores"):
        return observation.target
    if "halo" in words or "anhidro" in words or "hidro" in words:
        return "sweat"
    if any(word in words for word in ("wrinkle", "frown", "glabellar line", "crow's feet")) and "pore" not in words:
        return "line severity"
    raise NotModelledError(f"not modelled yet: {observation.target or observation.outcome}")


_FACE = ("line severity", "brow", "jaw", "lip", "smile")
_READERS: Mapping[str, Callable[[Row], Asked]] = {
    "sebum": sebum,
    "sweat": sweat,
    "line severity": lines,
    "muscle": muscle,
    "eyelid": lid,
    "brow": brow,
    "jaw": lower_face,
    "lip": lower_face,
    "smile": lower_face,
    "satisfaction": satisfaction,
    "pores": pores,
}


def _asked(row: Row) -> Asked:
    """Class and reading of a row. Raises NotModelledError."""
    return _READERS[topic_of(row.observation)](row)


def _answer(name: str, reading: Reading, observation: Observation) -> Answer:
    """The reading in the unit of the report."""
    per = (days_per(observation.unit) or 1.0) if is_time(observation) else 1.0
    by_hypothesis = name.startswith("sebum")

    def answer(world: World, treated: Given, number: int, hypothesis: HypothesisId) -> float:
        extra: dict[str, Any] = {"hypothesis": hypothesis} if by_hypothesis else {}
        return reading(world, treated, number, **extra) / per

    return answer


def _class_unit(observation: Observation, arm: Arm, name: str) -> tuple[float, str]:
    """What takes a reported number to the unit in which its class is compared, and that unit ("": as reported)."""
    if name.endswith("satisfaction score"):
        return 100.0 / top_of_scale(observation), "% of the scale"
    if is_time(observation):
        return days_per(observation.unit) or 1.0, "days"
    if name == "evoked response":
        return 1.0 if "%" in f"{observation.unit} {observation.outcome}" else 100.0, "% of baseline"
    if name in ("muscle size", "muscle stiffness") and (before := before_treatment(observation, arm)):
        return 100.0 / before, "% of baseline"
    level = {"sweat rate": "sweat", "sebum level": "sebum"}.get(name)
    untreated = baseline_number(arm, level) if level else None
    return (100.0 / untreated, "% of baseline") if untreated else (1.0, "")


def _place(observation: Observation, treated: Given) -> str:
    """Site of the skin, or the area whose muscles were read."""
    if treated.areas and topic_of(observation) == "line severity":
        return area_read(observation.outcome.lower(), treated)
    return " + ".join(treated.areas) or str(treated.scene.stacks[0].site)


def _is_fall(observation: Observation, name: str) -> bool:
    """Whether a fall was reported as a positive number."""
    if (
        name not in ("sweat level", "voluntary amplitude", "dystonia score", "sebum change")
        or observation.value is None
    ):
        return False
    words = observation.outcome.lower()
    return observation.value.mid > 0.0 and any(
        word in words for word in ("reduc", "decrease", "fall", "loss", "improve")
    )
