"""What the record answers: versions, what was written, where the chain ends, what is wrong with it, who got a lot."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field

from holocrine.domain.base import Record
from holocrine.domain.record import RecordKind

Action = Literal["add", "amend", "delete", "erase"]


class Version(Record):
    """One version of one entry. `content` is empty for a deletion and after the person was erased."""

    id: str
    version: int
    replaced_by: int | None
    kind: RecordKind
    patient: str
    action: Action
    written_at: str
    author: str
    reason: str | None
    erased: bool
    content: dict[str, Any] | None


class Head(Record):
    """Where the chain ends: kept outside the store, it proves later that nothing before it was changed or cut off."""

    schema_name: Annotated[Literal["holocrine.record-head/1"], Field(alias="schema")] = "holocrine.record-head/1"
    number: Annotated[int, Field(ge=0)]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Written(Record):
    """What a writing verb did: the versions it wrote, and the head of the chain afterwards."""

    schema_name: Annotated[Literal["holocrine.record-written/1"], Field(alias="schema")] = "holocrine.record-written/1"
    written: tuple[Version, ...]
    removed: int = 0
    head: Head


class Entries(Record):
    """Answer of `record list` (current versions) and `record show` (all versions of one entry)."""

    schema_name: Annotated[Literal["holocrine.record-entries/1"], Field(alias="schema")] = "holocrine.record-entries/1"
    entries: tuple[Version, ...]


class Finding(Record):
    """One fault of the record: which row, and what is wrong with it."""

    row: str
    problem: str


class Verification(Record):
    """Answer of `record verify`: every hash and digest computed again."""

    schema_name: Annotated[Literal["holocrine.record-verification/1"], Field(alias="schema")] = (
        "holocrine.record-verification/1"
    )
    valid: bool
    entries: int
    head: Head
    findings: tuple[Finding, ...]


class LotUse(Record):
    """The points of one treatment that came from one lot of one product."""

    patient: str
    pseudonym: str
    treatment: str
    date: dt.date
    product: str
    lot: str
    points: tuple[str, ...]
    units: float


class Recall(Record):
    """Answer of `record recall`: who got a lot."""

    schema_name: Annotated[Literal["holocrine.record-recall/1"], Field(alias="schema")] = "holocrine.record-recall/1"
    lot: str
    product: str | None
    uses: tuple[LotUse, ...]


class Backup(Record):
    """First line of a backup and answer of `record backup` and `record restore`; `sha256` is of all that follows it."""

    schema_name: Annotated[Literal["holocrine.record-backup/1"], Field(alias="schema")] = "holocrine.record-backup/1"
    made_at: str
    encrypted: bool
    bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    head: Head
