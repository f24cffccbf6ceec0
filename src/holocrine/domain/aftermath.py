"""What comes with the needles and after the effect: reactions of a session, and when to come back."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from holocrine.domain.base import Record
from holocrine.domain.vocabulary import Product, Target

Reaction = Literal["pain", "weal", "swelling", "bruise", "headache", "pale_halo"]
Grade = Literal["A", "B", "C", "D"]
"""Of evidence, as in a forecast."""


class Range(Record):
    """A median with its central 90% interval."""

    median: float
    lo90: float
    hi90: float


class NeedleReaction(Record):
    """One reaction to a session's punctures. Probabilities and shares in percent, with a 90% interval.

    `onset_days` and `duration_days` bound the middle 80% of persons who have it; `present` is the percentage of all
    treated persons in whom it is there on each of `days`; `resolved_by_day_7` the percentage of those who have it in
    whom it came and went within a week. `expected_number` is the mean number per session, None where it is not
    counted; for pain it is the mean score.
    """

    reaction: Reaction
    label: str
    definition: str
    probability: float
    lo90: float
    hi90: float
    onset_days: tuple[float, float]
    duration_days: tuple[float, float]
    days: tuple[float, ...]
    present: tuple[float, ...]
    resolved_by_day_7: float
    expected_number: float | None
    grade: Grade
    basis: str


class TargetReturn(Record):
    """When one target is back, in weeks from the session, over the draws in which the plan does anything for it.

    `half` is when the effect has fallen to half of its peak, `gone` when to a tenth; None without any effect.
    `still_there` is the percentage of those draws that have more than a tenth left at the end of the forecast; they
    count as returning then. `suggested` is a date: half the effect gone, and not before `Retreatment.earliest`.
    """

    target: Target
    with_effect: float
    peak: Range | None
    half: Range | None
    gone: Range | None
    still_there: float
    suggested: dt.date | None


class RepeatedPlan(Record):
    """The same plan given again and again: the effect's peak and what is left of it when the next session is due.

    Percent of improvement in the settled cycle; `antibodies` is the probability (percent) of neutralising antibodies
    after a year of it, earlier sessions included.
    """

    target: Target
    interval_weeks: float
    allowed: bool
    peak: Range
    trough: Range
    antibodies: Range


class Retreatment(Record):
    """When to come back, and what repeated sessions add up to.

    `earliest` is the first day the interval rules `rule_ids` allow. `units_in_12_months` are the units by product up
    to and including this session, never added across products.
    """

    earliest: dt.date
    rule_ids: tuple[str, ...]
    returns: tuple[TargetReturn, ...]
    repeated: tuple[RepeatedPlan, ...]
    units_in_12_months: dict[Product | Literal["unknown"], float]
    antibodies: Range
    grade: Grade
    basis: str
