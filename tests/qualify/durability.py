"""Kill a writer at random moments, then look for everything it had confirmed.

python tests/qualify/durability.py --kills 500 --seed 1

A child process writes to a store as fast as it can and confirms each id on a pipe, after the commit. After a random
time it is killed (SIGKILL). Then: is every confirmed entry there, whole, and the chain valid? Transactions of several
entries must be there whole or not at all. POSIX only.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from holocrine.domain.record import ObservationEntry, PatientEntry
from holocrine.domain.record_reading import read_entry
from holocrine.errors import InputError
from holocrine.record.store import Store, open_store
from holocrine.record.verify import verify

NOW = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
SHORTEST, LONGEST = 0.005, 0.3
"""Seconds a writer lives: half of them from the start, the others from their first confirmation."""
KILLS_PER_STORE = 20
"""A store of its own now and then, so that checking stays short and the first transactions are hit too."""
READINGS = 3
ADDED = "SELECT count(*) FROM audit WHERE action = 'add' AND kind = 'observation'"


def patient(name: str) -> PatientEntry:
    """A patient under a pseudonym."""
    text = f'schema = "holocrine.patient/1"\ndescribed_on = 2026-03-02\n[patient]\npseudonym = "{name}"\n'
    entry = read_entry("patient", text, "patient.toml")
    assert isinstance(entry, PatientEntry)
    return entry


def readings(name: str, grade: int) -> ObservationEntry:
    """Readings that are written in one transaction."""
    one = f'[[observation]]\ndate = 2026-03-02\ninstrument = "IGA"\nvalue = {grade}\n'
    text = f'schema = "holocrine.observation/1"\npatient = "{name}"\n' + one * READINGS
    entry = read_entry("observation", text, "readings.toml")
    assert isinstance(entry, ObservationEntry)
    return entry


def write_for_ever(place: str, confirm: int, name: str) -> None:
    """A patient, then readings, amendments and deletions; each id is confirmed once its transaction is committed."""
    with open_store(place, create=True) as store:
        turn = 0
        while True:
            with store.writing(author="writer", at=NOW) as writer:
                if turn == 0:
                    ids = writer.add(patient(name))
                elif turn % 3 == 1:
                    ids = last = writer.add(readings(name, turn % 5))
                elif turn % 3 == 2:
                    writer.amend(last[0], readings(name, 4).single[0], "read again")
                    ids = (f"{last[0]}/2",)
                else:
                    writer.delete(last[1], "read twice")
                    ids = (f"{last[1]}/2",)
            os.write(confirm, "".join(f"{each}\n" for each in ids).encode())
            turn += 1


def killed(place: str, name: str, life: float, *, from_start: bool) -> list[str]:
    """The ids that a writer confirmed before it was killed."""
    reader, confirm = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            write_for_ever(place, confirm, name)
        finally:
            os._exit(1)
    os.close(confirm)
    with os.fdopen(reader, "rb") as pipe:
        heard = b"" if from_start else pipe.readline()
        time.sleep(life)
        os.kill(child, signal.SIGKILL)
        heard += pipe.read()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise RuntimeError("the writer ended by itself")
    return heard.decode().split()


def missing(store: Store, confirmed: list[str]) -> list[str]:
    """Confirmed versions that are not in the store, and transactions of which only a part is."""
    lost = []
    for each in confirmed:
        entity, _, version = each.partition("/")
        try:
            found = {one.version for one in store.history(entity)}
        except InputError:
            found = set()
        if int(version or 1) not in found:
            lost.append(f"{each} was confirmed and is not there")
    with store.reading() as rows:
        result = verify(rows)
        added = rows.execute(text(ADDED)).scalar_one()
    lost += [f"{each.row} {each.problem}" for each in result.findings]
    if added % READINGS:
        lost.append("a part of a transaction")
    return lost


def main() -> int:
    """Exit code 0 when nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", help="one empty store for all kills; without it SQLite files in a new folder")
    given = parser.parse_args()
    moments = random.Random(given.seed)
    total, lost = 0, []
    with tempfile.TemporaryDirectory() as folder:
        confirmed: list[str] = []
        place = ""
        for kill in range(given.kills):
            if kill % KILLS_PER_STORE == 0 and not (given.store and place):
                place, confirmed = given.store or str(Path(folder) / f"record-{kill}.db"), []
            confirmed += killed(place, f"p-{kill}", moments.uniform(SHORTEST, LONGEST), from_start=kill % 2 == 0)
            with open_store(place, create=True) as store:
                lost += missing(store, confirmed)
                total += len(confirmed)
            if lost:
                break
    print(f"{kill + 1} kills (seed {given.seed}): {total} looks for a confirmed version, {len(lost)} lost")
    print("\n".join(lost))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
