"""Spreads of readings that no packaged table holds, each with its basis; all others come from the tables.

Sebumeter: `sebumeter_cv` and the `between_occasion` of baseline.csv; counts: `count_size`; the hyperhidrosis scale:
`hdss_rating_sd`; grades of lines: the width of `line_grade_error`; thresholds of the global assessment: theirs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """One standard deviation in `unit`, and why it is taken to be that large."""

    value: float
    unit: str
    basis: str


GLOBAL_ASSESSMENT = Spread(
    0.35, "log severity", "assumption: raters of the global assessment are one grade apart in few"
)
LID = Spread(
    0.25,
    "log mm",
    "assumption: reading of the lid alone. `harm_threshold_sd` is left out: its source is that of the half loadings "
    "(Odergren 1998), which this person carries already",
)
BROW = Spread(0.7, "mm", "assumption: two readings of one brow height at rest differ by about 1 mm")
BROW_HEIGHT = Spread(15.0, "mm", "assumption: nearly flat, the distance between brow and pupil is measured anyway")
RETURN = Spread(0.15, "log weeks", "assumption: people date the return of sweat, shine or lines to about a seventh")
RETURN_LEVEL = 0.5
"""Share of the peak at which an effect is said to be over; the same level as in the forecast of a plan (assumption)."""
