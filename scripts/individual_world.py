"""A small world in which the update of one person is tested: one face, few possible populations, planned visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from holocrine.anatomy.face import build_face
from holocrine.domain.case import Case
from holocrine.domain.observation import Observation
from holocrine.domain.reading import read_case
from holocrine.domain.session import GivenPoint, Session
from holocrine.domain.vocabulary import Instrument, Target
from holocrine.execution.person_draws import person_draws
from holocrine.inference.person.body import Body
from holocrine.inference.person.known import body_of
from holocrine.inference.person.readings import Reading, readings_of
from holocrine.inference.person.traits import anchors_at, anchors_of
from holocrine.knowledge.parameters import ParameterSet, load_block, load_parameters
from holocrine.knowledge.people import load_people
from holocrine.knowledge.posterior import load_posterior
from holocrine.knowledge.variability import load_variability
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary

OTHERS = 768
"""From this draw on, draws are nobody's anchors (but under a rare explanation): they stand for the truth."""
START = dt.date(2026, 1, 5)
EXAMPLE = Path(__file__).parents[1] / "examples" / "repeat-20-weeks.toml"
VALUES: dict[str, str | int] = {
    "Sebumeter": "100 ug/cm2",
    "HDSS": 3,
    "line_severity": 2,
    "sweat_return": "16 weeks",
    "lid_ptosis": "no",
}
FROWN = ((-20.0, 10.0), (20.0, 10.0), (-9.0, 4.0), (9.0, 4.0), (0.0, 0.0))
REGION = {"Sebumeter": "forehead", "line_severity": "glabella"}


@dataclass(frozen=True)
class World:
    """One person's treatment and visits: the `body` that is inferred with, and one of other possible populations."""

    body: Body
    other: Body
    readings: tuple[Reading, ...]


def planned(weeks: Sequence[int], instruments: Sequence[Instrument]) -> list[Observation]:
    """Observations with the instruments in these weeks."""
    return [
        Observation.model_validate(
            {
                "date": START + dt.timedelta(weeks=week),
                "instrument": instrument,
                "region": REGION.get(instrument),
                "value": VALUES[instrument],
            }
        )
        for week in weeks
        for instrument in instruments
    ]


def sessions_of(weeks: Sequence[int]) -> tuple[Session, ...]:
    """The intradermal points of the example, tripled, and five of 4 units in the frown muscles, in these weeks."""
    given = example().sessions[0]
    skin = (point.model_copy(update={"units": 3.0 * point.units}) for point in given.points)
    muscle = (GivenPoint(x=x, y=y, depth=5.0, units=4.0, volume=0.1, plane="intramuscular") for x, y in FROWN)
    points = (*skin, *muscle)
    return tuple(
        Session(date=START + dt.timedelta(weeks=week), product=given.product, regions=given.regions, points=points)
        for week in weeks
    )


@cache
def example() -> Case:
    """The example that lends its person."""
    return read_case(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name)


@cache
def draws() -> Draws:
    """The draws of a forecast."""
    return person_draws(1, 1024)


def world(
    sessions: Sequence[int],
    observations: Sequence[Observation],
    targets: tuple[Target, ...] = ("sebum", "sweat"),
    anchors: int = 12,
) -> World:
    """The world with sessions in these weeks."""
    case = example()
    goals = case.goals.model_copy(update={"targets": targets, "regions": ("forehead",)})
    given = sessions_of(sessions)
    parameters, variability, posterior = load_parameters(), load_variability(load_parameters()), load_posterior()
    used, unused = readings_of(observations, [session.date for session in given], targets)
    assert not unused
    every, library = draws(), KernelLibrary(draws().spatial)
    chosen = anchors_of(every, parameters, variability, posterior, anchors)
    rest = np.arange(OTHERS, every.n)
    others = anchors_at(every, rest, np.ones(rest.size), parameters, variability, posterior)
    organs = ParameterSet({**load_block("sweat").parameters, **load_block("organs").parameters})
    assert case.patient.sex is not None
    face = build_face(case.patient.sex, case.patient.face)
    person = case.model_copy(update={"goals": goals, "sessions": given})
    body = body_of(person, given, used, (), face, chosen, library, load_people(), organs)
    other = body_of(person, given, used, (), face, others, library, load_people(), organs)
    return World(body, replace(other, layout=body.layout), used)
