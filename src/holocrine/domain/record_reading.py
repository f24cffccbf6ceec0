"""Text of the record's files to typed entries, with the same one clear message as for a case."""

from __future__ import annotations

from pydantic import ValidationError

from holocrine.domain.forecast import Forecast
from holocrine.domain.individual import IndividualForecast
from holocrine.domain.reading import read_file, read_plan
from holocrine.domain.record import (
    Entry,
    ForecastEntry,
    ObservationEntry,
    PatientEntry,
    PhotoEntry,
    PhotoFile,
    PlanEntry,
    RecordKind,
)
from holocrine.domain.record_answer import Head
from holocrine.domain.record_event import AdverseEvent
from holocrine.domain.record_treatment import Treatment
from holocrine.errors import FileError

STORED: dict[RecordKind, type[Entry]] = {
    "patient": PatientEntry,
    "plan": PlanEntry,
    "treatment": Treatment,
    "observation": ObservationEntry,
    "forecast": ForecastEntry,
    "photo": PhotoEntry,
    "event": AdverseEvent,
}
"""What the record stores of each kind."""

_FILES: dict[str, tuple[type[Entry], str]] = {
    "patient": (PatientEntry, "holocrine.patient/1"),
    "treatment": (Treatment, "holocrine.treatment/1"),
    "observation": (ObservationEntry, "holocrine.observation/1"),
    "event": (AdverseEvent, "holocrine.event/1"),
}


def read_entry(kind: RecordKind, text: str, where: str) -> Entry:
    """The entry in the TOML `text` of the file named `where`; plans and photos have readers of their own.

    Raises FileError when it cannot be parsed, FieldError naming the first faulty field and listing the others.
    """
    model, schema = _FILES[kind]
    return read_file(model, schema, text, where)


def read_photo(text: str, where: str) -> PhotoFile:
    """The description of a photo; raises as `read_entry` does."""
    return read_file(PhotoFile, "holocrine.photo/1", text, where)


def plan_entry(patient: str, plan: tuple[str, str], forecast: tuple[str, str] | None) -> PlanEntry:
    """A plan and its forecast, each as (text, name of the file): checked, then kept to the letter.

    Raises FileError or FieldError when either is not what it should be or they belong to different runs.
    """
    text, where = plan
    read = read_plan(text, where)
    if forecast is None:
        return PlanEntry(patient=patient, plan_toml=text)
    source, name = forecast
    try:
        told = Forecast.model_validate_json(source)
    except ValidationError as error:
        raise _no_forecast(error, name, f"a forecast.json as written beside {where} (holocrine.forecast/1)") from error
    if read.provenance is not None and read.provenance.parameter_hash != told.provenance.parameter_hash:
        raise FileError(
            f"{name}: was made with other parameters ({told.provenance.parameter_hash}) than {where} "
            f"({read.provenance.parameter_hash}). Give the forecast that was written with this plan, or leave it out."
        )
    return PlanEntry(patient=patient, plan_toml=text, forecast_json=source)


def forecast_entry(patient: str, text: str, where: str) -> ForecastEntry:
    """A forecast updated with readings: checked, then kept to the letter. Raises FileError when it is none."""
    try:
        IndividualForecast.model_validate_json(text)
    except ValidationError as error:
        raise _no_forecast(error, where, "what holocrine forecast --json printed (holocrine.individual/1)") from error
    return ForecastEntry(patient=patient, forecast_json=text)


def _no_forecast(error: ValidationError, where: str, allowed: str) -> FileError:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(piece) for piece in first["loc"]) or "the file"
    return FileError(f"{where}: {place}: {first['msg'][:200]}. Allowed: {allowed}. Give the right file.")


def read_head(text: str, where: str) -> Head:
    """An exported head. Raises FileError when it is none."""
    try:
        return Head.model_validate_json(text)
    except ValidationError as error:
        raise FileError(
            f"{where}: is no head of a record. Allowed: a file written by holocrine record verify --save-head FILE."
        ) from error
