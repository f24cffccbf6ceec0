"""The mapping file: which column of a clinic's spreadsheet is which field of the record (`holocrine.csv-mapping/1`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from holocrine.domain.base import Record, fault
from holocrine.domain.text import Line80

DateFormat = Literal["YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "excel-1900", "excel-1904"]
"""How days are written; the last two are serial numbers as Excel for Windows and for old Macs counts them."""
Heading = Annotated[str, Field(min_length=1, max_length=200)]


class Source(Record):
    """Where a field comes from: a column by its heading, or the same value in every row.

    `codes` turns what stands in the cells into words of the record; then no other text is accepted. `unit` belongs to
    cells that hold bare numbers.
    """

    column: Heading | None = None
    value: str | int | float | None = None
    unit: Line80 | None = None
    codes: Annotated[dict[str, str], Field(max_length=1000)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.column is None) == (self.value is None):
            raise fault(
                "names a column and a value, or neither",
                allowed='column = "..." or value = "..."',
                remedy="Keep one of the two.",
                field="column",
            )
        return self


class FileFormat(Record):
    """How the file is written. `blank` are texts that mean an empty cell, such as "n/a"."""

    encoding: Literal["utf-8", "cp1252"] = "utf-8"
    delimiter: Literal[",", ";", "\t"] = ","
    decimal: Literal[".", ","] = "."
    dates: DateFormat = "YYYY-MM-DD"
    heading_row: Annotated[int, Field(ge=1, le=1000)] = 1
    blank: tuple[str, ...] = ()


class Block(Record):
    """Fields that together make an entry out of each row, unless the cells of all its `keys` are blank."""

    keys: ClassVar[tuple[str, ...]]

    @property
    def sources(self) -> Iterator[tuple[str, Source]]:
        """The fields that are mapped."""
        for name in type(self).model_fields:
            if (source := getattr(self, name)) is not None:
                yield name, source


class PatientBlock(Block):
    """A person; rows about the same pseudonym must say the same."""

    keys: ClassVar[tuple[str, ...]] = ("pseudonym",)

    pseudonym: Source
    described_on: Source
    age: Source | None = None
    sex: Source | None = None
    skin_type: Source | None = None
    pregnancy: Source | None = None
    lactation: Source | None = None


class ObservationBlock(Block):
    """A reading. Several blocks read several columns of a row, one for each instrument, region or lesion."""

    keys: ClassVar[tuple[str, ...]] = ("value",)

    patient: Source
    date: Source
    instrument: Source
    region: Source | None = None
    lesion: Source | None = None
    value: Source
    rater: Source | None = None


class SessionBlock(Block):
    """The total of a session, without points or lot: kept as a treatment given elsewhere."""

    keys: ClassVar[tuple[str, ...]] = ("total_units", "product")

    patient: Source
    date: Source
    product: Source
    total_units: Source
    indication: Source | None = None
    region: Source | None = None


class PointBlock(Block):
    """One injection. Rows of one person and day make one treatment; vials are told apart by product and lot."""

    keys: ClassVar[tuple[str, ...]] = ("id", "x", "y", "units", "volume")

    patient: Source
    date: Source
    indication: Source | None = None
    injector: Source | None = None
    product: Source
    lot: Source
    expiry: Source
    vial_units: Source
    diluent: Source
    diluent_volume: Source
    reconstituted_on: Source
    reconstituted_at: Source
    id: Source
    region: Source | None = None
    x: Source
    y: Source
    depth: Source
    plane: Source | None = None
    units: Source
    volume: Source


class EventBlock(Block):
    """An adverse event."""

    keys: ClassVar[tuple[str, ...]] = ("event", "onset", "grade")

    patient: Source
    event: Source
    harm: Source | None = None
    onset: Source
    ended: Source | None = None
    grade: Source
    outcome: Source
    relation: Source
    lot: Source | None = None
    action: Source | None = None
    description: Source | None = None


class CsvMapping(Record):
    """The whole mapping: how the file is written, and what each row holds."""

    schema_name: Annotated[Literal["holocrine.csv-mapping/1"], Field(alias="schema")] = "holocrine.csv-mapping/1"
    file: FileFormat = FileFormat()
    patient: PatientBlock | None = None
    observations: Annotated[tuple[ObservationBlock, ...], Field(alias="observation", max_length=100)] = ()
    sessions: Annotated[tuple[SessionBlock, ...], Field(alias="session", max_length=20)] = ()
    points: PointBlock | None = Field(default=None, alias="point")
    events: Annotated[tuple[EventBlock, ...], Field(alias="event", max_length=20)] = ()

    @property
    def blocks(self) -> Iterator[Block]:
        """Every block."""
        singles = (block for block in (self.patient, self.points) if block is not None)
        yield from (*singles, *self.observations, *self.sessions, *self.events)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(True for _ in self.blocks):
            raise fault(
                "maps nothing",
                allowed="[patient], [[observation]], [[session]], [point] or [[event]]",
                remedy="Add what the rows hold.",
                field="observation",
            )
        return self
