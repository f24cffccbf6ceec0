"""From a case and its draws to the body whose scores the readings move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import get_args

import numpy as np

from holocrine.anatomy.face import Face
from holocrine.anatomy.sheets import on_face
from holocrine.anatomy.standard_points import TARGET_MUSCLES
from holocrine.domain.case import Case
from holocrine.domain.session import Session
from holocrine.domain.vocabulary import Region
from holocrine.inference.person.body import Body, organ_columns
from holocrine.inference.person.deposits import deposits_of
from holocrine.inference.person.readings import Reading
from holocrine.inference.person.traits import Anchors, Layout
from holocrine.knowledge.parameters import ParameterSet
from holocrine.knowledge.people import PeopleTables
from holocrine.models.readout import HARMS
from holocrine.population.baseline import covariate_shift, sebum_spread
from holocrine.population.covariates import Covariates
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.scene import SIDES, scene
from holocrine.simulation.systems.lines import FRONTALIS_PARTS, LineKind

CELL_MM = 4.0
"""Width of the cells: regions are averaged, so twice as wide as for planning."""
BROW_MUSCLES = ("frontalis_lower", "corrugator", "orbicularis_oculi_lateral")


def body_of(
    case: Case,
    sessions: Sequence[Session],
    readings: Sequence[Reading],
    visits: Sequence[dt.date],
    face: Face,
    anchors: Anchors,
    library: KernelLibrary,
    people: PeopleTables,
    organs: ParameterSet,
) -> Body:
    """The person of a case after `sessions` (oldest first, at least one); `visits` are later days on which to read."""
    regions = regions_followed(case, readings)
    place = scene(face, regions, CELL_MM, CELL_MM)
    lines = lines_followed(case, readings)
    muscles = _muscles(lines, readings)
    facial = tuple(region for region in regions if on_face(region))
    cv = float(anchors.draws.value("sebumeter_cv")[0])
    counted = dict.fromkeys(f"{r.region} {r.lesion}" for r in readings if r.instrument == "lesion_count")
    acne = bool(facial) and (
        "acne" in case.goals.targets or any(r.instrument in ("IGA", "lesion_count") for r in readings)
    )
    days = dict.fromkeys([*(reading.visit for reading in readings), *visits])
    return Body(
        anchors=anchors,
        layout=Layout(len(sessions) + 1, organ_columns(facial, lines, tuple(counted), tuple(days), acne=acne)),
        deposits=deposits_of(sessions, place, muscles, case.injector.experience, anchors.draws, library),
        session_days=tuple(float((session.date - sessions[0].date).days) for session in sessions),
        sebum={region: sebum_spread(region, people, cv) for region in facial},
        sebum_shift=_shift(case, people),
        between_sites=anchors.variability.between_sites,
        areas=place.areas,
        sizes={name: float(len(place.muscles[name])) for name in muscles},
        goals=tuple(case.goals.regions),
        targets=tuple(case.goals.targets),
        organs=organs,
        measured_brow=any(reading.instrument == "brow_height" and reading.day <= 0.0 for reading in readings),
    )


def regions_followed(case: Case, readings: Sequence[Reading]) -> tuple[Region, ...]:
    """The goal regions, those that were read, and the forehead where a muscle of the face was."""
    read = [reading.region for reading in readings if reading.instrument in ("Sebumeter", "lesion_count")]
    found = [region for region in (*case.goals.regions, *read) if region is not None and region != "bladder"]
    facial = any(reading.terminal != "sudomotor" for reading in readings) or lines_followed(case, readings)
    if facial and not any(on_face(region) for region in found):
        found.append("forehead")
    return tuple(dict.fromkeys(found))


def lines_followed(case: Case, readings: Sequence[Reading]) -> tuple[LineKind, ...]:
    """The kinds of lines that are a goal or were read."""
    read = {reading.lines for reading in readings}
    return tuple(kind for kind in get_args(LineKind) if kind in case.goals.targets or kind in read)


def _muscles(lines: Sequence[LineKind], readings: Sequence[Reading]) -> tuple[str, ...]:
    """Muscle areas whose force is read."""
    found: list[str] = []
    for kind in lines:
        parts = FRONTALIS_PARTS if kind == "forehead_lines" else ()
        found += [f"{part}_{side}" for part in parts for side in SIDES] or TARGET_MUSCLES[kind]
    instruments = {reading.instrument for reading in readings}
    if "lid_ptosis" in instruments:
        found += [f"{muscle}_{side}" for muscle in HARMS["lid_ptosis"].muscles for side in SIDES]
    if "brow_height" in instruments:
        found += [*(f"{muscle}_{side}" for muscle in BROW_MUSCLES for side in SIDES), "procerus"]
    return tuple(dict.fromkeys(found))


def _shift(case: Case, people: PeopleTables) -> float:
    """Log ratio of this person's casual sebum to the middle by age and sex; 0 where either is unknown."""
    if case.patient.age is None or case.patient.sex is None:
        return 0.0
    one = Covariates(np.array([case.patient.age]), np.array([case.patient.sex]), np.array([1]))
    return float(covariate_shift(people, one)[0])
