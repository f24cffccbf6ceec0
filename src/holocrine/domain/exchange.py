"""What exports and imports of the record answer: what was written, what was left out, what could not be read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from holocrine.domain.base import Record
from holocrine.domain.record_answer import Head, Version


class Unread(Record):
    """Something of a foreign file that the record has no place for: where it stands and why it stays outside."""

    resource: str
    path: str
    reason: str


class FaultyCell(Record):
    """A cell of a spreadsheet that cannot be read. Rows are counted as in a spreadsheet program: the first is 1."""

    row: int
    column: str
    problem: str


class FhirExport(Record):
    """Answer of `export fhir`: the bundle, or the `path` it was written to; never both.

    `resources` counts them by type; `left_out` names what of the record is not in the bundle.
    """

    schema_name: Annotated[Literal["holocrine.fhir-answer/1"], Field(alias="schema")] = "holocrine.fhir-answer/1"
    package_version: str
    patient: str
    resources: dict[str, int]
    left_out: tuple[str, ...]
    bundle: str | None = None
    path: str | None = None


class NmtranExport(Record):
    """Answer of `export nmtran`: three texts, or the `paths` they were written to; never both.

    `left_out` names what the data set cannot express.
    """

    schema_name: Annotated[Literal["holocrine.nmtran-answer/1"], Field(alias="schema")] = "holocrine.nmtran-answer/1"
    package_version: str
    patients: tuple[str, ...]
    rows: int
    left_out: tuple[str, ...]
    data: str | None = None
    dictionary: str | None = None
    control: str | None = None
    paths: tuple[str, ...] = ()


class Imported(Record):
    """Answer of `import`: the versions written or, in a dry run, those that would be (with the head they would make).

    With `faults` nothing was written. `unread` is what a foreign bundle holds beyond that.
    """

    schema_name: Annotated[Literal["holocrine.import-answer/1"], Field(alias="schema")] = "holocrine.import-answer/1"
    dry_run: bool
    written: tuple[Version, ...] = ()
    unread: tuple[Unread, ...] = ()
    faults: tuple[FaultyCell, ...] = ()
    faults_not_listed: Annotated[int, Field(ge=0)] = 0
    head: Head | None = None
