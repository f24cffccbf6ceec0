"""What follows from one person's posterior: do they respond, when to look again, when and how much to treat."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from holocrine.domain.base import Record
from holocrine.domain.interval import Interval
from holocrine.domain.vocabulary import Instrument, Product, Region, Target


class Response(Record):
    """Whether a target of this person responds: its fall (percent) in weeks 2 to 16 after the last session's doses
    given once more, on the day the main target is due.

    A responder's fall is at least `meaningful_fall`, the smallest that a person would notice. Probabilities in percent.
    """

    target: Target
    meaningful_fall: float
    prior: Interval
    updated: Interval
    does_not_respond_before: float
    does_not_respond: float


class RegionalFall(Record):
    """The fall (percent) of the main target in one region today, and how probably (percent) it is a meaningful one."""

    region: Region
    fall: Interval
    probability_meaningful: float


class TouchUp(Record):
    """Whether to add to the last session, and where. `regions` are those in which the main target fell short; the
    interval rules decide when they may be treated."""

    advice: Literal["none", "regions_at_the_next_session"]
    regions: tuple[Region, ...]
    falls: tuple[RegionalFall, ...]
    reason: str


class VisitOption(Record):
    """A reading on a day, and the percentage of the variance of the fall after the next session that it is expected to
    remove."""

    date: dt.date
    instrument: Instrument
    region: Region | None = None
    variance_removed: float


class NextVisit(Record):
    """When to come back and what to measure: the most informative of `options`, none before `safety_check` is done.

    `safety_check` is the day on which lid and brow are looked at, None once its time has passed.
    """

    date: dt.date
    measure: tuple[VisitOption, ...]
    options: tuple[VisitOption, ...]
    safety_check: dt.date | None
    reason: str


class DoseOption(Record):
    """The last session's doses times `scale`: fall (percent, weeks 2 to 16) and how probably it is meaningful."""

    scale: float
    units: float
    fall: Interval
    probability_meaningful: float
    within_limits: bool


class NextDose(Record):
    """When the next session is due for one target, and how large it should be for this person.

    `half_gone` counts weeks from the last session to the loss of half of the effect, None without an effect; `date` is
    when that is likelier than not, not before `earliest`, which the rules `rule_ids` allow. `scale` multiplies every
    dose of the last session: the smallest one within the limits with which a meaningful fall is likelier than not, None
    when there is none. `needed` is the scale a meaningful fall takes, among the `reachable` percent of people whom some
    scale on offer helps. `limits` names what was exceeded by larger doses.
    """

    target: Target
    date: dt.date
    half_gone: Interval | None
    earliest: dt.date
    rule_ids: tuple[str, ...]
    product: Product | Literal["unknown"]
    scale: float | None
    units: float | None
    needed: Interval | None
    reachable: float
    options: tuple[DoseOption, ...]
    limits: tuple[str, ...]
    reason: str
