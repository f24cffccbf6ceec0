"""What only a server does: TRUNCATE refused, a lock for writers, rights, and an empty place that is not ours."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from holocrine.errors import FileError, InputError
from holocrine.record.store import open_store

Samples = Any


@pytest.mark.parametrize("table", ["audit", "content", "image", "lot_use"])
def test_postgresql_refuses_to_empty_a_table(new_schema: Callable[[], str], samples: Samples, table: str) -> None:
    with open_store(new_schema(), create=True) as store:
        samples.fill(store)
        with pytest.raises(FileError, match=r"append-only|never changed"), store.transaction() as rows:
            rows.execute(text(f"TRUNCATE {table} CASCADE"))
        assert store.head().number == 9


def test_postgresql_lets_one_writer_in_at_a_time(new_schema: Callable[[], str], samples: Samples) -> None:
    place, order = new_schema(), []

    def second() -> None:
        with open_store(place) as store, store.writing(author="B", at=samples.now) as writer:
            order.append("second")
            writer.add(samples.person("blue-31"))

    with open_store(place, create=True) as store:
        thread = threading.Thread(target=second)
        with store.writing(author="A", at=samples.now) as writer:
            thread.start()
            time.sleep(0.5)
            order.append("first")
            writer.add(samples.entry("patient"))
        thread.join()
        assert order == ["first", "second"]
        assert [each.author for each in store.versions("patient")] == ["A", "B"]


def test_postgresql_takes_no_key(new_schema: Callable[[], str]) -> None:
    with pytest.raises(InputError, match="the server does it"):
        open_store(new_schema(), key="correct horse battery staple", create=True)


def test_a_postgresql_database_of_something_else_is_left_alone(new_schema: Callable[[], str]) -> None:
    place = new_schema()
    engine = create_engine(place.replace(":", "+psycopg:", 1))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (number integer)"))
    with pytest.raises(FileError, match="no record"):
        open_store(place, create=True)
    with engine.connect() as connection:
        assert (
            connection.execute(
                text("SELECT count(*) FROM pg_tables WHERE tablename = 'audit' AND schemaname = current_schema()")
            ).scalar_one()
            == 0
        )
    engine.dispose()
