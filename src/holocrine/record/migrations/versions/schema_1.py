"""Schema 1: audit, content, images, lots, and the triggers that keep them as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

_REFUSALS = {
    "audit_no_update": ("UPDATE", "audit", "", "the audit is append-only"),
    "audit_no_delete": ("DELETE", "audit", "", "the audit is append-only"),
    **{
        name: item
        for table in ("content", "image", "lot_use")
        for name, item in {
            f"{table}_no_update": ("UPDATE", table, "", "versions are never changed; write a new one"),
            f"{table}_no_delete": (
                "DELETE",
                table,
                "NOT EXISTS (SELECT 1 FROM audit AS erasure JOIN audit AS mine ON mine.patient = erasure.patient "
                "WHERE mine.seq = OLD.seq AND erasure.action = 'erase' AND erasure.seq > mine.seq)",
                "contents go only when a person is erased",
            ),
        }.items()
    },
    "audit_at_end": (
        "INSERT",
        "audit",
        "NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)",
        "the audit grows at its end only",
    ),
}
"""Trigger -> the change, the table, the condition under which it is refused (empty: always), and what is said."""


def upgrade() -> None:
    """Make the tables of an empty database."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.String(length), nullable=False)
            for name, length in (("at", 40), ("author", 120), ("action", 10), ("kind", 20), ("entity", 40))
        ),
        sa.Column("version", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.String(length), nullable=False)
            for name, length in (("patient", 40), ("digest", 64), ("previous", 64))
        ),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
    )
    op.create_index("audit_entity", "audit", ["entity", "version"], unique=True)
    op.create_index("audit_patient", "audit", ["patient"])
    op.create_table(
        "content",
        _number_of_audit(),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("content", sa.Text),
    )
    op.create_table("image", _number_of_audit(), sa.Column("bytes", sa.LargeBinary, nullable=False))
    op.create_table(
        "lot_use",
        _number_of_audit(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("point", sa.String(20), nullable=False),
        sa.Column("product", sa.String(40), nullable=False),
        sa.Column("lot_key", sa.String(80), nullable=False),
        sa.Column("lot", sa.String(80), nullable=False),
        sa.Column("units", sa.Float, nullable=False),
    )
    op.create_index("lot_use_lot", "lot_use", ["lot_key"])
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, (change, table, condition, words) in _REFUSALS.items():
        if on_postgresql:
            _refuse_on_postgresql(name, change, table, condition, words)
        else:
            when = f"WHEN {condition} " if condition else ""
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW {when}"
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )


def _number_of_audit() -> sa.Column[int]:
    return sa.Column("seq", sa.Integer, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False)


def _refuse_on_postgresql(name: str, change: str, table: str, condition: str, words: str) -> None:
    """A condition may hold a query there only inside the function. TRUNCATE passes by row triggers."""
    kept = "OLD" if change == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition or 'true'} THEN RAISE EXCEPTION '{words}'; END IF; RETURN {kept}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    if change == "UPDATE":
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION {name}()"
        )
