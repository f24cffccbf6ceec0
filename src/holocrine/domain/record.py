"""What the record holds of a person, one file each: description, readings, plan; and the words all entries share."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from holocrine.domain.base import Record, fault
from holocrine.domain.observation import Observation
from holocrine.domain.patient import Patient
from holocrine.domain.text import EARLIEST, LATEST, Day, Line80

RecordKind = Literal["patient", "plan", "treatment", "observation", "forecast", "photo", "event"]
"""The kinds of entries; `forecast` is one updated with readings, `event` an adverse event."""


def _printable(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise fault(
            "the text is blank or holds an unprintable character",
            allowed="one line of printable text",
            remedy="Write it on one line, without control characters.",
        )
    return value


def _plausible(value: dt.datetime) -> dt.datetime:
    if value.tzinfo is not None or not EARLIEST <= value.date() <= LATEST:
        raise fault(
            f"{value.isoformat()} is not a plausible time of the clinic's clock",
            allowed=f"a date with a time, without a time zone, from {EARLIEST} to {LATEST}",
            remedy="Write it as on the clock on the wall, such as 2026-01-31T09:30:00.",
        )
    return value


Reason = Annotated[str, Field(min_length=3, max_length=500), AfterValidator(_printable)]
"""Why something was done or differs: one printable line of 3 to 500 characters."""
Moment = Annotated[
    dt.datetime,
    AfterValidator(_plausible),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "description": "a date with a time, such as 2026-01-31T09:30:00"}
    ),
]
"""A time on the clinic's clock, without a time zone."""
PersonName = Annotated[
    Line80, Field(description='the patient in the record: pseudonym, or id such as "patient-1"; text in quotes')
]
"""Who an entry is about. Stored entries hold the id."""


PATIENT_ID = r"patient-[0-9]+"
"""How the record numbers patients; no pseudonym may look like that."""


class Entry(Record):
    """What the record keeps of one thing; every kind of entry is one subclass."""

    kind: ClassVar[RecordKind]

    @property
    def days(self) -> tuple[tuple[str, dt.date], ...]:
        """Fields with days on which something has already happened: they cannot lie after the day of writing."""
        return ()


class PatientsEntry(Entry):
    """An entry about a patient of the record."""

    patient: PersonName


class PatientEntry(Entry):
    """A person as described on one day, in the words of a case file; a new description is a new version."""

    kind: ClassVar[RecordKind] = "patient"

    schema_name: Annotated[Literal["holocrine.patient/1"], Field(alias="schema")] = "holocrine.patient/1"
    described_on: Day
    person: Annotated[Patient, Field(alias="patient")]

    @model_validator(mode="after")
    def _pseudonym_is_no_id(self) -> Self:
        if re.fullmatch(PATIENT_ID, self.person.pseudonym):
            raise fault(
                f'"{self.person.pseudonym}" looks like an id of the record',
                allowed="a pseudonym of another form",
                remedy="Choose another.",
                field="patient.pseudonym",
            )
        return self

    @property
    def days(self) -> tuple[tuple[str, dt.date], ...]:
        """The day of the description."""
        return (("described_on", self.described_on),)


class ObservationEntry(PatientsEntry):
    """Readings of one person, of the type a case file has. The record keeps each of them as an entry of its own."""

    kind: ClassVar[RecordKind] = "observation"

    schema_name: Annotated[Literal["holocrine.observation/1"], Field(alias="schema")] = "holocrine.observation/1"
    observations: Annotated[tuple[Observation, ...], Field(alias="observation", min_length=1, max_length=1000)]

    @property
    def days(self) -> tuple[tuple[str, dt.date], ...]:
        """The day of each reading."""
        return tuple((f"observation[{index}].date", each.date) for index, each in enumerate(self.observations))

    @property
    def single(self) -> tuple[ObservationEntry, ...]:
        """One entry per reading."""
        return tuple(self.model_copy(update={"observations": (each,)}) for each in self.observations)


class PlanEntry(PatientsEntry):
    """The exact text of a plan.toml and, where there is one, of its forecast.json with provenance."""

    kind: ClassVar[RecordKind] = "plan"

    schema_name: Annotated[Literal["holocrine.plan-entry/1"], Field(alias="schema")] = "holocrine.plan-entry/1"
    plan_toml: str
    forecast_json: str | None = None


class ForecastEntry(PatientsEntry):
    """The exact text of a forecast that was updated with this person's readings; a later one stands beside it."""

    kind: ClassVar[RecordKind] = "forecast"

    schema_name: Annotated[Literal["holocrine.forecast-entry/1"], Field(alias="schema")] = "holocrine.forecast-entry/1"
    forecast_json: str


class Consent(Record):
    """What the person agreed to, and when. Without consent no photo is kept."""

    given: Literal["yes"]
    date: Day
    purposes: Annotated[
        tuple[Literal["treatment_record", "teaching", "research", "publication"], ...], Field(min_length=1)
    ]


class PhotoBase(PatientsEntry):
    """A photo in words, with the consent to keep it."""

    kind: ClassVar[RecordKind] = "photo"

    taken_on: Day
    view: Literal["front", "oblique_left", "oblique_right", "side_left", "side_right", "close_up", "other"]
    expression: Literal["rest", "frown", "brow_raise", "smile", "other"] = "rest"
    consent: Consent

    @property
    def days(self) -> tuple[tuple[str, dt.date], ...]:
        """The days of the photo and of the consent."""
        return (("taken_on", self.taken_on), ("consent.date", self.consent.date))


class PhotoFile(PhotoBase):
    """A photo to be taken into the record: `file` is a JPEG or PNG in the same folder."""

    schema_name: Annotated[Literal["holocrine.photo/1"], Field(alias="schema")] = "holocrine.photo/1"
    file: Line80

    @model_validator(mode="after")
    def _beside(self) -> Self:
        if self.file in (".", "..") or "/" in self.file or "\\" in self.file:
            raise fault(
                "is not the plain name of a file",
                allowed='a file in the same folder, such as "front.jpg"',
                remedy="Put the photo beside this file.",
                field="file",
            )
        return self


class PhotoEntry(PhotoBase):
    """A photo in the record: the image without its metadata, known by its SHA-256.

    `orientation` is the number the camera wrote (1 upright ... 8, as in EXIF), by which a viewer turns the image.
    """

    schema_name: Annotated[Literal["holocrine.photo-entry/1"], Field(alias="schema")] = "holocrine.photo-entry/1"
    media_type: Literal["image/jpeg", "image/png"]
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]
    orientation: Annotated[int, Field(ge=1, le=8)] = 1
    size: Annotated[int, Field(gt=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
