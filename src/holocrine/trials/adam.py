"""What is analysed in a trial, in tables shaped like CDISC's ADaM."""

from __future__ import annotations

import numpy as np

from holocrine.trials.sdtm import planned
from holocrine.trials.tabular import Coded, Study, Table, stack_columns


def adsl(study: Study) -> Table:
    """One row for each patient: treatment, flags and baseline values (of both sides together in a split face)."""
    data = study.data
    everybody = np.arange(data.n)
    head = study.head("ADSL", everybody)
    left = data.gone.any(axis=1)
    return {
        "STUDYID": head["STUDYID"],
        "USUBJID": head["USUBJID"],
        "AGE": data.age.astype(np.int32),
        "SEX": Coded((data.sex == "male").astype(np.int32), ("F", "M")),
        "TRT01P": Coded(data.arm.astype(np.int32), planned(study)),
        "TRT01PN": (data.arm + 1).astype(np.int32),
        "ITTFL": study.constant("Y", data.n),
        "COMPLFL": Coded(np.asarray(left, dtype=np.int32), ("Y", "N")),
        "SEBUMBL": data.sebum[None][:, :, 0].mean(axis=1).astype(np.float32),
        "ILCBL": data.lesions["inflammatory"][:, :, 0].sum(axis=1).astype(np.float32),
        "NILCBL": data.lesions["noninflammatory"][:, :, 0].sum(axis=1).astype(np.float32),
        "IGABL": data.grade[:, :, 0].max(axis=1).astype(np.int32),
    }


def adeff(study: Study) -> Table:
    """One row for each parameter, patient, side and visit: value, baseline, change and change in percent."""
    patient, track, visit = study.kept()
    parameters = [*study.measures(), ("IGA", "Investigator's Global Assessment", "grade", study.data.grade)]
    parts = []
    for code, name, unit, values in parameters:
        value, base = values[patient, track, visit], values[patient, track, 0]
        percent = 100.0 * np.divide(value - base, base, out=np.full_like(value, np.nan), where=base != 0.0)
        parts.append(
            {
                "STUDYID": study.constant(study.name, patient.size),
                "USUBJID": study.subject(patient),
                "PARAMCD": study.constant(code, patient.size),
                "PARAM": study.constant(f"{name} ({unit})", patient.size),
                "TRTP": study.arm_of(patient, track, visit),
                **({"LAT": study.side(patient, track)} if study.tracks > 1 else {}),
                "AVISIT": Coded(visit.astype(np.int32), study.visit_names),
                "AVISITN": study.weeks[visit].astype(np.float32),
                "ADY": study.days[visit],
                "AVAL": value.astype(np.float32),
                "BASE": base.astype(np.float32),
                "CHG": (value - base).astype(np.float32),
                "PCHG": percent.astype(np.float32),
                "ABLFL": Coded((visit > 0).astype(np.int32), ("Y", "")),
            }
        )
    return stack_columns(parts)
