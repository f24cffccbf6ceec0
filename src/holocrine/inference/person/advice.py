"""Touch-up, next visit and next dose: what the posterior says, within what the rules allow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.individual_advice import (
    DoseOption,
    NextDose,
    NextVisit,
    RegionalFall,
    Response,
    TouchUp,
    VisitOption,
)
from holocrine.domain.interval import Interval
from holocrine.domain.session import Session
from holocrine.domain.vocabulary import Target
from holocrine.inference.person import doses
from holocrine.inference.person.outlook import falls_now
from holocrine.inference.person.posterior import Posterior
from holocrine.inference.person.visits import Option
from holocrine.simulation.summary import interval

Array = NDArray[np.float64]

TOUCH_UP_DAYS = (14, 42)
"""Days after a session on which its effect is full and its gaps can be seen (assumption)."""
FELL_SHORT, FELL_ENOUGH = 20.0, 50.0
"""Probabilities (percent) of a meaningful fall below which a region fell short and from which it did not."""
LID_CHECK_DAYS = 14
"""A lid that droops does so within two weeks of the session."""
LEAST_NEWS = 0.05
"""Share of the variance below which a reading is not worth a visit, nor to be told from the error of simulation."""
TIMES_LIKELIER = 50.0
"""Probability (percent) above which something is likelier than not."""


@dataclass(frozen=True)
class Rules:
    """What the rules say of another session: the `earliest` day with the rules behind it, which limits the last
    session's doses would break when multiplied by a scale, and what stands against treating at all on a day ("" for
    nothing)."""

    earliest: dt.date
    rule_ids: tuple[str, ...]
    broken: Callable[[float], tuple[str, ...]]
    refusal: Callable[[dt.date], str]


def responds(target: Target, meaningful: float, prior: Array, updated: Array) -> Response:
    """Whether another session like the last would bring a meaningful fall; falls (n,) before and after the readings."""
    return Response(
        target=target,
        meaningful_fall=meaningful,
        prior=interval(prior),
        updated=interval(updated),
        does_not_respond_before=_percent(prior < meaningful),
        does_not_respond=_percent(updated < meaningful),
    )


def touch_up(after: Posterior, target: Target, meaningful: float, last: dt.date, today: dt.date) -> TouchUp:
    """Which regions fell short of a meaningful fall while others did not."""
    body = after.problem.body
    day = body.session_days[-1] + float((today - last).days)
    falls = tuple(
        RegionalFall(
            region=region,
            fall=after.interval(fall),
            probability_meaningful=100.0 * float(np.sum(after.answering * (fall >= meaningful))),
        )
        for region, fall in falls_now(body, after.courses, target, day).items()
    )
    short = tuple(each.region for each in falls if each.probability_meaningful < FELL_SHORT)
    enough = any(each.probability_meaningful >= FELL_ENOUGH for each in falls)
    since = (today - last).days
    if not TOUCH_UP_DAYS[0] <= since <= TOUCH_UP_DAYS[1]:
        reason = f"Gaps show on days {TOUCH_UP_DAYS[0]} to {TOUCH_UP_DAYS[1]} after a session; this is day {since}."
    elif not falls:
        reason = "No reading tells one region from another for this target."
    elif not short:
        reason = "No region is known to have fallen short."
    elif not enough:
        reason = "No region shows a meaningful fall: that is the person's response or the dose, not a gap."
    else:
        reason = "Weaker than the rest; the rules on intervals ask to wait for the next session."
        return TouchUp(advice="regions_at_the_next_session", regions=short, falls=falls, reason=reason)
    return TouchUp(advice="none", regions=(), falls=falls, reason=reason)


def next_visit(options: Sequence[Option], last: dt.date, today: dt.date, due: dt.date, *, facial: bool) -> NextVisit:
    """The day of the most informative reading, unless lid and brow must be looked at before."""
    check = last + dt.timedelta(days=LID_CHECK_DAYS)
    safety = check if facial and check >= today else None
    listed = tuple(_visit_option(option) for option in options)
    best = listed[0] if listed else None
    news = best is not None and options[0].removed >= LEAST_NEWS
    date = best.date if news and best is not None else max(due, today)
    reason = (
        "This reading is expected to narrow the forecast of the next session more than any other considered."
        if news
        else "No single reading is expected to narrow the forecast of the next session by 5%: come when it is due."
    )
    if safety is not None and safety <= date:
        date, reason = safety, f"First look at lid and brow, two weeks after the session. {reason}"
    measure = tuple(
        option for option in listed if option.date == date and option.variance_removed >= 100.0 * LEAST_NEWS
    )
    return NextVisit(date=date, measure=measure, options=listed, safety_check=safety, reason=reason)


def next_dose(
    found: doses.Tried,
    target: Target,
    meaningful: float,
    session: Session,
    due: dt.date,
    half_gone: Interval | None,
    rules: Rules,
) -> NextDose:
    """The smallest scale within the limits with which a meaningful fall is likelier than not."""
    broken = {scale: rules.broken(scale) for scale in found.scales}
    options = tuple(
        DoseOption(
            scale=scale,
            units=scale * session.units,
            fall=interval(falls),
            probability_meaningful=_percent(falls >= meaningful),
            within_limits=not broken[scale],
        )
        for scale, falls in zip(found.scales, found.falls[target], strict=True)
    )
    needed = found.needed(target, meaningful)
    reachable = np.isfinite(needed)
    allowed = [option for option in options if option.within_limits and session.product != "unknown"]
    likely = [option for option in allowed if option.probability_meaningful > TIMES_LIKELIER]
    refusal = rules.refusal(due)
    scale = likely[0].scale if likely and not refusal else None
    return NextDose(
        target=target,
        date=due,
        half_gone=half_gone,
        earliest=rules.earliest,
        rule_ids=rules.rule_ids,
        product=session.product,
        scale=scale,
        units=None if scale is None else scale * session.units,
        needed=interval(needed[reachable]) if reachable.any() else None,
        reachable=_percent(reachable),
        options=options,
        limits=tuple(dict.fromkeys(rule for rules_broken in broken.values() for rule in rules_broken)),
        reason=refusal or _dose_reason(session, scale, bool(allowed)),
    )


def _dose_reason(session: Session, scale: float | None, allowed: bool) -> str:
    if session.product == "unknown":
        return "The product of the last session is unknown, and units of two products do not compare."
    if not allowed:
        return "Every dose on offer breaks a limit."
    if scale is None:
        return "No dose within the limits makes a meaningful fall likelier than not for this person."
    return (
        "The smallest of the doses on offer with which a meaningful fall is likelier than not. The harms of another "
        "dose are not judged here: make a plan before it is given."
    )


def _visit_option(option: Option) -> VisitOption:
    reading = option.reading
    return VisitOption(
        date=reading.visit,
        instrument=reading.instrument,
        region=reading.region,
        variance_removed=100.0 * option.removed,
    )


def _percent(which: NDArray[np.bool_]) -> float:
    return float(100.0 * which.mean())
