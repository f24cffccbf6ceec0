"""Compiled loops on every processor."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def in_threads(work: Callable[[int, int], None], count: int) -> None:
    """Run `work(first, stride)` on every processor; results do not depend on how many there are."""
    threads = max(1, min(os.cpu_count() or 1, count))
    if threads == 1:
        work(0, 1)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda first: work(first, threads), range(threads)))
