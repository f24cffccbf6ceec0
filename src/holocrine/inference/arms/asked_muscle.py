"""What a row on lines, muscles, lid or brow asks: its outcome class and reading, or why no read-out says it."""

from __future__ import annotations

import re
from functools import partial

from holocrine.inference.arms import brow_readings, harm_readings, line_readings, muscle_readings
from holocrine.inference.arms.asked_skin import product_ratio
from holocrine.inference.arms.given import PRODUCTS, Given
from holocrine.inference.arms.rows import Asked, Row, is_time
from holocrine.models.readout import Harm

_AREA_WORDS = {
    "forehead": "forehead",
    "frontal": "forehead",
    "glabell": "glabella",
    "frown": "glabella",
    "canth": "lateral canthus",
}


def area_read(words: str, treated: Given) -> str:
    """The treated area whose lines an outcome names, otherwise the forehead or the first of the areas."""
    for word, area in _AREA_WORDS.items():
        if word in words and area in treated.areas:
            return area
    return "forehead" if "forehead" in treated.areas else treated.areas[0]


def lines(row: Row) -> Asked:
    """Shares of responders, onset, time and size of the largest effect, relapse, duration."""
    area = area_read(row.words, row.treated)
    if row.observation.statistic == "ratio":
        return product_ratio(row, skin=False)
    if row.says("prefer", "satisf", "at rest", "adverse"):
        raise row.no_read_out()
    if row.is_share and row.says("onset"):
        return "line responders", partial(line_readings.onset_share, area=area, day=row.day)
    if row.is_share:
        return "line responders", partial(
            line_readings.responders,
            area=area,
            day=row.day,
            rule=_rule(row.words),
            rater=_rater(row),
            relapsed=row.says("relapse"),
        )
    if is_time(row.observation) and row.says("onset"):
        return "line onset", partial(line_readings.onset, area=area)
    if row.says("largest", "maxim", "peak"):
        return _largest(row, area)
    if is_time(row.observation):
        return "line duration", partial(line_readings.duration, area=area, median=row.median)
    raise row.not_as_reported("lines")


def _largest(row: Row, area: str) -> Asked:
    if is_time(row.observation):
        return "time of largest effect", partial(line_readings.largest_effect_day, area=area)
    if row.says("fraction", "share"):
        return "share of largest effect", partial(line_readings.share_of_largest, area=area, day=row.day)
    raise row.no_read_out()


def _rule(words: str) -> line_readings.Rule:
    if re.search(r"(>=?|≥|at least)\s*\+?2|2[- ](grade|point)|two[- ](grade|point)", words) and "score" not in words:
        return "two grades"
    if re.search(r"none|0\s*/\s*1|0 or 1|mild", words):
        return "none or mild"
    return "one grade"


def _rater(row: Row) -> line_readings.Rater:
    if row.says("composite"):
        return "both"
    return "patient" if row.says("patient", "subject") else "investigator"


def muscle(row: Row) -> Asked:
    """Potentials evoked or voluntary, onset of weakness or paralysis, weakness of the hand, ratios of products."""
    statistic = row.observation.statistic
    if statistic == "ratio" and row.arm.product in PRODUCTS and row.says("equal", "equival"):
        return product_ratio(row, skin=False)
    if row.is_share and "palm" in row.arm.site and row.says("weakness", "grip"):
        return "hand weakness", muscle_readings.weak_hand
    groups = (
        ("skin",) if "skin" in row.treated.scene.groups else line_readings.MUSCLES[area_read(row.words, row.treated)]
    )
    if row.says("cmap") and statistic == "mean" and not is_time(row.observation):
        return "evoked response", partial(muscle_readings.evoked, groups=groups, day=row.day, unit=_response_unit(row))
    if is_time(row.observation) and row.says("first significant"):
        return "muscle onset", partial(muscle_readings.first_day, groups=groups, left="evoked_noticed_share")
    if is_time(row.observation) and row.says("onset") and row.says("paralysis"):
        return "paralysis onset", partial(muscle_readings.first_day, groups=groups, left="onset_force")
    if is_time(row.observation) and row.says("duration"):
        reading = muscle_readings.retreated_after if row.says("retreat") else muscle_readings.weak_days
        return "weakness duration", partial(reading, groups=groups)
    if row.says("tsui") and statistic == "mean":
        return "dystonia score", partial(muscle_readings.dystonia, groups=groups, day=row.day)
    if row.says("voluntary", "motor unit") and statistic in ("mean_change_percent", "mean"):
        power = "motor_unit_exponent" if row.says("motor unit") else "emg_exponent"
        return "voluntary amplitude", partial(muscle_readings.amplitude, groups=groups, day=row.day, power=power)
    raise row.no_read_out()


def _response_unit(row: Row) -> float:
    """What remains is reported as a ratio or in percent."""
    return 100.0 if "%" in f"{row.observation.unit} {row.words}" else 1.0


def lid(row: Row) -> Asked:
    """Share of patients with a drooping lid."""
    return _harm(row, "lid_ptosis", "lid droop")


def brow(row: Row) -> Asked:
    """Movement in mm, its direction, its peak, shares with a brow that rose or dropped."""
    observation = row.observation
    if row.says("ptosis", "drop") and observation.statistic != "direction":
        return _harm(row, "brow_drop", "brow drop")
    if observation.statistic == "direction" or (observation.statistic == "mean" and observation.unit == "mm"):
        return "brow shift", partial(brow_readings.shift, day=row.day)
    if is_time(observation) and row.says("peak"):
        return "time of largest effect", brow_readings.peak_day
    if row.is_share and row.says("raised", "lift", "increased"):
        return "brow raised", partial(brow_readings.raised_share, day=row.day)
    raise row.no_read_out()


def _harm(row: Row, harm: Harm, name: str) -> Asked:
    if not row.is_share:
        raise row.not_as_reported(name)
    if row.says("sensory"):
        raise row.no_read_out()
    return name, partial(harm_readings.rate, harm=harm)
