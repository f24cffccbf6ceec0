"""Verification: every hash and digest computed again, and every row that was altered, lost, moved or added named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, func, select, text

from holocrine.domain.record_answer import Finding, Head, Verification
from holocrine.domain.record_treatment import Treatment
from holocrine.record.audit import START, content_digest, entry_hash
from holocrine.record.lots import lot_rows
from holocrine.record.rows import head_of
from holocrine.record.schema import TRIGGERS, audit, content, image, lot_use

MOST_TRIED = 300
"""Altered entries among whose numbers the place is looked for that an entry had before it was moved."""

Row = Mapping[str, Any]


def verify(connection: Connection, known: Head | None = None) -> Verification:
    """Check the whole record; with `known`, a head exported earlier, also that nothing was cut off since."""
    rows = [dict(row) for row in connection.execute(select(audit).order_by(audit.c.seq)).mappings()]
    findings = [*_chain(rows), *_contents(connection, rows), *_triggers(connection)]
    if known is not None:
        findings += _against(known, rows)
    count = connection.execute(select(func.count()).select_from(audit)).scalar_one()
    return Verification(valid=not findings, entries=count, head=head_of(connection), findings=tuple(findings))


def _chain(rows: list[dict[str, Any]]) -> Iterator[Finding]:
    intact = {row["seq"]: _intact(row) for row in rows}
    altered = [row for row in rows if not intact[row["seq"]]]
    highest = rows[-1]["seq"] if rows else 0
    missing = sorted(set(range(1, highest + 1)) - set(intact))
    tried = altered[:MOST_TRIED]
    places = sorted({row["seq"] + step for row in tried for step in (-1, 0, 1)} | set(missing[:MOST_TRIED]))
    moved = {row["seq"]: _former_place(row, places) for row in tried}
    for number in missing:
        yield Finding(row=f"audit {number}", problem="is missing: the entry was removed or given another number")
    for row in altered:
        place = moved.get(row["seq"])
        yield Finding(
            row=_name(row),
            problem=f"was moved: it was written as entry {place}" if place else "was altered after it was written",
        )
    for row in rows:
        if intact[row["seq"]] and row["seq"] in moved.values():
            yield Finding(row=_name(row), problem="was inserted: another entry was written in its place")
    before: Row | None = None
    for row in rows:
        follows = row["previous"] == (before["hash"] if before else START)
        next_to = row["seq"] == (before["seq"] + 1 if before else 1)
        if intact[row["seq"]] and next_to and not follows and (before is None or intact[before["seq"]]):
            yield Finding(
                row=_name(row),
                problem=f"does not follow entry {row['seq'] - 1}: one of the two was inserted or written anew",
            )
        before = row


def _contents(connection: Connection, rows: list[dict[str, Any]]) -> Iterator[Finding]:
    """Contents against the digests of the audit, images and lots against the contents."""
    erased = {row["patient"]: row["seq"] for row in rows if row["action"] == "erase"}
    images = dict(_hashes(connection))
    lots: dict[int, list[dict[str, Any]]] = {}
    for use in connection.execute(select(lot_use).order_by(lot_use.c.seq, lot_use.c.number)).mappings():
        lots.setdefault(use["seq"], []).append(dict(use))
    entries = {row["seq"]: row for row in rows}
    found: set[int] = set()
    for kept in map(dict, connection.execute(select(content).order_by(content.c.seq)).mappings()):
        number, row = kept["seq"], entries.get(kept["seq"])
        found.add(number)
        if row is None:
            yield Finding(row=f"content {number}", problem="was inserted: no entry of the audit knows it")
            continue
        if number < erased.get(row["patient"], 0):
            yield Finding(row=_name(row, "content"), problem="is still there, though the person was erased")
        if not _matches(kept, row):
            yield Finding(row=_name(row, "content"), problem="was altered after it was written")
        else:
            yield from _parts(row, kept["content"], images.pop(number, None), lots.pop(number, []))
    for row in rows:
        if row["seq"] not in found and row["seq"] > erased.get(row["patient"], 0):
            yield Finding(row=_name(row, "content"), problem="is missing, and the person was not erased")
    for number in sorted({*images, *lots} - found):
        yield Finding(row=f"image or lot_use {number}", problem="belongs to no content: inserted, or left over")


def _parts(row: Row, written: str | None, found: str | None, lots: list[dict[str, Any]]) -> Iterator[Finding]:
    """Image and lots of one intact content."""
    expected_image: str | None = None
    expected_lots: list[dict[str, Any]] = []
    try:
        if written is not None and row["kind"] == "photo":
            expected_image = json.loads(written)["sha256"]
        if written is not None and row["kind"] == "treatment":
            expected_lots = lot_rows(row["seq"], Treatment.model_validate_json(written))
    except (ValidationError, ValueError, KeyError):
        yield Finding(row=_name(row, "content"), problem="cannot be read, although it is as it was written")
        return
    if found != expected_image:
        yield Finding(row=_name(row, "image"), problem="is missing" if found is None else "was altered or inserted")
    if lots != expected_lots:
        yield Finding(row=_name(row, "lot_use"), problem="was altered: the lots are not those of the treatment")


def _triggers(connection: Connection) -> Iterator[Finding]:
    """The triggers that refuse changes: without one, rows could be changed without a word."""
    if connection.dialect.name == "sqlite":
        question = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        ours = ", ".join(f"'{table.name}'::regclass" for table in (audit, content, image, lot_use))
        question = f"SELECT tgname FROM pg_trigger WHERE tgrelid IN ({ours}) AND tgenabled <> 'D'"
    present = set(connection.execute(text(question)).scalars())
    for name in TRIGGERS:
        if name not in present:
            yield Finding(row=f"trigger {name}", problem="is missing or switched off: rows could be changed in silence")


def _against(known: Head, rows: list[dict[str, Any]]) -> Iterator[Finding]:
    row = next((row for row in rows if row["seq"] == known.number), None)
    highest = rows[-1]["seq"] if rows else 0
    if known.number > highest:
        lost = f"entries {highest + 1} to {known.number}" if known.number > highest + 1 else f"entry {known.number}"
        yield Finding(row=f"audit {known.number}", problem=f"is missing: {lost} of the exported head were cut off")
    elif known.number and (row is None or row["hash"] != known.hash):
        yield Finding(row=f"audit {known.number}", problem="is not the entry whose head was exported: rewritten since")


def _intact(row: Row, place: int | None = None) -> bool:
    try:
        return bool(entry_hash({**row, "seq": place or row["seq"]}) == row["hash"])
    except (TypeError, ValueError):  # a value that no writer writes, such as bytes
        return False


def _former_place(row: Row, places: list[int]) -> int | None:
    return next((place for place in places if place != row["seq"] and _intact(row, place)), None)


def _matches(kept: Row, row: Row) -> bool:
    try:
        return bool(content_digest(kept["salt"], kept["reason"], kept["content"]) == row["digest"])
    except (TypeError, ValueError):
        return False


def _hashes(connection: Connection) -> Iterator[tuple[int, str]]:
    """Number and SHA-256 of each image, one in memory at a time."""
    for number in connection.execute(select(image.c.seq)).scalars().all():
        data = connection.execute(select(image.c.bytes).where(image.c.seq == number)).scalar_one()
        yield number, hashlib.sha256(data if isinstance(data, bytes) else str(data).encode()).hexdigest()


def _name(row: Row, table: str = "audit") -> str:
    return f"{table} {row['seq']} ({row['entity']}, version {row['version']})"
