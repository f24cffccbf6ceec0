"""A store on each database, and a private PostgreSQL server where one is installed."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from holocrine.domain.record import Entry, ObservationEntry, PhotoEntry, RecordKind
from holocrine.domain.record_reading import plan_entry, read_entry, read_photo
from holocrine.record.photos import photo_entry
from holocrine.record.store import Store, open_store

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
SERVER_USER = "postgres"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server of our own on a socket in a private folder."""
    pytest.importorskip("psycopg")
    if not BINARIES:
        pytest.skip("PostgreSQL is not installed")
    binaries, folder = BINARIES[-1], Path(tempfile.mkdtemp(prefix="pg-"))
    # PostgreSQL refuses to run as root
    user: dict[str, Any] = {"user": SERVER_USER, "group": SERVER_USER} if os.geteuid() == 0 else {}
    options: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **user}
    try:
        if user:
            shutil.chown(folder, SERVER_USER, SERVER_USER)
        made = [binaries / "initdb", "-D", folder / "data", "-U", "holocrine", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(made, check=True, timeout=120, **options)
        started = [binaries / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses="]
        process = subprocess.Popen(started, **options)
        try:
            address = f"postgresql://holocrine@/postgres?host={folder}"
            wait_for(address)
            yield address
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(address: str) -> None:
    """Until the server lets somebody in."""
    engine, deadline = create_engine(address.replace(":", "+psycopg:", 1)), time.monotonic() + 60
    while True:
        try:
            engine.connect().close()
            engine.dispose()
            return
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.fixture(scope="session")
def new_schema(server: str) -> Callable[[], str]:
    """Makes an empty schema and returns the URL under which it is the only one: quicker than a database for each."""
    engine = create_engine(server.replace(":", "+psycopg:", 1), isolation_level="AUTOCOMMIT")
    numbers = count(1)

    def make() -> str:
        name = f"record_{next(numbers)}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        return f"{server}&options=-csearch_path%3D{name}"

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes places for empty stores, on one database and then on the other."""
    if request.param == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("new_schema")
        return make
    numbers = count(1)
    return lambda: str(tmp_path / f"record-{next(numbers)}.db")


@pytest.fixture
def place(new_place: Callable[[], str]) -> str:
    """One place for an empty store."""
    return new_place()


@dataclass(frozen=True)
class Samples:
    """The files of the manual's chapter on the record, and a store filled from them."""

    patient: str
    readings: str
    treatment: str
    elsewhere: str
    event: str
    photo: str
    plan: str
    now: dt.datetime = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
    author: str = "Dr A. Example"
    image: bytes = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
        "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
    )
    """A grey pixel."""

    def entry(self, name: str, /, **replaced: tuple[str, str]) -> Entry:
        """The entry of one of the files, with pieces of its text replaced, such as `lot=("C1234 A", "X")`."""
        text: str = getattr(self, name)
        for old, new in replaced.values():
            assert old in text, old
            text = text.replace(old, new)
        kinds: dict[str, RecordKind] = {"readings": "observation", "elsewhere": "treatment"}
        return read_entry(kinds.get(name, cast(RecordKind, name)), text, f"{name}.toml")

    def person(self, pseudonym: str) -> Entry:
        """Another patient."""
        return self.entry("patient", name=("amber-29", pseudonym))

    def picture(self) -> tuple[PhotoEntry, bytes]:
        """The photo of the manual, a grey pixel."""
        return photo_entry(read_photo(self.photo, "photo.toml"), self.image, "front.jpg")

    def fill(self, store: Store) -> None:
        """patient-1, plan-2, treatment-3, observation-4, observation-5, event-6, photo-7; 8 amends 4; treatment-9."""
        with store.writing(author=self.author, at=self.now) as writer:
            writer.add(self.entry("patient"))
            writer.add(plan_entry("amber-29", (self.plan, "plan.toml"), None))
            writer.add(self.entry("treatment"))
            writer.add(self.entry("readings"))
            writer.add(self.entry("event"))
            writer.add(*self.picture())
        with store.writing(author="Nurse B. Example", at=self.now + dt.timedelta(minutes=5)) as writer:
            changed = cast(ObservationEntry, self.entry("readings", value=("210 ug", "205 ug"))).single[0]
            writer.amend("observation-4", changed, "typed wrongly")
            writer.add(self.entry("elsewhere"))


@pytest.fixture(scope="session")
def samples() -> Samples:
    """The files of the manual."""
    root = Path(__file__).parents[2]
    blocks = re.findall(r"```toml\n(.*?)```", (root / "docs" / "record.md").read_text(encoding="utf-8"), re.DOTALL)
    patient, readings, treatment, elsewhere, event, photo = blocks
    plan = (root / "examples" / "protocols" / "forehead-intramuscular-5x2.toml").read_text(encoding="utf-8")
    return Samples(patient, readings, treatment, elsewhere, event, photo, plan)


@pytest.fixture
def store(place: str, samples: Samples) -> Iterator[Store]:
    """A store with the samples in it."""
    with open_store(place, create=True) as made:
        samples.fill(made)
        yield made
