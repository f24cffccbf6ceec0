"""From the cells of a line to a study, an arm or an observation, with every fault of the line noted."""

from __future__ import annotations

from collections.abc import Collection

from holocrine.knowledge.evidence.cells import Row
from holocrine.knowledge.evidence.records import Arm, Observation, Study
from holocrine.knowledge.evidence.reported import Reported
from holocrine.knowledge.evidence.sheets import ARMS, STUDIES
from holocrine.knowledge.evidence.words import PAIRED_SPREADS, ROLES, SPREAD_KINDS, STATISTICS, direction_in

Ids = Collection[str] | None
"""The ids a reference may name; None when their table could not be read."""


def study(row: Row, study_ids: Ids) -> Study:
    """The study in a line of studies.csv."""
    overlaps = row.references("overlaps", study_ids, STUDIES.file)
    if row.id in overlaps:
        row.fault("overlaps", "the study names itself", "other studies")
    return Study(
        study_id=row.id,
        citation=row.required("citation"),
        doi=row.text("doi"),
        year=row.whole("year", 1800, 2200),
        design=row.text("design"),
        blinding=row.text("blinding"),
        access=row.text("access"),
        url=row.text("url"),
        overlaps=overlaps,
        note=row.text("note"),
    )


def arm(row: Row, study_ids: Ids) -> Arm:
    """The arm in a line of arms.csv."""
    row.required("study_id")
    return Arm(
        arm_id=row.id,
        study_id=row.reference("study_id", study_ids, STUDIES.file),
        label=row.text("label"),
        n=row.whole("n", 0),
        age_mean=row.number("age_mean", 0.0),
        female_share=row.number("female_share", 0.0, 1.0),
        product=row.text("product"),
        units_per_point=row.reported("units_per_point", 0.0),
        points=row.reported("points", 0.0),
        ml_per_point=row.reported("ml_per_point", 0.0),
        spacing_mm=row.reported("spacing_mm", 0.0),
        pattern=row.text("pattern"),
        area_cm2=row.reported("area_cm2", 0.0),
        route=row.text("route"),
        site=row.text("site"),
        session_days=row.numbers("session_days") or (0.0,),
        drug=row.text("drug"),
        selected_for=row.text("selected_for"),
        baseline=row.facts("baseline"),
        note=row.text("note"),
    )


def observation(row: Row, arm_ids: Ids) -> Observation:
    """The observation in a line of observations.csv."""
    row.required("arm_id")
    arm_id, contrast = (row.reference(column, arm_ids, ARMS.file) for column in ("arm_id", "contrast_arm_id"))
    if contrast and contrast == arm_id:
        row.fault("contrast_arm_id", "the arm is compared with itself", "another arm, or empty")
    from_mm, to_mm = row.number("from_mm", 0.0), row.number("to_mm", 0.0)
    if from_mm is not None and to_mm is not None and from_mm > to_mm:
        row.fault("from_mm", f"{from_mm:g} is more than to_mm, {to_mm:g}", "from_mm up to to_mm")
    statistic = row.word("statistic", STATISTICS)
    return Observation(
        observation_id=row.id,
        arm_id=arm_id,
        outcome=row.required("outcome"),
        unit=row.text("unit"),
        target=row.text("target"),
        from_mm=from_mm,
        to_mm=to_mm,
        day=row.reported("day"),
        statistic=statistic,
        value=_value(row, statistic),
        direction=direction_in(row.text("value")) if statistic == "direction" else "",
        spread_kind=row.word("spread_kind", SPREAD_KINDS, optional=True),
        spread=_spread(row),
        contrast_arm_id=contrast,
        role=row.word("role", ROLES),
        note=row.text("note"),
    )


def _value(row: Row, statistic: str) -> Reported | None:
    """The number observed. Without a known statistic nothing can be said about it."""
    if statistic in ("direction", ""):
        return None
    return row.reported("value", 0.0, 100.0) if statistic == "responder_percent" else row.reported("value")


def _spread(row: Row) -> Reported | None:
    kind, text = row.text("spread_kind"), row.text("spread")
    if bool(kind) != bool(text):
        given, lacking = ("spread", "spread_kind") if text else ("spread_kind", "spread")
        row.fault(lacking, f"is empty although {given} is given", "both or neither")
    spread = row.reported("spread", 0.0) if kind in ("SD", "SE") else row.reported("spread")
    if kind in PAIRED_SPREADS and spread is not None and not spread.is_pair:
        row.fault("spread", f"{spread.text} is not a pair", f"for {kind} both ends, such as 1.1;1.5")
    return spread
