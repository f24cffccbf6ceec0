"""Where pieces of a trial are worked on: in this process, in several, or on a Dask cluster.

Pieces come back in the order in which they are finished. A worker that dies loses nothing but the piece it was at,
which is given to another.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import connection
from typing import Any

from numpy.typing import NDArray

from holocrine.errors import InputError, SolverError
from holocrine.execution.trial_work import Piece, work_on
from holocrine.execution.workers import ONE_THREAD

Done = tuple[Piece, dict[str, NDArray[Any]]]
AHEAD = 2
"""Pieces handed out for each worker, so that none waits and few lie about."""
LIVES = 5
"""How often processes may die one after the other without finishing anything before it is given up."""
CLUSTER_SECONDS = 10


def here(pieces: Iterable[Piece]) -> Iterator[Done]:
    """One after the other in this process."""
    for piece in pieces:
        yield piece, work_on(piece)


def in_processes(pieces: Iterable[Piece], workers: int) -> Iterator[Done]:
    """In `workers` processes of their own. Raises SolverError when they keep dying."""
    left = list(pieces)
    lives = LIVES
    while left:
        finished = 0
        try:
            for piece, found in _one_pool(tuple(left), workers):
                left.remove(piece)
                finished += 1
                yield piece, found
        except BrokenProcessPool as error:
            lives = LIVES if finished else lives - 1
            if lives == 0:
                raise SolverError(
                    "worker processes keep dying, perhaps for want of memory; what was done is saved. "
                    "Run the same command with fewer --workers."
                ) from error


def on_cluster(pieces: Iterable[Piece], url: str) -> Iterator[Done]:
    """On the Dask cluster whose scheduler is at `url`. Raises InputError when it cannot be reached, SolverError when it
    goes away."""
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise InputError("--cluster needs distributed, which is not installed. Install holocrine[cluster].") from error
    try:
        client = distributed.Client(url, timeout=CLUSTER_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"--cluster: no Dask scheduler answers at {url}. Give its address, such as tcp://host:8786."
        ) from error
    try:
        with client:
            futures = {client.submit(work_on, piece, pure=False, retries=LIVES): piece for piece in pieces}
            for future in distributed.as_completed(list(futures), loop=client.loop):
                yield futures.pop(future), future.result()
    except (OSError, CancelledError, distributed.KilledWorker) as error:
        raise SolverError(
            f"the cluster at {url} went away or its workers keep dying; what was done is saved. "
            "Run the same command when it is back."
        ) from error


def _one_pool(pieces: tuple[Piece, ...], workers: int) -> Iterator[Done]:
    lent = [name for name in ONE_THREAD if name not in os.environ]
    os.environ.update(dict.fromkeys(lent, "1"))  # inherited: every process has its own processor
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _settle_in)
    waiting = iter(pieces)
    running: dict[Future[dict[str, NDArray[Any]]], Piece] = {}
    try:
        while True:
            while len(running) < AHEAD * workers and (piece := next(waiting, None)) is not None:
                running[pool.submit(work_on, piece)] = piece
            if not running:
                return
            ready, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ready:
                yield running.pop(future), future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name in lent:
            os.environ.pop(name, None)


def _settle_in() -> None:
    """A worker leaves Ctrl-C to its parent, and goes when that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent.sentinel,), daemon=True).start()


def _leave_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
