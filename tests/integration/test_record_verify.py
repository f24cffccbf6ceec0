"""Rows changed by hand, past the triggers: `verify` finds each and names it, on both databases."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, select, text

from holocrine.domain.record_answer import Head
from holocrine.errors import FileError
from holocrine.record.audit import COVERED, canonical, content_digest, entry_hash
from holocrine.record.schema import audit
from holocrine.record.store import Store
from holocrine.record.verify import verify

TABLES = ("audit", "content", "image", "lot_use")


def by_hand(store: Store, *statements: str) -> None:
    """Run statements as somebody with full rights would who first switches off what is in the way, then on again."""
    engine = create_engine(store.location.url)
    with engine.begin() as connection:
        if store.location.is_file:
            found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            before, after = [f"DROP TRIGGER {name}" for name, _ in found], [sql for _, sql in found]
        else:
            before = [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES]
            after = [f"ALTER TABLE {table} ENABLE TRIGGER ALL" for table in TABLES]
        for statement in (*before, *statements, *after):
            connection.exec_driver_sql(statement)
    engine.dispose()


def findings(store: Store, known: Head | None = None) -> list[str]:
    with store.reading() as rows:
        result = verify(rows, known)
    assert result.valid is not bool(result.findings)
    return [f"{each.row} {each.problem}" for each in result.findings]


def row(connection: Connection, number: int) -> dict[str, Any]:
    return dict(connection.execute(select(audit).where(audit.c.seq == number)).mappings().one())


def test_an_untouched_record_is_valid(store: Store) -> None:
    assert findings(store, store.head()) == []


@pytest.mark.parametrize("column", [name for name in COVERED if name not in ("seq", "version")])
def test_a_changed_word_of_the_audit_is_named(store: Store, column: str) -> None:
    by_hand(store, f"UPDATE audit SET {column} = 'x' || substr({column}, 2) WHERE seq = 4")
    first, *_ = findings(store)
    assert first.startswith("audit 4 (")
    assert "was altered" in first


def test_a_changed_version_of_the_audit_is_named(store: Store) -> None:
    by_hand(store, "UPDATE audit SET version = 5 WHERE seq = 4")
    assert findings(store)[0] == "audit 4 (observation-4, version 5) was altered after it was written"


def test_a_changed_hash_is_named(store: Store) -> None:
    by_hand(store, f"UPDATE audit SET hash = '{'0' * 64}' WHERE seq = 4")
    assert findings(store)[0] == "audit 4 (observation-4, version 1) was altered after it was written"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE content SET content = replace(content, '210 ug', '110 ug') WHERE seq = 4",
            ["content 4 (observation-4, version 1) was altered after it was written"],
        ),
        (
            "UPDATE content SET reason = 'typed well' WHERE seq = 8",
            ["content 8 (observation-4, version 2) was altered after it was written"],
        ),
        (
            "DELETE FROM content WHERE seq = 5",
            ["content 5 (observation-5, version 1) is missing, and the person was not erased"],
        ),
        ("UPDATE lot_use SET lot_key = 'd77' WHERE number = 0", ["lot_use 3 (treatment-3, version 1) was altered"]),
        ("DELETE FROM lot_use WHERE number = 2", ["lot_use 3 (treatment-3, version 1) was altered"]),
        ("DELETE FROM image", ["image 7 (photo-7, version 1) is missing"]),
        ("INSERT INTO image SELECT 2, bytes FROM image", ["image 2 (plan-2, version 1) was altered or inserted"]),
    ],
)
def test_changed_contents_are_named_and_nothing_else(store: Store, statement: str, expected: list[str]) -> None:
    by_hand(store, statement)
    found = findings(store)
    assert len(found) == len(expected)
    assert all(one.startswith(start) for one, start in zip(found, expected, strict=True))


def test_a_changed_image_is_named(store: Store) -> None:
    other = "x'00ff'" if store.location.is_file else "'\\x00ff'::bytea"
    by_hand(store, f"UPDATE image SET bytes = {other}")
    assert findings(store) == ["image 7 (photo-7, version 1) was altered or inserted"]


def test_a_missing_row_is_named(store: Store) -> None:
    by_hand(store, "DELETE FROM content WHERE seq = 5", "DELETE FROM audit WHERE seq = 5")
    assert findings(store) == ["audit 5 is missing: the entry was removed or given another number"]


def test_a_gap_closed_by_renumbering_is_named(store: Store) -> None:
    changes = [f"UPDATE {table} SET seq = {n - 1} WHERE seq = {n}" for n in (6, 7, 8, 9) for table in TABLES]
    by_hand(store, *(f"DELETE FROM {table} WHERE seq = 5" for table in ("content", "audit")), *changes)
    found = findings(store)
    for number in (5, 6, 7, 8):
        assert any(
            each.startswith(f"audit {number} (") and each.endswith(f"it was written as entry {number + 1}")
            for each in found
        )


def test_reordered_rows_are_named(store: Store) -> None:
    swap = [(4, 90), (5, 4), (90, 5)]
    by_hand(store, *(f"UPDATE {table} SET seq = {b} WHERE seq = {a}" for a, b in swap for table in TABLES))
    assert findings(store) == [
        "audit 4 (observation-5, version 1) was moved: it was written as entry 5",
        "audit 5 (observation-4, version 1) was moved: it was written as entry 4",
    ]


def test_an_inserted_row_is_named(store: Store) -> None:
    """Made by somebody who knows how a hash is computed: rows 9 and on move up, a new row 9 goes in."""
    engine = create_engine(store.location.url)
    with engine.connect() as connection:
        before, salt, words = row(connection, 8), "00", canonical({"patient": "patient-1"})
    engine.dispose()
    forged = {
        **before,
        "seq": 9,
        "entity": "observation-9",
        "version": 1,
        "action": "add",
        "previous": before["hash"],
        "digest": content_digest(salt, None, words),
    }
    forged["hash"] = entry_hash(forged)
    columns, values = ", ".join(forged), ", ".join(f"'{value}'" for value in forged.values())
    by_hand(
        store,
        *(f"UPDATE {table} SET seq = 10 WHERE seq = 9" for table in TABLES),
        f"INSERT INTO audit ({columns}) VALUES ({values})",
        f"INSERT INTO content (seq, salt, content) VALUES (9, '{salt}', '{words}')",
    )
    assert findings(store) == [
        "audit 10 (treatment-9, version 1) was moved: it was written as entry 9",
        "audit 9 (observation-9, version 1) was inserted: another entry was written in its place",
    ]


def test_a_row_rewritten_with_its_hash_breaks_the_link_to_the_next(store: Store) -> None:
    engine = create_engine(store.location.url)
    with engine.connect() as connection:
        changed = {**row(connection, 4), "author": "Somebody Else"}
    engine.dispose()
    by_hand(store, f"UPDATE audit SET author = 'Somebody Else', hash = '{entry_hash(changed)}' WHERE seq = 4")
    assert findings(store) == [
        "audit 5 (observation-5, version 1) does not follow entry 4: one of the two was inserted or written anew"
    ]


def test_content_without_an_entry_is_named(store: Store) -> None:
    by_hand(store, "INSERT INTO content (seq, salt, content) VALUES (77, '00', '{}')")
    assert findings(store) == ["content 77 was inserted: no entry of the audit knows it"]


def test_a_cut_tail_needs_the_exported_head(store: Store) -> None:
    head = store.head()
    by_hand(store, *(f"DELETE FROM {table} WHERE seq > 7" for table in ("lot_use", "content", "audit")))
    assert findings(store) == []
    assert findings(store, head) == ["audit 9 is missing: entries 8 to 9 of the exported head were cut off"]


def test_a_chain_made_up_again_needs_the_exported_head(store: Store, samples: Any) -> None:
    head = store.head()
    by_hand(store, *(f"DELETE FROM {table} WHERE seq > 8" for table in ("lot_use", "content", "audit")))
    with store.writing(author="A", at=samples.now) as writer:
        writer.add(samples.person("blue-31"))
    assert findings(store) == []
    assert findings(store, head) == ["audit 9 is not the entry whose head was exported: rewritten since"]


def test_an_older_head_still_fits(store: Store, samples: Any) -> None:
    head = store.head()
    with store.writing(author="A", at=samples.now) as writer:
        writer.add(samples.person("blue-31"))
    assert findings(store, head) == []
    assert findings(store, Head(number=0, hash="0" * 64)) == []


def test_content_left_after_an_erasure_is_named(store: Store, samples: Any) -> None:
    with store.reading() as rows:
        kept = rows.execute(text("SELECT salt, content FROM content WHERE seq = 5")).one()
    with store.writing(author="A", at=samples.now) as writer:
        writer.erase("patient-1", "request")
    by_hand(store, f"INSERT INTO content (seq, salt, content) VALUES (5, '{kept.salt}', '{kept.content}')")
    assert findings(store) == ["content 5 (observation-5, version 1) is still there, though the person was erased"]


def test_a_trigger_that_is_gone_is_named(store: Store) -> None:
    engine = create_engine(store.location.url)
    table = "" if store.location.is_file else " ON audit"
    with engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER audit_no_update{table}"))
    engine.dispose()
    assert findings(store) == ["trigger audit_no_update is missing or switched off: rows could be changed in silence"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE content SET content = '{}' WHERE seq = 1",
        "UPDATE content SET content = 'no JSON' WHERE seq = 1",
        "UPDATE audit SET kind = 'cat' WHERE seq = 9",
        "UPDATE audit SET hash = 'no hash' WHERE seq = 9",
    ],
)
def test_a_record_changed_by_hand_never_fails_without_a_word(store: Store, statement: str) -> None:
    by_hand(store, statement)
    assert len(findings(store)) >= 1
    silent = "hash" in statement
    with nullcontext() if silent else pytest.raises(FileError, match="holocrine record verify"):
        read_all(store)


def read_all(store: Store) -> None:
    store.patient("amber-29")
    store.versions()
    store.history("treatment-9")
