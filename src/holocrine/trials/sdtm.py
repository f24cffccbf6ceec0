"""What was collected in a trial, in tables shaped like CDISC's SDTM."""

from __future__ import annotations

import numpy as np

from holocrine.domain.trial_arm import TrialArm
from holocrine.trials.dataset import Index
from holocrine.trials.tabular import DAYS_PER_WEEK, Coded, Study, Table, stack_columns

GIVEN = {"saline": "SALINE", "vehicle": "VEHICLE"}


def dm(study: Study) -> Table:
    """Demographics: one row for each patient."""
    data = study.data
    everybody = np.arange(data.n)
    return {
        **study.head("DM", everybody),
        "AGE": data.age.astype(np.int32),
        "AGEU": study.constant("YEARS", data.n),
        "SEX": Coded((data.sex == "male").astype(np.int32), ("F", "M")),
        "SKINTYPE": data.skin_type.astype(np.int32),
        "ARM": Coded(data.arm.astype(np.int32), planned(study)),
    }


def planned(study: Study) -> tuple[str, ...]:
    """What each number of an arm stands for: a treatment, the treatments of both sides, or their order."""
    names = study.design.arm_names
    if study.design.layout == "split_face":
        return tuple(f"{left} left, {right} right" for left, right in (names, names[::-1]))
    if study.design.layout == "crossover":
        return tuple(f"{first} then {second}" for first, second in (names, names[::-1]))
    return names


def ex(study: Study) -> Table:
    """Exposure: one row for each session of each patient, and for each side in a split face."""
    parts = []
    second = study.design.second_period or 0.0
    for number, arm in enumerate(study.design.arm):
        for session in arm.session:
            for starts, offset in ((True, 0.0), (False, second)) if study.design.second_period else ((None, 0.0),):
                patient = _given_to(study, number, starts)
                there = ~(study.data.gone[patient] & (study.weeks[1:] <= session.week + offset)).any(axis=1)
                parts.append(_session(study, arm, session.give, session.week + offset, patient[there], number))
    return stack_columns(parts) if parts else _session(study, study.design.arm[0], "vehicle", 0.0, _nobody(), 0)


def fa(study: Study) -> Table:
    """Findings: every sebum reading and lesion count, one row each."""
    patient, track, visit = study.kept()
    parts = []
    for code, name, unit, values in study.measures():
        parts.append(
            {
                **study.head("FA", patient),
                "FATESTCD": study.constant(code, patient.size),
                "FATEST": study.constant(name, patient.size),
                "FAORRES": values[patient, track, visit].astype(np.float32),
                "FAORRESU": study.constant(unit, patient.size),
                **_where(study, "FA", patient, track),
                **_when(study, "FA", visit),
            }
        )
    return stack_columns(parts)


def qs(study: Study) -> Table:
    """Gradings: the global assessment at every visit."""
    patient, track, visit = study.kept()
    return {
        **study.head("QS", patient),
        "QSTESTCD": study.constant("IGA", patient.size),
        "QSTEST": study.constant("Investigator's Global Assessment, 0 clear to 4 severe", patient.size),
        "QSORRES": study.data.grade[patient, track, visit].astype(np.int32),
        **_where(study, "QS", patient, track),
        **_when(study, "QS", visit),
    }


def ae(study: Study) -> Table:
    """Adverse events: drooping lids."""
    patient, track = np.nonzero(study.data.droop)
    return {
        **study.head("AE", patient),
        "AETERM": study.constant("Eyelid ptosis", patient.size),
        **({"AELAT": study.side(patient, track)} if study.tracks > 1 else {}),
    }


def ds(study: Study) -> Table:
    """Disposition: whether each patient stayed, and the last study day."""
    data = study.data
    left = data.gone.any(axis=1)
    last = np.where(left, np.argmax(data.gone, axis=1), len(study.design.visits))
    return {
        **study.head("DS", np.arange(data.n)),
        "DSDECOD": Coded(np.asarray(left, dtype=np.int32), ("COMPLETED", "DROP-OUT")),
        "DSSTDY": study.days[last],
    }


def _given_to(study: Study, number: int, starts: bool | None) -> Index:
    """Patients who get arm `number`: in a crossover those who start with it, or not; in a split face everybody."""
    if study.design.layout == "split_face":
        return np.arange(study.data.n)
    mine = study.data.arm == number
    return np.flatnonzero(mine if starts in (None, True) else ~mine)


def _nobody() -> Index:
    return np.zeros(0, dtype=np.int64)


def _session(study: Study, arm: TrialArm, give: str, week: float, patient: Index, number: int) -> Table:
    rows = patient.size
    toxin = arm.toxin if give == "toxin" else None
    regions = len(study.design.regions) / (2.0 if study.design.layout == "split_face" else 1.0)
    side = {"EXLAT": study.side(patient, np.full(rows, number))} if study.tracks > 1 else {}
    return {
        **study.head("EX", patient),
        "EXTRT": study.constant(GIVEN.get(give, "") if toxin is None else toxin.product, rows),
        "EXDOSE": np.full(rows, 0.0 if toxin is None else toxin.units * regions),
        "EXDOSU": study.constant("" if toxin is None else f"units {toxin.product}", rows),
        "EXROUTE": study.constant("TOPICAL" if give == "vehicle" else _plane(arm), rows),
        **side,
        "EXSTDY": np.full(rows, round(DAYS_PER_WEEK * week) + 1, dtype=np.int32),
    }


def _plane(arm: TrialArm) -> str:
    return "INTRADERMAL" if arm.toxin is None else arm.toxin.plane.upper()


def _where(study: Study, domain: str, patient: Index, track: Index) -> Table:
    return {f"{domain}LAT": study.side(patient, track)} if study.tracks > 1 else {}


def _when(study: Study, domain: str, visit: Index) -> Table:
    return {
        "VISITNUM": visit.astype(np.int32),
        "VISIT": Coded(visit.astype(np.int32), study.visit_names),
        f"{domain}DY": study.days[visit],
    }
