"""The data of a trial as tables shaped like CDISC's: what was collected (SDTM) and what is analysed (ADaM).

The shape is borrowed, not the standard: no controlled terminology was checked against a release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from holocrine.trials.adam import adeff, adsl
from holocrine.trials.sdtm import ae, dm, ds, ex, fa, qs
from holocrine.trials.tabular import Coded, Study, Table

TABLES: Mapping[str, Callable[[Study], Table]] = {
    "dm": dm,
    "ex": ex,
    "fa": fa,
    "qs": qs,
    "ae": ae,
    "ds": ds,
    "adsl": adsl,
    "adeff": adeff,
}
"""Every table by its name."""

ABOUT: Mapping[str, str] = {
    "STUDYID": "Study",
    "DOMAIN": "Table",
    "USUBJID": "Patient",
    "AGE": "Age in completed years",
    "AGEU": "Unit of the age",
    "SEX": "Sex",
    "SKINTYPE": "Fitzpatrick skin type, 1 to 6",
    "ARM": "Treatment as randomised",
    "EXTRT": "What was given",
    "EXDOSE": "Dose of the session, all regions of the arm or side together",
    "EXDOSU": "Unit of the dose",
    "EXROUTE": "Route",
    "EXLAT": "Side of the face",
    "EXSTDY": "Study day of the session; day 1 is that of the first",
    "FATESTCD": "What was measured, code",
    "FATEST": "What was measured",
    "FAORRES": "Reading",
    "FAORRESU": "Unit of the reading",
    "FALAT": "Side of the face",
    "FADY": "Study day of the reading",
    "QSTESTCD": "Scale, code",
    "QSTEST": "Scale",
    "QSORRES": "Grade",
    "QSLAT": "Side of the face",
    "QSDY": "Study day of the grading",
    "VISITNUM": "Number of the visit; 0 is baseline",
    "VISIT": "Visit",
    "AETERM": "Event",
    "AELAT": "Side of the face",
    "DSDECOD": "Whether the patient stayed to the end",
    "DSSTDY": "Study day of the end, or of the last visit before drop-out",
    "TRT01P": "Planned treatment",
    "TRT01PN": "Planned treatment, number",
    "ITTFL": "Randomised (Y)",
    "COMPLFL": "Stayed to the end (Y, N)",
    "SEBUMBL": "Casual sebum at baseline, ug/cm2",
    "ILCBL": "Inflammatory lesions at baseline",
    "NILCBL": "Non-inflammatory lesions at baseline",
    "IGABL": "Global assessment at baseline, the worse side",
    "PARAMCD": "Parameter, code",
    "PARAM": "Parameter with its unit",
    "TRTP": "Treatment that this value is taken under",
    "LAT": "Side of the face",
    "AVISIT": "Visit",
    "AVISITN": "Week of the visit; 0 is baseline",
    "ADY": "Study day",
    "AVAL": "Value",
    "BASE": "Value at baseline",
    "CHG": "Change from baseline",
    "PCHG": "Change from baseline in percent; empty where the baseline is 0",
    "ABLFL": "Baseline record (Y)",
}
"""What each column means."""


def dictionary(study: Study) -> list[tuple[str, str, str, str, str]]:
    """The data dictionary: table, column, meaning, type, and the words of a coded column."""
    rows = []
    for name, make in TABLES.items():
        for column, values in make(study).items():
            if isinstance(values, Coded):
                words = "" if column == "USUBJID" else "; ".join(values.words)
                rows.append((name, column, ABOUT[column], "text", words))
            else:
                kind = "number" if values.dtype.kind == "f" else "whole number"
                rows.append((name, column, ABOUT[column], kind, ""))
    return rows
