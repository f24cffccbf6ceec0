"""What a row on sebum or sweat asks: its outcome class and reading, or the reason why no read-out says it."""

from __future__ import annotations

from functools import partial
from typing import Any

from holocrine.inference.arms import sebum_readings, sweat_readings
from holocrine.inference.arms.given import NotModelledError
from holocrine.inference.arms.rows import Asked, Row, baseline_number, is_time


def sebum(row: Row) -> Asked:
    """A change, a level, a share of responders or of grades that people gave themselves."""
    observation, arm = row.observation, row.arm
    ring = None if observation.to_mm is None else (observation.from_mm or 0.0, observation.to_mm)
    oily = "oil" in arm.selected_for or "sebor" in arm.selected_for
    reverted = sebum_readings.OILY_REVERSION if oily else 0.0
    settings: dict[str, Any] = {"day": row.day, "ring": ring, "reverted": reverted}
    if row.says("self", "patient", "satisf", "subjective"):
        return _self_rated(row, settings)
    if observation.statistic in ("mean_change_percent", "direction"):
        return "sebum change", partial(sebum_readings.change, **settings)
    if row.is_share and "%" in row.words:
        share = 1.0 - row.percent_named(50.0) / 100.0
        return "sebum responders", partial(sebum_readings.responders, share=share, **settings)
    level = baseline_number(arm, "sebum")
    if observation.statistic == "mean" and level is not None and row.day > 0.0:
        return "sebum level", partial(sebum_readings.level, untreated=level, **settings)
    raise row.not_as_reported("sebum")


def _self_rated(row: Row, settings: dict[str, Any]) -> Asked:
    if row.is_share and row.says("improve", "less oil"):
        return "sebum self-rated", partial(sebum_readings.noticed, **settings)
    grade = row.words.rpartition(":")[2].strip()
    before = {name: baseline_number(row.arm, f"self_rated_{name}") for name in sebum_readings.GRADES}
    known = {name: share / 100.0 for name, share in before.items() if share is not None}
    if row.is_share and grade in sebum_readings.GRADES and known:
        return "sebum self-rated", partial(sebum_readings.graded, grade=grade, before=known, **settings)
    raise NotModelledError("self-rated oiliness: no read-out says it")


def sweat(row: Row) -> Asked:
    """A rate, a level, an area, a threshold dose, a share of people, an onset or a duration."""
    observation, unit = row.observation, row.observation.unit.lower()
    if observation.statistic == "ratio":
        return product_ratio(row, skin=True)
    if observation.statistic == "threshold_units":
        return "threshold dose", partial(sweat_readings.threshold_units, day=row.day)
    if row.says("comparisons"):
        return _compared_halos(row)
    if "cm2" in unit or row.says("anhidrotic area", "hypohidrotic area"):
        hypo = row.says("hypohid", "hypohydr")
        return "halo area", partial(sweat_readings.halo, day=row.day, hypohidrotic=hypo)
    if row.is_share and row.says("supplement"):
        return "sweat responders", partial(sweat_readings.asking_for_more, day=row.day)
    if row.says("weakness", "satisf", "adverse", "score", "recommend", "supplement"):
        raise row.no_read_out()
    if is_time(observation) or row.says("duration"):
        return _sweat_time(row)
    if row.is_share or row.says("efficacy average"):
        return _sweat_share(row)
    return _sweat_level(row)


def _compared_halos(row: Row) -> Asked:
    if row.other is None or not row.is_share:
        raise row.no_read_out()
    return "sweat responders", partial(sweat_readings.larger_halo, day=row.day, other=row.other)


def _sweat_level(row: Row) -> Asked:
    observation, selected = row.observation, row.selected_for_sweat
    unit = observation.unit.lower()
    settings: dict[str, Any] = {"day": row.day, "selected": selected and row.other is None}
    if row.says("vas", "ninhydrin"):
        if observation.statistic != "mean_change_percent":
            raise row.not_as_reported("sweat")
        power = "sweat_vas_exponent" if row.says("vas") else "ninhydrin_exponent"
        return "sweat level", partial(sweat_readings.level, rate=None, power=power, **settings)
    if observation.statistic in ("mean_change_percent", "direction"):
        over = row.says("mean over", "average")
        return "sweat level", partial(sweat_readings.level, day=row.day, selected=selected, rate=None, over=over)
    rate = baseline_number(row.arm, "sweat")
    if observation.statistic == "mean" and unit in ("%", "percent"):
        return "sweat level", partial(sweat_readings.level, day=row.day, selected=selected, rate=None)
    if observation.statistic == "mean" and rate is not None:
        if observation.day is not None and observation.day.mid == 0.0:
            raise NotModelledError("baseline value: the starting point, not a prediction")
        return "sweat rate", partial(sweat_readings.level, day=row.day, selected=selected, rate=rate)
    raise row.not_as_reported("sweat")


def _sweat_time(row: Row) -> Asked:
    if row.says("onset", "within", "disappear", "cessation"):
        level = "anhidrotic_share" if row.says("complete", "dry") else "sweat_back_share"
        return "sweat onset", partial(sweat_readings.onset, level=level)
    end = "sweat_return_share" if row.says("declin", "begin") else "sweat_back_share"
    return "sweat duration", partial(sweat_readings.duration, end=end, median=row.median)


def _sweat_share(row: Row) -> Asked:
    if row.says("complete", "cessation", "abolition", "abolish", "anhidro", "no sweat"):
        return "sweat responders", partial(sweat_readings.dry_people, day=row.day)
    fall = row.percent_named(75.0 if row.says("excellent") else 50.0)
    share = max(1.0 - fall / 100.0, 0.02)
    return "sweat responders", partial(
        sweat_readings.responders, day=row.day, selected=row.selected_for_sweat, share=share
    )


def product_ratio(row: Row, *, skin: bool) -> Asked:
    """Units of one product that do what a unit of another does."""
    if not row.observation.contrast_arm_id:
        raise NotModelledError("a ratio without the arm it is compared with")
    return "product ratio", partial(sweat_readings.equivalence, reference="onabotulinumtoxinA", skin=skin)
