"""Dated readings as the model meets them: which of a person's observations it can predict, and why it cannot others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from holocrine.anatomy.sheets import on_face
from holocrine.domain.observation import RETURNS, Observation
from holocrine.domain.vocabulary import Instrument, LesionType, Region, Target
from holocrine.models.junction import Terminal
from holocrine.simulation.systems.acne import COUNTED
from holocrine.simulation.systems.lines import LineKind

BEHIND: dict[Instrument, Terminal] = {
    "Sebumeter": "sebaceous",
    "sebum_return": "sebaceous",
    "lesion_count": "sebaceous",
    "IGA": "sebaceous",
    "HDSS": "sudomotor",
    "sweat_return": "sudomotor",
    "line_severity": "motor",
    "line_return": "motor",
    "lid_ptosis": "motor",
    "brow_height": "motor",
}
"""Terminals that an instrument reads in the end."""
LINES_OF_REGION: dict[Region, LineKind] = {
    "glabella": "glabellar_lines",
    "forehead": "forehead_lines",
    "temple_left": "crows_feet",
    "temple_right": "crows_feet",
}

WHOLE_WEEK = 1.0
"""How far a return told in weeks may lie after its day by rounding."""
_NEEDS: dict[Instrument, Target] = {
    "lesion_count": "acne",
    "IGA": "acne",
    "HDSS": "sweat",
    "sweat_return": "sweat",
    "sebum_return": "sebum",
}
"""Instruments whose readings start from what people seek treatment for, and that target."""
_KNOWN = "where people start is known only of those who are treated for it"


@dataclass(frozen=True)
class Reading:
    """One reading the model predicts.

    `day` counts from the first session (before it: negative, without any effect), `since` is the day of the last
    session before the reading. Readings of one `visit` (its date) share what is particular to that day. `value` is in
    the unit of the instrument; for a return, weeks after `since`, or with `censored` the week by which it was not over.
    """

    instrument: Instrument
    day: float
    value: float
    visit: dt.date
    since: float = 0.0
    region: Region | None = None
    lesion: LesionType | None = None
    lines: LineKind | None = None
    censored: bool = False

    @property
    def terminal(self) -> Terminal:
        """The terminals it reads in the end."""
        return BEHIND[self.instrument]


@dataclass(frozen=True)
class Unused:
    """An observation that the model does not predict, and why."""

    observation: Observation
    reason: str


def readings_of(
    observations: Sequence[Observation], session_dates: Sequence[dt.date], targets: Sequence[Target]
) -> tuple[tuple[Reading, ...], tuple[Unused, ...]]:
    """Observations as readings in the order of days, and those that are not used; `session_dates` rise."""
    used, unused = [], []
    for observation in sorted(observations, key=lambda each: (each.date, repr(each))):
        found = _reading(observation, session_dates, targets)
        if isinstance(found, Reading):
            used.append(found)
        else:
            unused.append(Unused(observation, found))
    return tuple(used), tuple(unused)


def _reading(observation: Observation, dates: Sequence[dt.date], targets: Sequence[Target]) -> Reading | str:
    """The reading, or why there is none."""
    first, date, region = dates[0], observation.date, observation.region
    earlier = [session for session in dates if session < date]
    lines = None
    if not _bears_on(observation.instrument, targets):
        return f"{_NEEDS[observation.instrument]} is no goal, and {_KNOWN}"
    if observation.instrument in RETURNS and not earlier:
        return "no session came before it, so nothing could return"
    if observation.instrument in ("Sebumeter", "lesion_count") and region is not None and not on_face(region):
        return f"{observation.instrument} readings are modelled on the face only, not at {_words(region)}"
    if observation.lesion is not None and observation.lesion not in COUNTED:
        return f"{observation.lesion} are not predicted: they follow from what was there months before"
    if observation.instrument in ("line_severity", "line_return"):
        lines = _lines(region, targets)
        if lines is None:
            return "it does not say which lines: name the region (forehead, glabella or temple_left, temple_right)"
        if lines not in targets:
            return f"{lines.replace('_', ' ')} are no goal, and {_KNOWN}"
    since = float(((earlier or [first])[-1] - first).days)
    day = float((date - first).days)
    value = observation.number
    if observation.instrument in RETURNS:
        value = (day - since) / 7.0 if observation.censored else value / 7.0
        if not observation.censored and value > (day - since) / 7.0 + WHOLE_WEEK:
            return f"{7.0 * value:g} days after the last session lie after the day of the observation"
    return Reading(
        observation.instrument, day, value, date, since, region, observation.lesion, lines, observation.censored
    )


def _bears_on(instrument: Instrument, targets: Sequence[Target]) -> bool:
    return instrument not in _NEEDS or _NEEDS[instrument] in targets


def _lines(region: Region | None, targets: Sequence[Target]) -> LineKind | None:
    if region is not None:
        return LINES_OF_REGION.get(region)
    wanted = [kind for kind in get_args(LineKind) if kind in targets]
    return wanted[0] if len(wanted) == 1 else None


def _words(region: Region) -> str:
    return region.replace("_", " ")
