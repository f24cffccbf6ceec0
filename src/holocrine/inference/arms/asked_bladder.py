"""What a row on the bladder asks: its outcome class and reading, or why no read-out says it."""

from __future__ import annotations

from functools import partial

from holocrine.inference.arms import bladder_readings
from holocrine.inference.arms.bladder_arms import Injected, injected
from holocrine.inference.arms.rows import baseline_number, days_per, is_time
from holocrine.inference.blocks.rows import BlockAsked, BlockRow


def bladder(row: BlockRow) -> BlockAsked:
    """Leaks, pressure, retreatment, benefit, and what goes wrong. Raises NotModelledError."""
    given = injected(row.arm)
    if row.is_share:
        return _share(row, given)
    if row.says("episodes"):
        return _leaks(row, given)
    if row.says("pressure") and row.observation.statistic in ("mean_change_percent", "direction"):
        return "detrusor pressure", partial(bladder_readings.pressure_change, given=given, day=row.day)
    if is_time(row.observation) and row.says("retreat", "duration"):
        unit = days_per(row.observation.unit)
        reading = partial(bladder_readings.retreated_after, given=given, median=row.median, days_per_unit=unit)
        return "bladder retreatment", reading
    raise row.no_read_out()


def _share(row: BlockRow, given: Injected) -> BlockAsked:
    men = "male" in row.arm.label.replace("female", "")
    if row.says("continent", "dry"):
        return "dry diary", partial(bladder_readings.dry, given=given, day=row.day)
    if row.says("benefit", "satisf"):
        return "bladder benefit", partial(bladder_readings.benefit, given=given, day=row.day)
    if row.says("retention"):
        return "urinary retention", partial(bladder_readings.retention, given=given, men=men)
    if row.says("infection"):
        return "urinary infection", partial(bladder_readings.infection, given=given, men=men)
    if row.says("dysuria"):
        return "painful voiding", partial(bladder_readings.painful_voiding, given=given)
    raise row.no_read_out()


def _leaks(row: BlockRow, given: Injected) -> BlockAsked:
    if row.observation.statistic != "mean":
        raise row.not_as_reported("leak episodes")
    per_days = 7.0 if "week" in row.observation.unit else 1.0
    weekly = "week" in row.arm.baseline.get("incontinence_episodes", "")
    printed = baseline_number(row.arm, "incontinence_episodes")
    before = printed if printed is None or not weekly else printed / 7.0
    change = row.says("change")
    reading = bladder_readings.fall_of_leaks if change else bladder_readings.leaks
    name = "fall of leak episodes" if change else "leak episodes"
    return name, partial(reading, given=given, day=row.day, before=before, per_days=per_days)
