"""The JSON Schema of every file and answer, by its name."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel

from holocrine.domain.answer import PlanDocument, SimulateDocument
from holocrine.domain.assessment import Assessment
from holocrine.domain.calibration import Calibration
from holocrine.domain.case import Case
from holocrine.domain.csv_mapping import CsvMapping
from holocrine.domain.exchange import FhirExport, Imported, NmtranExport
from holocrine.domain.export import SbmlDocument
from holocrine.domain.forecast import Forecast
from holocrine.domain.individual import IndividualForecast
from holocrine.domain.plan import Plan
from holocrine.domain.record import ForecastEntry, ObservationEntry, PatientEntry, PhotoEntry, PhotoFile, PlanEntry
from holocrine.domain.record_answer import Backup, Entries, Head, Recall, Verification, Written
from holocrine.domain.record_event import AdverseEvent
from holocrine.domain.record_treatment import Treatment
from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_answer import TrialAnswer, TrialAnswers
from holocrine.domain.validation import Validation
from holocrine.errors import InputError, nearest_match

# files are described as they may be written, answers as they are always given
_MODELS: dict[str, tuple[type[BaseModel], Literal["validation", "serialization"]]] = {
    "holocrine.case/1": (Case, "validation"),
    "holocrine.plan/1": (Plan, "validation"),
    "holocrine.forecast/1": (Forecast, "serialization"),
    "holocrine.individual/1": (IndividualForecast, "serialization"),
    "holocrine.assessment/1": (Assessment, "serialization"),
    "holocrine.plan-answer/1": (PlanDocument, "serialization"),
    "holocrine.simulate-answer/1": (SimulateDocument, "serialization"),
    "holocrine.sbml-answer/1": (SbmlDocument, "serialization"),
    "holocrine.validation/1": (Validation, "serialization"),
    "holocrine.calibration/1": (Calibration, "serialization"),
    "holocrine.trial/1": (TrialDesign, "validation"),
    "holocrine.trial-answer/1": (TrialAnswer, "serialization"),
    "holocrine.trial-answers/1": (TrialAnswers, "serialization"),
    "holocrine.patient/1": (PatientEntry, "validation"),
    "holocrine.treatment/1": (Treatment, "validation"),
    "holocrine.observation/1": (ObservationEntry, "validation"),
    "holocrine.event/1": (AdverseEvent, "validation"),
    "holocrine.photo/1": (PhotoFile, "validation"),
    "holocrine.photo-entry/1": (PhotoEntry, "serialization"),
    "holocrine.plan-entry/1": (PlanEntry, "serialization"),
    "holocrine.forecast-entry/1": (ForecastEntry, "serialization"),
    "holocrine.record-written/1": (Written, "serialization"),
    "holocrine.record-entries/1": (Entries, "serialization"),
    "holocrine.record-verification/1": (Verification, "serialization"),
    "holocrine.record-recall/1": (Recall, "serialization"),
    "holocrine.record-head/1": (Head, "serialization"),
    "holocrine.record-backup/1": (Backup, "serialization"),
    "holocrine.csv-mapping/1": (CsvMapping, "validation"),
    "holocrine.fhir-answer/1": (FhirExport, "serialization"),
    "holocrine.nmtran-answer/1": (NmtranExport, "serialization"),
    "holocrine.import-answer/1": (Imported, "serialization"),
}
NAMES = tuple(_MODELS)
"""Every name `schema_of` knows."""


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) called `name`, which is also its `$id`; dates are ISO 8601 text.

    Raises InputError with the known names and the nearest one.
    """
    if name not in _MODELS:
        near = nearest_match(name[:80], NAMES)
        hint = f" Did you mean {near}?" if near else ""
        raise InputError(f"schema: {name[:80]!a} is not a known schema. Allowed: {', '.join(NAMES)}.{hint}")
    return deepcopy(_built(name))


@cache
def _built(name: str) -> dict[str, Any]:
    model, mode = _MODELS[name]
    body = model.model_json_schema(by_alias=True, mode=mode)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": name, **body}
