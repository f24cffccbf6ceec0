"""A number with what is not known of it."""

from __future__ import annotations

from holocrine.domain.base import Record


class Interval(Record):
    """A median with its central 50 and 90% interval."""

    median: float
    lo50: float
    hi50: float
    lo90: float
    hi90: float
