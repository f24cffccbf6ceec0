"""Compiled loops on every processor."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numba

_PROCESSORS = numba.get_num_threads()
SMALL_WORK = 1_000_000
"""Elementary steps (about a millisecond) below which handing work to threads costs more than it saves."""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_PROCESSORS, thread_name_prefix="holocrine")


def in_threads(work: Callable[[int, int], None], count: int, steps: int, at_most: int | None = None) -> None:
    """Run `work(first, stride)` so that all of range(count) is done; `steps` estimates the whole work.

    `at_most` limits the threads; without it there are as many as processors.

    Every item is computed by the same code whichever thread takes it, so results do not depend on how many
    processors there are.
    """
    if count == 0:
        return
    threads = min(_PROCESSORS, count, at_most or count)
    if threads <= 1 or steps < SMALL_WORK:
        work(0, 1)
        return
    list(_pool().map(lambda first: work(first, threads), range(threads)))
