"""What a row on jaw, lips or smile asks: its outcome class and reading, or why no read-out says it."""

from __future__ import annotations

import re
from functools import partial

from holocrine.inference.arms import lower_face_readings, muscle_readings
from holocrine.inference.arms.given import NotModelledError
from holocrine.inference.arms.rows import Asked, Row, baseline_number, is_time
from holocrine.knowledge.evidence import Arm, Observation


def lower_face(row: Row) -> Asked:
    """Bite, masseter, gum shown, and how many people notice weakness, or how long."""
    if row.is_share:
        return _noticed(row)
    if row.says("bite force"):
        return _bite(row)
    if row.says("masseter", "thickness", "size", "volume"):
        return _masseter(row)
    if row.says("gingival", "gum"):
        return _gum(row)
    if is_time(row.observation) and row.says("duration"):
        return "weakness duration", partial(muscle_readings.weak_days, groups=_pulling(row))
    if row.says("emg") and row.observation.statistic in ("mean_change_percent", "direction"):
        reading = partial(muscle_readings.amplitude, groups=_pulling(row), day=row.day, power="emg_exponent")
        return "voluntary amplitude", reading
    raise row.no_read_out()


def before_treatment(observation: Observation, arm: Arm) -> float | None:
    """The size or stiffness before treatment, in the unit of the report; None where none is printed."""
    text = observation.facts.get("baseline", observation.facts.get("untreated", ""))
    found = re.match(r"[\d.]+", text)
    return float(found[0]) if found else baseline_number(arm, observation.outcome.rpartition(" ")[2])


def _pulling(row: Row) -> tuple[str, ...]:
    """The muscles that treatment is meant for."""
    return lower_face_readings.BITE if "masseter" in row.treated.areas else tuple(row.treated.scene.groups)


def _noticed(row: Row) -> Asked:
    if row.says("mastication", "chewing", "bite"):
        return "bite weakness", lower_face_readings.weak_bite_share
    if row.says("smile", "perioral", "asymmetr"):
        return "smile change", lower_face_readings.limited_smile_share
    raise row.no_read_out()


def _bite(row: Row) -> Asked:
    if is_time(row.observation) and row.says("recover"):
        return "weakness duration", lower_face_readings.bite_recovered
    if row.observation.statistic in ("mean_change_percent", "direction"):
        return "bite force", partial(lower_face_readings.bite_change, day=row.day)
    raise row.not_as_reported("bite force")


def _masseter(row: Row) -> Asked:
    measure = _measure(row)
    if is_time(row.observation) and row.says("first"):
        return "muscle onset", partial(lower_face_readings.first_smaller, measure=measure)
    if is_time(row.observation) and row.says("maxim"):
        return "time of largest effect", lower_face_readings.smallest_day
    sessions = row.arm.session_days or (0.0,)
    if row.observation.statistic in ("mean_change_percent", "direction") and not row.says("stiffness"):
        change = partial(lower_face_readings.size_change, measure=measure, day=row.day, sessions=sessions)
        return "muscle size change", change
    before = before_treatment(row.observation, row.arm)
    if row.observation.statistic != "mean" or before is None:
        raise row.not_as_reported("masseter")
    if row.says("stiffness"):
        return "muscle stiffness", partial(lower_face_readings.stiffness, day=row.day, before=before)
    level = partial(lower_face_readings.size, measure=measure, day=row.day, sessions=sessions, before=before)
    return "muscle size", level


def _measure(row: Row) -> lower_face_readings.Size:
    if row.says("clenched"):
        return "clenched thickness"
    return "volume" if row.says("volume") else "thickness"


def _gum(row: Row) -> Asked:
    if row.treated.areas != ("upper lip elevators",):
        raise NotModelledError(f"gum shown after treatment of another site: {row.arm.site or 'not reported'}")
    if is_time(row.observation):
        return "weakness duration", lower_face_readings.gum_back
    if row.observation.statistic == "mean" and row.observation.unit == "mm":
        return "gum shown", partial(lower_face_readings.gum_change, day=row.day)
    raise row.not_as_reported("gum shown")
