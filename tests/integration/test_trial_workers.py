"""The same bytes wherever a trial is worked on, and nothing lost when a process is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.trial_designs import SEED, design_of

from holocrine import trialling
from holocrine.errors import InputError
from holocrine.execution.trial_parts import Saved
from holocrine.execution.trial_work import Piece, load_knowledge, work_on
from holocrine.execution.trial_workers import here, in_processes, on_cluster

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")]
DESIGN = design_of(conduct={"drop_out": 20.0, "drop_out_ratio": 2.0})
PIECES = [Piece(DESIGN, SEED, "trials", number, scenario) for number in (0, 1) for scenario in ("no effect", "H1")]
PATIENTS = 5000
"""Two chunks of a data set."""
Run = Callable[[Iterable[Piece]], Iterator[tuple[Piece, dict[str, Any]]]]


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The address of a Dask cluster of our own."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as own:
        yield own.scheduler_address


def found(run: Run) -> dict[str, dict[str, bytes]]:
    return {piece.name: {name: array.tobytes() for name, array in done.items()} for piece, done in run(PIECES)}


@pytest.mark.usefixtures("blas_as_at_the_start")
def test_two_processes_and_a_cluster_find_what_one_finds(cluster: str) -> None:
    alone = found(here)
    assert len(alone) == len(PIECES)
    assert found(partial(in_processes, workers=2)) == alone
    assert found(partial(on_cluster, url=cluster)) == alone


@pytest.mark.usefixtures("blas_as_at_the_start")
def test_the_files_are_the_same_bytes(tmp_path: Path, cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ways: dict[str, dict[str, Any]] = {"one": {}, "two": {"workers": 2}, "cluster": {"cluster": cluster}}
    written = {}
    for name, way in ways.items():
        cache = tmp_path / f"{name}-cache"
        monkeypatch.setattr("holocrine.execution.trial_parts.cache_folder", partial(made, cache))
        folder = made(tmp_path / name)
        trialling.simulate_trial_data(DESIGN, folder, patients=PATIENTS, seed=SEED, **way)
        written[name] = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert not list(cache.glob("trial_*/data-*"))
    assert written["one"] == written["two"] == written["cluster"]


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def test_a_killed_worker_loses_nothing() -> None:
    wanted, killed = {piece.name for piece in PIECES}, []
    seen = []
    for piece, done in in_processes(PIECES, 2):
        seen.append(piece.name)
        if not killed:
            victim = multiprocessing.active_children()[0]
            os.kill(victim.pid or 0, signal.SIGKILL)
            killed.append(victim.pid)
        assert all(np.array_equal(done[name], array, equal_nan=True) for name, array in work_on(piece).items())
    assert sorted(seen) == sorted(wanted)


SCRIPT = """
import sys
from pathlib import Path
from tests.trial_designs import design_of
from holocrine import trialling
if __name__ == "__main__":
    design = design_of(conduct={"drop_out": 20.0, "drop_out_ratio": 2.0})
    patients, seed, workers = map(int, sys.argv[2:])
    trialling.simulate_trial_data(design, Path(sys.argv[1]), patients=patients, seed=seed, workers=workers)
"""


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.usefixtures("blas_as_at_the_start")
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, workers: int) -> None:
    script, out, seed, patients = tmp_path / "run.py", made(tmp_path / "out"), os.getpid() + workers, 20_000
    script.write_text(SCRIPT, encoding="utf-8")
    saved = Saved.of(DESIGN, load_knowledge(), seed).folder
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    line = [sys.executable, str(script), *map(str, (out, patients, seed, workers))]
    run = subprocess.Popen(line, env=environment)
    try:
        while len(parts := list(saved.glob("data-*.npz"))) < 2:
            assert run.poll() is None, "it ended before it could be killed"
            time.sleep(0.01)
        children = children_of(run.pid)
    finally:
        run.kill()
        run.wait()
    assert wait_until(lambda: not any(map(alive, children)), 30.0), "workers outlive the run"
    assert all(part.exists() for part in parts)
    subprocess.run(line, env=environment, check=True)
    again = made(tmp_path / "again")
    trialling.simulate_trial_data(DESIGN, again, patients=patients, seed=seed)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == {p.name: p.read_bytes() for p in again.iterdir()}
    assert not saved.exists()


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in tasks.read_text(encoding="utf-8").split()] if tasks.exists() else []


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1][0]
    except OSError:
        return False
    return state != "Z"


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_saved_pieces_are_not_worked_on_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holocrine.execution.trial_parts.cache_folder", lambda: tmp_path)
    saved = Saved.of(DESIGN, load_knowledge(), SEED)
    assert [piece.name for piece in saved.finish(PIECES[:1], here)] == [PIECES[0].name]

    def refuse(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, dict[str, Any]]]:
        assert [piece.name for piece in pieces] == [PIECES[1].name]
        return here(PIECES[1:2])

    assert len(list(saved.finish(PIECES[:2], refuse))) == 2
    saved.path(PIECES[0]).write_bytes(b"damaged")
    assert saved.load(PIECES[0]) is None
    assert Saved.of(DESIGN, load_knowledge(), SEED + 1).folder != saved.folder


def test_a_cluster_that_does_not_answer_is_a_fault() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="--cluster"):
        list(on_cluster(PIECES[:1], "tcp://127.0.0.1:9"))
