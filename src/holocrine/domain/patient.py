"""The person: who, not what was found."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from holocrine.domain.base import Record
from holocrine.domain.quantities import Distance
from holocrine.domain.text import Line80
from holocrine.domain.vocabulary import Sex, YesNo


class FaceMeasurements(Record):
    """Distances measured on this person; any that is missing comes from anthropometry for the sex."""

    forehead_height: Distance | None = None
    bitemporal_width: Distance | None = None
    bizygomatic_width: Distance | None = None
    intercanthal_distance: Distance | None = None
    nasal_width: Distance | None = None
    face_height: Distance | None = None


class Patient(Record):
    """A pseudonymous person. Age in years. Unknown pregnancy or lactation is asked for, never assumed."""

    pseudonym: Line80
    age: Annotated[int, Field(ge=0, le=120)] | None = None
    sex: Sex | None = None
    skin_type: Annotated[int, Field(ge=1, le=6)] | None = None
    pregnancy: YesNo = "unknown"
    lactation: YesNo = "unknown"
    face: FaceMeasurements = FaceMeasurements()
