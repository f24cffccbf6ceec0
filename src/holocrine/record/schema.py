"""The tables. Rows are never updated; rows of `content`, `image` and `lot_use` go only when a person is erased.

audit     the chain: who wrote which version of what, when, and a digest of it; nothing of the person but an id
content   what was written (JSON), with its reason; number and digest in the audit
image     the bytes of a photo
lot_use   per injected point: product and lot, for recalls; follows from `content`
"""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

REVISION = "1"
"""The schema this version reads and writes; older ones are migrated when a store is opened."""
TRIGGERS = (
    "audit_at_end",
    *(f"{table}_no_{change}" for table in ("audit", "content", "image", "lot_use") for change in ("update", "delete")),
)
"""The triggers that refuse changes, in both databases. Their text is in `migrations`."""

metadata = MetaData()

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("author", String(120), nullable=False),
    Column("action", String(10), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("entity", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("patient", String(40), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Index("audit_entity", "entity", "version", unique=True),
    Index("audit_patient", "patient"),
)
content = Table(
    "content",
    metadata,
    Column("seq", Integer, ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
    Column("salt", String(64), nullable=False),
    Column("reason", Text),
    Column("content", Text),
)
image = Table(
    "image",
    metadata,
    Column("seq", Integer, ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)
lot_use = Table(
    "lot_use",
    metadata,
    Column("seq", Integer, ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("point", String(20), nullable=False),
    Column("product", String(40), nullable=False),
    Column("lot_key", String(80), nullable=False),
    Column("lot", String(80), nullable=False),
    Column("units", Float, nullable=False),
    Index("lot_use_lot", "lot_key"),
)
