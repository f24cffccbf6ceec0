"""Courses of one person through their sessions: held against the simulator that plans use, and against themselves."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from individual_world import World, draws, example, planned, sessions_of, world

from holocrine.anatomy.face import build_face
from holocrine.domain.session import Session
from holocrine.inference.person.traits import TERMINAL_OF, anchors_at
from holocrine.knowledge.parameters import load_parameters
from holocrine.knowledge.posterior import load_posterior
from holocrine.knowledge.variability import load_variability
from holocrine.simulation import course
from holocrine.simulation.course import run
from holocrine.simulation.history import shots_of
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.placement import placed
from holocrine.simulation.response import responses
from holocrine.simulation.scene import scene
from holocrine.simulation.simulator import Person, simulator

WEEKS = np.arange(17.0)


@pytest.fixture(scope="module")
def small() -> World:
    return world((0,), planned((0, 4), ("Sebumeter", "HDSS")), anchors=12)


@pytest.fixture(scope="module")
def given() -> Session:
    return sessions_of((0,))[0]


def test_a_score_moves_a_trait_by_its_spread_between_people(small: World) -> None:
    anchors, layout = small.body.anchors, small.body.layout
    everyone = np.arange(anchors.n)
    values = anchors.values(everyone, np.zeros((anchors.n, len(layout.names))), layout)
    assert set(values) == set(TERMINAL_OF)
    spread = anchors.variability.spreads["half_loading_motor"].between_subject
    scores = np.zeros((anchors.n, len(layout.names)))
    scores[:, layout.column["half_loading_motor"]] = 1.0
    moved = anchors.values(everyone, scores, layout)["half_loading_motor"]
    factor = anchors.draws.local["response_spread"]
    assert np.log(moved / values["half_loading_motor"]) == pytest.approx(factor * spread)


def test_scores_of_a_person_are_correlated_as_the_tables_say(small: World) -> None:
    matrix = small.body.mixing
    covariance = matrix @ matrix.T
    column = small.body.layout.column
    assert np.diag(covariance) == pytest.approx(1.0)
    assert covariance[column["half_loading_motor"], column["half_loading_sebaceous"]] == pytest.approx(0.7)
    assert covariance[column["session 0 motor"], column["session 0 sudomotor"]] == pytest.approx(0.7)
    assert covariance[column["session 0 motor"], column["half_loading_motor"]] == 0.0


def test_the_spread_of_a_person_is_that_of_the_draws() -> None:
    """What lies between people and between sessions, put on the typical values, gives back the draws' whole spread."""
    every, parameters = draws(), load_parameters()
    variability = load_variability(parameters)
    index = np.arange(every.n)
    anchors = anchors_at(every, index, np.ones(every.n), parameters, variability, load_posterior())
    small = world((0,), planned((0,), ("Sebumeter",)), anchors=12)
    z = np.random.default_rng(1).standard_normal((every.n, len(small.body.layout.names)))
    scores = small.body.correlated(z)
    usual = anchors.values(index, scores, small.body.layout)
    once = anchors.half_loading(index, usual["half_loading_motor"], scores, small.body.layout, "motor", 0)
    for mine, theirs in ((once, every.local["half_loading_motor"]), (usual["gland_time"], every.local["gland_time"])):
        assert np.log(mine).std() == pytest.approx(np.log(theirs).std(), rel=0.1)
        assert np.log(mine).mean() == pytest.approx(np.log(theirs).mean(), abs=0.1)


def test_courses_are_those_of_the_simulator_of_plans(
    small: World, given: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same persons, session and landing; few places instead of all cells may cost two percentage points."""
    body = small.body
    case, layout = example(), body.layout
    assert case.patient.sex is not None
    face = build_face(case.patient.sex, case.patient.face)
    anchor = np.arange(body.anchors.n)
    scores = body.correlated(np.random.default_rng(2).standard_normal((anchor.size, len(layout.names))))
    values = body.anchors.values(anchor, scores, layout)
    for terminal in ("motor", "sudomotor", "sebaceous"):
        name = f"half_loading_{terminal}"
        values[name] = body.anchors.half_loading(anchor, values[name], scores, layout, terminal, 0)
    same = replace(body.anchors.draws, local={**body.anchors.draws.local, **values})
    person = Person(scene(face, ("forehead",), 4.0, 4.0), case.injector.experience)
    library = KernelLibrary(same.spatial)
    shots = shots_of(given, face)
    # The landing of a past session has a salt of its own: here the planned one lands where the past one did.
    monkeypatch.setattr(course, "placed", partial(placed, salt=1))
    theirs = run(simulator(person, same, library, responses(same, WEEKS)), shots)
    mine = body.courses(7.0 * WEEKS, anchor, scores)
    for name in ("sweat", "sebum"):
        assert np.abs(getattr(mine, name)["forehead"] - getattr(theirs, name)["forehead"]).max() < 0.02


def test_a_session_before_another_is_still_felt(small: World) -> None:
    body = small.body
    scores = np.zeros((body.anchors.n, len(body.layout.names)))
    anchor, times = np.arange(body.anchors.n), 7.0 * np.arange(30.0)
    once = body.courses(times, anchor, scores)
    twice = body.treated_again(70.0).courses(times, anchor, scores)
    assert twice.sweat["forehead"][:, :11] == pytest.approx(once.sweat["forehead"][:, :11], abs=1e-4)
    assert np.all(twice.sweat["forehead"][:, 16] < once.sweat["forehead"][:, 16])
    fresh = once.sweat["forehead"][:, 6]
    assert np.all(twice.sweat["forehead"][:, 16] < fresh + 1e-6)


def test_a_day_that_was_not_simulated_is_refused(small: World) -> None:
    scores = np.zeros((1, len(small.body.layout.names)))
    courses = small.body.courses(np.array([0.0, 7.0]), np.array([0]), scores)
    assert courses.at(7.0) == 1
    with pytest.raises(ValueError, match="day 3 was not simulated"):
        courses.at(3.0)
